/*
 * Commits that may be the same work as another one (same_work.c), were it known what they
 * change: before the window touches are not read.  Author, author second and subject
 * are enough to find them, since they are few; a hash of the three is, too, since one
 * that is read in vain does no harm.
 *
 * 1. Of every commit, author and second are read, and whether it is read.
 * 2. Where several have both, and one of them is not read, all that is needed is: of one
 *    commit in twenty of real histories, so that neither texts nor order cost much.
 * 3. These are ordered by what must be equal.
 */
#include <stdlib.h>
#include <string.h>

#include "quarry/aggregate.h"
#include "quarry/history.h"
#include "util/banned.h"
#include "util/db.h"
#include "util/hash.h"
#include "util/vec.h"

/* Step 1. The first commit of a hash says what is true of any with that hash. */
struct brief {
	uint64_t hash;      /* of author and second */
	int64_t commit;
	uint32_t first;     /* number of the first one with this hash */
	bool unread;
	bool several;       /* of the first one: there are others */
};

/* Step 2. */
struct candidate {
	uint64_t key;       /* hash of what is equal */
	struct quarry_oid oid;
	int64_t repo, commit;
	bool unread;
};

struct twins {
	struct quarry_db *db;
	uint64_t seed;
	VEC(struct brief) all;
	VEC(struct candidate) few;    /* by key */
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

static int read_briefs(struct twins *t, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	/* What was written last comes first: SQLite may have it in memory still.  Merges and
	 * commits without a time are left out later, since they are few. */
	int rc = db_prepare(&st, t->db, "SELECT author, author_s, commit_id, changes IS NULL"
			    " FROM commits ORDER BY commit_id DESC", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		int64_t equal[] = { db_int(st, 0), db_int(st, 1) };
		struct brief b = { .hash = hash_bytes(t->seed, equal, sizeof(equal)),
				   .commit = db_int(st, 2), .unread = db_int(st, 3) };

		if (t->all.n == UINT32_MAX || vec_push(&t->all, b) < 0) {
			rc = quarry_error_nomem(err);
			break;
		}
	}
	db_finish(st);
	return rc;
}

/* Have each commit name the first one of its hash, which then speaks for all of them. */
static int join_briefs(struct twins *t, struct quarry_error *err)
{
	struct brief *all = t->all.at;
	size_t n_slots = 16;
	uint32_t *slots; /* number plus one; 0: free */

	while (n_slots / 2 < t->all.n)
		n_slots *= 2;
	slots = calloc(n_slots, sizeof(*slots));
	if (!slots)
		return quarry_error_nomem(err);
	for (uint32_t i = 0; i < t->all.n; i++) {
		size_t at = all[i].hash & (n_slots - 1);

		while (slots[at] && all[slots[at] - 1].hash != all[i].hash)
			at = (at + 1) & (n_slots - 1);
		if (!slots[at])
			slots[at] = i + 1;
		all[i].first = slots[at] - 1;
		all[all[i].first].several |= all[i].first != i;
		all[all[i].first].unread |= all[i].unread;
	}
	free(slots);
	return 0;
}

static int add_candidate(struct twins *t, struct db_stmt *st, struct quarry_error *err)
{
	int64_t equal[] = { db_int(st, 2), db_int(st, 3) };
	struct candidate c = { .repo = db_int(st, 0), .commit = db_int(st, 5),
			       .unread = db_int(st, 6) };
	size_t len, oid_len;
	const void *subject = db_blob(st, 4, &len), *oid = db_blob(st, 1, &oid_len);

	if (oid_len != QUARRY_OID_SIZE)
		return 0; /* the store is damaged there */
	memcpy(c.oid.id, oid, oid_len);
	c.key = hash_bytes(hash_bytes(t->seed, equal, sizeof(equal)), subject, len);
	return vec_push(&t->few, c) < 0 ? quarry_error_nomem(err) : 0;
}

static int read_candidates(struct twins *t, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	/* 4112: QUARRY_COMMIT_NO_AUTHOR_TIME, QUARRY_COMMIT_PARTIAL. */
	int rc = db_prepare(&st, t->db, "SELECT repo, oid, author, author_s, subject, commit_id,"
			    " changes IS NULL FROM commits WHERE commit_id = ?1"
			    " AND n_parents < 2 AND flags & 4112 = 0", err);

	/* Backwards, since what was read last is what SQLite has in memory. */
	for (size_t i = t->all.n; !rc && i > 0; i--) {
		const struct brief *b = &t->all.at[i - 1], *first = &t->all.at[b->first];

		if (!first->several || !first->unread)
			continue;
		db_bind_int(st, 1, b->commit);
		rc = db_step(st, err);
		if (rc > 0)
			rc = add_candidate(t, st, err);
		db_reset(st);
	}
	db_finish(st);
	if (t->few.n)
		qsort(t->few.at, t->few.n, sizeof(*t->few.at), by_key);
	return rc;
}

/* Of commits of one key: those that are not read, unless all of them have one id. */
static int keep_unread(struct twins *t, const struct candidate *at, size_t n)
{
	bool other_id = false;

	for (size_t i = 1; i < n && !other_id; i++)
		other_id = memcmp(&at[i].oid, &at[0].oid, sizeof(at[i].oid)) != 0;
	for (size_t i = 0; other_id && i < n; i++)
		if (at[i].unread && vec_push(&t->unread, at[i]) < 0)
			return -1;
	return 0;
}

static int find_unread(struct twins *t, struct quarry_error *err)
{
	size_t from = 0;

	for (size_t i = 1; i <= t->few.n; i++)
		if (i == t->few.n || t->few.at[i].key != t->few.at[from].key) {
			if (keep_unread(t, &t->few.at[from], i - from) < 0)
				return quarry_error_nomem(err);
			from = i;
		}
	if (t->unread.n)
		qsort(t->unread.at, t->unread.n, sizeof(*t->unread.at), by_repo);
	return 0;
}

int quarry_aggregate_twins_are_read(struct quarry_db *db, int64_t facts, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, db, "INSERT OR REPLACE INTO meta(key, value) SELECT 'twins_read', value"
			    " FROM meta WHERE key = 'facts' AND CAST(value AS INTEGER) = ?1", err);

	if (rc)
		return rc;
	db_bind_int(st, 1, facts);
	rc = db_run(st, err);
	db_finish(st);
	return rc;
}

/* Steps 1 to 3, where facts have changed, of one state of the store. */
static int look(int64_t *facts, struct twins *t, struct quarry_error *err)
{
	int rc = db_scalar(facts, t->db, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'facts'"
			   " AND value IS NOT (SELECT value FROM meta WHERE key = 'twins_read')",
			   -1, err);

	if (rc || *facts < 0)
		return rc;
	rc = read_briefs(t, err);
	if (!rc)
		rc = join_briefs(t, err);
	if (!rc)
		rc = read_candidates(t, err);
	return rc ? rc : find_unread(t, err);
}

int quarry_aggregate_each_unread_twin(int64_t *facts, struct quarry_db *db,
				      int (*fn)(void *payload, const struct quarry_unread_twin *twin,
						struct quarry_error *err),
				      void *payload, struct quarry_error *err)
{
	struct twins t = { .db = db, .seed = hash_seed() };
	int rc = db_begin_read(db, err);

	if (rc)
		return rc;
	rc = look(facts, &t, err);
	db_rollback(db);
	for (size_t i = 0; !rc && i < t.unread.n; i++) {
		const struct candidate *c = &t.unread.at[i];
		struct quarry_unread_twin twin = { .repo = c->repo, .commit_id = c->commit,
						   .oid = c->oid.id };

		rc = fn(payload, &twin, err);
	}
	vec_release(&t.all);
	vec_release(&t.few);
	vec_release(&t.unread);
	return rc;
}
