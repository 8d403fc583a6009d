/*
 * Union-find over 0..n-1.  The root of a set is its smallest member, so sets
 * do not depend on the order of the joins.
 *
 *	struct unions u = UNIONS_INIT;
 *	if (unions_init(&u, n)) no memory;
 *	unions_join(&u, 3, 7);
 *	unions_root(&u, 7) == 3
 *	unions_release(&u);
 */
#ifndef QUARRY_IDENTITY_UNIONS_H
#define QUARRY_IDENTITY_UNIONS_H

#include <stddef.h>
#include <stdint.h>

struct unions {
	uint32_t *parent;
};

#define UNIONS_INIT { NULL }

int unions_init(struct unions *u, size_t n); /* 0, or -1 without memory */
void unions_release(struct unions *u);
uint32_t unions_root(struct unions *u, uint32_t x);
void unions_join(struct unions *u, uint32_t a, uint32_t b);

#endif
