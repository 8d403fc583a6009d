/**
 * The store: facts in one SQLite file.
 *
 *	struct quarry_store *s = NULL;
 *	rc = quarry_store_open(&s, "quarry.db", NULL, &err);
 *	rc = quarry_store_repo(&id, s, url, slug, &err);
 *	rc = quarry_store_put(s, id, history, mined_s, &err);     one transaction
 *	quarry_store_free(s);
 *
 * src/store/schema.sql documents every table.  A repository's facts are written in
 * one transaction: after a kill the store holds all of the old or all of the new.
 *
 * Not thread-safe: one thread uses a store.
 */
#ifndef QUARRY_STORE_H
#define QUARRY_STORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"
#include "quarry/history.h"
#include "quarry/log.h"

struct quarry_store;
struct quarry_db;

struct quarry_store_options {
	/** 1: it is not made and not changed. It need not be writable, and one of an older
	 * version is read as it is: what that had no table for is empty. */
	int read_only;
	/** Every call, be it waiting for another process or in a long statement, ends with
	 * QUARRY_EINTR soon after it is set, and keeps nothing of what it had begun.
	 * NULL: never. */
	const atomic_bool *stop;
	struct quarry_log log; /**< is told when another process is waited for */
};

/**
 * Open or make it; one of an older version is brought up to this one. Refused: a file
 * that is not a store, a store of a newer version, one that cannot be written.
 * @param options  NULL: all of them 0
 */
int quarry_store_open(struct quarry_store **out, const char *path,
		      const struct quarry_store_options *options, struct quarry_error *err);
void quarry_store_free(struct quarry_store *s);

/** The connection, for quarry/aggregate.h; owned by the store. */
struct quarry_db *quarry_store_db(struct quarry_store *s);

/** The number of a repository, added when it is new. */
int quarry_store_repo(int64_t *out, struct quarry_store *s, const char *url, const char *slug,
		      struct quarry_error *err);

/** How far a repository is mined. */
struct quarry_mined {
	int mined;             /**< 1: it holds the facts of `tip` */
	/** 1: nothing of them was missing. 0: what was may have been brought since, at the
	 * same tip; then `objects` is another one. */
	int complete;
	int cut;               /**< 1: commits were missing or damaged; what lies behind is not there */
	struct quarry_oid tip;
	uint64_t objects;      /**< quarry_mine_objects() then */
	int32_t since;         /**< the first quarter whose touches it holds; INT32_MIN: all */
	int lines;             /**< 1: and their lines */
	uint64_t tags;         /**< quarry_mine_tags() then; 0: releases were not asked for */
};

int quarry_store_mined(struct quarry_mined *out, struct quarry_store *s, int64_t repo,
		       struct quarry_error *err);

/** Its commits, for quarry_mine_options.known; to be freed with quarry_known_free(). */
int quarry_store_known(struct quarry_known **out, struct quarry_store *s, int64_t repo,
		       struct quarry_error *err);

/**
 * Write a repository's facts piece by piece, in one transaction.
 *
 *	rc = quarry_store_put_begin(s, id, QUARRY_PUT_ADD, QUARRY_UNDO_OWN, mined_s, &err);
 *	rc = quarry_store_put_piece(s, piece, &err);     as often as needed, in any order
 *	rc = quarry_store_put_end(s, last, &err);        commits
 *	quarry_store_put_cancel(s);                      instead: nothing was written
 *
 * Between begin and end other repositories may be read, and no other call may write to
 * the store but quarry_store_problem(), which then belongs to it. Every failure cancels.
 */
enum quarry_put_mode {
	QUARRY_PUT_REPLACE, /**< what is stored of it goes first; a commit that comes again
			     * keeps when it was first seen */
	QUARRY_PUT_ADD,     /**< the pieces were read with quarry_mine_options.known */
	QUARRY_PUT_TOUCHES, /**< or with quarry_mine_options.only: the touches of these commits are
			     * new, and what was missing is added; all else stays */
};

/** What cancelling takes back, where it belongs to a group. */
enum quarry_put_undo {
	QUARRY_UNDO_OWN,   /**< its own facts: each page that they change is copied for that */
	QUARRY_UNDO_GROUP, /**< all of the group, which ends: for one that is read to its end */
};

int quarry_store_put_begin(struct quarry_store *s, int64_t repo, enum quarry_put_mode mode,
			   enum quarry_put_undo undo, int64_t mined_s, struct quarry_error *err);
/** The number that the next commit gets which is not known: those of a piece get theirs in
 * its order. */
int64_t quarry_store_next_commit(const struct quarry_store *s);
int quarry_store_put_piece(struct quarry_store *s, const struct quarry_history *piece,
			   struct quarry_error *err);
int quarry_store_put_end(struct quarry_store *s, const struct quarry_history *last,
			 struct quarry_error *err);
/** Nothing where no writing is under way. With QUARRY_UNDO_GROUP the group has ended, too, and
 * nothing of it is stored. */
void quarry_store_put_cancel(struct quarry_store *s);

/**
 * Write what follows in one transaction, until the group ends: many small ones cost more
 * than what they write.  Each repository is still written whole or not at all; one that
 * fails or is cancelled takes back what its enum quarry_put_undo says.  No other process
 * can write meanwhile.  A kill, or a failure of the file, takes the group.
 * Begin: nothing where one is under way.  End: nothing where none is; it cancels a
 * repository that is being written, and commits the others, or fails where that one has
 * taken them back.
 */
int quarry_store_group_begin(struct quarry_store *s, struct quarry_error *err);
int quarry_store_group_end(struct quarry_store *s, struct quarry_error *err);

/**
 * Replace a repository's facts by those of a whole `history`.
 * @param mined_s  when it was read, seconds since 1970
 */
int quarry_store_put(struct quarry_store *s, int64_t repo, const struct quarry_history *history,
		     int64_t mined_s, struct quarry_error *err);

/** Nobody has ever written a fact. */
int quarry_store_is_new(bool *out, struct quarry_store *s, struct quarry_error *err);

/** How often facts were written through `s`: meta 'facts' grew by so much, less what was
 * taken back with its group. */
int64_t quarry_store_changes(const struct quarry_store *s);

/** Note that nothing of it is new at this time. */
int quarry_store_unchanged(struct quarry_store *s, int64_t repo, int64_t mined_s,
			   struct quarry_error *err);

/** Note that a repository is reachable and has no commit; its facts are removed. */
int quarry_store_put_empty(struct quarry_store *s, int64_t repo, int64_t mined_s,
			   struct quarry_error *err);

/** Note when a repository was brought, or with 0 that it is read in place, so that how
 * fresh its history is cannot be known. */
int quarry_store_fetched(struct quarry_store *s, int64_t repo, int64_t fetched_s,
			 struct quarry_error *err);

/** When it was brought last; 0: never, or it is read in place. */
int quarry_store_fetched_s(int64_t *out, struct quarry_store *s, int64_t repo,
			   struct quarry_error *err);

enum quarry_store_step { QUARRY_STORE_FETCH, QUARRY_STORE_MINE };

/** Note why a step could not bring or read a repository (NULL: it could); the facts
 * of earlier runs stay. */
int quarry_store_problem(struct quarry_store *s, int64_t repo, enum quarry_store_step step,
			 const char *text, struct quarry_error *err);

/** What the store knows of a repository; texts live during the call. */
struct quarry_stored_repo {
	const char *slug, *fetch_problem, *mine_problem; /* "" for none */
	int mined, empty, shallow, mailmap_missing;
	int64_t missing_objects;
};

/** Call `fn` for each repository, by slug. Non-zero from it stops and is returned. */
int quarry_store_each_repo(struct quarry_store *s,
			   int (*fn)(void *payload, const struct quarry_stored_repo *repo,
				     struct quarry_error *err),
			   void *payload, struct quarry_error *err);

/** What is odd about a repository, or about some of its commits; texts live during the
 * call. */
struct quarry_stored_flag {
	const char *slug;
	const char *flag; /**< as in schema.sql, repo_flag; of commits as in src/store/flags.c */
	int64_t n;        /**< how often, > 0 */
};

/** Call `fn` for each, by slug and name. Non-zero from it stops and is returned. */
int quarry_store_each_flag(struct quarry_store *s,
			   int (*fn)(void *payload, const struct quarry_stored_flag *flag,
				     struct quarry_error *err),
			   void *payload, struct quarry_error *err);

/** What fetching may see of a repository (schema.sql, repo_event). Those before
 * QUARRY_EVENT_MOVED are of the moment, the others last. */
enum quarry_event {
	QUARRY_EVENT_BRANCH_RENAMED,
	QUARRY_EVENT_FORCE_PUSHED,
	QUARRY_EVENT_BACK,
	QUARRY_EVENT_MOVED,
	QUARRY_EVENT_GONE,
	QUARRY_EVENT_PRIVATE,
	QUARRY_EVENT_EMPTY,
	QUARRY_EVENT_FULL_CLONE,
	QUARRY_EVENT_NO_TIP_FILES,
};

/**
 * Note that it was seen. What lasts goes on in its row, when it has one with that detail.
 * @param began  1: it was not so before; NULL: not asked
 */
int quarry_store_event(int *began, struct quarry_store *s, int64_t repo, enum quarry_event event,
		       const char *detail, int64_t seen_s, struct quarry_error *err);

/** Note that it is so no more. @param was  1: it was so until now; NULL: not asked */
int quarry_store_event_over(int *was, struct quarry_store *s, int64_t repo,
			    enum quarry_event event, struct quarry_error *err);

/** The newest event of its kind of a repository; texts live during the call. */
struct quarry_stored_event {
	const char *slug;
	enum quarry_event event;
	int64_t first_s, last_s;
	int lasts;          /**< 1: still so; always 0 of the moment */
	const char *detail;
	int64_t n_times;    /**< of this kind */
};

/** Call `fn` for each, by slug. Non-zero from it stops and is returned. */
int quarry_store_each_event(struct quarry_store *s,
			    int (*fn)(void *payload, const struct quarry_stored_event *event,
				      struct quarry_error *err),
			    void *payload, struct quarry_error *err);

/** Is the file sound? QUARRY_EFAIL with the first damage that SQLite finds. */
int quarry_store_check(struct quarry_store *s, struct quarry_error *err);

#endif
