#include "odb/pack_cache.h"

#include <stdlib.h>

#include "util/hash.h"
#include "util/zeroed.h"
#include "util/banned.h"

enum {
	SLOT_BITS_MIN = 6,
	SLOT_BITS_MAX = 16,
	PER_SLOT = 512,                 /* bytes of what is cached, about an object */
	STEP = 64,                      /* rooms of small objects differ by that */
	CLASSES = 256,                  /* small: up to 16 KiB */
	NO_CLASS = 0,
	FREE_MAX = 4 << 20,             /* bytes in the free lists */
};

struct pack_cache {
	struct object **slots;
	unsigned slot_bits;
	uint64_t seed;                  /* no pack can aim at one slot */
	struct object ends;             /* ends.older: the newest; ends.newer: the oldest */
	size_t used, limit;             /* bytes of what is cached */
	struct object *free[CLASSES];   /* by room; the first, NO_CLASS, stays empty */
	size_t free_used;
};

static struct object **slot_of(struct pack_cache *c, uint32_t pack, uint64_t offset)
{
	uint64_t h = (offset ^ (uint64_t)pack << 48) + c->seed;

	h = (h ^ h >> 32) * 0x9e3779b97f4a7c15u;
	h = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u;
	return &c->slots[h >> (64 - c->slot_bits)];
}

struct pack_cache *pack_cache_new(size_t limit)
{
	struct pack_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->slot_bits = SLOT_BITS_MIN;
	while (c->slot_bits < SLOT_BITS_MAX && ((size_t)PER_SLOT << c->slot_bits) < limit)
		c->slot_bits++;
	c->slots = zeroed((size_t)1 << c->slot_bits, sizeof(struct object *));
	if (!c->slots) {
		free(c);
		return NULL;
	}
	c->limit = limit;
	c->seed = hash_seed();
	c->ends.older = c->ends.newer = &c->ends;
	return c;
}

static void object_free(struct object *o)
{
	struct pack_cache *c = o->home;

	if (o->foreign)
		o->foreign_free(o->foreign);
	if (o->size_class == NO_CLASS || c->free_used >= FREE_MAX) {
		free(o);
		return;
	}
	o->same_slot = c->free[o->size_class];
	c->free[o->size_class] = o;
	c->free_used += sizeof(*o) + o->room;
}

/* Out of the table; it is in no list then. */
static void forget(struct pack_cache *c, struct object *o)
{
	struct object **at = slot_of(c, o->pack, o->offset);

	while (*at != o)
		at = &(*at)->same_slot;
	*at = o->same_slot;
	o->cached = 0;
	c->used -= sizeof(*o) + o->room;
}

static void unlink_idle(struct object *o)
{
	o->older->newer = o->newer;
	o->newer->older = o->older;
}

static void shrink(struct pack_cache *c)
{
	while (c->used > c->limit && c->ends.newer != &c->ends) {
		struct object *o = c->ends.newer;

		unlink_idle(o);
		forget(c, o);
		object_free(o);
	}
}

static void free_chain(struct object *o)
{
	while (o) {
		struct object *next = o->same_slot;

		free(o);
		o = next;
	}
}

void pack_cache_free(struct pack_cache *c)
{
	if (!c)
		return;
	/* Nobody holds one any more, and what lists they are in is nothing now. */
	for (size_t i = 0; i < (size_t)1 << c->slot_bits; i++)
		free_chain(c->slots[i]);
	for (size_t i = 0; i < CLASSES; i++)
		free_chain(c->free[i]);
	free(c->slots);
	free(c);
}

struct object *object_new(struct pack_cache *c, size_t len)
{
	/* Rooms of 1, 2, ... steps, and a step at least for an empty object. */
	size_t class = len / STEP + 1, room = class * STEP;
	struct object *o;

	if (class >= CLASSES) {
		class = NO_CLASS;
		room = len;
	}
	o = c->free[class];
	if (o) {
		c->free[class] = o->same_slot;
		c->free_used -= sizeof(*o) + room;
	} else if (room > SIZE_MAX - sizeof(*o) || !(o = malloc(sizeof(*o) + room))) {
		return NULL;
	}
	*o = (struct object){ .home = c, .n_holders = 1, .size_class = (uint8_t)class,
			      .len = len, .total = len, .room = room, .data = (char *)(o + 1) };
	return o;
}

void object_release(struct object *o)
{
	struct pack_cache *c;

	if (!o || --o->n_holders)
		return;
	if (!o->cached) {
		object_free(o);
		return;
	}
	c = o->home;
	o->older = c->ends.older;
	o->newer = &c->ends;
	o->older->newer = o;
	c->ends.older = o;
	shrink(c);
}

struct object *pack_cache_find(struct pack_cache *c, uint32_t pack, uint64_t offset)
{
	struct object *o = *slot_of(c, pack, offset);

	while (o && (o->offset != offset || o->pack != pack))
		o = o->same_slot;
	if (o && o->n_holders++ == 0)
		unlink_idle(o);
	return o;
}

void pack_cache_add(struct pack_cache *c, struct object *o, uint32_t pack, uint64_t offset)
{
	struct object **slot = slot_of(c, pack, offset);

	if (o->cached || o->foreign || o->room > c->limit / 2)
		return;
	for (struct object *other = *slot; other; other = other->same_slot) {
		if (other->offset == offset && other->pack == pack)
			return;
	}
	o->pack = pack;
	o->offset = offset;
	o->cached = 1;
	o->same_slot = *slot;
	*slot = o;
	c->used += sizeof(*o) + o->room;
	shrink(c);
}
