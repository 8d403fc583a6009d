#include "aggregate/figures.h"

#include <stdlib.h>
#include <string.h>

#include "quarry/quarter.h"
#include "util/banned.h"
#include "util/map.h"

/* No universe needs more; a date that passed every check cannot lie beyond. */
#define QUARTERS_MAX 4000

static int find_range(struct quarry_derive *d, struct quarry_error *err)
{
	int64_t first = QUARRY_QUARTER_NONE, now = quarry_quarter_of(d->snapshot_s + d->grace_s);
	int rc = db_scalar(&first, d->db, "SELECT min(quarter) FROM commit_kind WHERE kind = 0"
			   " HAVING count(*) > 0", now, err);

	if (rc)
		return rc;
	d->hi = d->universe->until != QUARRY_QUARTER_NONE && d->universe->until < now
		? d->universe->until : (int32_t)now;
	d->lo = d->universe->from != QUARRY_QUARTER_NONE ? d->universe->from : (int32_t)first;
	if (d->lo > d->hi)
		d->lo = d->hi;
	/* The quarter before the first one is needed as its base. */
	d->lo--;
	if (d->hi - d->lo >= QUARTERS_MAX)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot analyse %d quarters: set 'quarters: {from: ...}' in "
					"universe.yaml", d->hi - d->lo + 1);
	return 0;
}

static bool same_membership(const struct quarry_derive *d, int32_t a, int32_t b)
{
	for (size_t i = 0; i < d->n_members; i++)
		if (derive_category_of(&d->repos.at[i], a) != derive_category_of(&d->repos.at[i], b))
			return false;
	return true;
}

/* The epochs of lo .. hi + 1: the last quarter is also measured as a base. */
static int find_epochs(struct figures *f, struct quarry_error *err)
{
	for (int32_t q = f->d->lo; q <= f->d->hi + 1; q++) {
		struct epoch *last = f->epochs.n ? &f->epochs.at[f->epochs.n - 1] : NULL;

		if (last && same_membership(f->d, last->last, q))
			last->last = q;
		else if (vec_push(&f->epochs, ((struct epoch){ q, q })) < 0)
			return quarry_error_nomem(err);
	}
	return 0;
}

int figures_init(struct figures *f, struct quarry_derive *d, struct quarry_error *err)
{
	int64_t n_persons = 0;
	int rc;

	*f = (struct figures){ .d = d, .n_categories = d->universe->n_categories };
	rc = find_range(d, err);
	if (!rc)
		rc = db_scalar(&n_persons, d->db, "SELECT count(*) FROM person", 0, err);
	if (!rc)
		rc = find_epochs(f, err);
	if (rc)
		return rc;
	f->base_repo = 1 + f->n_categories;
	f->n_scopes = f->base_repo + d->n_members;
	f->n_quarters = (size_t)(d->hi - d->lo + 1);
	f->n_persons = (size_t)n_persons;
	f->repo_quarters = calloc(d->n_members * f->n_quarters + 1, sizeof(*f->repo_quarters));
	f->measures = calloc(f->n_scopes * f->n_quarters * UNDER_N, sizeof(*f->measures));
	f->first_in_universe = calloc(f->n_persons + 1, sizeof(*f->first_in_universe));
	if (!f->repo_quarters || !f->measures || !f->first_in_universe)
		return quarry_error_nomem(err);
	return 0;
}

void figures_release(struct figures *f)
{
	free(f->repo_quarters);
	free(f->measures);
	free(f->first_in_universe);
	vec_release(&f->rows);
	vec_release(&f->epochs);
}

struct quarry_measures *figures_at(struct figures *f, size_t scope, int32_t quarter,
				   enum under under)
{
	if (quarter < f->d->lo || quarter > f->d->hi)
		return NULL;
	return &f->measures[(scope * f->n_quarters + (size_t)(quarter - f->d->lo)) * UNDER_N + under];
}

struct repo_quarter *figures_repo(const struct figures *f, size_t member, int32_t quarter)
{
	if (quarter < f->d->lo || quarter > f->d->hi)
		return NULL;
	return &f->repo_quarters[member * f->n_quarters + (size_t)(quarter - f->d->lo)];
}

void figures_keep_top5(uint32_t top5[5], uint32_t n)
{
	for (int i = 0; i < 5; i++)
		if (n > top5[i]) {
			uint32_t smaller = top5[i];

			top5[i] = n;
			n = smaller;
		}
}

bool figures_lines_known(const struct repo_quarter *q)
{
	return !q->unread && !q->uncounted;
}

/* repo.repo to the index of the member. */
static int index_members(struct map *index, const struct figures *f, struct quarry_error *err)
{
	for (size_t i = 0; i < f->d->n_members; i++)
		if (!map_at(index, &f->d->repos.at[i].id, sizeof(int64_t), (int64_t)i))
			return quarry_error_nomem(err);
	return 0;
}

/* Commits of each kind, by repository and quarter. */
int figures_commits(struct figures *f, struct quarry_error *err)
{
	struct map index = MAP_INIT;
	struct db_stmt *st = NULL;
	int rc = index_members(&index, f, err);

	if (!rc)
		rc = db_prepare(&st, f->d->db,
				"SELECT k.repo, k.quarter, k.kind, count(*), sum(k.agent_assisted),"
				" sum((c.flags & 2) <> 0 AND k.kind <> 4)"
				" FROM commit_kind k JOIN commits c USING (commit_id)"
				" GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", err);
	while (!rc && (rc = db_step(st, err)) > 0) {
		int64_t id = db_int(st, 0), kind = db_int(st, 2);
		size_t member = (size_t)*map_find(&index, &id, sizeof(id));
		int32_t quarter = (int32_t)db_int(st, 1);
		struct derive_repo *r = &f->d->repos.at[member];
		struct repo_quarter *q = figures_repo(f, member, quarter);

		rc = 0;
		if (kind == KIND_COUNTED && r->first_quarter == QUARRY_QUARTER_NONE)
			r->first_quarter = quarter;
		if (!q)
			continue;
		q->kinds[kind] = db_int(st, 3);
		q->assisted += db_int(st, 4);
		q->landed += db_int(st, 5);
	}
	db_finish(st);
	map_release(&index);
	return rc;
}

/* Load the credits: all quarters, because "new" needs the whole history. */
int figures_rows(struct figures *f, struct quarry_error *err)
{
	struct map index = MAP_INIT;
	struct db_stmt *st = NULL;
	int rc = index_members(&index, f, err);

	if (!rc)
		rc = db_prepare(&st, f->d->db,
				"SELECT repo, quarter, person, lenient, email, authored, co_authored,"
				" weeks, days_lo, days_hi FROM activity JOIN person USING (person)"
				" ORDER BY repo, quarter, person, email", err);
	while (!rc && (rc = db_step(st, err)) > 0) {
		int64_t id = db_int(st, 0);
		struct person_row row = {
			.scope = (uint32_t)*map_find(&index, &id, sizeof(id)),
			.quarter = (int32_t)db_int(st, 1), .person = (uint32_t)db_int(st, 2),
			.lenient = (uint32_t)db_int(st, 3), .email = (uint32_t)db_int(st, 4),
			.authored = (uint32_t)db_int(st, 5), .co_authored = (uint32_t)db_int(st, 6),
			.weeks = (uint32_t)db_int(st, 7), .days_lo = (uint64_t)db_int(st, 8),
			.days_hi = (uint64_t)db_int(st, 9),
		};

		rc = vec_push(&f->rows, row) < 0 ? quarry_error_nomem(err) : 0;
	}
	db_finish(st);
	map_release(&index);
	return rc;
}

int derive_figures(struct quarry_derive *d, struct quarry_error *err)
{
	static int (*const steps[])(struct figures *, struct quarry_error *) = {
		figures_commits, figures_files, figures_rows, figures_sums,
		figures_people, figures_flows, figures_changes, figures_write,
	};
	struct figures f;
	int rc = figures_init(&f, d, err);

	for (size_t i = 0; !rc && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](&f, err);
	figures_release(&f);
	return rc;
}
