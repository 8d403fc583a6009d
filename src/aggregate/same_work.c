/*
 * The same work under another id (metrics.md 4): a cherry-pick, a rebase, an exported
 * mirror.  Commits are the same work when author signature, author second, subject and
 * the set of changed (path, new blob id) are equal.
 *
 *  1. Each commit that could be such a copy gets a key, a hash of what must be equal;
 *     the keys are sorted.
 *  2. Commits of equal keys are compared in full: twins.  A copy whose id counts in
 *     another repository is none, since it is a duplicate already.
 *  3. One of the twins is the original: one of an excluded history; else of those whose
 *     repository is a member in their quarter (all where none is) the one with the
 *     earliest committer time.  Where it is equal, the home is chosen as for shared ids,
 *     and inside of one repository the smallest id.
 *  4. The others are duplicates of it.
 *
 * Without an author time, or where touches could not be read, too little is known.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/homes.h"
#include "util/banned.h"
#include "util/hash.h"

#define BY_COMMIT "SELECT c.commit_id, repo, oid, author, author_s, changes, subject"
#define COULD_BE \
	" n_parents < 2 AND flags & 4112 = 0" /* QUARRY_COMMIT_NO_AUTHOR_TIME, _PARTIAL */

/* A commit and the hash of what must be equal; half the memory of anything more. */
struct keyed {
	uint64_t key;
	int64_t commit;
};

struct twin {
	int64_t author, author_s, changes;
	int64_t subject; /* equal where the texts are */
	int64_t committed_s;
	struct copy copy;
	unsigned char oid[QUARRY_OID_SIZE];
};

struct same_work {
	struct homes *h;
	struct db_stmt *look, *mark, *write;
	struct map subjects; /* of one key: text to number */
	VEC(struct keyed) keyed;
	VEC(struct twin) twins;  /* of one key */
	VEC(struct copy) copies; /* from which the home is chosen */
};

static uint64_t key_of(uint64_t seed, int64_t author, int64_t author_s, int64_t changes,
		       const void *subject, size_t len)
{
	int64_t equal[] = { author, author_s, changes };

	return hash_bytes(hash_bytes(seed, equal, sizeof(equal)), subject, len);
}

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->commit > y->commit) - (x->commit < y->commit);
}

/* Step 1. Duplicates stand in order of their numbers, as the commits do. */
static int read_keys(struct same_work *w, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	const struct homes *h = w->h;
	uint64_t seed = hash_seed();
	size_t passed = 0;
	int rc = db_prepare(&st, h->d->db, BY_COMMIT " FROM commits c WHERE changes IS NOT NULL AND"
			    COULD_BE " ORDER BY c.commit_id", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct keyed k = { .commit = db_int(st, 0) };
		size_t len;
		const void *subject = db_blob(st, 6, &len);

		while (passed < h->duplicates.n && h->duplicates.at[passed] < k.commit)
			passed++;
		if ((passed < h->duplicates.n && h->duplicates.at[passed] == k.commit) ||
		    homes_index(h, db_int(st, 1)) < 0)
			continue;
		k.key = key_of(seed, db_int(st, 3), db_int(st, 4), db_int(st, 5), subject, len);
		if (vec_push(&w->keyed, k) < 0) {
			rc = quarry_error_nomem(err);
			break;
		}
	}
	db_finish(st);
	if (w->keyed.n)
		qsort(w->keyed.at, w->keyed.n, sizeof(*w->keyed.at), by_key);
	return rc;
}

static int add_twin(struct same_work *w, struct quarry_error *err)
{
	struct db_stmt *st = w->look;
	size_t len, oid_len;
	const void *subject = db_blob(st, 6, &len), *oid;
	int64_t *number = map_at(&w->subjects, subject, len, (int64_t)w->subjects.n);
	struct twin t = {
		.author = db_int(st, 3), .author_s = db_int(st, 4), .changes = db_int(st, 5),
		.committed_s = db_int(st, 8),
		.copy = { (size_t)homes_index(w->h, db_int(st, 1)), db_int(st, 0),
			  (int32_t)db_int(st, 7) },
	};

	if (!number)
		return quarry_error_nomem(err);
	t.subject = *number;
	oid = db_blob(st, 2, &oid_len);
	memcpy(t.oid, oid, oid_len < sizeof(t.oid) ? oid_len : sizeof(t.oid));
	return vec_push(&w->twins, t) < 0 ? quarry_error_nomem(err) : 0;
}

static int read_twins(struct same_work *w, const struct keyed *at, size_t n,
		      struct quarry_error *err)
{
	int rc = 0;

	w->twins.n = 0;
	map_release(&w->subjects);
	for (size_t i = 0; !rc && i < n; i++) {
		db_bind_int(w->look, 1, at[i].commit);
		rc = db_step(w->look, err);
		if (rc > 0)
			rc = add_twin(w, err);
		db_reset(w->look);
	}
	return rc;
}

#define CMP(field) if (x->field != y->field) return x->field < y->field ? -1 : 1
static int by_work(const struct twin *x, const struct twin *y)
{
	CMP(author);
	CMP(author_s);
	CMP(changes);
	CMP(subject);
	return 0;
}

/* The same work together, the earliest first. */
static int by_work_and_time(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;
	int work = by_work(x, y);

	if (work)
		return work;
	CMP(committed_s);
	CMP(copy.repo);
	return memcmp(x->oid, y->oid, sizeof(x->oid));
}
#undef CMP

/* Step 3: of the same work, in order, the one that counts. */
static int find_original(const struct twin **out, struct same_work *w, const struct twin *at,
			 size_t n, struct quarry_error *err)
{
	const struct twin *first = NULL, *last = NULL;
	size_t members = 0, home;

	for (size_t i = 0; i < n; i++)
		if (at[i].copy.repo >= w->h->d->n_members) {
			*out = &at[i];
			return 0;
		}
	for (size_t i = 0; i < n; i++)
		members += homes_is_member(w->h, &at[i].copy);
	w->copies.n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct twin *t = &at[i];

		if (members && !homes_is_member(w->h, &t->copy))
			continue;
		first = first ? first : t;
		if (t->committed_s != first->committed_s)
			break;
		if (last && last->copy.repo == t->copy.repo)
			continue;
		last = t;
		if (vec_push(&w->copies, t->copy) < 0)
			return quarry_error_nomem(err);
	}
	home = homes_choose(w->h, w->copies.at, w->copies.n);
	*out = first;
	while ((*out)->copy.commit != w->copies.at[home].commit)
		(*out)++;
	return 0;
}

/* Steps 3 and 4 for the same work. */
static int settle(struct same_work *w, const struct twin *at, size_t n, struct quarry_error *err)
{
	const struct twin *original = NULL;
	int rc;

	if (n < 2)
		return 0;
	rc = find_original(&original, w, at, n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (&at[i] == original || at[i].copy.repo >= w->h->d->n_members)
			continue;
		db_bind_int(w->mark, 1, at[i].copy.commit);
		db_bind_int(w->write, 1, at[i].copy.commit);
		db_bind_int(w->write, 2, original->copy.commit);
		rc = db_run(w->mark, err);
		if (!rc)
			rc = db_run(w->write, err);
	}
	return rc;
}

/* Steps 2 to 4 for commits of one key: hashes may be equal where the work is not. */
static int settle_key(struct same_work *w, const struct keyed *at, size_t n,
		      struct quarry_error *err)
{
	size_t from = 0;
	int rc = read_twins(w, at, n, err);

	if (rc)
		return rc;
	if (w->twins.n > 1)
		qsort(w->twins.at, w->twins.n, sizeof(*w->twins.at), by_work_and_time);
	for (size_t i = 1; !rc && i <= w->twins.n; i++)
		if (i == w->twins.n || by_work(&w->twins.at[from], &w->twins.at[i]) != 0) {
			rc = settle(w, &w->twins.at[from], i - from, err);
			from = i;
		}
	return rc;
}

static int settle_all(struct same_work *w, struct quarry_error *err)
{
	size_t from = 0;
	int rc = 0;

	for (size_t i = 1; !rc && i <= w->keyed.n; i++)
		if (i == w->keyed.n || w->keyed.at[i].key != w->keyed.at[from].key) {
			if (i - from > 1)
				rc = settle_key(w, &w->keyed.at[from], i - from, err);
			from = i;
		}
	return rc;
}

int homes_mark_same_work(struct homes *h, struct quarry_error *err)
{
	struct same_work w = { .h = h, .subjects = MAP_INIT };
	struct quarry_db *db = h->d->db;
	int rc = db_prepare(&w.look, db, h->d->by_committer
			    ? BY_COMMIT ", quarter, activity_s FROM commits c"
			      " JOIN commit_time USING (commit_id) WHERE c.commit_id = ?1"
			    : BY_COMMIT ", quarter, other_s FROM commits c"
			      " JOIN commit_time USING (commit_id) WHERE c.commit_id = ?1", err);

	if (!rc)
		rc = db_prepare(&w.mark, db, "INSERT INTO temp.duplicate VALUES(?1)", err);
	if (!rc)
		rc = db_prepare(&w.write, db, "INSERT INTO same_work VALUES(?1, ?2)", err);
	if (!rc)
		rc = read_keys(&w, err);
	if (!rc)
		rc = settle_all(&w, err);
	db_finish(w.look);
	db_finish(w.mark);
	db_finish(w.write);
	map_release(&w.subjects);
	vec_release(&w.keyed);
	vec_release(&w.twins);
	vec_release(&w.copies);
	return rc;
}
