/*
 * How many lines differ between two blobs, as `git log --numstat` counts them.
 *
 *	struct lines *l;
 *	if (lines_new(&l)) return no memory;
 *	if (lines_count(&count, l, old, old_len, new_, new_len)) return no memory;
 *	lines_free(l);
 *
 * Equal to git's default: its Myers algorithm with all its shortcuts, by which it
 * finds more differences than there need be once two files have little in common
 * (lines_class.h, lines_cost.h).  No patch is made.
 *
 * Not here: attributes, textconv, other algorithms, ignored white space.
 *
 * What to hand in for a touch, so that the figures are those of --numstat:
 *   A, D      the side that is not there is empty: NULL and 0.
 *   M, T      both blobs.  A symbolic link's blob is text, its target.  A type change is
 *             one pair, not a deletion and an addition: two blobs compared.
 *   R, or a change of the mode alone: the blob on both sides; 0 and 0, or binary.
 *             lines_binary() says the same of one blob.
 *   Gitlinks  the text that lines_gitlink() makes of the commit's id, on whichever
 *             side the entry is a gitlink: there is no blob to read.
 *
 * Thread rule: a `struct lines` is used by one thread at a time.
 */
#ifndef QUARRY_MINE_LINES_H
#define QUARRY_MINE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/history.h"

struct lines_count {
	int32_t added, deleted;
};

/* Memory that is kept between calls, at most a few MiB of it. */
struct lines;

/* 0, or -1 without memory. */
int lines_new(struct lines **out);
void lines_free(struct lines *l); /* NULL is fine */

/*
 * 0, or -1 without memory. Binary, on either side: added is QUARRY_LINES_BINARY, and
 * deleted 0. A text may be NULL where its length is 0.
 */
int lines_count(struct lines_count *out, struct lines *l, const char *old, size_t old_len,
		const char *new_, size_t new_len);

/* Whether git takes a blob for binary: a NUL in its first 8,000 bytes, or larger than
 * 512 MiB. */
bool lines_binary(const char *text, size_t len);

#define LINES_GITLINK_LEN (sizeof("Subproject commit \n") - 1 + 2 * QUARRY_OID_SIZE)

/* The text that git compares for a gitlink; no NUL at its end. */
void lines_gitlink(char out[LINES_GITLINK_LEN], const struct quarry_oid *commit);

#endif
