/*
 * Loose objects: a file each, in the objects folders of a repository.
 *
 *	r = loose_reader_new(&folders, cache, verify);            one a thread
 *	state = loose_read(&object, r, &oid, ODB_TREE);
 *	object_release(object);
 *	loose_reader_free(r);
 *
 *	file     = folder "/" 2 digits of the id "/" the other 38
 *	loose    = deflated( type SP length NUL data )            and nothing behind it
 *	type     = "commit" / "tree" / "blob" / "tag"
 *	length   = of the data; decimal, without leading zeros
 *
 * The head is checked before memory is asked for, and no more is inflated than it promises.
 * The stream must end there, with a checksum that fits; the id is verified, too, unless the
 * object is cut. The other format of git 1.4, with the head in binary before the stream,
 * is not read; git reads it no more, either.
 */
#ifndef QUARRY_ODB_LOOSE_H
#define QUARRY_ODB_LOOSE_H

#include <stdbool.h>

#include "odb/odb.h"
#include "odb/folders.h"
#include "odb/pack.h"
#include "odb/pack_cache.h"

struct loose_reader;

/* `folders` outlives it; its objects live in `cache`. `verify` tells whether an object's
 * bytes have this id. NULL: no memory. */
struct loose_reader *loose_reader_new(const struct odb_folders *folders, struct pack_cache *cache,
				      bool (*verify)(const struct quarry_oid *oid,
						     const struct object *o));
void loose_reader_free(struct loose_reader *r); /* NULL is fine */

/* See pack_read(). Of a commit longer than ODB_COMMIT_MAX its beginning, after all of it was
 * inflated; one that is longer than LOOSE_COMMIT_MAX is PACK_LARGE. What no folder has
 * whole is what the first that has it says. */
enum pack_state loose_read(struct object **out, struct loose_reader *r,
			   const struct quarry_oid *oid, enum odb_type type);
/* The same by the head alone. */
enum pack_state loose_has(struct loose_reader *r, const struct quarry_oid *oid, enum odb_type type);

/* Which of the 256 folders a folder has is looked up once, so that what is missing costs
 * next to nothing: look it up anew. */
void loose_reader_refresh(struct loose_reader *r);

/* Takes a few seconds. */
#define LOOSE_COMMIT_MAX ((uint64_t)2 << 30)

#endif
