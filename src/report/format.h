/*
 * What a format is: a name, and how it writes.  Each format is one constant
 * that ends its own file; report.c lists them.
 *
 * A writer appends to `out` and returns 0 or an error code; no memory is seen
 * by the caller in out->oom, so a writer need not test for it.
 */
#ifndef QUARRY_REPORT_FORMAT_H
#define QUARRY_REPORT_FORMAT_H

#include "quarry/dossier.h"
#include "quarry/edition.h"
#include "quarry/error.h"
#include "util/str.h"

struct quarry_format {
	const char *name;
	const char *extension; /* without the dot */
	/* `table` is NULL unless `has_tables`. */
	int (*edition)(struct str *out, const struct quarry_edition *e, const char *table,
		       struct quarry_error *err);
	int (*overlap)(struct str *out, const struct quarry_overlap *o,
		       struct quarry_error *err);
	/* NULL where the format has none. */
	int (*dossiers)(struct str *out, const struct quarry_dossiers *d, struct quarry_error *err);
	int (*suspicions)(struct str *out, const struct quarry_suspicions *s,
			  struct quarry_error *err);
	bool has_tables; /* one call writes one table of the edition */
};

extern const struct quarry_format report_md, report_json, report_csv;

/* The names of the tables that the csv format has, NULL-terminated. */
extern const char *const report_csv_tables[];

#endif
