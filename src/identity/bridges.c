/*
 * Bridges: one signature or e-mail without which a large person falls apart.
 *
 *	1. The nodes of persons of 6 signatures or more are numbered, and their edges laid
 *	   out by node.
 *	2. A walk in depth (Tarjan's, without recursion) finds for each node which subtrees
 *	   hang on it alone, and how many signatures each has; what is left is the rest.
 *	3. Two such parts of 3 signatures or more, and the node is a bridge.
 *
 * Linear in nodes and edges.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "util/banned.h"

#define PERSON_MIN 6
#define PART_MIN 3

struct spot {
	uint32_t node, root;      /* in the whole; its person's root */
	uint32_t first, next;     /* edges: where they begin, and how far the walk is */
	uint32_t parent, order, low;
	uint32_t n_below;         /* signatures in its subtree, its own too */
	uint32_t n_parted;        /* of those, in subtrees that hang on it alone */
	uint32_t largest, second; /* of these subtrees */
};

struct walk {
	uint32_t *n_signatures; /* of each root */
	uint32_t *local;        /* node to spot */
	uint32_t *ends;         /* the other ends of edges, by spot */
	VEC(struct spot) spots;
};

static bool is_signature(const struct node *n)
{
	return n->standing && n->kind != NODE_EMAIL;
}

/* Spots of all nodes of large persons. */
static int find_spots(struct walk *w, struct quarry_identity *id)
{
	size_t n = id->nodes.n;

	w->n_signatures = calloc(n + 1, sizeof(*w->n_signatures));
	w->local = malloc((n + 1) * sizeof(*w->local));
	if (!w->n_signatures || !w->local)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		if (is_signature(&id->nodes.at[i]))
			w->n_signatures[unions_root(&id->unions, i)]++;
	for (uint32_t i = 0; i < n; i++) {
		struct spot s = { .node = i, .root = unions_root(&id->unions, i), .parent = NONE };

		w->local[i] = NONE;
		if (w->n_signatures[s.root] < PERSON_MIN)
			continue;
		w->local[i] = (uint32_t)w->spots.n;
		if (vec_push(&w->spots, s))
			return -1;
	}
	return 0;
}

/* Count the edges of each spot, then lay them out; `next` is where the next one goes. */
static int lay_edges(struct walk *w, const struct quarry_identity *id)
{
	uint32_t n = 0;

	for (size_t i = 0; i < id->edges.n; i++) {
		const struct edge *e = &id->edges.at[i];

		if (e->held || w->local[e->a] == NONE)
			continue;
		w->spots.at[w->local[e->a]].next++;
		w->spots.at[w->local[e->b]].next++;
	}
	for (size_t i = 0; i < w->spots.n; i++) {
		struct spot *s = &w->spots.at[i];
		uint32_t n_own = s->next;

		s->first = s->next = n;
		n += n_own;
	}
	w->ends = malloc(((size_t)n + 1) * sizeof(*w->ends));
	if (!w->ends)
		return -1;
	for (size_t i = 0; i < id->edges.n; i++) {
		const struct edge *e = &id->edges.at[i];
		uint32_t a = w->local[e->a], b = w->local[e->b];

		if (e->held || a == NONE)
			continue;
		w->ends[w->spots.at[a].next++] = b;
		w->ends[w->spots.at[b].next++] = a;
	}
	return 0;
}

static void part(struct spot *s, uint32_t n)
{
	if (n > s->largest) {
		s->second = s->largest;
		s->largest = n;
	} else if (n > s->second) {
		s->second = n;
	}
}

/* A subtree is done: tell the spot above. */
static void leave(struct walk *w, const struct spot *child)
{
	struct spot *s = &w->spots.at[child->parent];

	s->n_below += child->n_below;
	if (child->low < s->low)
		s->low = child->low;
	if (child->low >= s->order) {
		s->n_parted += child->n_below;
		part(s, child->n_below);
	}
}

/* The walk goes through `next` backwards, from the end of a spot's edges to `first`. */
static void walk_from(struct walk *w, const struct quarry_identity *id, uint32_t start,
		      uint32_t *order)
{
	uint32_t at = start;

	while (at != NONE) {
		struct spot *s = &w->spots.at[at], *t;

		if (!s->order) {
			s->order = s->low = ++*order;
			s->n_below = is_signature(&id->nodes.at[s->node]);
		}
		if (s->next == s->first) {
			if (s->parent != NONE)
				leave(w, s);
			at = s->parent;
			continue;
		}
		t = &w->spots.at[w->ends[--s->next]];
		if (!t->order) {
			t->parent = at;
			at = (uint32_t)(t - w->spots.at);
		} else if ((uint32_t)(t - w->spots.at) != s->parent && t->order < s->low) {
			s->low = t->order;
		}
	}
}

static int tell(struct quarry_identity *id, const struct walk *w)
{
	for (size_t i = 0; i < w->spots.n; i++) {
		struct spot s = w->spots.at[i];
		const struct node *n = &id->nodes.at[s.node];
		struct quarry_alarm alarm = {
			.kind = QUARRY_ALARM_BRIDGE, .person = s.root, .a = n->text,
			.repo = -1, .other_repo = -1,
		};

		if (s.parent != NONE)
			part(&s, w->n_signatures[s.root] - s.n_parted - is_signature(n));
		alarm.n = s.largest;
		alarm.m = s.second;
		if (s.second >= PART_MIN && vec_push(&id->alarms, alarm))
			return -1;
	}
	return 0;
}

int bridges_find(struct quarry_identity *id)
{
	struct walk w = { 0 };
	uint32_t order = 0;
	int rc = find_spots(&w, id) || lay_edges(&w, id) ? -1 : 0;

	for (uint32_t i = 0; !rc && i < w.spots.n; i++)
		if (!w.spots.at[i].order)
			walk_from(&w, id, i, &order);
	if (!rc)
		rc = tell(id, &w);
	free(w.n_signatures);
	free(w.local);
	free(w.ends);
	vec_release(&w.spots);
	return rc;
}
