/*
 * The walk: every commit that can be reached from the tip, once.
 *
 * It follows first parents as far as they are new, then goes on with the other parent
 * that was met last, so that commits whose trees are alike come one after another and
 * are compared while those trees are at hand.  It asks no library for an order: sorted
 * walks are slow, and one malformed commit ends them.
 *
 * A commit that is not there, or cannot be read, is counted; its line ends there.
 */
#ifndef QUARRY_MINE_WALK_H
#define QUARRY_MINE_WALK_H

#include "mine/facts.h"
#include "odb/odb.h"
#include "mine/oidmap.h"
#include "quarry/mine.h"
#include "util/vec.h"

enum walk_state { WALK_FOUND, WALK_READ, WALK_LOST };

struct walk_node {
	struct quarry_oid oid; /* first: oidmap wants it so */
	struct quarry_oid tree;
	unsigned state;        /* enum walk_state */
};

struct walk {
	const struct quarry_mine_options *options;
	struct odb_reader *reader;
	int64_t *flags;        /* the repository's, enum quarry_flag */
	struct oidmap index;
	VEC(struct walk_node) nodes;
	VEC(uint32_t) open;    /* nodes found that are no first parent, newest last */
	uint32_t next;         /* the node to be read now; OIDMAP_NONE: take one of `open` */
	bool landed;           /* still on the tip's first-parent line */
	size_t n_read;
	struct oidmap shallow; /* ids at which the history is cut off */
	VEC(struct quarry_oid) shallow_ids;
	/* What the store has: the walk stops there. */
	struct oidmap known;
	VEC(uint32_t) entries; /* known commits that are the tip or a parent of a new one */
	uint32_t landed_known; /* the one at which the first-parent line enters the known ones */
};

/* `reader` and `flags` must outlive the walk. */
int walk_init(struct walk *w, const char *gitdir, const struct quarry_mine_options *options,
	      struct odb_reader *reader, int64_t *flags, struct quarry_error *err);
void walk_release(struct walk *w);

/* The tip is a commit to read, or a known one. */
int walk_start(struct walk *w, const struct quarry_oid *tip, struct quarry_error *err);

/* 1: a commit was added to `facts`; 0: there are no more; negative: an error. */
int walk_step(struct walk *w, struct facts *facts, struct quarry_error *err);

/* Will the next step read the first parent of the commit that was added last? */
bool walk_goes_on(const struct walk *w);

/* Fill in the old trees that the walk has met since the jobs were made. */
void walk_complete(const struct walk *w, struct facts *facts);

/* Is the history cut off at this commit? Then it is a root. */
bool walk_is_cut(const struct walk *w, const struct quarry_oid *oid);

#endif
