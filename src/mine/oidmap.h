/*
 * Object ids to the numbers of an array that holds them: the array stays the caller's,
 * the map has four bytes a slot.
 *
 *	struct oidmap m = OIDMAP_INIT;
 *	struct oid_array ids = { v.at, sizeof(*v.at) };     ids first in each element
 *	at = oidmap_find(&m, ids, &oid);                    OIDMAP_NONE: it is not there
 *	rc = oidmap_add(&m, ids, number);                   ids.at[number] is one that is not
 *	oidmap_release(&m);
 */
#ifndef QUARRY_MINE_OIDMAP_H
#define QUARRY_MINE_OIDMAP_H

#include <stddef.h>
#include <stdint.h>

#include "quarry/history.h"

#define OIDMAP_NONE UINT32_MAX

/* Elements of `size` bytes, each beginning with its id. */
struct oid_array {
	const void *at;
	size_t size;
};

struct oidmap {
	uint32_t *slots; /* number plus one; 0: free */
	size_t n_slots;  /* a power of two, or 0 */
	size_t n;
};

#define OIDMAP_INIT { NULL, 0, 0 }

void oidmap_release(struct oidmap *m);
uint32_t oidmap_find(const struct oidmap *m, struct oid_array ids, const struct quarry_oid *oid);
/* 0, or -1 without memory. */
int oidmap_add(struct oidmap *m, struct oid_array ids, uint32_t number);

#endif
