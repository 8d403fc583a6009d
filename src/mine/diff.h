/*
 * What changed between two trees: a merge-walk that skips equal subtrees, then
 * the folding of exact renames.
 */
#ifndef QUARRY_MINE_DIFF_H
#define QUARRY_MINE_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "mine/odb.h"
#include "util/arena.h"
#include "util/str.h"
#include "util/vec.h"

/* Trees deeper than this, and entries beyond this many a commit, are not read. */
#define DIFF_DEPTH_MAX 256
#define DIFF_ENTRIES_MAX 1000000
/* Trees that name one another can stand for more trees than can be read: 40 nested
 * ones of two entries for 2^40. */
#define DIFF_TREES_MAX 1000000

struct delta {
	const char *path, *old_path; /* in the diff's arena; old_path only for 'R' */
	size_t path_len, old_path_len;
	char status;                 /* A M D T R */
	unsigned mode;               /* of the side that exists; new where both do */
	unsigned char oid[QUARRY_OID_SIZE]; /* likewise */
};

struct diff {
	struct odb *odb;
	struct arena arena;
	struct str path;
	VEC(struct delta) deltas; /* in tree order; an exact rename at its new path */
	size_t n_trees;           /* read in this comparison */
	int64_t unread;           /* trees that are missing, broken, too deep or too many */
};

void diff_init(struct diff *d, struct odb *odb);
void diff_release(struct diff *d);

/* Compare; a NULL tree is the empty one. The deltas of the last call are gone. */
int diff_trees(struct diff *d, const struct quarry_oid *old_tree,
	       const struct quarry_oid *new_tree, struct quarry_error *err);

/* Fold each deleted and added path with the same content into one rename, with
 * the choice among several that git makes at -M100%. */
int diff_fold_renames(struct diff *d, struct quarry_error *err);

#endif
