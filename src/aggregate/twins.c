/*
 * Commits that may be the same work as another one (same_work.c), were it known what they
 * change: before the window touches are not read.  Author, author second and subject
 * are enough to find them, since they are few; a hash of the three is, too, since one
 * that is read in vain does no harm.
 */
#include <stdlib.h>
#include <string.h>

#include "quarry/aggregate.h"
#include "quarry/history.h"
#include "util/banned.h"
#include "util/db.h"
#include "util/hash.h"
#include "util/vec.h"

struct candidate {
	uint64_t key, id; /* hash of what is equal; of the commit id */
	int64_t repo, commit;
	int64_t unread;
};

struct twins {
	struct quarry_db *db;
	VEC(struct candidate) all;    /* by key */
	VEC(struct candidate) unread; /* the answer: by repository */
};

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int by_key(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->key != y->key ? ORDER(x->key, y->key) : ORDER(x->commit, y->commit);
}

static int by_repo(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->repo != y->repo ? ORDER(x->repo, y->repo) : ORDER(x->commit, y->commit);
}

static struct candidate candidate_of(struct db_stmt *st, uint64_t seed)
{
	int64_t equal[] = { db_int(st, 3), db_int(st, 4) };
	size_t len, oid_len;
	const void *subject = db_blob(st, 5, &len), *oid = db_blob(st, 2, &oid_len);

	return (struct candidate){
		.key = hash_bytes(hash_bytes(seed, equal, sizeof(equal)), subject, len),
		.id = hash_bytes(seed, oid, oid_len),
		.repo = db_int(st, 0), .commit = db_int(st, 1), .unread = db_int(st, 6),
	};
}

static int read_candidates(struct twins *t, struct quarry_error *err)
{
	uint64_t seed = hash_seed();
	struct db_stmt *st = NULL;
	/* 4112: QUARRY_COMMIT_NO_AUTHOR_TIME, QUARRY_COMMIT_PARTIAL. */
	int rc = db_prepare(&st, t->db, "SELECT repo, commit_id, oid, author, author_s, subject,"
			    " changes IS NULL FROM commits WHERE n_parents < 2"
			    " AND flags & 4112 = 0", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0)
		if (vec_push(&t->all, candidate_of(st, seed)) < 0) {
			rc = quarry_error_nomem(err);
			break;
		}
	db_finish(st);
	if (t->all.n)
		qsort(t->all.at, t->all.n, sizeof(*t->all.at), by_key);
	return rc;
}

/* Of commits of one key: those that are not read, unless all of them have one id. */
static int keep_unread(struct twins *t, const struct candidate *at, size_t n)
{
	bool other_id = false;

	for (size_t i = 1; i < n && !other_id; i++)
		other_id = at[i].id != at[0].id;
	for (size_t i = 0; other_id && i < n; i++)
		if (at[i].unread && vec_push(&t->unread, at[i]) < 0)
			return -1;
	return 0;
}

static int find_unread(struct twins *t, struct quarry_error *err)
{
	size_t from = 0;

	for (size_t i = 1; i <= t->all.n; i++)
		if (i == t->all.n || t->all.at[i].key != t->all.at[from].key) {
			if (keep_unread(t, &t->all.at[from], i - from) < 0)
				return quarry_error_nomem(err);
			from = i;
		}
	if (t->unread.n)
		qsort(t->unread.at, t->unread.n, sizeof(*t->unread.at), by_repo);
	return 0;
}

int quarry_aggregate_twins_are_read(struct quarry_db *db, struct quarry_error *err)
{
	return db_exec(db, "INSERT OR REPLACE INTO meta(key, value)"
		       " SELECT 'twins_read', value FROM meta WHERE key = 'facts'", err);
}

int quarry_aggregate_each_unread_twin(bool *looked, struct quarry_db *db,
				      int (*fn)(void *payload, const struct quarry_unread_twin *twin,
						struct quarry_error *err),
				      void *payload, struct quarry_error *err)
{
	struct twins t = { .db = db };
	struct db_stmt *st = NULL;
	int64_t changed = 0;
	int rc = db_scalar(&changed, db, "SELECT (SELECT value FROM meta WHERE key = 'facts') IS NOT"
			   " (SELECT value FROM meta WHERE key = 'twins_read')", 0, err);

	*looked = !rc && changed;
	if (!*looked)
		return rc;
	rc = read_candidates(&t, err);
	if (!rc)
		rc = find_unread(&t, err);
	if (!rc)
		rc = db_prepare(&st, db, "SELECT oid FROM commits WHERE commit_id = ?1", err);
	for (size_t i = 0; !rc && i < t.unread.n; i++) {
		const struct candidate *c = &t.unread.at[i];
		struct quarry_unread_twin twin = { .repo = c->repo, .commit_id = c->commit };
		size_t len;

		db_bind_int(st, 1, c->commit);
		rc = db_step(st, err);
		if (rc > 0) {
			twin.oid = db_blob(st, 0, &len);
			rc = len == QUARRY_OID_SIZE ? fn(payload, &twin, err) : 0;
		}
		db_reset(st);
	}
	db_finish(st);
	vec_release(&t.all);
	vec_release(&t.unread);
	return rc;
}
