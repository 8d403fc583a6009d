/*
 * Folders of the cache while they are written.
 *
 * Several runs may share a cache.  Who writes to a folder holds a lock on the
 * file LOCK_NAME in it; the system lets go of it when the run is killed, so that
 * a folder with a free lock is nobody's.  The file itself stays.
 *
 *	struct temp t = TEMP_INIT;
 *	temp_new(&t, gitdir, err);       a folder gitdir.tmp-XXXXXX, locked
 *	... fill t.path, then rename it to gitdir ...
 *	temp_release(&t);                removes it, if it has not been renamed
 */
#ifndef QUARRY_FETCH_LOCK_H
#define QUARRY_FETCH_LOCK_H

#include <stdbool.h>

#include "fetch/guard.h"
#include "quarry/error.h"

#define LOCK_NAME "quarry-lock"
#define TEMP_SUFFIX ".tmp-XXXXXX"

struct temp {
	char *path;
	int lock; /* -1: none */
};

#define TEMP_INIT { NULL, -1 }

/* Wait for the lock of a folder, as long as the guard lets us; *fd holds it until
 * lock_drop(). QUARRY_EINTR on request. */
int lock_wait(int *fd, const char *folder, struct guard *g, struct quarry_error *err);
/* Take the lock if it is free. False when it is held, or the folder has none. */
bool lock_try(int *fd, const char *folder);
void lock_drop(int fd);

/* Makes the folders above it, too. */
int temp_new(struct temp *t, const char *gitdir, struct quarry_error *err);
void temp_release(struct temp *t);

#endif
