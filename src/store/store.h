/*
 * Inside of the store: the connection, the statements that are kept, and the
 * signatures already known.
 */
#ifndef QUARRY_STORE_STORE_H
#define QUARRY_STORE_STORE_H

#include "quarry/store.h"
#include "util/db.h"

/* PRAGMA user_version: raised with every change of schema.sql. */
#define STORE_VERSION 2
/* PRAGMA application_id: "qrry", by which file(1) and we know a store. */
#define STORE_APPLICATION_ID 0x71727279

enum store_stmt {
	ST_REPO_ADD,
	ST_REPO_FIND,
	ST_REPO_MINED,
	ST_REPO_SET,
	ST_REPO_EMPTY,
	ST_CHANGED,
	ST_FETCHED,
	ST_FETCH_PROBLEM,
	ST_MINE_PROBLEM,
	ST_DEL_TOUCH,
	ST_DEL_TRAILER,
	ST_DEL_COMMITS,
	ST_DEL_CLASS,
	ST_DEL_PATH,
	ST_SIGNATURE_ADD,
	ST_SIGNATURE_FIND,
	ST_PATH_ADD,
	ST_COMMIT_ADD,
	ST_TOUCH_ADD,
	ST_TRAILER_ADD,
	ST_FETCHED_S,
	ST_EVENT_ADD,
	ST_EVENT_LASTS,
	ST_EVENT_OVER,
	ST_N,
};

struct quarry_store {
	struct quarry_db *db;
	int64_t version;             /* of the file; an older one when it is only read, 0: empty */
	struct db_stmt *stmts[ST_N]; /* prepared at the first use */
};

/* A kept statement, reset and unbound. */
int store_stmt(struct db_stmt **out, struct quarry_store *s, enum store_stmt which,
	       struct quarry_error *err);

extern const char quarry_schema_sql[];

#endif
