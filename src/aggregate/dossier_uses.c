/*
 * Step 3 of a dossier: what its signatures are, where they are used, and what they did.
 */
#include "aggregate/dossier.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

/* Class and repository of a use. */
struct lookups {
	struct db_stmt *class, *slug;
};

static int look_up(const char **a, const char **b, struct dossier_reader *r, struct db_stmt *st,
		   int64_t id, struct quarry_error *err)
{
	int rc;

	db_bind_int(st, 1, id);
	rc = db_step(st, err);
	if (rc < 0)
		return rc;
	*a = dossier_copy(r, rc ? db_text(st, 0) : "");
	*b = dossier_copy(r, rc ? db_text(st, 1) : "");
	db_reset(st);
	return *a && *b ? 0 : quarry_error_nomem(err);
}

static int add_use(struct dossier_reader *r, struct lookups *l, struct db_stmt *st, size_t of,
		   const char *text, struct quarry_error *err)
{
	struct dossier_use u = { .of = of, .repo = db_int(st, COL_REPO),
				 .signature = db_int(st, COL_SIGNATURE), .text = dossier_copy(r, text) };
	struct str email = STR_INIT;
	const char *unused;
	int rc;

	names_fold(&email, db_text(st, COL_EMAIL));
	u.email = email.oom ? NULL : dossier_copy(r, email.buf);
	str_release(&email);
	if (!u.text || !u.email)
		return quarry_error_nomem(err);
	rc = look_up(&u.class, &u.rule, r, l->class, u.signature, err);
	if (!rc)
		rc = look_up(&u.slug, &unused, r, l->slug, u.repo, err);
	if (!rc && vec_push(&r->uses, u))
		rc = quarry_error_nomem(err);
	return rc;
}

static int scan_uses(struct dossier_reader *r, struct lookups *l, struct quarry_error *err)
{
	struct str text = STR_INIT;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, dossier_uses_rows, err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		ptrdiff_t of = dossier_find(r, db_int(st, COL_PERSON));

		rc = of < 0 ? 0 : dossier_signature(&text, r, st, err);
		if (!rc && of >= 0 && text.len)
			rc = add_use(r, l, st, (size_t)of, text.buf, err);
	}
	db_finish(st);
	str_release(&text);
	return rc;
}

static int by_text(const void *pa, const void *pb)
{
	const struct dossier_use *a = pa, *b = pb;
	int order = (a->of > b->of) - (a->of < b->of);

	if (!order)
		order = strcmp(a->text, b->text);
	return order ? order : strcmp(a->slug, b->slug);
}

int dossier_uses(struct dossier_reader *r, struct quarry_error *err)
{
	struct lookups l = { NULL, NULL };
	int rc = db_prepare(&l.class, r->db,
			    "SELECT class, rule FROM signature_class WHERE signature = ?1", err);

	if (!rc)
		rc = db_prepare(&l.slug, r->db, "SELECT slug, '' FROM repo WHERE repo = ?1", err);
	if (!rc)
		rc = scan_uses(r, &l, err);
	db_finish(l.class);
	db_finish(l.slug);
	if (!rc && r->uses.n)
		qsort(r->uses.at, r->uses.n, sizeof(*r->uses.at), by_text);
	return rc;
}

/* --- what they committed --------------------------------------------------- */

static void widen(struct quarry_dossier *d, int32_t first, int32_t last)
{
	if (!d->first_quarter || first < d->first_quarter)
		d->first_quarter = first;
	if (!d->last_quarter || last > d->last_quarter)
		d->last_quarter = last;
}

/* The commits of one repository, by author. */
static int count_commits(struct dossier_reader *r, struct map *uses, struct db_stmt *st, int64_t repo,
			 struct quarry_error *err)
{
	int rc;

	db_bind_int(st, 1, repo);
	while ((rc = db_step(st, err)) > 0) {
		int64_t pair[2] = { repo, db_int(st, 0) }, *at = map_find(uses, pair, sizeof(pair));
		struct dossier_use *u = at ? &r->uses.at[*at] : NULL;

		if (!u)
			continue;
		u->commits = db_int(st, 1);
		widen(&r->out->at[u->of], (int32_t)db_int(st, 2), (int32_t)db_int(st, 3));
	}
	return rc;
}

int dossier_commits(struct dossier_reader *r, struct quarry_error *err)
{
	struct map uses = MAP_INIT, repos = MAP_INIT;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, "SELECT c.author, count(*), min(k.quarter), max(k.quarter)"
			    " FROM commits c JOIN commit_kind k USING (commit_id) WHERE c.repo = ?1"
			    " GROUP BY c.author", err);

	for (size_t i = 0; !rc && i < r->uses.n; i++) {
		int64_t pair[2] = { r->uses.at[i].repo, r->uses.at[i].signature };

		if (!map_at(&uses, pair, sizeof(pair), (int64_t)i))
			rc = quarry_error_nomem(err);
	}
	for (size_t i = 0; !rc && i < r->uses.n; i++) {
		int64_t *seen = map_at(&repos, &r->uses.at[i].repo, sizeof(int64_t), 0);

		if (!seen)
			rc = quarry_error_nomem(err);
		else if (!(*seen)++)
			rc = count_commits(r, &uses, st, r->uses.at[i].repo, err);
	}
	db_finish(st);
	map_release(&uses);
	map_release(&repos);
	return rc;
}

int dossier_credits(struct dossier_reader *r, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, "SELECT person, authored, co_authored, quarter FROM activity",
			    err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		ptrdiff_t of = dossier_find(r, db_int(st, 0));

		rc = 0;
		if (of < 0)
			continue;
		r->out->at[of].authored += db_int(st, 1);
		r->out->at[of].co_authored += db_int(st, 2);
		widen(&r->out->at[of], (int32_t)db_int(st, 3), (int32_t)db_int(st, 3));
	}
	db_finish(st);
	return rc;
}
