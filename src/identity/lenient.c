/*
 * Step 9, L4: persons of the same full name in one repository.
 *
 *	1. Each use with a full name goes to the group (repository, folded name).
 *	2. A group is swept by time.  A use within a year of the one that lasted
 *	   longest so far is linked to it; a use too late for that one is too late
 *	   for all before, so no pair needs comparing.
 *	3. Persons that share a link, in any repository, get one number.
 *
 * Where people.yaml keeps two of a group apart, a third is linked to one of them, or to
 * neither: the sweep looks for no way round a link that is held back.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "identity/normal.h"
#include "util/banned.h"
#include "util/str.h"

#define YEAR_S (365 * 86400)

struct named {
	int64_t repo;
	int64_t first_s, last_s;
	uint32_t name; /* number of the folded name */
	uint32_t node; /* where it stands; moved ones, where they landed */
	uint32_t rank; /* of that node: settles what time leaves open */
	uint32_t use;
};

struct group {
	VEC(struct named) uses;
	struct texts names;
};

static int by_group_and_time(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;

	if (a->repo != b->repo)
		return COMPARE(a->repo, b->repo);
	if (a->name != b->name)
		return COMPARE(a->name, b->name);
	if (a->first_s != b->first_s)
		return COMPARE(a->first_s, b->first_s);
	if (a->last_s != b->last_s)
		return COMPARE(a->last_s, b->last_s);
	return COMPARE(a->rank, b->rank);
}

/* What .mailmap says of the name, unless it is left out altogether. */
static const char *name_of(const struct quarry_identity *id, const struct use *u)
{
	const bool *off = id->rules.built_in_off;

	return off[RULE_MAILMAP] && off[RULE_MAILMAP_PROMOTED] ? u->name : u->out.mapped_name;
}

/* What people.yaml says goes before the rules. */
static bool is_human(const struct quarry_identity *id, const struct use *u)
{
	const char *class = u->named == NONE ? NULL : id->people->persons[u->named].class;

	return class ? !strcmp(class, "human") : !u->automated;
}

/* Step 1. Folding leaves single spaces, so a space means a second word. */
static int add_named(struct group *g, const struct quarry_identity *id, uint32_t i,
		     struct str *scratch)
{
	const struct use *u = &id->uses.at[i];
	struct named n = { .repo = u->out.repo, .first_s = u->first_s, .last_s = u->last_s,
			   .node = u->at, .use = i };
	const char *name = name_of(id, u);

	if (!is_human(id, u))
		return 0;
	if (id->nodes.at[n.node].kind == NODE_MOVED)
		n.node = id->nodes.at[n.node].to;
	n.rank = id->rank[n.node];
	str_clear(scratch);
	name_fold(scratch, name);
	if (scratch->oom)
		return -1;
	if (!scratch->len || !memchr(scratch->buf, ' ', scratch->len))
		return 0;
	if (texts_add(&n.name, &g->names, 'n', scratch->buf, scratch->len))
		return -1;
	return vec_push(&g->uses, n);
}

static int add_all(struct group *g, const struct quarry_identity *id)
{
	struct str scratch = STR_INIT;
	int rc = 0;

	for (size_t i = 0; i < id->uses.n && !rc; i++)
		rc = add_named(g, id, (uint32_t)i, &scratch);
	str_release(&scratch);
	if (!rc && g->uses.n)
		qsort(g->uses.at, g->uses.n, sizeof(*g->uses.at), by_group_and_time);
	return rc;
}

/* Unsigned, because two times may be further apart than an int64 can say. */
static bool within_a_year(int64_t end_s, int64_t start_s)
{
	return start_s <= end_s || (uint64_t)start_s - (uint64_t)end_s <= YEAR_S;
}

static int join(struct quarry_identity *id, const struct named *a, const struct named *b)
{
	struct edge e = { .repo = a->repo, .rule = QUARRY_RULE_FULL_NAME, .a = a->node,
			  .b = b->node, .level = QUARRY_LINK_L4 };

	if (id->uses.at[a->use].out.person == id->uses.at[b->use].out.person)
		return 0;
	return vec_push(&id->edges, e);
}

/* Step 2. */
static int sweep(struct quarry_identity *id, struct group *g, const struct named *at, size_t n)
{
	const struct named *longest = at;

	if (n < 2 || name_is_common(&id->rules, g->names.at.at[at->name]))
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (within_a_year(longest->last_s, at[i].first_s) &&
		    join(id, longest, &at[i]))
			return -1;
		if (at[i].last_s > longest->last_s)
			longest = &at[i];
	}
	return 0;
}

static int sweep_all(struct quarry_identity *id, struct group *g)
{
	for (size_t i = 0, end; i < g->uses.n; i = end) {
		const struct named *at = &g->uses.at[i];

		for (end = i + 1; end < g->uses.n; end++)
			if (g->uses.at[end].repo != at->repo || g->uses.at[end].name != at->name)
				break;
		if (sweep(id, g, at, end - i))
			return -1;
	}
	return 0;
}

/* Step 3. The smallest person of a set comes first, so numbers follow the keys too. */
static int number_all(struct quarry_identity *id)
{
	uint32_t *of_root = malloc((id->nodes.n + 1) * sizeof(*of_root)), next = 0;

	if (!of_root)
		return -1;
	memset(of_root, 0xFF, (id->nodes.n + 1) * sizeof(*of_root)); /* NONE */
	for (size_t p = 0; p < id->keys.n; p++) {
		uint32_t *number = &of_root[unions_root(&id->unions, id->person_node.at[p])];

		if (*number == NONE)
			*number = next++;
	}
	for (size_t i = 0; i < id->uses.n; i++) {
		struct use *u = &id->uses.at[i];

		u->out.lenient = of_root[unions_root(&id->unions, u->at)];
	}
	free(of_root);
	return 0;
}

int lenient_number(struct quarry_identity *id)
{
	struct group g = { { 0 }, TEXTS_INIT };
	size_t first = id->edges.n;
	int rc = 0;

	if (!id->rules.built_in_off[RULE_FULL_NAME])
		rc = add_all(&g, id) || sweep_all(id, &g) || edges_draw(id, first) ? -1 : 0;
	for (size_t i = first; i < id->edges.n; i++)
		id->edges.at[i].shown = !id->edges.at[i].held;
	texts_release(&g.names);
	vec_release(&g.uses);
	return rc ? rc : number_all(id);
}
