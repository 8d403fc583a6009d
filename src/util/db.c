#include "util/db.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/banned.h"
#include "util/str.h"

/* Another process may hold the lock as long as it takes to derive a large store. */
#define BUSY_MINUTES 10
#define BUSY_SLICE_MS 50
#define BUSY_SLICES (BUSY_MINUTES * 60 * 1000 / BUSY_SLICE_MS)
#define BUSY_SAID (3 * 1000 / BUSY_SLICE_MS) /* a wait that long is told */

/* So many steps of SQLite's machine until it looks at the stop flag: far less than a
 * millisecond, but for the steps that sort or read from the disk. */
#define STEPS_A_LOOK 1000

struct quarry_db {
	sqlite3 *handle;
	char *path;
	enum db_mode mode;
	const atomic_bool *stop; /* NULL: never */
	struct quarry_log log;
	bool said; /* that it waits */
};

struct db_stmt {
	struct quarry_db *db;
	sqlite3_stmt *st;
	int bind_rc; /* first failed bind, SQLITE_OK so far */
};

static bool stopped(const struct quarry_db *db)
{
	return db->stop && atomic_load(db->stop);
}

/* Non-zero: try again. */
static int on_busy(void *payload, int n_calls)
{
	struct quarry_db *db = payload;

	if (stopped(db) || n_calls >= BUSY_SLICES)
		return 0;
	if (n_calls >= BUSY_SAID && !db->said) {
		db->said = true;
		quarry_log_say(&db->log, QUARRY_LOG_WARNING,
			       "waiting for another run that is writing to the store '%s'", db->path);
	}
	(void)sqlite3_sleep(BUSY_SLICE_MS);
	return 1;
}

static int on_steps(void *payload)
{
	return stopped(payload);
}

static int fail(struct quarry_db *db, int rc, struct quarry_error *err)
{
	int primary = rc & 0xFF; /* whether or not extended codes are on */

	if (primary == SQLITE_NOMEM)
		return quarry_error_nomem(err);
	if ((primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY) && stopped(db))
		return quarry_error_set(err, QUARRY_EINTR, "interrupted; run the same command to go on");
	if (primary == SQLITE_BUSY)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot use the store '%s': another run has been writing to it "
					"for %d minutes; run the same command again when that has ended",
					db->path, BUSY_MINUTES);
	if (db->mode == DB_READ_ONLY && (primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY))
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot read the store '%s' in a folder that cannot be written: "
					"its last changes are in '%s-wal'; copy both files to a folder of "
					"your own, and name the copy with --store", db->path, db->path);
	return quarry_error_set(err, QUARRY_EFAIL, "cannot use the store '%s': %s",
				db->path, sqlite3_errmsg(db->handle));
}

/* Where a database is, and what may be done there. */
struct place {
	char *file;      /* no symbolic link: SQLite's own files lie beside it; NULL: not there */
	int file_errno;  /* why it cannot be written; 0: it can */
	int folder_errno;
	bool has_wal;
};

static int find_place(struct place *out, const char *path, struct quarry_error *err)
{
	char *wal, *slash;

	*out = (struct place){ .file = realpath(path, NULL) };
	if (!out->file)
		return errno == ENOMEM ? quarry_error_nomem(err) : 0;
	out->file_errno = access(out->file, W_OK) < 0 ? errno : 0;
	wal = str_dupf("%s-wal", out->file);
	if (!wal) {
		free(out->file);
		return quarry_error_nomem(err);
	}
	out->has_wal = access(wal, F_OK) == 0;
	slash = strrchr(wal, '/'); /* realpath() begins with one */
	slash[slash == wal] = '\0';
	out->folder_errno = access(wal, W_OK) < 0 ? errno : 0;
	free(wal);
	return 0;
}

static int check_writable(const struct place *place, const char *path, struct quarry_error *err)
{
	if (place->file_errno)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot write the store '%s': %s; change its "
					"mode, or name another one with --store", path,
					strerror(place->file_errno));
	if (place->folder_errno)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot write the folder of the store '%s': "
					"%s; change its mode, or name another store with --store", path,
					strerror(place->folder_errno));
	return 0;
}

/*
 * In WAL mode reading takes two files beside the database.  Where they are not and cannot
 * be made SQLite reads if it is told that nobody writes: a writer's would be there.
 */
static char *immutable_uri(const char *file)
{
	struct str s = STR_INIT;

	str_adds(&s, "file://");
	for (; *file; file++)
		if (strchr("%?#", *file))
			str_addf(&s, "%%%02X", (unsigned char)*file);
		else
			str_addc(&s, *file);
	str_adds(&s, "?immutable=1");
	return str_detach(&s);
}

static int fail_open(const struct quarry_db *db, const char *path, struct quarry_error *err)
{
	int why;

	if (!db->handle || sqlite3_errcode(db->handle) == SQLITE_NOMEM)
		return quarry_error_nomem(err);
	why = sqlite3_system_errno(db->handle);
	return quarry_error_set(err, QUARRY_EFAIL, "cannot open the store '%s': %s%s%s", path,
				sqlite3_errmsg(db->handle), why ? ": " : "", why ? strerror(why) : "");
}

/* Nobody asks how much memory SQLite holds, and counting it takes a lock each time. */
static void set_up_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static int open_handle(struct quarry_db *db, const struct place *place, struct quarry_error *err)
{
	bool can_write = place->file && !place->file_errno && !place->folder_errno;
	bool fixed = place->file && place->folder_errno && !place->has_wal;
	int flags = SQLITE_OPEN_NOMUTEX, rc;
	char *uri = NULL;

	/* Where it may, a reader opens to write, so that it takes away with it the two files
	 * that it made; query_only, in set_up(), keeps it from more. */
	if (db->mode == DB_READ_WRITE)
		flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	else
		flags |= can_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	if (db->mode == DB_READ_ONLY && fixed) {
		flags |= SQLITE_OPEN_URI;
		uri = immutable_uri(place->file);
		if (!uri)
			return quarry_error_nomem(err);
	}
	rc = sqlite3_open_v2(uri ? uri : db->path, &db->handle, flags, NULL);
	free(uri);
	return rc == SQLITE_OK ? 0 : fail_open(db, db->path, err);
}

static int set_up(struct quarry_db *db, struct quarry_error *err)
{
	db_watch(db, /* stop= */ NULL, /* log= */ NULL);
	(void)sqlite3_busy_handler(db->handle, on_busy, db);
	/* "x" means a column; a misspelt one must not become a string. */
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return db->mode == DB_READ_ONLY ? db_exec(db, "PRAGMA query_only = ON", err) : 0;
}

int db_open(struct quarry_db **out, const char *path, enum db_mode mode, struct quarry_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct quarry_db *db = calloc(1, sizeof(*db));
	struct place place = { 0 };
	int rc;

	if (!db || !(db->path = strdup(path))) {
		db_close(db);
		return quarry_error_nomem(err);
	}
	db->mode = mode;
	(void)pthread_once(&once, set_up_library);
	rc = find_place(&place, path, err);
	if (!rc && mode == DB_READ_WRITE)
		rc = check_writable(&place, path, err);
	if (!rc)
		rc = open_handle(db, &place, err);
	if (!rc)
		rc = set_up(db, err);
	free(place.file);
	if (rc)
		db_close(db);
	else
		*out = db;
	return rc;
}

void db_watch(struct quarry_db *db, const atomic_bool *stop, const struct quarry_log *log)
{
	db->stop = stop;
	db->log = log ? *log : (struct quarry_log){ .fn = NULL };
	sqlite3_progress_handler(db->handle, STEPS_A_LOOK, stop ? on_steps : NULL, db);
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

/* SQLite itself does not wait for another one that changes the mode, too. */
int db_use_wal(struct quarry_db *db, struct quarry_error *err)
{
	static const char sql[] = "PRAGMA journal_mode = WAL";
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	for (int n = 0; rc == SQLITE_BUSY && on_busy(db, n); n++)
		rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
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

int db_part_begin(struct quarry_db *db, struct quarry_error *err)
{
	return db_exec(db, "SAVEPOINT part", err);
}

int db_part_end(struct quarry_db *db, struct quarry_error *err)
{
	return db_exec(db, "RELEASE part", err);
}

void db_part_rollback(struct quarry_db *db)
{
	if (db_in_transaction(db) &&
	    sqlite3_exec(db->handle, "ROLLBACK TO part; RELEASE part", NULL, NULL, NULL) != SQLITE_OK)
		db_rollback(db);
}

bool db_in_transaction(const struct quarry_db *db)
{
	return !sqlite3_get_autocommit(db->handle);
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

void db_lend_text(struct db_stmt *st, int at, const char *s, size_t len)
{
	bound(st, s ? sqlite3_bind_text64(st->st, at, s, len, SQLITE_STATIC, SQLITE_UTF8)
		    : sqlite3_bind_null(st->st, at));
}

void db_lend_blob(struct db_stmt *st, int at, const void *s, size_t len)
{
	bound(st, s ? sqlite3_bind_blob64(st->st, at, s, len, SQLITE_STATIC)
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

int64_t db_changes(struct quarry_db *db)
{
	return sqlite3_changes64(db->handle);
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
