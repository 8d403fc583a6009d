/*
 * From what the files say to a universe: meaning, references, duplicates.
 */
#ifndef QUARRY_CONFIG_CHECK_H
#define QUARRY_CONFIG_CHECK_H

#include "config/format.h"
#include "quarry/universe.h"

struct check_input {
	const struct raw_universe *universe;
	const struct raw_category *categories;
	size_t n_categories;
	/* Absolute folder that relative paths start from; NULL: no local addresses. */
	const char *base;
};

/* Fill `u`, all in `arena`, but for its hash. */
int check_universe(struct quarry_universe *u, struct arena *arena, const struct check_input *in,
		   struct quarry_error *err);

/* One repository of check.c's walk; everything of `out` but its category and moved_from. */
int check_repo(struct quarry_repo *out, struct arena *arena, const struct raw_repo *raw,
	       const char *file, const char *base, const char **key, struct quarry_error *err);

#endif
