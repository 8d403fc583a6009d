/*
 * What changed between two trees: a merge-walk that skips equal subtrees and the equal
 * beginnings and ends of trees, then the folding of exact renames.
 */
#ifndef QUARRY_MINE_DIFF_H
#define QUARRY_MINE_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "odb/odb.h"
#include "mine/tree.h"
#include "util/str.h"
#include "util/vec.h"

/* Trees deeper than this are not read. */
#define DIFF_DEPTH_MAX 256
/* Names of entries longer than this, and paths longer than that, are not read. */
#define DIFF_NAME_MAX 1024
#define DIFF_PATH_MAX 4096
/* A comparison that goes beyond one of these has no result at all.  Trees that name one
 * another can stand for more entries than can be read: 40 nested ones of two for 2^40. */
#define DIFF_ENTRIES_MAX 1000000
#define DIFF_TREES_MAX 1000000
#define DIFF_TEXT_MAX (128u << 20)

struct delta {
	size_t path, old_path;       /* in diff.texts; old_path only for 'R' */
	uint32_t path_len, old_path_len;
	unsigned mode, old_mode;     /* canonical; 0 on the side that is not there */
	unsigned char oid[QUARRY_OID_SIZE], old_oid[QUARRY_OID_SIZE]; /* likewise all zeros */
	char status;                 /* A M D T R */
};

/* What could not be read of it, by kind. */
struct diff_loss {
	int64_t missing, damaged;    /* trees */
	int64_t deep, long_names;    /* entries */
	bool too_many;               /* no result: beyond a bound */
};

struct diff {
	struct odb_reader *reader;
	struct str path, texts;
	VEC(struct delta) deltas; /* in tree order; an exact rename at its new path */
	size_t n_trees;           /* read in this comparison */
	struct diff_loss loss;    /* of this comparison */
};

void diff_init(struct diff *d, struct odb_reader *reader);
void diff_release(struct diff *d);

/* Compare; a NULL tree is the empty one. The deltas of the last call are gone. */
int diff_trees(struct diff *d, const struct quarry_oid *old_tree,
	       const struct quarry_oid *new_tree, struct quarry_error *err);

/* Fold each deleted and added path with the same content into one rename, with
 * the choice among several that git makes at -M100%. */
int diff_fold_renames(struct diff *d, struct quarry_error *err);

static inline const char *diff_path(const struct diff *d, const struct delta *x)
{
	return d->texts.buf + x->path;
}

static inline const char *diff_old_path(const struct diff *d, const struct delta *x)
{
	return d->texts.buf + x->old_path;
}

#endif
