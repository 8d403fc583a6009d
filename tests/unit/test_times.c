/*
 * Implausible times are repaired, never dropped (metrics.md time_fixed); and up to
 * when the histories are known (quarter, stale).
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

#define MINED 1750000000 /* 2025-06-15T15:06:40Z; the day begins at 1749945600 */
#define DAY_BEGIN 1749945600
#define EARLIEST 631152000 /* 1990-01-01 */
#define T 1700000000
#define HOUR 3600

/* One commit; its number is its place, and parents are given by number. */
struct time_case {
	const char *fact;
	int64_t author_s, author_min, committer_s, committer_min, flags;
	int parent; /* number, -1: none */
	int64_t activity_s; /* expected by author time */
	int fixed;
};

static const struct time_case cases[] = {
	{ "a plausible time stands", T, 0, T + 5, 0, 0, -1, T, 0 },
	{ "an author time at 0 gives way", 0, 0, T, 0, 0, -1, T, 1 },
	{ "a missing one gives way", 0, 0, T, 0, 16, -1, T, 1 },
	{ "one before 1990 gives way", EARLIEST - 1, 0, T, 0, 0, -1, T, 1 },
	{ "one at the first second of 1990 stands", EARLIEST, 0, T, 0, 0, -1, EARLIEST, 0 },
	{ "a day after the committer stands", T + 24 * HOUR, 0, T, 0, 0, -1, T + 24 * HOUR, 0 },
	{ "a second more gives way", T + 24 * HOUR + 1, 0, T, 0, 0, -1, T, 1 },
	{ "two days after mining stand", DAY_BEGIN + 48 * HOUR, 0, DAY_BEGIN + 48 * HOUR, 0, 0, -1,
	  DAY_BEGIN + 48 * HOUR, 0 },
	{ "an offset of fourteen hours stands", T, -840, T, 0, 0, -1, T, 0 },
	{ "a larger one gives way", T, 841, T + 7, 0, 0, -1, T + 7, 1 },
	{ "with both wrong the parent's time counts", 0, 0, 0, 0, 0, 0, T, 1 },
	{ "also through a parent that was repaired", -5, 0, -5, 0, 0, 10, T, 1 },
	{ "also where the committer time lies in the future", INT64_MAX, 0, INT64_MAX, 0, 0, 11, T, 1 },
	{ "a root without any time is at the earliest one", 0, 0, 0, 0, 48, -1, EARLIEST, 1 },
	{ "a parent that is not there is no help", 0, 0, 0, 0, 0, 99, EARLIEST, 1 },
};

#define N (sizeof(cases) / sizeof(cases[0]))

static void open_world(struct quarry_derive *d)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	assert_int_equal(db_open(&d->db, ":memory:", DB_READ_WRITE, &err), 0);
	must(d->db, quarry_schema_sql);
	must(d->db, quarry_derived_sql);
	must(d->db, "INSERT INTO repo(repo, url, slug, state, mined_s) VALUES(1, 'u', 's', 1, 1750000000);"
		    "INSERT INTO tracked VALUES(1, 0, NULL, NULL, NULL, NULL, 0, 0)");
}

static void add_commit(struct quarry_db *db, size_t i, const struct time_case *c)
{
	struct str sql = STR_INIT;

	str_addf(&sql, "INSERT INTO commits(commit_id, repo, oid, author, committer, author_s,"
		 " author_offset_min, committer_s, committer_offset_min, author_quarter, author_bin,"
		 " n_parents, parents, subject, flags, n_touches, first_seen_s)"
		 " VALUES(%zu, 1, x'%040zx', 1, 1, %lld, %lld, %lld, %lld, 0, 0, %d, x'", i + 1, i, (long long)c->author_s, (long long)c->author_min,
		 (long long)c->committer_s, (long long)c->committer_min, c->parent >= 0);
	if (c->parent >= 0)
		str_addf(&sql, "%040x", (unsigned)c->parent);
	str_addf(&sql, "', '', %lld, 0, 0)", (long long)c->flags);
	must(db, sql.buf);
	str_release(&sql);
}

static int64_t number(struct quarry_db *db, const char *column, size_t i)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char sql[96];
	int64_t n = -1;

	(void)snprintf(sql, sizeof(sql), "SELECT %s FROM commit_time WHERE commit_id = %zu", column, i + 1);
	assert_int_equal(db_scalar(&n, db, sql, -1, &err), 0);
	return n;
}

static void implausible_times_are_repaired(void **state)
{
	const struct quarry_universe u = { .earliest_s = EARLIEST };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .universe = &u };

	open_world(&d);
	for (size_t i = 0; i < N; i++)
		add_commit(d.db, i, &cases[i]);
	if (derive_times(&d, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < N; i++)
		if (number(d.db, "activity_s", i) != cases[i].activity_s ||
		    number(d.db, "time_fixed", i) != cases[i].fixed)
			fail_msg("%s: %lld, fixed %lld", cases[i].fact,
				 (long long)number(d.db, "activity_s", i),
				 (long long)number(d.db, "time_fixed", i));
	db_close(d.db);
}

/* The other basis is kept for the sensitivity line, whichever was chosen. */
static void both_bases_are_kept(void **state)
{
	const struct quarry_universe u = { .earliest_s = EARLIEST };
	const struct time_case c = { "", T, 0, T + 100 * 24 * HOUR, 0, 0, -1, 0, 0 };

	for (int by_committer = 0; by_committer < 2; by_committer++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_derive d = { .universe = &u, .by_committer = by_committer };

		open_world(&d);
		add_commit(d.db, 0, &c);
		assert_int_equal(derive_times(&d, &err), 0);
		assert_int_equal(number(d.db, "activity_s", 0), by_committer ? c.committer_s : T);
		assert_int_equal(number(d.db, "other_s", 0), by_committer ? T : c.committer_s);
		assert_int_equal(number(d.db, "quarter", 0), by_committer ? 8096 : 8095);
		assert_int_equal(number(d.db, "other_quarter", 0), by_committer ? 8095 : 8096);
		db_close(d.db);
	}
}

/* Ten thousand broken commits in a line, children first: no recursion, no square. */
static void a_long_line_of_broken_times_is_resolved(void **state)
{
	enum { LINE = 10000 };
	const struct quarry_universe u = { .earliest_s = EARLIEST };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .universe = &u };
	struct time_case c = { "", 0, 0, 0, 0, 0, 0, 0, 0 };

	open_world(&d);
	must(d.db, "BEGIN");
	for (int i = 0; i < LINE; i++) {
		c.parent = i + 1;
		add_commit(d.db, (size_t)i, &c);
	}
	add_commit(d.db, LINE, &cases[0]);
	must(d.db, "COMMIT");
	assert_int_equal(derive_times(&d, &err), 0);
	assert_int_equal(number(d.db, "activity_s", 0), T);
	assert_int_equal(number(d.db, "activity_s", LINE), T);
	db_close(d.db);
}

#define DAY (24 * HOUR)

/* Three repositories: one read in place, by its newest commit, and two fetched; 0: not there. */
static const struct {
	const char *fact;
	int64_t in_place_s, fetched_s[2];
	int64_t snapshot_s, grace_s; /* expected */
} snapshots[] = {
	{ "of a mirror the newest commit counts", DAY_BEGIN + 5, { 0, 0 }, DAY_BEGIN, 14 * DAY },
	{ "of fetched ones the newest fetch", 0, { DAY_BEGIN + 5, DAY_BEGIN + DAY + 7 }, DAY_BEGIN + DAY, 0 },
	{ "of both the earlier", DAY_BEGIN + 5, { DAY_BEGIN + 30 * DAY, 0 }, DAY_BEGIN, 14 * DAY },
	{ "with no grace beyond the fetch", DAY_BEGIN + 5, { DAY_BEGIN + 3 * DAY, 0 }, DAY_BEGIN, 3 * DAY },
	{ "none on one day", DAY_BEGIN + 5, { DAY_BEGIN + 9, 0 }, DAY_BEGIN, 0 },
	{ "nor where the fetch is the earlier", DAY_BEGIN + DAY, { DAY_BEGIN + 9, 0 }, DAY_BEGIN, 0 },
	{ "nothing at all", 0, { 0, 0 }, 0, 0 },
};

static void add_repositories(struct quarry_db *db, int64_t in_place_s, const int64_t fetched_s[2])
{
	const struct time_case c = { "", T, 0, T, 0, 0, -1, 0, 0 };
	struct str sql = STR_INIT;

	if (in_place_s) {
		add_commit(db, 0, &c);
		str_addf(&sql, "INSERT INTO commit_time VALUES(1, 0, 0, %lld, 0, 0);", (long long)in_place_s);
	}
	for (int i = 0; i < 2; i++)
		if (fetched_s[i])
			str_addf(&sql, "INSERT INTO repo(repo, url, slug, state, facts_s)"
				 " VALUES(%d, 'u%d', 's', 1, %lld);"
				 "INSERT INTO tracked VALUES(%d, 0, NULL, NULL, NULL, NULL, 0, 0);",
				 i + 2, i, (long long)fetched_s[i], i + 2);
	if (sql.len)
		must(db, sql.buf);
	str_release(&sql);
}

static void the_snapshot_is_a_day_that_is_known(void **state)
{
	for (size_t i = 0; i < sizeof(snapshots) / sizeof(snapshots[0]); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_derive d = { 0 };

		open_world(&d);
		add_repositories(d.db, snapshots[i].in_place_s, snapshots[i].fetched_s);
		assert_int_equal(derive_snapshot(&d, &err), 0);
		if (d.snapshot_s != snapshots[i].snapshot_s || d.grace_s != snapshots[i].grace_s)
			fail_msg("%s: %lld, grace %lld", snapshots[i].fact, (long long)d.snapshot_s,
				 (long long)d.grace_s);
		db_close(d.db);
	}
}

/* 2025Q2 ends with second 1751328000. */
static void what_ends_before_its_quarter_is_stale(void **state)
{
	enum { Q2 = 8101, END = 1751328000 };
	static const struct { int64_t known_s, snapshot_s, grace_s; bool stale; } knowns[] = {
		{ 0, END, 0, false },                     /* read in place: nobody knows */
		{ END, END + 90 * DAY, 0, false },
		{ END - 1, END + 90 * DAY, 0, true },
		{ END - 1, END, 0, true },
		{ END - 1, END - 5 * DAY, 5 * DAY, true }, /* over, by the grace of a mirror */
		{ END - 6 * DAY, END - 5 * DAY, 4 * DAY, false }, /* not over: the day before counts */
		{ END - 6 * DAY - 1, END - 5 * DAY, 4 * DAY, true },
		{ END - 91 * DAY - 1, END - 91 * DAY, 0, false }, /* not even begun */
	};

	for (size_t i = 0; i < sizeof(knowns) / sizeof(knowns[0]); i++) {
		const struct derive_repo r = { .known_s = knowns[i].known_s };
		const struct quarry_derive d = { .snapshot_s = knowns[i].snapshot_s,
						 .grace_s = knowns[i].grace_s };

		if (derive_is_stale(&d, &r, Q2) != knowns[i].stale)
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(implausible_times_are_repaired),
		cmocka_unit_test(both_bases_are_kept),
		cmocka_unit_test(a_long_line_of_broken_times_is_resolved),
		cmocka_unit_test(the_snapshot_is_a_day_that_is_known),
		cmocka_unit_test(what_ends_before_its_quarter_is_stale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
