/*
 * What is known of the tip and of the repository as a whole: its files, its .mailmap,
 * README and manifests, releases, and what is set aside (replacements, grafts).
 */
#ifndef QUARRY_MINE_TIP_H
#define QUARRY_MINE_TIP_H

#include "mine/touch.h"

/* Fill in `h`, a piece of facts_finish() whose flags count what the touches lost. `tree` is NULL where the tip could not be read. */
int tip_read(struct quarry_history *h, struct toucher *t, struct odb *odb,
	     const struct quarry_oid *tree, unsigned mine_flags, struct quarry_error *err);

#endif
