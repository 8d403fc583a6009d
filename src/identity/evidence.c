/* Step 6: why each node is with the others of its person. */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "util/banned.h"

struct signed_node {
	uint32_t node;
	uint32_t signature;
};

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

int evidence_add(struct quarry_identity *id, enum quarry_link_level level, int64_t repo,
		 const char *a, const char *b, int promoted)
{
	struct quarry_link link = { level, repo, a, b, promoted };

	if (strcmp(a, b) > 0) {
		link.a = b;
		link.b = a;
	}
	return vec_push(&id->links, link);
}

static int by_node_and_text(const void *pa, const void *pb, void *payload)
{
	const struct signed_node *a = pa, *b = pb;
	const char *const *text = payload;

	if (a->node != b->node)
		return COMPARE(a->node, b->node);
	if (a->signature == b->signature)
		return 0;
	return strcmp(text[a->signature], text[b->signature]);
}

/*
 * L1: of the signatures with one e-mail, each further one to the smallest.  A
 * use that a .mailmap took away in its repository is no evidence for that: L2
 * tells where it went.
 */
static int add_l1(struct quarry_identity *id)
{
	VEC(struct signed_node) v = { 0 };
	const char *const *text = id->texts.at.at;
	size_t first = 0;
	int rc = -1;

	for (size_t i = 0; i < id->uses.n; i++) {
		const struct use *u = &id->uses.at[i];
		struct signed_node s = { u->own, u->signature };

		if (u->own_generic || unions_root(&id->nodes, u->own) !=
				      unions_root(&id->nodes, u->land))
			continue;
		if (vec_push(&v, s))
			goto done;
	}
	if (v.n)
		qsort_r(v.at, v.n, sizeof(*v.at), by_node_and_text, id->texts.at.at);
	for (size_t i = 1; i < v.n; i++) {
		if (v.at[i].node != v.at[first].node)
			first = i;
		else if (v.at[i].signature != v.at[i - 1].signature &&
			 evidence_add(id, QUARRY_LINK_L1, -1, text[v.at[first].signature],
				      text[v.at[i].signature], /* promoted= */ 0))
			goto done;
	}
	rc = 0;
done:
	vec_release(&v);
	return rc;
}

/* L2: where a .mailmap moved a use; it holds everywhere if the nodes are joined. */
static int add_l2(struct quarry_identity *id)
{
	const char *const *text = id->texts.at.at;

	for (size_t i = 0; i < id->uses.n; i++) {
		const struct use *u = &id->uses.at[i];
		int promoted = unions_root(&id->nodes, u->own) == unions_root(&id->nodes, u->land);

		if (u->own != u->land &&
		    evidence_add(id, QUARRY_LINK_L2, u->out.repo, text[u->own], text[u->land],
				 promoted))
			return -1;
	}
	return 0;
}

static int by_level_and_ends(const void *pa, const void *pb)
{
	const struct quarry_link *a = pa, *b = pb;
	int order;

	if (a->level != b->level)
		return COMPARE(a->level, b->level);
	order = a->a == b->a ? 0 : strcmp(a->a, b->a);
	if (!order)
		order = a->b == b->b ? 0 : strcmp(a->b, b->b);
	return order ? order : COMPARE(a->repo, b->repo);
}

static void drop_repeats(struct quarry_identity *id)
{
	size_t n = 0;

	for (size_t i = 0; i < id->links.n; i++)
		if (!n || by_level_and_ends(&id->links.at[n - 1], &id->links.at[i]))
			id->links.at[n++] = id->links.at[i];
	id->links.n = n;
}

int evidence_collect(struct quarry_identity *id)
{
	if (add_l1(id) || add_l2(id))
		return -1;
	if (id->links.n)
		qsort(id->links.at, id->links.n, sizeof(*id->links.at), by_level_and_ends);
	drop_repeats(id);
	return 0;
}
