#include <string.h>

#include "store/store.h"
#include "util/banned.h"

int quarry_store_repo(int64_t *out, struct quarry_store *s, const char *url, const char *slug,
		      struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_REPO_ADD, err);

	if (rc)
		return rc;
	db_bind_text(st, 1, url, strlen(url));
	db_bind_text(st, 2, slug, strlen(slug));
	rc = db_run(st, err);
	if (!rc)
		rc = store_stmt(&st, s, ST_REPO_FIND, err);
	if (rc)
		return rc;
	db_bind_text(st, 1, url, strlen(url));
	rc = db_step(st, err);
	if (rc > 0)
		*out = db_int(st, 0);
	db_reset(st);
	if (rc == 0)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot store the repository '%s'", url);
	return rc < 0 ? rc : 0;
}

int quarry_store_mined(struct quarry_mined *out, struct quarry_store *s, int64_t repo,
		       struct quarry_error *err)
{
	struct quarry_mined mined = { .since = INT32_MIN };
	struct db_stmt *st;
	const void *tip;
	size_t len;
	int rc = store_stmt(&st, s, ST_REPO_MINED, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	rc = db_step(st, err);
	if (rc < 0)
		return rc;
	tip = rc ? db_blob(st, 1, &len) : NULL;
	if (tip && len == QUARRY_OID_SIZE) {
		mined.mined = 1;
		mined.complete = db_int(st, 0) != 0;
		memcpy(mined.tip.id, tip, len);
		mined.objects = (uint64_t)db_int(st, 2);
		mined.since = (int32_t)db_int(st, 3);
		mined.lines = db_int(st, 4) != 0;
		mined.tags = (uint64_t)db_int(st, 5);
		mined.cut = db_int(st, 6) != 0;
	}
	db_reset(st);
	*out = mined;
	return 0;
}

int quarry_store_fetched(struct quarry_store *s, int64_t repo, int64_t fetched_s,
			 struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_FETCHED, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	db_bind_int(st, 2, fetched_s);
	return db_run(st, err);
}

int quarry_store_fetched_s(int64_t *out, struct quarry_store *s, int64_t repo,
			   struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_FETCHED_S, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	rc = db_step(st, err);
	if (rc > 0)
		*out = db_int(st, 0);
	db_reset(st);
	if (rc == 0)
		return quarry_error_set(err, QUARRY_EFAIL, "the store has no repository %lld",
					(long long)repo);
	return rc < 0 ? rc : 0;
}

int quarry_store_problem(struct quarry_store *s, int64_t repo, enum quarry_store_step step,
			 const char *text, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, step == QUARRY_STORE_FETCH ? ST_FETCH_PROBLEM : ST_MINE_PROBLEM,
			    err);

	if (rc)
		return rc;
	text = text ? text : "";
	db_bind_int(st, 1, repo);
	db_bind_text(st, 2, text, strlen(text));
	return db_run(st, err);
}

int quarry_store_each_repo(struct quarry_store *s,
			   int (*fn)(void *payload, const struct quarry_stored_repo *repo,
				     struct quarry_error *err),
			   void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc;

	if (s->version < 1)
		return 0; /* an empty file, which is only read */
	rc = db_prepare(&st, s->db,
			"SELECT slug, fetch_problem, mine_problem, state, shallow, mailmap_missing,"
			" missing_objects FROM repo ORDER BY slug, url", err);
	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_stored_repo r = {
			.slug = db_text(st, 0), .fetch_problem = db_text(st, 1),
			.mine_problem = db_text(st, 2), .mined = db_int(st, 3) == 1,
			.empty = db_int(st, 3) == 2, .shallow = db_int(st, 4) != 0,
			.mailmap_missing = db_int(st, 5) != 0, .missing_objects = db_int(st, 6),
		};

		rc = fn(payload, &r, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}

int quarry_store_check(struct quarry_store *s, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, s->db, "PRAGMA quick_check(1)", err);

	if (!rc)
		rc = db_step(st, err);
	if (rc > 0)
		rc = strcmp(db_text(st, 0), "ok") == 0 ? 0
		   : quarry_error_set(err, QUARRY_EFAIL, "the store is damaged: %s", db_text(st, 0));
	db_finish(st);
	return rc;
}
