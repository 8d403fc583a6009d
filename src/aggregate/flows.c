/*
 * Movement and overlap of persons between categories (metrics.md 10).
 *
 * Home of a person in a quarter: the category with the most active bins, then the
 * most credited commits, then the home before, then the first in order.  Stock and
 * flow follow from each person's line of homes.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/people.h"
#include "util/banned.h"

#define MOVE_WITHIN 4 /* quarters since the last active one */

struct home {
	uint32_t person;
	int32_t quarter;
	uint32_t scope; /* of the category */
};

struct flows {
	struct figures *f;
	const struct epoch *epoch;
	person_quarters people;  /* by (person, quarter, scope) */
	VEC(struct home) homes;  /* by (person, quarter) */
	struct quarry_flow *flow; /* [scope * n_quarters + q - lo] */
	int64_t *moves;          /* [(q - lo) * n * n + from * n + to] over categories */
	int64_t *overlap;        /* likewise */
};

static int by_person_quarter(const void *a, const void *b)
{
	const struct person_quarter *x = a, *y = b;

	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	if (x->quarter != y->quarter)
		return x->quarter < y->quarter ? -1 : 1;
	return x->scope < y->scope ? -1 : x->scope > y->scope;
}

/* Is `a` a better home than `b`, which comes first in order? */
static bool better_home(const struct person_quarter *a, const struct person_quarter *b,
			uint32_t home_before)
{
	int bins_a = __builtin_popcount(a->weeks), bins_b = __builtin_popcount(b->weeks);

	if (bins_a != bins_b)
		return bins_a > bins_b;
	if (a->credits != b->credits)
		return a->credits > b->credits;
	return b->scope != home_before && a->scope == home_before;
}

static int find_homes(struct flows *x)
{
	size_t n = x->people.n, end;

	x->homes.n = 0;
	for (size_t i = 0; i < n; i = end) {
		const struct person_quarter *p = x->people.at, *best = &p[i];
		const struct home *last = x->homes.n ? &x->homes.at[x->homes.n - 1] : NULL;
		uint32_t before = last && last->person == best->person ? last->scope : UINT32_MAX;

		for (end = i + 1; end < n && p[end].person == p[i].person &&
				  p[end].quarter == p[i].quarter; end++)
			if (better_home(&p[end], best, before))
				best = &p[end];
		if (vec_push(&x->homes, ((struct home){ best->person, best->quarter,
							best->scope })) < 0)
			return -1;
	}
	return 0;
}

/* The flow of a scope in a quarter of this epoch; NULL outside of it. */
static struct quarry_flow *flow_at(struct flows *x, size_t scope, int32_t quarter)
{
	const struct figures *f = x->f;

	if (quarter < x->epoch->first || quarter > x->epoch->last || quarter < f->d->lo ||
	    quarter > f->d->hi)
		return NULL;
	return &x->flow[scope * f->n_quarters + (size_t)(quarter - f->d->lo)];
}

static void count_move(struct flows *x, const struct home *before, const struct home *h)
{
	size_t n = x->f->n_categories;

	if (h->quarter - before->quarter <= MOVE_WITHIN && before->scope != h->scope)
		x->moves[(size_t)(h->quarter - x->f->d->lo) * n * n + (before->scope - 1) * n +
			 h->scope - 1]++;
}

/* A person's home in a quarter, with the ones before and after it (NULL: none), seen
 * from one scope: the category's, or 0 for the universe, where all homes are one. */
static void count_flow(struct flows *x, size_t scope, const struct home *before,
		       const struct home *h, const struct home *after)
{
	struct quarry_flow *now = flow_at(x, scope, h->quarter);
	struct quarry_flow *next = flow_at(x, scope, h->quarter + 1);

	if (now) {
		now->end++;
		if (!before)
			now->entered++;
		else if (before->quarter < h->quarter - 1)
			now->reactivated++;
		else if (scope && before->scope != h->scope)
			now->in++;
	}
	if (next) {
		next->start++;
		if (!after || after->quarter > h->quarter + 1)
			next->dormant++;
		else if (scope && after->scope != h->scope)
			next->out++;
	}
}

static void count_homes(struct flows *x)
{
	for (size_t i = 0; i < x->homes.n; i++) {
		const struct home *h = &x->homes.at[i];
		const struct home *before = i && h[-1].person == h->person ? h - 1 : NULL;
		const struct home *after = i + 1 < x->homes.n && h[1].person == h->person
						   ? h + 1 : NULL;

		count_flow(x, 0, before, h, after);
		count_flow(x, h->scope, before, h, after);
		if (before && flow_at(x, 0, h->quarter))
			count_move(x, before, h);
	}
}

static void count_overlap(struct flows *x)
{
	const struct person_quarter *p = x->people.at;
	size_t n = x->f->n_categories, end;

	for (size_t i = 0; i < x->people.n; i = end) {
		int64_t *cell = NULL;

		if (flow_at(x, 0, p[i].quarter))
			cell = &x->overlap[(size_t)(p[i].quarter - x->f->d->lo) * n * n];
		for (end = i + 1; end < x->people.n && p[end].person == p[i].person &&
				  p[end].quarter == p[i].quarter; end++)
			;
		for (size_t a = i; cell && a < end; a++)
			for (size_t b = i; b < end; b++)
				cell[(p[a].scope - 1) * n + p[b].scope - 1]++;
	}
}

static int compute_epoch(struct flows *x, struct quarry_error *err)
{
	int rc = people_merge(&x->people, x->f, PEOPLE_CATEGORIES, x->epoch->first, err);

	if (rc)
		return rc;
	if (x->people.n)
		qsort(x->people.at, x->people.n, sizeof(*x->people.at), by_person_quarter);
	if (find_homes(x) < 0)
		return quarry_error_nomem(err);
	count_homes(x);
	count_overlap(x);
	return 0;
}

static int write_flows(struct flows *x, struct quarry_error *err)
{
	const struct figures *f = x->f;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, f->d->db,
			    "INSERT INTO scope_flow VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", err);

	for (size_t s = 0; !rc && s < f->base_repo; s++)
		for (size_t q = 0; !rc && q < f->n_quarters; q++) {
			const struct quarry_flow *w = &x->flow[s * f->n_quarters + q];

			db_bind_int(st, 1, (int64_t)s);
			db_bind_int(st, 2, f->d->lo + (int64_t)q);
			db_bind_int(st, 3, w->start);
			db_bind_int(st, 4, w->entered);
			db_bind_int(st, 5, w->in);
			db_bind_int(st, 6, w->reactivated);
			db_bind_int(st, 7, w->out);
			db_bind_int(st, 8, w->dormant);
			db_bind_int(st, 9, w->end);
			rc = db_run(st, err);
		}
	db_finish(st);
	return rc;
}

/* A matrix over categories for each quarter, without its zeroes. */
static int write_matrix(const struct figures *f, const int64_t *cells, const char *sql,
			struct quarry_error *err)
{
	size_t n = f->n_categories;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, f->d->db, sql, err);

	for (size_t i = 0; !rc && i < f->n_quarters * n * n; i++) {
		if (!cells[i])
			continue;
		db_bind_int(st, 1, f->d->lo + (int64_t)(i / (n * n)));
		db_bind_int(st, 2, (int64_t)(i / n % n));
		db_bind_int(st, 3, (int64_t)(i % n));
		db_bind_int(st, 4, cells[i]);
		rc = db_run(st, err);
	}
	db_finish(st);
	return rc;
}

int figures_flows(struct figures *f, struct quarry_error *err)
{
	size_t cells = f->n_quarters * f->n_categories * f->n_categories;
	struct flows x = {
		.f = f,
		.flow = calloc(f->base_repo * f->n_quarters, sizeof(*x.flow)),
		.moves = calloc(cells + 1, sizeof(*x.moves)),
		.overlap = calloc(cells + 1, sizeof(*x.overlap)),
	};
	int rc = x.flow && x.moves && x.overlap ? 0 : quarry_error_nomem(err);

	for (size_t i = 0; !rc && i < f->epochs.n; i++) {
		x.epoch = &f->epochs.at[i];
		rc = compute_epoch(&x, err);
	}
	if (!rc)
		rc = write_flows(&x, err);
	if (!rc)
		rc = write_matrix(f, x.moves, "INSERT INTO move VALUES(?1, ?2, ?3, ?4)", err);
	if (!rc)
		rc = write_matrix(f, x.overlap, "INSERT INTO overlap VALUES(?1, ?2, ?3, ?4)", err);
	vec_release(&x.people);
	vec_release(&x.homes);
	free(x.flow);
	free(x.moves);
	free(x.overlap);
	return rc;
}
