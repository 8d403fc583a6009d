/*
 * One conversation with a remote: what is there, and the download of one branch.
 * It writes no reference; only packs.
 *
 *	struct remote r = REMOTE_INIT;
 *	remote_connect(&r, repo, &url, options, err);
 *	remote_choose(&ref, &tip, &r, branch, err);
 *	if (ref) remote_download(&r, ref, err);
 *	remote_release(&r);
 */
#ifndef QUARRY_FETCH_REMOTE_H
#define QUARRY_FETCH_REMOTE_H

#include <git2.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/url.h"
#include "quarry/fetch.h"

struct remote {
	git_remote *handle;
	const struct url *url;
	const struct quarry_fetch_options *options;
	unsigned offered; /* kinds of credential (git_credential_t) given already */
	uint64_t before;  /* bytes that the call had received when this began */
	uint64_t bytes;   /* received by now, those before with them */
};

#define REMOTE_INIT { NULL, NULL, NULL, 0, 0, 0 }

int remote_connect(struct remote *r, git_repository *repo, const struct url *url,
		   const struct quarry_fetch_options *options, struct quarry_error *err);
void remote_release(struct remote *r);

/*
 * The branch to bring.
 * @param ref     its full name, to be freed; NULL when the remote has no commit
 *                there: it is empty, or its HEAD leads to no branch
 * @param branch  short name; NULL: the one HEAD names
 * @return QUARRY_ENOTFOUND when the remote has branches, but not this one
 */
int remote_choose(char **ref, git_oid *tip, struct remote *r, const char *branch,
		  struct quarry_error *err);

/* Receive what the repository lacks of the branch; nothing when it lacks nothing. */
int remote_download(struct remote *r, const char *ref, struct quarry_error *err);

#endif
