/*
 * The fetch layer on its own, for tests/oracle/fetch.sh:
 *
 *	fetch-tool [--public] CACHE URL [BRANCH]
 *
 * Tidies the cache, fetches, and prints outcome, bytes and folder.  Local URLs
 * are allowed unless --public is given.  SIGINT and SIGTERM stop it.
 */
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

static int run(const char *cache, const char *url, const char *branch, int allow_local,
	       struct quarry_error *err)
{
	static const char *const names[] = { "cloned", "updated", "unchanged", "empty" };
	uint64_t seen = 0;
	struct quarry_fetch_options options = { &stop, on_progress, &seen, allow_local };
	struct quarry_fetch_result result;
	char *gitdir = NULL;
	int rc;

	rc = quarry_fetch_tidy(cache, err);
	if (!rc)
		rc = quarry_fetch_path(&gitdir, cache, url, err);
	if (!rc)
		rc = quarry_fetch(&result, gitdir, url, branch, &options, err);
	if (!rc && result.bytes != seen)
		rc = quarry_error_set(err, QUARRY_EFAIL, "progress ended at other bytes");
	if (!rc)
		printf("%s %llu %s\n", names[result.outcome], (unsigned long long)result.bytes,
		       gitdir);
	free(gitdir);
	return rc;
}

int main(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	int allow_local = 1, rc;

	if (argc > 1 && !strcmp(argv[1], "--public")) {
		allow_local = 0;
		argv++;
		argc--;
	}
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: fetch-tool [--public] CACHE URL [BRANCH]\n");
		return QUARRY_EXIT_USAGE;
	}
	if (watch_signals()) {
		fprintf(stderr, "cannot start a thread\n");
		return QUARRY_EXIT_FAILED;
	}
	rc = quarry_fetch_init(&err);
	if (!rc) {
		rc = run(argv[1], argv[2], argv[3], allow_local, &err);
		quarry_fetch_shutdown();
	}
	if (rc)
		fprintf(stderr, "%s\n", err.text);
	return quarry_error_exit(rc);
}
