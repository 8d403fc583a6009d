/*
 * The packs of a repository, read through a mapping of them.
 *
 *	state = packs_open(&packs, folders, n);                   one a repository
 *	state = packs_sort(packs);
 *	reader = pack_reader_new(packs, cache, 0, verify);        one a thread
 *	state = pack_read(&object, reader, &oid, ODB_TREE);
 *	object_release(object);
 *	pack_reader_free(reader);
 *	packs_free(packs);
 *
 *	pack     = "PACK" version count *( entry ) id
 *	entry    = head [ back / base id ] deflated     back, base id: of the two deltas
 *	head     = type and lowest 4 bits of the size, then groups of 7 bits
 *	back     = how far before this entry its base begins
 *
 * Every entry is compared with its CRC-32 in the index before it is used.  Where it
 * differs, or the index has none, the object and all that is made from it are suspect, and
 * given to nobody unless their ids are verified.  A length is checked before memory is
 * asked for.
 */
#ifndef QUARRY_ODB_PACK_H
#define QUARRY_ODB_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "odb/odb.h"
#include "odb/pack_cache.h"

struct packs;
struct pack_reader;

enum pack_state {
	PACK_READ,
	PACK_ABSENT,     /* in none of these packs */
	PACK_DAMAGED,
	PACK_OTHER_TYPE,
	PACK_LARGE,      /* so large, or made of so much, that nobody should read it */
	PACK_NO_MEMORY,
};

enum { PACKS_MAX = 4096 }; /* more are not looked at */

/* The packs in these objects folders. PACK_READ or PACK_NO_MEMORY; a pack that is odd is
 * left out. */
enum pack_state packs_open(struct packs **out, const char *const *folders, size_t n_folders);
/* After all of its readers. NULL is fine. */
void packs_free(struct packs *p);

/* Before any reader reads; needs a moment for each object. PACK_READ or PACK_NO_MEMORY. */
enum pack_state packs_sort(struct packs *p);

/* Bytes of all of them. */
uint64_t packs_size(const struct packs *p);

/* Its objects live in `cache`, where these packs have numbers from first_number on.
 * `verify` tells whether an object's bytes have this id. NULL: no memory. */
struct pack_reader *pack_reader_new(const struct packs *p, struct pack_cache *cache,
				    uint32_t first_number,
				    bool (*verify)(const struct quarry_oid *oid,
						   const struct object *o));
void pack_reader_free(struct pack_reader *r); /* NULL is fine */

/* The object, held by the caller; of a commit longer than ODB_COMMIT_MAX perhaps the
 * beginning alone. */
enum pack_state pack_read(struct object **out, struct pack_reader *r, const struct quarry_oid *oid,
			  enum odb_type type);

/* The same without reading it; the packs need not be sorted. */
enum pack_state pack_has(struct pack_reader *r, const struct quarry_oid *oid, enum odb_type type);

#endif
