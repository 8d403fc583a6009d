/*
 * Step 7: persons.  A person's key is the smallest of its uses' own: where the use landed,
 * normalised, or the nearest to that which is of the person.  Walking the nodes by rank
 * meets the keys in order.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "util/banned.h"

/* A move that was held back leaves the use at its signature. */
static void settle(struct quarry_identity *id)
{
	for (size_t i = 0; i < id->uses.n; i++) {
		struct use *u = &id->uses.at[i];

		if (id->nodes.at[u->at].kind == NODE_MOVED) {
			if (unions_root(&id->unions, u->at) == unions_root(&id->unions, u->land))
				id->nodes.at[u->land].standing = true;
			else
				u->at = u->signature;
		}
		id->nodes.at[u->at].standing = true;
	}
}

static uint32_t key_of(struct quarry_identity *id, const struct use *u)
{
	const struct node *n = id->nodes.at;
	uint32_t land = n[u->land].kind == NODE_EMAIL ? node_mailbox(id, u->land) : u->land;
	uint32_t email = n[u->signature].to;
	const uint32_t nearest[] = { land, u->land, node_mailbox(id, email), email };
	uint32_t root = unions_root(&id->unions, u->at);

	for (size_t i = 0; i < sizeof(nearest) / sizeof(nearest[0]); i++)
		if (unions_root(&id->unions, nearest[i]) == root &&
		    !(n[nearest[i]].kind == NODE_EMAIL && n[nearest[i]].generic))
			return nearest[i];
	return u->signature;
}

/* Numbers of e-mails: equal for equal own nodes, in the order of their texts. */
static int number_emails(struct quarry_identity *id)
{
	uint32_t *number = calloc(id->nodes.n + 1, sizeof(*number)), next = 0;

	if (!number)
		return -1;
	for (size_t i = 0; i < id->uses.n; i++)
		number[id->rank[id->uses.at[i].own]] = 1;
	for (size_t i = 0; i < id->nodes.n; i++)
		if (number[i])
			number[i] = next++;
	for (size_t i = 0; i < id->uses.n; i++)
		id->uses.at[i].out.email = number[id->rank[id->uses.at[i].own]];
	free(number);
	return 0;
}

static int add_person(struct quarry_identity *id, uint32_t key, uint32_t root)
{
	int64_t entry = apart_member(&id->apart, root, APART_ENTRIES);

	return vec_push(&id->keys, id->nodes.at[key].text) || vec_push(&id->person_node, root) ||
	       vec_push(&id->entries, entry < 0 ? QUARRY_NO_ENTRY : (size_t)entry) ? -1 : 0;
}

/* `by_rank`: of each rank, the node that is a key there, or NONE. */
static int number_keys(struct quarry_identity *id, const uint32_t *by_rank, uint32_t *person)
{
	for (size_t i = 0; i < id->nodes.n; i++) {
		uint32_t root = by_rank[i] == NONE ? NONE : unions_root(&id->unions, by_rank[i]);

		if (root == NONE || person[root] != NONE)
			continue;
		person[root] = (uint32_t)id->keys.n;
		if (add_person(id, by_rank[i], root))
			return -1;
	}
	for (size_t i = 0; i < id->uses.n; i++) {
		struct use *u = &id->uses.at[i];

		u->out.person = person[unions_root(&id->unions, u->at)];
	}
	return 0;
}

int persons_number(struct quarry_identity *id)
{
	size_t size = (id->nodes.n + 1) * sizeof(uint32_t);
	uint32_t *by_rank = malloc(size), *person = malloc(size);
	int rc = -1;

	if (!by_rank || !person)
		goto done;
	memset(by_rank, 0xFF, size); /* NONE */
	memset(person, 0xFF, size);
	settle(id);
	for (size_t i = 0; i < id->uses.n; i++) {
		uint32_t key = key_of(id, &id->uses.at[i]);

		by_rank[id->rank[key]] = key;
	}
	rc = number_emails(id) || number_keys(id, by_rank, person) ? -1 : 0;
done:
	free(person);
	free(by_rank);
	return rc;
}
