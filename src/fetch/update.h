/*
 * One repository brought up to date: a first fetch and the later ones.
 */
#ifndef QUARRY_FETCH_UPDATE_H
#define QUARRY_FETCH_UPDATE_H

#include "fetch/guard.h"
#include "fetch/remote.h"
#include "quarry/fetch.h"
#include "util/url.h"

struct job {
	const char *gitdir; /* the final name */
	struct url url;
	const char *branch; /* NULL: the one HEAD names */
	const struct quarry_fetch_options *options;
	struct guard guard;
	struct remote remote;              /* while there is a conversation */
	struct quarry_fetch_result result; /* but for its bytes, which the guard counts */
};

/* SIGPIPE is blocked. 0, or an error with the sentence for it. */
int update_run(struct job *job, struct quarry_error *err);

#endif
