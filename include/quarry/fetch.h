/**
 * Fetch: bring one repository up to date in the cache, with libgit2.
 *
 * A cached repository is bare and lies in `<cache>/<host>/<owner>/<name>.git`,
 * a local one in `<cache>/local/<path>.git`, with one branch and no tags.  A first
 * clone is made under a temporary name in the cache and renamed when it is whole,
 * so that a killed run leaves no half repository; what it leaves of temporary
 * folders the next run removes.  Several processes may share a cache.
 *
 *	quarry_fetch_init(&err);
 *	quarry_fetch_path(&gitdir, cache, repo->url, &err);
 *	quarry_fetch(&result, gitdir, repo->url, repo->branch, &options, &err);
 *	quarry_fetch_shutdown();
 *
 * Thread rule: calls for different repositories may run side by side.  Call
 * quarry_fetch_init() once before the first, quarry_fetch_shutdown() after the
 * last.
 */
#ifndef QUARRY_FETCH_H
#define QUARRY_FETCH_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"

struct quarry_fetch_options {
	/** Set by another thread to stop: the call returns QUARRY_EINTR. NULL: never.
	 * It is looked at whenever the server sends something; libgit2 1.5 has no
	 * time-out, so that a silent server holds the call up until it hangs up. */
	const atomic_bool *stop;
	/** Called with the bytes received so far in this call; NULL: not. */
	void (*progress)(void *payload, uint64_t bytes);
	void *payload;
	int allow_local; /**< 1: file, git and http URLs and local paths, too */
};

enum quarry_fetch_outcome {
	QUARRY_FETCH_CLONED,
	QUARRY_FETCH_UPDATED,   /**< the tip moved */
	QUARRY_FETCH_UNCHANGED, /**< the same tip, be it under another branch name */
	/** Reachable, but HEAD leads to no branch with a commit, or there is no commit
	 * at all. A first fetch leaves an empty repository, a later one the cached
	 * copy as it was. */
	QUARRY_FETCH_EMPTY,
};

struct quarry_fetch_result {
	enum quarry_fetch_outcome outcome;
	uint64_t bytes; /**< of packs, received in this call */
};

int quarry_fetch_init(struct quarry_error *err);
void quarry_fetch_shutdown(void);

/**
 * Where a repository lies in the cache, whether it is there or not. Owner and name
 * are in lower case, but for local paths: spellings of one repository share a
 * folder, as do two that differ in case alone on a host that tells them apart.
 * @param out  to be freed
 * @param url  canonical (quarry/universe.h)
 * @return QUARRY_EUSAGE for a URL whose parts would lead out of the cache, or that
 *         holds a password or a query
 */
int quarry_fetch_path(char **out, const char *cache, const char *url, struct quarry_error *err);

/**
 * Clone, or fetch what is new. A branch renamed at the remote is followed, a forced
 * push taken over.
 * @param gitdir  from quarry_fetch_path()
 * @param branch  short name; NULL: the one the remote's HEAD names
 * @return 0; QUARRY_EUSAGE for a URL that is not allowed; QUARRY_EAUTH;
 *         QUARRY_ENOTFOUND when the remote or its branch is gone; QUARRY_EINTR;
 *         QUARRY_EFAIL otherwise. On failure a cached repository is as it was.
 */
int quarry_fetch(struct quarry_fetch_result *out, const char *gitdir, const char *url,
		 const char *branch, const struct quarry_fetch_options *options,
		 struct quarry_error *err);

/** Remove what killed runs left under temporary names in the cache; what a run is
 * writing now stays. A cache that is not there is tidy. */
int quarry_fetch_tidy(const char *cache, struct quarry_error *err);

#endif
