/*
 * The fetch layer on its own, for the scripts in tests/oracle:
 *
 *	fetch-tool [OPTION...] CACHE URL [BRANCH]
 *
 *	--public                           no local URLs; else they are allowed
 *	--connect S, --stall S, --total S  bounds on time, in seconds
 *	--bytes N                          bound on bytes
 *	--releases                         tags, too
 *	--tip-files                        files of the tip, too
 *
 * Tidies the cache, fetches, and prints: outcome, bytes and folder; then what else was
 * seen, a line each, such as "moved=URL".  A failure prints its sentence on stderr, and on
 * stdout "failed BYTES", with "retry" or "retry=SECONDS" when it may go well another time.
 * SIGINT and SIGTERM stop it.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarry/fetch.h"

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
	static sigset_t signals;
	pthread_t thread;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	return pthread_create(&thread, NULL, wait_for_signal, &signals) ||
	       pthread_detach(thread);
}

/* The bytes of a call never get less, and end at what the result says. */
static void on_progress(void *payload, uint64_t bytes)
{
	uint64_t *seen = payload;

	if (bytes < *seen) {
		fprintf(stderr, "progress went back\n");
		exit(99);
	}
	*seen = bytes;
}

static void print_result(const struct quarry_fetch_result *r, const char *gitdir)
{
	static const char *const names[] = { "cloned", "updated", "unchanged", "empty" };

	printf("%s %llu %s\n", names[r->outcome], (unsigned long long)r->bytes, gitdir);
	if (r->notes & QUARRY_FETCH_FULL)
		printf("full\n");
	if (r->notes & QUARRY_FETCH_MOVED)
		printf("moved=%s\n", r->moved_to);
	if (r->notes & QUARRY_FETCH_RENAMED)
		printf("renamed=%s\n", r->branch_before);
	if (r->notes & QUARRY_FETCH_FORCED)
		printf("forced\n");
	if (r->notes & QUARRY_FETCH_NO_TIP_FILES)
		printf("no-tip-files\n");
}

static void print_failure(const struct quarry_fetch_result *r)
{
	printf("failed %llu", (unsigned long long)r->bytes);
	if (r->may_retry && r->retry_after_s >= 0)
		printf(" retry=%lld", (long long)r->retry_after_s);
	else if (r->may_retry)
		printf(" retry");
	printf("\n");
}

static int run(const char *cache, const char *url, const char *branch,
	       struct quarry_fetch_options *options, struct quarry_error *err)
{
	struct quarry_fetch_result result = { 0 };
	char *gitdir = NULL;
	uint64_t seen = 0;
	int rc;

	options->stop = &stop;
	options->progress = on_progress;
	options->payload = &seen;
	rc = quarry_fetch_tidy(cache, err);
	if (!rc)
		rc = quarry_fetch_path(&gitdir, cache, url, err);
	if (!rc)
		rc = quarry_fetch(&result, gitdir, url, branch, options, err);
	if (!rc && result.bytes != seen)
		rc = quarry_error_set(err, QUARRY_EFAIL, "progress ended at other bytes");
	if (!rc)
		print_result(&result, gitdir);
	else
		print_failure(&result);
	quarry_fetch_result_release(&result);
	free(gitdir);
	return rc;
}

/* A whole number of at least one. */
static bool read_number(uint64_t *out, const char *text)
{
	char *end = NULL;

	if (!text || *text < '1' || *text > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return !errno && !*end;
}

static bool read_seconds(unsigned *out, const char *text)
{
	uint64_t n;

	if (!read_number(&n, text) || n > UINT_MAX)
		return false;
	*out = (unsigned)n;
	return true;
}

/* How many arguments the option at argv[0] takes up; 0: it is none. */
static int read_option(struct quarry_fetch_options *o, char **argv)
{
	if (!strcmp(argv[0], "--public"))
		o->allow_local = 0;
	else if (!strcmp(argv[0], "--releases"))
		o->releases = 1;
	else if (!strcmp(argv[0], "--tip-files"))
		o->tip_files = 1;
	else if (!strcmp(argv[0], "--connect"))
		return read_seconds(&o->connect_s, argv[1]) ? 2 : 0;
	else if (!strcmp(argv[0], "--stall"))
		return read_seconds(&o->stall_s, argv[1]) ? 2 : 0;
	else if (!strcmp(argv[0], "--total"))
		return read_seconds(&o->total_s, argv[1]) ? 2 : 0;
	else if (!strcmp(argv[0], "--bytes"))
		return read_number(&o->bytes_max, argv[1]) ? 2 : 0;
	else
		return 0;
	return 1;
}

int main(int argc, char **argv)
{
	struct quarry_fetch_options options = { .allow_local = 1 };
	struct quarry_error err = QUARRY_ERROR_INIT;
	int rc, n;

	for (argv++, argc--; argc > 0 && (n = read_option(&options, argv)) > 0; argc -= n)
		argv += n;
	if (argc < 2 || argc > 3 || argv[0][0] == '-') {
		fprintf(stderr, "usage: fetch-tool [OPTION...] CACHE URL [BRANCH]\n");
		return QUARRY_EXIT_USAGE;
	}
	if (watch_signals()) {
		fprintf(stderr, "cannot start a thread\n");
		return QUARRY_EXIT_FAILED;
	}
	rc = quarry_fetch_init(&err);
	if (!rc) {
		rc = run(argv[0], argv[1], argv[2], &options, &err);
		quarry_fetch_shutdown();
	}
	if (rc)
		fprintf(stderr, "%s\n", err.text);
	return quarry_error_exit(rc);
}
