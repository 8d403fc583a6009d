/*
 * Open addressing with linear probing, never more than half full.  The hash is seeded
 * (hash.h): strings of a history cannot be made to collide.
 */
#include "util/intern.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/hash.h"

#define SLOTS_FIRST 64

void intern_release(struct intern *t)
{
	vec_release(&t->keys);
	vec_release(&t->hashes);
	free(t->slots);
	arena_release(&t->arena);
	t->slots = NULL;
	t->n_slots = 0;
}

static void place(struct intern *t, uint32_t hash, uint32_t number)
{
	size_t mask = t->n_slots - 1, at = hash & mask;

	while (t->slots[at])
		at = (at + 1) & mask;
	t->slots[at] = number + 1;
}

static int grow(struct intern *t)
{
	size_t n = t->n_slots ? t->n_slots * 2 : SLOTS_FIRST;
	uint32_t *slots;

	if (n > UINT32_MAX / 2)
		return -1;
	slots = calloc(n, sizeof(*slots));
	if (!slots)
		return -1;
	if (!t->n_slots)
		t->seed = hash_seed();
	free(t->slots);
	t->slots = slots;
	t->n_slots = n;
	for (size_t i = 0; i < t->keys.n; i++)
		place(t, t->hashes.at[i], (uint32_t)i);
	return 0;
}

static int64_t find(const struct intern *t, uint32_t hash, const char *s, size_t len)
{
	size_t mask = t->n_slots - 1;

	for (size_t at = hash & mask; t->slots[at]; at = (at + 1) & mask) {
		size_t i = t->slots[at] - 1;

		if (t->hashes.at[i] == hash && t->keys.at[i].len == len &&
		    memcmp(t->keys.at[i].s, s, len) == 0)
			return (int64_t)i;
	}
	return -1;
}

int64_t intern_at(struct intern *t, const char *s, size_t len)
{
	struct intern_key key = { NULL, len };
	uint32_t hash;
	int64_t at;

	if (t->keys.n >= t->n_slots / 2 && grow(t) < 0)
		return -1;
	hash = (uint32_t)(hash_bytes(t->seed, s, len) >> 32);
	at = find(t, hash, s, len);
	if (at >= 0)
		return at;
	key.s = arena_copy(&t->arena, s, len);
	if (!key.s || vec_push(&t->hashes, hash) < 0)
		return -1;
	if (vec_push(&t->keys, key) < 0) {
		t->hashes.n--;
		return -1;
	}
	place(t, hash, (uint32_t)(t->keys.n - 1));
	return (int64_t)t->keys.n - 1;
}
