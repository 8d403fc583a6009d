/*
 * Writing one repository's facts: the old ones go, the new ones come, in one
 * transaction.
 */
#include <stdlib.h>
#include <string.h>

#include "quarry/quarter.h"
#include "store/store.h"
#include "util/banned.h"
#include "util/utf8.h"

/* What numbers the store gave to the history's signatures, paths and commits. */
struct numbers {
	int64_t *signatures, *paths;
};

static int run_for_repo(struct quarry_store *s, enum store_stmt which, int64_t repo,
			struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, which, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	return db_run(st, err);
}

/* Count that facts changed: what was derived from them is out of date. */
static int note_change(struct quarry_store *s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_CHANGED, err);

	return rc ? rc : db_run(st, err);
}

static int remove_facts(struct quarry_store *s, int64_t repo, struct quarry_error *err)
{
	static const enum store_stmt steps[] = { ST_DEL_TOUCH, ST_DEL_TRAILER, ST_DEL_COMMITS,
						 ST_DEL_CLASS, ST_DEL_PATH };
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = run_for_repo(s, steps[i], repo, err);
	return rc ? rc : note_change(s, err);
}

static void bind_signature(struct db_stmt *st, const struct quarry_signature *x)
{
	db_bind_text(st, 1, x->name, x->name_len);
	db_bind_text(st, 2, x->email, x->email_len);
	db_bind_blob(st, 3, x->raw_name ? x->raw_name : "", x->raw_name_len);
	db_bind_blob(st, 4, x->raw_email ? x->raw_email : "", x->raw_email_len);
}

static int put_signature(int64_t *out, struct quarry_store *s, const struct quarry_signature *x,
			 struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_SIGNATURE_ADD, err);

	if (rc)
		return rc;
	bind_signature(st, x);
	rc = db_run(st, err);
	if (!rc)
		rc = store_stmt(&st, s, ST_SIGNATURE_FIND, err);
	if (rc)
		return rc;
	bind_signature(st, x);
	rc = db_step(st, err);
	if (rc > 0)
		*out = db_int(st, 0);
	db_reset(st);
	if (rc == 0)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot store a signature");
	return rc < 0 ? rc : 0;
}

static int put_path(int64_t *out, struct quarry_store *s, int64_t repo,
		    const struct quarry_path *p, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_PATH_ADD, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	if (utf8_valid(p->name, p->len))
		db_bind_text(st, 2, p->name, p->len);
	else
		db_bind_blob(st, 2, p->name, p->len);
	rc = db_run(st, err);
	*out = db_last_id(s->db);
	return rc;
}

static int put_commit(int64_t *out, struct quarry_store *s, int64_t repo,
		      const struct quarry_history *h, const struct quarry_commit *c,
		      const struct numbers *numbers, struct quarry_error *err)
{
	int32_t quarter = quarry_quarter_of(c->author_s);
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_COMMIT_ADD, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	db_bind_blob(st, 2, c->oid.id, QUARRY_OID_SIZE);
	db_bind_int(st, 3, numbers->signatures[c->author]);
	db_bind_int(st, 4, numbers->signatures[c->committer]);
	db_bind_int(st, 5, c->author_s);
	db_bind_int(st, 6, c->author_offset_min);
	db_bind_int(st, 7, c->committer_s);
	db_bind_int(st, 8, c->committer_offset_min);
	db_bind_int(st, 9, quarter);
	db_bind_int(st, 10, quarry_quarter_bin(quarter, c->author_s));
	db_bind_int(st, 11, c->n_parents);
	db_bind_blob(st, 12, c->n_parents ? (const void *)&h->parents[c->first_parent_oid] : "",
		     c->n_parents * sizeof(struct quarry_oid));
	db_bind_text(st, 13, c->subject, c->subject_len);
	db_bind_int(st, 14, c->flags);
	db_bind_int(st, 15, c->n_touches);
	rc = db_run(st, err);
	*out = db_last_id(s->db);
	return rc;
}

static int put_touches(struct quarry_store *s, int64_t commit, const struct quarry_history *h,
		       const struct quarry_commit *c, const struct numbers *numbers,
		       struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_TOUCH_ADD, err);

	for (uint32_t i = 0; !rc && i < c->n_touches; i++) {
		const struct quarry_touch *t = &h->touches[c->first_touch + i];

		db_bind_int(st, 1, commit);
		db_bind_int(st, 2, numbers->paths[t->path]);
		if (t->old_path == QUARRY_NO_PATH)
			db_bind_null(st, 3);
		else
			db_bind_int(st, 3, numbers->paths[t->old_path]);
		db_bind_text(st, 4, &t->status, 1);
		rc = db_run(st, err);
	}
	return rc;
}

static int put_trailers(struct quarry_store *s, int64_t commit, const struct quarry_history *h,
			const struct quarry_commit *c, const struct numbers *numbers,
			struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_TRAILER_ADD, err);

	for (uint32_t i = 0; !rc && i < c->n_trailers; i++) {
		const struct quarry_trailer *t = &h->trailers[c->first_trailer + i];

		db_bind_int(st, 1, commit);
		db_bind_int(st, 2, i);
		db_bind_text(st, 3, t->key, strlen(t->key));
		db_bind_text(st, 4, t->value, t->value_len);
		if (t->signature == UINT32_MAX)
			db_bind_null(st, 5);
		else
			db_bind_int(st, 5, numbers->signatures[t->signature]);
		rc = db_run(st, err);
	}
	return rc;
}

static int put_repo_row(struct quarry_store *s, int64_t repo, const struct quarry_history *h,
			int64_t mined_s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_REPO_SET, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	db_bind_blob(st, 2, h->tip.id, QUARRY_OID_SIZE);
	db_bind_text(st, 3, h->branch, strlen(h->branch));
	db_bind_int(st, 4, mined_s);
	db_bind_blob(st, 5, h->mailmap, h->mailmap_len);
	db_bind_int(st, 6, h->mailmap_missing);
	db_bind_int(st, 7, h->shallow);
	db_bind_int(st, 8, h->missing_objects);
	db_bind_int(st, 9, h->files_at_tip);
	return db_run(st, err);
}

static int put_all(struct quarry_store *s, int64_t repo, const struct quarry_history *h,
		   const struct numbers *numbers, int64_t mined_s, struct quarry_error *err)
{
	int64_t commit;
	int rc = 0;

	for (size_t i = 0; !rc && i < h->n_signatures; i++)
		rc = put_signature(&numbers->signatures[i], s, &h->signatures[i], err);
	for (size_t i = 0; !rc && i < h->n_paths; i++)
		rc = put_path(&numbers->paths[i], s, repo, &h->paths[i], err);
	for (size_t i = 0; !rc && i < h->n_commits; i++) {
		const struct quarry_commit *c = &h->commits[i];

		rc = put_commit(&commit, s, repo, h, c, numbers, err);
		if (!rc)
			rc = put_touches(s, commit, h, c, numbers, err);
		if (!rc)
			rc = put_trailers(s, commit, h, c, numbers, err);
	}
	return rc ? rc : put_repo_row(s, repo, h, mined_s, err);
}

int quarry_store_put(struct quarry_store *s, int64_t repo, const struct quarry_history *history,
		     int64_t mined_s, struct quarry_error *err)
{
	struct numbers numbers = {
		calloc(history->n_signatures + 1, sizeof(int64_t)),
		calloc(history->n_paths + 1, sizeof(int64_t)),
	};
	int rc;

	if (!numbers.signatures || !numbers.paths) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	rc = db_begin(s->db, err);
	if (!rc)
		rc = remove_facts(s, repo, err);
	if (!rc)
		rc = put_all(s, repo, history, &numbers, mined_s, err);
	if (!rc)
		rc = db_commit(s->db, err);
	if (rc)
		db_rollback(s->db);
done:
	free(numbers.signatures);
	free(numbers.paths);
	return rc;
}

int quarry_store_put_empty(struct quarry_store *s, int64_t repo, int64_t mined_s,
			   struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = db_begin(s->db, err);

	if (!rc)
		rc = remove_facts(s, repo, err);
	if (!rc)
		rc = store_stmt(&st, s, ST_REPO_EMPTY, err);
	if (!rc) {
		db_bind_int(st, 1, repo);
		db_bind_int(st, 2, mined_s);
		rc = db_run(st, err);
	}
	if (!rc)
		rc = db_commit(s->db, err);
	if (rc)
		db_rollback(s->db);
	return rc;
}
