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

/* Paths that have numbers in a row; several: ascending, and with gaps between. */
struct run {
	int64_t first, last;
};

struct runs {
	VEC(struct run) of;
};

static int by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* A tree that names a path twice gives its number twice. */
static int runs_of(struct runs *out, int64_t *numbers, size_t n, struct quarry_error *err)
{
	if (n)
		qsort(numbers, n, sizeof(*numbers), by_number);
	for (size_t i = 0; i < n; i++) {
		struct run *r = out->of.n ? &out->of.at[out->of.n - 1] : NULL;

		if (r && numbers[i] <= r->last + 1)
			r->last = numbers[i];
		else if (vec_push(&out->of, ((struct run){ numbers[i], numbers[i] })) < 0)
			return quarry_error_nomem(err);
	}
	return 0;
}

static int load_runs(struct runs *out, struct quarry_store *s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_TIP_RUNS, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, s->put.repo);
	while ((rc = db_step(st, err)) > 0)
		if (vec_push(&out->of, ((struct run){ db_int(st, 0), db_int(st, 1) })) < 0) {
			db_reset(st);
			return quarry_error_nomem(err);
		}
	return rc;
}

static bool are_same(const struct runs *a, const struct runs *b)
{
	return a->of.n == b->of.n &&
	       (!a->of.n || memcmp(a->of.at, b->of.at, a->of.n * sizeof(*a->of.at)) == 0);
}

/* Is each path of `old` in `new`, too? */
static bool are_in(const struct runs *old, const struct runs *new)
{
	size_t k = 0;

	for (size_t i = 0; i < old->of.n; i++) {
		while (k < new->of.n && new->of.at[k].last < old->of.at[i].first)
			k++;
		if (k == new->of.n || new->of.at[k].first > old->of.at[i].first ||
		    new->of.at[k].last < old->of.at[i].last)
			return false;
	}
	return true;
}

static int write_runs(struct quarry_store *s, const struct runs *runs, struct quarry_error *err)
{
	const int64_t shared[] = { s->put.repo };
	struct rows rows = rows_of(s, ST_TIP_RUN_ADD, ST_TIP_RUN_ADD_MANY, 2, runs->of.n, shared, 1);
	int rc = store_run(s, ST_DEL_TIP_RUNS, s->put.repo, err), at;

	for (size_t i = 0; !rc && i < runs->of.n; i++) {
		rc = rows_next(&at, &rows, err);
		if (rc)
			break;
		db_bind_int(rows.st, at, runs->of.at[i].first);
		db_bind_int(rows.st, at + 1, runs->of.at[i].last);
		rc = rows_done(&rows, err);
	}
	return rc;
}

static int put_tip_runs(struct quarry_store *s, int64_t *numbers, size_t n,
			struct quarry_error *err)
{
	struct runs old = { { 0 } }, new = { { 0 } };
	int rc = runs_of(&new, numbers, n, err);

	if (!rc)
		rc = load_runs(&old, s, err);
	if (!rc && !are_same(&old, &new)) {
		s->put.tip_path_gone = !are_in(&old, &new);
		rc = write_runs(s, &new, err);
	}
	vec_release(&old.of);
	vec_release(&new.of);
	return rc;
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
		rc = put_tip_runs(s, numbers, h->n_tip_paths, err);
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

/* Those that grow from run to run are there, and are added to (schema.sql, repo_flag). */
static int add_flags(struct quarry_store *s, const struct quarry_history *h,
		     struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_FLAG_ADD, err);

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
	if (!rc)
		rc = store_run(s, ST_DEL_FLAGS_OF_LAST, s->put.repo, err);
	return rc ? rc : add_flags(s, h, err);
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

int store_add_losses(struct quarry_store *s, const struct quarry_history *h,
		     struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = add_flags(s, h, err);

	if (!rc)
		rc = store_stmt(&st, s, ST_REPO_LOSSES, err);
	if (rc)
		return rc;
	db_bind_int(st, 1, s->put.repo);
	db_bind_int(st, 2, n_missing(h));
	db_bind_int(st, 3, !n_missing(h) && !s->put.lines_missing);
	return db_run(st, err);
}
