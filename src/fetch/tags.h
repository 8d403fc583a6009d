/*
 * The tags of a cached repository.  All stand in its one file of packed references: a
 * repository may have 80,000, and a file for each would take minutes to write.
 */
#ifndef QUARRY_FETCH_TAGS_H
#define QUARRY_FETCH_TAGS_H

#include <git2.h>

#include "fetch/advert.h"
#include "fetch/guard.h"
#include "quarry/error.h"

#define TAGS_MAX 1000000

/*
 * Make the tags those that the remote advertises.  One whose object did not come, or whose
 * name git does not allow, is left out: a branch's history does not hang on it.  Nothing is
 * written when they are those already.
 * @return a negative code; where the guard has noted why, `err` is not filled
 */
int tags_settle(git_repository *repo, const char *gitdir, const struct advert *a,
		struct guard *g, struct quarry_error *err);

#endif
