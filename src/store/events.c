/*
 * What fetching saw of repositories: some things happen, others last.
 */
#include <string.h>

#include "store/store.h"
#include "util/banned.h"

static const struct {
	const char *name; /* in the table */
	bool lasts;
} kinds[] = {
	[QUARRY_EVENT_BRANCH_RENAMED] = { "branch_renamed", false },
	[QUARRY_EVENT_FORCE_PUSHED] = { "force_pushed", false },
	[QUARRY_EVENT_BACK] = { "back", false },
	[QUARRY_EVENT_MOVED] = { "moved", true },
	[QUARRY_EVENT_GONE] = { "gone", true },
	[QUARRY_EVENT_PRIVATE] = { "private", true },
	[QUARRY_EVENT_EMPTY] = { "empty", true },
	[QUARRY_EVENT_FULL_CLONE] = { "full_clone", true },
	[QUARRY_EVENT_NO_TIP_FILES] = { "no_tip_files", true },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void bind_key(struct db_stmt *st, int64_t repo, enum quarry_event event)
{
	db_bind_int(st, 1, repo);
	db_bind_text(st, 2, kinds[event].name, strlen(kinds[event].name));
}

/* Run an UPDATE to its end; 1: it changed a row. */
static int changes(struct db_stmt *st, struct quarry_error *err)
{
	int rc, changed = 0;

	while ((rc = db_step(st, err)) > 0)
		changed = 1;
	return rc ? rc : changed;
}

/* 1: there is a row of it, which has gone on. */
static int go_on(struct quarry_store *s, int64_t repo, enum quarry_event event,
		 const char *detail, int64_t seen_s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_EVENT_LASTS, err);

	if (rc)
		return rc;
	bind_key(st, repo, event);
	db_bind_int(st, 3, seen_s);
	db_bind_text(st, 4, detail, strlen(detail));
	return changes(st, err);
}

static int add(struct quarry_store *s, int64_t repo, enum quarry_event event, const char *detail,
	       int64_t seen_s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_EVENT_ADD, err);

	if (rc)
		return rc;
	bind_key(st, repo, event);
	db_bind_int(st, 3, seen_s);
	db_bind_int(st, 4, kinds[event].lasts);
	db_bind_text(st, 5, detail, strlen(detail));
	return db_run(st, err);
}

int quarry_store_event(int *began, struct quarry_store *s, int64_t repo, enum quarry_event event,
		       const char *detail, int64_t seen_s, struct quarry_error *err)
{
	int rc = db_begin(s->db, err), goes_on = 0;

	if (!rc && kinds[event].lasts) {
		rc = go_on(s, repo, event, detail, seen_s, err);
		goes_on = rc > 0;
		rc = rc > 0 ? 0 : rc;
		if (!rc && !goes_on) /* with another detail it is another one */
			rc = quarry_store_event_over(/* was= */ NULL, s, repo, event, err);
	}
	if (!rc && !goes_on)
		rc = add(s, repo, event, detail, seen_s, err);
	if (!rc)
		rc = db_commit(s->db, err);
	if (rc)
		db_rollback(s->db);
	else if (began)
		*began = !goes_on;
	return rc;
}

int quarry_store_event_over(int *was, struct quarry_store *s, int64_t repo,
			    enum quarry_event event, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_EVENT_OVER, err);

	if (rc)
		return rc;
	bind_key(st, repo, event);
	rc = changes(st, err);
	if (rc < 0)
		return rc;
	if (was)
		*was = rc;
	return 0;
}

/* false: a kind that this program does not know. */
static bool find_kind(enum quarry_event *out, const char *name)
{
	for (size_t i = 0; i < N_KINDS; i++)
		if (!strcmp(kinds[i].name, name)) {
			*out = (enum quarry_event)i;
			return true;
		}
	return false;
}

int quarry_store_each_event(struct quarry_store *s,
			    int (*fn)(void *payload, const struct quarry_stored_event *event,
				      struct quarry_error *err),
			    void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc;

	if (s->version < 2)
		return 0; /* one that is only read, of before there were events */
	rc = db_prepare(&st, s->db,
			"SELECT slug, kind, first_s, last_s, lasts, detail, n FROM"
			" (SELECT *, count(*) OVER (PARTITION BY repo, kind) AS n,"
			"  row_number() OVER (PARTITION BY repo, kind"
			"   ORDER BY lasts DESC, first_s DESC, rowid DESC) AS nth FROM repo_event)"
			" JOIN repo USING(repo) WHERE nth = 1 ORDER BY slug, url, kind", err);
	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_stored_event e = {
			.slug = db_text(st, 0), .first_s = db_int(st, 2), .last_s = db_int(st, 3),
			.lasts = db_int(st, 4) != 0, .detail = db_text(st, 5), .n_times = db_int(st, 6),
		};

		if (!find_kind(&e.event, db_text(st, 1)))
			continue;
		rc = fn(payload, &e, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}
