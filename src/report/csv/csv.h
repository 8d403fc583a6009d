/*
 * CSV after RFC 4180 with LF: a header row, then one record a line, because a
 * cell never holds a line break.  A missing value is an empty cell.
 *
 *	struct csv c = { .out = out, .first = true, .without = e->without };
 *	csv_text(&c, slug);
 *	csv_int(&c, 42);
 *	csv_end(&c);
 */
#ifndef QUARRY_REPORT_CSV_H
#define QUARRY_REPORT_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "quarry/edition.h"
#include "util/str.h"

struct csv {
	struct str *out;
	bool first; /* the next cell begins a record */
	bool headed; /* the row of names is written */
	/* The last cell of each record, so that figures which are not to be published say so
	 * wherever they go; NULL or "": there is no such column. */
	const char *without;
};

/*
 * A text from outside.  One that a spreadsheet would run as a formula gets a
 * leading apostrophe; controls are replaced as text_next does.
 */
void csv_text(struct csv *c, const char *s);
void csv_int(struct csv *c, int64_t n);
void csv_real(struct csv *c, double x); /* not finite: missing */
void csv_missing(struct csv *c);
/* Our own plain words, e.g. a column's name with what it belongs to before it. */
void csv_name(struct csv *c, const char *prefix, const char *name);
void csv_end(struct csv *c);

/* One table of an edition; -1 when there is none of that name. */
int csv_table(struct csv *c, const struct quarry_edition *e, const char *name);

#endif
