/*
 * Single values of a universe file: what a text must look like to be an id, a
 * quarter, a number, a date, a branch.  Each refuses with a sentence that names
 * file, line and key, and shows the value and how to write it.
 */
#ifndef QUARRY_CONFIG_FIELD_H
#define QUARRY_CONFIG_FIELD_H

#include <stdint.h>

#include "config/schema.h"

/* Where a text stands: the file, the key, and where to complain. */
struct field {
	const char *file;
	const char *key;
	struct quarry_error *err;
};

/* [a-z0-9-]+ */
int field_id(const struct field *f, const struct schema_text *text);
/* A missing text leaves *out as it is, here and below. */
int field_quarter(int32_t *out, const struct field *f, const struct schema_text *text);
/* A whole number of at least `min` and at most 1,000,000,000. */
int field_number(int64_t *out, const struct field *f, const struct schema_text *text, int64_t min);
/* YYYY-MM-DD, to the second it begins, UTC. */
int field_date(int64_t *out, const struct field *f, const struct schema_text *text);
/* The name of a branch, by the rules of git check-ref-format. */
int field_branch(const struct field *f, const struct schema_text *text);
/* Ids, sorted by bytes, in the arena; one given twice is refused. */
int field_ids(const char ***out, size_t *n, struct arena *arena, const struct field *f,
	      const struct schema_texts *texts);

/* Sort texts by bytes. */
void field_sort(const char **at, size_t n);

#endif
