/* Every format, with hand-built editions and strings that mean harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "quarry/edition.h"
#include "quarry/report.h"
#include "sheet.h"
#include "util/arena.h"
#include "util/utf8.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* One of everything that has broken a report writer. */
#define HOSTILE "=1+1|`<b>\r\n# x\x1b[31m\xff\xe2\x80\xae,\"q\" [a](http://b) \\"

static void a_format_is_found_by_name_and_extension(void **state)
{
	static const struct { const char *path, *name; } cases[] = {
		{ "report.md", "md" }, { "a.b/x.json", "json" }, { "X.CSV", "csv" },
		{ "a.md/report", NULL }, { "report", NULL }, { "report.", NULL }, { "", NULL },
		{ NULL, NULL }, { "report.md.gz", NULL },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct quarry_format *f = quarry_format_of_file(cases[i].path);

		assert_true(!f == !cases[i].name);
		if (f)
			assert_ptr_equal(f, quarry_format_find(cases[i].name));
		if (f)
			assert_string_equal(quarry_format_name(f), cases[i].name);
	}
	assert_null(quarry_format_find("MD"));
	assert_null(quarry_format_find(NULL));
}

/* Two categories, alpha and beta; alpha grew from 100 to 130 commits. */
static struct quarry_scope scopes[3];
static struct quarry_repo_row repos[4];
static int64_t overlap[4] = { 1500, 30, 30, 12 };
static struct quarry_series series[] = {
	{ 0, 2025 * 4, 50, 6, 7, 8 }, { 0, 2025 * 4 + 1, 90, 10, 0, 0 }, { 2, 2025 * 4 + 1, 1, 2, 3, 4 },
};
static struct quarry_move moves[] = { { 1, 2, 4 }, { 2, 1, 1 } };
static struct quarry_quality quality[] = { { "time_fixed", "author times repaired", 1234 } };

static void fill(struct quarry_measures *m, int64_t commits, int64_t contributors)
{
	*m = (struct quarry_measures){
		.tracked = 4, .active = 2, .commits = commits, .merge_commits = 10,
		.bot_commits = 3, .agent_commits = 2, .duplicate_commits = 1,
		.assisted_commits = commits / 10, .authors = contributors - 1,
		.contributors = contributors, .contributors_lo = contributors - 2,
		.contributors_hi = contributors + 5, .retained = 6, .reactivated = 1,
		.new_contributors = contributors - 7, .bins = { [0] = contributors },
		.weeks_mean = 4.25, .weeks_median = 3.5, .weeks_weighted = 1.0 / 3,
		.one_time = contributors, .file_touches_raw = 4000, .file_touches = 3000,
		.distinct_files = 900, .top5_touches = 1000, .files_at_tip = 1200,
	};
}

static struct quarry_edition build(void)
{
	scopes[0] = (struct quarry_scope){ .id = "", .title = "All", .layer = "" };
	scopes[1] = (struct quarry_scope){ .id = "alpha", .title = "Alpha", .layer = "Base" };
	scopes[2] = (struct quarry_scope){ .id = "beta", .title = "Beta | two", .layer = "Base" };
	fill(&scopes[0].now, 1138, 1482);
	fill(&scopes[0].before, 1110, 1200);
	fill(&scopes[1].now, 1130, 1500);
	fill(&scopes[1].before, 1100, 1190);
	fill(&scopes[2].now, 8, 12);
	fill(&scopes[2].before, 10, 15);
	scopes[0].commits = (struct quarry_change){ 20, 15, 0, -7, 0 };
	scopes[1].commits = (struct quarry_change){ 20, 15, 0, -5, 0 };
	scopes[2].commits = (struct quarry_change){ 0, 0, 0, -2, 0 };
	scopes[1].flow = (struct quarry_flow){ 10, 2, 1, 0, 4, 3, 6 };
	memset(repos, 0, sizeof(repos));
	repos[0] = (struct quarry_repo_row){ "a/one", "https://x.org/a/one", "alpha",
					     QUARRY_REPO_OK, "" };
	repos[1] = (struct quarry_repo_row){ "a/two", "https://x.org/a/two", "alpha",
					     QUARRY_REPO_FAILED, "cannot fetch: time-out" };
	repos[2] = (struct quarry_repo_row){ "b/three", "", "beta", QUARRY_REPO_NEVER, "" };
	repos[3] = (struct quarry_repo_row){ "b/four", "", "beta", QUARRY_REPO_EMPTY, "" };
	fill(&repos[0].now, 1130, 1500);
	fill(&repos[0].before, 1100, 1190);
	repos[0].newest_s = 1751327999;
	return (struct quarry_edition){
		.universe = "test", .title = "Test universe", .quarter = 2025 * 4 + 1,
		.date_basis = "author", .taxonomy = "today", .without = "", .small_base = 20,
		.snapshot_s = 1751414400, .newest_s = 1751327999, .taxonomy_hash = "ab12",
		.rules_hash = "cd34", .tips_hash = "ef56", .scopes = scopes, .n_scopes = 3,
		.repos = repos, .n_repos = 4, .overlap = overlap, .moves = moves, .n_moves = 2,
		.series = series, .n_series = 3,
		.quality = quality, .n_quality = 1, .other_commits = { 1140, 1120 },
		.other_contributors = { 1480, 1201 }, .other_taxonomy_commits = { 1138, 1110 },
		.other_taxonomy_contributors = { 1482, 1200 },
	};
}

static char *write_as(const struct quarry_edition *e, const char *format, const char *table)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(quarry_report_write(&text, &len, quarry_format_find(format), e, table,
					     &err), 0);
	assert_int_equal(strlen(text), len);
	assert_true(utf8_valid(text, len));
	return text;
}

static void assert_cell(const struct quarry_edition *e, const char *table, size_t record,
			const char *column, const char *value)
{
	char *text = write_as(e, "csv", table);
	struct sheet sheet = read_sheet(text);

	assert_string_equal(cell_of(&sheet, record, column), value);
	sheet_release(&sheet);
	free(text);
}

/* Rows of a table have as many cells as its head; every block is one of ours. */
static void assert_tables_are_whole(const char *text)
{
	size_t expected = 0;

	while (*text) {
		const char *end = strchr(text, '\n');
		size_t pipes = 0;

		assert_non_null(end);
		for (const char *p = text; p < end; p++) {
			if (*p == '\\')
				p++;
			else
				pipes += *p == '|';
		}
		assert_true(pipes == 0 || (*text == '|' && end[-1] == '|'));
		assert_true(!pipes || !expected || pipes == expected);
		expected = pipes;
		text = end + 1;
	}
}

static void the_markdown_edition_says_what_was_counted(void **state)
{
	static const char *const parts[] = {
		"# Test universe: 2025Q2\n\n**4 tracked repositories** · **1,138 commits** "
		"(+3%) · **1,482 (1,480–1,487) contributors** (+24%)\n",
		"Snapshot of 2025-07-02. QoQ is the change from 2025Q1, recomputed",
		"| Beta \\| two | 8 | -20% † | 12 (10–17) | -20% † | 5 | 2 / 4 | 3,000 | 0% |\n",
		"† The base is below 20;",
		"The universe rose by 28 commits, from 1,110 to 1,138 (+3%): +20 organic, +15 from "
		"new repositories, -7 from those gone silent.\n",
		"1. **Alpha** rose by 30 commits, from 1,100 to 1,130 (+3%): +20 organic, +15 from new "
		"repositories, -5 from those gone silent.\n"
		"2. **Beta \\| two** fell by 2 commits, from 10 to 8 (-20% †): -2 from those gone",
		"- **Beta \\| two**: 8 commits after 10 (-20% †), 2 of 4 repositories active.\n",
		"Silent repositories: 1 of 3 that were read",
		"| Alpha | 1,500 (1,498–1,505) | 4.2 | 3.5 | 0.3 | 100% | 0% | 0% | 0% | 0 |\n",
		"| Alpha | 10 | 2 | 1 | 0 | 4 | 3 | 6 |\n",
		"| Alpha | Beta \\| two | 4 |\n",
		"| 1 Alpha | 1,500 | 30 |\n| 2 Beta \\| two |  | 12 |\n",
		"| Alpha × Beta \\| two | 30 | 1,482 | 0.02 | 2.50 | 12.1 | 2.5 |\n",
		"| Alpha | 4,000 | 3,000 | 0% | 25% | 900 | 0.6 | 1,200 | 2.50 |\n",
		"| Alpha | 1,130 | 2 | 3 | 10 | 1 | 1,146 | 113 | 10% | 0 |\n",
		"| 2025Q1 | 50 | 6 | 7 | 8 | 21% |\n| 2025Q2 | 90 | 10 | 0 | 0 | 10% |\n\n",
		"| Alpha | [a/one](https://x.org/a/one) | 2025-06-30 |  | 1,130 | +3% | 1,500 (1,498–1,505) |",
		"2 more repositories that were read have no counted commit",
		"| [a/two](https://x.org/a/two) | Alpha | failed; earlier facts are kept | cannot "
		"fetch: time-out |\n",
		"\n- **Beta \\| two**: b/three\n",
		"**Incomplete.** 1 of the tracked repositories were never read",
		"| author times repaired | time_fixed | 1,234 |\n",
		"By committer time instead of author time, 2025Q2 has 1,140 commits (+2; QoQ +2%) and "
		"1,480 contributors (-2; QoQ +23%).\n",
		"instead of today's, 2025Q2 has 1,138 commits (0; QoQ +3%)",
		"| Snapshot | 2025-07-02T00:00:00Z |\n", "| Tips hash | `ef56` |\n",
	};
	struct quarry_edition e = build();
	char *text = write_as(&e, "md", NULL);

	for (size_t i = 0; i < LENGTH(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("missing: %s", parts[i]);
	assert_tables_are_whole(text);
	free(text);
}

/* a/one lost half of its quarter, and b/four of beta is not known in it at all. */
static void what_is_not_up_to_date_is_not_called_silent(void **state)
{
	static const char *const parts[] = {
		"**Not up to date.** 1 of the tracked repositories could not be brought or read in the last "
		"run: they stand with what was read before. The copies of 2 of the tracked repositories were "
		"fetched before the end of the quarter, the oldest on 2025-04-02: ",
		"+20 organic, +15 from new repositories, -5 from those gone silent, -2 from those not up to "
		"date.\n",
		"2 of 4 repositories active, 1 not up to date.\n",
		"Silent repositories: 0 of 1 that are up to date have no counted commit in the quarter; of 1 "
		"more it cannot be told",
		"So may look who works in a repository",
		"| Alpha | [a/one](https://x.org/a/one) | 2025-06-30 | 2025-05-01, not up to date | 1,130 | n/a |",
		"| Beta \\| two | b/four |  | 2025-04-02, not up to date | 0 | n/a |",
		"1 more repositories that were read have no counted commit",
	};
	struct quarry_edition e = build();
	char *text;

	e.repos[0].known_s = 1746100800;
	e.repos[3].known_s = 1743552000;
	e.repos[0].stale = e.repos[3].stale = 1;
	e.scopes[0].commits = (struct quarry_change){ 20, 15, 0, -5, -2, 0 };
	text = write_as(&e, "md", NULL);
	for (size_t i = 0; i < LENGTH(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("missing: %s", parts[i]);
	assert_tables_are_whole(text);
	free(text);
	assert_cell(&e, "repositories", 1, "facts_until", "2025-05-01");
	assert_cell(&e, "repositories", 1, "stale", "1");
	assert_cell(&e, "repositories", 1, "commits_qoq", "");
	assert_cell(&e, "repositories", 2, "facts_until", "");
	assert_cell(&e, "repositories", 2, "stale", "0");
	text = write_as(&e, "json", NULL);
	assert_non_null(strstr(text, "\"facts_until\": \"2025-05-01\",\n   \"stale\": true,\n"));
	assert_non_null(strstr(text, "\"facts_until\": null,\n   \"stale\": false,\n"));
	free(text);
}

/* A copy that is old alone, and no failure: an --offline run. */
static void an_old_copy_is_told_without_a_failure(void **state)
{
	struct quarry_edition e = build();
	char *text;

	e.repos[1].state = QUARRY_REPO_OK;
	e.repos[0].known_s = 1746100800;
	e.repos[0].stale = e.to_date = 1;
	text = write_as(&e, "md", NULL);
	assert_non_null(strstr(text, "\n\n**Not up to date.** The copies of 1 of the tracked repositories "
				     "were fetched before the snapshot, the oldest on 2025-05-01: "));
	assert_null(strstr(text, "could not be brought"));
	free(text);
}

static void forget_files(struct quarry_measures *m)
{
	m->file_touches_raw = m->file_touches = m->distinct_files_raw = m->distinct_files =
		m->top5_touches = m->lines_churn_raw = m->lines_churn = QUARRY_UNKNOWN;
}

static void a_quarter_to_date_is_compared_with_nothing(void **state)
{
	static const char *const never[] = { "QoQ is", "(+", "(-", "rose", "fell", "†" };
	struct quarry_edition e = build();
	json_t *root;
	char *text;

	e.to_date = 1;
	e.other_commits[0] = 1138;
	e.other_contributors[0] = 1482;
	text = write_as(&e, "md", NULL);
	assert_non_null(strstr(text, "**To date.** 2025Q2 was not over at the snapshot"));
	assert_non_null(strstr(text, "**1,138 commits** (to date)"));
	for (size_t i = 0; i < LENGTH(never); i++)
		assert_null(strstr(text, never[i]));
	assert_tables_are_whole(text);
	free(text);
	text = write_as(&e, "json", NULL);
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_is_true(json_object_get(root, "to_date")));
	assert_true(json_is_null(json_object_get(json_array_get(json_object_get(root, "scopes"), 1),
						 "qoq")));
	json_decref(root);
	free(text);
}

/* Alpha's touches were read of 2025Q2 alone: the base is not known. */
static void what_was_not_read_is_no_number(void **state)
{
	static const char *const parts[] = {
		"**Figures of files are missing.** The touches of some repositories are read from 2025Q2 on only, "
		"so what needs earlier ones is n/a. To have it, run 'quarry mine UNIVERSE --since 2025Q1', then "
		"'quarry derive UNIVERSE'.\n\n",
		"| Alpha | 1,130 | +3% | 1,500 (1,498–1,505) | +26% | 1,493 | 2 / 4 | 3,000 | n/a |\n",
		"| Alpha | 4,000 | 3,000 | n/a | 25% | 900 | 0.6 | 1,200 | 2.50 |\n",
		"| **Universe** | n/a | n/a | n/a | n/a | n/a | n/a | 1,200 | n/a |\n",
		"| Touches read from | 2025Q2 on |\n",
	};
	static const struct { const char *table; size_t record; const char *column, *value; } cells[] = {
		{ "snapshot", 1, "file_touches", "" },
		{ "snapshot", 2, "file_touches", "3000" },
		{ "snapshot", 2, "before_file_touches", "" },
		{ "snapshot", 2, "file_touches_qoq", "" },
		{ "changes", 5, "now", "3000" },
		{ "changes", 5, "change", "" },
		{ "changes", 5, "organic", "" },
		{ "changes", 8, "organic", "0" },
		{ "repositories", 1, "touches_since", "2025Q2" },
	};
	struct quarry_edition e = build();
	char *text;

	forget_files(&e.scopes[0].now);
	forget_files(&e.scopes[0].before);
	forget_files(&e.scopes[1].before);
	e.scopes[0].file_touches.unknown = e.scopes[1].file_touches.unknown = 1;
	e.touches_since = e.repos[0].touches_since = 2025 * 4 + 1;
	text = write_as(&e, "md", NULL);
	for (size_t i = 0; i < LENGTH(parts); i++)
		if (!strstr(text, parts[i]))
			fail_msg("missing: %s", parts[i]);
	assert_null(strstr(strstr(text, "--since") + 1, "--since"));
	assert_tables_are_whole(text);
	free(text);
	for (size_t i = 0; i < LENGTH(cells); i++)
		assert_cell(&e, cells[i].table, cells[i].record, cells[i].column, cells[i].value);
	text = write_as(&e, "json", NULL);
	assert_non_null(strstr(text, "\"touches_since\": \"2025Q2\",\n \"taxonomy_hash\""));
	assert_non_null(strstr(text, "\"file_touches\": null,\n    \"distinct_files_raw\": null,"));
	assert_non_null(strstr(text, "\n   \"file_touches\": null,\n   \"contributors\": {"));
	free(text);
}

/* Lines stand in the text where they were counted, and only there. */
static void lines_are_shown_where_they_were_counted(void **state)
{
	struct quarry_edition e = build();
	char *text = write_as(&e, "md", NULL);

	assert_null(strstr(text, "Lines, raw"));
	free(text);
	for (size_t i = 0; i < 3; i++)
		e.scopes[i].now.lines_churn = e.scopes[i].now.lines_churn_raw = QUARRY_UNKNOWN;
	e.scopes[2].now.lines_churn_raw = 12345;
	e.scopes[2].now.lines_churn = 10000;
	e.scopes[2].before.lines_churn_raw = e.scopes[2].before.lines_churn = 5000;
	text = write_as(&e, "md", NULL);
	assert_non_null(strstr(text, "| Beta \\| two | 12,345 | 10,000 | +100% |\n"
				     "| **Universe** | n/a | n/a | n/a |\n"));
	assert_non_null(strstr(text, "| `lines_churn` | "));
	assert_tables_are_whole(text);
	free(text);
}

static void the_json_edition_holds_every_field(void **state)
{
	struct quarry_edition e = build();
	char *text = write_as(&e, "json", NULL), *again = write_as(&e, "json", NULL);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *scope, *row;
	const char *quarter, *slug, *state_name, *to;
	json_int_t commits, percent, cell, gone;

	assert_string_equal(text, again);
	assert_int_equal(strncmp(text, "{\n \"universe\": \"test\",\n \"title\":", 32), 0);
	assert_int_equal(json_unpack(root, "{s:s}", "quarter", &quarter), 0);
	assert_string_equal(quarter, "2025Q2");
	scope = json_array_get(json_object_get(root, "scopes"), 1);
	assert_int_equal(json_unpack(scope, "{s:{s:I}, s:{s:{s:I}}, s:{s:I}}", "now", "commits",
				     &commits, "qoq", "contributors", "percent", &percent,
				     "commits", "gone", &gone), 0);
	assert_int_equal(commits, 1130);
	assert_int_equal(percent, 26);
	assert_int_equal(gone, -5);
	assert_int_equal(json_object_size(json_object_get(scope, "now")),
			 sizeof(struct quarry_measures) / 8 - QUARRY_QUARTER_BINS + 1);
	assert_int_equal(json_array_size(json_object_get(json_object_get(scope, "now"), "bins")), 13);
	assert_non_null(strstr(text, "\"weeks_weighted\": 0.3333333333,\n"));
	row = json_array_get(json_object_get(root, "repos"), 1);
	assert_int_equal(json_unpack(row, "{s:s, s:s}", "slug", &slug, "state", &state_name), 0);
	assert_string_equal(slug, "a/two");
	assert_string_equal(state_name, "failed");
	assert_int_equal(json_unpack(root, "{s:[[i,I]]}", "overlap", &(int){ 0 }, &cell), 0);
	assert_int_equal(cell, 30);
	row = json_array_get(json_object_get(root, "moves"), 0);
	assert_int_equal(json_unpack(row, "{s:s}", "to", &to), 0);
	assert_string_equal(to, "beta");
	json_decref(root);
	free(again);
	free(text);
}

static void every_csv_table_is_rectangular(void **state)
{
	static const struct { const char *table; size_t records; size_t record;
			      const char *column, *value; } cases[] = {
		{ "snapshot", 3, 2, "commits", "1130" },
		{ "snapshot", 3, 2, "before_commits", "1100" },
		{ "snapshot", 3, 2, "commits_qoq", "3" },
		{ "snapshot", 3, 2, "weeks_mean", "4.25" },
		{ "snapshot", 3, 3, "title", "Beta | two" }, { "snapshot", 3, 1, "quarter", "2025Q2" },
		{ "repositories", 4, 2, "problem", "cannot fetch: time-out" },
		{ "repositories", 4, 2, "commits_qoq", "" }, { "overlap", 1, 1, "any", "1482" },
		{ "changes", 9, 4, "change", "30" }, { "changes", 9, 4, "gone", "-5" },
		{ "flow", 3, 2, "entered", "2" }, { "weeks", 39, 14, "persons", "1500" },
		{ "moves", 2, 1, "to", "beta" }, { "quality", 1, 1, "count", "1234" },
		{ "series", 3, 3, "automation", "4" }, { "series", 3, 2, "quarter", "2025Q2" },
	};
	struct quarry_edition e = build();
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		char *text = write_as(&e, "csv", cases[i].table);
		struct sheet sheet = read_sheet(text);

		assert_int_equal(sheet.ends.n, cases[i].records + 1);
		for (size_t k = 0; k < sheet.ends.n; k++)
			assert_int_equal(sheet.ends.at[k], (k + 1) * columns_of(&sheet));
		assert_string_equal(cell_of(&sheet, cases[i].record, cases[i].column), cases[i].value);
		sheet_release(&sheet);
		free(text);
	}
	while (quarry_report_tables()[n])
		n++;
	assert_int_equal(n, 10);
}

static void a_wrong_table_is_the_users_error(void **state)
{
	static const struct { const char *format, *table, *text; } cases[] = {
		{ "csv", "people", "unknown table 'people': there are snapshot, repositories, "
				   "overlap, changes, flow, moves, weeks, series, cohorts, quality" },
		{ "md", "flow", "cannot write table 'flow': format 'md' has no tables" },
		{ "json", "flow", "cannot write table 'flow': format 'json' has no tables" },
	};
	struct quarry_edition e = build();

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		char *text = (char *)"untouched";
		size_t len = 7;

		assert_int_equal(quarry_report_write(&text, &len,
						     quarry_format_find(cases[i].format), &e,
						     cases[i].table, &err), QUARRY_EUSAGE);
		assert_string_equal(err.text, cases[i].text);
		assert_string_equal(text, "untouched");
		assert_int_equal(len, 7);
	}
}

static void an_empty_edition_is_written_in_every_format(void **state)
{
	static struct quarry_scope zero[2] = { { .id = "", .title = "" }, { .id = "a" } };
	static int64_t diagonal[1];

	for (size_t n = 0; n <= 2; n++) {
		const struct quarry_edition e = { .scopes = n ? zero : NULL, .n_scopes = n,
						  .quarter = 8096, .overlap = diagonal };
		char *text = write_as(&e, "md", NULL);
		json_t *root;

		assert_tables_are_whole(text);
		assert_non_null(strstr(text, "n/a"));
		assert_null(strstr(text, "nan"));
		assert_null(strstr(text, "inf"));
		free(text);
		text = write_as(&e, "json", NULL);
		root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(root);
		json_decref(root);
		free(text);
		for (const char *const *t = quarry_report_tables(); *t; t++) {
			struct sheet sheet;

			text = write_as(&e, "csv", *t);
			sheet = read_sheet(text);
			assert_true(sheet.ends.n >= 1);
			sheet_release(&sheet);
			free(text);
		}
	}
}

static void assert_hostile_csv(const struct quarry_edition *e)
{
	for (const char *const *t = quarry_report_tables(); *t; t++) {
		char *text = write_as(e, "csv", *t);
		struct sheet sheet = read_sheet(text);

		assert_int_equal(sheet.cells.n % columns_of(&sheet), 0);
		for (size_t i = 0; i < sheet.cells.n; i++)
			assert_null(strchr("=+@", sheet.cells.at[i][0] ? sheet.cells.at[i][0] : 'x'));
		sheet_release(&sheet);
		free(text);
	}
}

static void hostile_strings_break_no_format(void **state)
{
	struct quarry_edition e = build();
	json_t *root;
	char *text;

	for (size_t i = 1; i < e.n_scopes; i++)
		e.scopes[i].id = e.scopes[i].title = e.scopes[i].layer = HOSTILE;
	for (size_t i = 0; i < e.n_repos; i++) {
		e.repos[i].slug = e.repos[i].url = e.repos[i].problem = HOSTILE;
		e.repos[i].category = HOSTILE;
	}
	e.title = e.universe = e.taxonomy_hash = e.date_basis = HOSTILE;
	text = write_as(&e, "md", NULL);
	assert_tables_are_whole(text);
	assert_null(strstr(text, "<b>"));
	assert_null(strstr(text, "\n# x"));
	assert_null(strstr(text, "[a]("));
	assert_null(strchr(text, '\x1b'));
	assert_null(strstr(text, "\u202E"));
	free(text);
	text = write_as(&e, "json", NULL);
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (*p >= 0x20 && *p < 0x7F));
	root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(root);
	assert_string_equal(json_string_value(json_object_get(root, "title")),
			    "=1+1|`<b>\r\n# x\x1b[31m\uFFFD\u202E,\"q\" [a](http://b) \\");
	json_decref(root);
	free(text);
	assert_hostile_csv(&e);
}

static void an_overlap_is_written_in_every_format(void **state)
{
	static const char *ids[] = { "a", "b" }, *titles[] = { "A|1", "" };
	static int64_t sizes[] = { 1000, 200 };
	const struct quarry_overlap o = {
		.universe = "test", .quarter = 8096, .n = 2, .ids = ids, .titles = titles,
		.sizes = sizes, .everyone = 2000, .both = 50, .both_lo = 48, .both_hi = 61,
		.any = 1150, .jaccard = 50.0 / 1150, .coefficient = 0.25, .expected = 100,
		.lift = 0.5,
	};
	static const struct { const char *format, *part; } cases[] = {
		{ "md", "# Overlap: A\\|1 × b, 2024Q1\n" },
		{ "md", "| A\\|1 | 1,000 | 5% |\n| b | 200 | 25% |\n" },
		{ "md", "| In all of them | 50 (48–61) |\n| Combined pool (union) | 1,150 |\n" },
		{ "md", "the contributors above sum to 1,200." },
		{ "json", "\"both_hi\": 61,\n \"any\": 1150,\n \"jaccard\": 0.04347826087,\n" },
		{ "csv", "\na,A|1,2024Q1,1000,2000,50,48,61,1150,0.05,0.04347826087,0.25,100,0.5\n" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		char *text = NULL;
		size_t len = 0;

		assert_int_equal(quarry_report_overlap(&text, &len,
						       quarry_format_find(cases[i].format), &o,
						       &err), 0);
		assert_non_null(strstr(text, cases[i].part));
		free(text);
	}
}

static void an_edition_is_freed_with_its_memory(void **state)
{
	struct quarry_edition *e = calloc(1, sizeof(*e));
	struct arena *a = calloc(1, sizeof(*a));

	assert_non_null(e);
	assert_non_null(a);
	e->title = arena_copy(a, "x", 1);
	e->memory = a;
	quarry_edition_free(e);
	quarry_edition_free(NULL);
	quarry_overlap_free(calloc(1, sizeof(struct quarry_overlap)));
	quarry_overlap_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_format_is_found_by_name_and_extension),
		cmocka_unit_test(the_markdown_edition_says_what_was_counted),
		cmocka_unit_test(what_is_not_up_to_date_is_not_called_silent),
		cmocka_unit_test(an_old_copy_is_told_without_a_failure),
		cmocka_unit_test(a_quarter_to_date_is_compared_with_nothing),
		cmocka_unit_test(what_was_not_read_is_no_number),
		cmocka_unit_test(lines_are_shown_where_they_were_counted),
		cmocka_unit_test(the_json_edition_holds_every_field),
		cmocka_unit_test(every_csv_table_is_rectangular),
		cmocka_unit_test(a_wrong_table_is_the_users_error),
		cmocka_unit_test(an_empty_edition_is_written_in_every_format),
		cmocka_unit_test(hostile_strings_break_no_format),
		cmocka_unit_test(an_overlap_is_written_in_every_format),
		cmocka_unit_test(an_edition_is_freed_with_its_memory),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
