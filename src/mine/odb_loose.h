/*
 * The beginning of a loose commit that is too large to be read as a whole.
 *
 *	loose   = deflated( "commit" SP length NUL data )
 */
#ifndef QUARRY_MINE_ODB_LOOSE_H
#define QUARRY_MINE_ODB_LOOSE_H

#include <stddef.h>

#include "mine/odb.h"
#include "mine/pack_cache.h"

/* The first `limit` bytes of a commit in an objects folder that has more. All of it is inflated, piece by
 * piece, so that its checksum tells whether these are right. QUARRY_EFAIL: it is not
 * loose, damaged, or not longer than that. */
int loose_read_cut(struct object **out, const char *folder, struct pack_cache *cache,
		   const struct quarry_oid *oid, size_t limit);

#endif
