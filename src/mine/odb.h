/*
 * Objects of one repository: the only part of mine that calls libgit2.
 */
#ifndef QUARRY_MINE_ODB_H
#define QUARRY_MINE_ODB_H

#include <stddef.h>

#include "quarry/error.h"
#include "quarry/history.h"

struct odb;

enum odb_type { ODB_COMMIT, ODB_TREE, ODB_BLOB };

/* An object's bytes, owned by the odb's cache until odb_object_release(). */
struct odb_object {
	const char *data;
	size_t len;
	void *handle;
};

int odb_init(struct quarry_error *err);
void odb_shutdown(void);

int odb_open(struct odb **out, const char *gitdir, struct quarry_error *err);
void odb_close(struct odb *odb);

/* The commit a reference leads to. QUARRY_ENOTFOUND where the reference does not exist
 * or the repository has no branch; QUARRY_EFAIL where its commit is not there, or HEAD
 * names a branch that is not there while others are. `name` is a full
 * reference name or HEAD; *full (may be NULL) gets the name of the branch itself, to
 * be freed. */
int odb_resolve(struct quarry_oid *out, char **full, struct odb *odb, const char *name,
		struct quarry_error *err);

/* QUARRY_EFAIL where the object is not there, too. */
int odb_read(struct odb_object *out, struct odb *odb, const struct quarry_oid *oid,
	     enum odb_type type, struct quarry_error *err);
void odb_object_release(struct odb_object *o);

#endif
