/*
 * Step 5, L4: persons of the same full name in one repository.
 *
 *	1. Each use with a full name goes to the group (repository, folded name).
 *	2. A group is swept by time.  A use within a year of the one that lasted
 *	   longest so far is linked to it; a use too late for that one is too late
 *	   for all before, so no pair needs comparing.
 *	3. Persons that share a link, in any repository, get one number.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "identity/names.h"
#include "util/banned.h"
#include "util/str.h"
#include "util/utf8.h"

#define YEAR_S (365 * 86400)

struct named {
	int64_t repo;
	int64_t first_s, last_s;
	uint32_t name; /* number of the folded name */
	uint32_t rank; /* of the node landed on: settles what time leaves open */
	uint32_t use;
};

struct group {
	VEC(struct named) uses;
	struct texts names;
	struct unions persons;
};

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

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

/* Step 1. utf8_fold leaves single spaces, so a space means a second word. */
static int add_named(struct group *g, const struct quarry_identity *id, uint32_t i,
		     struct str *scratch)
{
	const struct use *u = &id->uses.at[i];
	struct named n = { u->out.repo, u->first_s, u->last_s, 0, id->rank[u->land], i };

	if (u->automated)
		return 0;
	str_clear(scratch);
	utf8_fold(scratch, u->out.mapped_name, strlen(u->out.mapped_name));
	if (scratch->oom)
		return -1;
	if (!scratch->len || !memchr(scratch->buf, ' ', scratch->len))
		return 0;
	if (texts_add(&n.name, &g->names, scratch->buf, scratch->len))
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

static int join(struct quarry_identity *id, struct unions *persons, const struct named *na,
		const struct named *nb)
{
	const struct use *a = &id->uses.at[na->use], *b = &id->uses.at[nb->use];

	if (a->out.person == b->out.person)
		return 0;
	unions_join(persons, a->out.person, b->out.person);
	return evidence_add(id, QUARRY_LINK_L4, a->out.repo, id->texts.at.at[a->land],
			    id->texts.at.at[b->land], /* promoted= */ 0);
}

/* Step 2. */
static int sweep(struct quarry_identity *id, struct group *g, const struct named *at, size_t n)
{
	const struct named *longest = at;

	if (n < 2 || name_is_common(g->names.at.at[at->name]))
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (within_a_year(longest->last_s, at[i].first_s) &&
		    join(id, &g->persons, longest, &at[i]))
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

/* Step 3. A set's root is its smallest person, so numbers follow the keys too. */
static int number_all(struct quarry_identity *id, struct unions *persons)
{
	uint32_t *number = calloc(id->keys.n + 1, sizeof(*number)), next = 0;

	if (!number)
		return -1;
	for (uint32_t p = 0; p < id->keys.n; p++) {
		uint32_t root = unions_root(persons, p);

		number[p] = root == p ? next++ : number[root];
	}
	for (size_t i = 0; i < id->uses.n; i++)
		id->uses.at[i].out.lenient = number[id->uses.at[i].out.person];
	free(number);
	return 0;
}

int lenient_number(struct quarry_identity *id)
{
	struct group g = { { 0 }, TEXTS_INIT, UNIONS_INIT };
	int rc;

	rc = unions_init(&g.persons, id->keys.n) || add_all(&g, id) || sweep_all(id, &g) ||
	     number_all(id, &g.persons);
	unions_release(&g.persons);
	texts_release(&g.names);
	vec_release(&g.uses);
	return rc ? -1 : 0;
}
