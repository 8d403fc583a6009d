/*
 * The universe as tables: categories, tracked repositories, and those mined only
 * so that their history is excluded.
 */
#include <string.h>

#include "aggregate/derive.h"
#include "util/banned.h"
#include "util/map.h"

/* URL to repo.repo for what the store knows. */
static int load_known(struct map *known, struct quarry_derive *d, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, "SELECT url, repo FROM repo", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		const char *url = db_text(st, 0);

		if (!map_at(known, url, strlen(url), db_int(st, 1))) {
			rc = quarry_error_nomem(err);
			break;
		}
	}
	db_finish(st);
	return rc;
}

static int64_t number_of(const struct map *known, const char *url)
{
	int64_t *at = url ? map_find(known, url, strlen(url)) : NULL;

	return at ? *at : -1;
}

static int add_members(struct quarry_derive *d, const struct map *known, struct quarry_error *err)
{
	const struct quarry_universe *u = d->universe;

	for (size_t i = 0; i < u->n_repos; i++) {
		const struct quarry_repo *r = &u->repos[i];
		struct derive_repo x = {
			.id = number_of(known, r->url), .url = r->url,
			.category = (int32_t)r->category, .from = r->from, .until = r->until,
			.moved_from = r->moved_from == SIZE_MAX ? NO_CATEGORY : (int32_t)r->moved_from,
			.upstream = number_of(known, r->upstream),
			.first_quarter = QUARRY_QUARTER_NONE,
		};

		/* A repository that was never registered has no facts to count. */
		if (x.id >= 0 && vec_push(&d->repos, x) < 0)
			return quarry_error_nomem(err);
	}
	d->n_members = d->repos.n;
	return 0;
}

static bool is_listed(const struct quarry_derive *d, int64_t id)
{
	for (size_t i = 0; i < d->repos.n; i++)
		if (d->repos.at[i].id == id)
			return true;
	return false;
}

static int add_excluded(struct quarry_derive *d, const struct map *known, struct quarry_error *err)
{
	const struct quarry_universe *u = d->universe;

	for (size_t i = 0; i < u->n_repos; i++)
		for (size_t j = 0; j < u->repos[i].n_exclude_history; j++) {
			const char *url = u->repos[i].exclude_history[j];
			struct derive_repo x = {
				.id = number_of(known, url), .url = url, .category = NO_CATEGORY,
				.from = QUARRY_QUARTER_NONE, .until = QUARRY_QUARTER_NONE,
				.moved_from = NO_CATEGORY, .upstream = -1,
				.first_quarter = QUARRY_QUARTER_NONE,
			};

			if (x.id < 0 || is_listed(d, x.id))
				continue;
			if (vec_push(&d->repos, x) < 0)
				return quarry_error_nomem(err);
		}
	return 0;
}

static int write_categories(struct quarry_derive *d, struct quarry_error *err)
{
	const struct quarry_universe *u = d->universe;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db,
			    "INSERT INTO category(category, id, title, layer) VALUES(?1, ?2, ?3, ?4)",
			    err);

	for (size_t i = 0; !rc && i < u->n_categories; i++) {
		const struct quarry_category *c = &u->categories[i];
		const char *layer = u->layers[c->layer].title;

		db_bind_int(st, 1, (int64_t)i);
		db_bind_text(st, 2, c->id, strlen(c->id));
		db_bind_text(st, 3, c->title, strlen(c->title));
		db_bind_text(st, 4, layer, strlen(layer));
		rc = db_run(st, err);
	}
	db_finish(st);
	return rc;
}

static void bind_unless(struct db_stmt *st, int at, int64_t value, int64_t none)
{
	if (value == none)
		db_bind_null(st, at);
	else
		db_bind_int(st, at, value);
}

static int write_tracked(struct quarry_derive *d, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db,
			    "INSERT INTO tracked(repo, category, from_q, until_q, moved_from, upstream,"
			    " excluded, known_s) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", err);

	for (size_t i = 0; !rc && i < d->repos.n; i++) {
		const struct derive_repo *r = &d->repos.at[i];

		db_bind_int(st, 1, r->id);
		bind_unless(st, 2, r->category, NO_CATEGORY);
		bind_unless(st, 3, r->from, QUARRY_QUARTER_NONE);
		bind_unless(st, 4, r->until, QUARRY_QUARTER_NONE);
		bind_unless(st, 5, r->moved_from, NO_CATEGORY);
		bind_unless(st, 6, r->upstream, -1);
		db_bind_int(st, 7, i >= d->n_members);
		db_bind_int(st, 8, r->known_s);
		rc = db_run(st, err);
	}
	db_finish(st);
	return rc;
}

/* What the facts say of a repository as a whole. */
static int load_facts(struct quarry_derive *d, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, "SELECT files_at_tip, CASE state WHEN 0 THEN 0 ELSE facts_s END,"
			    " since FROM repo WHERE repo = ?1", err);

	for (size_t i = 0; !rc && i < d->repos.n; i++) {
		db_bind_int(st, 1, d->repos.at[i].id);
		rc = db_step(st, err);
		if (rc > 0) {
			d->repos.at[i].files_at_tip = db_int(st, 0);
			d->repos.at[i].known_s = db_int(st, 1);
			d->repos.at[i].since = (int32_t)db_int(st, 2);
			rc = 0;
		}
		db_reset(st);
	}
	db_finish(st);
	return rc;
}

int derive_taxonomy(struct quarry_derive *d, struct quarry_error *err)
{
	struct map known = MAP_INIT;
	int rc = load_known(&known, d, err);

	if (!rc)
		rc = add_members(d, &known, err);
	if (!rc)
		rc = add_excluded(d, &known, err);
	if (!rc)
		rc = write_categories(d, err);
	if (!rc)
		rc = load_facts(d, err);
	if (!rc)
		rc = write_tracked(d, err);
	map_release(&known);
	return rc;
}
