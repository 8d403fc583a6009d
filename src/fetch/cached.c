#include "fetch/cached.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/libgit2.h"
#include "util/banned.h"
#include "util/str.h"

#define HEADS "refs/heads/"
#define TAGS "refs/tags/"

/* --- what it has ----------------------------------------------------------- */

/* The full name of the branch HEAD is on, to be freed; NULL: none, or no memory. */
static char *head_target(git_repository *repo)
{
	git_reference *head = NULL;
	const char *target;
	char *name;

	if (git_reference_lookup(&head, repo, "HEAD") < 0)
		return NULL;
	target = git_reference_symbolic_target(head);
	name = target ? strdup(target) : NULL;
	git_reference_free(head);
	return name;
}

static bool is_on(git_repository *repo, const char *ref)
{
	char *target = head_target(repo);
	bool on = target && !strcmp(target, ref);

	free(target);
	return on;
}

static int read_tip(struct cached *c, git_repository *repo)
{
	git_odb *odb = NULL;
	int rc = git_reference_name_to_id(&c->tip, repo, "HEAD");

	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc == 0)
		rc = git_repository_odb(&odb, repo);
	if (rc == 0)
		c->has_tip = git_odb_exists(odb, &c->tip);
	git_odb_free(odb);
	return rc;
}

static int read_partial(struct cached *c, git_repository *repo)
{
	git_config *config = NULL;
	int value = 0, rc;

	rc = git_repository_config_snapshot(&config, repo);
	if (rc == 0)
		rc = git_config_get_bool(&value, config, "remote.origin.promisor");
	c->partial = rc == 0 && value;
	git_config_free(config);
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

int cached_read(struct cached *out, git_repository *repo, const char *gitdir,
		struct quarry_error *err)
{
	struct cached c = CACHED_INIT;
	char *target;

	if (read_tip(&c, repo) < 0 || read_partial(&c, repo) < 0)
		return libgit2_fail("read the state of", gitdir, err);
	target = c.has_tip ? head_target(repo) : NULL;
	if (target && !strncmp(target, HEADS, strlen(HEADS)) &&
	    !(c.branch = strdup(target + strlen(HEADS)))) {
		free(target);
		return quarry_error_nomem(err);
	}
	free(target);
	*out = c;
	return 0;
}

void cached_release(struct cached *c)
{
	free(c->branch);
	*c = (struct cached)CACHED_INIT;
}

/* --- references ------------------------------------------------------------ */

static bool is_tag(const char *name)
{
	return !strncmp(name, TAGS, strlen(TAGS));
}

/* All that are no tags. */
static int remove_branches(git_repository *repo)
{
	git_strarray names = { NULL, 0 };
	int rc = git_reference_list(&names, repo);

	for (size_t i = 0; rc == 0 && i < names.count; i++)
		if (!is_tag(names.strings[i]))
			rc = git_reference_remove(repo, names.strings[i]);
	git_strarray_dispose(&names);
	return rc;
}

/*
 * Most often HEAD is there already and one file is renamed.  Else:
 *   1. HEAD is put on the commit itself, so that a run killed from here on leaves
 *      a repository that reads as the new state;
 *   2. all branches go, since the old name may be a folder of the new one;
 *   3. the branch is made, and HEAD put on it.
 */
static int settle(git_repository *repo, const char *ref, const git_oid *tip)
{
	bool moves = !is_on(repo, ref);
	git_reference *made = NULL;
	int rc = 0;

	if (moves)
		rc = git_repository_set_head_detached(repo, tip);
	if (rc == 0 && moves)
		rc = remove_branches(repo);
	if (rc == 0)
		rc = git_reference_create(&made, repo, ref, tip, /* force= */ 1, "fetch");
	git_reference_free(made);
	made = NULL;
	if (rc == 0 && moves)
		rc = git_reference_symbolic_create(&made, repo, "HEAD", ref, /* force= */ 1,
						   "fetch");
	git_reference_free(made);
	return rc;
}

int cached_settle(git_repository *repo, const char *gitdir, const char *ref, const git_oid *tip,
		  struct quarry_error *err)
{
	return settle(repo, ref, tip) < 0 ? libgit2_fail("move the branch of", gitdir, err) : 0;
}

/* A tag that cannot be had (its object did not come, its name is none of git's) is not
 * there: a branch's history does not hang on it. */
static void make_tag(git_repository *repo, const struct advert_ref *ref)
{
	git_reference *made = NULL;
	git_oid id;

	if (is_tag(ref->name) && git_oid_fromstr(&id, ref->hex) == 0)
		(void)git_reference_create(&made, repo, ref->name, &id, /* force= */ 1, "fetch");
	git_reference_free(made);
}

/* One that the remote no longer has, or that will be made anew. */
static int remove_stale_tags(git_repository *repo, const struct advert *a)
{
	git_strarray names = { NULL, 0 };
	int rc = git_reference_list(&names, repo);

	for (size_t i = 0; rc == 0 && i < names.count; i++)
		if (is_tag(names.strings[i]) && !advert_find(a, names.strings[i]))
			rc = git_reference_remove(repo, names.strings[i]);
	git_strarray_dispose(&names);
	return rc;
}

int cached_settle_tags(git_repository *repo, const char *gitdir, const struct advert *a,
		       struct quarry_error *err)
{
	if (remove_stale_tags(repo, a) < 0)
		return libgit2_fail("remove a tag of", gitdir, err);
	for (size_t i = 0; i < a->refs.n; i++)
		make_tag(repo, &a->refs.at[i]);
	return 0;
}

/* --- configuration and marks ----------------------------------------------- */

static int set_string(git_config *config, const char *key, const char *value)
{
	git_buf old = GIT_BUF_INIT;
	int rc = git_config_get_string_buf(&old, config, key);

	/* Unchanged is the rule, and costs no writing. */
	if (rc == GIT_ENOTFOUND || (rc == 0 && strcmp(old.ptr, value)))
		rc = git_config_set_string(config, key, value);
	git_buf_dispose(&old);
	return rc;
}

int cached_remember(git_repository *repo, const char *gitdir, const struct cached_origin *origin,
		    struct quarry_error *err)
{
	char *spec = str_dupf("+%s:%s", origin->ref, origin->ref);
	const char *const pairs[][2] = {
		{ "remote.origin.url", origin->url },
		{ "remote.origin.fetch", spec },
		{ "remote.origin.tagOpt", origin->tags ? "--tags" : "--no-tags" },
		{ "remote.origin.promisor", "true" },
		{ "remote.origin.partialclonefilter", "blob:none" },
	};
	size_t n = origin->partial ? 5 : 3;
	git_config *config = NULL;
	int rc;

	if (!spec)
		return quarry_error_nomem(err);
	rc = git_repository_config(&config, repo);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = set_string(config, pairs[i][0], pairs[i][1]);
	git_config_free(config);
	free(spec);
	return rc < 0 ? libgit2_fail("write the configuration of", gitdir, err) : 0;
}

/* @param name  of a file in the folder `dir` */
static int mark_pack(int dir, const char *name)
{
	size_t len = strlen(name);
	char *mark;
	int fd, rc = 0;

	if (len <= 5 || strcmp(name + len - 5, ".pack") != 0)
		return 0;
	mark = str_dupf("%.*s.promisor", (int)(len - 5), name);
	if (!mark)
		return ENOMEM;
	fd = openat(dir, mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0 && errno != EEXIST)
		rc = errno;
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	free(mark);
	return rc;
}

int cached_mark_packs(const char *gitdir, struct quarry_error *err)
{
	char *path = str_dupf("%s/objects/pack", gitdir);
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *e;
	int cause = dir ? 0 : errno;

	if (!path)
		return quarry_error_nomem(err);
	while (!cause && (errno = 0, e = readdir(dir)))
		cause = mark_pack(dirfd(dir), e->d_name);
	if (!cause)
		cause = errno;
	if (dir)
		(void)closedir(dir); /* it was only read */
	if (cause)
		(void)quarry_error_set(err, QUARRY_EFAIL, "cannot write to '%s': %s", path,
				       strerror(cause));
	free(path);
	return cause ? QUARRY_EFAIL : 0;
}
