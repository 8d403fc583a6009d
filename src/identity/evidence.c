/*
 * Step 10: the edges as rows.
 *
 * An edge of L2 or L4 is always one.  Of the others those of persons with one signature
 * join nothing, as do those to an e-mail that nobody wrote and that joins nothing further:
 * jane+work@... is jane@..., but nobody else is.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "util/banned.h"

/* A node and its edges that are still shown. */
struct end {
	uint32_t n_edges;
	uint32_t edges; /* their numbers, exclusive or: the number itself of the last one */
	uint32_t n_signatures; /* of a root */
};

/* Of L2 and L4: they tell what a .mailmap or a history says. */
static bool always(const struct edge *e)
{
	return e->level == QUARRY_LINK_L2 || e->level == QUARRY_LINK_L4;
}

/* Take away edges that end in nothing, until none does. */
static void prune(struct quarry_identity *id, struct end *ends, uint32_t node)
{
	while (ends[node].n_edges == 1 && !id->nodes.at[node].standing) {
		uint32_t i = ends[node].edges;
		struct edge *e = &id->edges.at[i];
		uint32_t other = e->a == node ? e->b : e->a;

		if (always(e))
			return;
		e->shown = false;
		ends[node].n_edges = 0;
		ends[other].n_edges--;
		ends[other].edges ^= i;
		node = other;
	}
}

int evidence_choose(struct quarry_identity *id)
{
	struct end *ends = calloc(id->nodes.n + 1, sizeof(*ends));

	if (!ends)
		return -1;
	for (uint32_t i = 0; i < id->nodes.n; i++)
		if (id->nodes.at[i].standing && id->nodes.at[i].kind != NODE_EMAIL)
			ends[unions_root(&id->unions, i)].n_signatures++;
	for (uint32_t i = 0; i < id->edges.n; i++) {
		struct edge *e = &id->edges.at[i];

		e->shown = !e->held && (always(e) ||
					ends[unions_root(&id->unions, e->a)].n_signatures > 1);
		if (!e->shown)
			continue;
		ends[e->a].n_edges++;
		ends[e->a].edges ^= i;
		ends[e->b].n_edges++;
		ends[e->b].edges ^= i;
	}
	for (uint32_t i = 0; i < id->nodes.n; i++)
		prune(id, ends, i);
	free(ends);
	return 0;
}

static bool same(const struct quarry_link *x, const struct quarry_link *y)
{
	return x->level == y->level && x->repo == y->repo && !strcmp(x->rule, y->rule) && x->a == y->a &&
	       x->b == y->b;
}

int evidence_collect(struct quarry_identity *id)
{
	size_t n = 0;

	for (size_t i = 0; i < id->edges.n; i++)
		if (id->edges.at[i].shown)
			id->edges.at[n++] = id->edges.at[i];
	id->edges.n = n;
	edges_sort(id, 0);
	for (size_t i = 0; i < n; i++) {
		const struct edge *e = &id->edges.at[i];
		const struct quarry_link link = {
			(enum quarry_link_level)e->level, e->repo, id->nodes.at[e->a].text,
			id->nodes.at[e->b].text, e->promoted, e->rule,
		};

		if (id->links.n && same(&id->links.at[id->links.n - 1], &link))
			continue;
		if (vec_push(&id->links, link))
			return -1;
	}
	return 0;
}
