/*
 * The sentence for a call of libgit2 that has failed on something on the disk.
 */
#ifndef QUARRY_FETCH_LIBGIT2_H
#define QUARRY_FETCH_LIBGIT2_H

#include "quarry/error.h"

/* "cannot <what> '<path>': <libgit2's last message>"; always QUARRY_EFAIL. */
int libgit2_fail(const char *what, const char *path, struct quarry_error *err);

#endif
