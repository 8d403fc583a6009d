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
#include "util/url.h"

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

static int locate(struct target *t, struct quarry_engine *e, const struct url *url,
		  struct quarry_error *err)
{
	t->gitdir = mirror_dir(e, t->slug);
	if (e->options.mirror && !t->gitdir)
		return quarry_error_nomem(err);
	if (t->gitdir && file_is_dir(t->gitdir)) {
		t->mirrored = true;
		return 0;
	}
	free(t->gitdir);
	t->gitdir = NULL;
	if (url->scheme != URL_LOCAL)
		return quarry_fetch_path(&t->gitdir, e->options.cache, t->url, err);
	t->mirrored = true;
	t->gitdir = str_dupf("%s", url->path);
	return t->gitdir ? 0 : quarry_error_nomem(err);
}

static int add(struct quarry_engine *e, struct map *seen, const char *text, const char *branch,
	       struct quarry_error *err)
{
	struct target t = { .url = text, .branch = branch };
	int64_t *at = map_at(seen, text, strlen(text), 0);
	struct url url = URL_INIT;
	int rc;

	if (!at)
		return quarry_error_nomem(err);
	if (*at)
		return 0; /* a member that another one excludes, too */
	*at = 1;
	rc = url_parse(&url, text, err);
	if (rc)
		return rc;
	t.slug = url_slug(&url);
	t.host = *url.host ? str_dupf("%s", url.host) : NULL;
	rc = t.slug && (t.host || !*url.host) ? 0 : quarry_error_nomem(err);
	if (!rc && !e->only_looks)
		rc = quarry_store_repo(&t.repo, e->store, text, t.slug, err);
	if (!rc)
		rc = locate(&t, e, &url, err);
	if (!rc && vec_push(&e->targets, t) < 0)
		rc = quarry_error_nomem(err);
	if (rc) {
		free(t.slug);
		free(t.host);
		free(t.gitdir);
	}
	url_release(&url);
	return rc;
}

static int add_all(struct quarry_engine *e, struct quarry_error *err)
{
	const struct quarry_universe *u = e->universe;
	struct map seen = MAP_INIT;
	int rc = 0;

	for (size_t i = 0; !rc && i < u->n_repos; i++)
		rc = add(e, &seen, u->repos[i].url, u->repos[i].branch, err);
	for (size_t i = 0; !rc && i < u->n_repos; i++)
		for (size_t j = 0; !rc && j < u->repos[i].n_exclude_history; j++)
			rc = add(e, &seen, u->repos[i].exclude_history[j], /* branch= */ NULL,
				 err);
	map_release(&seen);
	return rc;
}

/* In one transaction: one for each costs more than what it writes. */
static int add_and_store(struct quarry_engine *e, struct quarry_error *err)
{
	int rc = quarry_store_group_begin(e->store, err), end_rc;

	if (rc)
		return rc;
	rc = add_all(e, err);
	end_rc = quarry_store_group_end(e->store, rc ? /* err= */ NULL : err);
	return rc ? rc : end_rc;
}

int engine_find_targets(struct quarry_engine *e, struct quarry_error *err)
{
	/* A mistyped mirror must not become a fetch of everything. */
	if (e->options.mirror && !file_is_dir(e->options.mirror))
		return quarry_error_set(err, QUARRY_EUSAGE, "the mirror '%s' is not a folder: name one "
					"that holds <owner>+<name>.git", e->options.mirror);
	return e->only_looks ? add_all(e, err) : add_and_store(e, err);
}
