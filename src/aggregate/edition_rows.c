/*
 * The rows of an edition: scopes, changes, flows, overlap, repositories.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/columns.h"
#include "aggregate/edition.h"
#include "util/banned.h"

/* SELECT measures for (scope ?1, quarter ?2, members_of ?3). */
static int prepare_measures(struct db_stmt **out, struct edition_reader *r,
			    struct quarry_error *err)
{
	struct str sql = STR_INIT;
	int rc;

	str_adds(&sql, "SELECT ");
	columns_list(&sql);
	str_adds(&sql, " FROM scope_quarter WHERE scope = ?1 AND quarter = ?2 AND members_of = ?3");
	rc = sql.oom ? quarry_error_nomem(err) : db_prepare(out, r->db, sql.buf, err);
	str_release(&sql);
	return rc;
}

/* No row is no activity: all 0. */
static int read_measures(struct quarry_measures *m, struct db_stmt *st, int64_t scope,
			 int32_t quarter, int32_t members_of, struct quarry_error *err)
{
	int rc;

	db_bind_int(st, 1, scope);
	db_bind_int(st, 2, quarter);
	db_bind_int(st, 3, members_of);
	rc = db_step(st, err);
	if (rc > 0)
		columns_read(m, st, 0);
	db_reset(st);
	return rc < 0 ? rc : 0;
}

static int read_scope(struct edition_reader *r, struct quarry_scope *s, struct db_stmt *row,
		      struct db_stmt *measures, struct quarry_error *err)
{
	int32_t q = r->e->quarter;
	int64_t scope = db_int(row, 0);
	int rc;

	s->id = edition_text(r, db_text(row, 1));
	s->title = edition_text(r, db_text(row, 2));
	s->layer = edition_text(r, db_text(row, 3));
	if (!s->id || !s->title || !s->layer)
		return quarry_error_nomem(err);
	rc = read_measures(&s->now, measures, scope, q, q, err);
	if (!rc)
		rc = read_measures(&s->before, measures, scope, q - 1, r->as_of ? q - 1 : q, err);
	return rc;
}

int edition_scopes(struct edition_reader *r, struct quarry_error *err)
{
	struct db_stmt *st = NULL, *measures = NULL;
	int64_t n = 0;
	int rc = db_scalar(&n, r->db, "SELECT 1 + count(*) FROM category", 0, err);

	if (rc)
		return rc;
	r->e->n_scopes = (size_t)n;
	r->e->scopes = arena_zeros(r->arena, r->e->n_scopes, sizeof(*r->e->scopes));
	if (!r->e->scopes)
		return quarry_error_nomem(err);
	rc = prepare_measures(&measures, r, err);
	if (!rc)
		rc = db_prepare(&st, r->db,
				"SELECT scope, s.id, coalesce(c.title, ''), coalesce(c.layer, '')"
				" FROM scope s LEFT JOIN category c USING (category)"
				" WHERE kind <> 'repository' ORDER BY scope", err);
	for (size_t i = 0; !rc && i < r->e->n_scopes; i++) {
		rc = db_step(st, err);
		rc = rc > 0 ? read_scope(r, &r->e->scopes[i], st, measures, err) : rc;
	}
	if (!rc)
		r->e->scopes[0].title = r->e->title;
	db_finish(st);
	db_finish(measures);
	return rc;
}

static struct quarry_change *change_of(struct quarry_scope *s, const char *metric)
{
	if (strcmp(metric, "commits") == 0)
		return &s->commits;
	return strcmp(metric, "file_touches") == 0 ? &s->file_touches : &s->contributors;
}

/*
 * With each quarter's own taxonomy the base is another set of repositories: what the
 * like-for-like base lacks or has too much of it is what was reclassified.
 */
static int reclassified(struct edition_reader *r, struct quarry_error *err)
{
	struct db_stmt *measures = NULL;
	struct quarry_measures base;
	int rc = prepare_measures(&measures, r, err);

	for (size_t i = 0; !rc && i < r->e->n_scopes; i++) {
		struct quarry_scope *s = &r->e->scopes[i];

		base = (struct quarry_measures){ 0 };
		rc = read_measures(&base, measures, (int64_t)i, r->e->quarter - 1, r->e->quarter, err);
		s->commits.reclassified = base.commits - s->before.commits;
		if (base.file_touches == QUARRY_UNKNOWN || s->before.file_touches == QUARRY_UNKNOWN)
			s->file_touches.unknown = 1;
		else
			s->file_touches.reclassified = base.file_touches - s->before.file_touches;
		s->contributors.reclassified = base.contributors - s->before.contributors;
	}
	db_finish(measures);
	return rc;
}

int edition_changes(struct edition_reader *r, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db,
			    "SELECT scope, metric, organic, new_repos, revived, gone, stale"
			    " FROM scope_change WHERE quarter = ?1 ORDER BY scope, metric", err);

	if (rc)
		return rc;
	db_bind_int(st, 1, r->e->quarter);
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_change *c = change_of(&r->e->scopes[db_int(st, 0)], db_text(st, 1));

		c->organic = db_int(st, 2);
		c->new_repos = db_int(st, 3);
		c->revived = db_int(st, 4);
		c->gone = db_int(st, 5);
		c->stale = db_int(st, 6);
		c->unknown = db_is_null(st, 2);
	}
	db_finish(st);
	return !rc && r->as_of ? reclassified(r, err) : rc;
}

static int read_flows(struct edition_reader *r, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db,
			    "SELECT scope, start, entered, \"in\", reactivated, out, dormant, \"end\""
			    " FROM scope_flow WHERE quarter = ?1", err);

	if (rc)
		return rc;
	db_bind_int(st, 1, r->e->quarter);
	while ((rc = db_step(st, err)) > 0)
		r->e->scopes[db_int(st, 0)].flow = (struct quarry_flow){
			db_int(st, 1), db_int(st, 2), db_int(st, 3), db_int(st, 4), db_int(st, 5),
			db_int(st, 6), db_int(st, 7),
		};
	db_finish(st);
	return rc;
}

static int read_overlap(struct edition_reader *r, struct quarry_error *err)
{
	size_t n = r->e->n_scopes - 1;
	struct db_stmt *st = NULL;
	int rc;

	r->e->overlap = arena_zeros(r->arena, n * n, sizeof(*r->e->overlap));
	if (!r->e->overlap)
		return quarry_error_nomem(err);
	rc = db_prepare(&st, r->db, "SELECT a, b, persons FROM overlap WHERE quarter = ?1", err);
	if (rc)
		return rc;
	db_bind_int(st, 1, r->e->quarter);
	while ((rc = db_step(st, err)) > 0)
		r->e->overlap[(size_t)db_int(st, 0) * n + (size_t)db_int(st, 1)] = db_int(st, 2);
	db_finish(st);
	return rc;
}

int edition_movement(struct edition_reader *r, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int64_t n = 0;
	int rc = read_flows(r, err);

	if (!rc)
		rc = read_overlap(r, err);
	if (!rc)
		rc = edition_number(&n, r, "SELECT count(*) FROM move WHERE quarter = ?1",
				    r->e->quarter, 0, err);
	if (rc)
		return rc;
	r->e->moves = arena_zeros(r->arena, (size_t)n, sizeof(*r->e->moves));
	if (!r->e->moves)
		return quarry_error_nomem(err);
	rc = db_prepare(&st, r->db, "SELECT from_c, to_c, persons FROM move WHERE quarter = ?1"
			" ORDER BY persons DESC, from_c, to_c", err);
	if (rc)
		return rc;
	db_bind_int(st, 1, r->e->quarter);
	while (r->e->n_moves < (size_t)n && (rc = db_step(st, err)) > 0)
		r->e->moves[r->e->n_moves++] = (struct quarry_move){
			(size_t)db_int(st, 0) + 1, (size_t)db_int(st, 1) + 1, db_int(st, 2) };
	db_finish(st);
	return rc < 0 ? rc : 0;
}

static enum quarry_repo_state state_of(int64_t state, const char *problem)
{
	if (state == 0)
		return QUARRY_REPO_NEVER;
	if (*problem)
		return QUARRY_REPO_FAILED;
	return state == 1 ? QUARRY_REPO_OK : QUARRY_REPO_EMPTY;
}

/* Before the cut there may be anything: new and returned cannot be told apart. */
static void forget_new(struct quarry_measures *m)
{
	m->new_contributors = m->reactivated = m->new_to_universe = QUARRY_UNKNOWN;
}

static int read_repo(struct edition_reader *r, struct quarry_repo_row *row, struct db_stmt *st,
		     struct db_stmt *measures, struct quarry_error *err)
{
	int rc;

	row->slug = edition_text(r, db_text(st, 1));
	row->url = edition_text(r, db_text(st, 2));
	row->category = edition_text(r, db_text(st, 3));
	row->problem = edition_text(r, db_text(st, 5));
	if (!row->slug || !row->url || !row->category || !row->problem)
		return quarry_error_nomem(err);
	row->state = state_of(db_int(st, 4), row->problem);
	row->newest_s = db_int(st, 9);
	row->known_s = db_int(st, 10);
	row->stale = row->known_s > 0 && row->known_s < r->stale_before_s;
	row->touches_since = (int32_t)db_int(st, 11);
	if (row->touches_since > r->e->touches_since)
		r->e->touches_since = row->touches_since;
	rc = read_measures(&row->now, measures, db_int(st, 0), r->e->quarter, r->e->quarter, err);
	if (!rc)
		rc = read_measures(&row->before, measures, db_int(st, 0), r->e->quarter - 1,
				   r->e->quarter - 1, err);
	/* A quarter without a commit has no row, but these two hold all the same. */
	row->now.tracked = 1;
	row->before.tracked = db_int(st, 8);
	row->now.files_at_tip = row->before.files_at_tip = db_int(st, 7);
	if (db_int(st, 6)) {
		forget_new(&row->now);
		forget_new(&row->before);
	}
	return rc;
}

int edition_repos(struct edition_reader *r, struct quarry_error *err)
{
	struct db_stmt *st = NULL, *measures = NULL;
	int64_t n = 0;
	int rc = edition_number(&n, r, "SELECT count(*) FROM tracked t WHERE (" CATEGORY_AT_1
				") IS NOT NULL", r->e->quarter, 0, err);

	if (rc)
		return rc;
	r->e->repos = arena_zeros(r->arena, (size_t)n, sizeof(*r->e->repos));
	if (!r->e->repos)
		return quarry_error_nomem(err);
	rc = prepare_measures(&measures, r, err);
	if (!rc)
		rc = db_prepare(&st, r->db,
				"SELECT s.scope, repo.slug, repo.url, c.id, repo.state,"
				" CASE fetch_problem WHEN '' THEN mine_problem ELSE fetch_problem END,"
				" " CUT_OFF ", repo.files_at_tip, (" CATEGORY_BEFORE_1 ") IS NOT NULL,"
				" (SELECT max(activity_s) FROM commits c JOIN commit_time USING (commit_id)"
				"  WHERE c.repo = t.repo), t.known_s, iif(" WINDOWED ", repo.since, 0)"
				" FROM tracked t JOIN repo USING (repo) JOIN scope s ON s.repo = t.repo"
				" JOIN category c ON c.category = (" CATEGORY_AT_1 ")"
				" LEFT JOIN scope_quarter q ON q.scope = s.scope AND q.quarter = ?1"
				"  AND q.members_of = ?1"
				" ORDER BY c.category, coalesce(q.commits, 0) DESC, repo.slug, repo.url", err);
	if (!rc)
		db_bind_int(st, 1, r->e->quarter);
	while (!rc && r->e->n_repos < (size_t)n && (rc = db_step(st, err)) > 0)
		rc = read_repo(r, &r->e->repos[r->e->n_repos++], st, measures, err);
	db_finish(st);
	db_finish(measures);
	return rc < 0 ? rc : 0;
}
