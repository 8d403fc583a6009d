/* Which lines of a message are trailers; tests/oracle/trailers.sh asks git the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mine/trailer.h"
#include "util/str.h"
#include "exact.h"

#define CO "Co-authored-by: A <a@x>\n"
#define CUT "# ------------------------ >8 ------------------------\n"

struct message {
	const char *text;
	const char *want; /* "key=value;..." */
};

static int keep(void *payload, const struct trailer_line *line)
{
	struct str *s = payload;

	str_addf(s, "%s=", line->key);
	trailer_unfold(s, line->value, line->value_len);
	str_addc(s, ';');
	return 0;
}

static void check(const struct message *c)
{
	size_t len = strlen(c->text);
	char *text = exact(c->text, len);
	struct str got = STR_INIT;

	str_add(&got, "", 0);
	assert_int_equal(trailers_read(text, len, keep, &got), 0);
	if (strcmp(got.buf, c->want))
		fail_msg("'%s' has '%s'", c->text, got.buf);
	str_release(&got);
	free(text);
}

#define CHECK_ALL(cases) \
	for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++) \
		check(&(cases)[i])

static void trailers_are_the_last_paragraph_and_never_the_title(void **state)
{
	static const struct message cases[] = {
		{ "", "" },
		{ "\n", "" },
		{ "title\n", "" },
		{ "title\n\n" CO, "Co-authored-by=A <a@x>;" },
		{ "title\n\nCo-authored-by: A <a@x>", "Co-authored-by=A <a@x>;" },
		{ CO, "" },
		{ "title\n" CO, "" },
		{ "title\n\n" CO "\nmore\n", "" },
		{ "title\n\n" CO "\n\n \n", "Co-authored-by=A <a@x>;" },
		{ "title\n\n" CO "\n" "Reviewed-by: B\n", "Reviewed-by=B;" },
		{ "title\n\nbody\n\n" CO CO, "Co-authored-by=A <a@x>;Co-authored-by=A <a@x>;" },
		{ "title\r\n\r\nCo-authored-by: A <a@x>\r\n", "Co-authored-by=A <a@x>;" },
	};

	CHECK_ALL(cases);
}

static void a_paragraph_with_other_lines_needs_one_by_git(void **state)
{
	static const struct message cases[] = {
		{ "title\n\nbody\n" CO, "" },
		{ "title\n\n" CO "body\n", "" },
		{ "title\n\nbody\n" CO "Signed-off-by: B <b@x>\n", "Co-authored-by=A <a@x>;" },
		{ "title\n\n1\n2\n3\n4\n5\n6\n" CO "Signed-off-by: B\n", "Co-authored-by=A <a@x>;" },
		{ "title\n\n1\n2\n3\n4\n5\n6\n7\n" CO "Signed-off-by: B\n", "" },
		{ "title\n\nbody\n" CO "(cherry picked from commit 1)\n", "Co-authored-by=A <a@x>;" },
		{ "title\n\nbody\n" CO "signed-off-by: B <b@x>\n", "" },
		{ "title\n\nbody\n" CO "Signed-off-by:B <b@x>\n", "" },
		{ "title\n\n# note\n" CO, "Co-authored-by=A <a@x>;" },
	};

	CHECK_ALL(cases);
}

static void keys_are_kept_in_one_spelling(void **state)
{
	static const struct message cases[] = {
		{ "title\n\nCO-AUTHORED-BY: A\n", "Co-authored-by=A;" },
		{ "title\n\nco-authored-by:A\n", "Co-authored-by=A;" },
		{ "title\n\nCo-authored-by : A\n", "Co-authored-by=A;" },
		{ "title\n\nCo-authored-by \t: \t A \t\n", "Co-authored-by=A;" },
		{ "title\n\nCo-authored-by:\n", "Co-authored-by=;" },
		{ "title\n\nCo-authored-by: a: b\n", "Co-authored-by=a: b;" },
		{ "title\n\nAcked-by: A\n" CO, "Co-authored-by=A <a@x>;" },
		{ "title\n\nCo authored by: A\n", "" },
		{ "title\n\nCo-authored-by= A\n", "" },
		{ "title\n\nCo_authored_by: A\n", "" },
		{ "title\n\n: A\n", "" },
		{ "title\n\n Co-authored-by: A\n", "" },
		{ "title\n\nCo-authored-byte: A\n", "" },
		{ "title\n\nCo-authored-b: A\n", "" },
	};

	CHECK_ALL(cases);
}

static void white_space_continues_a_value(void **state)
{
	static const struct message cases[] = {
		{ "title\n\nCo-authored-by: A\n <a@x>\n", "Co-authored-by=A <a@x>;" },
		{ "title\n\nCo-authored-by: A\n\t  B\n C\n", "Co-authored-by=A B C;" },
		{ "title\n\nCo-authored-by:\n A\n", "Co-authored-by=A;" },
		{ "title\n\nCo-authored-by: A\r\n B\r\n", "Co-authored-by=A\r B;" },
		{ "title\n\nAcked-by: A\n Co-authored-by: B\n", "" },
		{ "title\n\nCo-authored-by: A\n#no\n B\n" , "" },
		{ "title\n\n B\n" CO, "" },
		{ "title\n\nSigned-off-by: B\n C\n" CO, "Co-authored-by=A <a@x>;" },
		{ "title\n\n(cherry picked from commit 1)\n B\n" CO, "Co-authored-by=A <a@x>;" },
		/* To git a form feed and a vertical tab are no white space. */
		{ "title\n\nCo-authored-by: \fA\v\n", "Co-authored-by=\fA\v;" },
		{ "title\n\nCo-authored-by: A\n\vB\n", "" },
		{ "title\n\f\n" CO, "" },
	};

	CHECK_ALL(cases);
}

static void what_git_adds_below_a_message_is_skipped(void **state)
{
	static const struct message cases[] = {
		{ "title\n\n" CO "\n# comment\n", "Co-authored-by=A <a@x>;" },
		{ "title\n\n" CO "# comment\n#\n", "Co-authored-by=A <a@x>;" },
		{ "title\n\n" CO "\nConflicts:\n\ta\n\tb\n", "Co-authored-by=A <a@x>;" },
		{ "title\n\n" CO "\nConflicts:\n\ta\nmore\n", "" },
		{ "title\n\n" CO "\nConflicts: a\n", "" },
		{ "title\n\n" CO CUT "diff\n", "Co-authored-by=A <a@x>;" },
		{ "title\n\n" CO "\n" CUT "\n" "Reviewed-by: B\n", "Co-authored-by=A <a@x>;" },
		{ CUT "\n" CO, "" },
		{ "title\n\n" CO " " CUT, "Co-authored-by=A <a@x> # ------------------------ >8 "
					  "------------------------;" },
		{ "# comment\ntitle\n\n" CO, "Co-authored-by=A <a@x>;" },
		{ "# comment\n\n" CO, "Co-authored-by=A <a@x>;" },
		/* A divider ends a patch by mail, not a commit's message. */
		{ "title\n\n" CO "---\n a | 1 +\n", "" },
		{ "title\n\n---\n\n" CO, "Co-authored-by=A <a@x>;" },
	};

	CHECK_ALL(cases);
}

static int stop_at_once(void *payload, const struct trailer_line *line)
{
	++*(int *)payload;
	return 7;
}

static void the_reader_may_stop(void **state)
{
	static const char text[] = "title\n\n" CO CO;
	int n = 0;

	assert_int_equal(trailers_read(text, sizeof(text) - 1, stop_at_once, &n), 7);
	assert_int_equal(n, 1);
}

static void a_message_may_end_at_every_byte(void **state)
{
	static const char text[] = "title\n\nbody\n\nSigned-off-by: B\n " CO "x\nConflicts:\n\ta\n" CUT;

	for (size_t len = 0; len < sizeof(text); len++) {
		char *s = exact(text, len);
		struct str got = STR_INIT;

		assert_int_equal(trailers_read(s, len, keep, &got), 0);
		str_release(&got);
		free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trailers_are_the_last_paragraph_and_never_the_title),
		cmocka_unit_test(a_paragraph_with_other_lines_needs_one_by_git),
		cmocka_unit_test(keys_are_kept_in_one_spelling),
		cmocka_unit_test(white_space_continues_a_value),
		cmocka_unit_test(what_git_adds_below_a_message_is_skipped),
		cmocka_unit_test(the_reader_may_stop),
		cmocka_unit_test(a_message_may_end_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
