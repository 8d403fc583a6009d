/*
 * People: how many, how long, how deep, and who is new (metrics.md 3, 7, 8).
 *
 * For each epoch, for the universe, the categories and the repositories:
 *
 *  1. merge the credits of a person in a scope and quarter;
 *  2. walk a person's quarters in a scope in order: the first one is "new", one
 *     that follows its predecessor at once is "retained", any other "reactivated";
 *  3. count lenient persons by sorting once more.
 */
#include "aggregate/people.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

#define FULL_TIME_DAYS 10
#define FULL_TIME_WINDOW 28
#define DAYS_LO 46
#define DAYS 92

static int by_person(const void *a, const void *b)
{
	const struct person_row *x = a, *y = b;

#define CMP(field) if (x->field != y->field) return x->field < y->field ? -1 : 1
	CMP(scope);
	CMP(person);
	CMP(quarter);
	CMP(email);
	return 0;
}

static int by_lenient(const void *a, const void *b)
{
	const struct person_quarter *x = a, *y = b;

	CMP(scope);
	CMP(quarter);
	CMP(lenient);
#undef CMP
	return 0;
}

/* The scope a row counts in; -1: it does not. */
static int64_t scope_of(const struct figures *f, enum people_scopes which, uint32_t member,
			int32_t quarter)
{
	int32_t category;

	if (which == PEOPLE_REPOS)
		return (int64_t)(f->base_repo + member);
	category = derive_category_of(&f->d->repos.at[member], quarter);
	if (category == NO_CATEGORY)
		return -1;
	return which == PEOPLE_UNIVERSE ? 0 : 1 + category;
}

static void merge_row(struct person_quarter *p, const struct person_row *r, bool new_email)
{
	p->n_emails += new_email;
	p->authored += r->authored;
	p->credits += r->authored + r->co_authored;
	p->weeks |= r->weeks;
	p->days_lo |= r->days_lo;
	p->days_hi |= r->days_hi;
}

static int merge_sorted(person_quarters *out, const struct person_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct person_row *r = &rows[i];
		struct person_quarter *p = out->n ? &out->at[out->n - 1] : NULL;
		bool same = p && p->scope == r->scope && p->person == r->person &&
			    p->quarter == r->quarter;
		struct person_quarter fresh = { .scope = r->scope, .person = r->person,
						.lenient = r->lenient, .quarter = r->quarter };

		if (!same && vec_push(out, fresh) < 0)
			return -1;
		merge_row(&out->at[out->n - 1], r, !same || rows[i - 1].email != r->email);
	}
	return 0;
}

int people_merge(person_quarters *out, const struct figures *f, enum people_scopes which,
		 int32_t quarter, struct quarry_error *err)
{
	struct person_row *rows = calloc(f->rows.n + 1, sizeof(*rows));
	size_t n = 0;
	int rc = 0;

	if (!rows)
		return quarry_error_nomem(err);
	for (size_t i = 0; i < f->rows.n; i++) {
		int64_t scope = scope_of(f, which, f->rows.at[i].scope, quarter);

		if (scope < 0)
			continue;
		rows[n] = f->rows.at[i];
		rows[n++].scope = (uint32_t)scope;
	}
	qsort(rows, n, sizeof(*rows), by_person);
	out->n = 0;
	if (merge_sorted(out, rows, n) < 0)
		rc = quarry_error_nomem(err);
	free(rows);
	return rc;
}

static bool is_full_time(const struct person_quarter *p)
{
	unsigned __int128 days = (unsigned __int128)p->days_hi << DAYS_LO | p->days_lo;

	for (int start = 0; start < DAYS; start++) {
		uint64_t window = (uint64_t)(days >> start) & ((1u << FULL_TIME_WINDOW) - 1);

		if (__builtin_popcountll(window) >= FULL_TIME_DAYS)
			return true;
	}
	return false;
}

/* Add one person's quarter; `before` is the person's quarter before it in this
 * scope, NULL for the first. */
static void count_person(const struct figures *f, struct quarry_measures *m,
			 const struct person_quarter *p, const struct person_quarter *before)
{
	int weeks = __builtin_popcount(p->weeks);

	m->contributors++;
	m->contributors_hi += p->n_emails;
	m->authors += p->authored > 0;
	m->bins[weeks - 1]++;
	m->weeks_sum += weeks;
	m->weeks_weighted += (double)weeks * p->credits; /* divided by the sum at the end */
	m->weeks_mean += p->credits;                     /* likewise */
	m->full_time += is_full_time(p);
	m->new_to_universe += f->first_in_universe[p->person] == p->quarter;
	if (!before)
		m->new_contributors++;
	else if (before->quarter == p->quarter - 1)
		m->retained++;
	else
		m->reactivated++;
}

static double median_weeks(const struct quarry_measures *m)
{
	int64_t lower = (m->contributors + 1) / 2, upper = m->contributors / 2 + 1, seen = 0;
	int lo = 0, hi = 0;

	for (int i = 0; i < QUARRY_QUARTER_BINS; i++) {
		int64_t until = seen + m->bins[i];

		if (seen < lower && lower <= until)
			lo = i + 1;
		if (seen < upper && upper <= until)
			hi = i + 1;
		seen = until;
	}
	return (lo + hi) / 2.0;
}

static void finish(struct quarry_measures *m)
{
	double credits = m->weeks_mean;

	m->weeks_weighted = credits > 0 ? m->weeks_weighted / credits : 0;
	m->weeks_mean = m->contributors ? (double)m->weeks_sum / (double)m->contributors : 0;
	m->weeks_median = m->contributors ? median_weeks(m) : 0;
}

/* The measures of (scope, quarter) that an epoch fills; NULL where it fills none. */
static struct quarry_measures *target(struct figures *f, const struct epoch *e, size_t scope,
				      int32_t quarter, enum under under)
{
	int32_t membership = under == UNDER_OWN ? quarter : quarter + 1;

	if (membership < e->first || membership > e->last)
		return NULL;
	return figures_at(f, scope, quarter, under);
}

static void count_lenient(struct figures *f, const struct epoch *e, person_quarters *people,
			  enum under under)
{
	if (people->n)
		qsort(people->at, people->n, sizeof(*people->at), by_lenient);
	for (size_t i = 0; i < people->n; i++) {
		const struct person_quarter *p = &people->at[i];
		struct quarry_measures *m = target(f, e, p->scope, p->quarter, under);

		if (m && (i == 0 || by_lenient(p, p - 1) != 0))
			m->contributors_lo++;
	}
}

static void count_all(struct figures *f, const struct epoch *e, const person_quarters *people,
		      enum under under)
{
	for (size_t i = 0; i < people->n; i++) {
		const struct person_quarter *p = &people->at[i];
		struct quarry_measures *m = target(f, e, p->scope, p->quarter, under);
		bool follows = i > 0 && p[-1].scope == p->scope && p[-1].person == p->person;

		if (m)
			count_person(f, m, p, follows ? p - 1 : NULL);
	}
}

static void note_first(struct figures *f, const person_quarters *universe)
{
	for (size_t i = 0; i < f->n_persons; i++)
		f->first_in_universe[i] = INT32_MAX;
	for (size_t i = 0; i < universe->n; i++)
		if (universe->at[i].quarter < f->first_in_universe[universe->at[i].person])
			f->first_in_universe[universe->at[i].person] = universe->at[i].quarter;
}

static int people_of(struct figures *f, const struct epoch *e, person_quarters *people,
		     enum people_scopes which, struct quarry_error *err)
{
	int rc = people_merge(people, f, which, e->first, err);
	int last = which == PEOPLE_REPOS ? UNDER_OWN : UNDER_NEXT;

	if (rc)
		return rc;
	if (which == PEOPLE_UNIVERSE)
		note_first(f, people);
	for (int under = UNDER_OWN; under <= last; under++)
		count_all(f, e, people, under);
	for (int under = UNDER_OWN; under <= last; under++)
		count_lenient(f, e, people, under);
	return 0;
}

int figures_people(struct figures *f, struct quarry_error *err)
{
	person_quarters people = { 0 };
	int rc = 0;

	for (size_t i = 0; !rc && i < f->epochs.n; i++) {
		const struct epoch *e = &f->epochs.at[i];

		rc = people_of(f, e, &people, PEOPLE_UNIVERSE, err);
		if (!rc)
			rc = people_of(f, e, &people, PEOPLE_CATEGORIES, err);
		if (!rc)
			rc = people_of(f, e, &people, PEOPLE_REPOS, err);
	}
	for (size_t i = 0; !rc && i < f->n_scopes * f->n_quarters * UNDER_N; i++)
		finish(&f->measures[i]);
	vec_release(&people);
	return rc;
}
