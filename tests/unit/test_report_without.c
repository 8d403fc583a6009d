/* Figures that rules were left out of say so, in whatever they are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/report.h"
#include "sheet.h"

#define RULES "L3,L2"

/* One row at least in every table. */
static struct quarry_edition build(const char *without)
{
	static struct quarry_scope scopes[] = {
		{ .id = "", .title = "", .layer = "" }, { .id = "a", .title = "A", .layer = "L" },
		{ .id = "b", .title = "B", .layer = "L" },
	};
	static struct quarry_repo_row repo = { .slug = "o/r", .url = "", .category = "a", .problem = "" };
	static struct quarry_move move = { 1, 2, 3 };
	static struct quarry_series series = { 0, 8096, 1, 2, 3, 4 };
	static struct quarry_group group = { "g", "G" };
	static struct quarry_cohort cohorts[3];
	static struct quarry_quality quality = { "x", "x", 1 };
	static int64_t overlap[4];

	return (struct quarry_edition){
		.universe = "u", .title = "U", .quarter = 8096, .date_basis = "author",
		.taxonomy = "today", .without = without, .taxonomy_hash = "", .rules_hash = "",
		.tips_hash = "", .scopes = scopes, .n_scopes = 3, .repos = &repo, .n_repos = 1,
		.overlap = overlap, .moves = &move, .n_moves = 1, .groups = &group, .n_groups = 1,
		.cohorts = cohorts, .series = &series, .n_series = 1, .quality = &quality,
		.n_quality = 1,
	};
}

static char *write_as(const struct quarry_edition *e, const char *format, const char *table)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(quarry_report_write(&text, &len, quarry_format_find(format), e, table,
					     &err), 0);
	return text;
}

/* Whoever gets a single table must learn it, too. */
static void every_csv_table_has_them_in_each_record(void **state)
{
	const struct quarry_edition whole = build(""), e = build(RULES);

	for (const char *const *t = quarry_report_tables(); *t; t++) {
		char *plain = write_as(&whole, "csv", *t), *text = write_as(&e, "csv", *t);
		struct sheet sheet = read_sheet(text);
		size_t n = columns_of(&sheet);

		assert_null(strstr(plain, "without"));
		assert_true(sheet.ends.n > 1);
		assert_string_equal(sheet.cells.at[n - 1], "without");
		for (size_t k = 1; k < sheet.ends.n; k++) {
			assert_int_equal(sheet.ends.at[k], (k + 1) * n);
			assert_string_equal(sheet.cells.at[(k + 1) * n - 1], RULES);
		}
		sheet_release(&sheet);
		free(text);
		free(plain);
	}
}

static char *write_overlap(const char *format, const char *without)
{
	static const char *ids[] = { "a", "b" }, *titles[] = { "A", "B" };
	static int64_t sizes[] = { 3, 2 };
	const struct quarry_overlap o = { .universe = "u", .without = without, .quarter = 8096, .n = 2,
					  .ids = ids, .titles = titles, .sizes = sizes };
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(quarry_report_overlap(&text, &len, quarry_format_find(format), &o, &err), 0);
	return text;
}

static void an_overlap_has_them_in_every_format(void **state)
{
	static const struct { const char *format, *part; } cases[] = {
		{ "md", "\n\n**Not to be published.** People were counted without the rules " RULES ", to" },
		{ "json", "\"without\": \"" RULES "\",\n" },
		{ "csv", ",lift,without\na,A,2024Q1,3,0,0,0,0,0,0,0,0,0,0,\"" RULES "\"\nb," },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = write_overlap(cases[i].format, RULES);
		char *whole = write_overlap(cases[i].format, "");

		if (!strstr(text, cases[i].part))
			fail_msg("%s", text);
		assert_null(strstr(whole, "without"));
		free(text);
		free(whole);
	}
}

static void so_have_alarms(void **state)
{
	struct quarry_suspicion alarm = { "near_bot", "words", "", "", 2, "commits", "", "remedy" };
	const struct quarry_suspicions s = { .universe = "u", .without = RULES, .at = &alarm, .n = 1 };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct sheet sheet;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(quarry_report_suspicions(&text, &len, quarry_format_find("csv"), &s, &err), 0);
	sheet = read_sheet(text);
	assert_string_equal(cell_of(&sheet, 1, "without"), RULES);
	sheet_release(&sheet);
	free(text);
	assert_int_equal(quarry_report_suspicions(&text, &len, quarry_format_find("json"), &s, &err), 0);
	assert_non_null(strstr(text, "\"without\": \"" RULES "\""));
	free(text);
}

static void so_have_dossiers(void **state)
{
	const struct quarry_dossiers d = { .universe = "u", .without = RULES };
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(quarry_report_dossiers(&text, &len, quarry_format_find("json"), &d, &err), 0);
	assert_non_null(strstr(text, "\"without\": \"" RULES "\""));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_csv_table_has_them_in_each_record),
		cmocka_unit_test(an_overlap_has_them_in_every_format),
		cmocka_unit_test(so_have_alarms),
		cmocka_unit_test(so_have_dossiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
