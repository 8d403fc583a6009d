/*
 * Writing the last piece: what is known of the tip and of the repository as a whole.
 */
#include <stdlib.h>
#include <string.h>

#include "store/flags.h"
#include "store/rows.h"
#include "util/banned.h"
#include "util/utf8.h"
#include "util/vec.h"

/* Numbers of paths, ascending. */
struct paths {
	VEC(int64_t) of;
};

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* A tree that names a path twice gives its number twice. */
static size_t sort_numbers(int64_t *at, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(at, n, sizeof(*at), by_number);
	for (size_t i = 0; i < n; i++)
		if (!kept || at[kept - 1] != at[i])
			at[kept++] = at[i];
	return kept;
}

static int load_tip_paths(struct paths *out, struct quarry_store *s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_TIP_PATHS, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, s->put.repo);
	while ((rc = db_step(st, err)) > 0)
		if (vec_push(&out->of, db_int(st, 0)) < 0) {
			db_reset(st);
			return quarry_error_nomem(err);
		}
	return rc;
}

static int remove_tip_path(struct quarry_store *s, int64_t path, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_TIP_PATH_DEL, err);

	if (rc)
		return rc;
	s->put.tip_path_gone = true;
	db_bind_int(st, 1, s->put.repo);
	db_bind_int(st, 2, path);
	return db_run(st, err);
}

static int add_tip_paths(struct quarry_store *s, const int64_t *paths, size_t n,
			 struct quarry_error *err)
{
	struct rows rows = rows_of(s, ST_TIP_PATH_ADD, ST_TIP_PATH_ADD_MANY, 2, n);
	int rc = 0, at;

	for (size_t i = 0; !rc && i < n; i++) {
		rc = rows_next(&at, &rows, err);
		if (rc)
			break;
		db_bind_int(rows.st, at, s->put.repo);
		db_bind_int(rows.st, at + 1, paths[i]);
		rc = rows_done(&rows, err);
	}
	return rc;
}

/* Most files of a tip were there at the one before: go through both, and write what
 * differs. `new` keeps what was not there. */
static int change_tip_paths(struct quarry_store *s, int64_t *new, size_t n_new,
			    struct quarry_error *err)
{
	struct paths old = { { 0 } };
	size_t i = 0, n_added = 0;
	int rc = load_tip_paths(&old, s, err);

	for (size_t k = 0; !rc && k < old.of.n; k++) {
		while (i < n_new && new[i] < old.of.at[k])
			new[n_added++] = new[i++];
		if (i < n_new && new[i] == old.of.at[k])
			i++;
		else
			rc = remove_tip_path(s, old.of.at[k], err);
	}
	while (i < n_new)
		new[n_added++] = new[i++];
	vec_release(&old.of);
	return rc ? rc : add_tip_paths(s, new, n_added, err);
}

static int put_tip_paths(struct quarry_store *s, const struct quarry_history *h,
			 struct quarry_error *err)
{
	int64_t *numbers = calloc(h->n_tip_paths + 1, sizeof(*numbers));
	int rc;

	if (!numbers)
		return quarry_error_nomem(err);
	rc = store_put_paths(numbers, s, h->tip_paths, h->n_tip_paths, err);
	if (!rc)
		rc = change_tip_paths(s, numbers, sort_numbers(numbers, h->n_tip_paths), err);
	free(numbers);
	return rc;
}

static int put_tip_texts(struct quarry_store *s, const struct quarry_history *h,
			 struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_run(s, ST_DEL_TIP_TEXTS, s->put.repo, err);

	if (!rc)
		rc = store_stmt(&st, s, ST_TIP_TEXT_ADD, err);
	for (size_t i = 0; !rc && i < h->n_tip_texts; i++) {
		const struct quarry_tip_text *t = &h->tip_texts[i];

		db_bind_int(st, 1, s->put.repo);
		if (utf8_valid(t->path, t->path_len))
			db_lend_text(st, 2, t->path, t->path_len);
		else
			db_lend_blob(st, 2, t->path, t->path_len);
		db_lend_blob(st, 3, t->text, t->len);
		rc = db_run(st, err);
	}
	return rc;
}

static int put_releases(struct quarry_store *s, const struct quarry_history *h,
			struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_run(s, ST_DEL_RELEASES, s->put.repo, err);

	if (!rc)
		rc = store_stmt(&st, s, ST_RELEASE_ADD, err);
	for (size_t i = 0; !rc && i < h->n_releases; i++) {
		const struct quarry_release *r = &h->releases[i];

		db_bind_int(st, 1, s->put.repo);
		db_lend_text(st, 2, r->name, r->name_len);
		db_lend_blob(st, 3, r->commit.id, QUARRY_OID_SIZE);
		db_bind_int(st, 4, r->tagged_s);
		rc = db_run(st, err);
	}
	return rc;
}

static int add_flag(struct quarry_store *s, struct db_stmt *st, const char *name, int64_t n,
		    struct quarry_error *err)
{
	db_bind_int(st, 1, s->put.repo);
	db_lend_text(st, 2, name, strlen(name));
	db_bind_int(st, 3, n);
	return db_run(st, err);
}

/* Those that grow from run to run stay, and are added to (schema.sql, repo_flag). */
static int put_flags(struct quarry_store *s, const struct quarry_history *h,
		     struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_run(s, ST_DEL_FLAGS_OF_LAST, s->put.repo, err);

	if (!rc)
		rc = store_stmt(&st, s, ST_FLAG_ADD, err);
	for (int i = 0; !rc && i < QUARRY_FLAG_N; i++) {
		if (!h->flags[i])
			continue;
		rc = add_flag(s, st, store_flag_names[i], h->flags[i], err);
	}
	if (!rc && s->put.n_future)
		rc = add_flag(s, st, "future_times", s->put.n_future, err);
	return rc;
}

static int put_landed(struct quarry_store *s, enum store_stmt which, const int64_t *commits,
		      size_t n, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, which, err);

	for (size_t i = 0; !rc && i < n; i++) {
		db_bind_int(st, 1, commits[i]);
		db_bind_int(st, 2, s->put.repo);
		db_bind_int(st, 3, QUARRY_COMMIT_LANDED);
		rc = db_run(st, err);
	}
	return rc;
}

int store_put_tip(struct quarry_store *s, const struct quarry_history *h,
		  struct quarry_error *err)
{
	int rc = put_landed(s, ST_LANDED_NO_MORE, h->landed_no_more, h->n_landed_no_more, err);

	if (!rc)
		rc = put_landed(s, ST_LANDED, h->landed, h->n_landed, err);
	if (!rc)
		rc = put_tip_paths(s, h, err);
	if (!rc)
		rc = put_tip_texts(s, h, err);
	if (!rc)
		rc = put_releases(s, h, err);
	return rc ? rc : put_flags(s, h, err);
}

int store_put_ledger(struct quarry_store *s, const struct quarry_history *h, int64_t n_gone,
		     struct quarry_error *err)
{
	const char *branch = h ? h->branch : "";
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_LEDGER_ADD, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, s->put.repo);
	db_lend_blob(st, 2, h ? h->tip.id : NULL, h ? QUARRY_OID_SIZE : 0);
	db_lend_text(st, 3, branch, strlen(branch));
	db_bind_int(st, 4, s->put.mined_s);
	/* Of those removed, the ones that are not gone were written again. */
	db_bind_int(st, 5, s->put.n_added - (s->put.n_removed - n_gone));
	db_bind_int(st, 6, n_gone);
	return db_run(st, err);
}

static int64_t n_missing(const struct quarry_history *h)
{
	return h->flags[QUARRY_FLAG_MISSING_COMMITS] + h->flags[QUARRY_FLAG_DAMAGED_COMMITS] +
	       h->flags[QUARRY_FLAG_MISSING_TREES] + h->flags[QUARRY_FLAG_DAMAGED_TREES];
}

int store_put_repo(struct quarry_store *s, const struct quarry_history *h,
		   struct quarry_error *err)
{
	bool shallow = h->shallow || h->flags[QUARRY_FLAG_SHALLOW];
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_REPO_SET, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, s->put.repo);
	db_lend_blob(st, 2, h->tip.id, QUARRY_OID_SIZE);
	db_lend_text(st, 3, h->branch, strlen(h->branch));
	db_bind_int(st, 4, s->put.mined_s);
	db_lend_blob(st, 5, h->mailmap, h->mailmap_len);
	db_bind_int(st, 6, h->mailmap_missing);
	db_bind_int(st, 7, shallow);
	db_bind_int(st, 8, n_missing(h));
	db_bind_int(st, 9, h->files_at_tip);
	db_bind_int(st, 10, h->since);
	db_bind_int(st, 11, h->lines);
	db_bind_int(st, 12, (int64_t)h->objects);
	db_bind_int(st, 13, !shallow && !n_missing(h) && !h->mailmap_missing &&
			    !s->put.lines_missing);
	db_bind_int(st, 14, s->put.mode == QUARRY_PUT_REPLACE);
	db_bind_int(st, 15, (int64_t)h->tags);
	return db_run(st, err);
}
