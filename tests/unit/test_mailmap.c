/* A .mailmap means here what it means to git; tests/oracle/mailmap.sh asks git itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "identity/mailmap.h"
#include "util/str.h"

struct contact {
	const char *name, *email;
};

struct look_up {
	const char *text;
	struct contact given, want;
	bool has_entry;
};

static void check(const struct look_up *c)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct mailmap_match m;
	struct mailmap *mm = NULL;

	assert_int_equal(mailmap_new(&mm, c->text, strlen(c->text), &err), 0);
	assert_int_equal(mailmap_map(&m, mm, c->given.name, strlen(c->given.name),
				     c->given.email, strlen(c->given.email), &err), 0);
	if (m.name_len != strlen(c->want.name) || memcmp(m.name, c->want.name, m.name_len) ||
	    m.email_len != strlen(c->want.email) || memcmp(m.email, c->want.email, m.email_len) ||
	    m.has_entry != c->has_entry)
		fail_msg("'%s': '%s <%s>' became '%.*s <%.*s>', entry %d", c->text,
			 c->given.name, c->given.email, (int)m.name_len, m.name,
			 (int)m.email_len, m.email, m.has_entry);
	mailmap_free(mm);
}

#define CHECK_ALL(cases) \
	for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++) \
		check(&(cases)[i])

static void a_line_has_one_of_four_forms(void **state)
{
	static const struct look_up cases[] = {
		{ "P P <c@x>", { "c", "c@x" }, { "P P", "c@x" }, true },
		{ "<p@x> <c@x>", { "c", "c@x" }, { "c", "p@x" }, true },
		{ "P <p@x> <c@x>", { "c", "c@x" }, { "P", "p@x" }, true },
		{ "P <p@x> C C <c@x>", { "C C", "c@x" }, { "P", "p@x" }, true },
		{ "P <p@x> C C <c@x>", { "D", "c@x" }, { "D", "c@x" }, true },
		{ "<p@x> C <c@x>", { "C", "c@x" }, { "C", "p@x" }, true },
		{ "P <p@x> <c@x>", { "c", "d@x" }, { "c", "d@x" }, false },
		{ "P <p@x> <c@x>", { "p", "p@x" }, { "p", "p@x" }, false },
		{ "<c@x>", { "c", "c@x" }, { "c", "c@x" }, true },
	};

	CHECK_ALL(cases);
}

static void case_matters_only_in_what_is_shown(void **state)
{
	static const struct look_up cases[] = {
		{ "P <P@X> <C@x>", { "c", "c@X" }, { "P", "P@X" }, true },
		{ "P <p@x> Jane <C@x>", { "jANE", "c@X" }, { "P", "p@x" }, true },
		/* ASCII alone: git's strcasecmp leaves other letters as they are. */
		{ "P <p@x> J\xc3\x96 <c@x>", { "j\xc3\xb6", "c@x" }, { "j\xc3\xb6", "c@x" }, true },
	};

	CHECK_ALL(cases);
}

static void a_hash_comments_only_in_column_0(void **state)
{
	static const struct look_up cases[] = {
		{ "# P <c@x>", { "c", "c@x" }, { "c", "c@x" }, false },
		{ " # P <c@x>", { "c", "c@x" }, { "# P", "c@x" }, true },
		{ "P <c@x> # why", { "c", "c@x" }, { "P", "c@x" }, true },
		{ "P <c@x> # <d@x>", { "#", "d@x" }, { "P", "c@x" }, true },
		{ "P <c@x> # <d@x>", { "d", "d@x" }, { "d", "d@x" }, true },
		{ "P <c@x> #<d@x> <e@x>", { "e", "e@x" }, { "e", "e@x" }, false },
	};

	CHECK_ALL(cases);
}

static void later_lines_override(void **state)
{
	static const struct look_up cases[] = {
		{ "A <a@x> <c@x>\nB <b@x> <c@x>", { "c", "c@x" }, { "B", "b@x" }, true },
		/* A simple line keeps the part that a later one does not give. */
		{ "A <a@x> <c@x>\n<b@x> <c@x>", { "c", "c@x" }, { "A", "b@x" }, true },
		{ "A <a@x> <c@x>\nB <c@x>", { "c", "c@x" }, { "B", "a@x" }, true },
		/* A line for a name does not. */
		{ "A <a@x> C <c@x>\n<b@x> c <c@x>", { "C", "c@x" }, { "C", "b@x" }, true },
		/* A line for a name wins over a simple one, wherever it stands. */
		{ "A <a@x> C <c@x>\nB <b@x> <c@x>", { "C", "c@x" }, { "A", "a@x" }, true },
		{ "A <a@x> C <c@x>\nB <b@x> <c@x>", { "D", "c@x" }, { "B", "b@x" }, true },
		/* No second step is taken. */
		{ "<b@x> <a@x>\n<c@x> <b@x>", { "a", "a@x" }, { "a", "b@x" }, true },
	};

	CHECK_ALL(cases);
}

static void white_space_counts_inside_the_brackets_only(void **state)
{
	static const struct look_up cases[] = {
		{ " \t P  Q \t<p@x>\t<c@x>\r\n", { "c", "c@x" }, { "P  Q", "p@x" }, true },
		{ "P < c@x >", { "c", "c@x" }, { "c", "c@x" }, false },
		{ "P < c@x >", { "c", " c@x " }, { "P", " c@x " }, true },
		{ "P <p@x>  C  <c@x>", { " C ", "c@x" }, { " C ", "c@x" }, true },
		{ "\vP <c@x>", { "c", "c@x" }, { "\vP", "c@x" }, true },
		{ "P<c@x>", { "c", "c@x" }, { "P", "c@x" }, true },
	};

	CHECK_ALL(cases);
}

static void only_the_second_email_may_be_empty(void **state)
{
	static const struct look_up cases[] = {
		{ "P <p@x> <>", { "c", "" }, { "P", "p@x" }, true },
		{ "P <p@x> C <>", { "C", "" }, { "P", "p@x" }, true },
		{ "P <p@x> C <>", { "D", "" }, { "D", "" }, true },
		{ "P <>", { "c", "" }, { "c", "" }, false },
		{ "P <> <c@x>", { "c", "c@x" }, { "c", "c@x" }, false },
	};

	CHECK_ALL(cases);
}

static void what_is_no_line_is_passed_over(void **state)
{
	static const struct look_up cases[] = {
		{ "", { "c", "c@x" }, { "c", "c@x" }, false },
		{ "\n\n\nP <c@x>\n\n", { "c", "c@x" }, { "P", "c@x" }, true },
		{ "P c@x", { "c", "c@x" }, { "c", "c@x" }, false },
		{ "P <c@x", { "c", "c@x" }, { "c", "c@x" }, false },
		{ "P c@x>\nQ <c@x>", { "c", "c@x" }, { "Q", "c@x" }, true },
		{ "P >a< <c@x>", { "c", " <c@x" }, { "P >a", " <c@x" }, true },
		{ "P <p@x> C <c@x", { "p", "p@x" }, { "P", "p@x" }, true },
		{ "P <p@x> <c@x> <d@x>", { "d", "d@x" }, { "d", "d@x" }, false },
		{ "P <p@x> C <c@x> D <d@x>", { "C", "c@x" }, { "P", "p@x" }, true },
	};

	CHECK_ALL(cases);
}

static void the_text_ends_at_a_nul(void **state)
{
	static const char text[] = "A <a@x>\nB\0<b@x>\nC <c@x>";
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct mailmap_match m;
	struct mailmap *mm = NULL;

	assert_int_equal(mailmap_new(&mm, text, sizeof(text) - 1, &err), 0);
	assert_int_equal(mailmap_map(&m, mm, "", 0, "a@x", 3, &err), 0);
	assert_true(m.has_entry);
	assert_int_equal(mailmap_map(&m, mm, "", 0, "c@x", 3, &err), 0);
	assert_false(m.has_entry);
	mailmap_free(mm);
}

static void a_text_beyond_the_limits_is_refused(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct str text = STR_INIT;
	struct mailmap *mm = NULL;

	for (int i = 0; i < MAILMAP_MAX_LINES; i++)
		str_addf(&text, "P <%d@x>\n", i);
	assert_int_equal(mailmap_new(&mm, text.buf, text.len, &err), 0);
	mailmap_free(mm);
	mm = NULL;
	str_addc(&text, '#');
	assert_int_equal(mailmap_new(&mm, text.buf, text.len, &err), QUARRY_EFAIL);
	assert_string_equal(err.text, "cannot read '.mailmap': more than 100000 lines");
	str_clear(&text);
	while (text.len <= MAILMAP_MAX_BYTES)
		str_adds(&text, "# a comment that is long, long, long, long, long\n");
	assert_int_equal(mailmap_new(&mm, text.buf, text.len, &err), QUARRY_EFAIL);
	assert_string_equal(err.text, "cannot read '.mailmap': longer than 4194304 bytes");
	assert_null(mm);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_one_of_four_forms),
		cmocka_unit_test(case_matters_only_in_what_is_shown),
		cmocka_unit_test(a_hash_comments_only_in_column_0),
		cmocka_unit_test(later_lines_override),
		cmocka_unit_test(white_space_counts_inside_the_brackets_only),
		cmocka_unit_test(only_the_second_email_may_be_empty),
		cmocka_unit_test(what_is_no_line_is_passed_over),
		cmocka_unit_test(the_text_ends_at_a_nul),
		cmocka_unit_test(a_text_beyond_the_limits_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
