/*
 * The walk: every commit that can be reached from the tip, once, in no promised
 * order.  It asks no library for an order: sorted walks are slow, and one
 * malformed commit ends them.
 */
#ifndef QUARRY_MINE_WALK_H
#define QUARRY_MINE_WALK_H

#include "mine/facts.h"
#include "mine/odb.h"
#include "quarry/mine.h"

/* What the diff needs to know of a commit, beside the facts: same index. */
struct walk_node {
	struct quarry_oid tree;
	size_t first_parent; /* index, SIZE_MAX for a root */
};

struct walk {
	struct map index; /* commit id to index, in the order of discovery */
	VEC(struct quarry_oid) ids;
	VEC(struct walk_node) nodes;
	struct map shallow; /* ids at which the history is cut off */
};

void walk_release(struct walk *w);

/* Read the list of cut-off commits, if the repository has one. */
int walk_read_shallow(struct walk *w, const char *gitdir, struct quarry_error *err);

/* Read all commits into `facts`; nodes[i] belongs to facts->commits.at[i]. */
int walk_commits(struct walk *w, struct facts *facts, struct odb *odb,
		 const struct quarry_oid *tip, const struct quarry_mine_options *options,
		 struct quarry_error *err);

#endif
