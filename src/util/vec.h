/*
 * A growing array of any type.
 *
 *	VEC(int) v = { 0 };
 *	if (vec_push(&v, 7)) return no memory;
 *	v.at[0], v.n
 *	vec_release(&v);
 */
#ifndef QUARRY_UTIL_VEC_H
#define QUARRY_UTIL_VEC_H

#include <stddef.h>
#include <stdlib.h>

#define VEC(type) struct { type *at; size_t n, cap; }

/* Room for one more element; 0, or -1 without memory (the array unchanged). */
static inline int vec_grow(void **at, size_t n, size_t *cap, size_t size)
{
	size_t want;
	void *p;

	if (n < *cap)
		return 0;
	want = *cap ? *cap * 2 : 16;
	if (want < *cap || want > (size_t)-1 / 2 / size)
		return -1;
	p = realloc(*at, want * size);
	if (!p)
		return -1;
	*at = p;
	*cap = want;
	return 0;
}

#define vec_push(v, x) \
	(vec_grow((void **)&(v)->at, (v)->n, &(v)->cap, sizeof(*(v)->at)) \
	 ? -1 : ((v)->at[(v)->n++] = (x), 0))

#define vec_release(v) \
	do { free((v)->at); (v)->at = NULL; (v)->n = (v)->cap = 0; } while (0)

#endif
