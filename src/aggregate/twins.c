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

/* Step 1: of all commits, so that it is small. */
struct brief {
	uint64_t key;  /* without the subject */
	int64_t commit_id;
	bool unread;
};

struct search {
	struct quarry_db *db;
	uint64_t seed;
	VEC(struct brief) briefs;
	VEC(struct quarry_twin) found;
};

/* Of a brief or a twin what tells whether it is alone. */
struct head {
	uint64_t key;
	bool unread;
};

struct list {
	char *at;
	size_t size, n; /* of one; how many */
	struct head (*head)(const void *at);
};

/* Of the commits of one key, noted at the first of them. */
enum { SEVERAL = 1, UNREAD = 2 };

static struct head brief_head(const void *at)
{
	const struct brief *b = at;

	return (struct head){ b->key, b->unread };
}

static struct head twin_head(const void *at)
{
	const struct quarry_twin *t = at;

	return (struct head){ t->key, t->unread };
}

static struct head head_of(const struct list *l, size_t i)
{
	return l->head(l->at + i * l->size);
}

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
		 const struct list *l)
{
	for (uint32_t i = 0; i < l->n; i++) {
		struct head x = head_of(l, i);
		size_t s = x.key & (n_slots - 1);

		while (slots[s] && head_of(l, slots[s] - 1).key != x.key)
			s = (s + 1) & (n_slots - 1);
		if (slots[s])
			marks[slots[s] - 1] |= SEVERAL;
		else
			slots[s] = i + 1; /* 0: free */
		first[i] = slots[s] - 1;
		marks[first[i]] |= x.unread ? UNREAD : 0;
	}
}

/* Keep those whose key several have, of which one is not read; *n: how many these are. */
static int drop_alone(size_t *n, struct list l, struct quarry_error *err)
{
	size_t n_slots = 16;
	uint32_t *first, *slots;
	unsigned char *marks;
	int rc = 0;

	while (n_slots / 2 < l.n)
		n_slots *= 2;
	first = calloc(l.n + 1, sizeof(*first));
	slots = calloc(n_slots, sizeof(*slots));
	marks = calloc(l.n + 1, sizeof(*marks));
	if (!first || !slots || !marks || l.n >= UINT32_MAX) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	join(first, marks, slots, n_slots, &l);
	*n = 0;
	for (size_t i = 0; i < l.n; i++)
		if (marks[first[i]] == (SEVERAL | UNREAD))
			memmove(l.at + (*n)++ * l.size, l.at + i * l.size, l.size);
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
	const struct list all = { (char *)at, sizeof(*at), *n, twin_head };
	size_t from = 0, kept = 0;
	int rc = drop_alone(n, all, err);

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
		struct brief b = { .key = hash_bytes(s->seed, equal, sizeof(equal)),
				   .commit_id = db_int(st, 2), .unread = db_int(st, 3) };

		if (vec_push(&s->briefs, b) < 0) {
			rc = quarry_error_nomem(err);
			break;
		}
	}
	db_finish(st);
	return rc;
}

static int add_twin(struct search *s, const struct brief *b, struct db_stmt *st,
		    struct quarry_error *err)
{
	struct quarry_twin t = { .repo = db_int(st, 0), .commit_id = b->commit_id,
				 .unread = b->unread };
	size_t len, oid_len;
	const void *subject = db_blob(st, 1, &len), *oid = db_blob(st, 2, &oid_len);

	if (oid_len != sizeof(t.oid.id))
		return 0; /* the store is damaged there */
	memcpy(t.oid.id, oid, oid_len);
	t.key = hash_bytes(b->key, subject, len);
	return vec_push(&s->found, t) < 0 ? quarry_error_nomem(err) : 0;
}

/* Step 2: all of those that are left. */
static int read_twins(struct search *s, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	/* 4112: QUARRY_COMMIT_NO_AUTHOR_TIME, QUARRY_COMMIT_PARTIAL. */
	int rc = db_prepare(&st, s->db, "SELECT repo, subject, oid FROM commits WHERE commit_id = ?1"
			    " AND n_parents < 2 AND flags & 4112 = 0", err);

	/* Backwards, since what was read last is what SQLite has in memory. */
	for (size_t i = s->briefs.n; !rc && i > 0; i--) {
		const struct brief *b = &s->briefs.at[i - 1];

		db_bind_int(st, 1, b->commit_id);
		rc = db_step(st, err);
		if (rc > 0)
			rc = add_twin(s, b, st, err);
		db_reset(st);
	}
	db_finish(st);
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
		rc = drop_alone(&s->briefs.n, (struct list){ (char *)s->briefs.at, sizeof(struct brief),
							     s->briefs.n, brief_head }, err);
	if (!rc)
		rc = read_twins(s, err);
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
	vec_release(&s.briefs);
	if (rc) {
		vec_release(&s.found);
		return rc;
	}
	*out = s.found.at;
	*n = s.found.n;
	return 0;
}
