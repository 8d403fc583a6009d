/*
 * Rows inserted by statements of STORE_ROWS each, which takes half the time of one a
 * statement; those at the end that do not fill one go in one by one.
 *
 *	struct rows rows = rows_of(s, ST_X_ADD, ST_X_ADD_MANY, n_columns, n_rows, shared, n_shared);
 *	for each of the n_rows
 *		if (!(rc = rows_next(&at, &rows, err))) {
 *			db_bind_int(rows.st, at, ...);      a parameter a column that is not shared
 *			db_bind_int(rows.st, at + 1, ...);
 *			rc = rows_done(&rows, err);
 *		}
 *
 * What is lent to a row must live until the last of them is done, and so must `shared`: numbers
 * that all rows have in common, the first parameters of the statement.
 */
#ifndef QUARRY_STORE_ROWS_H
#define QUARRY_STORE_ROWS_H

#include "store/store.h"

#define STORE_ROWS 16
/* A row's "(?1,?,?)", STORE_ROWS times: shared columns are numbered, and stand first. */
#define STORE_ROWS_4(row) row "," row "," row "," row
#define STORE_ROWS_ALL(row) STORE_ROWS_4(STORE_ROWS_4(row))

struct rows {
	struct quarry_store *store;
	enum store_stmt one, many;
	int n_columns;      /* that are not shared */
	const int64_t *shared;
	int n_shared;
	size_t left;        /* rows that are not done */
	struct db_stmt *st; /* the statement at hand; NULL: none */
	int size, n;        /* its rows, and how many of them are done */
};

static inline struct rows rows_of(struct quarry_store *s, enum store_stmt one,
				  enum store_stmt many, int n_columns, size_t n_rows,
				  const int64_t *shared, int n_shared)
{
	return (struct rows){ .store = s, .one = one, .many = many, .n_columns = n_columns,
			      .shared = shared, .n_shared = n_shared, .left = n_rows };
}

/* *at: the parameter of the next row's first column. */
static inline int rows_next(int *at, struct rows *r, struct quarry_error *err)
{
	int rc = 0;

	if (!r->st) {
		r->size = r->left >= STORE_ROWS ? STORE_ROWS : 1;
		r->n = 0;
		rc = store_stmt(&r->st, r->store, r->size == 1 ? r->one : r->many, err);
		for (int i = 0; !rc && i < r->n_shared; i++)
			db_bind_int(r->st, i + 1, r->shared[i]);
	}
	*at = r->n_shared + r->n * r->n_columns + 1;
	return rc;
}

static inline int rows_done(struct rows *r, struct quarry_error *err)
{
	int rc = 0;

	r->left--;
	if (++r->n == r->size) {
		rc = db_run(r->st, err);
		r->st = NULL;
	}
	return rc;
}

#endif
