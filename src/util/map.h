/*
 * A map from byte strings to 64-bit numbers.  Keys are copied into the map's arena.
 *
 *	struct map m = MAP_INIT;
 *	int64_t *v = map_at(&m, key, len, -1);   find, or add with -1
 *	if (!v) no memory;
 *	map_release(&m);
 *
 * Its hash has a seed of the process (hash.h): no history can make keys that collide.
 */
#ifndef QUARRY_UTIL_MAP_H
#define QUARRY_UTIL_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"

struct map_slot;

struct map {
	struct map_slot *slots; /* NULL: it is empty */
	size_t n_slots;         /* a power of two, or 0 */
	uint64_t seed;
	struct arena arena;
	size_t n;
};

#define MAP_INIT { NULL, 0, 0, ARENA_INIT, 0 }

void map_release(struct map *m);
/* Empty it, for the next use: room for a few thousand keys stays, so that it need not grow
 * again. */
void map_clear(struct map *m);
/* The same; its keys, which map_key() gave, live on in `texts`. */
void map_hand_over(struct map *m, struct arena *texts);
/* The value of a key, NULL when it is not there. Valid until map_release. */
int64_t *map_find(const struct map *m, const void *key, size_t len);
/* The same, adding `missing` when it is not there; NULL only without memory. */
int64_t *map_at(struct map *m, const void *key, size_t len, int64_t missing);

/* The map's copy of the key that has this value; a NUL follows it. */
const char *map_key(const int64_t *value);

#endif
