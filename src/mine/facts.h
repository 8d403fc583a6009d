/*
 * The builder of a struct quarry_history: interns signatures and paths, and
 * appends commits, touches and trailers.
 */
#ifndef QUARRY_MINE_FACTS_H
#define QUARRY_MINE_FACTS_H

#include "mine/commit.h"
#include "quarry/history.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/str.h"
#include "util/vec.h"

struct facts {
	struct arena *arena; /* handed over to the history at the end */
	struct map signature_ids, path_ids;
	VEC(struct quarry_commit) commits;
	VEC(struct quarry_oid) parents;
	VEC(struct quarry_signature) signatures;
	VEC(struct quarry_path) paths;
	VEC(struct quarry_touch) touches;
	VEC(struct quarry_trailer) trailers;
	VEC(size_t) touched_by; /* of each path, the last commit that touched it */
	struct str scratch, line;
	bool decoded; /* a text of the commit at hand was not UTF-8 */
};

/* 0, or -1 without memory. */
int facts_init(struct facts *f);
void facts_release(struct facts *f);

/* All of these return 0, or -1 without memory. */
int facts_add_commit(struct facts *f, const struct quarry_oid *oid, const struct raw_commit *raw);
int facts_path(uint32_t *out, struct facts *f, const char *name, size_t len);

/* Move all into `h`, commits sorted by id; the builder is empty afterwards. */
void facts_finish(struct quarry_history *h, struct facts *f);

#endif
