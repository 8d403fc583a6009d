/* An identity line is split as git's split_ident_line splits it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mine/ident.h"
#include "exact.h"

struct line {
	const char *line;
	const char *name, *email; /* NULL: the line cannot be split */
	bool has_time;
	int64_t time_s;
	int32_t offset_min;
};

static void check_bytes(const struct line *c, const char *s, size_t len)
{
	char *line = exact(s, len);
	struct ident got;
	bool split = ident_split(&got, line, len);

	if (split != (c->name != NULL))
		fail_msg("'%s' is %ssplit", c->line, split ? "" : "not ");
	if (split && (got.name_len != strlen(c->name) || memcmp(got.name, c->name, got.name_len) ||
		      got.email_len != strlen(c->email) || memcmp(got.email, c->email, got.email_len)))
		fail_msg("'%s' became '%.*s' and '%.*s'", c->line, (int)got.name_len, got.name,
			 (int)got.email_len, got.email);
	if (split && (got.has_time != c->has_time || got.time_s != c->time_s ||
		      got.offset_min != c->offset_min))
		fail_msg("'%s' has %d, %lld, %d", c->line, got.has_time, (long long)got.time_s,
			 (int)got.offset_min);
	free(line);
}

#define CHECK_ALL(cases) \
	for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++) \
		check_bytes(&(cases)[i], (cases)[i].line, strlen((cases)[i].line))

static void name_and_email_stand_around_the_first_brackets(void **state)
{
	static const struct line cases[] = {
		{ "A U Thor <a@x> 1 +0000", "A U Thor", "a@x", true, 1, 0 },
		{ "A<a@x> 1 +0000", "A", "a@x", true, 1, 0 },
		{ "A <a@x>", "A", "a@x", false, 0, 0 },
		{ "<a@x> 1 +0000", "", "a@x", true, 1, 0 },
		{ " <a@x> 1 +0000", "", "a@x", true, 1, 0 },
		{ "A <> 1 +0000", "A", "", true, 1, 0 },
		{ "<>", "", "", false, 0, 0 },
		{ "A <a@x", NULL, NULL, false, 0, 0 },
		{ "A a@x> 1 +0000", NULL, NULL, false, 0, 0 },
		{ "A a@x 1 +0000", NULL, NULL, false, 0, 0 },
		{ "A >a@x< 1 +0000", NULL, NULL, false, 0, 0 },
		{ "", NULL, NULL, false, 0, 0 },
		{ "<", NULL, NULL, false, 0, 0 },
		{ ">", NULL, NULL, false, 0, 0 },
		{ "A <<a@x> 1 +0000", "A", "<a@x", true, 1, 0 },
		{ "A <B <a@x> 1 +0000", "A", "B <a@x", true, 1, 0 },
		{ "A > <a@x> 1 +0000", "A >", "a@x", true, 1, 0 },
	};

	CHECK_ALL(cases);
}

static void the_date_stands_behind_the_last_bracket(void **state)
{
	static const struct line cases[] = {
		{ "A <a@x>> 1 +0000", "A", "a@x", true, 1, 0 },
		{ "A <a@x> <b@y> 1 +0000", "A", "a@x", true, 1, 0 },
		{ "A <a@x> 1 +0000>", "A", "a@x", false, 0, 0 },
		{ "A <a@x> 1 +0000 > 2 +0100", "A", "a@x", true, 2, 60 },
	};

	CHECK_ALL(cases);
}

static void a_date_needs_seconds_and_an_offset(void **state)
{
	static const struct line cases[] = {
		{ "A <a@x> 1", "A", "a@x", false, 0, 0 },
		{ "A <a@x> 1 ", "A", "a@x", false, 0, 0 },
		{ "A <a@x> 1 0000", "A", "a@x", false, 0, 0 },
		{ "A <a@x> 1 +", "A", "a@x", false, 0, 0 },
		{ "A <a@x> 1 UTC", "A", "a@x", false, 0, 0 },
		{ "A <a@x> +0000", "A", "a@x", false, 0, 0 },
		{ "A <a@x> -1 +0000", "A", "a@x", false, 0, 0 },
		{ "A <a@x> x1 +0000", "A", "a@x", false, 0, 0 },
		{ "A <a@x> 1x +0000", "A", "a@x", false, 0, 0 },
		{ "A <a@x> 1.5 +0000", "A", "a@x", false, 0, 0 },
		{ "A <a@x> Thu Jan 1 1970", "A", "a@x", false, 0, 0 },
		{ "A <a@x>1+0000", "A", "a@x", true, 1, 0 },
		{ "A <a@x> 1 +0000 more", "A", "a@x", true, 1, 0 },
		{ "A <a@x> 1 +0000more", "A", "a@x", true, 1, 0 },
		{ "A <a@x> 0 +0000", "A", "a@x", true, 0, 0 },
		{ "A <a@x> 007 +0000", "A", "a@x", true, 7, 0 },
	};

	CHECK_ALL(cases);
}

static void a_huge_number_is_the_largest(void **state)
{
	static const struct line cases[] = {
		{ "A <a@x> 4294967296 +0000", "A", "a@x", true, 4294967296, 0 },
		{ "A <a@x> 9223372036854775807 +0000", "A", "a@x", true, INT64_MAX, 0 },
		{ "A <a@x> 9223372036854775808 +0000", "A", "a@x", true, INT64_MAX, 0 },
		{ "A <a@x> 18446744073709551616 +0000", "A", "a@x", true, INT64_MAX, 0 },
		{ "A <a@x> 99999999999999999999999999999999 +0000", "A", "a@x", true, INT64_MAX, 0 },
		{ "A <a@x> 1 +99999999", "A", "a@x", true, 1, 999999 * 60 + 99 },
		{ "A <a@x> 1 -99999999999999999999", "A", "a@x", true, 1, -(999999 * 60 + 99) },
	};

	CHECK_ALL(cases);
}

static void an_offset_is_hours_and_minutes(void **state)
{
	static const struct line cases[] = {
		{ "A <a@x> 1 +0530", "A", "a@x", true, 1, 330 },
		{ "A <a@x> 1 -0800", "A", "a@x", true, 1, -480 },
		{ "A <a@x> 1 +1400", "A", "a@x", true, 1, 840 },
		{ "A <a@x> 1 -0000", "A", "a@x", true, 1, 0 },
		{ "A <a@x> 1 +5", "A", "a@x", true, 1, 5 },
		{ "A <a@x> 1 +0175", "A", "a@x", true, 1, 135 },
		{ "A <a@x> 1 +051800", "A", "a@x", true, 1, 518 * 60 },
	};

	CHECK_ALL(cases);
}

static void white_space_is_trimmed_where_git_trims_it(void **state)
{
	static const struct line cases[] = {
		{ "A \t <a@x> 1 +0000", "A", "a@x", true, 1, 0 },
		{ "  A  B  <a@x> 1 +0000", "  A  B", "a@x", true, 1, 0 },
		{ "\tA\r<a@x> 1 +0000", "\tA", "a@x", true, 1, 0 },
		{ "A < a@x > 1 +0000", "A", " a@x ", true, 1, 0 },
		{ "A <a@x>\t 1\t +0000", "A", "a@x", true, 1, 0 },
		{ "A <a@x> 1 +0000 \t", "A", "a@x", true, 1, 0 },
		/* To git a form feed and a vertical tab are no white space. */
		{ "A\f <a@x> 1 +0000", "A\f", "a@x", true, 1, 0 },
		{ "\v <a@x> 1 +0000", "\v", "a@x", true, 1, 0 },
		{ "A <a@x>\f1 +0000", "A", "a@x", false, 0, 0 },
		{ "A <a@x> 1\v+0000", "A", "a@x", false, 0, 0 },
	};

	CHECK_ALL(cases);
}

static void a_NUL_ends_the_search_for_the_email(void **state)
{
	static const struct { const char *line; size_t len; struct line want; } cases[] = {
		{ "A\0 <a@x> 1 +0000", 17, { "A NUL", NULL, NULL, false, 0, 0 } },
		{ "\0<a@x>", 6, { "NUL", NULL, NULL, false, 0, 0 } },
		{ "A <a@x> 1 \0+0000", 16, { "A <a@x> 1 NUL", "A", "a@x", false, 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_bytes(&cases[i].want, cases[i].line, cases[i].len);
}

static void a_line_may_end_at_every_byte(void **state)
{
	static const char line[] = "A U Thor <a@x> <b@y> 1700000000 +0530";
	struct ident got;

	for (size_t len = 0; len < sizeof(line); len++) {
		char *s = exact(line, len);

		assert_int_equal(ident_split(&got, s, len), len >= strlen("A U Thor <a@x>"));
		assert_int_equal(got.has_time, len >= strlen("A U Thor <a@x> <b@y> 1700000000 +0"));
		free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_and_email_stand_around_the_first_brackets),
		cmocka_unit_test(the_date_stands_behind_the_last_bracket),
		cmocka_unit_test(a_date_needs_seconds_and_an_offset),
		cmocka_unit_test(a_huge_number_is_the_largest),
		cmocka_unit_test(an_offset_is_hours_and_minutes),
		cmocka_unit_test(white_space_is_trimmed_where_git_trims_it),
		cmocka_unit_test(a_NUL_ends_the_search_for_the_email),
		cmocka_unit_test(a_line_may_end_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
