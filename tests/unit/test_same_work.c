/*
 * The same work under another id (metrics.md 4): which commits are it, and which one
 * of them counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/derive.h"
#include "tables.h"
#include "util/str.h"

#define NONE QUARRY_QUARTER_NONE
#define Q 8100
#define UNREAD INT64_MAX /* for changes: touches that were not read */
#define N(array) (sizeof(array) / sizeof((array)[0]))
#define REPOS_MAX 3
#define COMMITS_MAX 6

/* A repository; the upstream is the number of another one, from 1. */
struct repo {
	const char *url;
	int upstream;
	int32_t from, until;
};
#define REPO(URL) { URL, 0, NONE, NONE }

struct commit {
	int repo; /* from 1; 0: no more */
	char oid;
	int64_t committed_s;
	/* What must be equal, less a constant. */
	int64_t author, author_s, changes;
	const char *subject;
	int merges, flags;
	int32_t later; /* quarters after Q */
};

/* `counted` and `same` name commits by id and repository: "a1 b2", and "b2=a1" where b2 is
 * the work of a1. */
static const struct same_case {
	const char *fact;
	struct repo repos[REPOS_MAX];
	int n_excluded;
	struct commit commits[COMMITS_MAX];
	const char *counted, *same;
} cases[] = {
	{ "a pick is a duplicate of what was committed first",
	  { REPO("x") }, 0, { { 1, 'b', 5 }, { 1, 'a', 9 } }, "b1", "a1=b1" },
	{ "in another repository, too",
	  { REPO("x"), REPO("y") }, 0, { { 1, 'a', 9 }, { 2, 'b', 5 } }, "b2", "a1=b2" },
	{ "an upstream does not count what its fork had before",
	  { REPO("x"), { "y", 1, NONE, NONE } }, 0, { { 1, 'a', 9 }, { 2, 'b', 5 } }, "b2", "a1=b2" },
	{ "of three there is one",
	  { REPO("x"), REPO("y"), REPO("z") }, 0,
	  { { 1, 'a', 9 }, { 2, 'b', 7 }, { 3, 'c', 8 } }, "b2", "a1=b2 c3=b2" },
	{ "another author has other work",
	  { REPO("x") }, 0, { { 1, 'a', 5 }, { 1, 'b', 9, .author = 1 } }, "a1 b1", "" },
	{ "another second is other work",
	  { REPO("x") }, 0, { { 1, 'a', 5 }, { 1, 'b', 9, .author_s = 1 } }, "a1 b1", "" },
	{ "another subject is other work",
	  { REPO("x") }, 0, { { 1, 'a', 5 }, { 1, 'b', 9, .subject = "t" } }, "a1 b1", "" },
	{ "another change is other work",
	  { REPO("x") }, 0, { { 1, 'a', 5 }, { 1, 'b', 9, .changes = 1 } }, "a1 b1", "" },
	{ "a change that was not read tells nothing",
	  { REPO("x") }, 0, { { 1, 'a', 5, .changes = UNREAD }, { 1, 'b', 9, .changes = UNREAD } },
	  "a1 b1", "" },
	{ "nor does one that was read in part",
	  { REPO("x") }, 0, { { 1, 'a', 5 }, { 1, 'b', 9, .flags = 4096 } }, "a1 b1", "" },
	{ "nor an author time that is not there",
	  { REPO("x") }, 0, { { 1, 'a', 5, .flags = 16 }, { 1, 'b', 9, .flags = 16 } }, "a1 b1", "" },
	{ "a merge is no copy of another one",
	  { REPO("x") }, 0, { { 1, 'a', 5, .merges = 1 }, { 1, 'b', 9, .merges = 1 } }, "", "" },
	{ "at the same time in one repository the smaller id counts",
	  { REPO("x") }, 0, { { 1, 'b', 5 }, { 1, 'a', 5 }, { 1, 'c', 5 } }, "a1", "b1=a1 c1=a1" },
	{ "at the same time the upstream counts",
	  { { "x", 2, NONE, NONE }, REPO("y") }, 0,
	  { { 1, 'a', 5 }, { 2, 'b', 5 }, { 2, 'c', 5, .subject = "t" } }, "b2 c2", "a1=b2" },
	{ "then the one with the fewest commits of its own",
	  { REPO("x"), REPO("y") }, 0,
	  { { 1, 'a', 5 }, { 1, 'c', 5, .subject = "t" }, { 2, 'b', 5 } }, "b2 c1", "a1=b2" },
	{ "then the one that is tracked the longest",
	  { { "x", 0, Q, NONE }, REPO("y") }, 0, { { 1, 'a', 5 }, { 2, 'b', 5 } }, "b2", "a1=b2" },
	{ "then the first by URL, whatever the ids",
	  { REPO("x"), REPO("y") }, 0, { { 1, 'b', 5 }, { 2, 'a', 5 } }, "b1", "a2=b1" },
	{ "upstreams in a circle do not lose the work",
	  { { "x", 2, NONE, NONE }, { "y", 1, NONE, NONE } }, 0, { { 1, 'b', 5 }, { 2, 'a', 5 } },
	  "b1", "a2=b1" },
	{ "what is no member in the quarter leaves it to one that is",
	  { { "x", 0, Q + 1, NONE }, REPO("y") }, 0, { { 1, 'a', 5 }, { 2, 'b', 9 } }, "b2", "a1=b2" },
	{ "unless none is a member",
	  { { "x", 0, Q + 1, NONE }, { "y", 0, Q + 1, NONE } }, 0, { { 1, 'a', 5 }, { 2, 'b', 9 } },
	  "a1", "b2=a1" },
	{ "an excluded history keeps its work from everyone, however late",
	  { REPO("x"), REPO("y"), REPO("z") }, 1,
	  { { 1, 'a', 5 }, { 2, 'b', 7 }, { 3, 'c', 9 } }, "", "a1=c3 b2=c3" },
	{ "copies of an id have one home, and that one is a twin",
	  { REPO("x"), REPO("y"), REPO("z") }, 0,
	  { { 1, 'a', 5 }, { 2, 'a', 5 }, { 2, 'c', 5, .subject = "t" }, { 3, 'b', 9 } },
	  "a1 c2", "b3=a1" },
	{ "the copies of a twin's id are duplicates once",
	  { REPO("x"), REPO("y"), REPO("z") }, 0,
	  { { 1, 'b', 9 }, { 2, 'b', 9 }, { 2, 'c', 5, .subject = "t" }, { 3, 'a', 5 } },
	  "a3 c2", "b1=a3" },
	{ "an excluded copy of the id keeps the work under other ids away, too",
	  { REPO("x"), REPO("y"), REPO("z") }, 1,
	  { { 1, 'a', 5 }, { 3, 'a', 5 }, { 2, 'b', 1 } }, "", "b2=a3" },
	{ "one work of two in a repository does not hide the other",
	  { REPO("x"), REPO("y") }, 0,
	  { { 1, 'a', 5 }, { 1, 'b', 6, .subject = "t" }, { 2, 'c', 7 }, { 2, 'd', 4, .subject = "t" } },
	  "a1 d2", "b1=d2 c2=a1" },
	{ "the earliest counts in its own quarter",
	  { REPO("x"), { "y", 0, Q + 1, NONE } }, 0, { { 1, 'a', 5 }, { 2, 'b', 9, .later = 1 } },
	  "a1", "b2=a1" },
};

/* Row numbers in order, or in the opposite one: they must not matter. */
enum order { FORWARD, BACKWARD, N_ORDERS };

static int64_t number(enum order order, int64_t n)
{
	return order == FORWARD ? n : 100 - n;
}

static size_t n_repos(const struct same_case *c)
{
	size_t n = 0;

	while (n < REPOS_MAX && c->repos[n].url)
		n++;
	return n;
}

static void add_repos(struct quarry_derive *d, struct str *sql, const struct same_case *c,
		      enum order order)
{
	size_t n = n_repos(c);

	d->n_members = n - (size_t)c->n_excluded;
	for (size_t i = 0; i < n; i++) {
		const struct repo *r = &c->repos[i];
		struct derive_repo x = {
			.id = number(order, (int64_t)i + 1), .url = r->url, .from = r->from,
			.until = r->until, .moved_from = NO_CATEGORY,
			.upstream = r->upstream ? number(order, r->upstream) : -1,
			.category = i < d->n_members ? 0 : NO_CATEGORY,
		};

		assert_int_equal(vec_push(&d->repos, x), 0);
		str_addf(sql, "INSERT INTO repo(repo, url, slug, state) VALUES(%d, '%s', '%zu', 1);"
			 "INSERT INTO tracked(repo, excluded, known_s) VALUES(%d, %d, 0);",
			 (int)x.id, r->url, i + 1, (int)x.id, i >= d->n_members);
	}
}

static void add_commits(struct str *sql, const struct same_case *c, enum order order)
{
	for (int i = 0; i < COMMITS_MAX && c->commits[i].repo; i++) {
		const struct commit *x = &c->commits[i];
		int commit = (int)number(order, i + 1), q = Q + x->later;

		str_addf(sql, "INSERT INTO commits(commit_id, repo, oid, author, committer, author_s,"
			 " author_offset_min, committer_s, committer_offset_min, author_quarter,"
			 " author_bin, n_parents, parents, subject, flags, n_touches, changes,"
			 " first_seen_s) VALUES(%d, %d, x'%040x', %d, 1, %d, 0, %d, 0, %d, 0, %d, x'',"
			 " '%s', %d, 0, ", commit, (int)number(order, x->repo), (unsigned)x->oid,
			 (int)x->author + 1, (int)x->author_s, (int)x->committed_s, q, x->merges + 1,
			 x->subject ? x->subject : "s", x->flags);
		if (x->changes == UNREAD)
			str_adds(sql, "NULL, 0);");
		else
			str_addf(sql, "%d, 0);", (int)x->changes - 7);
		str_addf(sql, "INSERT INTO commit_time VALUES(%d, %d, %d, %d, %d, 0);", commit,
			 (int)x->author_s, q, (int)x->committed_s, q);
	}
}

static struct quarry_derive build(const struct same_case *c, enum order order)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { 0 };
	struct str sql = STR_INIT;

	assert_int_equal(db_open(&d.db, ":memory:", DB_READ_WRITE, &err), 0);
	must(d.db, quarry_schema_sql);
	must(d.db, quarry_derived_sql);
	must(d.db, "INSERT INTO signature(signature, name, email) VALUES(1, 'A', 'a@x.org'),"
		   " (2, 'B', 'b@x.org'); INSERT INTO signature_class VALUES(1, 'human', ''),"
		   " (2, 'human', '')");
	add_repos(&d, &sql, c, order);
	add_commits(&sql, c, order);
	must(d.db, sql.buf);
	str_release(&sql);
	if (derive_kinds(&d, &err))
		fail_msg("%s: %s", c->fact, err.text);
	return d;
}

/* The texts that a query gives, parted by blanks. */
static void expect(struct quarry_db *db, const char *sql, const char *expected,
		   const struct same_case *c, enum order order)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct db_stmt *st = NULL;
	struct str got = STR_INIT;

	assert_int_equal(db_prepare(&st, db, sql, &err), 0);
	while (db_step(st, &err) > 0)
		str_addf(&got, "%s%s", got.len ? " " : "", db_text(st, 0));
	db_finish(st);
	if (strcmp(got.len ? got.buf : "", expected) != 0)
		fail_msg("%s%s: '%s', not '%s'", c->fact, order ? ", backward" : "",
			 got.len ? got.buf : "", expected);
	str_release(&got);
}

static void the_same_work_counts_once(void **state)
{
	for (size_t i = 0; i < N(cases); i++)
		for (enum order order = FORWARD; order < N_ORDERS; order++) {
			struct quarry_derive d = build(&cases[i], order);

			expect(d.db, "SELECT CAST(substr(oid, -1) AS TEXT) || slug"
			       " FROM commit_kind JOIN commits USING (commit_id) JOIN repo r"
			       " ON r.repo = commits.repo WHERE kind = 0 ORDER BY oid, slug",
			       cases[i].counted, &cases[i], order);
			expect(d.db, "SELECT CAST(substr(a.oid, -1) AS TEXT) || ra.slug || '='"
			       " || CAST(substr(b.oid, -1) AS TEXT) || rb.slug"
			       " FROM same_work JOIN commits a USING (commit_id)"
			       " JOIN commits b ON b.commit_id = of_commit_id"
			       " JOIN repo ra ON ra.repo = a.repo JOIN repo rb ON rb.repo = b.repo"
			       " ORDER BY a.oid, ra.slug", cases[i].same, &cases[i], order);
			expect(d.db, "SELECT 'other' FROM same_work JOIN commit_kind USING (commit_id)"
			       " WHERE kind <> 4", "", &cases[i], order);
			vec_release(&d.repos);
			db_close(d.db);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_work_counts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
