/*
 * What a failed call of libgit2 means: for what is on the disk a sentence, for what comes
 * over a line a cause.
 */
#ifndef QUARRY_FETCH_LIBGIT2_H
#define QUARRY_FETCH_LIBGIT2_H

#include "fetch/guard.h"
#include "quarry/error.h"

/* "cannot <what> '<path>': <libgit2's last message>"; always QUARRY_EFAIL. */
int libgit2_fail(const char *what, const char *path, struct quarry_error *err);

/*
 * Note why a transfer ends. What is wrong with a pack is the line's fault or the server's,
 * and may be right another time; what concerns the disk stays as it is.
 * @param rc  what the call returned
 * @return always -1
 */
int libgit2_blame(struct guard *g, int rc);

#endif
