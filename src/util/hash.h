/*
 * A quick 64-bit hash of bytes: for tables, with a seed of the process that no input can
 * know, and for sets of facts that are kept, with seed 0.  The same on every machine;
 * not for secrets.
 */
#ifndef QUARRY_UTIL_HASH_H
#define QUARRY_UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(uint64_t seed, const void *s, size_t len);

/* For tables: another one in each process, so that no history can aim at collisions.
 * Nothing that leaves the process may depend on it. */
uint64_t hash_seed(void);

#endif
