#include "mine/odb.h"

#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

struct odb {
	git_repository *repo;
	git_odb *db;
	char *gitdir;
};

static const char *cause(void)
{
	const git_error *e = git_error_last();

	return e && e->message ? e->message : "unknown cause";
}

int odb_init(struct quarry_error *err)
{
	/* Partial clones made by git carry the first; the others change no object. */
	const char *known[] = { "partialclone", "preciousobjects", "worktreeconfig" };

	if (git_libgit2_init() < 0)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot start libgit2: %s", cause());
	/* The folders are read only, and their owner is often another user. */
	if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
	    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, known, sizeof(known) / sizeof(known[0])) < 0 ||
	    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0) < 0) {
		(void)quarry_error_set(err, QUARRY_EFAIL, "cannot set up libgit2: %s", cause());
		(void)git_libgit2_shutdown();
		return QUARRY_EFAIL;
	}
	/* No configuration of this machine may change a figure. */
	for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
	return 0;
}

void odb_shutdown(void)
{
	(void)git_libgit2_shutdown();
}

int odb_open(struct odb **out, const char *gitdir, struct quarry_error *err)
{
	struct odb *odb = calloc(1, sizeof(*odb));

	if (!odb || !(odb->gitdir = strdup(gitdir))) {
		odb_close(odb);
		return quarry_error_nomem(err);
	}
	if (git_repository_open_ext(&odb->repo, gitdir,
				    GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE,
				    NULL) < 0 ||
	    git_repository_odb(&odb->db, odb->repo) < 0) {
		odb_close(odb);
		return quarry_error_set(err, QUARRY_EFAIL, "cannot open the repository '%s': %s",
					gitdir, cause());
	}
	*out = odb;
	return 0;
}

void odb_close(struct odb *odb)
{
	if (!odb)
		return;
	git_odb_free(odb->db);
	git_repository_free(odb->repo);
	free(odb->gitdir);
	free(odb);
}

/* Nothing at `name`: an empty repository, or one whose HEAD names a branch that is not
 * there while others are, which must not pass for empty. */
static int unborn(struct odb *odb, const char *name, struct quarry_error *err)
{
	git_strarray refs = { 0 };
	bool has_branch = false;

	if (git_reference_list(&refs, odb->repo) < 0)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot read the references of '%s': %s",
					odb->gitdir, cause());
	for (size_t i = 0; i < refs.count; i++)
		has_branch |= strncmp(refs.strings[i], "refs/heads/", 11) == 0;
	git_strarray_dispose(&refs);
	if (has_branch && strcmp(name, "HEAD") == 0)
		return quarry_error_set(err, QUARRY_EFAIL, "the HEAD of '%s' names a branch that is not "
					"there: name one with 'branch' in the universe", odb->gitdir);
	return quarry_error_set(err, QUARRY_ENOTFOUND, "'%s' has no commit at '%s'", odb->gitdir, name);
}

int odb_resolve(struct quarry_oid *out, char **full, struct odb *odb, const char *name,
		struct quarry_error *err)
{
	git_reference *ref = NULL, *target = NULL;
	git_object_t type;
	size_t len;
	int rc;

	rc = git_reference_lookup(&ref, odb->repo, name);
	if (rc == 0)
		rc = git_reference_resolve(&target, ref);
	if (rc == GIT_ENOTFOUND) {
		rc = unborn(odb, name, err);
		goto done;
	}
	/* Not git_reference_peel(): it parses the commit, and fails at an odd one. */
	if (rc == 0)
		rc = git_odb_read_header(&len, &type, odb->db, git_reference_target(target));
	if (rc < 0) {
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s' of '%s': %s", name,
				      odb->gitdir, cause());
	} else if (type != GIT_OBJECT_COMMIT) {
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s' of '%s': it is no commit",
				      name, odb->gitdir);
	} else if (full && !(*full = strdup(git_reference_name(target)))) {
		rc = quarry_error_nomem(err);
	} else {
		memcpy(out->id, git_reference_target(target)->id, QUARRY_OID_SIZE);
	}
done:
	git_reference_free(target);
	git_reference_free(ref);
	return rc;
}

int odb_read(struct odb_object *out, struct odb *odb, const struct quarry_oid *oid,
	     enum odb_type type, struct quarry_error *err)
{
	static const git_object_t types[] = { GIT_OBJECT_COMMIT, GIT_OBJECT_TREE, GIT_OBJECT_BLOB };
	git_odb_object *object = NULL;
	char hex[GIT_OID_HEXSZ + 1];
	git_oid id;
	int rc;

	memcpy(id.id, oid->id, QUARRY_OID_SIZE);
	rc = git_odb_read(&object, odb->db, &id);
	if (rc < 0) {
		(void)git_oid_tostr(hex, sizeof(hex), &id);
		return quarry_error_set(err, QUARRY_EFAIL, "cannot read object %s of '%s': %s", hex,
					odb->gitdir, cause());
	}
	if (git_odb_object_type(object) != types[type]) {
		git_odb_object_free(object);
		(void)git_oid_tostr(hex, sizeof(hex), &id);
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot read object %s of '%s': it is of another type",
					hex, odb->gitdir);
	}
	out->data = git_odb_object_data(object);
	out->len = git_odb_object_size(object);
	out->handle = object;
	return 0;
}

void odb_object_release(struct odb_object *o)
{
	git_odb_object_free(o->handle);
	*o = (struct odb_object){ 0 };
}
