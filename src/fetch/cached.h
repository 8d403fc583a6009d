/*
 * A repository of the cache on the disk: its references, its configuration, and the
 * marks that tell git which objects may be missing.  Its lock is held by the caller.
 */
#ifndef QUARRY_FETCH_CACHED_H
#define QUARRY_FETCH_CACHED_H

#include <git2.h>
#include <stdbool.h>

#include "quarry/error.h"

/* What it has now. */
struct cached {
	bool has_tip;   /* HEAD leads to a commit that is there */
	git_oid tip;
	char *branch;   /* short name; NULL: HEAD names no branch */
	bool partial;   /* blobs may be missing */
	char *asked;    /* the branch that was asked for, "": HEAD's; NULL: not known */
	bool shallow;   /* the server's history was cut off when it came */
};

#define CACHED_INIT { .has_tip = false }

int cached_read(struct cached *out, git_repository *repo, const char *gitdir,
		struct quarry_error *err);
void cached_release(struct cached *c);

/*
 * Make `ref` the only branch, at `tip`, whose objects are there; a killed run leaves the
 * old state or the new one.
 */
int cached_settle(git_repository *repo, const char *gitdir, const char *ref, const git_oid *tip,
		  struct quarry_error *err);

/* Write down where the history is cut off, for git and for mining; nowhere: it is whole. */
int cached_settle_shallow(const char *gitdir, const git_oid *ids, size_t n,
			  struct quarry_error *err);

/* How to go on: so that git, too, can fetch in the repository. */
struct cached_origin {
	const char *url; /* holds no secret */
	const char *ref; /* full name of the branch */
	const char *asked; /* its short name when it was asked for; "": HEAD's */
	bool partial;    /* blobs are missing: git may fetch them when it needs one */
	bool tags;
};

int cached_remember(git_repository *repo, const char *gitdir, const struct cached_origin *origin,
		    struct quarry_error *err);

/* Put the file beside each pack that says so: objects that its own objects name may be
 * missing, as the remote has them. Else git would take the repository for broken. */
int cached_mark_packs(const char *gitdir, struct quarry_error *err);

#endif
