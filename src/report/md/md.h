/*
 * Markdown: what its sections share.  One section a function, listed in md.c;
 * a table is a constant array of columns.
 */
#ifndef QUARRY_REPORT_MD_H
#define QUARRY_REPORT_MD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/edition.h"
#include "util/str.h"

struct md {
	struct str *out;
	const struct quarry_edition *e;
	bool marked; /* a small-base mark was printed since the last footnote */
	bool stale;  /* the row is of a repository that is not up to date: no growth is told */
};

/* escape.c: the only doors for text from outside. */

/* Characters of a text that are shown; a longer one ends in an ellipsis. */
#define MD_TEXT_MAX 300

void md_text(struct str *out, const char *s);
/* A link where `url` is a plain https one, else the text alone. */
void md_link(struct str *out, const char *text, const char *url);
/* A hash as code; n/a where it is empty. */
void md_hash(struct str *out, const char *s);

/* columns.c: numbers. */
void md_count(struct md *m, int64_t n);               /* 1,234 */
void md_delta(struct md *m, int64_t n);               /* +1,234 */
void md_qoq(struct md *m, int64_t now, int64_t before); /* +12% † */
void md_range(struct md *m, const struct quarry_measures *of); /* 123 (118-131) */
void md_share(struct md *m, int64_t part, int64_t whole);      /* 12% */
void md_decimals(struct md *m, double x, int decimals);        /* not finite: n/a */
void md_quarter(struct md *m, int32_t quarter);
void md_footnote(struct md *m); /* explain the mark where one was printed */

/* columns.c: tables. */
enum md_kind {
	MD_LABEL,     /* text, written by the caller; to the left */
	MD_COUNT,     /* a */
	MD_QOQ,       /* a, now against before */
	MD_RANGE,     /* contributors with their range */
	MD_OF,        /* a / b, as two counts */
	MD_SHARE,     /* a of b in percent */
	MD_RATIO,     /* a / b with one decimal */
	MD_RATE,      /* a / b with two decimals */
	MD_WEEKS,     /* a, a real that needs contributors */
	MD_REACHABLE, /* the sum of the five classes */
	MD_RETENTION, /* retained of those before */
};

struct md_column {
	const char *heading; /* NULL ends a table */
	enum md_kind kind;
	size_t a, b;         /* offsets into struct quarry_measures: MD_FIELD() */
};

#define MD_FIELD(f) offsetof(struct quarry_measures, f)

void md_table_head(struct md *m, const struct md_column *columns);
/* The rest of a row, after its labels. */
void md_cells(struct md *m, const struct md_column *columns, const struct quarry_measures *now,
	      const struct quarry_measures *before);
/* One row a category and one for the universe; `columns` has one label. */
void md_scope_table(struct md *m, const struct md_column *columns);
/* Begin a row with a scope's title; the universe's is bold. */
void md_scope_label(struct md *m, size_t scope);

/*
 * The at most `max` indices below `n` with the largest positive scores, falling,
 * equal ones by index. Returns how many.
 */
size_t md_top(size_t *top, size_t max, size_t n, const struct quarry_edition *e,
	      int64_t (*score)(const struct quarry_edition *e, size_t i));

/* The sections: each writes its body, after the heading. */
void md_moving(struct md *m);
void md_quiet(struct md *m);
void md_people(struct md *m);
void md_depth(struct md *m);
void md_movement(struct md *m);
void md_overlap(struct md *m);
void md_work(struct md *m);
void md_agents(struct md *m);
bool md_has_cohorts(const struct md *m); /* else there is no such section */
void md_cohorts(struct md *m);
void md_repositories(struct md *m);
void md_quality(struct md *m);
void md_definitions(struct md *m);

/* overlap.c: quarry_report_overlap. */
struct quarry_error;
/* A paragraph where rules were left out, else nothing. */
void md_without(struct str *out, const char *without);
int md_write_overlap(struct str *out, const struct quarry_overlap *o, struct quarry_error *err);

#endif
