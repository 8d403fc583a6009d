/*
 * A map from byte strings to 64-bit numbers, over uthash.  Keys are copied
 * into the map's arena.  The one place where uthash's macros are used.
 *
 *	struct map m = MAP_INIT;
 *	int64_t *v = map_at(&m, key, len, -1);   find, or add with -1
 *	if (!v) no memory;
 *	map_release(&m);
 */
#ifndef QUARRY_UTIL_MAP_H
#define QUARRY_UTIL_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"

struct map_entry;

struct map {
	struct map_entry *head;
	struct arena arena;
	size_t n;
};

#define MAP_INIT { NULL, ARENA_INIT, 0 }

void map_release(struct map *m);
/* The value of a key, NULL when it is not there. Valid until map_release. */
int64_t *map_find(const struct map *m, const void *key, size_t len);
/* The same, adding `missing` when it is not there; NULL only without memory. */
int64_t *map_at(struct map *m, const void *key, size_t len, int64_t missing);

#endif
