/*
 * What killed runs left: whole temporary folders (quarry_fetch_tidy), and files
 * inside a repository.
 */
#ifndef QUARRY_FETCH_TIDY_H
#define QUARRY_FETCH_TIDY_H

#include "quarry/error.h"

/* Remove libgit2's lock files and half packs from a repository whose lock is held:
 * a stale lock file would make every later update fail. */
int tidy_repository(const char *gitdir, struct quarry_error *err);

#endif
