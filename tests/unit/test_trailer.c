/* Which lines of a message are trailers, or say else whose work it is;
 * tests/oracle/trailers.sh asks git, and a second program, the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mine/commit.h"
#include "mine/facts.h"
#include "mine/marks.h"
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

static void read_trailers(struct str *out, const char *text, size_t len)
{
	struct trailer_block block;

	trailer_block_find(&block, text, len);
	assert_int_equal(trailers_read(&block, keep, out), 0);
}

static void read_all(struct str *out, const char *text, size_t len)
{
	struct trailer_block block;

	read_trailers(out, text, len);
	trailer_block_find(&block, text, len);
	assert_int_equal(marks_read(text, len, &block, keep, out), 0);
}

static void check(const struct message *c, void (*read)(struct str *out, const char *text, size_t len))
{
	size_t len = strlen(c->text);
	char *text = exact(c->text, len);
	struct str got = STR_INIT;

	str_add(&got, "", 0);
	read(&got, text, len);
	if (strcmp(got.buf, c->want))
		fail_msg("'%s' has '%s'", c->text, got.buf);
	str_release(&got);
	free(text);
}

#define CHECK_ALL(cases, read) \
	for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++) \
		check(&(cases)[i], read)

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

	CHECK_ALL(cases, read_trailers);
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

	CHECK_ALL(cases, read_trailers);
}

static void those_that_name_a_person_or_an_agent_are_kept(void **state)
{
	static const struct message cases[] = {
		{ "title\n\nmade-with: A\nAuthored-With: B\nAI-Assisted: C\n",
		  "Made-with=A;Authored-with=B;AI-assisted=C;" },
		{ "title\n\nClaude-Session: A\nCopilot-Session: B\nAgent-Logs-Url: C\n",
		  "Claude-Session=A;Copilot-Session=B;Agent-Logs-Url=C;" },
		{ "title\n\nAuthor: A\nAuthored-by: B\nOriginally-authored-by: C\nCo-author: D\n",
		  "Author=A;Authored-by=B;Originally-authored-by=C;Co-author=D;" },
		{ "title\n\nSigned-off-by: A\nHelped-by: B\nChange-Id: C\n", "" },
	};

	CHECK_ALL(cases, read_trailers);
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

	CHECK_ALL(cases, read_trailers);
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

	CHECK_ALL(cases, read_trailers);
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

	CHECK_ALL(cases, read_trailers);
}

static void lines_that_say_who_made_it_are_kept(void **state)
{
	static const struct message cases[] = {
		{ "t\n\nGenerated with [X](y)\n", "line=Generated with [X](y);" },
		{ "t\n\n\xf0\x9f\xa4\x96 generated BY x", "line=\xf0\x9f\xa4\x96 generated BY x;" },
		{ "t\n * > _Made-using_\r\n", "line=* > _Made-using_;" },
		{ "t\n\nCo-authored-by: A <a@x>\n\nmore\n", "line=Co-authored-by: A <a@x>;" },
		{ "t\n\nCo-Developed-By A\n", "line=Co-Developed-By A;" },
		{ "t\n\nauthored by\ncoauthored by\ncreated by\ndeveloped by\nwritten by\n",
		  "line=authored by;line=coauthored by;line=created by;line=developed by;"
		  "line=written by;" },
		{ "t\n\nAssisted with\n", "line=Assisted with;" },
		{ "t\n\nDrafted by: X\nx\n", "line=Drafted by: X;" },
		{ "Generated with X\n", "" },
		{ "t\n\nis generated with X\n", "" },
		{ "t\n\n1 generated with X\n", "" },
		{ "t\n\ngenerated  with X\n", "" },
		{ "t\n\ngenerated_with X\n", "" },
		{ "t\n\ngenerated\nwith X\n", "" },
		{ "t\n\nregenerated with X\n", "" },
		{ "t\n\ngenerated without X\n", "" },
		{ "t\n\ngenerated by1\n", "" },
		{ "t\n\ngenerated by\xc3\xa4\n", "line=generated by\xc3\xa4;" },
		{ "t\n\ngenerated in X\n", "" },
		{ "t\n\ngenerated", "" }, { "t\n\ngenerated-", "" }, { "t\n\ngenerated-b", "" },
		{ "t\n\n................................made by X\n",
		  "line=................................made by X;" },
		{ "t\n\n.................................made by X\n", "" },
	};

	CHECK_ALL(cases, read_all);
}

static void a_trailer_that_is_kept_is_no_line(void **state)
{
	static const struct message cases[] = {
		{ "t\n\nMade-with: X\n", "Made-with=X;" },
		{ "t\n\nMade by hand\n\nMade-with: X\n", "Made-with=X;line=Made by hand;" },
		{ "t\n\nWritten-by: X\n" CO, "Co-authored-by=A <a@x>;line=Written-by: X;" },
		{ "t\n\nGenerated with X\nSigned-off-by: B\n" CO,
		  "Co-authored-by=A <a@x>;line=Generated with X;" },
		{ "t\n\n" CO "\nb\n\n" CO, "Co-authored-by=A <a@x>;line=Co-authored-by: A <a@x>;" },
		{ "t\n\nPair: X\n made by Y\n", "Pair=X made by Y;line=made by Y;" },
		{ "t\n\n" CO CUT CO, "Co-authored-by=A <a@x>;line=Co-authored-by: A <a@x>;" },
	};

	CHECK_ALL(cases, read_all);
}

static void an_export_names_whom_it_copies(void **state)
{
	static const struct message cases[] = {
		{ "t\n\n--\n0123456789abcdef0123456789abcdef01234567 by A <a@x>:\n\nb\n", "by=A <a@x>;" },
		{ "t\n0123abc by A B <a@x>: \r\n", "by=A B <a@x>;" },
		{ "t\n0123abc by  A <a@x>:", "by=A <a@x>;" },
		{ "t\n0123abc by <a@x>:", "by=<a@x>;" },
		{ "t\n0123abc by <>:", "by=<>;" },
		{ "t\n0123abc by A <a@x>:\n0123abd by A <a@x>:\nmade by B\n0123abe by C <c@x>:\n",
		  "by=A <a@x>;line=made by B;by=C <c@x>;" },
		{ "t\n012abc by A <a@x>:", "" },
		{ "t\n00123456789abcdef0123456789abcdef01234567 by A <a@x>:", "" },
		{ "t\n0123abC by A <a@x>:", "" },
		{ "t\n 0123abc by A <a@x>:", "" },
		{ "t\n0123abc  by A <a@x>:", "" },
		{ "t\n0123abc By A <a@x>:", "" },
		{ "t\n0123abc by A <a@x>", "" },
		{ "t\n0123abc by A <a@x>: b", "" },
		{ "t\n0123abc by A <a@x> :", "" },
		{ "t\n0123abc by A>:", "" },
		{ "t\n0123abc by >:", "" }, { "t\n0123abc by :", "" }, { "t\n0123abc by ", "" },
		{ "0123abc by A <a@x>:", "" },
	};

	CHECK_ALL(cases, read_all);
}

static int count(void *payload, const struct trailer_line *line)
{
	++*(int *)payload;
	return 0;
}

static int count_marks(const struct str *s)
{
	struct trailer_block block;
	int n = 0;

	assert_false(s->oom);
	trailer_block_find(&block, s->buf, s->len);
	assert_int_equal(marks_read(s->buf, s->len, &block, count, &n), 0);
	return n;
}

static void a_message_has_few_of_them(void **state)
{
	struct str s = STR_INIT;

	str_adds(&s, "t\n\n");
	for (int i = 0; i < 200; i++)
		str_addf(&s, "made by %d\n", i % 100);
	assert_int_equal(count_marks(&s), 8);
	for (int i = 0; i < 200; i++)
		str_addf(&s, "0123abc by %d <>:\n", i % 100);
	assert_int_equal(count_marks(&s), 8 + 64);
	str_clear(&s);
	str_adds(&s, "t\n\n");
	for (int i = 0; i < 200; i++)
		str_addf(&s, "made by %d\n%07d by %d <>:\n", i % 5, i, i % 7);
	assert_int_equal(count_marks(&s), 5 + 7);
	str_release(&s);
}

static struct quarry_history *read_commit(const char *header, const char *message)
{
	static const char lines[] = "author A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n";
	struct quarry_oid oid = { { 0 } };
	struct quarry_history *h;
	struct job job = { .flags = 0 };
	struct str text = STR_INIT;
	struct raw_commit raw;
	struct facts f;

	str_addf(&text, "tree %040d\n%s%s\n%s", 0, lines, header, message);
	assert_true(commit_parse(&raw, text.buf, text.len));
	assert_int_equal(facts_init(&f), 0);
	assert_int_equal(facts_add_commit(&f, &oid, &raw, &job), 0);
	h = facts_finish(&f);
	assert_non_null(h);
	assert_int_equal(h->commits[0].n_trailers, h->n_trailers);
	str_release(&text);
	return h;
}

static void marks_are_facts_behind_the_trailers(void **state)
{
	struct quarry_history *h = read_commit("encoding ISO-8859-1\n",
		"t\n\nMade by J\xf6rg <j@x>\n0123abc by J\xf6rg < j@x >:\n\nPair: A <a@x>\n");
	const struct quarry_trailer *t = h->trailers;
	const struct quarry_signature *by = &h->signatures[1];

	assert_int_equal(h->n_trailers, 3);
	assert_string_equal(t[0].key, "Pair");
	assert_int_equal(t[0].signature, h->commits[0].author);
	assert_string_equal(t[1].key, "line");
	assert_int_equal(t[1].value_len, strlen("Made by J\xc3\xb6rg <j@x>"));
	assert_memory_equal(t[1].value, "Made by J\xc3\xb6rg <j@x>", t[1].value_len);
	assert_int_equal(t[1].signature, UINT32_MAX);
	assert_string_equal(t[2].key, "by");
	assert_int_equal(t[2].signature, 1);
	assert_int_equal(by->name_len, strlen("J\xc3\xb6rg"));
	assert_memory_equal(by->name, "J\xc3\xb6rg", by->name_len);
	assert_int_equal(by->email_len, strlen("j@x"));
	assert_int_equal(by->raw_name_len, strlen("J\xf6rg"));
	assert_true(h->commits[0].flags & QUARRY_COMMIT_NOT_UTF8);
	quarry_history_free(h);
}

static void a_long_mark_is_cut(void **state)
{
	struct quarry_history *h;
	struct str s = STR_INIT;

	str_adds(&s, "t\n\nmade by ");
	for (int i = 0; i < 2000; i++)
		str_adds(&s, "\xc3\xb6");
	h = read_commit("", s.buf);
	assert_int_equal(h->n_trailers, 1);
	assert_int_equal(h->trailers[0].value_len, 1024);
	assert_memory_equal(h->trailers[0].value, s.buf + 3, 1024);
	quarry_history_free(h);
	str_release(&s);
}

static int stop_at_once(void *payload, const struct trailer_line *line)
{
	++*(int *)payload;
	return 7;
}

static void the_reader_may_stop(void **state)
{
	static const char text[] = "title\n\nmade by A\nmade by B\n\n" CO CO;
	struct trailer_block block;
	int n = 0;

	trailer_block_find(&block, text, sizeof(text) - 1);
	assert_int_equal(trailers_read(&block, stop_at_once, &n), 7);
	assert_int_equal(n, 1);
	assert_int_equal(marks_read(text, sizeof(text) - 1, &block, stop_at_once, &n), 7);
	assert_int_equal(n, 2);
}

static void a_message_may_end_at_every_byte(void **state)
{
	static const char text[] = "title\n\nmade by A\n0123abc by A <a@x>:\n\nbody\n\n"
				   "Signed-off-by: B\n " CO "x\nConflicts:\n\ta\n" CUT;

	for (size_t len = 0; len < sizeof(text); len++) {
		char *s = exact(text, len);
		struct str got = STR_INIT;

		read_all(&got, s, len);
		str_release(&got);
		free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trailers_are_the_last_paragraph_and_never_the_title),
		cmocka_unit_test(a_paragraph_with_other_lines_needs_one_by_git),
		cmocka_unit_test(those_that_name_a_person_or_an_agent_are_kept),
		cmocka_unit_test(keys_are_kept_in_one_spelling),
		cmocka_unit_test(white_space_continues_a_value),
		cmocka_unit_test(what_git_adds_below_a_message_is_skipped),
		cmocka_unit_test(lines_that_say_who_made_it_are_kept),
		cmocka_unit_test(a_trailer_that_is_kept_is_no_line),
		cmocka_unit_test(an_export_names_whom_it_copies),
		cmocka_unit_test(a_message_has_few_of_them),
		cmocka_unit_test(marks_are_facts_behind_the_trailers),
		cmocka_unit_test(a_long_mark_is_cut),
		cmocka_unit_test(the_reader_may_stop),
		cmocka_unit_test(a_message_may_end_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
