/*
 * Writing the touches of a piece, those of a commit in the order of the table: nearly all
 * of them go to its end then, where SQLite need not search for their place.
 */
#include <stdlib.h>

#include "store/rows.h"
#include "util/banned.h"

#define FEW 16 /* are sorted by insertion */

struct row {
	int64_t commit, path;
	const struct quarry_touch *touch;
};

/* Most have neither an old path nor lines: these columns are NULL then. */
static bool is_plain(const struct quarry_touch *t)
{
	return t->old_path == QUARRY_NO_PATH && t->added == QUARRY_LINES_NONE;
}

static int by_path(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->path > y->path) - (x->path < y->path);
}

static void sort_by_path(struct row *at, size_t n)
{
	if (n > FEW) {
		qsort(at, n, sizeof(*at), by_path);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		struct row row = at[i];
		size_t k = i;

		for (; k > 0 && at[k - 1].path > row.path; k--)
			at[k] = at[k - 1];
		at[k] = row;
	}
}

/* Those that are plain, or those that are not. */
static size_t collect(struct row *out, const struct quarry_history *h, bool plain,
		      const int64_t *commits, const int64_t *paths)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_commits; i++) {
		const struct quarry_commit *c = &h->commits[i];
		size_t first = n;

		for (uint32_t k = 0; c->touched && k < c->n_touches; k++) {
			const struct quarry_touch *t = &h->touches[c->first_touch + k];

			if (is_plain(t) == plain)
				out[n++] = (struct row){ commits[i], paths[t->path], t };
		}
		sort_by_path(out + first, n - first);
	}
	return n;
}

static void bind_rest(struct db_stmt *st, int at, const struct quarry_touch *t, const int64_t *paths)
{
	if (t->old_path == QUARRY_NO_PATH)
		db_bind_null(st, at);
	else
		db_bind_int(st, at, paths[t->old_path]);
	if (t->added == QUARRY_LINES_NONE) {
		db_bind_null(st, at + 1);
		db_bind_null(st, at + 2);
	} else {
		db_bind_int(st, at + 1, t->added);
		db_bind_int(st, at + 2, t->deleted);
	}
}

static int put(struct rows rows, const struct row *row, const int64_t *paths,
	       struct quarry_error *err)
{
	int rc = 0, at;

	for (; !rc && rows.left; row++) {
		rc = rows_next(&at, &rows, err);
		if (rc)
			break;
		db_bind_int(rows.st, at, row->commit);
		db_bind_int(rows.st, at + 1, row->path);
		db_lend_text(rows.st, at + 2, &row->touch->status, 1);
		if (!is_plain(row->touch))
			bind_rest(rows.st, at + 3, row->touch, paths);
		rows.store->put.lines_missing |= row->touch->added == QUARRY_LINES_MISSING;
		rc = rows_done(&rows, err);
	}
	return rc;
}

int store_put_touches(struct quarry_store *s, const struct quarry_history *h,
		      const int64_t *commits, const int64_t *paths, struct quarry_error *err)
{
	struct row *rows = calloc(h->n_touches + 1, sizeof(*rows));
	size_t n;
	int rc;

	if (!rows)
		return quarry_error_nomem(err);
	n = collect(rows, h, /* plain= */ true, commits, paths);
	rc = put(rows_of(s, ST_TOUCH_ADD_PLAIN, ST_TOUCH_ADD_PLAIN_MANY, 3, n, NULL, 0), rows, paths, err);
	if (!rc) {
		n = collect(rows, h, /* plain= */ false, commits, paths);
		rc = put(rows_of(s, ST_TOUCH_ADD, ST_TOUCH_ADD_MANY, 6, n, NULL, 0), rows, paths, err);
	}
	free(rows);
	return rc;
}
