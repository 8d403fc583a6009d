/*
 * The invariants of a run can fail: for each, a store in which nothing else is
 * wrong and one figure is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/columns.h"
#include "aggregate/derive.h"
#include "tables.h"

/* Two categories, one repository in the first, one person, one commit of two touches
 * in 2025Q1: everything agrees. */
static const char world[] =
	"INSERT INTO repo(repo, url, slug, state) VALUES(1, 'https://x.org/a/b', 'a/b', 1);"
	"INSERT INTO signature(signature, name, email) VALUES(1, 'A', 'a@x.org');"
	"INSERT INTO path VALUES(1, 1, 'p'), (2, 1, 'q');"
	"INSERT INTO commits(commit_id, repo, oid, author, committer, author_s, author_offset_min,"
	" committer_s, committer_offset_min, author_quarter, author_bin, n_parents, parents, subject,"
	" flags, n_touches, first_seen_s, first_touch) VALUES(1, 1, zeroblob(20), 1, 1, 1735700000, 0,"
	" 1735700000, 0, 8100, 0, 0, x'', 's', 1, 2, 0, 1);"
	"INSERT INTO touch_row(path, status, added, deleted) VALUES(1, 'A', 3, 0), (2, 'A', 1, 0);"
	"INSERT INTO category VALUES(0, 'one', 'One', 'L'), (1, 'two', 'Two', 'L');"
	"INSERT INTO tracked VALUES(1, 0, NULL, NULL, NULL, NULL, 0, 0);"
	"INSERT INTO commit_kind VALUES(1, 1, 8100, 0, 0);"
	"INSERT INTO activity VALUES(1, 8100, 0, 0, 1, 0, 1, 1, 0);"
	"INSERT INTO scope VALUES(0, 'universe', '', NULL, NULL), (1, 'category', 'one', 0, NULL),"
	" (2, 'category', 'two', 1, NULL);"
	"UPDATE scope_quarter SET commits = 1, contributors = 1, contributors_lo = 1,"
	" contributors_hi = 1, authors = 1, new_contributors = 1, bins_1 = 1, file_touches_raw = 2,"
	" file_touches = 1, distinct_files_raw = 2, distinct_files = 1, top5_touches = 2,"
	" lines_churn_raw = 4, lines_churn = 3"
	" WHERE scope < 2 AND quarter = 8100;"
	"INSERT INTO overlap VALUES(8100, 0, 0, 1);"
	"INSERT INTO scope_flow VALUES(0, 8100, 0, 1, 0, 0, 0, 0, 1), (1, 8100, 0, 1, 0, 0, 0, 0, 1);"
	"INSERT INTO scope_change VALUES(0, 8100, 'commits', 0, 1, 0, 0, 0),"
	" (0, 8100, 'contributors', 0, 1, 0, 0, 0), (0, 8100, 'file_touches', 0, 1, 0, 0, 0)";

/* The same world where touches are read from the next quarter on: no figure of files is known. */
#define UNREAD \
	"UPDATE repo SET since = 8101; UPDATE commits SET n_touches = NULL; DELETE FROM touch_row;" \
	"UPDATE scope_quarter SET file_touches_raw = NULL, file_touches = NULL," \
	" distinct_files_raw = NULL, distinct_files = NULL, top5_touches = NULL," \
	" lines_churn_raw = NULL, lines_churn = NULL WHERE scope < 2 AND quarter = 8100;" \
	"UPDATE scope_change SET organic = NULL, new_repos = NULL, revived = NULL, gone = NULL," \
	" stale = NULL WHERE metric = 'file_touches';"

/* The same world where somebody says for whom its person works. */
#define COHORTS \
	"INSERT INTO affiliation_group VALUES('g', 'G'); INSERT INTO credit VALUES(1, 0, 1, 0, 0);" \
	"INSERT INTO cohort VALUES(0, 8100, 'g', 1, 1), (1, 8100, 'g', 1, 1);"

static const struct { const char *id, *wrong; } cases[] = {
	{ "1a", "UPDATE scope_quarter SET commits = 2 WHERE scope = 1 AND quarter = 8100" },
	{ "1b", "UPDATE scope_quarter SET file_touches = 2 WHERE scope = 1 AND quarter = 8100" },
	{ "1b", "UPDATE scope_quarter SET file_touches = NULL WHERE scope = 1 AND quarter = 8100" },
	{ "1b", "UPDATE scope_quarter SET file_touches = NULL WHERE scope = 0 AND quarter = 8100" },
	{ "1c", "UPDATE scope_quarter SET file_touches_raw = 3 WHERE scope = 1 AND quarter = 8100" },
	{ "1d", "UPDATE scope_quarter SET commits = 2 WHERE scope < 2 AND quarter = 8100" },
	{ "1e", "UPDATE commits SET n_touches = 3" },
	{ "1e", UNREAD "UPDATE repo SET since = 8100; UPDATE commits SET n_touches = 2" },
	{ "1e", "UPDATE commits SET n_touches = NULL" },
	{ "1e", "UPDATE repo SET since = 8101" },
	{ "1f", "INSERT INTO commits(repo, oid, author, committer, author_s, author_offset_min,"
		" committer_s, committer_offset_min, author_quarter, author_bin, n_parents, parents,"
		" subject, flags, n_touches, first_seen_s)"
		" VALUES(1, x'01', 1, 1, 0, 0, 0, 0, 0, 0, 0, x'', '', 1, 0, 0)" },
	{ "1g", "UPDATE scope_quarter SET lines_churn = 4 WHERE scope = 1 AND quarter = 8100" },
	{ "1g", "UPDATE scope_quarter SET lines_churn = NULL WHERE scope = 0 AND quarter = 8100" },
	{ "1h", "UPDATE scope_quarter SET lines_churn_raw = 5 WHERE scope = 1 AND quarter = 8100" },
	{ "1i", COHORTS "UPDATE cohort SET commits = 2 WHERE scope = 1" },
	{ "1i", COHORTS "DELETE FROM cohort WHERE scope = 0" },
	{ "1i", COHORTS "DELETE FROM credit" },
	{ "1j", COHORTS "INSERT INTO cohort VALUES(0, 8100, '', 1, 0)" },
	{ "1j", COHORTS "UPDATE cohort SET contributors = 2 WHERE scope = 0" },
	{ "1j", COHORTS "UPDATE cohort SET contributors = 0 WHERE scope = 1" },
	{ "1k", "INSERT INTO touch_row(path, status) VALUES(1, 'M')" },
	{ "1k", "UPDATE commits SET first_touch = 2" },
	{ "1k", "DELETE FROM touch_row WHERE touch = 2" },
	{ "1k", "INSERT INTO touch_row(path, status) VALUES(1, 'M'); INSERT INTO commits(repo, oid, author,"
		" committer, author_s, author_offset_min, committer_s, committer_offset_min, author_quarter,"
		" author_bin, n_parents, parents, subject, flags, n_touches, first_seen_s, first_touch)"
		" VALUES(1, x'01', 1, 1, 0, 0, 0, 0, 8100, 0, 0, x'', '', 1, 1, 0, 2);"
		" INSERT INTO commit_kind SELECT commit_id, 1, 8100, 1, 0 FROM commits WHERE oid = x'01'" },
	{ "2", "UPDATE scope_quarter SET contributors = 1 WHERE scope = 2 AND quarter = 8100" },
	{ "3a", "UPDATE scope_quarter SET retained = 1 WHERE scope = 0 AND quarter = 8100" },
	{ "3b", "UPDATE scope_flow SET dormant = 1 WHERE scope = 1" },
	{ "3c", "UPDATE scope_change SET gone = -1 WHERE metric = 'contributors'" },
	{ "3c", "UPDATE scope_change SET organic = NULL WHERE metric = 'file_touches'" },
	{ "3d", "UPDATE scope_flow SET entered = 2, \"end\" = 2 WHERE scope = 0" },
	{ "4a", "INSERT INTO overlap VALUES(8100, 0, 1, 1)" },
	{ "4b", "UPDATE overlap SET persons = 2" },
	{ "4c", "INSERT INTO overlap VALUES(8101, 0, 0, 1), (8101, 1, 1, 2), (8101, 0, 1, 2),"
		" (8101, 1, 0, 2)" },
	{ "5a", "UPDATE scope_quarter SET distinct_files = 3 WHERE scope = 0 AND quarter = 8100" },
	{ "5b", "UPDATE scope_quarter SET contributors_lo = 2 WHERE scope = 0 AND quarter = 8100" },
	{ "5a", "UPDATE scope_quarter SET lines_churn = 5 WHERE scope < 2 AND quarter = 8100" },
	{ "5c", "UPDATE scope_quarter SET top5_touches = NULL WHERE scope = 0 AND quarter = 8100" },
	{ "5c", UNREAD "UPDATE scope_quarter SET lines_churn = 0, lines_churn_raw = 0" },
	{ "7", "UPDATE scope_quarter SET bins_1 = 2 WHERE scope = 0 AND quarter = 8100" },
};

static struct quarry_db *build(void)
{
	struct quarry_db *db = open_tables();
	struct str sql = STR_INIT;

	for (int scope = 0; scope < 3; scope++)
		for (int quarter = 8099; quarter <= 8100; quarter++)
			for (int next = 0; next < 2; next++) {
				str_addf(&sql, "INSERT INTO scope_quarter(scope, quarter, members_of, ");
				columns_list(&sql);
				str_addf(&sql, ") VALUES(%d, %d, %d", scope, quarter, quarter + next);
				for (size_t i = 0; i < n_measure_columns; i++)
					str_adds(&sql, ", 0");
				str_adds(&sql, ");");
			}
	assert_false(sql.oom);
	must(db, sql.buf);
	must(db, world);
	str_release(&sql);
	return db;
}

static void a_sound_store_breaks_no_invariant(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .db = build() };

	if (derive_invariants(&d, &err))
		fail_msg("%s", err.text);
	db_close(d.db);
}

static void what_was_not_read_breaks_none(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .db = build() };

	must(d.db, UNREAD);
	if (derive_invariants(&d, &err))
		fail_msg("%s", err.text);
	db_close(d.db);
}

static void cohorts_break_none(void **state)
{
	/* Nor does a commit with which nobody is credited, and who is in two groups. */
	static const char *const more[] = { "", "DELETE FROM credit; DELETE FROM cohort",
					    "INSERT INTO cohort VALUES(0, 8100, 'h', 1, 0)" };

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_derive d = { .db = build() };

		must(d.db, COHORTS);
		must(d.db, more[i]);
		if (derive_invariants(&d, &err))
			fail_msg("%s: %s", more[i], err.text);
		db_close(d.db);
	}
}

static void each_invariant_names_its_breach(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_derive d = { .db = build() };
		char expected[64];

		must(d.db, cases[i].wrong);
		assert_int_equal(derive_invariants(&d, &err), QUARRY_EFAIL);
		(void)snprintf(expected, sizeof(expected), "broken invariant %s (", cases[i].id);
		if (strncmp(err.text, expected, strlen(expected)) != 0)
			fail_msg("case %s: %s", cases[i].id, err.text);
		db_close(d.db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_store_breaks_no_invariant),
		cmocka_unit_test(what_was_not_read_breaks_none),
		cmocka_unit_test(cohorts_break_none),
		cmocka_unit_test(each_invariant_names_its_breach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
