/*
 * One link on its own, for tests/oracle/links.sh:
 *
 *	link-tool [-c SECONDS] [-s SECONDS] [-t SECONDS] [-b BYTES] [-p PATH]
 *	          advert VERSION URL
 *	link-tool [...] objects URL GITDIR ID...
 *
 * The first prints what the server advertises, "version N" before it; the second brings
 * objects into a repository, and prints "brought" or "none".  The options bound connecting,
 * silence, all of it, and the bytes; PATH stands in the place of that of the URL, and may
 * be one that no URL has.  A failure is one line on stderr, its cause first: "later: the
 * server hung up".  SIGINT and SIGTERM stop it.
 *
 * When all is over, as many descriptors must be open as before, and no child be left.
 */
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fetch/advert.h"
#include "fetch/link.h"
#include "fetch/objects.h"

static atomic_bool stop;

/* As in the program, the thread that fetches gets no signal. */
static void *wait_for_signal(void *payload)
{
	const sigset_t *signals = payload;
	int number;

	while (sigwait(signals, &number) == 0)
		atomic_store(&stop, true);
	return NULL;
}

static int watch_signals(void)
{
	static sigset_t signals, blocked;
	pthread_t thread;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	blocked = signals;
	(void)sigaddset(&blocked, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &blocked, NULL);
	return pthread_create(&thread, NULL, wait_for_signal, &signals) ||
	       pthread_detach(thread);
}

/* -1 where nobody tells. */
static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (!dir)
		return -1;
	while (readdir(dir))
		n++;
	(void)closedir(dir);
	return n;
}

static int read_advert(struct advert *a, struct link *l)
{
	struct pkt_reader r = PKT_READER_INIT(l);
	int rc = advert_read(a, &r, /* branch= */ NULL, /* releases= */ true);

	pkt_reader_release(&r);
	return rc;
}

static const char *path; /* in place of that of the URL; NULL: none */

static int parse(struct url *out, const char *text)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	int rc = url_parse(out, text, &err);

	if (rc < 0) {
		fprintf(stderr, "%s\n", err.text);
	} else if (path) {
		free(out->path);
		out->path = strdup(path);
		rc = out->path ? 0 : -1;
	}
	return rc;
}

static int print_advert(struct guard *g, const char *url_text, int version)
{
	struct advert a = ADVERT_INIT;
	struct link *l = NULL;
	struct url url = URL_INIT;
	int rc = parse(&url, url_text);

	if (rc == 0)
		rc = link_open(&l, g, &url, version);
	if (rc == 0)
		rc = read_advert(&a, l);
	if (rc == 0) {
		printf("version %d\n", a.version);
		for (size_t i = 0; i < a.refs.n; i++)
			printf("%s %s\n", a.refs.at[i].hex, a.refs.at[i].name);
	}
	advert_release(&a);
	link_free(l);
	url_release(&url);
	return rc;
}

static int bring(struct guard *g, const struct url *url, git_repository *repo, const git_oid *ids,
		 size_t n)
{
	struct advert a = ADVERT_INIT;
	struct link *l = NULL;
	int rc = link_open(&l, g, url, 2);

	if (rc == 0)
		rc = read_advert(&a, l);
	if (rc == 0)
		rc = objects_fetch(l, &a, repo, ids, n);
	if (rc >= 0)
		printf("%s\n", rc ? "brought" : "none");
	advert_release(&a);
	link_free(l);
	return rc < 0 ? -1 : 0;
}

static int bring_objects(struct guard *g, const char *url_text, const char *gitdir,
			 char *const *hex, size_t n)
{
	git_oid *ids = calloc(n + 1, sizeof(*ids));
	git_repository *repo = NULL;
	struct url url = URL_INIT;
	int rc = ids ? parse(&url, url_text) : -1;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = git_oid_fromstr(&ids[i], hex[i]);
	if (rc == 0)
		rc = git_repository_open_bare(&repo, gitdir);
	if (rc == 0)
		rc = bring(g, &url, repo, ids, n);
	git_repository_free(repo);
	url_release(&url);
	free(ids);
	return rc;
}

/* 0, or what is left behind. */
static int look_behind(int n_before)
{
	if (count_descriptors() != n_before) {
		fprintf(stderr, "descriptors are left open\n");
		return 99;
	}
	if (waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD) {
		fprintf(stderr, "a child is left\n");
		return 98;
	}
	return 0;
}

static int read_options(struct quarry_fetch_options *o, int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "c:s:t:b:p:")) != -1) {
		unsigned long n = optarg ? strtoul(optarg, NULL, 10) : 0;

		if (c == 'c')
			o->connect_s = (unsigned)n;
		else if (c == 's')
			o->stall_s = (unsigned)n;
		else if (c == 't')
			o->total_s = (unsigned)n;
		else if (c == 'b')
			o->bytes_max = n;
		else if (c == 'p')
			path = optarg;
		else
			return -1;
	}
	return argc - optind >= 3 ? 0 : -1;
}

int main(int argc, char **argv)
{
	static const char *const causes[] = {
		[GUARD_LATER] = "later", [GUARD_FINAL] = "final",
		[GUARD_GONE] = "gone", [GUARD_AUTH] = "auth", [GUARD_FILTER] = "filter",
		[GUARD_STOPPED] = "stopped", [GUARD_NOMEM] = "nomem",
	};
	struct quarry_fetch_options options = { .stop = &stop };
	struct guard g;
	int rc, left, n_before;

	if (read_options(&options, argc, argv) < 0) {
		fprintf(stderr, "usage: link-tool advert VERSION URL | objects URL GITDIR ID...\n");
		return 2;
	}
	argv += optind;
	if (watch_signals() || git_libgit2_init() < 0 || curl_global_init(CURL_GLOBAL_ALL)) {
		fprintf(stderr, "cannot start\n");
		return 1;
	}
	n_before = count_descriptors();
	guard_start(&g, &options);
	if (!strcmp(argv[0], "advert"))
		rc = print_advert(&g, argv[2], argv[1][0] - '0');
	else
		rc = bring_objects(&g, argv[1], argv[2], argv + 3, (size_t)(argc - optind - 3));
	if (rc < 0 && g.cause)
		fprintf(stderr, "%s: %s\n", causes[g.cause], g.text);
	left = look_behind(n_before);
	curl_global_cleanup();
	(void)git_libgit2_shutdown(); /* the number of users that are left */
	if (left)
		return left;
	return rc < 0 ? 1 : 0;
}
