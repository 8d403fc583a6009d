/*
 * The hash of a universe: of what it says, not of how its files are laid out.
 */
#ifndef QUARRY_CONFIG_FINGERPRINT_H
#define QUARRY_CONFIG_FINGERPRINT_H

#include "quarry/universe.h"
#include "util/arena.h"

/* Fill u->hash. `base` as in check.h: local paths count by their way from there, so
 * that a copied folder keeps its hash. */
int fingerprint_universe(struct quarry_universe *u, const char *base, struct quarry_error *err);

#endif
