/*
 * Byte strings to numbers, 0 1 2 ... in the order of their coming.
 *
 *	struct intern t = INTERN_INIT;
 *	int64_t n = intern_at(&t, "src/a.c", 7);     -1: no memory
 *	t.keys.at[n].s, .len                         its copy
 *	intern_release(&t);
 */
#ifndef QUARRY_UTIL_INTERN_H
#define QUARRY_UTIL_INTERN_H

#include "util/map.h"
#include "util/vec.h"

struct intern_key {
	const char *s; /* NUL-terminated */
	size_t len;
};

struct intern {
	struct map numbers;
	VEC(struct intern_key) keys;
};

#define INTERN_INIT { MAP_INIT, { 0 } }

void intern_release(struct intern *t);
/* Empty it, for the next use. */
void intern_clear(struct intern *t);
/* The same; the texts live on in `texts`. */
void intern_hand_over(struct intern *t, struct arena *texts);

/* The number of `s`, which is copied when it is new; -1 without memory. */
int64_t intern_at(struct intern *t, const char *s, size_t len);

#endif
