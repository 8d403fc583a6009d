/*
 * A delta: how to make an object out of another one.
 *
 *	delta   = base-size result-size *( copy / insert )
 *	size    = bits in groups of 7, lowest first; a byte >= 128 is followed by another
 *	copy    = 1xxxxxxx [offset bytes] [size bytes]     which of them there are, x tells
 *	insert  = 0nnnnnnn n bytes, n > 0
 *
 * Every step is checked against base, result and delta.
 */
#ifndef QUARRY_ODB_PACK_DELTA_H
#define QUARRY_ODB_PACK_DELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct delta {
	const unsigned char *p, *end; /* the steps */
	uint64_t base_len, result_len;
};

/* Its two sizes; false: it is broken. */
bool delta_open(struct delta *out, const void *data, size_t len);

/* Make the result, which has room for result_len bytes; false: the delta is broken, or
 * does not fit the base. */
bool delta_apply(char *result, const struct delta *d, const char *base, size_t base_len);

#endif
