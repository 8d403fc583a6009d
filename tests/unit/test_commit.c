/* A commit's header is read as far as it can be, with git's answer where git has one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mine/commit.h"
#include "util/str.h"
#include "exact.h"

#define TREE "tree 0123456789abcdef0123456789abcdef01234567\n"
#define PARENT(digit) "parent " digit digit digit digit digit digit digit digit digit digit "\n"
#define P1 PARENT("1111")
#define P2 PARENT("2222")
#define AUTHOR "author A <a@x> 1 +0000\n"
#define COMMITTER "committer C <c@x> 2 +0000\n"

struct header {
	const char *data;
	size_t n_parents;
	const char *author, *committer; /* e-mail; NULL: none that can be split */
	const char *encoding, *message; /* NULL: no such line */
};

static void check_text(const char *what, const char *data, const char *got, size_t len,
		       const char *want)
{
	if (!got != !want || (got && (len != strlen(want) || memcmp(got, want, len))))
		fail_msg("the %s of '%s' is '%.*s'", what, data, got ? (int)len : 4,
			 got ? got : "none");
}

static void check(const struct header *c)
{
	size_t len = strlen(c->data);
	char *data = exact(c->data, len);
	struct raw_commit got;

	assert_true(commit_parse(&got, data, len));
	assert_int_equal(got.tree.id[0], 0x01);
	assert_int_equal(got.tree.id[19], 0x67);
	if (got.n_parents != c->n_parents)
		fail_msg("'%s' has %zu parents", c->data, got.n_parents);
	check_text("author", c->data, got.has_author ? got.author.email : NULL,
		   got.author.email_len, c->author);
	check_text("committer", c->data, got.has_committer ? got.committer.email : NULL,
		   got.committer.email_len, c->committer);
	check_text("encoding", c->data, got.encoding, got.encoding_len, c->encoding);
	check_text("message", c->data, got.message, got.message_len, c->message);
	free(data);
}

#define CHECK_ALL(cases) \
	for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++) \
		check(&(cases)[i])

static void parents_follow_the_tree(void **state)
{
	static const struct header cases[] = {
		{ TREE AUTHOR COMMITTER "\nm", 0, "a@x", "c@x", NULL, "m" },
		{ TREE P1 AUTHOR COMMITTER "\nm", 1, "a@x", "c@x", NULL, "m" },
		{ TREE P1 P2 AUTHOR COMMITTER "\nm", 2, "a@x", "c@x", NULL, "m" },
		{ TREE P1 P1 AUTHOR COMMITTER "\nm", 2, "a@x", "c@x", NULL, "m" },
		{ TREE P1 AUTHOR P2 COMMITTER "\nm", 1, "a@x", "c@x", NULL, "m" },
		{ TREE AUTHOR COMMITTER "\n" P1, 0, "a@x", "c@x", NULL, P1 },
	};

	CHECK_ALL(cases);
}

static void parents_keep_their_order_however_many(void **state)
{
	struct str s = STR_INIT;
	struct raw_commit got;

	str_adds(&s, TREE);
	for (int i = 0; i < 300; i++)
		str_addf(&s, "parent %040x\n", i);
	str_adds(&s, AUTHOR COMMITTER "\nm\n");
	assert_true(commit_parse(&got, s.buf, s.len));
	assert_int_equal(got.n_parents, 300);
	for (size_t i = 0; i < 300; i++) {
		struct quarry_oid id = commit_parent(&got, i);

		assert_int_equal(id.id[18] * 256 + id.id[19], i);
		assert_int_equal(id.id[0], 0);
	}
	str_release(&s);
}

static void a_missing_line_is_missing_alone(void **state)
{
	static const struct header cases[] = {
		{ TREE COMMITTER "\nm", 0, NULL, "c@x", NULL, "m" },
		{ TREE AUTHOR "\nm", 0, "a@x", NULL, NULL, "m" },
		{ TREE "\nm", 0, NULL, NULL, NULL, "m" },
		{ TREE COMMITTER AUTHOR "\nm", 0, "a@x", "c@x", NULL, "m" },
		{ TREE "author\n" COMMITTER "\nm", 0, NULL, "c@x", NULL, "m" },
		{ TREE "author \n" COMMITTER "\nm", 0, NULL, "c@x", NULL, "m" },
		{ TREE "author nobody\n" COMMITTER "\nm", 0, NULL, "c@x", NULL, "m" },
		{ TREE "authors A <a@x> 1 +0000\n" COMMITTER "\nm", 0, NULL, "c@x", NULL, "m" },
		{ TREE "author\tA <a@x> 1 +0000\n" COMMITTER "\nm", 0, NULL, "c@x", NULL, "m" },
	};

	CHECK_ALL(cases);
}

static void of_two_authors_the_last_counts_as_in_git_log(void **state)
{
	static const struct header cases[] = {
		{ TREE AUTHOR "author B <b@x> 3 +0000\n" COMMITTER "\nm", 0, "b@x", "c@x", NULL, "m" },
		{ TREE AUTHOR COMMITTER "author B <b@x> 3 +0000\n\nm", 0, "b@x", "c@x", NULL, "m" },
		{ TREE AUTHOR COMMITTER "committer D <d@x> 3 +0000\n\nm", 0, "a@x", "d@x", NULL, "m" },
		{ TREE AUTHOR "author broken\n" COMMITTER "\nm", 0, NULL, "c@x", NULL, "m" },
		{ TREE "author broken\n" AUTHOR COMMITTER "\nm", 0, "a@x", "c@x", NULL, "m" },
	};

	CHECK_ALL(cases);
}

static void continued_lines_are_not_read_as_headers(void **state)
{
	static const struct header cases[] = {
		{ TREE AUTHOR COMMITTER "gpgsig -----BEGIN-----\n \n author B <b@x> 1 +0000\n"
		  " encoding latin1\n -----END-----\n\nm", 0, "a@x", "c@x", NULL, "m" },
		{ TREE P1 P2 AUTHOR COMMITTER "mergetag object 1111\n type commit\n tag v1\n"
		  " tagger T <t@x> 1 +0000\n \n parent 1111\n\nm", 2, "a@x", "c@x", NULL, "m" },
		{ TREE "gpgsig x\n y\n" AUTHOR COMMITTER "\nm", 0, "a@x", "c@x", NULL, "m" },
	};

	CHECK_ALL(cases);
}

static void of_two_encodings_the_first_counts(void **state)
{
	static const struct header cases[] = {
		{ TREE AUTHOR COMMITTER "encoding ISO-8859-1\n\nm", 0, "a@x", "c@x", "ISO-8859-1", "m" },
		{ TREE AUTHOR COMMITTER "encoding A\nencoding B\n\nm", 0, "a@x", "c@x", "A", "m" },
		{ TREE "encoding A\n" AUTHOR COMMITTER "\nm", 0, "a@x", "c@x", "A", "m" },
		{ TREE AUTHOR COMMITTER "encoding \n\nm", 0, "a@x", "c@x", "", "m" },
		{ TREE AUTHOR COMMITTER "encoding\n\nm", 0, "a@x", "c@x", NULL, "m" },
	};

	CHECK_ALL(cases);
}

static void the_message_begins_behind_the_first_empty_line(void **state)
{
	static const struct header cases[] = {
		{ TREE AUTHOR COMMITTER "\n", 0, "a@x", "c@x", NULL, "" },
		{ TREE AUTHOR COMMITTER, 0, "a@x", "c@x", NULL, "" },
		{ TREE AUTHOR "committer C <c@x> 2 +0000", 0, "a@x", "c@x", NULL, "" },
		{ TREE AUTHOR COMMITTER "\n\n\nm\n", 0, "a@x", "c@x", NULL, "\n\nm\n" },
		{ TREE AUTHOR COMMITTER "no blank line", 0, "a@x", "c@x", NULL, "" },
		{ TREE AUTHOR COMMITTER "\nauthor B <b@x> 1 +0000\n", 0, "a@x", "c@x", NULL,
		  "author B <b@x> 1 +0000\n" },
		{ TREE AUTHOR COMMITTER " \nm\n\nn", 0, "a@x", "c@x", NULL, "n" },
		{ TREE AUTHOR COMMITTER "\r\nm\n\nn", 0, "a@x", "c@x", NULL, "n" },
	};

	CHECK_ALL(cases);
}

/* As in git, whose commits are C strings; it reads on behind a NUL in a line. */
static void a_NUL_ends_a_header_line(void **state)
{
	static const char in_line[] = TREE "author A\0X <a@x> 1 +0000\n" COMMITTER "\nm";
	static const char at_start[] = TREE AUTHOR "\0" COMMITTER "\nm";
	struct raw_commit got;

	assert_true(commit_parse(&got, in_line, sizeof(in_line) - 1));
	assert_false(got.has_author);
	assert_true(got.has_committer);
	assert_int_equal(got.message_len, 1);
	assert_true(commit_parse(&got, at_start, sizeof(at_start) - 1));
	assert_true(got.has_author);
	assert_false(got.has_committer);
	assert_int_equal(got.message_len, 0);
}

static void without_a_tree_line_it_is_no_commit(void **state)
{
	static const char *const cases[] = {
		"", "\n", "tree", "tree ", "tree \n", "tree\n" AUTHOR, AUTHOR COMMITTER "\nm", P1 TREE,
		"tree 0123456789abcdef0123456789abcdef0123456\n",
		"tree 0123456789abcdef0123456789abcdef012345678\n",
		"tree 0123456789abcdef0123456789abcdef0123456g\n",
		"tree 0123456789ABCDEF0123456789ABCDEF0123456G\n",
		"tree 0123456789abcdef0123456789abcdef01234567 \n",
		"tree  0123456789abcdef0123456789abcdef0123456\n",
		" tree 0123456789abcdef0123456789abcdef01234567\n",
		"Tree 0123456789abcdef0123456789abcdef01234567\n",
	};
	struct raw_commit got;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *data = exact(cases[i], strlen(cases[i]));

		if (commit_parse(&got, data, strlen(cases[i])))
			fail_msg("'%s' was read", cases[i]);
		free(data);
	}
}

static void an_id_in_upper_case_is_read(void **state)
{
	static const char data[] = "tree 0123456789ABCDEF0123456789ABCDEF01234567\n";
	struct raw_commit got;

	assert_true(commit_parse(&got, data, sizeof(data) - 1));
	assert_int_equal(got.tree.id[5], 0xab);
	assert_int_equal(got.tree.id[19], 0x67);
}

static void a_broken_parent_line_is_refused(void **state)
{
	static const char *const cases[] = {
		TREE P1 "parent \n" P2 AUTHOR COMMITTER "\nm",
		TREE P1 PARENT("AAAG") AUTHOR COMMITTER "\nm",
		TREE "parent 1234\n" AUTHOR COMMITTER "\nm",
	};
	struct raw_commit got;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *data = exact(cases[i], strlen(cases[i]));

		if (commit_parse(&got, data, strlen(cases[i])))
			fail_msg("'%s' was read", cases[i]);
		free(data);
	}
}

static void a_commit_may_end_at_every_byte(void **state)
{
	static const char whole[] = TREE P1 P2 AUTHOR COMMITTER "encoding latin1\ngpgsig a\n b\n\nm\n";
	const size_t tree = sizeof(TREE) - 1, parent = sizeof(P1) - 1;
	struct raw_commit got;

	for (size_t len = 0; len < sizeof(whole); len++) {
		char *data = exact(whole, len);
		size_t n = len < tree + parent ? 0 : len < tree + 2 * parent ? 1 : 2;

		/* Cut inside a parent's id it is refused, not read as a root. */
		size_t in_parent = len >= tree && len < tree + 2 * parent ? (len - tree) % parent : 0;
		bool whole_lines = len >= tree && in_parent < sizeof("parent");

		assert_int_equal(commit_parse(&got, data, len), whole_lines);
		if (whole_lines) {
			assert_int_equal(got.n_parents, n);
			assert_true(got.message >= data && got.message + got.message_len == data + len);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(commit_parent(&got, i).id[0], i ? 0x22 : 0x11);
		}
		free(data);
	}
}

/* It takes as long as one with as many LFs: each line is looked at once. */
static void a_commit_full_of_NULs_is_read_once(void **state)
{
	size_t len = 8u << 20, at = strlen(TREE);
	struct raw_commit c;
	char *data = malloc(len);

	assert_non_null(data);
	memcpy(data, TREE, at);
	for (; at < len; at++)
		data[at] = at % 2 ? 'x' : '\0';
	data[strlen(TREE)] = 'x';
	assert_true(commit_parse(&c, data, len));
	assert_true(c.has_nul);
	assert_false(c.has_author);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parents_follow_the_tree),
		cmocka_unit_test(parents_keep_their_order_however_many),
		cmocka_unit_test(a_missing_line_is_missing_alone),
		cmocka_unit_test(of_two_authors_the_last_counts_as_in_git_log),
		cmocka_unit_test(continued_lines_are_not_read_as_headers),
		cmocka_unit_test(of_two_encodings_the_first_counts),
		cmocka_unit_test(the_message_begins_behind_the_first_empty_line),
		cmocka_unit_test(a_NUL_ends_a_header_line),
		cmocka_unit_test(a_commit_full_of_NULs_is_read_once),
		cmocka_unit_test(without_a_tree_line_it_is_no_commit),
		cmocka_unit_test(an_id_in_upper_case_is_read),
		cmocka_unit_test(a_broken_parent_line_is_refused),
		cmocka_unit_test(a_commit_may_end_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
