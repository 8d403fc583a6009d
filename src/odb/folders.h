/*
 * The objects folders of a repository: its own, and those that it borrows from.
 *
 *	alternates   = *( line LF )
 *	line         = "#" comment / "" / path      absolute, or from the folder it is for
 */
#ifndef QUARRY_ODB_FOLDERS_H
#define QUARRY_ODB_FOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"
#include "util/vec.h"

struct odb_folders {
	VEC(char *) list;  /* the first is its own */
	VEC(char *) packs; /* where each of them has its packs */
	size_t n_borrowed; /* lines that name others */
};

/* Where alternates are not allowed, a repository that has some is refused. */
int odb_folders_find(struct odb_folders *out, const char *gitdir, bool allowed,
		     struct quarry_error *err);
/* That of a repository with n_borrowed > 0. */
int odb_folders_refuse(struct quarry_error *err, const char *gitdir);
void odb_folders_release(struct odb_folders *f); /* a zeroed one is fine */

/* A number that changes when a pack comes or goes. */
uint64_t odb_folders_stamp(const struct odb_folders *f);

#endif
