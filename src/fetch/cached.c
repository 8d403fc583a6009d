#include "fetch/cached.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/libgit2.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"

#define HEADS "refs/heads/"
#define TAGS "refs/tags/"

/* What universe asked for, so that a change of its mind is none of the remote's. */
#define ASKED "quarry.branch"

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

static int read_config(struct cached *c, git_repository *repo)
{
	git_config *config = NULL;
	git_buf asked = GIT_BUF_INIT;
	int value = 0, rc;

	rc = git_repository_config_snapshot(&config, repo);
	if (rc == 0)
		rc = git_config_get_bool(&value, config, "remote.origin.promisor");
	c->partial = rc == 0 && value;
	if (rc == 0 || rc == GIT_ENOTFOUND)
		rc = git_config_get_string_buf(&asked, config, ASKED);
	if (rc == 0 && !(c->asked = strdup(asked.ptr))) {
		git_error_set_oom();
		rc = -1;
	}
	git_buf_dispose(&asked);
	git_config_free(config);
	return rc == GIT_ENOTFOUND ? 0 : rc;
}

int cached_read(struct cached *out, git_repository *repo, const char *gitdir,
		struct quarry_error *err)
{
	struct cached c = CACHED_INIT;
	char *target;

	if (read_tip(&c, repo) < 0 || read_config(&c, repo) < 0) {
		cached_release(&c);
		return libgit2_fail("read the state of", gitdir, err);
	}
	c.shallow = git_repository_is_shallow(repo) == 1;
	target = c.has_tip ? head_target(repo) : NULL;
	if (target && !strncmp(target, HEADS, strlen(HEADS)) &&
	    !(c.branch = strdup(target + strlen(HEADS)))) {
		free(target);
		cached_release(&c);
		return quarry_error_nomem(err);
	}
	free(target);
	*out = c;
	return 0;
}

void cached_release(struct cached *c)
{
	free(c->branch);
	free(c->asked);
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

int cached_settle_shallow(const char *gitdir, const git_oid *ids, size_t n,
			  struct quarry_error *err)
{
	char *path = str_dupf("%s/shallow", gitdir);
	char hex[GIT_OID_HEXSZ + 1];
	struct str s = STR_INIT;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		str_addf(&s, "%s\n", git_oid_tostr(hex, sizeof(hex), &ids[i]));
	if (!path || s.oom)
		rc = quarry_error_nomem(err);
	else if (n)
		rc = file_write(path, s.buf, s.len, err);
	else if (unlink(path) < 0 && errno != ENOENT)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot remove '%s': %s", path,
				      strerror(errno));
	str_release(&s);
	free(path);
	return rc;
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
		{ ASKED, origin->asked },
		{ "remote.origin.promisor", "true" },
		{ "remote.origin.partialclonefilter", "blob:none" },
	};
	size_t n = origin->partial ? 6 : 4;
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
