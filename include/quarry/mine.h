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

struct quarry_mine_options {
	/** Set by another thread to stop: the call returns QUARRY_EINTR. NULL: never. */
	const atomic_bool *stop;
	/** Called now and then with the commits read so far; NULL: not. */
	void (*progress)(void *payload, int64_t n_commits);
	void *payload;
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

/** Read all commits reachable from the tip, and the touches of each that is no merge. */
int quarry_mine(struct quarry_history **out, const char *gitdir, const char *branch,
		const struct quarry_mine_options *options, struct quarry_error *err);

#endif
