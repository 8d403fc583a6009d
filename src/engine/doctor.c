/*
 * The doctor: what is wrong with a store, a cache, a mirror or a repository, each
 * with its remedy.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/engine.h"
#include "engine/events.h"
#include "quarry/aggregate.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"

/* A server that takes no filter. */
struct server {
	char *host;
	size_t n_repos;
};

struct findings {
	const struct quarry_engine *engine;
	VEC(struct quarry_finding) list;
	size_t n_repos, n_mined;
	VEC(struct server) unfiltered;
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

	if (rc == QUARRY_ENOMEM || rc == QUARRY_EINTR)
		return quarry_error_set(err, rc, "%s", damage.text);
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

/* Whether it is of interest: with a universe, what that no longer names is not. */
static bool is_named(const struct findings *f, const char *slug)
{
	const struct quarry_engine *e = f->engine;

	for (size_t i = 0; e->universe && i < e->targets.n; i++)
		if (!strcmp(e->targets.at[i].slug, slug))
			return true;
	return !e->universe;
}

static int look_at_repo(void *payload, const struct quarry_stored_repo *r,
			struct quarry_error *err)
{
	struct findings *f = payload;
	int rc = 0;

	if (!is_named(f, r->slug))
		return 0;
	f->n_repos++;
	f->n_mined += r->mined != 0;
	if (*r->fetch_problem)
		rc = find(f, QUARRY_FINDING_PROBLEM, r->slug, "when it was fetched last: %s", r->fetch_problem);
	if (!rc && *r->mine_problem)
		rc = find(f, QUARRY_FINDING_PROBLEM, r->slug, "when it was read last: %s", r->mine_problem);
	if (!rc && r->missing_objects)
		rc = find(f, QUARRY_FINDING_PROBLEM, r->slug,
			  "%lld commits or trees could not be read, so facts are missing: check it with "
			  "'git fsck' and bring it again", (long long)r->missing_objects);
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

/* What a flag of the store means: "1 commit ..." or "2 commits ...". */
struct flag_words {
	const char *flag, *one, *many; /* NULL: look_at_repo() tells */
	const char *rest;
};

#define COMMITS "commit", "commits"
#define TREES "tree", "trees"

static const struct flag_words flag_words[] = {
	{ "shallow", NULL, NULL, NULL },
	{ "missing_commits", COMMITS, "named as a parent but not there, and what lies behind is "
	  "lost: bring it again, or name a --mirror that is complete" },
	{ "damaged_commits", COMMITS, "not readable, and what lies behind is lost: check it with "
	  "'git fsck' and bring it again" },
	{ "missing_trees", TREES, "not there, and the touches of their commits are lost: bring it "
	  "again, or name a --mirror that is complete" },
	{ "damaged_trees", TREES, "not readable, and the touches of their commits are lost: check "
	  "it with 'git fsck' and bring it again" },
	{ "deep_trees", "folder", "folders", "below 256 others not read" },
	{ "many_entries", COMMITS, "with more than a million changed entries, none of which is "
	  "counted" },
	{ "double_entries", "path", "paths", "named twice by one tree, and counted once" },
	{ "long_names", "name", "names", "longer than 1 KiB not read" },
	{ "future_times", COMMITS, "with a time that lay ahead when they were read: it is repaired "
	  "until then" },
	{ "replace_refs", "reference", "references", "in refs/replace ignored: commits are read as "
	  "they were made" },
	{ "grafts", "line", "lines", "of info/grafts ignored: commits are read as they were made" },
	{ "alternates", "other object folder", "other object folders", "read, too" },
	{ "bad_author", COMMITS, "without an author line that git can split" },
	{ "bad_committer", COMMITS, "without a committer line that git can split" },
	{ "no_author_time", COMMITS, "without an author time" },
	{ "no_committer_time", COMMITS, "without a committer time" },
	{ "not_utf8", COMMITS, "not in UTF-8, whose texts are decoded" },
	{ "cut", COMMITS, "longer than 8 MiB, the rest of which is not read" },
	{ "two_authors", COMMITS, "with more than one author or committer line: the last counts" },
	{ "no_email", COMMITS, "with an empty e-mail address" },
	{ "nul", COMMITS, "with a NUL byte, at which the text ends" },
	{ "unknown_encoding", COMMITS, "in an encoding that nobody knows" },
	{ "partial", COMMITS, "some of whose touches could not be read" },
	{ "no_parent", COMMITS, "a parent of which is not there" },
	{ "negative_time", COMMITS, "dated before 1970" },
};

static int tell_flag(struct findings *f, const struct quarry_stored_flag *flag)
{
	long long n = (long long)flag->n;

	for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
		const struct flag_words *w = &flag_words[i];

		if (strcmp(w->flag, flag->flag) != 0)
			continue;
		return !w->one ? 0 : find(f, QUARRY_FINDING_NOTE, flag->slug, "%lld %s %s", n,
					  n == 1 ? w->one : w->many, w->rest);
	}
	return find(f, QUARRY_FINDING_NOTE, flag->slug, "%s: %lld", flag->flag, n);
}

static int look_at_flag(void *payload, const struct quarry_stored_flag *flag,
			struct quarry_error *err)
{
	struct findings *f = payload;

	return is_named(f, flag->slug) && tell_flag(f, flag) ? quarry_error_nomem(err) : 0;
}

static void add_day(struct str *out, int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;

	if (gmtime_r(&t, &tm))
		str_addf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	else
		str_adds(out, "a day unknown"); /* a year beyond any calendar */
}

/* One finding a server, be it that hundreds of repositories come from there. */
static int count_server(struct findings *f, const char *host)
{
	struct server new = { NULL, 1 };

	for (size_t i = 0; i < f->unfiltered.n; i++)
		if (!strcmp(f->unfiltered.at[i].host, host)) {
			f->unfiltered.at[i].n_repos++;
			return 0;
		}
	new.host = str_dupf("%s", host);
	if (new.host && vec_push(&f->unfiltered, new) == 0)
		return 0;
	free(new.host);
	return -1;
}

static int tell_event(struct findings *f, const struct quarry_stored_event *e)
{
	struct str text = STR_INIT;
	int rc;

	str_adds(&text, e->lasts ? "since " : "on ");
	add_day(&text, e->first_s);
	if (e->lasts) {
		str_adds(&text, ", last seen on ");
		add_day(&text, e->last_s);
	}
	str_adds(&text, ": ");
	event_words(&text, e->event, e->detail);
	if (!e->lasts && e->n_times > 1)
		str_addf(&text, "; %lld times in all", (long long)e->n_times);
	rc = text.oom ? -1 : find(f, QUARRY_FINDING_NOTE, e->slug, "%s", text.buf);
	str_release(&text);
	return rc;
}

static bool is_past(const struct quarry_stored_event *e)
{
	return !e->lasts && e->event >= QUARRY_EVENT_MOVED;
}

static int look_at_event(void *payload, const struct quarry_stored_event *e,
			 struct quarry_error *err)
{
	struct findings *f = payload;
	int rc = 0;

	if (!is_past(e) && is_named(f, e->slug))
		rc = e->event == QUARRY_EVENT_FULL_CLONE ? count_server(f, e->detail)
							 : tell_event(f, e);
	return rc ? quarry_error_nomem(err) : 0;
}

static int look_at_servers(struct findings *f, struct quarry_error *err)
{
	for (size_t i = 0; i < f->unfiltered.n; i++) {
		const struct server *s = &f->unfiltered.at[i];

		if (find(f, QUARRY_FINDING_NOTE, s->host, "this server takes no filter: all file "
			 "contents of %zu %s were fetched, too", s->n_repos,
			 s->n_repos == 1 ? "repository" : "repositories"))
			return quarry_error_nomem(err);
	}
	return 0;
}

static void drop_servers(struct findings *f)
{
	for (size_t i = 0; i < f->unfiltered.n; i++)
		free(f->unfiltered.at[i].host);
	vec_release(&f->unfiltered);
}

static int look_at_fork(void *payload, const struct quarry_fork *fork, struct quarry_error *err)
{
	struct findings *f = payload;

	if (fork->named || !is_named(f, fork->slug))
		return 0;
	if (find(f, QUARRY_FINDING_NOTE, fork->slug, "it shares %lld commits (%d %%%s) with %s: if it is "
		 "a fork of it, say so by 'upstream' in the universe", (long long)fork->shared,
		 (int)(fork->share * 100), fork->root ? ", the first one, too" : "", fork->of_slug))
		return quarry_error_nomem(err);
	return 0;
}

/* How many, and never who: what the doctor says is pasted into reports of bugs. */
static int look_at_alarm(void *payload, const struct quarry_alarm_count *c, struct quarry_error *err)
{
	if (find(payload, QUARRY_FINDING_NOTE, "people", "%lld %s: 'quarry people --suspicious' lists %s",
		 (long long)c->n, c->n == 1 ? c->one : c->many, c->n == 1 ? "it" : "them"))
		return quarry_error_nomem(err);
	return 0;
}

static int look_at_people(struct findings *f, struct quarry_engine *e, struct quarry_error *err)
{
	const struct quarry_universe *u = e->universe;
	int other = 0, rc;

	if (!u)
		return 0;
	rc = quarry_aggregate_has_other_people(&other, quarry_store_db(e->store), u->id,
					       u->people ? u->people->hash : "", err);
	if (!rc && other && find(f, QUARRY_FINDING_NOTE, "people", "people.yaml is not the one that the "
				 "figures were derived with: run 'quarry derive UNIVERSE'"))
		rc = quarry_error_nomem(err);
	return rc;
}

int quarry_engine_doctor(struct quarry_finding **out, size_t *n, struct quarry_engine *e,
			 struct quarry_error *err)
{
	struct findings f = { .engine = e };
	int rc = engine_open_store(e, err);

	if (!rc)
		rc = look_at_store(&f, e, err);
	if (!rc)
		rc = look_at_places(&f, e, err);
	if (!rc)
		rc = quarry_store_each_repo(e->store, look_at_repo, &f, err);
	if (!rc)
		rc = quarry_store_each_flag(e->store, look_at_flag, &f, err);
	if (!rc)
		rc = quarry_store_each_event(e->store, look_at_event, &f, err);
	if (!rc)
		rc = look_at_servers(&f, err);
	if (!rc)
		rc = quarry_aggregate_each_fork(quarry_store_db(e->store), look_at_fork, &f, err);
	if (!rc)
		rc = quarry_aggregate_each_alarm_kind(quarry_store_db(e->store), look_at_alarm, &f, err);
	if (!rc)
		rc = look_at_people(&f, e, err);
	if (!rc && find(&f, f.n_repos && !f.n_mined ? QUARRY_FINDING_NOTE : QUARRY_FINDING_OK,
			"repositories", "%zu of %zu are mined", f.n_mined, f.n_repos))
		rc = quarry_error_nomem(err);
	drop_servers(&f);
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
