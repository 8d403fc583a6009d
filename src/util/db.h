/*
 * SQLite with our errors: the only door to sqlite3.h.  It holds no SQL of its
 * own but BEGIN, COMMIT and ROLLBACK; statements live in store and aggregate.
 *
 *	struct db_stmt *st = NULL;
 *	rc = db_prepare(&st, db, "SELECT name FROM repo WHERE repo = ?1", err);
 *	db_bind_int(st, 1, 7);
 *	while ((rc = db_step(st, err)) > 0)
 *		use(db_text(st, 0));
 *	db_finish(st);
 *
 * Not thread-safe: one connection, one thread.
 *
 * A lock that another process holds is waited for, up to ten minutes.
 */
#ifndef QUARRY_UTIL_DB_H
#define QUARRY_UTIL_DB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"
#include "quarry/log.h"

struct quarry_db;
struct db_stmt;

enum db_mode {
	DB_READ_WRITE, /* made when it is not there; refused when it cannot be written */
	DB_READ_ONLY,  /* neither the file nor its folder need be writable */
};

int db_open(struct quarry_db **out, const char *path, enum db_mode mode, struct quarry_error *err);
/* Waiting for a lock, and a statement of any length, end with QUARRY_EINTR once *stop is set
 * (NULL: never).  `log` is told of a wait that is long; it is copied. */
void db_watch(struct quarry_db *db, const atomic_bool *stop, const struct quarry_log *log);
void db_close(struct quarry_db *db); /* NULL is fine */

/* Run a script of statements that return nothing. */
int db_exec(struct quarry_db *db, const char *sql, struct quarry_error *err);

/* Readers and the writer do not wait for each other from now on. It waits for who uses the
 * database; nothing where it is so already. */
int db_use_wal(struct quarry_db *db, struct quarry_error *err);

int db_begin(struct quarry_db *db, struct quarry_error *err);
/* For reading alone: all statements until db_rollback() see one state of the store,
 * whatever another process writes meanwhile. */
int db_begin_read(struct quarry_db *db, struct quarry_error *err);
int db_commit(struct quarry_db *db, struct quarry_error *err);
void db_rollback(struct quarry_db *db); /* outside a transaction: nothing */

/* Within a transaction, what follows as a part that can be taken back alone. One at a
 * time. Where db_part_rollback() cannot, it takes back the whole transaction. */
int db_part_begin(struct quarry_db *db, struct quarry_error *err);
int db_part_end(struct quarry_db *db, struct quarry_error *err);
void db_part_rollback(struct quarry_db *db);
/* SQLite ends one by itself when memory or the disk is full, or it is stopped. */
bool db_in_transaction(const struct quarry_db *db);

/* On failure *out stays NULL. */
int db_prepare(struct db_stmt **out, struct quarry_db *db, const char *sql,
	       struct quarry_error *err);
void db_finish(struct db_stmt *st); /* NULL is fine */

/* Parameters count from 1. A failed bind is kept and returned by db_step. */
void db_bind_int(struct db_stmt *st, int at, int64_t value);
void db_bind_real(struct db_stmt *st, int at, double value);
void db_bind_text(struct db_stmt *st, int at, const char *s, size_t len); /* NULL: SQL NULL */
void db_bind_blob(struct db_stmt *st, int at, const void *s, size_t len);
/* The same without a copy: `s` must live until the statement is run or bound anew. */
void db_lend_text(struct db_stmt *st, int at, const char *s, size_t len);
void db_lend_blob(struct db_stmt *st, int at, const void *s, size_t len);
void db_bind_null(struct db_stmt *st, int at);

/* 1 a row, 0 no more rows, negative code. After 0 or an error it is reset. */
int db_step(struct db_stmt *st, struct quarry_error *err);
/* Run a statement that returns no row, and reset it. */
int db_run(struct db_stmt *st, struct quarry_error *err);
void db_reset(struct db_stmt *st);

/* Columns count from 0; texts live until the next step or reset. */
int64_t db_int(struct db_stmt *st, int col);
double db_real(struct db_stmt *st, int col);
const char *db_text(struct db_stmt *st, int col); /* never NULL: "" for NULL */
const void *db_blob(struct db_stmt *st, int col, size_t *len);
bool db_is_null(struct db_stmt *st, int col);
int db_columns(struct db_stmt *st);
int64_t db_last_id(struct quarry_db *db);
int64_t db_changes(struct quarry_db *db); /* rows that the last INSERT, UPDATE or DELETE changed */

/* The first column of the first row of a constant query; `missing` without a row. */
int db_scalar(int64_t *out, struct quarry_db *db, const char *sql, int64_t missing,
	      struct quarry_error *err);

#endif
