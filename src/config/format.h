/*
 * The shape of a universe's files, as schema.h reads them; categories/README.md
 * is the manual.  Everything is still text with a line; check.c says what it means.
 */
#ifndef QUARRY_CONFIG_FORMAT_H
#define QUARRY_CONFIG_FORMAT_H

#include "config/schema.h"

struct raw_layer {
	unsigned line;
	struct schema_text id, title;
};

struct raw_quarters {
	unsigned line;
	struct schema_text from, to;
};

struct raw_thresholds {
	unsigned line;
	struct schema_text small_base, bulk_paths, earliest;
};

struct raw_universe {
	unsigned line;
	const char *file;
	struct schema_text id, title;
	struct schema_items layers;        /* of struct raw_layer */
	struct raw_quarters *quarters;     /* or NULL */
	struct raw_thresholds *thresholds; /* or NULL */
};

struct raw_repo {
	unsigned line;
	struct schema_text url, branch, from, until, moved_from, upstream;
	struct schema_texts exclude_history, groups, tags;
};

struct raw_category {
	unsigned line;
	const char *file;
	const char *stem; /* the file's name without .yaml */
	struct schema_text id, title, layer;
	struct schema_items repositories; /* of struct raw_repo */
};

extern const struct schema format_universe; /* a struct raw_universe */
extern const struct schema format_category; /* a struct raw_category */

#endif
