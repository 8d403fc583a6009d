/*
 * The touches of a piece: each wanted commit is compared with its first parent.
 *
 * A toucher is the memory of one thread: a reader, and what a comparison needs.
 */
#ifndef QUARRY_MINE_TOUCH_H
#define QUARRY_MINE_TOUCH_H

#include "mine/diff.h"
#include "mine/lines.h"
#include "mine/walk.h"

struct toucher {
	struct toucher *next;       /* of those that nobody uses */
	struct odb_reader *reader;
	struct diff diff;
	struct lines *lines;        /* NULL: lines are not counted */
	struct intern paths;        /* of the piece at hand */
	VEC(size_t) touched_by;     /* of each path of the piece, the commit that touched it last, plus one */
	VEC(struct quarry_touch) touches;
	int64_t flags[QUARRY_FLAG_N]; /* of the piece at hand */
};

int toucher_open(struct toucher **out, struct odb *odb, unsigned mine_flags,
		 struct quarry_error *err);
void toucher_free(struct toucher *t); /* NULL is fine */

/* Fill in the touches of a piece; `w` is only asked where the history is cut off.
 * t->flags counts what could not be read. */
int toucher_run(struct toucher *t, struct quarry_history *piece, const struct walk *w,
		const struct quarry_mine_options *options, struct quarry_error *err);

/* The tree of a commit. 1: found; 0: it cannot be read. */
int toucher_tree_of(struct quarry_oid *out, struct toucher *t, const struct quarry_oid *commit,
		    struct quarry_error *err);

#endif
