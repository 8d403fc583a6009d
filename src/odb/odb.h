/*
 * The objects of one repository.
 *
 *	odb_open(&odb, gitdir, 0, err);          one a repository, shared by threads
 *	odb_reader_open(&reader, odb, err);      one a thread
 *	rc = odb_read(&object, reader, &oid, ODB_TREE, err);
 *	odb_object_release(&object);
 *	odb_reader_close(reader);
 *	odb_close(odb);
 *
 * Packs are read by pack.h, which is two to four times as fast as libgit2; what is in no
 * pack, or damaged there, is looked for among the loose objects by loose.h. CRCs or,
 * where one does not fit, ids are verified of what is packed, ids of what is loose, so that
 * nothing but the named object's own bytes is ever returned; of a loose commit that is cut
 * it is the checksum of the whole.
 *
 * libgit2 reads references and computes ids. It is kept away from objects: with an index
 * that is damaged it reads outside of the pack, and ends the process; in a loose object that
 * was cut off it reads for ever (1.5.1).
 *
 * libgit2 stands in libgit2.c and in refs.c of mine, and nowhere else but in fetch.
 */
#ifndef QUARRY_ODB_ODB_H
#define QUARRY_ODB_ODB_H

#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"
#include "quarry/history.h"

struct odb;
struct odb_reader;

enum odb_type { ODB_COMMIT, ODB_TREE, ODB_BLOB, ODB_TAG };

enum odb_flags {
	ODB_ALTERNATES = 1 << 0, /* read objects/info/alternates; else such a repository is refused */
	ODB_LIBGIT2 = 1 << 1,    /* read objects by libgit2: the reference for tests, of sound ones */
};

/* More of a commit is not read (odb_object.len < total then), and nothing of a larger blob
 * (len 0 < total, which says no more); a larger tree or tag is refused, and a loose commit of
 * more than 2 GiB. */
#define ODB_COMMIT_MAX (8u << 20)
#define ODB_TREE_MAX (64u << 20)
#define ODB_BLOB_MAX (64u << 20)
#define ODB_TAG_MAX (8u << 20)

/* An object's bytes; they live until odb_object_release(). */
struct odb_object {
	const char *data;
	size_t len;
	uint64_t total; /* length of the object; len < total for a commit that was cut */
	void *handle;
};

int odb_init(struct quarry_error *err);
void odb_shutdown(void);

/* Refused (QUARRY_EFAIL, with the remedy): object format sha256, unknown extensions,
 * alternates that are not allowed. */
int odb_open(struct odb **out, const char *gitdir, unsigned flags, struct quarry_error *err);
/* Before a reader is opened; refused as by odb_open(), to which ODB_ALTERNATES was passed. */
int odb_set_flags(struct odb *odb, unsigned flags, struct quarry_error *err);
/* After all of its readers. NULL is fine. */
void odb_close(struct odb *odb);

/* The commit a reference leads to. QUARRY_ENOTFOUND where the reference does not exist
 * or the repository has no branch; QUARRY_EFAIL where its commit is not there, or HEAD
 * names a branch that is not there while others are. `name` is a full
 * reference name or HEAD; *full (may be NULL) gets the name of the branch itself, to
 * be freed. */
int odb_resolve(struct quarry_oid *out, char **full, struct odb *odb, const char *name,
		struct quarry_error *err);

const char *odb_gitdir(const struct odb *odb);
/* libgit2's handle, for references alone; for one thread at a time. */
struct git_repository *odb_repository(struct odb *odb);

/* A reader is used by one thread at a time; its cache is bounded (of 32 MiB: pack_cache.h
 * says what that takes). Packs that come while it is open are found, loose objects perhaps
 * not before a pack comes, too. */
int odb_reader_open(struct odb_reader **out, struct odb *odb, struct quarry_error *err);
void odb_reader_close(struct odb_reader *r); /* NULL is fine */

/*
 * Read an object. Several may be held at once.
 * QUARRY_ENOTFOUND: it is not there. QUARRY_EFAIL: it is damaged, of another type or too
 * large. QUARRY_ENOMEM. `err` may be NULL.
 */
int odb_read(struct odb_object *out, struct odb_reader *r, const struct quarry_oid *oid,
	     enum odb_type type, struct quarry_error *err);
/* In the thread that has the reader, and before that is closed. */
void odb_object_release(struct odb_object *o); /* a zeroed one is fine */

/* A number that changes when a pack, a folder of loose objects, the alternates or the
 * shallow file changes. */
int odb_state(uint64_t *out, const char *gitdir, struct quarry_error *err);
/* The same of the tags. */
int odb_tags_state(uint64_t *out, const char *gitdir, struct quarry_error *err);

#endif
