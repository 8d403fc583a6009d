/*
 * Open addressing with linear probing, never more than half full:
 *
 *	slots    [ hash, entry ] [ - ] [ hash, entry ] ...
 *	entry    value, length, bytes of the key, NUL      in the arena, so it never moves
 */
#include "util/map.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/hash.h"
#include "util/zeroed.h"

#define SLOTS_FIRST 16
#define SLOTS_KEPT (1 << 15) /* by map_clear() */

struct map_entry {
	int64_t value; /* first: map_key() goes from it to the entry */
	size_t len;
	char key[];
};

struct map_slot {
	uint64_t hash;
	struct map_entry *entry; /* NULL: free */
};

void map_release(struct map *m)
{
	free(m->slots);
	m->slots = NULL;
	m->n_slots = 0;
	arena_release(&m->arena);
	m->n = 0;
}

void map_hand_over(struct map *m, struct arena *texts)
{
	arena_move(texts, &m->arena);
	map_clear(m);
}

void map_clear(struct map *m)
{
	if (m->n_slots > SLOTS_KEPT) {
		map_release(m);
		return;
	}
	if (m->n)
		memset(m->slots, 0, m->n_slots * sizeof(*m->slots));
	arena_release(&m->arena);
	m->n = 0;
}

const char *map_key(const int64_t *value)
{
	return ((const struct map_entry *)value)->key;
}

/* The slot of a key, or the free one where it would go. */
static struct map_slot *probe(const struct map *m, uint64_t hash, const void *key, size_t len)
{
	size_t mask = m->n_slots - 1;

	for (size_t at = hash & mask;; at = (at + 1) & mask) {
		struct map_slot *s = &m->slots[at];

		if (!s->entry || (s->hash == hash && s->entry->len == len &&
				  (!len || memcmp(s->entry->key, key, len) == 0)))
			return s;
	}
}

int64_t *map_find(const struct map *m, const void *key, size_t len)
{
	struct map_slot *s;

	if (!m->n)
		return NULL;
	s = probe(m, hash_bytes(m->seed, key, len), key, len);
	return s->entry ? &s->entry->value : NULL;
}

static int grow(struct map *m)
{
	struct map more = { .n_slots = m->n_slots ? m->n_slots * 2 : SLOTS_FIRST };

	more.slots = zeroed(more.n_slots, sizeof(*more.slots));
	if (!more.slots)
		return -1;
	if (!m->n_slots)
		m->seed = hash_seed();
	for (size_t i = 0; i < m->n_slots; i++) {
		const struct map_slot *s = &m->slots[i];

		if (s->entry)
			*probe(&more, s->hash, s->entry->key, s->entry->len) = *s;
	}
	free(m->slots);
	m->slots = more.slots;
	m->n_slots = more.n_slots;
	return 0;
}

int64_t *map_at(struct map *m, const void *key, size_t len, int64_t missing)
{
	struct map_entry *e;
	struct map_slot *s;
	uint64_t hash;

	if (m->n >= m->n_slots / 2 && grow(m) < 0)
		return NULL;
	hash = hash_bytes(m->seed, key, len);
	s = probe(m, hash, key, len);
	if (s->entry)
		return &s->entry->value;
	e = arena_alloc(&m->arena, sizeof(*e) + len + 1);
	if (!e)
		return NULL;
	e->value = missing;
	e->len = len;
	if (len)
		memcpy(e->key, key, len);
	e->key[len] = '\0';
	*s = (struct map_slot){ hash, e };
	m->n++;
	return &e->value;
}
