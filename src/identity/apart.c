#include "identity/apart.h"

#include "util/banned.h"

#define NONE UINT32_MAX

int apart_init(struct apart *a, size_t n_nodes)
{
	a->sets = malloc((n_nodes + 1) * sizeof(*a->sets));
	if (!a->sets)
		return -1;
	for (size_t i = 0; i < n_nodes; i++)
		a->sets[i] = (struct apart_set){ NONE, 0, (uint32_t)i };
	return 0;
}

void apart_release(struct apart *a)
{
	free(a->sets);
	a->sets = NULL;
	vec_release(&a->labels);
	map_release(&a->members);
}

int64_t apart_member(const struct apart *a, uint32_t root, uint32_t split)
{
	const uint32_t key[2] = { a->sets ? a->sets[root].owner : 0, split };
	const int64_t *at = a->sets && a->sets[root].n_labels ?
			    map_find(&a->members, key, sizeof(key)) : NULL;

	return at ? *at : -1;
}

int apart_add(struct apart *a, uint32_t node, uint32_t split, uint32_t member)
{
	struct apart_set *s = &a->sets[node];
	const struct apart_label label = { split, member, s->first };
	const uint32_t key[2] = { s->owner, split };

	if (apart_member(a, node, split) >= 0)
		return 0;
	if (a->labels.n >= NONE || vec_push(&a->labels, label) ||
	    !map_at(&a->members, key, sizeof(key), member))
		return -1;
	s->first = (uint32_t)a->labels.n - 1;
	s->n_labels++;
	return 0;
}

int apart_copy(struct apart *a, uint32_t to, uint32_t from)
{
	if (!a->sets)
		return 0;
	for (uint32_t i = a->sets[from].first; i != NONE; i = a->labels.at[i].next)
		if (apart_add(a, to, a->labels.at[i].split, a->labels.at[i].member))
			return -1;
	return 0;
}

bool apart_forbids(struct apart_conflict *out, const struct apart *a, uint32_t x, uint32_t y)
{
	bool x_is_small;
	uint32_t small, large;

	if (!a->sets || !a->sets[x].n_labels || !a->sets[y].n_labels)
		return false;
	x_is_small = a->sets[x].n_labels <= a->sets[y].n_labels;
	small = x_is_small ? x : y;
	large = x_is_small ? y : x;
	for (uint32_t i = a->sets[small].first; i != NONE; i = a->labels.at[i].next) {
		const struct apart_label *l = &a->labels.at[i];
		int64_t other = apart_member(a, large, l->split);

		if (other < 0 || other == l->member)
			continue;
		*out = (struct apart_conflict){ l->split, l->member, (uint32_t)other };
		if (!x_is_small)
			*out = (struct apart_conflict){ l->split, (uint32_t)other, l->member };
		return true;
	}
	return false;
}

int apart_join(struct apart *a, uint32_t root, uint32_t x, uint32_t y)
{
	struct apart_set small, large;

	if (!a->sets)
		return 0;
	small = a->sets[x];
	large = a->sets[y];
	if (small.n_labels > large.n_labels) {
		small = a->sets[y];
		large = a->sets[x];
	}
	for (uint32_t i = small.first, next; i != NONE; i = next) {
		struct apart_label *l = &a->labels.at[i];
		const uint32_t key[2] = { large.owner, l->split };
		size_t before = a->members.n;

		next = l->next;
		if (!map_at(&a->members, key, sizeof(key), l->member))
			return -1;
		if (a->members.n == before)
			continue; /* the other has it too */
		l->next = large.first;
		large.first = i;
		large.n_labels++;
	}
	a->sets[root] = large;
	return 0;
}
