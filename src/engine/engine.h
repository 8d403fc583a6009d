/*
 * Inside of the engine: what its steps share.
 */
#ifndef QUARRY_ENGINE_ENGINE_H
#define QUARRY_ENGINE_ENGINE_H

#include <pthread.h>
#include <stdbool.h>

#include "engine/libraries.h"
#include "quarry/engine.h"
#include "quarry/store.h"
#include "util/vec.h"

/* A repository to bring and read: a member of the universe, or one whose history is
 * only excluded. */
struct target {
	int64_t repo;        /* number in the store; 0 where it is only looked at */
	const char *url;     /* owned by the universe */
	char *slug;
	char *host;          /* of its URL, with the port if there is one; NULL: a local path */
	const char *branch;  /* NULL: the one HEAD names */
	char *gitdir;        /* where its history lies, or will lie */
	bool mirrored;       /* gitdir is read in place and never fetched */
};

struct quarry_engine {
	struct quarry_engine_options options; /* its strings are owned */
	struct quarry_store *store;
	bool only_looks; /* the store was opened to be read */
	struct quarry_universe *universe;
	VEC(struct target) targets;
	struct libraries libraries;
	pthread_mutex_t lock; /* store, summary and progress: workers take it */
};

/* The time of day. SOURCE_DATE_EPOCH, where it is set, makes a run of another day the
 * same; quarry_engine_load() has refused one that is no time. */
int64_t engine_now_s(void);

/* Open the store to be read, unless quarry_engine_load() has opened it to be written: what
 * only looks changes nothing, and needs no right to. */
int engine_open_store(struct quarry_engine *e, struct quarry_error *err);

bool engine_stopped(const struct quarry_engine *e);
int engine_interrupted(struct quarry_error *err);

/* Make the list of targets for the loaded universe. */
int engine_find_targets(struct quarry_engine *e, struct quarry_error *err);

/* Add a failure to a summary; 0 or QUARRY_ENOMEM. */
int summary_fail(struct quarry_summary *s, int64_t repo, const char *slug,
		 const struct quarry_error *why);
/* Add a notice; 0 or QUARRY_ENOMEM. */
int summary_notice(struct quarry_summary *s, const char *slug, const char *text, bool began);
/* Order what workers added in any order. */
void summary_sort(struct quarry_summary *s);

/* How many threads `jobs` means: 0: one a processor; never 0, and at most 256. */
unsigned pool_threads(unsigned jobs);

/*
 * Call `work` for 0 .. n - 1 from up to `jobs` threads, 0: one a processor.  Non-zero from it, or the
 * stop flag, ends the handing out; the first such code is returned with its text.
 */
int pool_run(const struct quarry_engine *e, unsigned jobs, size_t n,
	     int (*work)(void *payload, size_t i, struct quarry_error *err), void *payload,
	     struct quarry_error *err);

#endif
