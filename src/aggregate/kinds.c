/*
 * What each commit counts as, and who gets credit for it.
 *
 * Duplicates (metrics.md 4): a commit id that several repositories share counts
 * in its home alone.  For each shared id:
 *
 *  1. a repository that is mined only to exclude its history is the home;
 *  2. else candidates are the repositories that are members in the commit's
 *     quarter (all of them where none is);
 *  3. a candidate whose upstream, or upstream's upstream, is a candidate is out;
 *  4. of the rest: the fewest commits that are not shared, then the earliest
 *     tracked, then the first by URL.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/derive.h"
#include "util/banned.h"
#include "util/map.h"

struct copy {
	size_t repo; /* index into d->repos */
	int64_t commit;
	int32_t quarter;
};

struct homes {
	struct quarry_derive *d;
	struct map repo_index;   /* repo.repo to index into d->repos */
	int64_t *not_shared;     /* a repository's commits that no other one has */
	struct db_stmt *mark;
	VEC(struct copy) copies; /* of one commit id */
};

static int64_t index_of(const struct homes *h, int64_t repo)
{
	int64_t *at = map_find(&h->repo_index, &repo, sizeof(repo));

	return at ? *at : -1;
}

/* Is the upstream of `copy`, at any distance, among the candidates? */
static bool upstream_is_candidate(const struct homes *h, const struct copy *copy,
				  const bool *candidate)
{
	size_t repo = copy->repo;

	for (size_t hops = 0; hops < h->d->repos.n; hops++) {
		int64_t up = index_of(h, h->d->repos.at[repo].upstream);

		if (up < 0)
			return false;
		repo = (size_t)up;
		for (size_t i = 0; i < h->copies.n; i++)
			if (candidate[i] && h->copies.at[i].repo == repo && repo != copy->repo)
				return true;
	}
	return false; /* a cycle of upstreams leads nowhere */
}

/* Negative where a is the better home. Repositories are ordered by URL already. */
static int compare_homes(const struct homes *h, size_t a, size_t b)
{
	const struct derive_repo *x = &h->d->repos.at[a], *y = &h->d->repos.at[b];

	if (h->not_shared[a] != h->not_shared[b])
		return h->not_shared[a] < h->not_shared[b] ? -1 : 1;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1; /* "since ever" is the smallest number */
	return a < b ? -1 : 1;
}

static bool is_member(const struct homes *h, const struct copy *c)
{
	return derive_category_of(&h->d->repos.at[c->repo], c->quarter) != NO_CATEGORY;
}

static size_t choose_home(const struct homes *h, bool *candidate)
{
	size_t n = h->copies.n, best = SIZE_MAX, members = 0;

	for (size_t i = 0; i < n; i++) {
		if (h->copies.at[i].repo >= h->d->n_members)
			return i;
		candidate[i] = is_member(h, &h->copies.at[i]);
		members += candidate[i];
	}
	for (size_t i = 0; !members && i < n; i++)
		candidate[i] = true;
	for (size_t i = 0; i < n; i++)
		if (candidate[i] && !upstream_is_candidate(h, &h->copies.at[i], candidate) &&
		    (best == SIZE_MAX ||
		     compare_homes(h, h->copies.at[i].repo, h->copies.at[best].repo) < 0))
			best = i;
	/* Upstreams in a circle rule each other out: take the first by URL. */
	for (size_t i = 0; best == SIZE_MAX && i < n; i++)
		if (candidate[i])
			best = i;
	return best;
}

static int mark_copies(struct homes *h, struct quarry_error *err)
{
	bool *candidate;
	size_t home;
	int rc = 0;

	if (h->copies.n < 2)
		return 0;
	candidate = calloc(h->copies.n, sizeof(*candidate));
	if (!candidate)
		return quarry_error_nomem(err);
	home = choose_home(h, candidate);
	free(candidate);
	for (size_t i = 0; !rc && i < h->copies.n; i++) {
		if (i == home)
			continue;
		db_bind_int(h->mark, 1, h->copies.at[i].commit);
		rc = db_run(h->mark, err);
	}
	return rc;
}

static int count_not_shared(struct homes *h, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, h->d->db,
			    "SELECT repo, count(*) - sum(oid IN (SELECT oid FROM temp.shared))"
			    " FROM commits JOIN tracked USING (repo) GROUP BY repo", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		int64_t at = index_of(h, db_int(st, 0));

		if (at >= 0)
			h->not_shared[at] = db_int(st, 1);
	}
	db_finish(st);
	return rc;
}

/* Go through the shared ids, one id's copies at a time, repositories in order. */
static int mark_all(struct homes *h, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	unsigned char current[20] = { 0 };
	int rc = db_prepare(&st, h->d->db,
			    "SELECT oid, repo, commit_id, quarter FROM temp.shared"
			    " JOIN commits USING (oid) JOIN tracked USING (repo)"
			    " JOIN repo r USING (repo) JOIN commit_time USING (commit_id)"
			    " ORDER BY oid, excluded, r.url", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct copy c = { (size_t)index_of(h, db_int(st, 1)), db_int(st, 2),
				  (int32_t)db_int(st, 3) };
		size_t len;
		const void *oid = db_blob(st, 0, &len);

		rc = 0;
		if (len != sizeof(current) || memcmp(oid, current, len) != 0) {
			rc = mark_copies(h, err);
			h->copies.n = 0;
			memcpy(current, oid, len < sizeof(current) ? len : sizeof(current));
		}
		if (!rc && vec_push(&h->copies, c) < 0)
			rc = quarry_error_nomem(err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc ? rc : mark_copies(h, err);
}

static int find_duplicates(struct quarry_derive *d, struct quarry_error *err)
{
	struct homes h = { .d = d, .repo_index = MAP_INIT };
	int rc;

	rc = db_exec(d->db,
		     "DROP TABLE IF EXISTS temp.shared; DROP TABLE IF EXISTS temp.duplicate;"
		     "CREATE TEMP TABLE shared AS SELECT oid FROM commits JOIN tracked USING (repo)"
		     " GROUP BY oid HAVING count(*) > 1;"
		     "CREATE UNIQUE INDEX temp.shared_oid ON shared(oid);"
		     "CREATE TEMP TABLE duplicate(commit_id INTEGER PRIMARY KEY)", err);
	h.not_shared = calloc(d->repos.n + 1, sizeof(*h.not_shared));
	if (!rc && !h.not_shared)
		rc = quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < d->repos.n; i++)
		if (!map_at(&h.repo_index, &d->repos.at[i].id, sizeof(int64_t), (int64_t)i))
			rc = quarry_error_nomem(err);
	if (!rc)
		rc = db_prepare(&h.mark, d->db, "INSERT INTO temp.duplicate VALUES(?1)", err);
	if (!rc)
		rc = count_not_shared(&h, err);
	if (!rc)
		rc = mark_all(&h, err);
	db_finish(h.mark);
	vec_release(&h.copies);
	map_release(&h.repo_index);
	free(h.not_shared);
	return rc;
}

/* A trailer that names an agent as a reviewer is no sign of its help.
 * A duplicate is one before it is a merge or a bot's, so that adding a fork changes
 * no universe total. */
static const char fill_kinds[] =
	"INSERT INTO commit_kind(commit_id, repo, quarter, kind, agent_assisted)"
	" SELECT c.commit_id, c.repo, ct.quarter,"
	"  CASE WHEN c.commit_id IN (SELECT commit_id FROM temp.duplicate) THEN 4"
	"       WHEN c.n_parents > 1 THEN 1"
	"       WHEN sc.class = 'bot' THEN 2"
	"       WHEN sc.class = 'agent' THEN 3"
	"       ELSE 0 END,"
	"  EXISTS (SELECT 1 FROM trailer t JOIN signature_class tc ON tc.signature = t.signature"
	"          WHERE t.commit_id = c.commit_id AND tc.class = 'agent' AND t.key IN"
	"          ('Co-authored-by', 'Co-developed-by', 'Assisted-by', 'Generated-by'))"
	" FROM commits c JOIN tracked USING (repo) JOIN commit_time ct USING (commit_id)"
	" JOIN signature_class sc ON sc.signature = c.author"
	" WHERE NOT tracked.excluded ORDER BY c.commit_id;"
	"UPDATE commit_kind SET agent_assisted = 0 WHERE kind <> 0;"
	"DROP TABLE temp.shared; DROP TABLE temp.duplicate";

/* A placeholder (root@localhost, "the authors of X") hides people: its commits are
 * counted, but it is no person and gets no credit.
 * The author first, so that a trailer that names the author again adds nothing. */
static const char fill_credit[] =
	"INSERT INTO credit(commit_id, person, signature, email, role)"
	" SELECT k.commit_id, i.person, i.signature, i.email, 0"
	" FROM commit_kind k JOIN commits c USING (commit_id)"
	" JOIN identity i ON i.repo = c.repo AND i.signature = c.author"
	" JOIN signature_class sc ON sc.signature = c.author"
	" WHERE k.kind = 0 AND sc.class = 'human';"
	"INSERT OR IGNORE INTO credit(commit_id, person, signature, email, role)"
	" SELECT k.commit_id, i.person, i.signature, i.email, 1"
	" FROM commit_kind k JOIN trailer t USING (commit_id)"
	" JOIN identity i ON i.repo = k.repo AND i.signature = t.signature"
	" JOIN signature_class sc ON sc.signature = t.signature"
	" WHERE k.kind = 0 AND t.key = 'Co-authored-by' AND sc.class = 'human'"
	" ORDER BY k.commit_id, t.n";

int derive_kinds(struct quarry_derive *d, struct quarry_error *err)
{
	int rc = find_duplicates(d, err);

	if (!rc)
		rc = db_exec(d->db, fill_kinds, err);
	return rc ? rc : db_exec(d->db, fill_credit, err);
}
