/*
 * When a commit happened (metrics.md activity_time and time_fixed).
 *
 *  1. Every time that is plausible stands as it is.
 *  2. An implausible author time is replaced by the committer time.
 *  3. Where that is implausible too, by the largest activity time of the parents,
 *     which may have to be repaired first: those wait in `pending` and are resolved
 *     with an explicit stack, parents before children.
 *  4. Without any such parent, by the earliest plausible time of the universe.
 *
 * Both date bases are computed; the one that was not chosen feeds the sensitivity
 * line.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/derive.h"
#include "quarry/history.h"
#include "util/banned.h"
#include "util/map.h"

#define HOUR_S 3600
#define OFFSET_MAX_MIN (14 * 60)

enum { BY_AUTHOR, BY_COMMITTER, BASES };

struct repaired {
	int64_t s[BASES];
	bool known[BASES];
	bool fixed[BASES];
};

struct pending {
	int64_t commit, repo;
	struct quarry_oid *parents;
	size_t n_parents;
	struct repaired time;
	bool open; /* its parents are being looked at: malformed histories have no cycles, we trust none */
	bool done;
};

struct times {
	struct quarry_derive *d;
	struct db_stmt *insert, *parent;
	VEC(struct pending) pending;
	struct map index; /* (repo, oid) to pending */
};

struct key {
	int64_t repo;
	struct quarry_oid oid;
	unsigned char pad[4];
};

static bool plausible(int64_t time_s, int64_t offset_min, int64_t mined_s, int64_t earliest_s)
{
	return time_s > 0 && time_s >= earliest_s && time_s <= mined_s + 48 * HOUR_S &&
	       offset_min >= -OFFSET_MAX_MIN && offset_min <= OFFSET_MAX_MIN;
}

/* Columns: see `all_commits`. */
static struct repaired repair(struct db_stmt *st, int64_t earliest_s)
{
	int64_t author_s = db_int(st, 2), committer_s = db_int(st, 4), mined_s = db_int(st, 9);
	int64_t flags = db_int(st, 6);
	bool committer_ok = plausible(committer_s, db_int(st, 5), mined_s, earliest_s) &&
			    !(flags & QUARRY_COMMIT_NO_COMMITTER_TIME);
	bool author_ok = plausible(author_s, db_int(st, 3), mined_s, earliest_s) &&
			 !(flags & QUARRY_COMMIT_NO_AUTHOR_TIME) &&
			 (author_s <= committer_s || author_s - committer_s <= 24 * HOUR_S);
	struct repaired r = {
		.s = { author_ok ? author_s : committer_s, committer_s },
		.known = { author_ok || committer_ok, committer_ok },
		.fixed = { !author_ok, !committer_ok },
	};

	return r;
}

static int write_time(struct times *t, int64_t commit, const struct repaired *r,
		      struct quarry_error *err)
{
	int basis = t->d->by_committer ? BY_COMMITTER : BY_AUTHOR, other = BASES - 1 - basis;

	db_bind_int(t->insert, 1, commit);
	db_bind_int(t->insert, 2, r->s[basis]);
	db_bind_int(t->insert, 3, quarry_quarter_of(r->s[basis]));
	db_bind_int(t->insert, 4, r->s[other]);
	db_bind_int(t->insert, 5, quarry_quarter_of(r->s[other]));
	db_bind_int(t->insert, 6, r->fixed[basis]);
	return db_run(t->insert, err);
}

static int add_pending(struct times *t, struct db_stmt *st, const struct repaired *r,
		       struct quarry_error *err)
{
	struct pending p = { .commit = db_int(st, 0), .repo = db_int(st, 1), .time = *r };
	struct key key = { .repo = p.repo };
	size_t len;
	const void *blob = db_blob(st, 7, &len);

	p.n_parents = len / QUARRY_OID_SIZE;
	p.parents = calloc(p.n_parents + 1, sizeof(*p.parents));
	if (!p.parents)
		return quarry_error_nomem(err);
	memcpy(p.parents, blob, p.n_parents * QUARRY_OID_SIZE);
	blob = db_blob(st, 8, &len);
	if (len == QUARRY_OID_SIZE)
		memcpy(key.oid.id, blob, len);
	if (vec_push(&t->pending, p) < 0) {
		free(p.parents);
		return quarry_error_nomem(err);
	}
	if (!map_at(&t->index, &key, sizeof(key), (int64_t)t->pending.n - 1))
		return quarry_error_nomem(err);
	return 0;
}

static const char all_commits[] =
	"SELECT commit_id, c.repo, author_s, author_offset_min, committer_s,"
	" committer_offset_min, c.flags, parents, oid,"
	/* The day: two runs on one day must say the same. */
	" r.mined_s / 86400 * 86400"
	" FROM commits c JOIN tracked USING (repo) JOIN repo r USING (repo)";

static int first_pass(struct times *t, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, t->d->db, all_commits, err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct repaired r = repair(st, t->d->universe->earliest_s);

		if (r.known[BY_AUTHOR] && r.known[BY_COMMITTER])
			rc = write_time(t, db_int(st, 0), &r, err);
		else
			rc = add_pending(t, st, &r, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}

static void take_larger(struct repaired *r, const bool need[BASES], const int64_t s[BASES])
{
	for (int b = 0; b < BASES; b++)
		if (need[b] && (!r->known[b] || s[b] > r->s[b])) {
			r->s[b] = s[b];
			r->known[b] = true;
		}
}

/* The time of a parent that was plausible; a parent that is not there has none. */
static int stored_parent(struct times *t, const struct pending *p, size_t i,
			 const bool need[BASES], struct repaired *r, struct quarry_error *err)
{
	bool swap = t->d->by_committer;
	int rc;

	db_bind_blob(t->parent, 1, p->parents[i].id, QUARRY_OID_SIZE);
	db_bind_int(t->parent, 2, p->repo);
	rc = db_step(t->parent, err);
	if (rc > 0) {
		int64_t s[BASES] = { db_int(t->parent, swap), db_int(t->parent, !swap) };

		take_larger(r, need, s);
		db_reset(t->parent);
	}
	return rc < 0 ? rc : 0;
}

static int64_t pending_parent(const struct times *t, const struct pending *p, size_t i)
{
	struct key key = { .repo = p->repo, .oid = p->parents[i] };
	int64_t *at = map_find(&t->index, &key, sizeof(key));

	return at ? *at : -1;
}

static int settle(struct times *t, struct pending *p, struct quarry_error *err)
{
	bool need[BASES] = { !p->time.known[BY_AUTHOR], !p->time.known[BY_COMMITTER] };
	int rc = 0;

	for (size_t i = 0; !rc && i < p->n_parents; i++) {
		int64_t at = pending_parent(t, p, i);

		if (at < 0)
			rc = stored_parent(t, p, i, need, &p->time, err);
		else if (t->pending.at[at].done)
			take_larger(&p->time, need, t->pending.at[at].time.s);
	}
	for (int b = 0; b < BASES; b++)
		if (need[b] && !p->time.known[b])
			p->time.s[b] = t->d->universe->earliest_s;
	p->done = true;
	return rc;
}

/* Resolve one pending commit, its pending parents first. */
static int resolve(struct times *t, size_t start, struct quarry_error *err)
{
	VEC(size_t) stack = { 0 };
	int rc = vec_push(&stack, start) < 0 ? quarry_error_nomem(err) : 0;

	while (!rc && stack.n) {
		struct pending *p = &t->pending.at[stack.at[stack.n - 1]];

		if (p->done || p->open) {
			stack.n--;
			if (!p->done)
				rc = settle(t, p, err);
			continue;
		}
		p->open = true;
		for (size_t i = 0; !rc && i < p->n_parents; i++) {
			int64_t at = pending_parent(t, p, i);

			if (at >= 0 && !t->pending.at[at].open &&
			    vec_push(&stack, (size_t)at) < 0)
				rc = quarry_error_nomem(err);
		}
	}
	vec_release(&stack);
	return rc;
}

int derive_times(struct quarry_derive *d, struct quarry_error *err)
{
	struct times t = { .d = d, .index = MAP_INIT };
	int rc;

	rc = db_prepare(&t.insert, d->db,
			"INSERT INTO commit_time(commit_id, activity_s, quarter, other_s,"
			" other_quarter, time_fixed) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", err);
	if (!rc)
		rc = db_prepare(&t.parent, d->db,
				"SELECT activity_s, other_s FROM commits JOIN commit_time USING (commit_id)"
				" WHERE oid = ?1 AND repo = ?2", err);
	if (!rc)
		rc = first_pass(&t, err);
	for (size_t i = 0; !rc && i < t.pending.n; i++)
		rc = resolve(&t, i, err);
	for (size_t i = 0; !rc && i < t.pending.n; i++)
		rc = write_time(&t, t.pending.at[i].commit, &t.pending.at[i].time, err);
	for (size_t i = 0; i < t.pending.n; i++)
		free(t.pending.at[i].parents);
	vec_release(&t.pending);
	map_release(&t.index);
	db_finish(t.insert);
	db_finish(t.parent);
	return rc;
}
