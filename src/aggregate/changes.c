/*
 * Why a figure changed from the quarter before (metrics.md 9).
 *
 * Under the quarter's membership each repository of a scope falls into one part:
 * what is known of it ends before the quarter does, it is *stale*, and nobody can say
 * which of the others it is; else silent now and active then it is *gone*; else with
 * its first commit in this or the last quarter it is *new*; else active in both
 * quarters it is *organic*; else it is *revived*.  Commits and touches of a part are
 * summed.  Persons work in several parts, so they are counted in the order organic,
 * new, revived, gone, stale, each person in the first part only: then the parts sum to
 * the change for persons, too.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/figures.h"
#include "util/banned.h"

enum part { PART_ORGANIC, PART_NEW, PART_REVIVED, PART_GONE, PART_STALE, PART_N, PART_NONE };

static enum part part_of(const struct figures *f, size_t member, int32_t quarter)
{
	const struct repo_quarter *now = figures_repo(f, member, quarter);
	const struct repo_quarter *then = figures_repo(f, member, quarter - 1);
	int64_t a = now->kinds[KIND_COUNTED], b = then->kinds[KIND_COUNTED];

	if (!a && !b)
		return PART_NONE;
	if (derive_is_stale(f->d, &f->d->repos.at[member], quarter))
		return PART_STALE;
	if (!a)
		return PART_GONE;
	if (f->d->repos.at[member].first_quarter >= quarter - 1)
		return PART_NEW;
	return b ? PART_ORGANIC : PART_REVIVED;
}

struct change {
	int64_t commits[PART_N], touches[PART_N], contributors[PART_N];
	bool unread; /* `touches` are not known */
};

/* A person's presence in a scope, in the earliest part that has it. */
struct presence {
	uint32_t scope, person;
	enum part part;
};

static int by_presence(const void *a, const void *b)
{
	const struct presence *x = a, *y = b;

	if (x->scope != y->scope)
		return x->scope < y->scope ? -1 : 1;
	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	return (int)x->part - (int)y->part;
}

struct changes {
	struct figures *f;
	struct change *of; /* of each scope: universe and categories */
	VEC(struct presence) present;
	struct db_stmt *write;
};

static void add_sums(struct changes *x, size_t scope, enum part part,
		     const struct repo_quarter *now, const struct repo_quarter *then)
{
	struct change *c = &x->of[scope];

	c->commits[part] += now->kinds[KIND_COUNTED] - then->kinds[KIND_COUNTED];
	c->touches[part] += now->touches - then->touches;
	c->unread = c->unread || now->unread || then->unread;
}

static void add_repos(struct changes *x, int32_t quarter)
{
	struct figures *f = x->f;

	for (size_t i = 0; i < f->d->n_members; i++) {
		int32_t category = derive_category_of(&f->d->repos.at[i], quarter);
		enum part part = part_of(f, i, quarter);

		if (category == NO_CATEGORY || part == PART_NONE)
			continue;
		add_sums(x, 0, part, figures_repo(f, i, quarter), figures_repo(f, i, quarter - 1));
		add_sums(x, 1 + (size_t)category, part, figures_repo(f, i, quarter),
			 figures_repo(f, i, quarter - 1));
	}
}

/* Count the persons of one quarter into the parts, with a sign. */
static int add_persons(struct changes *x, int32_t quarter, int32_t active, int sign)
{
	struct figures *f = x->f;

	x->present.n = 0;
	for (size_t i = 0; i < f->rows.n; i++) {
		const struct person_row *r = &f->rows.at[i];
		int32_t category;
		enum part part;

		if (r->quarter != active)
			continue;
		category = derive_category_of(&f->d->repos.at[r->scope], quarter);
		part = part_of(f, r->scope, quarter);
		if (category == NO_CATEGORY)
			continue;
		if (vec_push(&x->present, ((struct presence){ 0, r->person, part })) < 0 ||
		    vec_push(&x->present, ((struct presence){ 1 + (uint32_t)category, r->person,
							      part })) < 0)
			return -1;
	}
	if (x->present.n)
		qsort(x->present.at, x->present.n, sizeof(*x->present.at), by_presence);
	for (size_t i = 0; i < x->present.n; i++) {
		const struct presence *p = &x->present.at[i];

		if (i == 0 || p[-1].scope != p->scope || p[-1].person != p->person)
			x->of[p->scope].contributors[p->part] += sign;
	}
	return 0;
}

/* @param parts  NULL: not known */
static int write_one(struct changes *x, size_t scope, int32_t quarter, const char *metric,
		     const int64_t *parts, struct quarry_error *err)
{
	db_bind_int(x->write, 1, (int64_t)scope);
	db_bind_int(x->write, 2, quarter);
	db_bind_text(x->write, 3, metric, strlen(metric));
	for (int i = 0; i < PART_N; i++) {
		if (parts)
			db_bind_int(x->write, 4 + i, parts[i]);
		else
			db_bind_null(x->write, 4 + i);
	}
	return db_run(x->write, err);
}

static int change_quarter(struct changes *x, int32_t quarter, struct quarry_error *err)
{
	size_t n = x->f->base_repo;
	int rc = 0;

	memset(x->of, 0, n * sizeof(*x->of));
	add_repos(x, quarter);
	if (add_persons(x, quarter, quarter, 1) < 0 || add_persons(x, quarter, quarter - 1, -1) < 0)
		return quarry_error_nomem(err);
	for (size_t s = 0; !rc && s < n; s++) {
		rc = write_one(x, s, quarter, "commits", x->of[s].commits, err);
		if (!rc)
			rc = write_one(x, s, quarter, "file_touches",
				       x->of[s].unread ? NULL : x->of[s].touches, err);
		if (!rc)
			rc = write_one(x, s, quarter, "contributors", x->of[s].contributors, err);
	}
	return rc;
}

int figures_changes(struct figures *f, struct quarry_error *err)
{
	struct changes x = { .f = f, .of = calloc(f->base_repo, sizeof(*x.of)) };
	int rc;

	if (!x.of)
		return quarry_error_nomem(err);
	rc = db_prepare(&x.write, f->d->db,
			"INSERT INTO scope_change(scope, quarter, metric, organic, new_repos, revived,"
			" gone, stale) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", err);
	for (int32_t q = f->d->lo + 1; !rc && q <= f->d->hi; q++)
		rc = change_quarter(&x, q, err);
	db_finish(x.write);
	vec_release(&x.present);
	free(x.of);
	return rc;
}
