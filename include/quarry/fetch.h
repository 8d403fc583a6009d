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
	/** Set by another thread to stop: the call returns QUARRY_EINTR. NULL: never. */
	const atomic_bool *stop;
	/** Called with the bytes received so far in this call; NULL: not. */
	void (*progress)(void *payload, uint64_t bytes);
	void *payload;
	int allow_local; /**< 1: file, git and http URLs and local paths, too */
	int releases;    /**< 1: tags, too */
	int tip_files;   /**< 1: README and manifests at the top of the tip, too */
	/** Bounds; 0: none. Connecting; silence of the other side; all of the call. */
	unsigned connect_s, stall_s, total_s;
	uint64_t bytes_max; /**< received, unpacked from HTTP's compression */
	/** What earlier calls for the same repository took of the last two. */
	unsigned spent_s;
	uint64_t spent_bytes;
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

/** What else was seen: bits of quarry_fetch_result.notes. */
enum quarry_fetch_note {
	QUARRY_FETCH_FULL = 1 << 0,    /**< the server takes no filter: all blobs came, too */
	QUARRY_FETCH_MOVED = 1 << 1,   /**< the server sent us on, to moved_to */
	QUARRY_FETCH_RENAMED = 1 << 2, /**< the branch had another name: branch_before */
	QUARRY_FETCH_FORCED = 1 << 3,  /**< the old tip is no ancestor of the new one */
	/** Files of the tip are wanted and the server gives no object by its id. */
	QUARRY_FETCH_NO_TIP_FILES = 1 << 4,
	QUARRY_FETCH_GONE = 1 << 5,    /**< failed: there is no such repository */
	QUARRY_FETCH_HIDDEN = 1 << 6,  /**< failed: there is none, or it is private */
};

struct quarry_fetch_result {
	enum quarry_fetch_outcome outcome;
	unsigned notes;
	uint64_t bytes;      /**< received in this call, on failure, too */
	char *branch;        /**< short name of the branch; NULL: none */
	char *branch_before; /**< with QUARRY_FETCH_RENAMED; else NULL */
	char *moved_to;      /**< with QUARRY_FETCH_MOVED: a URL; else NULL */
	/** After a failure: 1 when it may go well another time, and in how many seconds
	 * the server wants to be asked again; -1: it said nothing about that. */
	int may_retry;
	int64_t retry_after_s;
};

void quarry_fetch_result_release(struct quarry_fetch_result *r);

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
 * @param out     to be released, whatever is returned: after a failure it says how much
 *                had come and whether to try again
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
