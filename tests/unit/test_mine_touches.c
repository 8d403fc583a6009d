/* Which paths a commit touched, each history asked of git as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/mine.h"
#include "lib/touches.h"

struct touched {
	const char *stream;
	const char *want; /* of the commit called "last" */
};

static struct quarry_history *mine(const struct history *h)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *facts = NULL;

	if (quarry_mine(&facts, h->gitdir, NULL, NULL, &err))
		fail_msg("%s", err.text);
	return facts;
}

static void same_as_git(const struct history *h, const struct quarry_history *facts)
{
	char *ours = touches_of_facts(facts), *theirs = touches_of_git(h);

	assert_string_equal(ours, theirs);
	assert_int_equal(facts->missing_objects, 0);
	free(theirs);
	free(ours);
}

static void check(const struct touched *c)
{
	struct quarry_history *facts;
	struct history h;
	char *got;

	history_init(&h);
	history_import(&h, c->stream);
	facts = mine(&h);
	got = touches_called(facts, "last");
	assert_string_equal(got, c->want);
	same_as_git(&h, facts);
	free(got);
	quarry_history_free(facts);
	history_release(&h);
}

#define CHECK_ALL(cases) \
	for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++) \
		check(&(cases)[i])

static void a_root_adds_all_it_holds(void **state)
{
	static const struct touched cases[] = {
		{ COMMIT(1, "last"), "" },
		{ COMMIT(1, "last") PUT("a", "1"), "A a" },
		{ COMMIT(1, "last") PUT("b/c/d", "1") PUT("a", "1") PUT("b.c", "1") PUT("b0", "1"),
		  "A a, A b.c, A b/c/d, A b0" },
	};

	CHECK_ALL(cases);
}

static void a_change_has_the_status_that_git_gives_it(void **state)
{
	static const struct touched cases[] = {
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last"), "" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") PUT("a", "2"), "M a" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") PUT_AS("100755", "a", "1"), "M a" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") PUT("b", "2"), "A b" },
		{ COMMIT(1, "first") PUT("a", "1") PUT("b", "2") COMMIT(2, "last") REMOVE("a"), "D a" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") REMOVE("a"), "D a" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") PUT_AS("120000", "a", "1"), "T a" },
		{ COMMIT(1, "first") PUT_AS("120000", "a", "1") COMMIT(2, "last") PUT("a", "1"), "T a" },
		{ COMMIT(1, "first") PUT_AS("120000", "a", "1") COMMIT(2, "last")
		  PUT_AS("120000", "a", "2"), "M a" },
		{ COMMIT(1, "first") MODULE("a", "11") COMMIT(2, "last") MODULE("a", "22"), "M a" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") MODULE("a", "22"), "T a" },
		{ COMMIT(1, "first") MODULE("a", "11") COMMIT(2, "last") PUT_AS("120000", "a", "1"),
		  "T a" },
	};

	CHECK_ALL(cases);
}

static void a_file_and_a_folder_of_one_name_are_two_paths(void **state)
{
	static const struct touched cases[] = {
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") REMOVE("a") PUT("a/b", "2"),
		  "D a, A a/b" },
		{ COMMIT(1, "first") PUT("a/b", "1") COMMIT(2, "last") REMOVE("a/b") PUT("a", "2"),
		  "A a, D a/b" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") REMOVE("a") PUT("a/a", "1"),
		  "R a > a/a" },
		{ COMMIT(1, "first") PUT("a/a", "1") COMMIT(2, "last") REMOVE("a/a") PUT("a", "1"),
		  "R a/a > a" },
		/* Between "a" and "a/" sort "a-" and "a." but not "a0". */
		{ COMMIT(1, "first") PUT("a", "1") PUT("a-", "2") PUT("a.", "3") PUT("a0", "4")
		  COMMIT(2, "last") REMOVE("a") PUT("a/b", "5") PUT("a-", "6") PUT("a0", "7"),
		  "D a, M a-, A a/b, M a0" },
		{ COMMIT(1, "first") MODULE("a", "11") COMMIT(2, "last") REMOVE("a") PUT("a/b", "5"),
		  "D a, A a/b" },
	};

	CHECK_ALL(cases);
}

static void the_same_content_elsewhere_is_a_rename(void **state)
{
	static const struct touched cases[] = {
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") REMOVE("a") PUT("b", "1"), "R a > b" },
		{ COMMIT(1, "first") PUT("b", "1") COMMIT(2, "last") REMOVE("b") PUT("a", "1"), "R b > a" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") REMOVE("a") PUT("b", "2"),
		  "D a, A b" },
		{ COMMIT(1, "first") EMPTY("a") COMMIT(2, "last") REMOVE("a") EMPTY("b"), "R a > b" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") REMOVE("a")
		  PUT_AS("100755", "b", "1"), "R a > b" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") REMOVE("a")
		  PUT_AS("120000", "b", "1"), "D a, A b" },
		{ COMMIT(1, "first") PUT_AS("120000", "a", "1") COMMIT(2, "last") REMOVE("a")
		  PUT_AS("120000", "b", "1"), "R a > b" },
		{ COMMIT(1, "first") MODULE("a", "11") COMMIT(2, "last") REMOVE("a") MODULE("b", "11"),
		  "R a > b" },
		{ COMMIT(1, "first") PUT("d/a", "1") PUT("d/b", "2") COMMIT(2, "last") "R d e\n",
		  "R d/a > e/a, R d/b > e/b" },
		/* A copy is no rename, and what changed its kind is no source. */
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") PUT("b", "1"), "A b" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") PUT_AS("120000", "a", "2")
		  PUT("b", "1"), "T a, A b" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "last") PUT("a", "2") PUT("b", "1"),
		  "M a, A b" },
		/* Two files that change places are both modified. */
		{ COMMIT(1, "first") PUT("a", "1") PUT("b", "2") COMMIT(2, "last") PUT("a", "2")
		  PUT("b", "1"), "M a, M b" },
	};

	CHECK_ALL(cases);
}

static void among_equal_sources_git_s_choice_is_taken(void **state)
{
	static const struct touched cases[] = {
		/* The first, */
		{ COMMIT(1, "first") PUT("a", "1") PUT("b", "1") COMMIT(2, "last") REMOVE("a") REMOVE("b")
		  PUT("c", "1"), "D b, R a > c" },
		/* unless another has the same base name, */
		{ COMMIT(1, "first") PUT("d/a", "1") PUT("d/b", "1") COMMIT(2, "last") REMOVE("d")
		  PUT("e/b", "1"), "D d/a, R d/b > e/b" },
		{ COMMIT(1, "first") PUT("a", "1") PUT("d/e/b", "1") COMMIT(2, "last") REMOVE("a")
		  REMOVE("d") PUT("b", "1"), "D a, R d/e/b > b" },
		{ COMMIT(1, "first") PUT("a", "1") PUT("xb", "1") COMMIT(2, "last") REMOVE("a")
		  REMOVE("xb") PUT("b", "1"), "R a > b, D xb" },
		/* each used once, destinations in tree order, */
		{ COMMIT(1, "first") PUT("d/a", "1") PUT("d/b", "1") COMMIT(2, "last") REMOVE("d")
		  PUT("e/b", "1") PUT("e/c", "1") PUT("e/d", "1"), "R d/b > e/b, R d/a > e/c, A e/d" },
		{ COMMIT(1, "first") PUT("d/a", "1") PUT("d/b", "1") COMMIT(2, "last") REMOVE("d")
		  PUT("e/a.c", "1") PUT("e/a", "1"), "R d/a > e/a, R d/b > e/a.c" },
		/* where kinds fit: a link has the content "1" LF, too. */
		{ COMMIT(1, "first") PUT_AS("120000", "d/a", "1") PUT("d/b", "1") COMMIT(2, "last")
		  REMOVE("d") PUT("e/a", "1"), "D d/a, R d/b > e/a" },
		{ COMMIT(1, "first") EMPTY("a/__init__.py") EMPTY("b/__init__.py") EMPTY("b/x")
		  COMMIT(2, "last") REMOVE("a") REMOVE("b") EMPTY("c/__init__.py") EMPTY("c/x"),
		  "D b/__init__.py, R a/__init__.py > c/__init__.py, R b/x > c/x" },
	};

	CHECK_ALL(cases);
}

/* Sources s000, s001, ...; the same base name as the new file's is at `at`. */
static void check_many(int n, int at, const char *want_old)
{
	struct quarry_history *facts;
	struct str s = STR_INIT;
	struct history h;
	char *got, *want;

	str_adds(&s, COMMIT(1, "first"));
	for (int i = 0; i < n; i++)
		str_addf(&s, "M 100644 inline d/%03d/%s\ndata 1\nx\n", i, i == at ? "name" : "other");
	str_adds(&s, COMMIT(2, "last") REMOVE("d") "M 100644 inline e/name\ndata 1\nx\n");
	history_init(&h);
	history_import(&h, s.buf);
	facts = mine(&h);
	got = touches_called(facts, "last");
	want = str_dupf("R %s > e/name", want_old);
	assert_non_null(strstr(got, want));
	same_as_git(&h, facts);
	free(want);
	free(got);
	quarry_history_free(facts);
	history_release(&h);
	str_release(&s);
}

static void the_base_name_is_looked_for_among_a_hundred_sources(void **state)
{
	check_many(120, 98, "d/098/name");
	check_many(120, 99, "d/099/name");
	check_many(120, 100, "d/000/other");
	check_many(120, 101, "d/000/other");
	check_many(120, 102, "d/000/other");
}

static void equal_trees_are_told_apart_by_their_paths(void **state)
{
	static const struct touched cases[] = {
		{ COMMIT(1, "last") PUT("a/f", "1") PUT("b/f", "1") PUT("c/f", "1"),
		  "A a/f, A b/f, A c/f" },
		{ COMMIT(1, "first") PUT("a/f", "1") PUT("b/f", "1") PUT("c/f", "1")
		  COMMIT(2, "last") REMOVE("b"), "D b/f" },
		{ COMMIT(1, "first") PUT("a/f", "1") PUT("b/f", "1") PUT("c/f", "1")
		  COMMIT(2, "last") REMOVE("a") PUT("d/f", "1"), "R a/f > d/f" },
		{ COMMIT(1, "first") PUT("a/f", "1") PUT("b/f", "1") PUT("c/f", "1")
		  COMMIT(2, "last") PUT("a/f", "2") PUT("b/f", "2"), "M a/f, M b/f" },
		/* Three commits with one tree. */
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "second") COMMIT(3, "last"), "" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT(2, "second") PUT("a", "2")
		  COMMIT(3, "last") PUT("a", "1"), "M a" },
	};

	CHECK_ALL(cases);
}

static void a_path_is_bytes(void **state)
{
	static const struct touched cases[] = {
		{ COMMIT(1, "last") PUT("caf\xe9", "1"), "A caf\xe9" },
		{ COMMIT(1, "first") PUT("\xff\xfe/\x80", "1") COMMIT(2, "last") REMOVE("\xff\xfe/\x80")
		  PUT("\x80", "1"), "R \xff\xfe/\x80 > \x80" },
		{ COMMIT(1, "last") PUT("b\x7f", "1") PUT("b\x80", "1") PUT("b", "1"),
		  "A b, A b\x7f, A b\x80" },
		{ COMMIT(1, "last") "M 100644 inline \"a\\nb\"\n" TEXT("1"), "A a\nb" },
		{ COMMIT(1, "last") PUT("a b\tc", "1"), "A a b\tc" },
	};

	CHECK_ALL(cases);
}

static void a_merge_has_no_touches(void **state)
{
	static const struct touched cases[] = {
		{ COMMIT(1, "first") PUT("a", "1") COMMIT_ON("other", 2, "left") FROM(1) PUT("b", "1")
		  COMMIT(3, "right") FROM(1) PUT("c", "1") COMMIT(4, "last") MERGE(2) PUT("b", "1")
		  PUT("d", "1"), "" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT_ON("x", 2, "x") FROM(1) PUT("b", "1")
		  COMMIT_ON("y", 3, "y") FROM(1) PUT("c", "1") COMMIT_ON("z", 4, "z") FROM(1) PUT("d", "1")
		  COMMIT(5, "last") FROM(1) MERGE(2) MERGE(3) MERGE(4) PUT("e", "1"), "" },
		{ COMMIT(1, "first") PUT("a", "1") COMMIT_ON("other", 2, "left") FROM(1) PUT("b", "1")
		  COMMIT(3, "merge") MERGE(2) PUT("b", "1") COMMIT(4, "last") REMOVE("b"), "D b" },
	};

	CHECK_ALL(cases);
}

int main(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_root_adds_all_it_holds),
		cmocka_unit_test(a_change_has_the_status_that_git_gives_it),
		cmocka_unit_test(a_file_and_a_folder_of_one_name_are_two_paths),
		cmocka_unit_test(the_same_content_elsewhere_is_a_rename),
		cmocka_unit_test(among_equal_sources_git_s_choice_is_taken),
		cmocka_unit_test(the_base_name_is_looked_for_among_a_hundred_sources),
		cmocka_unit_test(equal_trees_are_told_apart_by_their_paths),
		cmocka_unit_test(a_path_is_bytes),
		cmocka_unit_test(a_merge_has_no_touches),
	};
	int failed;

	if (quarry_mine_init(&err))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	quarry_mine_shutdown();
	return failed;
}
