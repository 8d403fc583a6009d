/*
 * Who may not be one person: sets of nodes with labels.
 *
 * A label (split, member) says that a set holds this member of that split; no set may hold
 * two members of one.  Split 0 is that of the entries of people.yaml: each is a member.
 * Without any label all this costs nothing.
 *
 *	apart_init(&a, n_nodes); apart_add(&a, node, split, member);
 *	if (!apart_forbids(&c, &a, root_a, root_b)) { join them; apart_join(...); }
 *	apart_release(&a);
 *
 * The smaller set's labels move to the larger's, so n labels cost O(n log n).
 */
#ifndef QUARRY_IDENTITY_APART_H
#define QUARRY_IDENTITY_APART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/map.h"
#include "util/vec.h"

#define APART_ENTRIES 0

struct apart_label {
	uint32_t split, member, next;
};

struct apart_set {
	uint32_t first;    /* label, or UINT32_MAX */
	uint32_t n_labels;
	uint32_t owner;    /* under which `members` has them */
};

struct apart {
	struct apart_set *sets;       /* by root; NULL: there are no labels */
	VEC(struct apart_label) labels;
	struct map members;           /* (owner, split): member */
};

#define APART_INIT { NULL, { 0 }, MAP_INIT }

struct apart_conflict {
	uint32_t split, a, b; /* the members on either side */
};

int apart_init(struct apart *a, size_t n_nodes); /* 0, or -1 without memory */
void apart_release(struct apart *a);

/* Before any join; a second member of a split for one node is ignored. 0, or -1. */
int apart_add(struct apart *a, uint32_t node, uint32_t split, uint32_t member);
/* Give a node without labels those of another, before any join. 0, or -1. */
int apart_copy(struct apart *a, uint32_t to, uint32_t from);
/* The member of a split that a root's set holds, or -1. */
int64_t apart_member(const struct apart *a, uint32_t root, uint32_t split);
bool apart_forbids(struct apart_conflict *out, const struct apart *a, uint32_t x, uint32_t y);
/* Roots x and y became one set with the root `root`. 0, or -1 without memory. */
int apart_join(struct apart *a, uint32_t root, uint32_t x, uint32_t y);

#endif
