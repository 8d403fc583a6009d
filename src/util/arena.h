/*
 * An arena: many small pieces, freed together at the end of a phase.
 *
 *	struct arena a = ARENA_INIT;
 *	char *p = arena_copy(&a, text, len);
 *	arena_release(&a);
 *
 * Pieces are aligned for any type.  An allocation that fails returns NULL and
 * leaves the arena as it was.  Compiled with -DQUARRY_DEBUG_ARENA each piece is
 * a malloc of its own, so that ASan and valgrind see overruns between pieces
 * (the sanitizer builds set it).  Not thread-safe.
 */
#ifndef QUARRY_UTIL_ARENA_H
#define QUARRY_UTIL_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks;
	size_t total; /* bytes asked of malloc, for memory figures */
};

#define ARENA_INIT { NULL, 0 }

void arena_release(struct arena *a);
void *arena_alloc(struct arena *a, size_t size);      /* not zeroed */
void *arena_zeros(struct arena *a, size_t n, size_t size); /* `n` may be 0 */
/* All pieces of `from` live as long as those of `a` now; `from` is empty. */
void arena_move(struct arena *a, struct arena *from);
char *arena_copy(struct arena *a, const char *s, size_t len); /* adds a NUL */

#endif
