#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

static const char *const sql[ST_N] = {
	[ST_REPO_ADD] = "INSERT INTO repo(url, slug) VALUES(?1, ?2) ON CONFLICT(url) DO UPDATE SET slug = ?2",
	[ST_REPO_FIND] = "SELECT repo FROM repo WHERE url = ?1",
	[ST_REPO_MINED] = "SELECT state = 1 AND NOT shallow AND NOT missing_objects"
			  " AND NOT mailmap_missing, tip FROM repo WHERE repo = ?1",
	[ST_REPO_SET] = "UPDATE repo SET state = 1, tip = ?2, branch = ?3, mined_s = ?4,"
			" mailmap = ?5, mailmap_missing = ?6, shallow = ?7, missing_objects = ?8,"
			" files_at_tip = ?9 WHERE repo = ?1",
	[ST_REPO_EMPTY] = "UPDATE repo SET state = 2, tip = NULL, branch = '', mined_s = ?2,"
			  " mailmap = NULL, mailmap_missing = 0, shallow = 0, missing_objects = 0,"
			  " files_at_tip = 0 WHERE repo = ?1",
	[ST_CHANGED] = "INSERT INTO meta(key, value) VALUES('facts', '1') ON CONFLICT(key)"
		       " DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)",
	[ST_FETCHED] = "UPDATE repo SET fetched_s = ?2 WHERE repo = ?1 AND fetched_s <> ?2",
	[ST_FETCH_PROBLEM] = "UPDATE repo SET fetch_problem = ?2 WHERE repo = ?1",
	[ST_MINE_PROBLEM] = "UPDATE repo SET mine_problem = ?2,"
			    " facts_s = CASE ?2 WHEN '' THEN fetched_s ELSE facts_s END WHERE repo = ?1",
	[ST_DEL_TOUCH] = "DELETE FROM touch WHERE commit_id IN"
			 " (SELECT commit_id FROM commits WHERE repo = ?1)",
	[ST_DEL_TRAILER] = "DELETE FROM trailer WHERE commit_id IN"
			   " (SELECT commit_id FROM commits WHERE repo = ?1)",
	[ST_DEL_COMMITS] = "DELETE FROM commits WHERE repo = ?1",
	[ST_DEL_CLASS] = "DELETE FROM path_class WHERE path IN (SELECT path FROM path WHERE repo = ?1)",
	[ST_DEL_PATH] = "DELETE FROM path WHERE repo = ?1",
	[ST_SIGNATURE_ADD] = "INSERT INTO signature(name, email, raw_name, raw_email)"
			     " VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
	[ST_SIGNATURE_FIND] = "SELECT signature FROM signature"
			      " WHERE name = ?1 AND email = ?2 AND raw_name = ?3 AND raw_email = ?4",
	[ST_PATH_ADD] = "INSERT INTO path(repo, name) VALUES(?1, ?2)",
	[ST_COMMIT_ADD] = "INSERT INTO commits(repo, oid, author, committer, author_s,"
			  " author_offset_min, committer_s, committer_offset_min, author_quarter,"
			  " author_bin, n_parents, parents, subject, flags, n_touches)"
			  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
	[ST_TOUCH_ADD] = "INSERT INTO touch(commit_id, path, old_path, status) VALUES(?1, ?2, ?3, ?4)",
	[ST_TRAILER_ADD] = "INSERT INTO trailer(commit_id, n, key, value, signature)"
			   " VALUES(?1, ?2, ?3, ?4, ?5)",
	[ST_FETCHED_S] = "SELECT fetched_s FROM repo WHERE repo = ?1",
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

/*
 * SQLite looks at the stop flag between its steps, and sorts in one step what it holds of
 * the rows: all of them with temp_store = MEMORY, else what fits into the cache.  This one
 * is sorted in a fraction of a second.
 */
static const char common_pragmas[] =
	"PRAGMA temp_store = FILE;"
	"PRAGMA cache_size = -16384;"
	"PRAGMA trusted_schema = OFF;";

/*
 * WAL keeps readers and the writer apart; NORMAL may lose the last transaction in
 * a power cut but never corrupts; foreign keys are checked by the tests, not on
 * every insert.
 */
static const char writer_pragmas[] =
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = NORMAL;";

/* Of nothing, or of an older version. */
static int make(struct quarry_store *s, struct quarry_error *err)
{
	int64_t version = 0;
	int rc = db_begin(s->db, err);

	/* Another process may have made it while this one waited. */
	if (!rc)
		rc = db_scalar(&version, s->db, "PRAGMA user_version", 0, err);
	if (!rc && version < STORE_VERSION)
		rc = db_exec(s->db, quarry_schema_sql, err);
	if (!rc && version < STORE_VERSION)
		rc = db_exec(s->db, "PRAGMA application_id = 1903325817; PRAGMA user_version = 2", err);
	if (!rc)
		rc = db_commit(s->db, err);
	if (rc)
		db_rollback(s->db);
	else
		s->version = STORE_VERSION;
	return rc;
}

/* Is it a store that this program can read? */
static int check(struct quarry_store *s, const char *path, struct quarry_error *err)
{
	int64_t application = 0, version = 0, tables = 0;
	int rc;

	_Static_assert(STORE_APPLICATION_ID == 1903325817 && STORE_VERSION == 2,
		       "make() writes these two");
	rc = db_scalar(&application, s->db, "PRAGMA application_id", 0, err);
	if (!rc)
		rc = db_scalar(&version, s->db, "PRAGMA user_version", 0, err);
	if (!rc)
		rc = db_scalar(&tables, s->db, "SELECT count(*) FROM sqlite_schema", 0, err);
	if (rc)
		return rc;
	s->version = version;
	if (application == 0 && version == 0 && tables == 0)
		return 0; /* nothing yet */
	if (application != STORE_APPLICATION_ID)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot open the store '%s': it is a database of another program",
					path);
	if (version > STORE_VERSION)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot open the store '%s': it has version %lld, this program "
					"knows versions up to %d; use a newer quarry or another --store",
					path, (long long)version, STORE_VERSION);
	return 0;
}

int quarry_store_open(struct quarry_store **out, const char *path,
		      const struct quarry_store_options *options, struct quarry_error *err)
{
	struct quarry_store *s = calloc(1, sizeof(*s));
	bool read_only = options && options->read_only;
	int rc;

	if (!s)
		return quarry_error_nomem(err);
	rc = db_open(&s->db, path, read_only ? DB_READ_ONLY : DB_READ_WRITE, err);
	if (!rc && options)
		db_watch(s->db, options->stop, &options->log);
	if (!rc)
		rc = check(s, path, err);
	if (!rc && !read_only && s->version < STORE_VERSION)
		rc = make(s, err);
	if (!rc && !read_only)
		rc = db_exec(s->db, writer_pragmas, err);
	if (!rc)
		rc = db_exec(s->db, common_pragmas, err);
	if (!rc) {
		*out = s;
		s = NULL;
	}
	quarry_store_free(s);
	return rc;
}

void quarry_store_free(struct quarry_store *s)
{
	if (!s)
		return;
	for (int i = 0; i < ST_N; i++)
		db_finish(s->stmts[i]);
	db_close(s->db);
	free(s);
}

struct quarry_db *quarry_store_db(struct quarry_store *s)
{
	return s->db;
}
