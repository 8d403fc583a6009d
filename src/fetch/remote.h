/*
 * One conversation with a remote: what is there, and the download of one branch.
 * It writes no reference; only packs.
 *
 *	remote_start(&r, &guard, &url);  r.branch = ...
 *	remote_connect(&r, repo, err);
 *	remote_choose(&ref, &tip, &r, err);
 *	if (ref) remote_download(&r, ref, &tip, err);
 *	remote_leave(&r);                 the repository may go
 *	remote_objects(&r, repo, ids, n, err);
 *	remote_release(&r);
 *
 * Version 2 of the protocol is spoken here (advert.c, pack.c); where a server has version 0
 * alone, and with what is local, libgit2 speaks.
 */
#ifndef QUARRY_FETCH_REMOTE_H
#define QUARRY_FETCH_REMOTE_H

#include <git2.h>
#include <stdbool.h>

#include "fetch/advert.h"
#include "fetch/guard.h"
#include "fetch/link.h"
#include "fetch/pack.h"
#include "fetch/smart.h"
#include "quarry/fetch.h"
#include "util/url.h"

struct remote {
	const struct url *url;
	struct guard *guard;
	const char *branch; /* short name of the one that is wanted; NULL: HEAD's */
	bool releases;      /* tags are wanted */
	bool blobless;      /* ask for no blobs, where the server takes a filter */
	bool partial;       /* the repository lacks blobs */
	bool anew;          /* what the repository has is not to be built on */

	bool filtered;      /* the server takes a filter, and one is asked for */
	struct link *link;  /* NULL: local, or not connected */
	struct advert advert;
	struct pack_ids shallow; /* where the server's history is cut off */
	git_repository *repo;
	git_remote *handle; /* libgit2's; NULL: version 2 */
	struct smart smart;
	uint64_t counted;   /* local: bytes that the guard knows of */
};

#define REMOTE_INIT { .link = NULL }

/* What is pointed to must outlive it. */
void remote_start(struct remote *r, struct guard *g, const struct url *url);
int remote_connect(struct remote *r, git_repository *repo, struct quarry_error *err);
/* The repository is no longer used. */
void remote_leave(struct remote *r);
void remote_release(struct remote *r);

/*
 * The branch to bring: r->branch, or the one that HEAD names.
 * @param ref  its full name, to be freed; NULL when the remote has no commit there: it
 *             is empty, or its HEAD leads to no branch
 * @return QUARRY_ENOTFOUND when the remote has branches, but not this one
 */
int remote_choose(char **ref, git_oid *tip, struct remote *r, struct quarry_error *err);

/* Receive what the repository lacks of the branch, and of the tags where they are
 * wanted; nothing when it lacks nothing. */
int remote_download(struct remote *r, const char *ref, const git_oid *tip,
		    struct quarry_error *err);

/* Receive blobs. *came: false when the server gives none by their ids. */
int remote_objects(bool *came, struct remote *r, git_repository *repo, const git_oid *ids,
		   size_t n, struct quarry_error *err);

/* The sentence for what the guard has noted or, when that is nothing, for a call of
 * libgit2 that has failed with `rc`. */
int remote_fail(const struct remote *r, int rc, struct quarry_error *err);

#endif
