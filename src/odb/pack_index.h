/*
 * The index of a pack: which objects it has, where, and, since version 2, the CRC-32 of each.
 *
 *	index    = magic version fanout names crcs offsets *( large offset ) ids
 *	         / fanout *( offset name ) ids                                     version 1
 *	fanout   = 256 numbers: how many names begin with a byte up to this one
 *	names    = object ids, sorted      crcs, offsets: in the same order
 *	offset   = 31 bits; or, with the highest one set, which of the large offsets
 *
 * Numbers are big-endian and of 4 bytes, large offsets of 8.  Nothing in it is believed:
 * what it says is checked for being inside the files, and the CRCs tell the rest.
 *
 * Once it is sorted, it also knows where an entry ends: where the next one begins.
 */
#ifndef QUARRY_ODB_PACK_INDEX_H
#define QUARRY_ODB_PACK_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/history.h"

/* A file in memory, read only. */
struct mapped {
	const unsigned char *data;
	size_t len;
};

/* False: there is no such file, or it is empty or cannot be mapped. */
bool mapped_open(struct mapped *out, const char *path);
void mapped_close(struct mapped *m); /* a zeroed one is fine */

/* Where an entry begins: the lower half of its offset, as those that are compared have the
 * upper one in common.  A copy of what `offsets` say, so that neighbours lie together. */
struct pack_start {
	uint32_t low, entry;
};

struct pack_index {
	struct mapped file;
	uint32_t n, n_large;
	const unsigned char *fanout, *names, *offsets, *large;
	const unsigned char *crcs; /* NULL in version 1 */
	size_t name_step, offset_step;
	uint64_t pack_len;
	/* Once it is sorted: entries in order of their offsets: by_offset[buckets[i] ... buckets[i + 1] - 1] are
	 * those with offset >> shift == i. */
	struct pack_start *by_offset;
	uint32_t *buckets;
	uint32_t n_sorted;
	unsigned shift;
};

enum pack_index_state { PACK_INDEX_FINE, PACK_INDEX_ODD, PACK_INDEX_NO_MEMORY };

/* `pack_len` is the length of the pack, trailer and all. Odd: of no version that is known,
 * or broken. Only for _FINE there is something to release. */
enum pack_index_state pack_index_open(struct pack_index *out, const char *path, uint64_t pack_len);
void pack_index_release(struct pack_index *x);

/* For those who read more than an object or two. _NO_MEMORY: it stays as it was. */
enum pack_index_state pack_index_sort(struct pack_index *x);

/* The entry of an object. */
bool pack_index_find(uint32_t *entry, const struct pack_index *x, const struct quarry_oid *oid);

/* The entry that begins at an offset inside the pack; slow unless it is sorted. */
bool pack_index_at(uint32_t *entry, const struct pack_index *x, uint64_t offset);

/* 0: of no entry of the pack. */
uint64_t pack_index_offset(const struct pack_index *x, uint32_t entry);

/* Where the entry at `offset` ends, and its CRC. False: the index does not know. */
bool pack_index_check(uint64_t *end, uint32_t *crc, const struct pack_index *x, uint32_t entry);

#endif
