/*
 * The columns of scope_quarter that hold struct quarry_measures, in one table:
 * writing, reading and the invariants go by it.
 */
#ifndef QUARRY_AGGREGATE_COLUMNS_H
#define QUARRY_AGGREGATE_COLUMNS_H

#include <stddef.h>

#include "quarry/edition.h"
#include "util/db.h"
#include "util/str.h"

enum column_kind {
	COLUMN_INT,   /* int64_t */
	COLUMN_KNOWN, /* likewise; QUARRY_UNKNOWN is NULL in the store */
	COLUMN_REAL,  /* double */
};

struct column {
	const char *name;
	size_t offset; /* in struct quarry_measures */
	enum column_kind kind;
};

extern const struct column measure_columns[];
extern const size_t n_measure_columns;

/* Append "tracked, active, ...". */
void columns_list(struct str *out);
/* Bind all to parameters from `at` on. */
void columns_bind(struct db_stmt *st, int at, const struct quarry_measures *m);
/* Read all from columns from `col` on. */
void columns_read(struct quarry_measures *m, struct db_stmt *st, int col);

#endif
