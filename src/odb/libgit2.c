#include "odb/libgit2.h"

#include <stdlib.h>
#include <string.h>

#include <git2.h>

#include "util/ascii.h"
#include "util/banned.h"

#define LIBGIT2_CACHE (16 << 20) /* all handles together; ours is the better one */

struct odb_repo {
	git_repository *repo;
	char *gitdir;
};

struct odb_libgit2 {
	git_odb *db;
	char *gitdir;
};

static const git_object_t types[] = {
	[ODB_COMMIT] = GIT_OBJECT_COMMIT, [ODB_TREE] = GIT_OBJECT_TREE,
	[ODB_BLOB] = GIT_OBJECT_BLOB, [ODB_TAG] = GIT_OBJECT_TAG,
};

static const char *cause(void)
{
	const git_error *e = git_error_last();

	return e && e->message ? e->message : "unknown cause";
}

int odb_libgit2_init(struct quarry_error *err)
{
	/* Partial clones made by git carry the first, and the second is checked when a
	 * repository is opened; the others change no object. */
	const char *known[] = { "partialclone", "objectformat", "preciousobjects",
				"relativeworktrees", "worktreeconfig" };

	if (git_libgit2_init() < 0)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot start libgit2: %s", cause());
	/* The folders are read only, and their owner is often another user. */
	if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
	    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, known, sizeof(known) / sizeof(known[0])) < 0 ||
	    git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)LIBGIT2_CACHE) < 0 ||
	    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1) < 0) {
		(void)quarry_error_set(err, QUARRY_EFAIL, "cannot set up libgit2: %s", cause());
		(void)git_libgit2_shutdown();
		return QUARRY_EFAIL;
	}
	/* No configuration of this machine may change a figure. */
	for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
	return 0;
}

void odb_libgit2_shutdown(void)
{
	(void)git_libgit2_shutdown();
}

static int refuse_format(struct quarry_error *err, const char *gitdir, const char *format)
{
	return quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s': its object format is '%s', and "
				"only sha1 can be read: leave it out of the universe, or name a copy "
				"of it in sha1", gitdir, format);
}

/* Why libgit2 opens no such repository. */
static int refuse(struct quarry_error *err, const char *gitdir)
{
	const char *why = cause();

	if (strstr(why, "extension"))
		return quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s': it needs a git extension "
					"that is not known here (%s): name a plain clone of it", gitdir,
					why);
	return quarry_error_set(err, QUARRY_EFAIL, "cannot open the repository '%s': %s", gitdir, why);
}

static int check_format(const struct odb_repo *repo, struct quarry_error *err)
{
	git_config *config = NULL;
	const char *format;
	int rc = git_repository_config_snapshot(&config, repo->repo);

	if (rc < 0)
		return refuse(err, repo->gitdir);
	rc = git_config_get_string(&format, config, "extensions.objectformat");
	if (rc == 0 && ascii_casecmp(format, "sha1") != 0)
		rc = refuse_format(err, repo->gitdir, format);
	else
		rc = 0;
	git_config_free(config);
	return rc;
}

static int open_repository(git_repository **out, const char *gitdir)
{
	return git_repository_open_ext(out, gitdir, GIT_REPOSITORY_OPEN_NO_SEARCH |
				       GIT_REPOSITORY_OPEN_BARE, NULL);
}

int odb_repo_open(struct odb_repo **out, const char *gitdir, struct quarry_error *err)
{
	struct odb_repo *repo = calloc(1, sizeof(*repo));
	int rc;

	if (!repo || !(repo->gitdir = strdup(gitdir)))
		rc = quarry_error_nomem(err);
	else if (open_repository(&repo->repo, gitdir) < 0)
		rc = refuse(err, gitdir);
	else
		rc = check_format(repo, err);
	if (rc)
		odb_repo_close(repo);
	else
		*out = repo;
	return rc;
}

void odb_repo_close(struct odb_repo *repo)
{
	if (!repo)
		return;
	git_repository_free(repo->repo);
	free(repo->gitdir);
	free(repo);
}

git_repository *odb_repo_handle(struct odb_repo *repo)
{
	return repo->repo;
}

/* Nothing at `name`: an empty repository, or one whose HEAD names a branch that is not
 * there while others are, which must not pass for empty. */
static int unborn(struct odb_repo *repo, const char *name, struct quarry_error *err)
{
	git_strarray refs = { 0 };
	bool has_branch = false;

	if (git_reference_list(&refs, repo->repo) < 0)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot read the references of '%s': %s",
					repo->gitdir, cause());
	for (size_t i = 0; i < refs.count; i++)
		has_branch |= strncmp(refs.strings[i], "refs/heads/", 11) == 0;
	git_strarray_dispose(&refs);
	if (has_branch && strcmp(name, "HEAD") == 0)
		return quarry_error_set(err, QUARRY_EFAIL, "the HEAD of '%s' names a branch that is not "
					"there: name one with 'branch' in the universe", repo->gitdir);
	return quarry_error_set(err, QUARRY_ENOTFOUND, "'%s' has no commit at '%s'", repo->gitdir, name);
}

int odb_repo_resolve(struct quarry_oid *out, char **full, struct odb_repo *repo, const char *name,
		     struct quarry_error *err)
{
	git_reference *ref = NULL, *target = NULL;
	int rc;

	rc = git_reference_lookup(&ref, repo->repo, name);
	/* Not git_reference_peel(): it parses the commit, and fails at an odd one. */
	if (rc == 0)
		rc = git_reference_resolve(&target, ref);
	if (rc == GIT_ENOTFOUND)
		rc = unborn(repo, name, err);
	else if (rc < 0)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s' of '%s': %s", name,
				      repo->gitdir, cause());
	else if (full && !(*full = strdup(git_reference_name(target))))
		rc = quarry_error_nomem(err);
	else
		memcpy(out->id, git_reference_target(target)->id, QUARRY_OID_SIZE);
	git_reference_free(target);
	git_reference_free(ref);
	return rc;
}

/* All of a repository; it may be freed before its objects are. */
static int open_all(git_odb **out, const char *gitdir)
{
	git_repository *repo = NULL;
	int rc = open_repository(&repo, gitdir);

	if (rc == 0)
		rc = git_repository_odb(out, repo);
	git_repository_free(repo);
	return rc;
}

int odb_libgit2_open(struct odb_libgit2 **out, const char *gitdir, struct quarry_error *err)
{
	struct odb_libgit2 *g = calloc(1, sizeof(*g));

	if (!g || !(g->gitdir = strdup(gitdir))) {
		odb_libgit2_close(g);
		return quarry_error_nomem(err);
	}
	if (open_all(&g->db, gitdir) < 0) {
		odb_libgit2_close(g);
		return quarry_error_set(err, QUARRY_EFAIL, "cannot open the objects of '%s': %s",
					gitdir, cause());
	}
	*out = g;
	return 0;
}

void odb_libgit2_close(struct odb_libgit2 *g)
{
	if (!g)
		return;
	git_odb_free(g->db);
	free(g->gitdir);
	free(g);
}

static void free_object(void *foreign)
{
	git_odb_object_free(foreign);
}

/* All of it, where it has the type and the length that were promised. */
static int read_all(struct object **out, struct odb_libgit2 *g, struct pack_cache *cache,
		    const git_oid *id, enum odb_type type, size_t len)
{
	git_odb_object *found = NULL;
	struct object *o;

	if (git_odb_read(&found, g->db, id) < 0)
		return QUARRY_EFAIL;
	if (git_odb_object_type(found) != types[type] || git_odb_object_size(found) != len) {
		git_odb_object_free(found);
		git_error_set_str(GIT_ERROR_ODB, "it is not what its header says");
		return QUARRY_EFAIL;
	}
	o = object_new(cache, 0);
	if (!o) {
		git_odb_object_free(found);
		return QUARRY_ENOMEM;
	}
	o->data = (char *)git_odb_object_data(found);
	o->len = o->total = len;
	o->type = type;
	o->foreign = found;
	o->foreign_free = free_object;
	*out = o;
	return 0;
}

/* The cause of a failure is in libgit2's error. */
static int read_checked(struct object **out, struct odb_libgit2 *g, struct pack_cache *cache,
			const git_oid *id, enum odb_type type)
{
	static const size_t limits[] = {
		[ODB_COMMIT] = ODB_COMMIT_MAX, [ODB_TREE] = ODB_TREE_MAX,
		[ODB_BLOB] = ODB_BLOB_MAX, [ODB_TAG] = ODB_TAG_MAX,
	};
	git_object_t found;
	size_t len;

	/* It would look for new packs at every object that is missing. */
	if (git_odb_exists_ext(g->db, id, GIT_ODB_LOOKUP_NO_REFRESH) != 1) {
		git_error_set_str(GIT_ERROR_ODB, "it is not there");
		return QUARRY_ENOTFOUND;
	}
	if (git_odb_read_header(&len, &found, g->db, id) < 0)
		return QUARRY_EFAIL;
	if (found != types[type]) {
		git_error_set_str(GIT_ERROR_ODB, "it is of another type");
		return QUARRY_EFAIL;
	}
	if (len <= limits[type])
		return read_all(out, g, cache, id, type, len);
	git_error_set_str(GIT_ERROR_ODB, "it is too large");
	return QUARRY_EFAIL;
}

int odb_libgit2_read(struct object **out, struct odb_libgit2 *g, struct pack_cache *cache,
		     const struct quarry_oid *oid, enum odb_type type, struct quarry_error *err)
{
	char hex[GIT_OID_HEXSZ + 1];
	git_oid id;
	int rc;

	memcpy(id.id, oid->id, QUARRY_OID_SIZE);
	git_error_clear();
	rc = read_checked(out, g, cache, &id, type);
	if (rc == QUARRY_ENOMEM)
		return quarry_error_nomem(err);
	if (!rc)
		return 0;
	(void)git_oid_tostr(hex, sizeof(hex), &id);
	return quarry_error_set(err, rc, "cannot read object %s of '%s': %s", hex, g->gitdir, cause());
}

bool odb_libgit2_verify(const struct quarry_oid *oid, const struct object *o)
{
	git_oid id;

	return git_odb_hash(&id, o->data, o->len, types[o->type]) == 0 &&
	       memcmp(id.id, oid->id, QUARRY_OID_SIZE) == 0;
}
