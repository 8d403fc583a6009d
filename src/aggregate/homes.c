/*
 * Where a commit id counts that several repositories hold (metrics.md 4).
 *
 * For each shared id:
 *
 *  1. a repository that is mined only to exclude its history is the home;
 *  2. else candidates are the repositories that are members in the commit's
 *     quarter (all of them where none is);
 *  3. a candidate whose upstream, or upstream's upstream, is a candidate is out;
 *  4. of the rest: the fewest commits that are not shared, then the earliest
 *     tracked, then the first by URL.
 *
 * What is not shared has to be known of all before the first home is chosen, so the
 * ids, which are sorted once, are gone through twice.
 */
#include "aggregate/homes.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

/* A pass over the ids. */
struct pass {
	struct homes *h;
	struct db_stmt *look; /* what it asks of a commit */
	struct db_stmt *mark;
	VEC(struct copy) copies; /* of one id, by repository */
	VEC(uint32_t) key;
};

int64_t homes_index(const struct homes *h, int64_t repo)
{
	int64_t *at = map_find(&h->repo_index, &repo, sizeof(repo));

	return at ? *at : -1;
}

bool homes_is_member(const struct homes *h, const struct copy *c)
{
	return derive_category_of(&h->d->repos.at[c->repo], c->quarter) != NO_CATEGORY;
}

/* The next one upstream; -1: there is none. */
static int64_t above(const struct homes *h, size_t repo)
{
	return homes_index(h, h->d->repos.at[repo].upstream);
}

bool homes_is_upstream(const struct homes *h, size_t wanted, size_t repo)
{
	int64_t up = above(h, repo);

	/* Upstreams may stand in a circle. */
	for (size_t hops = 0; up >= 0 && hops < h->d->repos.n; hops++) {
		if ((size_t)up == wanted)
			return wanted != repo;
		up = above(h, (size_t)up);
	}
	return false;
}

static bool upstream_is_candidate(const struct homes *h, size_t repo)
{
	int64_t up = above(h, repo);

	for (size_t hops = 0; up >= 0 && (size_t)up != repo && hops < h->d->repos.n; hops++) {
		if (h->candidate[up])
			return true;
		up = above(h, (size_t)up);
	}
	return false;
}

int homes_compare(const struct homes *h, size_t a, size_t b)
{
	const struct derive_repo *x = &h->d->repos.at[a], *y = &h->d->repos.at[b];

	if (h->not_shared[a] != h->not_shared[b])
		return h->not_shared[a] < h->not_shared[b] ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1; /* "since ever" is the smallest number */
	return a < b ? -1 : 1;
}

static size_t choose_candidate(const struct homes *h, const struct copy *copies, size_t n)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < n; i++)
		if (h->candidate[copies[i].repo] && !upstream_is_candidate(h, copies[i].repo) &&
		    (best == SIZE_MAX || homes_compare(h, copies[i].repo, copies[best].repo) < 0))
			best = i;
	/* Upstreams in a circle rule each other out: take the first by URL. */
	for (size_t i = 0; best == SIZE_MAX && i < n; i++)
		if (h->candidate[copies[i].repo])
			best = i;
	return best;
}

size_t homes_choose(struct homes *h, const struct copy *copies, size_t n)
{
	size_t members = 0, best;

	for (size_t i = 0; i < n; i++)
		if (copies[i].repo >= h->d->n_members)
			return i;
	for (size_t i = 0; i < n; i++)
		members += h->candidate[copies[i].repo] = homes_is_member(h, &copies[i]);
	for (size_t i = 0; !members && i < n; i++)
		h->candidate[copies[i].repo] = true;
	best = choose_candidate(h, copies, n);
	for (size_t i = 0; i < n; i++)
		h->candidate[copies[i].repo] = false;
	return best;
}

/* The number that the pass's statement says of a commit. */
static int look_up(int64_t *out, struct pass *p, int64_t commit, struct quarry_error *err)
{
	int rc;

	db_bind_int(p->look, 1, commit);
	rc = db_step(p->look, err);
	if (rc > 0) {
		*out = db_int(p->look, 0);
		rc = 0;
	}
	db_reset(p->look);
	return rc;
}

static struct sharing *sharing_of(struct pass *p)
{
	struct homes *h = p->h;
	struct sharing fresh = { .first = h->sharers.n, .n = p->copies.n };
	int64_t *at;

	p->key.n = 0;
	for (size_t i = 0; i < p->copies.n; i++)
		if (vec_push(&p->key, (uint32_t)p->copies.at[i].repo) < 0)
			return NULL;
	at = map_at(&h->sharing_index, p->key.at, p->key.n * sizeof(*p->key.at), -1);
	if (!at)
		return NULL;
	if (*at < 0) {
		for (size_t i = 0; i < p->key.n; i++)
			if (vec_push(&h->sharers, p->key.at[i]) < 0)
				return NULL;
		*at = (int64_t)h->sharings.n;
		if (vec_push(&h->sharings, fresh) < 0)
			return NULL;
	}
	return &h->sharings.at[*at];
}

static int count_copies(struct pass *p, struct quarry_error *err)
{
	struct sharing *s;
	int64_t is_root = 0;
	int rc;

	for (size_t i = 0; i < p->copies.n; i++)
		p->h->n_commits[p->copies.at[i].repo]++;
	if (p->copies.n == 1) {
		p->h->not_shared[p->copies.at[0].repo]++;
		return 0;
	}
	s = sharing_of(p);
	if (!s)
		return quarry_error_nomem(err);
	rc = look_up(&is_root, p, p->copies.at[0].commit, err);
	s->commits++;
	s->roots += is_root;
	return rc;
}

static int mark_copies(struct pass *p, struct quarry_error *err)
{
	size_t home;
	int rc = 0;

	if (p->copies.n < 2)
		return 0;
	for (size_t i = 0; !rc && i < p->copies.n; i++) {
		int64_t quarter = 0;

		rc = look_up(&quarter, p, p->copies.at[i].commit, err);
		p->copies.at[i].quarter = (int32_t)quarter;
	}
	home = homes_choose(p->h, p->copies.at, p->copies.n);
	for (size_t i = 0; !rc && i < p->copies.n; i++) {
		if (i == home)
			continue;
		db_bind_int(p->mark, 1, p->copies.at[i].commit);
		rc = db_run(p->mark, err);
		if (!rc && vec_push(&p->h->duplicates, p->copies.at[i].commit) < 0)
			rc = quarry_error_nomem(err);
	}
	return rc;
}

static int by_id(const void *a, const void *b)
{
	const struct holding *x = a, *y = b;
	int order = memcmp(x->oid, y->oid, sizeof(x->oid));

	return order ? order : (x->repo > y->repo) - (x->repo < y->repo);
}

/* The commits of tracked repositories, by id. */
static int read_ids(struct homes *h, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int64_t repo = -1, index = -1;
	int rc = db_prepare(&st, h->d->db, "SELECT repo, oid, commit_id FROM commits"
			    " ORDER BY repo, oid", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct holding x = { .commit = db_int(st, 2) };
		size_t len;
		const void *oid = db_blob(st, 1, &len);

		if (db_int(st, 0) != repo) {
			repo = db_int(st, 0);
			index = homes_index(h, repo);
		}
		if (index < 0)
			continue;
		x.repo = (uint32_t)index;
		memcpy(x.oid, oid, len < sizeof(x.oid) ? len : sizeof(x.oid));
		if (vec_push(&h->holdings, x) < 0) {
			rc = quarry_error_nomem(err);
			break;
		}
	}
	db_finish(st);
	if (h->holdings.n)
		qsort(h->holdings.at, h->holdings.n, sizeof(*h->holdings.at), by_id);
	return rc;
}

/* Go through the ids, telling `each` the copies of one at a time. */
static int each_id(struct pass *p, int (*each)(struct pass *p, struct quarry_error *err),
		   struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < p->h->holdings.n; i++) {
		const struct holding *x = &p->h->holdings.at[i];
		struct copy c = { .repo = x->repo, .commit = x->commit };

		if (vec_push(&p->copies, c) < 0)
			return quarry_error_nomem(err);
		if (i + 1 < p->h->holdings.n && memcmp(x->oid, x[1].oid, sizeof(x->oid)) == 0)
			continue;
		rc = each(p, err);
		p->copies.n = 0;
	}
	return rc;
}

static void pass_release(struct pass *p)
{
	db_finish(p->look);
	db_finish(p->mark);
	vec_release(&p->copies);
	vec_release(&p->key);
}

int homes_count(struct homes *h, struct quarry_error *err)
{
	struct pass p = { .h = h };
	size_t n = h->d->repos.n;
	int rc = 0;

	h->n_commits = calloc(n + 1, sizeof(*h->n_commits));
	h->not_shared = calloc(n + 1, sizeof(*h->not_shared));
	h->candidate = calloc(n + 1, sizeof(*h->candidate));
	if (!h->n_commits || !h->not_shared || !h->candidate)
		return quarry_error_nomem(err);
	for (size_t i = 0; i < n; i++)
		if (!map_at(&h->repo_index, &h->d->repos.at[i].id, sizeof(int64_t), (int64_t)i))
			return quarry_error_nomem(err);
	rc = read_ids(h, err);
	if (!rc)
		rc = db_prepare(&p.look, h->d->db,
				"SELECT n_parents = 0 FROM commits WHERE commit_id = ?1", err);
	if (!rc)
		rc = each_id(&p, count_copies, err);
	pass_release(&p);
	return rc;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int homes_mark(struct homes *h, struct quarry_error *err)
{
	struct pass p = { .h = h };
	int rc = db_exec(h->d->db, "DROP TABLE IF EXISTS temp.duplicate;"
			 "CREATE TEMP TABLE duplicate(commit_id INTEGER PRIMARY KEY)", err);

	if (!rc)
		rc = db_prepare(&p.look, h->d->db,
				"SELECT quarter FROM commit_time WHERE commit_id = ?1", err);
	if (!rc)
		rc = db_prepare(&p.mark, h->d->db, "INSERT INTO temp.duplicate VALUES(?1)", err);
	if (!rc && h->sharings.n)
		rc = each_id(&p, mark_copies, err);
	pass_release(&p);
	vec_release(&h->holdings); /* nobody needs them any more */
	if (h->duplicates.n)
		qsort(h->duplicates.at, h->duplicates.n, sizeof(int64_t), by_number);
	return rc;
}

void homes_release(struct homes *h)
{
	free(h->n_commits);
	free(h->not_shared);
	free(h->candidate);
	map_release(&h->repo_index);
	map_release(&h->sharing_index);
	vec_release(&h->holdings);
	vec_release(&h->sharings);
	vec_release(&h->sharers);
	vec_release(&h->duplicates);
}
