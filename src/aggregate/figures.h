/*
 * The figures of every scope and quarter while they are computed.
 *
 * A *scope* is 0 for the universe, 1 + c for category c, and base_repo + i for the
 * i-th member repository.  An *epoch* is a run of quarters for which membership is
 * the same, so that what depends on membership is computed once for it.
 */
#ifndef QUARRY_AGGREGATE_FIGURES_H
#define QUARRY_AGGREGATE_FIGURES_H

#include "aggregate/derive.h"
#include "quarry/edition.h"

/* Which membership a figure is under: the quarter's own, or the next quarter's
 * (then it is the base that the next quarter is compared with). */
enum under { UNDER_OWN, UNDER_NEXT, UNDER_N };

/* Commits and files of one repository in one quarter: they need no membership. */
struct repo_quarter {
	int64_t kinds[KIND_N], landed, assisted;
	int64_t touches_raw, touches, distinct_raw, distinct, lines_raw, lines;
	uint32_t top5[5]; /* raw touches of its largest commits, falling */
	bool unread;      /* touches of a counted commit were not read: no file figure is known */
	bool uncounted;   /* lines of a touch were not counted: no figure of lines is known */
};

/* Credits of a person in a scope and quarter. */
struct person_row {
	uint32_t scope, person, lenient, email;
	int32_t quarter;
	uint32_t authored, co_authored, weeks;
	uint64_t days_lo, days_hi;
};

struct epoch {
	int32_t first, last; /* quarters whose membership this is */
};

struct figures {
	struct quarry_derive *d;
	size_t n_categories, base_repo, n_scopes;
	size_t n_quarters;                /* d->hi - d->lo + 1 */
	struct repo_quarter *repo_quarters; /* [member * n_quarters + q - lo] */
	struct quarry_measures *measures; /* [(scope * n_quarters + q - lo) * UNDER_N + under] */
	VEC(struct person_row) rows;      /* scope is the index of the member repository */
	VEC(struct epoch) epochs;
	int32_t *first_in_universe;       /* of each person, in the epoch being computed */
	size_t n_persons;
};

int figures_init(struct figures *f, struct quarry_derive *d, struct quarry_error *err);
void figures_release(struct figures *f);

/* NULL where the quarter is outside of lo..hi. */
struct quarry_measures *figures_at(struct figures *f, size_t scope, int32_t quarter,
				   enum under under);
struct repo_quarter *figures_repo(const struct figures *f, size_t member, int32_t quarter);

/* Put a number among the five largest, which fall. */
void figures_keep_top5(uint32_t top5[5], uint32_t n);

bool figures_lines_known(const struct repo_quarter *q);

/* The steps of derive_figures(), in order. */
int figures_commits(struct figures *f, struct quarry_error *err);
int figures_files(struct figures *f, struct quarry_error *err);
int figures_rows(struct figures *f, struct quarry_error *err);
int figures_sums(struct figures *f, struct quarry_error *err);
int figures_people(struct figures *f, struct quarry_error *err);
int figures_flows(struct figures *f, struct quarry_error *err);
int figures_changes(struct figures *f, struct quarry_error *err);
int figures_write(struct figures *f, struct quarry_error *err);

#endif
