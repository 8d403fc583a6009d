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
#include "util/banned.h"
#include "util/db.h"
#include "util/hash.h"
#include "util/vec.h"

struct search {
	struct quarry_db *db;
	uint64_t seed;
	VEC(struct quarry_twin) found;
};

/* Of the commits of one key, noted at the first of them. */
enum { SEVERAL = 1, UNREAD = 2 };

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int by_key(const void *a, const void *b)
{
	const struct quarry_twin *x = a, *y = b;

	return x->key != y->key ? ORDER(x->key, y->key) : ORDER(x->commit_id, y->commit_id);
}

static int by_repo(const void *a, const void *b)
{
	const struct quarry_twin *x = a, *y = b;

	return x->repo != y->repo ? ORDER(x->repo, y->repo) : ORDER(x->commit_id, y->commit_id);
}

static void sort(struct quarry_twin *at, size_t n, int (*order)(const void *a, const void *b))
{
	if (n)
		qsort(at, n, sizeof(*at), order);
}

/* Which is the first one with the key of each, and marks of these. */
static void join(uint32_t *first, unsigned char *marks, uint32_t *slots, size_t n_slots,
		 const struct quarry_twin *at, size_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		size_t s = at[i].key & (n_slots - 1);

		while (slots[s] && at[slots[s] - 1].key != at[i].key)
			s = (s + 1) & (n_slots - 1);
		if (slots[s])
			marks[slots[s] - 1] |= SEVERAL;
		else
			slots[s] = i + 1; /* 0: free */
		first[i] = slots[s] - 1;
		marks[first[i]] |= at[i].unread ? UNREAD : 0;
	}
}

/* Keep those whose key several have, of which one is not read. */
static int drop_alone(struct quarry_twin *at, size_t *n, struct quarry_error *err)
{
	size_t n_slots = 16, kept = 0;
	uint32_t *first, *slots;
	unsigned char *marks;
	int rc = 0;

	while (n_slots / 2 < *n)
		n_slots *= 2;
	first = calloc(*n + 1, sizeof(*first));
	slots = calloc(n_slots, sizeof(*slots));
	marks = calloc(*n + 1, sizeof(*marks));
	if (!first || !slots || !marks || *n >= UINT32_MAX) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	join(first, marks, slots, n_slots, at, *n);
	for (size_t i = 0; i < *n; i++)
		if (marks[first[i]] == (SEVERAL | UNREAD))
			at[kept++] = at[i];
	*n = kept;
done:
	free(first);
	free(slots);
	free(marks);
	return rc;
}

/* Of commits of one key keep those that are not read, unless all of them have one id. */
static size_t keep_unread(struct quarry_twin *to, const struct quarry_twin *at, size_t n)
{
	bool other_id = false;
	size_t kept = 0;

	for (size_t i = 1; i < n && !other_id; i++)
		other_id = memcmp(&at[i].oid, &at[0].oid, sizeof(at[i].oid)) != 0;
	for (size_t i = 0; other_id && i < n; i++)
		if (at[i].unread)
			to[kept++] = at[i];
	return kept;
}

int quarry_aggregate_keep_unread_twins(struct quarry_twin *at, size_t *n, struct quarry_error *err)
{
	size_t from = 0, kept = 0;
	int rc = drop_alone(at, n, err);

	if (rc)
		return rc;
	sort(at, *n, by_key);
	for (size_t i = 1; i <= *n; i++)
		if (i == *n || at[i].key != at[from].key) {
			kept += keep_unread(at + kept, at + from, i - from);
			from = i;
		}
	sort(at, kept, by_repo);
	*n = kept;
	return 0;
}

/* Step 1. Their keys have no subject yet. */
static int read_briefs(struct search *s, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	/* What was written last comes first: SQLite may have it in memory still.  Merges and
	 * commits without a time are left out later, since they are few. */
	int rc = db_prepare(&st, s->db, "SELECT author, author_s, commit_id, changes IS NULL"
			    " FROM commits ORDER BY commit_id DESC", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		int64_t equal[] = { db_int(st, 0), db_int(st, 1) };
		struct quarry_twin t = { .key = hash_bytes(s->seed, equal, sizeof(equal)),
					 .commit_id = db_int(st, 2), .unread = db_int(st, 3) };

		if (vec_push(&s->found, t) < 0) {
			rc = quarry_error_nomem(err);
			break;
		}
	}
	db_finish(st);
	return rc;
}

/* False: the store is damaged there. */
static bool complete(struct quarry_twin *t, struct db_stmt *st)
{
	size_t len, oid_len;
	const void *subject = db_blob(st, 1, &len), *oid = db_blob(st, 2, &oid_len);

	if (oid_len != sizeof(t->oid.id))
		return false;
	memcpy(t->oid.id, oid, oid_len);
	t->repo = db_int(st, 0);
	t->key = hash_bytes(t->key, subject, len);
	return true;
}

/* Step 2: all of those that are left. */
static int complete_all(struct search *s, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	size_t first = s->found.n;
	/* 4112: QUARRY_COMMIT_NO_AUTHOR_TIME, QUARRY_COMMIT_PARTIAL. */
	int rc = db_prepare(&st, s->db, "SELECT repo, subject, oid FROM commits WHERE commit_id = ?1"
			    " AND n_parents < 2 AND flags & 4112 = 0", err);

	/* Backwards, since what was read last is what SQLite has in memory. */
	for (size_t i = s->found.n; !rc && i > 0; i--) {
		struct quarry_twin t = s->found.at[i - 1];

		db_bind_int(st, 1, t.commit_id);
		rc = db_step(st, err);
		if (rc > 0 && complete(&t, st))
			s->found.at[--first] = t;
		rc = rc < 0 ? rc : 0;
		db_reset(st);
	}
	db_finish(st);
	s->found.n -= first;
	if (s->found.n)
		memmove(s->found.at, s->found.at + first, s->found.n * sizeof(*s->found.at));
	return rc;
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

int quarry_aggregate_twins_are_due(int64_t *facts, struct quarry_db *db, struct quarry_error *err)
{
	return db_scalar(facts, db, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'facts'"
			 " AND value IS NOT (SELECT value FROM meta WHERE key = 'twins_read')", -1, err);
}

/* Steps 1 to 3, where facts have changed, of one state of the store. */
static int look(int64_t *facts, struct search *s, struct quarry_error *err)
{
	int rc = quarry_aggregate_twins_are_due(facts, s->db, err);

	if (rc || *facts < 0)
		return rc;
	rc = read_briefs(s, err);
	if (!rc)
		rc = drop_alone(s->found.at, &s->found.n, err);
	if (!rc)
		rc = complete_all(s, err);
	return rc ? rc : quarry_aggregate_keep_unread_twins(s->found.at, &s->found.n, err);
}

int quarry_aggregate_unread_twins(struct quarry_twin **out, size_t *n, int64_t *facts,
				  struct quarry_db *db, struct quarry_error *err)
{
	struct search s = { .db = db, .seed = hash_seed() };
	int rc = db_begin_read(db, err);

	if (rc)
		return rc;
	rc = look(facts, &s, err);
	db_rollback(db);
	if (rc) {
		vec_release(&s.found);
		return rc;
	}
	*out = s.found.at;
	*n = s.found.n;
	return 0;
}
