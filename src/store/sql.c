/*
 * The statements that are kept.
 *
 * Those of many rows say OR FAIL: what a failing one has done need not be taken back by
 * itself, as the whole transaction is, so that SQLite keeps no journal a statement.
 */
#include "store/rows.h"
#include "util/banned.h"

#define PATH_ADD "INSERT OR FAIL INTO path(repo, name) VALUES"
#define PATH_ROW "(?1,?)"
#define COMMIT_ADD "INSERT OR FAIL INTO commits(repo, first_seen_s, oid, author, committer," \
		   " author_s, author_offset_min, committer_s, committer_offset_min, author_quarter," \
		   " author_bin, n_parents, parents, subject, flags, n_touches, changes," \
		   " first_touch) VALUES"
#define COMMIT_ROW "(?1,?2,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
#define TOUCH_ADD "INSERT OR FAIL INTO touch_row(path, status, old_path, added, deleted) VALUES"
#define TOUCH_ROW "(?,?,?,?,?)"
#define TOUCH_ADD_PLAIN "INSERT OR FAIL INTO touch_row(path, status) VALUES"
#define TOUCH_ROW_PLAIN "(?,?)"
#define TRAILER_ADD "INSERT OR FAIL INTO trailer(commit_id, n, key, value, signature) VALUES"
#define TRAILER_ROW "(?,?,?,?,?)"
#define TIP_RUN_ADD "INSERT OR FAIL INTO tip_run(repo, first, last) VALUES"
#define TIP_RUN_ROW "(?1,?,?)"

#define COMMITS_OF "(SELECT commit_id FROM commits WHERE repo = ?1)"
#define FROM_TOUCHES_OF " FROM commits c CROSS JOIN touch_row t ON t.touch BETWEEN c.first_touch" \
			" AND c.first_touch + c.n_touches - 1 WHERE c.repo = ?1"
#define FROM_PATHS_OF " FROM path_range r CROSS JOIN path p ON p.path BETWEEN r.first AND r.last" \
		      " WHERE r.repo = ?1 AND p.repo = ?1"
#define PATHS_OF "(SELECT p.path" FROM_PATHS_OF ")"

static const char *const sql[ST_N] = {
	[ST_REPO_ADD] = "INSERT INTO repo(url, slug) VALUES(?1, ?2) ON CONFLICT(url) DO UPDATE SET slug = ?2",
	[ST_REPO_FIND] = "SELECT repo FROM repo WHERE url = ?1",
	[ST_REPO_MINED] = "SELECT complete, tip, objects, since, lines, tags, EXISTS (SELECT 1"
			  " FROM repo_flag f WHERE f.repo = repo.repo AND f.flag IN"
			  " ('missing_commits', 'damaged_commits')) FROM repo"
			  " WHERE repo = ?1 AND state = 1",
	[ST_REPO_SET] = "UPDATE repo SET state = 1, tip = ?2, branch = ?3, mined_s = ?4,"
			" mailmap = ?5, mailmap_missing = ?6, shallow = ?7,"
			" missing_objects = ?8 + iif(?14, 0, missing_objects),"
			" files_at_tip = ?9, since = ?10, lines = ?11, objects = ?12, tags = ?15,"
			/* What was missing before and is not read again is missing still. */
			" complete = ?13 AND (complete OR ?14) WHERE repo = ?1",
	[ST_REPO_LOSSES] = "UPDATE repo SET missing_objects = missing_objects + ?2,"
			   " complete = complete AND ?3 WHERE repo = ?1",
	[ST_REPO_EMPTY] = "UPDATE repo SET state = 2, tip = NULL, branch = '', mined_s = ?2,"
			  " mailmap = NULL, mailmap_missing = 0, shallow = 0, missing_objects = 0,"
			  " files_at_tip = 0, since = -2147483648, lines = 0, objects = 0, tags = 0, complete = 0"
			  " WHERE repo = ?1",
	[ST_CHANGED] = "INSERT INTO meta(key, value) VALUES('facts', '1') ON CONFLICT(key)"
		       " DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)",
	[ST_FETCHED] = "UPDATE repo SET fetched_s = ?2 WHERE repo = ?1 AND fetched_s <> ?2",
	/* What is too late to be believed today may be right tomorrow (metrics.md time_fixed). */
	[ST_REPO_AGAIN] = "UPDATE repo SET mined_s = ?2 WHERE repo = ?1 AND mined_s < ?2 AND EXISTS"
			  " (SELECT 1 FROM repo_flag f WHERE f.repo = ?1 AND f.flag = 'future_times')",
	[ST_REPO_STATE] = "SELECT state FROM repo WHERE repo = ?1",
	[ST_FETCHED_S] = "SELECT fetched_s FROM repo WHERE repo = ?1",
	[ST_FETCH_PROBLEM] = "UPDATE repo SET fetch_problem = ?2 WHERE repo = ?1"
			     " AND fetch_problem <> ?2",
	[ST_MINE_PROBLEM] = "UPDATE repo SET mine_problem = ?2,"
			    " facts_s = CASE ?2 WHEN '' THEN fetched_s ELSE facts_s END WHERE repo = ?1"
			    " AND (mine_problem <> ?2 OR (?2 = '' AND facts_s <> fetched_s))",
	[ST_KNOWN] = "SELECT commit_id, oid, author_s, committer_s, parents, flags,"
		     " n_touches IS NOT NULL FROM commits WHERE repo = ?1",
	[ST_NEXT_PATH] = "SELECT coalesce(max(path), 0) + 1 FROM path",
	[ST_NEXT_TOUCH] = "SELECT coalesce(max(touch), 0) + 1 FROM touch_row",
	[ST_NEXT_COMMIT] = "SELECT coalesce(max(commit_id), 0) + 1 FROM commits",
	[ST_SIGNATURE_ADD] = "INSERT OR IGNORE INTO signature(name, email, raw_name, raw_email)"
			     " VALUES(?1, ?2, ?3, ?4)",
	[ST_SIGNATURE_FIND] = "SELECT signature FROM signature"
			      " WHERE name = ?1 AND email = ?2 AND raw_name = ?3 AND raw_email = ?4",
	[ST_PATHS] = "SELECT p.path, p.name" FROM_PATHS_OF,
	[ST_PATH_ADD] = PATH_ADD PATH_ROW,
	[ST_PATH_ADD_MANY] = PATH_ADD STORE_ROWS_ALL(PATH_ROW),
	[ST_PATH_RANGE] = "INSERT INTO path_range(repo, first, last) VALUES(?1, ?2, ?3)"
			  " ON CONFLICT(repo, first) DO UPDATE SET last = max(last, ?3)",
	[ST_COMMIT_ADD] = COMMIT_ADD COMMIT_ROW,
	[ST_COMMIT_ADD_MANY] = COMMIT_ADD STORE_ROWS_ALL(COMMIT_ROW),
	[ST_COMMIT_WIDEN] = "UPDATE commits SET n_touches = ?3, changes = ?4, first_touch = ?5,"
			    " flags = (flags & ~?7) | ?6 WHERE commit_id = ?1 AND repo = ?2"
			    " AND oid = ?8",
	[ST_TOUCH_ADD] = TOUCH_ADD TOUCH_ROW,
	[ST_TOUCH_ADD_MANY] = TOUCH_ADD STORE_ROWS_ALL(TOUCH_ROW),
	[ST_TOUCH_ADD_PLAIN] = TOUCH_ADD_PLAIN TOUCH_ROW_PLAIN,
	[ST_TOUCH_ADD_PLAIN_MANY] = TOUCH_ADD_PLAIN STORE_ROWS_ALL(TOUCH_ROW_PLAIN),
	[ST_TRAILER_ADD] = TRAILER_ADD TRAILER_ROW,
	[ST_TRAILER_ADD_MANY] = TRAILER_ADD STORE_ROWS_ALL(TRAILER_ROW),
	[ST_LANDED] = "UPDATE commits SET flags = flags | ?3 WHERE commit_id = ?1 AND repo = ?2",
	[ST_LANDED_NO_MORE] = "UPDATE commits SET flags = flags & ~?3 WHERE commit_id = ?1 AND repo = ?2",
	[ST_ALL_GONE] = "INSERT INTO gone_commit(repo, oid, first_seen_s, gone_s)"
			" SELECT repo, oid, first_seen_s, ?2 FROM commits WHERE repo = ?1 ORDER BY oid",
	[ST_ONE_GONE] = "INSERT INTO gone_commit(repo, oid, first_seen_s, gone_s)"
			" SELECT repo, oid, first_seen_s, ?3 FROM commits"
			" WHERE commit_id = ?1 AND repo = ?2",
	/* Few are gone, and many there: CROSS has SQLite begin with the former. */
	[ST_CAME_BACK_TIME] = "UPDATE commits SET first_seen_s = (SELECT g.first_seen_s"
			      " FROM gone_commit g WHERE g.repo = ?1 AND g.oid = commits.oid)"
			      " WHERE commit_id IN (SELECT c.commit_id FROM gone_commit g"
			      " CROSS JOIN commits c ON c.repo = ?1 AND c.oid = g.oid WHERE g.repo = ?1)",
	[ST_CAME_BACK] = "DELETE FROM gone_commit AS g WHERE repo = ?1 AND EXISTS"
			 " (SELECT 1 FROM commits c WHERE c.repo = ?1 AND c.oid = g.oid)",
	[ST_GONE_S] = "UPDATE gone_commit SET gone_s = ?2 WHERE repo = ?1 AND gone_s = ?3",
	[ST_DEL_TOUCHES] = "DELETE FROM touch_row WHERE touch IN (SELECT t.touch" FROM_TOUCHES_OF ")",
	[ST_DEL_TOUCHES_OF] = "DELETE FROM touch_row WHERE touch BETWEEN"
			      " (SELECT first_touch FROM commits WHERE commit_id = ?1) AND"
			      " (SELECT first_touch + n_touches - 1 FROM commits WHERE commit_id = ?1)",
	[ST_DEL_TRAILERS] = "DELETE FROM trailer WHERE commit_id IN " COMMITS_OF,
	[ST_DEL_TRAILERS_OF] = "DELETE FROM trailer WHERE commit_id = ?1",
	[ST_DEL_COMMITS] = "DELETE FROM commits WHERE repo = ?1",
	[ST_DEL_COMMIT] = "DELETE FROM commits WHERE commit_id = ?1",
	[ST_DEL_CLASSES] = "DELETE FROM path_class WHERE path IN " PATHS_OF,
	[ST_DEL_CLASS] = "DELETE FROM path_class WHERE path = ?1",
	[ST_DEL_PATHS] = "DELETE FROM path WHERE path IN " PATHS_OF,
	[ST_DEL_PATH_RANGES] = "DELETE FROM path_range WHERE repo = ?1",
	[ST_DEL_PATHS_UNUSED] = "DELETE FROM path WHERE path IN " PATHS_OF " AND path NOT IN"
				" (SELECT path FROM tip_path WHERE repo = ?1 UNION ALL"
				"  SELECT t.path" FROM_TOUCHES_OF " UNION ALL"
				"  SELECT t.old_path" FROM_TOUCHES_OF " AND t.old_path IS NOT NULL"
				") RETURNING path",
	[ST_DEL_TIP_RUNS] = "DELETE FROM tip_run WHERE repo = ?1",
	[ST_DEL_TIP_TEXTS] = "DELETE FROM tip_text WHERE repo = ?1",
	[ST_DEL_RELEASES] = "DELETE FROM release WHERE repo = ?1",
	[ST_DEL_FLAGS] = "DELETE FROM repo_flag WHERE repo = ?1",
	[ST_DEL_FLAGS_OF_LAST] = "DELETE FROM repo_flag WHERE repo = ?1 AND flag NOT IN"
				 " ('missing_commits', 'damaged_commits', 'missing_trees', 'damaged_trees',"
				 " 'deep_trees', 'many_entries', 'double_entries', 'long_names', 'future_times')",
	[ST_TIP_RUNS] = "SELECT first, last FROM tip_run WHERE repo = ?1 ORDER BY first",
	[ST_TIP_RUN_ADD] = TIP_RUN_ADD TIP_RUN_ROW,
	[ST_TIP_RUN_ADD_MANY] = TIP_RUN_ADD STORE_ROWS_ALL(TIP_RUN_ROW),
	/* Two names may be one when they are decoded: the first counts. */
	[ST_TIP_TEXT_ADD] = "INSERT OR IGNORE INTO tip_text(repo, path, text) VALUES(?1, ?2, ?3)",
	[ST_RELEASE_ADD] = "INSERT OR IGNORE INTO release(repo, name, oid, tagged_s)"
			   " VALUES(?1, ?2, ?3, ?4)",
	[ST_FLAG_ADD] = "INSERT INTO repo_flag(repo, flag, n) VALUES(?1, ?2, ?3)"
			" ON CONFLICT(repo, flag) DO UPDATE SET n = n + ?3",
	[ST_LEDGER_ADD] = "INSERT INTO tip_ledger(repo, n, tip, branch, mined_s, commits_new,"
			  " commits_gone) SELECT repo, 1 + coalesce((SELECT max(n) FROM tip_ledger"
			  " WHERE repo = ?1), 0), ?2, ?3, ?4, ?5, ?6 FROM repo"
			  " WHERE repo = ?1 AND tip IS NOT ?2",
	[ST_EVENT_ADD] = "INSERT INTO repo_event(repo, kind, first_s, last_s, lasts, detail)"
			 " VALUES(?1, ?2, ?3, ?3, ?4, ?5)",
	[ST_EVENT_LASTS] = "UPDATE repo_event SET last_s = max(last_s, ?3)"
			   " WHERE repo = ?1 AND kind = ?2 AND lasts AND detail = ?4 RETURNING 1",
	[ST_EVENT_OVER] = "UPDATE repo_event SET lasts = 0 WHERE repo = ?1 AND kind = ?2 AND lasts"
			  " RETURNING 1",
};

int store_stmt(struct db_stmt **out, struct quarry_store *s, enum store_stmt which,
	       struct quarry_error *err)
{
	int rc = 0;

	if (!s->stmts[which])
		rc = db_prepare(&s->stmts[which], s->db, sql[which], err);
	if (!rc) {
		db_reset(s->stmts[which]);
		*out = s->stmts[which];
	}
	return rc;
}

int store_run(struct quarry_store *s, enum store_stmt which, int64_t number,
	      struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, which, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, number);
	return db_run(st, err);
}
