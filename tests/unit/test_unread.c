/*
 * Figures of files where touches were not read, of lines where they were not counted, and
 * who is new where a history is cut off (metrics.md unread, lines_churn, new_contributors).
 *
 * Two repositories, a and b, of one category; b joined in 2025Q2.  a: a root of 2025Q1 with
 * two touches, and a commit of 2025Q2 with one.  b: a commit of each quarter, with one touch
 * and with three.  Each touch added a line.
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

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define Q1 8100
#define Q2 8101

static struct quarry_layer layers[] = { { "l", "L" } };
static struct quarry_category categories[] = { { "one", "One", 0, "" } };
static struct quarry_repo repos[] = {
	{ .url = "https://x.org/o/a", .slug = "o/a", .from = QUARRY_QUARTER_NONE,
	  .until = QUARRY_QUARTER_NONE, .moved_from = SIZE_MAX },
	{ .url = "https://x.org/o/b", .slug = "o/b", .from = Q2,
	  .until = QUARRY_QUARTER_NONE, .moved_from = SIZE_MAX },
};
static const struct quarry_universe universe = {
	.id = "u", .title = "U", .from = QUARRY_QUARTER_NONE, .until = QUARRY_QUARTER_NONE,
	.small_base = 20, .bulk_paths = 1000, .earliest_s = 631152000, .layers = layers,
	.n_layers = 1, .categories = categories, .n_categories = 1, .repos = repos, .n_repos = 2,
	.hash = "h",
};

static const char facts[] =
	"INSERT INTO repo(repo, url, slug, state, mined_s) VALUES"
	" (1, 'https://x.org/o/a', 'o/a', 1, 1760000000), (2, 'https://x.org/o/b', 'o/b', 1, 1760000000);"
	"INSERT INTO signature(signature, name, email) VALUES(1, 'Ann One', 'ann@x.org');"
	"INSERT INTO path(path, repo, name) VALUES(1, 1, 'p'), (2, 1, 'q'), (3, 2, 'p'), (4, 2, 'q'),"
	" (5, 2, 'go.sum');"
	"INSERT INTO commits(commit_id, repo, oid, author, committer, author_s, author_offset_min,"
	" committer_s, committer_offset_min, author_quarter, author_bin, n_parents, parents, subject,"
	" flags, n_touches, first_seen_s, first_touch) VALUES"
	" (1, 1, x'01', 1, 1, 1736000000, 0, 1736000000, 0, 8100, 0, 0, x'', 's', 1, 2, 0, 1),"
	" (2, 1, x'02', 1, 1, 1746000000, 0, 1746000000, 0, 8101, 4, 1, zeroblob(20), 's', 0, 1, 0, 3),"
	" (3, 2, x'03', 1, 1, 1736000000, 0, 1736000000, 0, 8100, 0, 1, zeroblob(20), 's', 0, 1, 0, 4),"
	" (4, 2, x'04', 1, 1, 1751000000, 0, 1751000000, 0, 8101, 12, 1, zeroblob(20), 's', 0, 3, 0, 5);"
	"INSERT INTO touch_row(touch, path, status, added, deleted) VALUES(1, 1, 'A', 1, 0),"
	" (2, 2, 'A', 1, 0), (3, 1, 'M', 1, 0), (4, 3, 'M', 1, 0), (5, 3, 'M', 1, 0), (6, 4, 'A', 1, 0),"
	" (7, 5, 'M', 1, 0)";

/* "raw robust lines_raw lines" of the universe, in a quarter under the membership of another. */
#define FILES_OF(quarter, members_of) \
	"SELECT group_concat(coalesce(x, 'n/a'), ' ') FROM (SELECT file_touches_raw AS x FROM scope_quarter" \
	" WHERE scope = 0 AND quarter = " #quarter " AND members_of = " #members_of \
	" UNION ALL SELECT file_touches FROM scope_quarter" \
	" WHERE scope = 0 AND quarter = " #quarter " AND members_of = " #members_of \
	" UNION ALL SELECT lines_churn_raw FROM scope_quarter" \
	" WHERE scope = 0 AND quarter = " #quarter " AND members_of = " #members_of \
	" UNION ALL SELECT lines_churn FROM scope_quarter" \
	" WHERE scope = 0 AND quarter = " #quarter " AND members_of = " #members_of ")"

static const struct {
	const char *fact, *change;
	const char *own, *base, *now; /* 2025Q1; 2025Q1 with the members of 2025Q2; 2025Q2 */
	const char *organic, *new_repos; /* of the touches of 2025Q2 */
} cases[] = {
	{ "all was read", "", "2 0 2 0", "3 1 3 1", "4 3 4 3", "0", "2" },
	{ "a is read of 2025Q2 on", "UPDATE repo SET since = 8101 WHERE repo = 1;"
	  "UPDATE commits SET n_touches = NULL WHERE commit_id = 1; DELETE FROM touch_row WHERE touch < 3",
	  "n/a n/a n/a n/a", "n/a n/a n/a n/a", "4 3 4 3", "n/a", "n/a" },
	{ "a part of what lies before is there", "UPDATE repo SET since = 8101 WHERE repo = 1",
	  "n/a n/a n/a n/a", "n/a n/a n/a n/a", "4 3 4 3", "n/a", "n/a" },
	{ "b is, which was no member before", "UPDATE repo SET since = 8101 WHERE repo = 2",
	  "2 0 2 0", "n/a n/a n/a n/a", "4 3 4 3", "n/a", "n/a" },
	{ "a commit of the window was not read", "UPDATE commits SET n_touches = NULL WHERE commit_id = 2;"
	  "DELETE FROM touch_row WHERE touch = 3", "2 0 2 0", "3 1 3 1", "n/a n/a n/a n/a", "n/a", "n/a" },
	{ "a window that begins with the first commit", "UPDATE repo SET since = 8100",
	  "2 0 2 0", "3 1 3 1", "4 3 4 3", "0", "2" },
	{ "nothing is there before it", "UPDATE repo SET since = 8101; DELETE FROM touch_row WHERE touch IN"
	  " (1, 2, 4); DELETE FROM commits WHERE commit_id IN (1, 3)", "0 0 0 0", "0 0 0 0", "4 3 4 3", "0", "3" },
	{ "lines were not asked for", "UPDATE touch_row SET added = NULL, deleted = NULL WHERE touch > 4",
	  "2 0 2 0", "3 1 3 1", "4 3 n/a n/a", "0", "2" },
	{ "a blob is missing", "UPDATE touch_row SET added = -4 WHERE touch = 5",
	  "2 0 2 0", "3 1 3 1", "4 3 n/a n/a", "0", "2" },
	{ "a blob is too large", "UPDATE touch_row SET added = -3 WHERE touch = 3",
	  "2 0 2 0", "3 1 3 1", "4 3 n/a n/a", "0", "2" },
	{ "a file that is left out, too", "UPDATE touch_row SET added = -4 WHERE path = 5",
	  "2 0 2 0", "3 1 3 1", "4 3 n/a n/a", "0", "2" },
	{ "a binary file has no lines", "UPDATE touch_row SET added = -2 WHERE touch = 5",
	  "2 0 2 0", "3 1 3 1", "4 3 3 2", "0", "2" },
	{ "deleted lines are lines", "UPDATE touch_row SET deleted = 5 WHERE touch = 3",
	  "2 0 2 0", "3 1 3 1", "4 3 9 8", "0", "2" },
	{ "50,000 lines are not bulk", "UPDATE touch_row SET added = 49998 WHERE touch = 5",
	  "2 0 2 0", "3 1 3 1", "4 3 50001 50000", "0", "2" },
	{ "one more is, for lines alone", "UPDATE touch_row SET added = 49999 WHERE touch = 7",
	  "2 0 2 0", "3 1 3 1", "4 3 50002 1", "0", "2" },
};

static void check(const char *fact, struct quarry_db *db, const char *sql, const char *expected)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct db_stmt *st = NULL;

	if (db_prepare(&st, db, sql, &err) || db_step(st, &err) != 1)
		fail_msg("%s: %s: %s", fact, sql, err.text);
	if (strcmp(db_text(st, 0), expected) != 0)
		fail_msg("%s: %s is %s, not %s", fact, sql, db_text(st, 0), expected);
	db_finish(st);
}

/* The facts, changed, and all that follows from them; verdicts as plain as can be. */
static struct quarry_db *derived(const char *change)
{
	const struct quarry_derive_options options = { .signature_rules_hash = "", .path_rules_hash = "", .identity_rules_hash = "",
						       .people_hash = "",
							.without = "" };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive *d = NULL;
	struct quarry_db *db = NULL;
	int rc;

	assert_int_equal(db_open(&db, ":memory:", DB_READ_WRITE, &err), 0);
	must(db, quarry_schema_sql);
	must(db, facts);
	must(db, change);
	rc = quarry_derive_begin(&d, db, &universe, &options, &err);
	if (!rc)
		rc = quarry_derive_person(d, 0, 0, 0, "", "ann@x.org", &err);
	for (int repo = 1; !rc && repo <= 2; repo++)
		rc = quarry_derive_identity(d, repo, 1, "ann@x.org", 0, 0, &err);
	if (!rc)
		rc = quarry_derive_signature_class(d, 1, "human", "", &err);
	for (int path = 1; !rc && path <= 5; path++)
		rc = quarry_derive_path_class(d, path, path == 5 ? "lock" : "source", &err);
	if (!rc)
		rc = quarry_derive_finish(d, &err);
	if (rc)
		fail_msg("%s: %s", change, err.text);
	quarry_derive_free(d);
	return db;
}

static void figures_are_whole_or_none(void **state)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct quarry_db *db = derived(cases[i].change);

		check(cases[i].fact, db, FILES_OF(8100, 8100), cases[i].own);
		check(cases[i].fact, db, FILES_OF(8100, 8101), cases[i].base);
		check(cases[i].fact, db, FILES_OF(8101, 8101), cases[i].now);
		check(cases[i].fact, db, "SELECT coalesce(organic, 'n/a') FROM scope_change WHERE scope = 0"
		      " AND quarter = 8101 AND metric = 'file_touches'", cases[i].organic);
		check(cases[i].fact, db, "SELECT coalesce(new_repos, 'n/a') FROM scope_change WHERE scope = 0"
		      " AND quarter = 8101 AND metric = 'file_touches'", cases[i].new_repos);
		db_close(db);
	}
}

/* What git says of a quarter needs no window, but each touch. */
static void the_raw_view_has_what_was_read(void **state)
{
	struct quarry_db *db = derived("UPDATE repo SET since = 8101 WHERE repo = 1;"
				       "UPDATE commits SET n_touches = NULL WHERE commit_id = 1;"
				       "DELETE FROM touch_row WHERE touch < 3");
	static const char sql[] =
		"SELECT group_concat(coalesce(file_touches, 'n/a') || ' ' || coalesce(bulk_touches, 'n/a')"
		" || ' ' || coalesce(paths, 'n/a') || ' ' || commits, ', ') FROM (SELECT * FROM raw_repo_quarter"
		" ORDER BY repository, quarter)";

	check("the raw view", db, sql, "n/a n/a n/a 1, 1 0 1 1, 1 0 1 1, 3 0 3 1");
	db_close(db);
}

static int64_t count_of(const struct quarry_edition *e, const char *id)
{
	for (size_t i = 0; i < e->n_quality; i++)
		if (strcmp(e->quality[i].id, id) == 0)
			return e->quality[i].count;
	fail_msg("no %s", id);
	return 0;
}

static struct quarry_edition *edition(struct quarry_db *db, int32_t quarter, int as_of)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_edition *e = NULL;

	if (quarry_aggregate_edition(&e, db, quarter, as_of, &err))
		fail_msg("%s", err.text);
	return e;
}

/* b leaves after 2025Q1: the base with the members of 2025Q2 is known, its own is not. */
static void what_was_reclassified_may_be_unknown(void **state)
{
	struct quarry_repo kept = repos[1];
	struct quarry_db *db;
	struct quarry_edition *e;

	repos[1].from = QUARRY_QUARTER_NONE;
	repos[1].until = Q1;
	db = derived("UPDATE repo SET since = 8101 WHERE repo = 2");
	repos[1] = kept;
	e = edition(db, Q2, 0);
	assert_int_equal(e->scopes[0].before.file_touches, 0);
	assert_int_equal(e->scopes[0].file_touches.unknown, 0);
	quarry_edition_free(e);
	e = edition(db, Q2, 1);
	assert_int_equal(e->scopes[0].before.file_touches, QUARRY_UNKNOWN);
	assert_int_equal(e->scopes[0].file_touches.unknown, 1);
	assert_int_equal(e->scopes[0].commits.reclassified, -1);
	quarry_edition_free(e);
	db_close(db);
}

static void an_edition_says_what_it_lacks(void **state)
{
	struct quarry_db *db = derived("UPDATE repo SET since = 8101 WHERE repo = 2");
	struct quarry_edition *e = edition(db, Q2, 0);

	assert_int_equal(e->scopes[0].now.file_touches, 3);
	assert_int_equal(e->scopes[0].now.top5_touches, 4);
	assert_int_equal(e->scopes[0].before.file_touches, QUARRY_UNKNOWN);
	assert_int_equal(e->scopes[1].before.top5_touches, QUARRY_UNKNOWN);
	assert_int_equal(e->scopes[0].file_touches.unknown, 1);
	assert_int_equal(e->scopes[0].commits.unknown, 0);
	assert_int_equal(e->touches_since, Q2);
	assert_int_equal(e->repos[0].touches_since, 0);
	assert_int_equal(e->repos[1].touches_since, Q2);
	assert_int_equal(e->repos[1].before.file_touches, QUARRY_UNKNOWN);
	assert_int_equal(count_of(e, "repositories_windowed"), 1);
	assert_int_equal(count_of(e, "bulk_commits"), 0);
	quarry_edition_free(e);
	/* Its own members of 2025Q1 are known, the like-for-like base is not: so is no part. */
	e = edition(db, Q2, 1);
	assert_int_equal(e->scopes[0].before.file_touches, 0);
	assert_int_equal(e->scopes[0].file_touches.unknown, 1);
	quarry_edition_free(e);
	db_close(db);
	/* A window that holds every counted commit leaves nothing out. */
	db = derived("UPDATE repo SET since = 8100");
	e = edition(db, Q2, 0);
	assert_int_equal(e->touches_since, 0);
	assert_int_equal(e->repos[1].touches_since, 0);
	assert_int_equal(count_of(e, "repositories_windowed"), 0);
	quarry_edition_free(e);
	db_close(db);
}

static void counts_of_the_quality_need_touches(void **state)
{
	struct quarry_db *db = derived("UPDATE repo SET since = 8101 WHERE repo = 1;"
				       "UPDATE touch_row SET added = -4 WHERE touch > 5;"
				       "UPDATE touch_row SET added = -2 WHERE touch = 3;"
				       "UPDATE touch_row SET added = -3 WHERE touch = 5");
	struct quarry_edition *e = edition(db, Q2, 0);

	assert_int_equal(count_of(e, "lines_missing"), 2);
	assert_int_equal(count_of(e, "lines_binary"), 1);
	assert_int_equal(count_of(e, "lines_oversized"), 1);
	quarry_edition_free(e);
	e = edition(db, Q1, 0);
	assert_int_equal(count_of(e, "lines_missing"), QUARRY_UNKNOWN);
	assert_int_equal(count_of(e, "bulk_commits"), QUARRY_UNKNOWN);
	assert_int_equal(count_of(e, "root_commits"), 1);
	quarry_edition_free(e);
	db_close(db);
}

static void who_is_new_needs_the_whole_history(void **state)
{
	static const struct { const char *change; int unknown, broken, commits, trees; } facts_of_a[] = {
		{ "UPDATE repo SET shallow = 1 WHERE repo = 1", 1, 0, 0, 0 },
		{ "INSERT INTO repo_flag VALUES(1, 'missing_commits', 2);"
		  "UPDATE repo SET missing_objects = 2 WHERE repo = 1", 1, 1, 2, 0 },
		{ "INSERT INTO repo_flag VALUES(1, 'damaged_commits', 1), (1, 'damaged_trees', 4);"
		  "UPDATE repo SET missing_objects = 5 WHERE repo = 1", 1, 1, 1, 4 },
		{ "INSERT INTO repo_flag VALUES(1, 'missing_trees', 3), (1, 'damaged_commits', 0);"
		  "UPDATE repo SET missing_objects = 3 WHERE repo = 1", 0, 0, 0, 3 },
		{ "INSERT INTO repo_flag VALUES(2, 'damaged_commits', 1);"
		  "UPDATE repo SET missing_objects = 1 WHERE repo = 2", 0, 1, 1, 0 },
	};

	for (size_t i = 0; i < LENGTH(facts_of_a); i++) {
		struct quarry_db *db = derived(facts_of_a[i].change);
		struct quarry_edition *e = edition(db, Q2, 0);

		assert_string_equal(e->repos[0].slug, "o/a");
		assert_int_equal(e->repos[0].now.new_contributors == QUARRY_UNKNOWN, facts_of_a[i].unknown);
		assert_int_equal(e->repos[0].now.reactivated == QUARRY_UNKNOWN, facts_of_a[i].unknown);
		assert_int_equal(count_of(e, "repositories_broken"), facts_of_a[i].broken);
		assert_int_equal(count_of(e, "commits_unread"), facts_of_a[i].commits);
		assert_int_equal(count_of(e, "trees_unread"), facts_of_a[i].trees);
		quarry_edition_free(e);
		db_close(db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_whole_or_none),
		cmocka_unit_test(the_raw_view_has_what_was_read),
		cmocka_unit_test(what_was_reclassified_may_be_unknown),
		cmocka_unit_test(an_edition_says_what_it_lacks),
		cmocka_unit_test(counts_of_the_quality_need_touches),
		cmocka_unit_test(who_is_new_needs_the_whole_history),
	};

	return cmocka_run_group_tests_name("unread", tests, NULL, NULL);
}
