/*
 * Inside of the mining step: the repositories that are read.
 */
#ifndef QUARRY_ENGINE_MINE_STEP_H
#define QUARRY_ENGINE_MINE_STEP_H

#include "engine/steps.h"
#include "engine/twins.h"
#include "quarry/mine.h"

/* A repository that is read. */
struct reading {
	struct step_work work;
	uint64_t bytes;              /* of its packs */
	struct quarry_mined stored;  /* what the store had when it was opened */
	struct quarry_mine_options options;
	struct quarry_known *known;  /* NULL: all of it is read, or options.only */
	struct quarry_miner *miner;
	int64_t mined_s;
	uint64_t n_read;             /* commits */
	int64_t n_written;
	bool there;                  /* it has a local history */
	bool empty;                  /* which has no commit */
	bool same_objects;           /* as when it was read: nothing that was missing can have come */
	struct quarry_oid tip;
	bool overtaken;              /* by another run, which has written something else meanwhile */
	bool done;                   /* by another run: what it has written is what is wanted */
	bool put;                    /* what was read is written */
	bool failed;                 /* it has been told */
	bool again;                  /* for its twins (options.only): it has been counted */
	bool running;                /* between step_begin() and step_end() */
};

struct mining {
	struct step step;
	struct reading *readings;    /* largest first */
	size_t n;
	struct twins twins;
	pthread_mutex_t store_lock;
	struct quarry_store *store;  /* under it */
};

/* List the engine's targets as readings, the largest first, with what is wanted of each. */
int mining_list(struct mining *m, struct quarry_error *err);

/* Of the readings keep those of which commits are wanted (m->twins), made ready for these
 * to be read. */
void mining_keep_wanted(struct mining *m);

#endif
