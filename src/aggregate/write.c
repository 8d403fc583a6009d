/*
 * Writing the figures: scope, scope_quarter, repo_files.
 */
#include <string.h>

#include "aggregate/columns.h"
#include "aggregate/figures.h"
#include "util/banned.h"

static int write_scope(struct db_stmt *st, size_t scope, const char *kind, const char *id,
		       int64_t category, int64_t repo, struct quarry_error *err)
{
	db_bind_int(st, 1, (int64_t)scope);
	db_bind_text(st, 2, kind, strlen(kind));
	db_bind_text(st, 3, id, strlen(id));
	if (category < 0)
		db_bind_null(st, 4);
	else
		db_bind_int(st, 4, category);
	if (repo < 0)
		db_bind_null(st, 5);
	else
		db_bind_int(st, 5, repo);
	return db_run(st, err);
}

static int write_scopes(struct figures *f, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, f->d->db,
			    "INSERT INTO scope(scope, kind, id, category, repo)"
			    " VALUES(?1, ?2, ?3, ?4, ?5)", err);

	if (!rc)
		rc = write_scope(st, 0, "universe", "", -1, -1, err);
	for (size_t i = 0; !rc && i < f->n_categories; i++)
		rc = write_scope(st, 1 + i, "category", f->d->universe->categories[i].id,
				 (int64_t)i, -1, err);
	for (size_t i = 0; !rc && i < f->d->n_members; i++)
		rc = write_scope(st, f->base_repo + i, "repository", f->d->repos.at[i].url,
				 f->d->repos.at[i].category, f->d->repos.at[i].id, err);
	db_finish(st);
	return rc;
}

static int write_measures(struct figures *f, struct db_stmt *st, size_t scope, int32_t quarter,
			  enum under under, struct quarry_error *err)
{
	const struct quarry_measures *m = figures_at(f, scope, quarter, under);

	/* A repository without any commit in the quarter needs no row: all is 0. */
	if (scope >= f->base_repo && !m->commits && !m->merge_commits && !m->bot_commits &&
	    !m->agent_commits && !m->duplicate_commits)
		return 0;
	db_bind_int(st, 1, (int64_t)scope);
	db_bind_int(st, 2, quarter);
	db_bind_int(st, 3, under == UNDER_OWN ? quarter : quarter + 1);
	columns_bind(st, 4, m);
	return db_run(st, err);
}

static int prepare_measures(struct db_stmt **out, struct figures *f, struct quarry_error *err)
{
	struct str sql = STR_INIT;
	int rc;

	str_adds(&sql, "INSERT INTO scope_quarter(scope, quarter, members_of, ");
	columns_list(&sql);
	str_adds(&sql, ") VALUES(?1, ?2, ?3");
	for (size_t i = 0; i < n_measure_columns; i++)
		str_addf(&sql, ", ?%zu", 4 + i);
	str_addc(&sql, ')');
	rc = sql.oom ? quarry_error_nomem(err) : db_prepare(out, f->d->db, sql.buf, err);
	str_release(&sql);
	return rc;
}

static void bind_known(struct db_stmt *st, int at, int64_t n, bool known)
{
	if (known)
		db_bind_int(st, at, n);
	else
		db_bind_null(st, at);
}

static int write_repo_files(struct db_stmt *st, int64_t repo, int32_t quarter,
			    const struct repo_quarter *r, struct quarry_error *err)
{
	int64_t top5 = 0;

	for (int k = 0; k < 5; k++)
		top5 += r->top5[k];
	db_bind_int(st, 1, repo);
	db_bind_int(st, 2, quarter);
	bind_known(st, 3, r->touches_raw, !r->unread);
	bind_known(st, 4, r->touches, !r->unread);
	bind_known(st, 5, r->distinct_raw, !r->unread);
	bind_known(st, 6, r->distinct, !r->unread);
	bind_known(st, 7, top5, !r->unread);
	bind_known(st, 8, r->lines_raw, figures_lines_known(r));
	bind_known(st, 9, r->lines, figures_lines_known(r));
	return db_run(st, err);
}

static int write_files(struct figures *f, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, f->d->db,
			    "INSERT INTO repo_files(repo, quarter, file_touches_raw, file_touches,"
			    " distinct_files_raw, distinct_files, top5_touches, lines_churn_raw,"
			    " lines_churn) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", err);

	for (size_t i = 0; !rc && i < f->d->n_members; i++)
		for (int32_t q = f->d->lo; !rc && q <= f->d->hi; q++) {
			const struct repo_quarter *r = figures_repo(f, i, q);

			if (r->touches_raw || r->unread)
				rc = write_repo_files(st, f->d->repos.at[i].id, q, r, err);
		}
	db_finish(st);
	return rc;
}

int figures_write(struct figures *f, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = write_scopes(f, err);

	if (!rc)
		rc = prepare_measures(&st, f, err);
	for (size_t s = 0; !rc && s < f->n_scopes; s++)
		for (int32_t q = f->d->lo; !rc && q <= f->d->hi; q++) {
			rc = write_measures(f, st, s, q, UNDER_OWN, err);
			if (!rc && s < f->base_repo)
				rc = write_measures(f, st, s, q, UNDER_NEXT, err);
		}
	db_finish(st);
	return rc ? rc : write_files(f, err);
}
