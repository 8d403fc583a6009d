/*
 * Writing a piece: its signatures and paths get numbers, then its commits go in with
 * their touches and trailers.
 */
#include <stdlib.h>
#include <string.h>

#include "quarry/quarter.h"
#include "store/rows.h"
#include "util/banned.h"
#include "util/utf8.h"

/* More known signatures than this are forgotten: some 100 MB. */
#define SIGNATURES_MAX 500000

/* What numbers the store gave to the piece's signatures, paths and commits, and to the first
 * touch of each of these. */
struct numbers {
	int64_t *signatures, *paths, *commits, *touches;
};

static void add_part(struct str *key, const char *s, size_t len)
{
	str_add(key, (const char *)&len, sizeof(len));
	if (s)
		str_add(key, s, len);
}

/* No two signatures have the same key: each part has its length before it. */
static int make_key(struct str *key, const struct quarry_signature *x, struct quarry_error *err)
{
	str_clear(key);
	add_part(key, x->name, x->name_len);
	add_part(key, x->email, x->email_len);
	add_part(key, x->raw_name, x->raw_name_len);
	add_part(key, x->raw_email, x->raw_email_len);
	if (!key->oom)
		return 0;
	str_release(key); /* the next one may fit */
	return quarry_error_nomem(err);
}

static void bind_signature(struct db_stmt *st, const struct quarry_signature *x)
{
	db_lend_text(st, 1, x->name, x->name_len);
	db_lend_text(st, 2, x->email, x->email_len);
	db_lend_blob(st, 3, x->raw_name ? x->raw_name : "", x->raw_name_len);
	db_lend_blob(st, 4, x->raw_email ? x->raw_email : "", x->raw_email_len);
}

static int find_signature(int64_t *out, struct quarry_store *s, const struct quarry_signature *x,
			  struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_SIGNATURE_FIND, err);

	if (rc)
		return rc;
	bind_signature(st, x);
	rc = db_step(st, err);
	if (rc > 0)
		*out = db_int(st, 0);
	db_reset(st);
	if (rc == 0) /* then it could have been added */
		return quarry_error_set(err, QUARRY_EFAIL, "cannot write facts: a signature can neither "
					"be added nor found");
	return rc < 0 ? rc : 0;
}

/* While a store is filled, most that are not in the map are new. */
static int add_or_find(int64_t *out, struct quarry_store *s, const struct quarry_signature *x,
		       struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_SIGNATURE_ADD, err);

	if (rc)
		return rc;
	bind_signature(st, x);
	rc = db_run(st, err);
	if (rc || !db_changes(s->db))
		return rc ? rc : find_signature(out, s, x, err);
	*out = db_last_id(s->db);
	return 0;
}

static int put_signature(int64_t *out, struct quarry_store *s, const struct quarry_signature *x,
			 struct quarry_error *err)
{
	int64_t *number;
	int rc = make_key(&s->key, x, err);

	if (rc)
		return rc;
	number = map_at(&s->signatures, s->key.buf, s->key.len, 0);
	if (!number)
		return quarry_error_nomem(err);
	if (!*number)
		rc = add_or_find(number, s, x, err);
	*out = *number;
	return rc;
}

static int put_signatures(int64_t *out, struct quarry_store *s, const struct quarry_history *h,
			  struct quarry_error *err)
{
	int rc = 0;

	if (s->signatures.n > SIGNATURES_MAX)
		map_release(&s->signatures);
	for (size_t i = 0; !rc && i < h->n_signatures; i++)
		rc = put_signature(&out[i], s, &h->signatures[i], err);
	return rc;
}

/* The paths that are stored already; after QUARRY_PUT_REPLACE began, none. */
static int load_paths(struct quarry_store *s, struct quarry_error *err)
{
	struct store_put *put = &s->put;
	struct db_stmt *st;
	int rc;

	if (put->paths_loaded || put->mode == QUARRY_PUT_REPLACE)
		return 0;
	rc = store_stmt(&st, s, ST_PATHS, err);
	if (rc)
		return rc;
	db_bind_int(st, 1, put->repo);
	while ((rc = db_step(st, err)) > 0) {
		size_t len;
		const void *name = db_blob(st, 1, &len);

		if (!map_at(&put->paths, name, len, db_int(st, 0))) {
			db_reset(st);
			return quarry_error_nomem(err);
		}
	}
	put->paths_loaded = !rc;
	return rc;
}

/* Rows get the numbers that were counted for them, since these begin
 * behind the last one: to let SQLite give them is cheaper than to have it look whether they
 * are free.  `next` is that behind the last row. */
int store_check_number(struct quarry_store *s, int64_t next, struct quarry_error *err)
{
	if (db_last_id(s->db) == next - 1)
		return 0;
	return quarry_error_set(err, QUARRY_EFAIL, "cannot write facts: row %lld got the number %lld; "
				"this is a bug in quarry", (long long)next - 1,
				(long long)db_last_id(s->db));
}

/* Write the paths that have the numbers `first` and up, in their order. */
static int write_paths(struct quarry_store *s, const struct quarry_path *paths,
		       const int64_t *numbers, size_t n, int64_t first, struct quarry_error *err)
{
	const int64_t shared[] = { s->put.repo };
	struct rows rows = rows_of(s, ST_PATH_ADD, ST_PATH_ADD_MANY, 1,
				   (size_t)(s->put.next_path - first), shared, 1);
	int rc = 0, at;

	for (size_t i = 0; !rc && rows.left && i < n; i++) {
		if (numbers[i] != first)
			continue; /* known, or named twice */
		rc = rows_next(&at, &rows, err);
		if (rc)
			break;
		first++;
		if (utf8_valid(paths[i].name, paths[i].len))
			db_lend_text(rows.st, at, paths[i].name, paths[i].len);
		else
			db_lend_blob(rows.st, at, paths[i].name, paths[i].len);
		rc = rows_done(&rows, err);
	}
	return rc ? rc : store_check_number(s, s->put.next_path, err);
}

/* Those that this writing has added so far lie in one range. */
static int widen_range(struct quarry_store *s, int64_t first, struct quarry_error *err)
{
	struct store_put *put = &s->put;
	struct db_stmt *st;
	int rc;

	if (!put->first_path)
		put->first_path = first;
	rc = store_stmt(&st, s, ST_PATH_RANGE, err);
	if (rc)
		return rc;
	db_bind_int(st, 1, put->repo);
	db_bind_int(st, 2, put->first_path);
	db_bind_int(st, 3, put->next_path - 1);
	return db_run(st, err);
}

int store_put_paths(int64_t *out, struct quarry_store *s, const struct quarry_path *paths,
		    size_t n, struct quarry_error *err)
{
	int64_t first = s->put.next_path;
	int rc = n ? load_paths(s, err) : 0;

	for (size_t i = 0; !rc && i < n; i++) {
		int64_t *number = map_at(&s->put.paths, paths[i].name, paths[i].len,
					 s->put.next_path);

		if (!number)
			return quarry_error_nomem(err);
		out[i] = *number;
		s->put.next_path += *number == s->put.next_path;
	}
	if (rc || s->put.next_path == first)
		return rc;
	rc = widen_range(s, first, err);
	return rc ? rc : write_paths(s, paths, out, n, first, err);
}

static void bind_touches(struct db_stmt *st, int at, const struct quarry_commit *c, int64_t first)
{
	if (c->touched) {
		db_bind_int(st, at, c->n_touches);
		db_bind_int(st, at + 1, (int64_t)c->changes);
	} else {
		db_bind_null(st, at);
		db_bind_null(st, at + 1);
	}
	if (c->touched && c->n_touches)
		db_bind_int(st, at + 2, first);
	else
		db_bind_null(st, at + 2);
}

static void bind_commit(struct db_stmt *st, int at, const struct quarry_history *h, size_t i,
			const struct numbers *numbers)
{
	const struct quarry_commit *c = &h->commits[i];
	int32_t quarter = quarry_quarter_of(c->author_s);

	db_lend_blob(st, at++, c->oid.id, QUARRY_OID_SIZE);
	db_bind_int(st, at++, numbers->signatures[c->author]);
	db_bind_int(st, at++, numbers->signatures[c->committer]);
	db_bind_int(st, at++, c->author_s);
	db_bind_int(st, at++, c->author_offset_min);
	db_bind_int(st, at++, c->committer_s);
	db_bind_int(st, at++, c->committer_offset_min);
	db_bind_int(st, at++, quarter);
	db_bind_int(st, at++, quarry_quarter_bin(quarter, c->author_s));
	db_bind_int(st, at++, c->n_parents);
	db_lend_blob(st, at++, c->n_parents ? (const void *)&h->parents[c->first_parent_oid] : "",
		     c->n_parents * sizeof(struct quarry_oid));
	db_lend_text(st, at++, c->subject, c->subject_len);
	db_bind_int(st, at++, c->flags);
	bind_touches(st, at, c, numbers->touches[i]);
}

/* The touches of a commit that is there alone; what it had of them is gone. */
static int widen_commit(struct quarry_store *s, const struct quarry_commit *c, int64_t first_touch,
			struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_COMMIT_WIDEN, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, c->known);
	db_bind_int(st, 2, s->put.repo);
	bind_touches(st, 3, c, first_touch);
	db_bind_int(st, 6, c->flags & QUARRY_COMMIT_PARTIAL);
	db_bind_int(st, 7, QUARRY_COMMIT_PARTIAL);
	db_lend_blob(st, 8, c->oid.id, QUARRY_OID_SIZE);
	rc = db_run(st, err);
	if (!rc && !db_changes(s->db))
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot write facts: a commit that was read is "
				      "not there any more; run the same command again");
	return rc;
}

static int put_commits(struct quarry_store *s, const struct quarry_history *h,
		       const struct numbers *numbers, struct quarry_error *err)
{
	const int64_t shared[] = { s->put.repo, s->put.mined_s };
	size_t n_new = 0;
	struct rows rows;
	int rc = 0, at;

	for (size_t i = 0; i < h->n_commits; i++) {
		const struct quarry_commit *c = &h->commits[i];

		s->put.n_future += !c->known && (c->author_s > s->put.mined_s ||
						 c->committer_s > s->put.mined_s);
		numbers->commits[i] = c->known ? c->known : s->put.next_commit + (int64_t)n_new;
		n_new += !c->known;
	}
	rows = rows_of(s, ST_COMMIT_ADD, ST_COMMIT_ADD_MANY, 16, n_new, shared, 2);
	for (size_t i = 0; !rc && i < h->n_commits; i++) {
		const struct quarry_commit *c = &h->commits[i];

		if (c->known) {
			rc = c->touched ? widen_commit(s, c, numbers->touches[i], err) : 0;
			continue;
		}
		rc = rows_next(&at, &rows, err);
		if (rc)
			break;
		bind_commit(rows.st, at, h, i, numbers);
		rc = rows_done(&rows, err);
	}
	s->put.next_commit += (int64_t)n_new;
	s->put.n_added += (int64_t)n_new;
	return rc || !n_new ? rc : store_check_number(s, s->put.next_commit, err);
}

static void bind_trailer(struct db_stmt *st, int at, const struct quarry_trailer *t,
			 int64_t commit, uint32_t n, const struct numbers *numbers)
{
	db_bind_int(st, at, commit);
	db_bind_int(st, at + 1, n);
	db_lend_text(st, at + 2, t->key, strlen(t->key));
	db_lend_text(st, at + 3, t->value, t->value_len);
	if (t->signature == UINT32_MAX)
		db_bind_null(st, at + 4);
	else
		db_bind_int(st, at + 4, numbers->signatures[t->signature]);
}

static int put_trailers(struct quarry_store *s, const struct quarry_history *h,
			const struct numbers *numbers, struct quarry_error *err)
{
	struct rows rows;
	size_t n = 0;
	int rc = 0, at;

	for (size_t i = 0; i < h->n_commits; i++)
		n += h->commits[i].known ? 0 : h->commits[i].n_trailers;
	rows = rows_of(s, ST_TRAILER_ADD, ST_TRAILER_ADD_MANY, 5, n, NULL, 0);
	for (size_t i = 0; !rc && i < h->n_commits; i++) {
		const struct quarry_commit *c = &h->commits[i];

		for (uint32_t k = 0; !rc && !c->known && k < c->n_trailers; k++) {
			rc = rows_next(&at, &rows, err);
			if (rc)
				break;
			bind_trailer(rows.st, at, &h->trailers[c->first_trailer + k],
				     numbers->commits[i], k, numbers);
			rc = rows_done(&rows, err);
		}
	}
	return rc;
}

int store_put_piece(struct quarry_store *s, const struct quarry_history *h,
		    struct quarry_error *err)
{
	struct numbers numbers = {
		calloc(h->n_signatures + 1, sizeof(int64_t)),
		calloc(h->n_paths + 1, sizeof(int64_t)),
		calloc(h->n_commits + 1, sizeof(int64_t)),
		calloc(h->n_commits + 1, sizeof(int64_t)),
	};
	int rc;

	if (!numbers.signatures || !numbers.paths || !numbers.commits || !numbers.touches) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	rc = put_signatures(numbers.signatures, s, h, err);
	if (!rc)
		rc = store_put_paths(numbers.paths, s, h->paths, h->n_paths, err);
	if (!rc)
		rc = store_number_touches(numbers.touches, s, h, err);
	if (!rc)
		rc = put_commits(s, h, &numbers, err);
	if (!rc)
		rc = store_put_touches(s, h, numbers.touches[0], numbers.paths, err);
	if (!rc)
		rc = put_trailers(s, h, &numbers, err);
done:
	free(numbers.signatures);
	free(numbers.paths);
	free(numbers.commits);
	free(numbers.touches);
	return rc;
}
