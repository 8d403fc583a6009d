/*
 * What every writer needs to know of an edition beyond its plain fields: the
 * fields by name, and the few values that follow from them.
 *
 *	for (const struct report_field *f = report_measures; f->name; f++)
 *		use(f->name, report_int(&scope->now, f));
 */
#ifndef QUARRY_REPORT_MODEL_H
#define QUARRY_REPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/edition.h"

/* A KNOWN is an INT that may be QUARRY_UNKNOWN. */
enum report_kind { REPORT_INT, REPORT_KNOWN, REPORT_REAL, REPORT_BINS };

struct report_field {
	const char *name;   /* exactly the struct's; NULL ends a table */
	size_t offset;
	enum report_kind kind;
	bool compared;      /* a QoQ is given for it */
};

/* Is the value of a KNOWN there? Of any other kind it always is. */
bool report_is_known(const void *of, const struct report_field *f);

/* Of struct quarry_measures, quarry_change and quarry_flow, in their order. */
extern const struct report_field report_measures[], report_changes[], report_flows[];

int64_t report_int(const void *of, const struct report_field *f);
double report_real(const void *of, const struct report_field *f);

/* Has any scope lines that were counted, now or before? */
bool report_has_lines(const struct quarry_edition *e);
/* Is a figure of files missing, of the quarter or of the one before? */
bool report_lacks_files(const struct quarry_edition *e);

/* The universe's scope; one of zeros for an edition without scopes. */
const struct quarry_scope *report_universe(const struct quarry_edition *e);
/* A category by its id, NULL when there is none. */
const struct quarry_scope *report_category(const struct quarry_edition *e, const char *id);
/* The title, or the id where the title is empty. */
const char *report_title(const struct quarry_scope *s);
size_t report_n_categories(const struct quarry_edition *e);

/* The five classes that partition every reachable commit, summed. */
int64_t report_reachable(const struct quarry_measures *m);
const char *report_state(enum quarry_repo_state state);

/* Repositories that are not up to date, of a category or (NULL) of all. */
struct report_stale {
	int64_t n;
	int64_t n_quiet;  /* of these, without a counted commit in the quarter */
	int64_t oldest_s; /* when the oldest copy was fetched */
};

struct report_stale report_stale_of(const struct quarry_edition *e, const char *category);

/* part / whole; NAN, which writers show as missing, where whole is 0. */
double report_ratio(double part, double whole);

/* Overlap of two categories (0-based, without the universe), metrics.md 10. */
struct report_pair {
	int64_t a, b;       /* contributors of each */
	int64_t both, any;  /* intersection and union */
	double jaccard, coefficient, expected, lift; /* NAN where undefined */
};

struct report_pair report_pair_of(const struct quarry_edition *e, size_t a, size_t b);

#endif
