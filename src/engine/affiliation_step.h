/*
 * Inside of engine: for whom people work, as the universe's people.yaml says, told to
 * aggregation (metrics.md cohort).
 */
#ifndef QUARRY_ENGINE_AFFILIATION_STEP_H
#define QUARRY_ENGINE_AFFILIATION_STEP_H

#include "quarry/aggregate.h"
#include "quarry/identity.h"
#include "quarry/people.h"

/* Groups, what the e-mail of each signature tells, and the overrides of persons; nothing
 * where `people` is NULL or tells no affiliation.  To be called when persons are written. */
int affiliation_step(struct quarry_derive *d, const struct quarry_people *people,
		     const struct quarry_identity *identity, struct quarry_error *err);

#endif
