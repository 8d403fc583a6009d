/*
 * Files at the top of the tip's tree whose text tells something: they are blobs, which
 * a blobless fetch leaves out, and are asked for by their ids.
 *
 *	always      .mailmap, .gitattributes
 *	on request  README and manifests (package.json, Cargo.toml, ...)
 */
#ifndef QUARRY_FETCH_TIP_H
#define QUARRY_FETCH_TIP_H

#include <git2.h>
#include <stdbool.h>

#include "util/vec.h"

struct tip_blobs {
	VEC(git_oid) ids;
};

/* The ids of such files that the repository lacks. `out` is empty. 0, or a code of
 * libgit2; a tip that is no commit, or whose tree is missing, has none. */
int tip_missing(struct tip_blobs *out, git_repository *repo, const git_oid *tip, bool all);
void tip_release(struct tip_blobs *b);

/* Whether a file of this name is one of them. */
bool tip_is_wanted(const char *name, bool all);

#endif
