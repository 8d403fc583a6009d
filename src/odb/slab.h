/*
 * Memory in pieces of one size, which go from one cache of objects to the next.
 *
 *	slab = slab_take();                      one that was given, or a fresh one
 *	...                                      slab->data holds SLAB_ROOM bytes
 *	slab_give(slab);                         for whoever takes next
 *	slab_clear();                            when nobody will
 *
 * A repository's objects are gone all at once when it is done, and those of the next one
 * need as much memory. The pages of a slab that was given are there already; those of fresh
 * memory the system finds and clears one by one, as they are first touched.
 *
 * Slabs are mapped and not malloc's, so that what is returned is returned, whatever else was
 * allocated meanwhile. For all threads at once.
 */
#ifndef QUARRY_ODB_SLAB_H
#define QUARRY_ODB_SLAB_H

#include <stddef.h>

#define SLAB_SIZE ((size_t)1 << 20)
#define SLAB_ROOM (SLAB_SIZE - sizeof(struct slab))
/* More are not kept for whoever takes next: they would be there for as long as the process. */
#define SLAB_KEPT_MAX 24

struct slab {
	struct slab *next;  /* its owner's: a list of slabs needs nothing else */
	max_align_t data[];
};

struct slab *slab_take(void); /* its bytes are not set; NULL: no memory */
/* A list of them, linked by `next`. NULL is fine. */
void slab_give(struct slab *list);
/* Return those that are kept to the system; others may still be given later. */
void slab_clear(void);
/* How many are kept; for tests. */
size_t slab_kept(void);

#endif
