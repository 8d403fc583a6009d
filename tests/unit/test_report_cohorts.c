/* Cohorts in every format: what is withheld is no number anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "quarry/edition.h"
#include "quarry/report.h"
#include "sheet.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

#define HOSTILE "=1+1|`<b>\r\n# x\x1b[31m\xff\xe2\x80\xae,\"q\" [a](http://b) \\"

static struct quarry_scope scopes[] = {
	{ .id = "", .title = "All", .layer = "", .now = { .contributors = 200, .commits = 1000 } },
	{ .id = "alpha", .title = "Alpha", .layer = "Base",
	  .now = { .contributors = 160, .commits = 900 } },
	{ .id = "beta", .title = "Beta", .layer = "Base", .now = { .contributors = 50, .commits = 100 } },
};

/* The large one has a title that means harm, the small one is withheld where it is. */
static struct quarry_group groups[] = {
	{ "large", HOSTILE }, { "middle", "Middle" }, { "nobody", "Nobody" }, { "small", "Small" },
	{ "", "" },
};
static struct quarry_cohort cohorts[] = {
	{ 90, 400 }, { 30, 250 }, { 0, 0 }, { 7, 17 }, { 80, 333 },
	{ 70, 350 }, { 0, 0, 1 }, { 0, 0 }, { 0, 0, 1 }, { 62, 310 },
	{ 20, 50 }, { 0, 0, 1 }, { 0, 0 }, { 0, 0, 1 }, { 20, 23 },
};
static int64_t overlap[4];

static struct quarry_edition build(void)
{
	return (struct quarry_edition){
		.universe = "test", .title = "Test universe", .quarter = 2025 * 4 + 1,
		.date_basis = "author", .taxonomy = "today", .small_base = 20, .taxonomy_hash = "ab12",
		.rules_hash = "cd34", .tips_hash = "ef56", .scopes = scopes, .n_scopes = 3,
		.overlap = overlap, .groups = groups, .n_groups = 5, .cohorts = cohorts,
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

static void the_page_has_a_section(void **state)
{
	static const char *const parts[] = {
		"\n## Affiliations\n\n",
		" A group of fewer than 5 persons is withheld, ",
		"| Group | Contributors | Share | Commits | Share |\n| :--- | ---: | ---: | ---: | ---: |\n| ",
		" | 90 | 45% | 400 | 40% |\n| Middle | 30 | 15% | 250 | 25% |\n| Small | 7 | 4% | 17 | 2% |\n"
		"| *not known* | 80 | 40% | 333 | 33% |\n\nContributors of the categories:\n\n| Category | ",
		" | Middle | Small | *not known* | Share |\n| :--- | ---: | ---: | ---: | ---: | ---: |\n"
		"| Alpha | 70 | withheld | withheld | 62 | 39% |\n"
		"| Beta | 20 | withheld | withheld | 20 | 40% |\n"
		"| **Universe** | 90 | 30 | 7 | 80 | 40% |\n",
	};
	struct quarry_edition e = build();
	char *text = write_as(&e, "md", NULL);

	for (size_t i = 0; i < LENGTH(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("missing: %s in %s", parts[i], text);
	assert_null(strstr(text, "\x1b"));
	assert_null(strstr(text, "<b>"));
	free(text);
}

static void a_group_without_a_number_is_counted(void **state)
{
	struct quarry_cohort all[LENGTH(cohorts)];
	struct quarry_edition e = build();
	char *text;

	memcpy(all, cohorts, sizeof(all));
	all[3] = (struct quarry_cohort){ .withheld = 1 };
	e.cohorts = all;
	text = write_as(&e, "md", NULL);
	assert_non_null(strstr(text, "\n\nWithheld as a whole: 1 of the groups.\n\nContributors of the"));
	assert_null(strstr(text, "| Small |"));
	free(text);
}

static void the_table_has_a_row_a_group_and_scope(void **state)
{
	static const struct { size_t record; const char *column, *value; } cells[] = {
		{ 1, "id", "" }, { 1, "affiliation", "large" }, { 1, "contributors", "90" },
		{ 1, "share", "0.45" }, { 1, "commits", "400" }, { 1, "withheld", "0" },
		{ 3, "contributors", "0" }, { 3, "withheld", "0" },
		{ 5, "affiliation", "" }, { 5, "title", "" }, { 5, "share", "0.4" },
		{ 7, "id", "alpha" }, { 7, "affiliation", "middle" }, { 7, "title", "Middle" },
		{ 7, "contributors", "" }, { 7, "share", "" }, { 7, "commits", "" }, { 7, "withheld", "1" },
		{ 15, "id", "beta" }, { 15, "commits", "23" },
	};
	struct quarry_edition e = build();
	char *text = write_as(&e, "csv", "cohorts");
	struct sheet sheet = read_sheet(text);

	assert_int_equal(sheet.ends.n, 16);
	for (size_t i = 0; i < LENGTH(cells); i++)
		assert_string_equal(cell_of(&sheet, cells[i].record, cells[i].column), cells[i].value);
	assert_int_equal(cell_of(&sheet, 1, "title")[0], '\'');
	sheet_release(&sheet);
	free(text);
}

static void json_has_null_for_what_is_withheld(void **state)
{
	struct quarry_edition e = build();
	char *text = write_as(&e, "json", NULL);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *list, *row;

	assert_int_equal(json_integer_value(json_object_get(root, "min_cell")), QUARRY_MIN_CELL);
	list = json_object_get(root, "cohorts");
	assert_int_equal(json_array_size(list), 15);
	row = json_array_get(list, 6);
	assert_string_equal(json_string_value(json_object_get(row, "scope")), "alpha");
	assert_string_equal(json_string_value(json_object_get(row, "affiliation")), "middle");
	assert_true(json_is_null(json_object_get(row, "contributors")));
	assert_true(json_is_null(json_object_get(row, "commits")));
	assert_true(json_is_true(json_object_get(row, "withheld")));
	row = json_array_get(list, 4);
	assert_string_equal(json_string_value(json_object_get(row, "affiliation")), "");
	assert_int_equal(json_integer_value(json_object_get(row, "contributors")), 80);
	assert_true(json_is_false(json_object_get(row, "withheld")));
	json_decref(root);
	free(text);
}

static void without_groups_there_is_nothing(void **state)
{
	struct quarry_edition e = build();
	char *text;

	e.n_groups = 0;
	e.groups = NULL;
	e.cohorts = NULL;
	text = write_as(&e, "md", NULL);
	assert_null(strstr(text, "ffiliation"));
	free(text);
	text = write_as(&e, "csv", "cohorts");
	assert_string_equal(text, "id,affiliation,title,contributors,share,commits,withheld\n");
	free(text);
	text = write_as(&e, "json", NULL);
	assert_non_null(strstr(text, "\"cohorts\": [],"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_has_a_section),
		cmocka_unit_test(a_group_without_a_number_is_counted),
		cmocka_unit_test(the_table_has_a_row_a_group_and_scope),
		cmocka_unit_test(json_has_null_for_what_is_withheld),
		cmocka_unit_test(without_groups_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
