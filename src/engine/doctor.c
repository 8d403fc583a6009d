/*
 * The doctor: what is wrong with a store, a cache, a mirror or a repository, each
 * with its remedy.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"

struct findings {
	VEC(struct quarry_finding) list;
	size_t n_repos, n_mined;
};

static int find(struct findings *f, int level, const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int find(struct findings *f, int level, const char *subject, const char *fmt, ...)
{
	struct quarry_finding x = { .subject = str_dupf("%s", subject) };
	struct str text = STR_INIT;
	va_list ap;

	x.level = level;
	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	x.text = str_detach(&text);
	if (x.subject && x.text && vec_push(&f->list, x) == 0)
		return 0;
	free(x.subject);
	free(x.text);
	return -1;
}

static int look_at_store(struct findings *f, struct quarry_engine *e, struct quarry_error *err)
{
	struct quarry_error damage = QUARRY_ERROR_INIT;
	int rc = quarry_store_check(e->store, &damage);

	if (rc == QUARRY_ENOMEM)
		return quarry_error_nomem(err);
	rc = rc ? find(f, QUARRY_FINDING_PROBLEM, "store", "'%s': %s; remove the file and mine again",
		       e->options.store, damage.text)
		: find(f, QUARRY_FINDING_OK, "store", "'%s' is sound", e->options.store);
	return rc ? quarry_error_nomem(err) : 0;
}

static int look_at_places(struct findings *f, struct quarry_engine *e, struct quarry_error *err)
{
	const char *cache = e->options.cache, *mirror = e->options.mirror;
	int rc;

	if (!file_is_dir(cache))
		rc = find(f, QUARRY_FINDING_NOTE, "cache", "'%s' is not there yet: the first fetch makes it",
			  cache);
	else if (access(cache, W_OK) < 0)
		rc = find(f, QUARRY_FINDING_PROBLEM, "cache",
			  "'%s' cannot be written: change its mode or name another --cache", cache);
	else
		rc = find(f, QUARRY_FINDING_OK, "cache", "'%s' can be written", cache);
	if (!rc && mirror)
		rc = file_is_dir(mirror)
		   ? find(f, QUARRY_FINDING_OK, "mirror", "'%s' is a folder", mirror)
		   : find(f, QUARRY_FINDING_PROBLEM, "mirror",
			  "'%s' is not a folder: name one that holds <owner>+<name>.git", mirror);
	return rc ? quarry_error_nomem(err) : 0;
}

static int look_at_repo(void *payload, const struct quarry_stored_repo *r,
			struct quarry_error *err)
{
	struct findings *f = payload;
	int rc = 0;

	f->n_repos++;
	f->n_mined += r->mined != 0;
	if (*r->fetch_problem)
		rc = find(f, QUARRY_FINDING_PROBLEM, r->slug, "in the last run: %s", r->fetch_problem);
	if (!rc && *r->mine_problem)
		rc = find(f, QUARRY_FINDING_PROBLEM, r->slug, "in the last run: %s", r->mine_problem);
	if (!rc && r->missing_objects)
		rc = find(f, QUARRY_FINDING_PROBLEM, r->slug,
			  "%lld trees could not be read, so touches are missing: check it with 'git "
			  "fsck' and bring it again", (long long)r->missing_objects);
	if (!rc && r->shallow)
		rc = find(f, QUARRY_FINDING_NOTE, r->slug,
			  "its history is cut off, so who is new cannot be known: bring all of it");
	if (!rc && r->mailmap_missing)
		rc = find(f, QUARRY_FINDING_NOTE, r->slug,
			  "its .mailmap is not in the local copy, so it is not applied");
	if (!rc && r->empty)
		rc = find(f, QUARRY_FINDING_NOTE, r->slug, "it has no commit");
	return rc ? quarry_error_nomem(err) : 0;
}

int quarry_engine_doctor(struct quarry_finding **out, size_t *n, struct quarry_engine *e,
			 struct quarry_error *err)
{
	struct findings f = { 0 };
	int rc = engine_open_store(e, err);

	if (!rc)
		rc = look_at_store(&f, e, err);

	if (!rc)
		rc = look_at_places(&f, e, err);
	if (!rc)
		rc = quarry_store_each_repo(e->store, look_at_repo, &f, err);
	if (!rc && find(&f, f.n_repos && !f.n_mined ? QUARRY_FINDING_NOTE : QUARRY_FINDING_OK,
			"repositories", "%zu of %zu are mined", f.n_mined, f.n_repos))
		rc = quarry_error_nomem(err);
	if (rc) {
		quarry_findings_free(f.list.at, f.list.n);
		return rc;
	}
	*out = f.list.at;
	*n = f.list.n;
	return 0;
}

void quarry_findings_free(struct quarry_finding *findings, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(findings[i].subject);
		free(findings[i].text);
	}
	free(findings);
}
