/*
 * One conversation with a remote: what is there, and the download of one branch.
 * It writes no reference; only packs.
 *
 *	struct remote r = REMOTE_INIT;
 *	remote_start(&r, &guard, &url);  r.smart.branch = ...
 *	remote_connect(&r, repo, err);
 *	remote_choose(&ref, &tip, &r, err);
 *	if (ref) remote_download(&r, ref, err);
 *	remote_release(&r);
 */
#ifndef QUARRY_FETCH_REMOTE_H
#define QUARRY_FETCH_REMOTE_H

#include <git2.h>

#include "fetch/guard.h"
#include "fetch/smart.h"
#include "quarry/fetch.h"
#include "util/url.h"

struct remote {
	git_remote *handle;
	const struct url *url;
	struct guard *guard;
	struct smart smart; /* not used for what is local */
	uint64_t counted;   /* local: bytes that the guard knows of */
};

#define REMOTE_INIT { .handle = NULL }

/* What is pointed to must outlive it. */
void remote_start(struct remote *r, struct guard *g, const struct url *url);
int remote_connect(struct remote *r, git_repository *repo, struct quarry_error *err);
/* The repository is no longer needed; objects can still be asked for by their ids. */
void remote_disconnect(struct remote *r);
void remote_release(struct remote *r);

/*
 * The branch to bring: r->smart.branch, or the one that HEAD names.
 * @param ref  its full name, to be freed; NULL when the remote has no commit there: it
 *             is empty, or its HEAD leads to no branch
 * @return QUARRY_ENOTFOUND when the remote has branches, but not this one
 */
int remote_choose(char **ref, git_oid *tip, struct remote *r, struct quarry_error *err);

/* Receive what the repository lacks of the branch, and of the tags where they are
 * wanted; nothing when it lacks nothing. */
int remote_download(struct remote *r, const char *ref, struct quarry_error *err);

/* The sentence for what the guard has noted or, when that is nothing, for a call of
 * libgit2 that has failed with `rc`. */
int remote_fail(const struct remote *r, int rc, struct quarry_error *err);

#endif
