/*
 * Inside of the store: the connection, the statements that are kept, the signatures
 * already known, and the repository that is being written.
 */
#ifndef QUARRY_STORE_STORE_H
#define QUARRY_STORE_STORE_H

#include <stdbool.h>

#include "quarry/store.h"
#include "util/db.h"
#include "util/map.h"
#include "util/str.h"

/* PRAGMA user_version: raised with every change of schema.sql, and of what is kept. */
#define STORE_VERSION 6
/* PRAGMA application_id: "qrry", by which file(1) and we know a store. */
#define STORE_APPLICATION_ID 0x71727279

enum store_stmt {
	ST_REPO_ADD,
	ST_REPO_FIND,
	ST_REPO_MINED,
	ST_REPO_SET,
	ST_REPO_LOSSES,
	ST_REPO_EMPTY,
	ST_REPO_STATE,
	ST_REPO_AGAIN,
	ST_CHANGED,
	ST_FETCHED,
	ST_FETCHED_S,
	ST_FETCH_PROBLEM,
	ST_MINE_PROBLEM,
	ST_KNOWN,
	ST_NEXT_PATH,
	ST_NEXT_COMMIT,
	ST_NEXT_TOUCH,
	ST_SIGNATURE_ADD,
	ST_SIGNATURE_FIND,
	ST_PATHS,
	ST_PATH_ADD,
	ST_PATH_ADD_MANY,
	ST_PATH_RANGE,
	ST_COMMIT_ADD,
	ST_COMMIT_ADD_MANY,
	ST_COMMIT_WIDEN,
	ST_TOUCH_ADD,
	ST_TOUCH_ADD_MANY,
	ST_TOUCH_ADD_PLAIN,
	ST_TOUCH_ADD_PLAIN_MANY,
	ST_TRAILER_ADD,
	ST_TRAILER_ADD_MANY,
	ST_LANDED,
	ST_LANDED_NO_MORE,
	ST_ALL_GONE,
	ST_ONE_GONE,
	ST_CAME_BACK_TIME,
	ST_CAME_BACK,
	ST_GONE_S,
	ST_DEL_TOUCHES,
	ST_DEL_TOUCHES_OF,
	ST_DEL_TRAILERS,
	ST_DEL_TRAILERS_OF,
	ST_DEL_COMMITS,
	ST_DEL_COMMIT,
	ST_DEL_CLASSES,
	ST_DEL_CLASS,
	ST_DEL_PATHS,
	ST_DEL_PATH_RANGES,
	ST_DEL_PATHS_UNUSED,
	ST_DEL_TIP_RUNS,
	ST_DEL_TIP_TEXTS,
	ST_DEL_RELEASES,
	ST_DEL_FLAGS,
	ST_DEL_FLAGS_OF_LAST,
	ST_TIP_RUNS,
	ST_TIP_RUN_ADD,
	ST_TIP_RUN_ADD_MANY,
	ST_TIP_TEXT_ADD,
	ST_RELEASE_ADD,
	ST_FLAG_ADD,
	ST_LEDGER_ADD,
	ST_EVENT_ADD,
	ST_EVENT_LASTS,
	ST_EVENT_OVER,
	ST_N,
};

/* A repository that is being written, between put_begin and its end. */
struct store_put {
	bool active;
	bool is_part;        /* of a group, of which it can be taken back alone */
	enum quarry_put_mode mode;
	int64_t repo, mined_s;
	int64_t next_path, next_commit; /* the numbers that new rows get */
	int64_t first_path;  /* the first of those given; 0: none was */
	/* Name to number of the repository's paths: grows with their names, no more. */
	struct map paths;
	bool paths_loaded;
	bool lines_missing;  /* a blob was not there when lines were counted */
	bool tip_path_gone;  /* a path may have lost what last named it */
	int64_t n_future;    /* commits written whose times lie ahead of mined_s */
	int64_t n_added;     /* commits written, known ones left out */
	int64_t n_removed;   /* commits that were there and went; some may have come again */
};

struct quarry_store {
	struct quarry_db *db;
	int64_t version;             /* of the file; an older one when it is only read, 0: empty */
	struct db_stmt *stmts[ST_N]; /* prepared at the first use */
	struct map signatures;       /* numbers of some that are stored, by piece.c's key */
	struct str key;              /* memory for that */
	bool grouped;                /* between group_begin and group_end */
	int64_t n_changes;           /* how often facts were written */
	struct store_put put;
};

/* A kept statement, reset; its parameters are those of the last use. */
int store_stmt(struct db_stmt **out, struct quarry_store *s, enum store_stmt which,
	       struct quarry_error *err);
/* Run one whose only parameter is a number. */
int store_run(struct quarry_store *s, enum store_stmt which, int64_t number,
	      struct quarry_error *err);

/* upgrade.c: make the tables of a new store, or those that an older one lacks, in the
 * transaction that is open; and let an older one be read as if it had them. */
int store_upgrade(struct quarry_store *s, int64_t version, struct quarry_error *err);
int store_read_older(struct quarry_store *s, struct quarry_error *err);

/* piece.c: the commits of a piece, and all that belongs to them. */
int store_put_piece(struct quarry_store *s, const struct quarry_history *h,
		    struct quarry_error *err);
/* The numbers of paths, added where they are new. */
int store_put_paths(int64_t *out, struct quarry_store *s, const struct quarry_path *paths,
		    size_t n, struct quarry_error *err);

/* put.c: the first number that is free, by one of ST_NEXT_. */
int store_next_number(int64_t *out, struct quarry_store *s, enum store_stmt which,
		      struct quarry_error *err);
/* piece.c: fails unless the row that was added last has the number before `next`. */
int store_check_number(struct quarry_store *s, int64_t next, struct quarry_error *err);

/* touches.c: take away what commits of a piece have that are stored, and give numbers to
 * those that they get, out[i] to the first one of commit i. */
int store_number_touches(int64_t *out, struct quarry_store *s, const struct quarry_history *h,
			 struct quarry_error *err);
/* Write these, whose paths have these numbers; `first` is the first of all. */
int store_put_touches(struct quarry_store *s, const struct quarry_history *h, int64_t first,
		      const int64_t *paths, struct quarry_error *err);

/* gone.c: what was stored and is no more. */
int store_remove_all(struct quarry_store *s, struct quarry_error *err);
int store_remove_gone(struct quarry_store *s, const int64_t *commits, size_t n,
		      struct quarry_error *err);
/* After all pieces: which commits came back, which are gone (their number goes to
 * *n_gone), and which paths nothing names any more. */
int store_settle_gone(int64_t *n_gone, struct quarry_store *s, struct quarry_error *err);

/* tip.c: what the last piece says, but for its commits. */
int store_put_tip(struct quarry_store *s, const struct quarry_history *h,
		  struct quarry_error *err);
int store_put_repo(struct quarry_store *s, const struct quarry_history *h,
		   struct quarry_error *err);
/* Before that: a row where the tip is another one; h NULL: there is none any more. */
int store_put_ledger(struct quarry_store *s, const struct quarry_history *h, int64_t n_gone,
		     struct quarry_error *err);

/* Of QUARRY_PUT_TOUCHES instead: what could not be read this time, too. */
int store_add_losses(struct quarry_store *s, const struct quarry_history *h,
		     struct quarry_error *err);

extern const char quarry_schema_sql[];

#endif
