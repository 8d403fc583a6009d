/*
 * Who is who, as a part of deriving: signatures get their classes, uses their persons,
 * messages are asked who helped and who is behind an export.
 *
 *	struct who who = { .engine = e, .classes = MAP_INIT };
 *	rc = who_load(&who, err);
 *	who.derive = derive;
 *	rc = who_run(&who, err);
 *	who_release(&who);
 */
#ifndef QUARRY_ENGINE_WHO_STEP_H
#define QUARRY_ENGINE_WHO_STEP_H

#include "engine/without.h"
#include "quarry/aggregate.h"
#include "quarry/classify.h"
#include "quarry/engine.h"
#include "quarry/identity.h"
#include "util/map.h"

struct who {
	struct quarry_engine *engine;
	struct quarry_derive *derive;
	struct quarry_rules *rules; /* of classes, without those that are left out */
	struct quarry_classifier *classifier;
	struct quarry_identity_rules *identity_rules;
	struct quarry_identity *identity;
	struct without without;
	struct map classes;         /* signature: index of its rule, or -1 */
	struct map entries;         /* signature: index of the people.yaml entry that names it */
	struct map opted_out;       /* (repo, signature) of who has, under all rules */
};

/* Read the rules. */
int who_load(struct who *w, struct quarry_error *err);
int who_run(struct who *w, struct quarry_error *err);
void who_release(struct who *w);

#endif
