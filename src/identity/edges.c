/* Steps 4 and 6: edges of e-mails; the order of nodes; drawing edges. */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "util/banned.h"

int edge_add(struct quarry_identity *id, int level, const char *rule, uint32_t a, uint32_t b)
{
	struct edge e = { .repo = -1, .rule = rule, .a = a, .b = b, .level = (uint8_t)level };

	return vec_push(&id->edges, e);
}

/* May a signature follow its e-mail? Not if two entries of people.yaml claim them. */
static bool follows(const struct quarry_identity *id, uint32_t signature, uint32_t email)
{
	int64_t a = apart_member(&id->apart, signature, APART_ENTRIES);
	int64_t b = apart_member(&id->apart, node_mailbox(id, email), APART_ENTRIES);

	return a < 0 || b < 0 || a == b;
}

/* L1: each signature to its e-mail, each e-mail to what it normalises to. */
int edges_of_emails(struct quarry_identity *id)
{
	bool same = !id->rules.built_in_off[RULE_SAME_EMAIL];

	for (uint32_t i = 0; i < id->nodes.n; i++) {
		const struct node *n = &id->nodes.at[i];
		const char *rule = n->kind == NODE_EMAIL ? n->rule : QUARRY_RULE_SAME_EMAIL;

		if (n->to == i || n->kind == NODE_MOVED)
			continue;
		if (n->kind == NODE_SIGNATURE &&
		    (!same || id->nodes.at[n->to].generic || !follows(id, i, n->to)))
			continue;
		if (edge_add(id, QUARRY_LINK_L1, rule, i, n->to))
			return -1;
	}
	return 0;
}

/* A node with 8 bytes of its text: most comparisons need no look at the text. */
struct place {
	uint64_t bytes;
	uint32_t node;
};

#define LEVELS 8 /* texts equal so far are compared whole: nobody shall make us recurse deep */

static uint64_t bytes_at(const char *s)
{
	uint64_t bytes = 0;

	for (int i = 0; i < 8 && s[i]; i++)
		bytes |= (uint64_t)(unsigned char)s[i] << (56 - i * 8);
	return bytes;
}

static int by_bytes(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;

	return COMPARE(a->bytes, b->bytes);
}

/* Texts, then kinds; moved nodes of one signature by where they land. */
static int by_text(const void *pa, const void *pb, void *payload)
{
	const struct node *nodes = payload;
	const struct node *m = &nodes[((const struct place *)pa)->node];
	const struct node *n = &nodes[((const struct place *)pb)->node];
	int order = m->text == n->text ? 0 : strcmp(m->text, n->text);

	if (order)
		return order;
	if (m->kind != n->kind)
		return COMPARE(m->kind, n->kind);
	if (m->kind != NODE_MOVED || m->to == n->to)
		return 0;
	order = strcmp(nodes[m->to].text, nodes[n->to].text);
	return order ? order : COMPARE(nodes[m->to].kind, nodes[n->to].kind);
}

/* Order places whose texts are equal in the first 8 * `level` bytes. */
static void sort_places(struct place *p, size_t n, int level, struct node *nodes)
{
	if (n < 2)
		return;
	if (level == LEVELS || n < 8) {
		qsort_r(p, n, sizeof(*p), by_text, nodes);
		return;
	}
	for (size_t i = 0; i < n; i++)
		p[i].bytes = bytes_at(nodes[p[i].node].text + 8 * level);
	qsort(p, n, sizeof(*p), by_bytes);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && p[end].bytes == p[i].bytes;)
			end++;
		/* A NUL among the bytes: the texts are equal, and have no further ones. */
		sort_places(p + i, end - i, p[i].bytes & 0xFF ? level + 1 : LEVELS, nodes);
	}
}

int edges_rank(struct quarry_identity *id)
{
	size_t n = id->nodes.n;
	struct place *order = malloc((n + 1) * sizeof(*order));

	id->rank = malloc((n + 1) * sizeof(*id->rank));
	if (!order || !id->rank || unions_init(&id->unions, n)) {
		free(order);
		return -1;
	}
	for (uint32_t i = 0; i < n; i++)
		order[i].node = i;
	sort_places(order, n, 0, id->nodes.at);
	for (uint32_t i = 0; i < n; i++)
		id->rank[order[i].node] = i;
	free(order);
	return 0;
}

static int by_level_and_text(const void *pa, const void *pb, void *payload)
{
	const struct edge *a = pa, *b = pb;
	const uint32_t *rank = payload;

	if (a->level != b->level)
		return COMPARE(a->level, b->level);
	if (a->a != b->a)
		return COMPARE(rank[a->a], rank[b->a]);
	if (a->b != b->b)
		return COMPARE(rank[a->b], rank[b->b]);
	if (a->repo != b->repo)
		return COMPARE(a->repo, b->repo);
	return strcmp(a->rule, b->rule);
}

static int draw(struct quarry_identity *id, struct edge *e)
{
	uint32_t a = unions_root(&id->unions, e->a), b = unions_root(&id->unions, e->b);
	struct held h;

	if (a == b)
		return 0;
	if (apart_forbids(&h.why, &id->apart, a, b)) {
		e->held = true;
		h.edge = *e;
		return vec_push(&id->held, h);
	}
	unions_join(&id->unions, a, b);
	return apart_join(&id->apart, unions_root(&id->unions, a), a, b);
}

void edges_sort(struct quarry_identity *id, size_t first)
{
	for (size_t i = first; i < id->edges.n; i++) {
		struct edge *e = &id->edges.at[i];

		if (id->rank[e->a] > id->rank[e->b]) {
			uint32_t a = e->a;

			e->a = e->b;
			e->b = a;
		}
	}
	if (id->edges.n > first)
		qsort_r(id->edges.at + first, id->edges.n - first, sizeof(*id->edges.at),
			by_level_and_text, id->rank);
}

int edges_draw(struct quarry_identity *id, size_t first)
{
	int rc = 0;

	/* Where nothing is kept apart, no order shows. */
	if (id->apart.sets)
		edges_sort(id, first);
	for (size_t i = first; !rc && i < id->edges.n; i++)
		rc = draw(id, &id->edges.at[i]);
	return rc;
}
