/**
 * Report: write an edition in one format.
 *
 *	const struct quarry_format *f = quarry_format_find("md");
 *	rc = quarry_report_write(&text, &len, f, edition, NULL, &err);
 *	...
 *	free(text);
 *
 * Output is deterministic: no clock, no path, `C` number formatting, UTC.
 * Every string that comes from outside is escaped for the format it enters.
 * Pure: it reads the edition and returns text.
 */
#ifndef QUARRY_REPORT_H
#define QUARRY_REPORT_H

#include <stddef.h>

#include "quarry/dossier.h"
#include "quarry/edition.h"
#include "quarry/error.h"

struct quarry_format; /* static, never freed */

/** By name: md, json, csv; NULL when there is none. */
const struct quarry_format *quarry_format_find(const char *name);
/** By the extension of a file name (`.md`); NULL when there is none. */
const struct quarry_format *quarry_format_of_file(const char *path);
const char *quarry_format_name(const struct quarry_format *f);

/** The tables an edition has (snapshot, repositories, ...), NULL-terminated.
 * A table is what one CSV file holds. */
const char *const *quarry_report_tables(void);

/**
 * Write the edition.
 * @param out    gets the text, NUL-terminated, to be freed by the caller
 * @param table  csv: which table (NULL: snapshot); other formats: NULL
 */
int quarry_report_write(char **out, size_t *len, const struct quarry_format *f,
			const struct quarry_edition *e, const char *table,
			struct quarry_error *err);

/** Write an overlap in one format (md, json, csv). */
int quarry_report_overlap(char **out, size_t *len, const struct quarry_format *f,
			  const struct quarry_overlap *o, struct quarry_error *err);

/** Write dossiers in one format (json). */
int quarry_report_dossiers(char **out, size_t *len, const struct quarry_format *f,
			   const struct quarry_dossiers *d, struct quarry_error *err);

/** Write what looks wrong in one format (json, csv). */
int quarry_report_suspicions(char **out, size_t *len, const struct quarry_format *f,
			     const struct quarry_suspicions *s, struct quarry_error *err);

#endif
