#include "odb/pack_cache.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "odb/slab.h"
#include "util/hash.h"
#include "util/zeroed.h"
#include "util/banned.h"

#define ALIGN _Alignof(max_align_t)
#ifdef QUARRY_DEBUG_ARENA
#define CLASSES 1   /* none is small: each is a malloc of its own, whose end ASan sees */
#else
#define CLASSES 256 /* small: up to 16 KiB */
#endif

enum {
	SLOT_BITS_MIN = 6,
	SLOT_BITS_MAX = 16,
	PER_SLOT = 512,                 /* bytes of what is cached, about an object */
	STEP = 64,                      /* rooms of small objects differ by that */
	NO_CLASS = 0,
	FREE_MAX = 4 << 20,             /* bytes of malloc's in the free lists */
};

/* One of malloc's: it is large, or there was no slab for it. */
struct heap_object {
	struct heap_object *before, *after;
	struct object o;
};

struct pack_cache {
	struct object **slots;
	unsigned slot_bits;
	uint64_t seed;                  /* no pack can aim at one slot */
	struct object ends;             /* ends.older: the newest; ends.newer: the oldest */
	size_t used, limit;             /* bytes of what is cached */
	struct object *free[CLASSES];   /* by room; the first, NO_CLASS, stays empty */
	size_t free_used;               /* bytes of malloc's in them */
	struct heap_object heap;        /* heap.after: the newest of malloc's, in use or free */
	struct slab *slabs;             /* the newest first */
	size_t slabs_left;              /* that may still be taken */
	char *left;                     /* what the newest slab has left */
	size_t left_len;
};

_Static_assert(sizeof(struct object) + CLASSES * STEP + ALIGN <= SLAB_ROOM,
	       "a slab has room for any small object");

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
	c->slabs_left = limit / SLAB_SIZE;
	c->seed = hash_seed();
	c->ends.older = c->ends.newer = &c->ends;
	c->heap.before = c->heap.after = &c->heap;
	return c;
}

static struct object *heap_object_new(struct pack_cache *c, size_t room)
{
	struct heap_object *h;

	if (room > SIZE_MAX - sizeof(*h) || !(h = malloc(sizeof(*h) + room)))
		return NULL;
	h->before = &c->heap;
	h->after = c->heap.after;
	h->before->after = h->after->before = h;
	h->o.in_slab = 0;
	return &h->o;
}

static void heap_object_free(struct object *o)
{
	struct heap_object *h = (void *)((char *)o - offsetof(struct heap_object, o));

	h->before->after = h->after;
	h->after->before = h->before;
	free(h);
}

static bool add_slab(struct pack_cache *c)
{
	struct slab *s = c->slabs_left ? slab_take() : NULL;

	if (!s)
		return false;
	s->next = c->slabs;
	c->slabs = s;
	c->slabs_left--;
	c->left = (char *)s->data;
	c->left_len = SLAB_ROOM;
	return true;
}

/* NULL: there is no slab for it. */
static struct object *slab_object_new(struct pack_cache *c, size_t room)
{
	size_t size = (sizeof(struct object) + room + ALIGN - 1) / ALIGN * ALIGN;
	struct object *o;

	/* Where there is no other, what the last has left is for smaller ones. */
	if (size > c->left_len && !add_slab(c))
		return NULL;
	o = (void *)c->left;
	c->left += size;
	c->left_len -= size;
	o->in_slab = 1;
	return o;
}

/* Of the free list; NULL: that is empty. */
static struct object *reuse(struct pack_cache *c, size_t class)
{
	struct object *o = c->free[class];

	if (!o)
		return NULL;
	c->free[class] = o->same_slot;
	if (!o->in_slab)
		c->free_used -= sizeof(*o) + o->room;
	return o;
}

static void object_free(struct object *o)
{
	struct pack_cache *c = o->home;

	if (o->foreign)
		o->foreign_free(o->foreign);
	if (!o->in_slab) {
		if (o->size_class == NO_CLASS || c->free_used >= FREE_MAX) {
			heap_object_free(o);
			return;
		}
		c->free_used += sizeof(*o) + o->room;
	}
	o->same_slot = c->free[o->size_class];
	c->free[o->size_class] = o;
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

void pack_cache_free(struct pack_cache *c)
{
	if (!c)
		return;
	/* What table or list one is in is nothing now. Those in slabs are not looked at: there
	 * are many, all over memory. */
	while (c->heap.after != &c->heap) {
		assert(!c->heap.after->o.n_holders);
		heap_object_free(&c->heap.after->o);
	}
	slab_give(c->slabs);
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
	o = reuse(c, class);
	if (!o && class != NO_CLASS)
		o = slab_object_new(c, room);
	if (!o)
		o = heap_object_new(c, room);
	if (!o)
		return NULL;
	*o = (struct object){ .home = c, .n_holders = 1, .size_class = (uint8_t)class,
			      .in_slab = o->in_slab, .len = len, .total = len, .room = room,
			      .data = (char *)(o + 1) };
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
