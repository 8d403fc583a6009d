#include "util/map.h"

#include <string.h>
#include <uthash.h>

#include "util/banned.h"

struct map_entry {
	UT_hash_handle hh;
	int64_t value;
	char key[];
};

void map_release(struct map *m)
{
	HASH_CLEAR(hh, m->head);
	arena_release(&m->arena);
	m->n = 0;
}

int64_t *map_find(const struct map *m, const void *key, size_t len)
{
	struct map_entry *e;

	HASH_FIND(hh, m->head, key, len, e);
	return e ? &e->value : NULL;
}

int64_t *map_at(struct map *m, const void *key, size_t len, int64_t missing)
{
	struct map_entry *e;
	unsigned hash;

	HASH_VALUE(key, len, hash);
	HASH_FIND_BYHASHVALUE(hh, m->head, key, len, hash, e);
	if (e)
		return &e->value;
	e = arena_alloc(&m->arena, sizeof(*e) + len);
	if (!e)
		return NULL;
	e->value = missing;
	if (len)
		memcpy(e->key, key, len);
	e->hh.tbl = NULL;
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, m->head, e->key, len, hash, e);
	if (!e->hh.tbl)
		return NULL;
	m->n++;
	return &e->value;
}
