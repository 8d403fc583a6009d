/*
 * Zeroed memory whose pages are there when it comes, for tables that are read before they
 * are written.  Those that calloc() has from the system come with the first access: one
 * that reads lends the page of zeros, and the first one that writes copies it and has to
 * tell the other processors, which for a large hash table takes longer than filling it.
 */
#ifndef QUARRY_UTIL_ZEROED_H
#define QUARRY_UTIL_ZEROED_H

#include <stddef.h>

/* For free(), aligned to a line of the cache; NULL without memory. */
void *zeroed(size_t n, size_t size);

#endif
