/**
 * Fetch: bring one repository up to date in the cache, with libgit2.
 *
 * A cached repository is bare and lies in `<cache>/<host>/<owner>/<name>.git`,
 * with one branch and no tags.  A first clone is made under a temporary name in
 * the cache and renamed when it is whole, so that a killed run leaves no half
 * repository; what it leaves of temporary folders the next run removes.
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
	/** Set by another thread to stop: the call returns QUARRY_EINTR. NULL: never. */
	const atomic_bool *stop;
	/** Called with the bytes received so far in this call; NULL: not. */
	void (*progress)(void *payload, uint64_t bytes);
	void *payload;
	int allow_local; /**< 1: file, git and http URLs and local paths, too */
};

enum quarry_fetch_outcome {
	QUARRY_FETCH_CLONED,
	QUARRY_FETCH_UPDATED,   /**< the tip moved */
	QUARRY_FETCH_UNCHANGED,
	QUARRY_FETCH_EMPTY,     /**< reachable, but it has no commit on the branch */
};

struct quarry_fetch_result {
	enum quarry_fetch_outcome outcome;
	uint64_t bytes; /**< received in this call */
};

int quarry_fetch_init(struct quarry_error *err);
void quarry_fetch_shutdown(void);

/**
 * Where a repository lies in the cache, whether it is there or not.
 * @param out  to be freed
 * @param url  canonical (quarry/universe.h)
 * @return QUARRY_EUSAGE for a URL whose parts would lead out of the cache
 */
int quarry_fetch_path(char **out, const char *cache, const char *url, struct quarry_error *err);

/**
 * Clone, or fetch what is new.
 * @param gitdir  from quarry_fetch_path()
 * @param branch  short name; NULL: the one the remote's HEAD names
 * @return 0; QUARRY_EUSAGE for a URL that is not allowed; QUARRY_EAUTH;
 *         QUARRY_ENOTFOUND when the remote or its branch is gone; QUARRY_EINTR;
 *         QUARRY_EFAIL otherwise. On failure a cached repository is as it was.
 */
int quarry_fetch(struct quarry_fetch_result *out, const char *gitdir, const char *url,
		 const char *branch, const struct quarry_fetch_options *options,
		 struct quarry_error *err);

/** Remove what killed runs left under temporary names in the cache. */
int quarry_fetch_tidy(const char *cache, struct quarry_error *err);

#endif
