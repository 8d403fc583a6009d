/*
 * What fetching and mining have in common: a step over all targets, by workers,
 * with a summary and progress.
 */
#ifndef QUARRY_ENGINE_STEPS_H
#define QUARRY_ENGINE_STEPS_H

#include "engine/engine.h"

struct step {
	struct quarry_engine *engine;
	struct quarry_summary *summary;
	const char *name, *unit; /* for progress */
	enum quarry_store_step which;
	uint64_t amount;         /* of finished and running work, under the lock */
};

/* A worker's own part of a step. */
struct step_work {
	struct step *step;
	struct target *target;
	uint64_t amount;         /* reported so far by this work */
};

void step_lock(struct step *s);
void step_unlock(struct step *s);

/* Tell progress that this work has reached `amount`. Takes the lock. */
void step_progress(struct step_work *w, uint64_t amount);

/* End of one target's work: note failure (rc) or success in store and summary. What
 * concerns one repository gives 0; a store that fails and an interruption do not. */
int step_done(struct step_work *w, int rc, bool unchanged, struct quarry_error *err);

/* Run `work` for all targets. */
int step_run(struct step *s, int (*work)(struct step_work *w, struct quarry_error *err),
	     struct quarry_error *err);

#endif
