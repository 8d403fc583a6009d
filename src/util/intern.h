/*
 * Byte strings to numbers, 0 1 2 ... in the order of their coming.
 *
 *	struct intern t = INTERN_INIT;
 *	int64_t n = intern_at(&t, "src/a.c", 7);     -1: no memory
 *	t.keys.at[n].s, .len                         its copy
 *	intern_release(&t);
 *
 * Made for many short strings: one array to look up in, the texts in an arena.
 */
#ifndef QUARRY_UTIL_INTERN_H
#define QUARRY_UTIL_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "util/arena.h"
#include "util/vec.h"

struct intern_key {
	const char *s; /* NUL-terminated */
	size_t len;
};

struct intern {
	VEC(struct intern_key) keys;
	VEC(uint32_t) hashes;  /* of each key: the upper half */
	uint32_t *slots;       /* number of a key plus one; 0: free */
	size_t n_slots;        /* a power of two, or 0 */
	uint64_t seed;
	struct arena arena;
};

#define INTERN_INIT { { 0 }, { 0 }, NULL, 0, 0, ARENA_INIT }

void intern_release(struct intern *t);

/* The number of `s`, which is copied when it is new; -1 without memory. */
int64_t intern_at(struct intern *t, const char *s, size_t len);

#endif
