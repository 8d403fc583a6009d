/*
 * Writing the touches of a piece: those of a commit in a row, commit after commit, so that
 * all of them go to the end of the table and the number of the first one says where the
 * others are.
 */
#include <stdlib.h>

#include "store/rows.h"
#include "util/banned.h"

/* Most have neither an old path nor lines: these columns are NULL then. */
static bool is_plain(const struct quarry_touch *t)
{
	return t->old_path == QUARRY_NO_PATH && t->added == QUARRY_LINES_NONE;
}

static uint32_t touches_of(const struct quarry_commit *c)
{
	return c->touched ? c->n_touches : 0;
}

int store_number_touches(int64_t *out, struct quarry_store *s, const struct quarry_history *h,
			 struct quarry_error *err)
{
	int64_t next = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < h->n_commits; i++) {
		const struct quarry_commit *c = &h->commits[i];

		if (c->known && c->touched)
			rc = store_run(s, ST_DEL_TOUCHES_OF, c->known, err);
	}
	if (!rc) /* now, since what went may have been the last */
		rc = store_next_number(&next, s, ST_NEXT_TOUCH, err);
	for (size_t i = 0; !rc && i < h->n_commits; i++) {
		out[i] = next;
		next += touches_of(&h->commits[i]);
	}
	return rc;
}

/* All of them, in the order of their numbers. */
static void collect(const struct quarry_touch **out, const struct quarry_history *h)
{
	for (size_t i = 0; i < h->n_commits; i++) {
		const struct quarry_commit *c = &h->commits[i];

		for (uint32_t k = 0; k < touches_of(c); k++)
			*out++ = &h->touches[c->first_touch + k];
	}
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

/* As many as `rows` has, all of them plain or none. */
static int put_run(struct rows rows, const struct quarry_touch *const *touches, const int64_t *paths,
		   struct quarry_error *err)
{
	int rc = 0, at;

	for (; !rc && rows.left; touches++) {
		const struct quarry_touch *t = *touches;

		rc = rows_next(&at, &rows, err);
		if (rc)
			break;
		db_bind_int(rows.st, at, paths[t->path]);
		db_lend_text(rows.st, at + 1, &t->status, 1);
		if (!is_plain(t))
			bind_rest(rows.st, at + 2, t, paths);
		rows.store->put.lines_missing |= t->added == QUARRY_LINES_MISSING;
		rc = rows_done(&rows, err);
	}
	return rc;
}

static int put_all(struct quarry_store *s, const struct quarry_touch *const *touches, size_t n,
		   const int64_t *paths, struct quarry_error *err)
{
	int rc = 0;

	for (size_t from = 0, to; !rc && from < n; from = to) {
		bool plain = is_plain(touches[from]);

		for (to = from + 1; to < n && is_plain(touches[to]) == plain; to++)
			;
		rc = put_run(plain ? rows_of(s, ST_TOUCH_ADD_PLAIN, ST_TOUCH_ADD_PLAIN_MANY, 2, to - from,
					     NULL, 0)
				   : rows_of(s, ST_TOUCH_ADD, ST_TOUCH_ADD_MANY, 5, to - from, NULL, 0),
			     touches + from, paths, err);
	}
	return rc;
}

int store_put_touches(struct quarry_store *s, const struct quarry_history *h, int64_t first,
		      const int64_t *paths, struct quarry_error *err)
{
	const struct quarry_touch **touches;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < h->n_commits; i++)
		n += touches_of(&h->commits[i]);
	if (!n)
		return 0;
	touches = calloc(n, sizeof(struct quarry_touch *));
	if (!touches)
		return quarry_error_nomem(err);
	collect(touches, h);
	rc = put_all(s, touches, n, paths, err);
	free(touches);
	return rc ? rc : store_check_number(s, first + (int64_t)n, err);
}
