#include "util/db.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

/* How long a writer waits for another process's lock, in milliseconds. */
#define BUSY_MS 10000

struct quarry_db {
	sqlite3 *handle;
	char *path;
};

struct db_stmt {
	struct quarry_db *db;
	sqlite3_stmt *st;
	int bind_rc; /* first failed bind, SQLITE_OK so far */
};

static int fail(struct quarry_db *db, int rc, struct quarry_error *err)
{
	if (rc == SQLITE_NOMEM)
		return quarry_error_nomem(err);
	return quarry_error_set(err, QUARRY_EFAIL, "cannot use the store '%s': %s",
				db->path, sqlite3_errmsg(db->handle));
}

int db_open(struct quarry_db **out, const char *path, enum db_mode mode, struct quarry_error *err)
{
	struct quarry_db *db = calloc(1, sizeof(*db));
	int flags = mode == DB_READ_ONLY ? SQLITE_OPEN_READONLY
					 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int rc;

	if (!db || !(db->path = strdup(path))) {
		db_close(db);
		return quarry_error_nomem(err);
	}
	rc = sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc != SQLITE_OK) {
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot open the store '%s': %s", path,
				      db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
		db_close(db);
		return rc;
	}
	(void)sqlite3_busy_timeout(db->handle, BUSY_MS);
	/* "x" means a column; a misspelt one must not become a string. */
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	*out = db;
	return 0;
}

void db_close(struct quarry_db *db)
{
	if (!db)
		return;
	(void)sqlite3_close_v2(db->handle);
	free(db->path);
	free(db);
}

int db_exec(struct quarry_db *db, const char *sql, struct quarry_error *err)
{
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? 0 : fail(db, rc, err);
}

int db_begin(struct quarry_db *db, struct quarry_error *err)
{
	return db_exec(db, "BEGIN IMMEDIATE", err);
}

int db_begin_read(struct quarry_db *db, struct quarry_error *err)
{
	return db_exec(db, "BEGIN", err);
}

int db_commit(struct quarry_db *db, struct quarry_error *err)
{
	return db_exec(db, "COMMIT", err);
}

void db_rollback(struct quarry_db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

int db_prepare(struct db_stmt **out, struct quarry_db *db, const char *sql,
	       struct quarry_error *err)
{
	struct db_stmt *st = calloc(1, sizeof(*st));
	int rc;

	if (!st)
		return quarry_error_nomem(err);
	st->db = db;
	rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->st, NULL);
	if (rc != SQLITE_OK) {
		free(st);
		return fail(db, rc, err);
	}
	*out = st;
	return 0;
}

void db_finish(struct db_stmt *st)
{
	if (!st)
		return;
	(void)sqlite3_finalize(st->st); /* repeats the last step's error, already reported */
	free(st);
}

static void bound(struct db_stmt *st, int rc)
{
	if (rc != SQLITE_OK && st->bind_rc == SQLITE_OK)
		st->bind_rc = rc;
}

void db_bind_int(struct db_stmt *st, int at, int64_t value)
{
	bound(st, sqlite3_bind_int64(st->st, at, value));
}

void db_bind_real(struct db_stmt *st, int at, double value)
{
	bound(st, sqlite3_bind_double(st->st, at, value));
}

void db_bind_text(struct db_stmt *st, int at, const char *s, size_t len)
{
	bound(st, s ? sqlite3_bind_text64(st->st, at, s, len, SQLITE_TRANSIENT, SQLITE_UTF8)
		    : sqlite3_bind_null(st->st, at));
}

void db_bind_blob(struct db_stmt *st, int at, const void *s, size_t len)
{
	bound(st, s ? sqlite3_bind_blob64(st->st, at, s, len, SQLITE_TRANSIENT)
		    : sqlite3_bind_null(st->st, at));
}

void db_bind_null(struct db_stmt *st, int at)
{
	bound(st, sqlite3_bind_null(st->st, at));
}

void db_reset(struct db_stmt *st)
{
	(void)sqlite3_reset(st->st); /* repeats the last step's error, already reported */
	st->bind_rc = SQLITE_OK;
}

int db_step(struct db_stmt *st, struct quarry_error *err)
{
	int rc = st->bind_rc == SQLITE_OK ? sqlite3_step(st->st) : st->bind_rc;

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		rc = fail(st->db, rc, err);
	else
		rc = 0;
	db_reset(st);
	return rc;
}

int db_run(struct db_stmt *st, struct quarry_error *err)
{
	int rc = db_step(st, err);

	if (rc > 0)
		db_reset(st);
	return rc < 0 ? rc : 0;
}

int64_t db_int(struct db_stmt *st, int col)
{
	return sqlite3_column_int64(st->st, col);
}

double db_real(struct db_stmt *st, int col)
{
	return sqlite3_column_double(st->st, col);
}

const char *db_text(struct db_stmt *st, int col)
{
	const unsigned char *s = sqlite3_column_text(st->st, col);

	return s ? (const char *)s : "";
}

const void *db_blob(struct db_stmt *st, int col, size_t *len)
{
	const void *p = sqlite3_column_blob(st->st, col);

	*len = (size_t)sqlite3_column_bytes(st->st, col);
	return p ? p : "";
}

bool db_is_null(struct db_stmt *st, int col)
{
	return sqlite3_column_type(st->st, col) == SQLITE_NULL;
}

int db_columns(struct db_stmt *st)
{
	return sqlite3_column_count(st->st);
}

int64_t db_last_id(struct quarry_db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int db_scalar(int64_t *out, struct quarry_db *db, const char *sql, int64_t missing,
	      struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, db, sql, err);

	if (rc)
		return rc;
	rc = db_step(st, err);
	if (rc >= 0) {
		*out = rc > 0 ? db_int(st, 0) : missing;
		rc = 0;
	}
	db_finish(st);
	return rc;
}
