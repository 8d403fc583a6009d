/*
 * Which repositories are forks of which, as their commits say (metrics.md 4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/derive.h"
#include "tables.h"
#include "util/str.h"

#define NONE QUARRY_QUARTER_NONE
#define Q 8100
#define N(array) (sizeof(array) / sizeof((array)[0]))
#define REPOS_MAX 4

/* Repositories x, y, z and w in this order; one letter a commit, a capital one for a
 * commit without a parent.  `forks` has a line a pair, `told` one a fork. */
static const struct forks_case {
	const char *fact;
	const char *commits[REPOS_MAX];
	int upstream[REPOS_MAX]; /* from 1; 0: none */
	int n_excluded;
	const char *forks, *told;
} cases[] = {
	{ "who shares nothing is no fork", { "Aab", "Bcd" }, { 0 }, 0, "", "" },
	{ "a shared root is enough",
	  { "Aabcdefgh", "Aijklmnopq" }, { 0 }, 0,
	  "y of x: 1 (10%, 11%) root\n", "y of x: 1 (10%) root\n" },
	{ "the one with the most of its own is the fork",
	  { "Aabc", "Aab" }, { 0 }, 0, "x of y: 3 (75%, 100%) root\n", "x of y: 3 (75%) root\n" },
	{ "unless the universe says the opposite",
	  { "Aabc", "Aab" }, { 0, 1 }, 0,
	  "y of x: 3 (100%, 75%) root named\n", "y of x: 3 (100%) root named\n" },
	{ "without a root it takes a fifth of the commits of one",
	  { "abcde", "afghi", "ajklmn" }, { 0 }, 0,
	  "y of x: 1 (20%, 20%)\nz of x: 1 (17%, 20%)\nz of y: 1 (17%, 20%)\n",
	  "y of x: 1 (20%)\nz of x: 1 (17%)\n" },
	{ "less is none", { "abcdef", "aghijk" }, { 0 }, 0, "", "" },
	{ "an upstream's upstream is named, too",
	  { "Aa", "Aab", "Aabc" }, { 0, 1, 2 }, 0,
	  "y of x: 2 (67%, 100%) root named\nz of x: 2 (50%, 100%) root named\n"
	  "z of y: 3 (75%, 100%) root named\n",
	  "y of x: 2 (67%) root named\nz of y: 3 (75%) root named\n" },
	{ "of two forks of one upstream the pair is no news",
	  { "A", "Aa", "Aab" }, { 0, 1, 1 }, 0,
	  "y of x: 1 (50%, 100%) root named\nz of x: 1 (33%, 100%) root named\n"
	  "z of y: 2 (67%, 100%) root\n",
	  "y of x: 1 (50%) root named\nz of x: 1 (33%) root named\n" },
	{ "upstreams in a circle are both named, and order decides",
	  { "Aab", "Aac" }, { 2, 1 }, 0, "y of x: 2 (67%, 67%) root named\n",
	  "y of x: 2 (67%) root named\n" },
	{ "what is mined to be excluded is out of it",
	  { "Aab", "Aac" }, { 0 }, 1, "", "" },
	{ "several sets of repositories add up",
	  { "Aabc", "Aabd", "Aaef", "Bcd" }, { 0 }, 0,
	  "w of x: 1 (33%, 25%)\nw of y: 1 (33%, 25%)\n"
	  "y of x: 3 (75%, 75%) root\nz of x: 2 (50%, 50%) root\nz of y: 2 (50%, 50%) root\n",
	  "w of x: 1 (33%)\ny of x: 3 (75%) root\nz of x: 2 (50%) root\n" },
};

/* Row numbers in order, or in the opposite one: they must not matter. */
enum order { FORWARD, BACKWARD, N_ORDERS };

static int number(enum order order, int n)
{
	return order == FORWARD ? n : 10 - n;
}

static void add_repo(struct quarry_derive *d, struct str *sql, const struct forks_case *c, size_t i,
		     enum order order)
{
	static const char *const names[] = { "x", "y", "z", "w" };
	/* By URL: w stands last there, too. */
	static const char *const urls[] = { "h/1", "h/2", "h/3", "h/4" };
	struct derive_repo x = {
		.id = number(order, (int)i + 1), .url = urls[i], .from = NONE, .until = NONE,
		.moved_from = NO_CATEGORY,
		.upstream = c->upstream[i] ? number(order, c->upstream[i]) : -1,
	};

	assert_int_equal(vec_push(&d->repos, x), 0);
	str_addf(sql, "INSERT INTO repo(repo, url, slug, state) VALUES(%d, '%s', '%s', 1);"
		 "INSERT INTO tracked(repo, excluded, known_s) VALUES(%d, %d, 0);",
		 (int)x.id, urls[i], names[i], (int)x.id, i >= d->n_members);
	for (const char *p = c->commits[i]; *p; p++) {
		int commit = (int)x.id * 1000 + *p;

		str_addf(sql, "INSERT INTO commits(commit_id, repo, oid, author, committer, author_s,"
			 " author_offset_min, committer_s, committer_offset_min, author_quarter,"
			 " author_bin, n_parents, parents, subject, flags, first_seen_s)"
			 " VALUES(%d, %d, x'%040x', 1, 1, 0, 0, 0, 0, 0, 0, %d, x'', '', 0, 0);"
			 "INSERT INTO commit_time VALUES(%d, 0, %d, 0, %d, 0);",
			 commit, (int)x.id, (unsigned)*p, *p >= 'a', commit, Q, Q);
	}
}

static int tell(void *payload, const struct quarry_fork *f, struct quarry_error *err)
{
	str_addf(payload, "%s of %s: %d (%.0f%%)%s%s\n", f->slug, f->of_slug, (int)f->shared,
		 f->share * 100, f->root ? " root" : "", f->named ? " named" : "");
	return 0;
}

static void read_pairs(struct str *out, struct quarry_db *db)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct db_stmt *st = NULL;

	assert_int_equal(db_prepare(&st, db, "SELECT a.slug, b.slug, shared, share, of_share, root, named"
				    " FROM fork JOIN repo a USING (repo) JOIN repo b ON b.repo = of_repo"
				    " ORDER BY a.slug, b.slug", &err), 0);
	while (db_step(st, &err) > 0) {
		str_addf(out, "%s of ", db_text(st, 0));
		str_addf(out, "%s: %d (%.0f%%, %.0f%%)%s%s\n", db_text(st, 1), (int)db_int(st, 2),
			 db_real(st, 3) * 100, db_real(st, 4) * 100, db_int(st, 5) ? " root" : "",
			 db_int(st, 6) ? " named" : "");
	}
	db_finish(st);
}

static void expect(const struct forks_case *c, struct str *got, const char *expected)
{
	if (strcmp(got->len ? got->buf : "", expected) != 0)
		fail_msg("%s: %s, not %s", c->fact, got->len ? got->buf : "nothing", expected);
	str_clear(got);
}

static void check(const struct forks_case *c, enum order order)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { 0 };
	struct str sql = STR_INIT, got = STR_INIT;
	size_t n = 0;

	assert_int_equal(db_open(&d.db, ":memory:", DB_READ_WRITE, &err), 0);
	must(d.db, quarry_schema_sql);
	/* Before anything was derived there is none, and no mistake. */
	assert_int_equal(quarry_aggregate_each_fork(d.db, tell, &got, &err), 0);
	must(d.db, quarry_derived_sql);
	must(d.db, "INSERT INTO signature(signature, name, email) VALUES(1, 'A', 'a@x.org');"
		   "INSERT INTO signature_class VALUES(1, 'human', '')");
	while (n < REPOS_MAX && c->commits[n])
		n++;
	d.n_members = n - (size_t)c->n_excluded;
	for (size_t i = 0; i < n; i++)
		add_repo(&d, &sql, c, i, order);
	must(d.db, sql.buf);
	if (derive_kinds(&d, &err))
		fail_msg("%s: %s", c->fact, err.text);
	read_pairs(&got, d.db);
	expect(c, &got, c->forks);
	assert_int_equal(quarry_aggregate_each_fork(d.db, tell, &got, &err), 0);
	expect(c, &got, c->told);
	str_release(&sql);
	str_release(&got);
	vec_release(&d.repos);
	db_close(d.db);
}

static void a_fork_is_known_by_its_commits(void **state)
{
	for (size_t i = 0; i < N(cases); i++)
		for (enum order order = FORWARD; order < N_ORDERS; order++)
			check(&cases[i], order);
}

static int stop(void *payload, const struct quarry_fork *f, struct quarry_error *err)
{
	return QUARRY_EINTR;
}

static void telling_of_forks_stops_when_asked_to(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_db *db = NULL;

	assert_int_equal(db_open(&db, ":memory:", DB_READ_WRITE, &err), 0);
	must(db, quarry_schema_sql);
	must(db, quarry_derived_sql);
	must(db, "INSERT INTO repo(repo, url, slug) VALUES(1, 'a', 'a'), (2, 'b', 'b');"
		 "INSERT INTO fork VALUES(1, 2, 0, 1, 1, 1, 1)");
	assert_int_equal(quarry_aggregate_each_fork(db, stop, NULL, &err), QUARRY_EINTR);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fork_is_known_by_its_commits),
		cmocka_unit_test(telling_of_forks_stops_when_asked_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
