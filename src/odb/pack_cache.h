/*
 * Objects in memory, and a bounded cache of those that were read last.
 *
 *	o = object_new(cache, len);              held once by the caller
 *	pack_cache_add(cache, o, pack, offset);
 *	object_release(o);                       stays in the cache while there is room
 *	o = pack_cache_find(cache, pack, offset);
 *
 * What somebody holds is never thrown out; of the rest the longest unused goes first.
 * For one thread at a time.
 *
 * Small objects come from free lists, and at first from slabs (slab.h), so that walking a
 * history hardly ever calls malloc, and its end hardly ever free: slabs are given back whole.
 * Each size has a free list of its own, and what is in one is of no use to the others; so
 * that this has a bound, a cache has at most `limit` bytes of slabs, and what does not fit is
 * malloc's, as large objects are. Besides what is held it takes no more than `limit` bytes of
 * slabs, `limit` bytes of malloc's that are cached, and 4 MiB of malloc's in the free lists.
 */
#ifndef QUARRY_ODB_PACK_CACHE_H
#define QUARRY_ODB_PACK_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "odb/odb.h"

struct pack_cache;

struct object {
	struct pack_cache *home;
	struct object *same_slot;         /* next in its slot of the table, or of its free list */
	struct object *older, *newer;     /* in the cache and held by nobody */
	uint64_t offset;                  /* in the cache: its entry */
	uint32_t pack;
	uint32_t n_holders;
	enum odb_type type;
	uint8_t cached, size_class, in_slab;
	uint8_t suspect;                  /* an entry it came from was not as its index says */
	size_t len, room;
	uint64_t total;                   /* len < total: it was cut */
	char *data;                       /* behind this struct, or `foreign`'s */
	void *foreign;                    /* a library's object, or NULL */
	void (*foreign_free)(void *foreign);
};

struct pack_cache *pack_cache_new(size_t limit); /* NULL: no memory */
/* After all of its objects are released. NULL is fine. */
void pack_cache_free(struct pack_cache *c);

/* Held by the caller; its bytes are not set. NULL: no memory. */
struct object *object_new(struct pack_cache *c, size_t len);
void object_release(struct object *o); /* NULL is fine */

/* Held once more by the caller; NULL: it is not there. */
struct object *pack_cache_find(struct pack_cache *c, uint32_t pack, uint64_t offset);
/* Keep an object that its caller holds. One that is large, or there already, is not kept. */
void pack_cache_add(struct pack_cache *c, struct object *o, uint32_t pack, uint64_t offset);

#endif
