/*
 * Where a commit counts that several repositories share (metrics.md 4).
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
#define Q 8100 /* the quarter of every commit */
#define REPO(ID, URL, UPSTREAM, FROM, UNTIL) \
	{ .id = ID, .url = URL, .upstream = UPSTREAM, .from = FROM, .until = UNTIL, \
	  .moved_from = NO_CATEGORY }

/* Up to three repositories with one letter a commit; `counted` says for each letter, in
 * the order of the alphabet, the number of the repository it counts in. */
static const struct homes_case {
	const char *fact;
	struct derive_repo repos[3];
	size_t n_members, n_repos;
	const char *commits[3];
	const char *counted;
} cases[] = {
	{ "an upstream keeps what its fork shares, however much it has of its own",
	  { REPO(1, "a", 2, NONE, NONE), REPO(2, "b", -1, NONE, NONE) }, 2, 2,
	  { "abc", "abdefgh" }, "22122222" },
	{ "an upstream's upstream is one, too",
	  { REPO(1, "a", 2, NONE, NONE),
	    REPO(2, "b", 3, NONE, NONE), REPO(3, "c", -1, NONE, NONE) }, 3, 3,
	  { "ab", "ac", "ad" }, "3123" },
	{ "an upstream at two hops counts where the one between has not the commit",
	  { REPO(1, "a", 2, NONE, NONE),
	    REPO(2, "b", 3, NONE, NONE), REPO(3, "c", -1, NONE, NONE) }, 3, 3,
	  { "ab", "c", "ad" }, "3123" },
	{ "an upstream that has not the commit rules nobody out of it",
	  { REPO(1, "a", 2, NONE, NONE),
	    REPO(2, "b", -1, NONE, NONE), REPO(3, "c", -1, NONE, NONE) }, 3, 3,
	  { "ab", "a", "bcde" }, "21333" },
	{ "without upstream the repository with the fewest commits of its own is the home",
	  { REPO(1, "a", -1, NONE, NONE), REPO(2, "b", -1, NONE, NONE) }, 2, 2,
	  { "abc", "ad" }, "2112" },
	{ "then the one that is tracked the longest",
	  { REPO(1, "a", -1, Q, NONE), REPO(2, "b", -1, NONE, NONE) }, 2, 2,
	  { "ab", "ac" }, "212" },
	{ "then the first by URL",
	  { REPO(1, "a", -1, NONE, NONE), REPO(2, "b", -1, NONE, NONE) }, 2, 2,
	  { "ab", "ac" }, "112" },
	{ "a repository that is no member in the quarter is no home",
	  { REPO(1, "a", -1, NONE, Q - 1), REPO(2, "b", -1, NONE, NONE) }, 2, 2,
	  { "a", "ab" }, "22" },
	{ "unless none of them is a member",
	  { REPO(1, "a", -1, NONE, Q - 1),
	    REPO(2, "b", -1, NONE, Q - 1) }, 2, 2,
	  { "a", "ab" }, "12" },
	{ "an excluded history keeps its commits from everyone",
	  { REPO(1, "a", -1, NONE, NONE), REPO(2, "b", -1, NONE, NONE) },
	  1, 2, { "abc", "ab" }, "..1" },
	{ "upstreams in a circle do not lose a commit",
	  { REPO(1, "a", 2, NONE, NONE),
	    REPO(2, "b", 1, NONE, NONE) }, 2, 2,
	  { "ab", "a" }, "11" },
	{ "a repository that is its own upstream is a home",
	  { REPO(1, "a", 1, NONE, NONE), REPO(2, "b", -1, NONE, NONE) }, 2, 2,
	  { "a", "ab" }, "12" },
};

static void add_repo(struct str *sql, const struct homes_case *c, size_t i)
{
	int id = (int)c->repos[i].id;

	str_addf(sql, "INSERT INTO repo(repo, url, slug, state) VALUES(%d, '%s', 's', 1);"
		 "INSERT INTO tracked VALUES(%d, 0, NULL, NULL, NULL, NULL, %d, 0);"
		 "INSERT INTO identity VALUES(%d, 1, 'a@x.org', 0, 0);",
		 id, c->repos[i].url, id, i >= c->n_members, id);
	for (const char *p = c->commits[i]; *p; p++) {
		int commit = id * 1000 + *p;

		str_addf(sql, "INSERT INTO commits(commit_id, repo, oid, author, committer, author_s,"
			 " author_offset_min, committer_s, committer_offset_min, author_quarter,"
			 " author_bin, n_parents, parents, subject, flags, n_touches, first_seen_s)"
			 " VALUES(%d, %d, x'%040x', 1, 1, 0, 0, 0, 0, 0, 0, 1, x'', '', 0, 0, 0);"
			 "INSERT INTO commit_time VALUES(%d, 0, %d, 0, %d, 0);",
			 commit, id, (unsigned)*p, commit, Q, Q);
	}
}

/* The repository in which commit `letter` counts; '.': in none. */
static char home_of(struct quarry_db *db, char letter)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char sql[128];
	int64_t repo = 0, n = 0;

	(void)snprintf(sql, sizeof(sql), "SELECT repo, count(*) FROM commit_kind WHERE kind = 0 AND "
		       "commit_id %% 1000 = %d", letter);
	assert_int_equal(db_scalar(&repo, db, sql, 0, &err), 0);
	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM commit_kind WHERE kind = 0 AND "
		       "commit_id %% 1000 = %d", letter);
	assert_int_equal(db_scalar(&n, db, sql, 0, &err), 0);
	assert_true(n <= 1); /* never twice */
	return n ? (char)('0' + repo) : '.';
}

static void check(const struct homes_case *c)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .n_members = c->n_members };
	struct str sql = STR_INIT;
	char got[16] = "";

	assert_int_equal(db_open(&d.db, ":memory:", DB_READ_WRITE, &err), 0);
	must(d.db, quarry_schema_sql);
	must(d.db, quarry_derived_sql);
	must(d.db, "INSERT INTO signature(signature, name, email) VALUES(1, 'A', 'a@x.org');"
		   "INSERT INTO signature_class VALUES(1, 'human', '')");
	for (size_t i = 0; i < c->n_repos; i++) {
		assert_int_equal(vec_push(&d.repos, c->repos[i]), 0);
		add_repo(&sql, c, i);
	}
	must(d.db, sql.buf);
	if (derive_kinds(&d, &err))
		fail_msg("%s: %s", c->fact, err.text);
	for (size_t i = 0; c->counted[i]; i++)
		got[i] = home_of(d.db, (char)('a' + i));
	if (strcmp(got, c->counted) != 0)
		fail_msg("%s: %s, not %s", c->fact, got, c->counted);
	str_release(&sql);
	vec_release(&d.repos);
	db_close(d.db);
}

static void a_shared_commit_counts_in_its_home_alone(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(&cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shared_commit_counts_in_its_home_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
