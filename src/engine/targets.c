/*
 * Where each repository's history lies:
 *
 *  1. in the mirror, as <owner>+<name>.git, when there is one;
 *  2. at its own place, when its URL is a local path;
 *  3. else in the cache, where fetching brings it.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "quarry/fetch.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/map.h"
#include "util/str.h"

/* owner/name of an address that is no member, so that config has not taken it apart:
 * all behind the host; of a path its last two parts. */
static char *slug_of(const char *url)
{
	const char *path = strstr(url, "://"), *slash;
	size_t len;
	int parts = 0;

	if (path && strncmp(url, "file:", 5) != 0) {
		slash = strchr(path + 3, '/');
		return str_dupf("%s", slash ? slash + 1 : path + 3);
	}
	path = path ? path + 3 : url;
	for (slash = path + strlen(path); slash > path; slash--)
		if (slash[-1] == '/' && ++parts == 2)
			break;
	len = strlen(slash);
	if (len > 4 && strcmp(slash + len - 4, ".git") == 0)
		len -= 4;
	return str_dupf("%.*s", (int)len, slash);
}

static char *mirror_dir(const struct quarry_engine *e, const char *slug)
{
	char *dir, *plus;

	if (!e->options.mirror)
		return NULL;
	dir = str_dupf("%s/%s.git", e->options.mirror, slug);
	for (plus = dir ? dir + strlen(e->options.mirror) + 1 : NULL; plus && *plus; plus++)
		if (*plus == '/')
			*plus = '+';
	return dir;
}

static const char *local_path(const char *url)
{
	if (strncmp(url, "file://", 7) == 0)
		return url + 7;
	return url[0] == '/' ? url : NULL;
}

static int locate(struct target *t, struct quarry_engine *e, struct quarry_error *err)
{
	const char *path = local_path(t->url);

	t->gitdir = mirror_dir(e, t->slug);
	if (e->options.mirror && !t->gitdir)
		return quarry_error_nomem(err);
	if (t->gitdir && file_is_dir(t->gitdir)) {
		t->mirrored = true;
		return 0;
	}
	free(t->gitdir);
	t->gitdir = NULL;
	if (!path)
		return quarry_fetch_path(&t->gitdir, e->options.cache, t->url, err);
	t->mirrored = true;
	t->gitdir = str_dupf("%s", path);
	return t->gitdir ? 0 : quarry_error_nomem(err);
}

/* @param slug  NULL: not known yet */
static int add(struct quarry_engine *e, struct map *seen, const char *url, const char *slug,
	       const char *branch, struct quarry_error *err)
{
	struct target t = { .url = url, .branch = branch };
	int64_t *at = map_at(seen, url, strlen(url), 0);
	int rc;

	if (at && *at)
		return 0; /* a member that another one excludes, too */
	t.slug = slug ? str_dupf("%s", slug) : slug_of(url);
	if (!at || !t.slug) {
		free(t.slug);
		return quarry_error_nomem(err);
	}
	*at = 1;
	rc = quarry_store_repo(&t.repo, e->store, url, t.slug, err);
	if (!rc)
		rc = locate(&t, e, err);
	if (!rc && vec_push(&e->targets, t) < 0)
		rc = quarry_error_nomem(err);
	if (rc) {
		free(t.slug);
		free(t.gitdir);
	}
	return rc;
}

int engine_find_targets(struct quarry_engine *e, struct quarry_error *err)
{
	const struct quarry_universe *u = e->universe;
	struct map seen = MAP_INIT;
	int rc = 0;

	/* A mistyped mirror must not become a fetch of everything. */
	if (e->options.mirror && !file_is_dir(e->options.mirror))
		return quarry_error_set(err, QUARRY_EUSAGE, "the mirror '%s' is not a folder: name one "
					"that holds <owner>+<name>.git", e->options.mirror);
	for (size_t i = 0; !rc && i < u->n_repos; i++)
		rc = add(e, &seen, u->repos[i].url, u->repos[i].slug, u->repos[i].branch, err);
	for (size_t i = 0; !rc && i < u->n_repos; i++)
		for (size_t j = 0; !rc && j < u->repos[i].n_exclude_history; j++)
			rc = add(e, &seen, u->repos[i].exclude_history[j], /* slug= */ NULL,
				 /* branch= */ NULL, err);
	map_release(&seen);
	return rc;
}
