/*
 * The builder of a piece of history: interns signatures, and appends commits and
 * trailers.  Touches come later (touch.h), from what each commit's job says.
 */
#ifndef QUARRY_MINE_FACTS_H
#define QUARRY_MINE_FACTS_H

#include <stdbool.h>

#include "mine/commit.h"
#include "quarry/history.h"
#include "util/arena.h"
#include "util/intern.h"
#include "util/str.h"
#include "util/vec.h"

enum job_flags {
	JOB_WANTED = 1 << 0,   /* its touches are to be read */
	JOB_TREE = 1 << 1,     /* `tree` is known; else the commit is to be read for it */
	JOB_OLD_TREE = 1 << 2, /* `old_tree` is known; else `parent` is to be read for it */
	JOB_PARENT = 1 << 3,   /* there is a parent to compare with; else the empty tree */
	JOB_LOST = 1 << 4,     /* it could not be read, which is counted already */
};

/* Which trees the touches of a commit are found between. */
struct job {
	struct quarry_oid tree, old_tree, parent;
	unsigned flags;
};

/* What a piece owns beside its arrays: its `memory`. */
struct piece {
	struct arena arena; /* texts of commits, and then of paths */
	struct job *jobs;   /* of each commit, in the order of the walk; NULL once they are done */
};

struct facts {
	struct piece *piece;         /* handed over to the history at the end */
	struct intern signature_ids; /* by the bytes of the commit */
	VEC(struct job) jobs;
	VEC(struct quarry_commit) commits;
	VEC(struct quarry_oid) parents;
	VEC(struct quarry_signature) signatures;
	VEC(struct quarry_trailer) trailers;
	struct str scratch, line;
	bool decoded; /* a text of the commit at hand was not UTF-8 */
};

/* All of these return 0, or -1 without memory. */
int facts_init(struct facts *f);
int facts_add_commit(struct facts *f, const struct quarry_oid *oid, const struct raw_commit *raw,
		     const struct job *job);
/* A commit that the store has, whose touches are wanted. */
int facts_add_known(struct facts *f, const struct quarry_oid *oid, int64_t number);

void facts_release(struct facts *f);

/* Bytes it holds, roughly. */
size_t facts_size(const struct facts *f);

/* Move all into a new piece; the builder is empty afterwards. NULL without memory. */
struct quarry_history *facts_finish(struct facts *f);

/* The piece behind a history that facts_finish() made. */
struct piece *facts_piece(const struct quarry_history *h);

#endif
