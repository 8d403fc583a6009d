/*
 * libgit2: the references of a repository, the ids of objects, and, for tests, its objects.
 *
 *	rc = odb_repo_open(&repo, "repo.git", err);
 *	rc = odb_repo_resolve(&oid, &branch, repo, "HEAD", err);
 *	odb_repo_close(repo);
 *
 *	rc = odb_libgit2_open(&g, "repo.git", err);
 *	rc = odb_libgit2_read(&object, g, cache, &oid, ODB_TREE, err);
 *	object_release(object);
 *	odb_libgit2_close(g);
 *
 * Its objects are the reference that our own readers are compared with, and nothing more:
 * libgit2 1.5 reads outside of a pack whose index is damaged, and for ever in a loose object
 * that was cut off. Ids are verified. For one thread at a time.
 */
#ifndef QUARRY_ODB_LIBGIT2_H
#define QUARRY_ODB_LIBGIT2_H

#include <stdbool.h>

#include "odb/odb.h"
#include "odb/pack_cache.h"

struct odb_repo;
struct odb_libgit2;

int odb_libgit2_init(struct quarry_error *err);
void odb_libgit2_shutdown(void);

/* Refuses what libgit2 does not know, and an object format other than sha1. */
int odb_repo_open(struct odb_repo **out, const char *gitdir, struct quarry_error *err);
void odb_repo_close(struct odb_repo *repo); /* NULL is fine */

struct git_repository *odb_repo_handle(struct odb_repo *repo);

/* What a reference leads to, whether or not it is there; else as odb_resolve(). */
int odb_repo_resolve(struct quarry_oid *out, char **full, struct odb_repo *repo, const char *name,
		     struct quarry_error *err);

/* All that libgit2 finds in the repository, packs, loose objects and alternates. */
int odb_libgit2_open(struct odb_libgit2 **out, const char *gitdir, struct quarry_error *err);
void odb_libgit2_close(struct odb_libgit2 *g); /* NULL is fine */

/* See odb_read(), but that a commit that is too large is refused; the object is held by the
 * caller and lives in `cache`. */
int odb_libgit2_read(struct object **out, struct odb_libgit2 *g, struct pack_cache *cache,
		     const struct quarry_oid *oid, enum odb_type type, struct quarry_error *err);

/* Whether an object's bytes have this id. */
bool odb_libgit2_verify(const struct quarry_oid *oid, const struct object *o);

#endif
