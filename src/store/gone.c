/*
 * What goes: all of a repository before it is written anew, the commits that its tip
 * cannot reach any more, and the paths that only they named.
 *
 * 1. Each commit that is removed leaves its id in gone_commit, marked GONE_NOW.
 * 2. When all pieces are written, those that are there again take back when they were
 *    first seen, be they of step 1 or of an earlier run, and leave gone_commit.
 * 3. What is still marked is gone.
 */
#include "store/store.h"
#include "util/banned.h"

/* In gone_s, within the transaction alone. */
#define GONE_NOW INT64_MIN

static int all_gone(struct quarry_store *s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_ALL_GONE, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, s->put.repo);
	db_bind_int(st, 2, GONE_NOW);
	rc = db_run(st, err);
	if (!rc)
		s->put.n_removed = db_changes(s->db);
	return rc;
}

int store_remove_all(struct quarry_store *s, struct quarry_error *err)
{
	static const enum store_stmt steps[] = {
		ST_DEL_TOUCHES, ST_DEL_TRAILERS, ST_DEL_COMMITS, ST_DEL_CLASSES, ST_DEL_PATHS,
		ST_DEL_PATH_RANGES, ST_DEL_TIP_RUNS, ST_DEL_TIP_TEXTS, ST_DEL_RELEASES,
		ST_DEL_FLAGS,
	};
	int rc = all_gone(s, err);

	for (size_t i = 0; !rc && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = store_run(s, steps[i], s->put.repo, err);
	return rc;
}

static int remove_one(struct quarry_store *s, int64_t commit, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_ONE_GONE, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, commit);
	db_bind_int(st, 2, s->put.repo);
	db_bind_int(st, 3, GONE_NOW);
	rc = db_run(st, err);
	if (rc || db_changes(s->db) == 0)
		return rc; /* none of this repository's */
	s->put.n_removed++;
	rc = store_run(s, ST_DEL_TOUCHES_OF, commit, err);
	if (!rc)
		rc = store_run(s, ST_DEL_TRAILERS_OF, commit, err);
	return rc ? rc : store_run(s, ST_DEL_COMMIT, commit, err);
}

int store_remove_gone(struct quarry_store *s, const int64_t *commits, size_t n,
		      struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = remove_one(s, commits[i], err);
	return rc;
}

static int remove_unused_paths(struct quarry_store *s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_DEL_PATHS_UNUSED, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, s->put.repo);
	/* All of them are gone at the first step. */
	while ((rc = db_step(st, err)) > 0) {
		rc = store_run(s, ST_DEL_CLASS, db_int(st, 0), err);
		if (rc) {
			db_reset(st);
			break;
		}
	}
	return rc;
}

int store_settle_gone(int64_t *n_gone, struct quarry_store *s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_run(s, ST_CAME_BACK_TIME, s->put.repo, err);

	if (!rc)
		rc = store_run(s, ST_CAME_BACK, s->put.repo, err);
	if (!rc)
		rc = store_stmt(&st, s, ST_GONE_S, err);
	if (rc)
		return rc;
	db_bind_int(st, 1, s->put.repo);
	db_bind_int(st, 2, s->put.mined_s);
	db_bind_int(st, 3, GONE_NOW);
	rc = db_run(st, err);
	if (rc)
		return rc;
	*n_gone = db_changes(s->db);
	if (s->put.mode == QUARRY_PUT_ADD && (s->put.n_removed || s->put.tip_path_gone))
		rc = remove_unused_paths(s, err);
	return rc;
}
