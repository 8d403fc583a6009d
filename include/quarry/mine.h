/**
 * Mining: read a bare repository's history into facts.
 *
 *	rc = quarry_mine_tip(&tip, "repo.git", NULL, &err);      what would be mined
 *	rc = quarry_mine(&history, "repo.git", NULL, &options, &err);
 *	quarry_history_free(history);
 *
 * Read only: the repository is never written.  Replace references, grafts and
 * the index are ignored; objects are read as they are stored.
 *
 * Thread rule: each call opens its own handle, so calls may run side by side.
 * Call quarry_mine_init() once before the first, quarry_mine_shutdown() after
 * the last.
 */
#ifndef QUARRY_MINE_H
#define QUARRY_MINE_H

#include <stdatomic.h>
#include <stdint.h>

#include "quarry/error.h"
#include "quarry/history.h"

enum quarry_mine_flags {
	QUARRY_MINE_LINES = 1 << 0,      /**< count added and deleted lines */
	QUARRY_MINE_ALTERNATES = 1 << 1, /**< read objects/info/alternates, too */
	QUARRY_MINE_RELEASES = 1 << 2,   /**< read the tags */
	QUARRY_MINE_LIBGIT2 = 1 << 3,    /**< read all objects by libgit2: for tests */
};

struct quarry_mine_options {
	/** Set by another thread to stop: the call returns QUARRY_EINTR. NULL: never. */
	const atomic_bool *stop;
	/** Called now and then with the commits read so far; NULL: not. */
	void (*progress)(void *payload, int64_t n_commits);
	void *payload;
	unsigned flags;                   /**< enum quarry_mine_flags */
	/** Read the touches of commits that may count in this quarter or a later one; of
	 * the others the header alone. 0 or INT32_MIN: of all. */
	int32_t since;
	/** Times before this one are not believed (the universe's `earliest`), so that the
	 * other one, or a parent's, decides. 0: 1990-01-01. */
	int64_t earliest_s;
	/** Commits that are there already are not read again; NULL: none is. */
	const struct quarry_known *known;
	/** Read the touches of these alone, wherever they lie: no reference is followed, and
	 * nothing is said of the tip. The last piece has flags and missing_objects, of what
	 * these met, and nothing else. NULL: all that the tip leads to is read. */
	const struct quarry_stored_commit *only;
	size_t n_only;
};

int quarry_mine_init(struct quarry_error *err);
void quarry_mine_shutdown(void);

/**
 * The tip that quarry_mine() would read.
 * @param branch  short name; NULL: the one HEAD names
 * @return 0; QUARRY_ENOTFOUND when the branch has no commit yet (an empty
 *         repository) or, with `branch` given, does not exist
 */
int quarry_mine_tip(struct quarry_oid *out, const char *gitdir, const char *branch,
		    struct quarry_error *err);

/** A number that stays while no pack, loose object folder or cut-off of the repository
 * changes: as long as it is the same, nothing that was missing can have come. */
int quarry_mine_objects(uint64_t *out, const char *gitdir, struct quarry_error *err);

/** The same of its tags; never 0. */
int quarry_mine_tags(uint64_t *out, const char *gitdir, struct quarry_error *err);

/** Read all commits reachable from the tip, and their touches, as one piece. */
int quarry_mine(struct quarry_history **out, const char *gitdir, const char *branch,
		const struct quarry_mine_options *options, struct quarry_error *err);

/**
 * The same in pieces.
 *
 *	rc = quarry_miner_open(&m, "repo.git", NULL, &err);
 *	rc = quarry_miner_tip(&tip, m, &err);                 may be left out
 *	rc = quarry_miner_start(m, &options, &err);
 *	while (!(rc = quarry_miner_next(&piece, m, &err)) && piece) {
 *		rc = quarry_miner_touch(m, piece, &err);      in any thread
 *		...
 *		quarry_history_free(piece);
 *	}
 *	rc = quarry_miner_finish(&last, m, &err);             after all of them
 *	quarry_miner_free(m);
 */
struct quarry_miner;

/** Open the repository; no reference is followed yet. @param branch  as for quarry_mine_tip() */
int quarry_miner_open(struct quarry_miner **out, const char *gitdir, const char *branch,
		      struct quarry_error *err);

/** The tip that would be read, followed the first time; returns what quarry_mine_tip() does. */
int quarry_miner_tip(struct quarry_oid *out, struct quarry_miner *m, struct quarry_error *err);

/**
 * Prepare to read from that tip: once. Borrowed objects that may not be read are refused here.
 * @param options  what they point to must outlive the miner; NULL: all 0
 */
int quarry_miner_start(struct quarry_miner *m, const struct quarry_mine_options *options,
		       struct quarry_error *err);

/** The next commits, without their touches; *out NULL: there are no more. One thread at
 * a time. */
int quarry_miner_next(struct quarry_history **out, struct quarry_miner *m,
		      struct quarry_error *err);

/** Read the touches of a piece. Several threads may do so, each with a piece of its own,
 * while another one is in quarry_miner_next(). */
int quarry_miner_touch(struct quarry_miner *m, struct quarry_history *piece,
		       struct quarry_error *err);

/** The last piece; it has no commits. */
int quarry_miner_finish(struct quarry_history **out, struct quarry_miner *m,
			struct quarry_error *err);

/** NULL is fine. */
void quarry_miner_free(struct quarry_miner *m);

#endif
