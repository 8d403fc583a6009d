/*
 * What fetching and mining have in common: a step over all targets, by workers,
 * with a summary and progress.
 */
#ifndef QUARRY_ENGINE_STEPS_H
#define QUARRY_ENGINE_STEPS_H

#include "engine/engine.h"

struct queue;

struct step {
	struct quarry_engine *engine;
	struct quarry_summary *summary;
	const char *name, *unit; /* for progress */
	enum quarry_store_step which;
	struct queue *queue;     /* NULL: nothing is tried again */
	/* Under the lock: */
	uint64_t amount;         /* of finished and running work */
	const char *current;     /* slug of what was worked on last; NULL: none */
	struct step_work *oldest, *newest; /* what runs now */
};

/* A worker's own part of a step. */
struct step_work {
	struct step *step;
	struct target *target;
	uint64_t amount;         /* reported so far, since step_begin() */
	int64_t began_ms;
	int64_t ran_ms;          /* in all, up to the last step_end() */
	uint64_t came;           /* bytes of its attempts so far */
	struct step_work *older, *newer;
};

void step_lock(struct step *s);
void step_unlock(struct step *s);

/* Work on a target begins, and rests or ends. Both take the lock. */
void step_begin(struct step_work *w);
void step_end(struct step_work *w);

/* Tell progress that this work has reached `amount`. Takes the lock. */
void step_progress(struct step_work *w, uint64_t amount);

/* End of one target's work: note failure (rc) or success in store and summary. What
 * concerns one repository gives 0; a store that fails and an interruption do not. */
int step_done(struct step_work *w, int rc, bool unchanged, struct quarry_error *err);

/* The same in the summary alone, for a step that has told the store; 0 or QUARRY_ENOMEM. */
int step_count(struct step_work *w, int rc, bool unchanged, struct quarry_error *err);

/* Run a step's work for a loaded universe, with progress going on even where nothing
 * moves. */
int step_run(struct step *s, int (*run)(void *payload, struct quarry_error *err), void *payload,
	     struct quarry_error *err);

/* The same with pool_run(). */
int step_pool(struct step *s, unsigned jobs, size_t n,
	      int (*work)(void *payload, size_t i, struct quarry_error *err), void *payload,
	      struct quarry_error *err);

#endif
