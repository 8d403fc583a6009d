/*
 * Cohorts: who counts in which group, and which cells are withheld.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/derive.h"
#include "aggregate/edition.h"
#include "tables.h"
#include "util/str.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* 1 is in category 0, 2 moves from 1 to 0 in 8101. */
static const char world[] =
	"INSERT INTO repo(repo, url, slug) VALUES(1, 'https://x.org/a/1', 'a/1'),"
	" (2, 'https://x.org/a/2', 'a/2');"
	"INSERT INTO category VALUES(0, 'one', 'One', 'L'), (1, 'two', 'Two', 'L');"
	"INSERT INTO tracked VALUES(1, 0, NULL, NULL, NULL, NULL, 0, 0),"
	" (2, 0, 8101, NULL, 1, NULL, 0, 0);"
	"INSERT INTO affiliation_group VALUES('amd', 'AMD'), ('nvidia', 'NVIDIA');"
	/* 10 is amd's by e-mail until 1000, 20 always nvidia's, 30 tells nothing. */
	"INSERT INTO signature_affiliation VALUES(10, -9223372036854775807 - 1, 1000, 'amd'),"
	" (10, 1000, 2000, 'nvidia'), (20, -9223372036854775807 - 1, 9223372036854775807, 'nvidia');"
	/* Person 3 is amd's from 500 to 1500, whatever the e-mail says. */
	"INSERT INTO person(person, lenient, opted_out, key) VALUES(1, 1, 0, 'a'), (2, 2, 0, 'b'),"
	" (3, 3, 0, 'c');"
	"INSERT INTO person_affiliation VALUES(3, 500, 1500, 'amd');";

/* A credit: of a counted commit at a time, person, signature and role. */
struct credit {
	int commit, repo, quarter, time_s, person, signature, role;
};

static void add_credits(struct quarry_db *db, const struct credit *c, size_t n)
{
	struct str sql = STR_INIT;

	for (size_t i = 0; i < n; i++, c++)
		str_addf(&sql, "INSERT OR IGNORE INTO commit_kind VALUES(%d, %d, %d, 0, 0);"
			 "INSERT OR IGNORE INTO commit_time VALUES(%d, %d, %d, 0, 0, 0);"
			 "INSERT INTO credit VALUES(%d, %d, %d, 0, %d);", c->commit, c->repo, c->quarter,
			 c->commit, c->time_s, c->quarter, c->commit, c->person, c->signature, c->role);
	must(db, sql.buf);
	str_release(&sql);
}

static char *derive(const struct credit *credits, size_t n, const char *more)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .lo = 8100, .hi = 8101 };
	struct db_stmt *st = NULL;
	struct str out = STR_INIT;

	assert_int_equal(db_open(&d.db, ":memory:", DB_READ_WRITE, &err), 0);
	must(d.db, "PRAGMA foreign_keys = OFF");
	must(d.db, quarry_schema_sql);
	must(d.db, quarry_derived_sql);
	must(d.db, world);
	add_credits(d.db, credits, n);
	must(d.db, more);
	if (derive_cohorts(&d, &err))
		fail_msg("%s", err.text);
	assert_int_equal(db_prepare(&st, d.db, "SELECT scope, quarter - 8100, affiliation,"
				    " contributors, commits FROM cohort", &err), 0);
	while (db_step(st, &err) > 0)
		str_addf(&out, "%d.%d %s %d %d; ", (int)db_int(st, 0), (int)db_int(st, 1),
			 db_text(st, 2), (int)db_int(st, 3), (int)db_int(st, 4));
	db_finish(st);
	db_close(d.db);
	return str_detach(&out);
}

/* One case a paragraph of metrics.md cohort. */
static const struct { const char *says; struct credit credits[6]; const char *cohorts; } cases[] = {
	{ "an e-mail tells the group of its time",
	  { { 1, 1, 8100, 999, 1, 10, 0 }, { 2, 1, 8101, 1000, 1, 10, 0 } },
	  "0.0 amd 1 1; 0.1 nvidia 1 1; 1.0 amd 1 1; 1.1 nvidia 1 1; " },
	{ "who moves within the quarter counts in two groups, each commit in one",
	  { { 1, 1, 8100, 999, 1, 10, 0 }, { 2, 1, 8100, 1000, 1, 10, 0 }, { 3, 1, 8100, 1001, 1, 10, 0 } },
	  "0.0 amd 1 1; 0.0 nvidia 1 2; 1.0 amd 1 1; 1.0 nvidia 1 2; " },
	{ "an override comes before the e-mail, and does not hold at its end",
	  { { 1, 1, 8100, 499, 3, 20, 0 }, { 2, 1, 8100, 500, 3, 20, 0 }, { 3, 1, 8100, 1499, 3, 30, 0 },
	    { 4, 1, 8100, 1500, 3, 20, 0 } },
	  "0.0 amd 1 2; 0.0 nvidia 1 2; 1.0 amd 1 2; 1.0 nvidia 1 2; " },
	{ "where nothing holds the affiliation is not known",
	  { { 1, 1, 8100, 2000, 1, 10, 0 }, { 2, 1, 8100, 5, 2, 30, 0 } },
	  "0.0  2 2; 1.0  2 2; " },
	{ "who has an affiliation is not among those without, but their other commits are",
	  { { 1, 1, 8100, 5, 1, 20, 0 }, { 2, 1, 8100, 5, 1, 30, 0 } },
	  "0.0  0 1; 0.0 nvidia 1 1; 1.0  0 1; 1.0 nvidia 1 1; " },
	{ "a co-author is a contributor, and has no commit",
	  { { 1, 1, 8100, 5, 1, 10, 0 }, { 1, 1, 8100, 5, 2, 20, 1 } },
	  "0.0 amd 1 1; 0.0 nvidia 1 0; 1.0 amd 1 1; 1.0 nvidia 1 0; " },
	{ "membership is the quarter's, and who works in two categories counts once in the universe",
	  { { 1, 1, 8100, 5, 1, 20, 0 }, { 2, 2, 8100, 5, 1, 20, 0 }, { 3, 2, 8101, 5, 1, 20, 0 } },
	  "0.0 nvidia 1 2; 0.1 nvidia 1 1; 1.0 nvidia 1 1; 1.1 nvidia 1 1; 2.0 nvidia 1 1; " },
	{ "other quarters are left out", { { 1, 1, 8099, 5, 1, 20, 0 }, { 2, 1, 8102, 5, 1, 20, 0 } }, "" },
};

static void a_credit_counts_under_its_affiliation(void **state)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		size_t n = 0;
		char *got;

		while (n < LENGTH(cases[i].credits) && cases[i].credits[n].commit)
			n++;
		got = derive(cases[i].credits, n, "");
		if (strcmp(got ? got : "", cases[i].cohorts) != 0)
			fail_msg("%s: got %s, expected %s", cases[i].says, got, cases[i].cohorts);
		free(got);
	}
}

static void without_groups_there_are_no_cohorts(void **state)
{
	char *got = derive(cases[0].credits, 2, "DELETE FROM affiliation_group");

	assert_string_equal(got ? got : "", "");
	free(got);
}

/* Rows are the universe and its categories, columns groups; "persons" stands for both numbers. */
static const struct {
	const char *says;
	size_t n_scopes, n_groups;
	int persons[12];
	const char *shown;
} tables[] = {
	{ "nothing small, nothing withheld", 3, 2, { 16, 30, 6, 20, 10, 10 }, "16 30 6 20 10 10 " },
	{ "nobody is a number that tells of nobody", 3, 2, { 10, 30, 0, 20, 10, 10 },
	  "10 30 0 20 10 10 " },
	{ "a small cell takes three with it, by which the fewest are lost", 4, 3,
	  { 33, 49, 95, 4, 20, 30, 9, 8, 40, 20, 21, 25 }, "33 49 95 x x 30 x x 40 20 21 25 " },
	{ "two small ones in a rectangle hide each other", 3, 2, { 24, 30, 4, 20, 20, 3 },
	  "24 30 x x x x " },
	{ "where one scope has all, everything is withheld", 2, 1, { 4, 4 }, "x x " },
};

static void withhold(struct quarry_cohort *cells, const int *persons, size_t n_scopes,
		     size_t n_groups)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	for (size_t i = 0; i < n_scopes * n_groups; i++)
		cells[i] = (struct quarry_cohort){ persons[i], persons[i], 0 };
	assert_int_equal(edition_withhold(cells, n_scopes, n_groups, &err), 0);
}

static void small_cells_are_withheld(void **state)
{
	for (size_t i = 0; i < LENGTH(tables); i++) {
		size_t n = tables[i].n_scopes * tables[i].n_groups;
		struct quarry_cohort cells[12];
		struct str got = STR_INIT;

		withhold(cells, tables[i].persons, tables[i].n_scopes, tables[i].n_groups);
		for (size_t k = 0; k < n; k++) {
			assert_true(!cells[k].withheld || (!cells[k].contributors && !cells[k].commits));
			if (cells[k].withheld)
				str_adds(&got, "x ");
			else
				str_addf(&got, "%d ", (int)cells[k].contributors);
		}
		if (strcmp(got.buf, tables[i].shown) != 0)
			fail_msg("%s: got %s, expected %s", tables[i].says, got.buf, tables[i].shown);
		str_release(&got);
	}
}

/* Commits without contributors are somebody's who counts elsewhere; and persons without
 * commits are persons. */
static void commits_go_with_their_persons(void **state)
{
	struct quarry_cohort cells[] = { { 6, 50, 0 }, { 0, 3, 0 }, { 60, 500, 0 }, { 20, 0, 0 },
					 { 4, 0, 0 }, { 30, 40, 0 } };
	struct quarry_error err = QUARRY_ERROR_INIT;

	assert_int_equal(edition_withhold(cells, 2, 3, &err), 0);
	assert_true(cells[1].withheld);
	assert_true(cells[4].withheld);
	assert_int_equal(cells[1].commits, 0);
	assert_int_equal(cells[4].contributors, 0);
}

#define ROWS 3
#define COLUMNS 3
#define CELLS (ROWS * COLUMNS)

/* Is there another table of the same shown cells and sums, in which `cell` differs by 1? It
 * is looked for among all of them that differ by 1 at most anywhere. */
static bool another(const int *persons, const struct quarry_cohort *cells, size_t cell)
{
	int delta[CELLS];

	for (size_t i = 0; i < CELLS; i++)
		delta[i] = cells[i].withheld ? -1 : 0;
	for (;;) {
		bool sound = delta[cell] != 0;
		size_t at = 0;

		for (size_t i = 0; i < CELLS; i++)
			sound = sound && persons[i] + delta[i] >= 0;
		for (size_t r = 0; r < ROWS; r++)
			sound = sound && !(delta[3 * r] + delta[3 * r + 1] + delta[3 * r + 2]);
		for (size_t c = 0; c < COLUMNS; c++)
			sound = sound && delta[c] == delta[3 + c] + delta[6 + c];
		if (sound)
			return true;
		while (at < CELLS && (!cells[at].withheld || delta[at] == 1)) {
			delta[at] = cells[at].withheld ? -1 : 0;
			at++;
		}
		if (at == CELLS)
			return false;
		delta[at]++;
	}
}

static void no_small_cell_can_be_computed(void **state)
{
	size_t n_shown = 0, n_small = 0;
	unsigned seed = 1;

	for (int round = 0; round < 400; round++) {
		struct quarry_cohort cells[CELLS];
		int persons[CELLS], shown = 0;

		for (size_t i = COLUMNS; i < CELLS; i++) {
			seed = seed * 1103515245u + 12345u;
			persons[i] = (int)(seed >> 16) % (round % 3 ? 40 : 9);
			/* Nobody, now and then, and in some tables nobody in a whole column. */
			if ((seed >> 8) % 4 == 0 || (int)(i % COLUMNS) == round % 7)
				persons[i] = 0;
		}
		for (size_t i = 0; i < COLUMNS; i++)
			persons[i] = persons[i + 3] + persons[i + 6];
		withhold(cells, persons, ROWS, COLUMNS);
		for (size_t i = 0; i < CELLS; i++)
			shown += !cells[i].withheld;
		n_shown += (size_t)shown;
		for (size_t i = 0; i < CELLS; i++) {
			if (!persons[i] || persons[i] >= QUARRY_MIN_CELL)
				continue;
			n_small++;
			assert_true(cells[i].withheld);
			if (shown && !another(persons, cells, i))
				fail_msg("round %d: cell %zu can be computed", round, i);
		}
	}
	/* It must not be safe because nothing is told. */
	assert_true(n_small > 400);
	assert_true(n_shown > 800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_credit_counts_under_its_affiliation),
		cmocka_unit_test(without_groups_there_are_no_cohorts),
		cmocka_unit_test(small_cells_are_withheld),
		cmocka_unit_test(commits_go_with_their_persons),
		cmocka_unit_test(no_small_cell_can_be_computed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
