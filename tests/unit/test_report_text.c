/* The pieces a report is made of: escapers, numbers, quarter over quarter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/edition.h"
#include "report/csv/csv.h"
#include "report/md/md.h"
#include "report/text.h"
#include "sheet.h"
#include "util/str.h"
#include "util/utf8.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void qoq_is_exact_and_rounds_half_away_from_zero(void **state)
{
	static const struct {
		int64_t v1, v0, base;
		enum quarry_qoq_kind kind;
		int64_t percent;
		int small;
	} cases[] = {
		{ 0, 0, 20, QUARRY_QOQ_NONE, 0, 0 },
		{ 5, 0, 20, QUARRY_QOQ_NEW, 0, 0 },
		{ 0, 5, 20, QUARRY_QOQ_PERCENT, -100, 1 },
		{ 19, 19, 20, QUARRY_QOQ_PERCENT, 0, 1 },
		{ 20, 20, 20, QUARRY_QOQ_PERCENT, 0, 0 },
		{ 201, 200, 20, QUARRY_QOQ_PERCENT, 1, 0 },   /* 0.5 */
		{ 199, 200, 20, QUARRY_QOQ_PERCENT, -1, 0 },  /* -0.5 */
		{ 1004, 1000, 20, QUARRY_QOQ_PERCENT, 0, 0 }, /* 0.4 */
		{ 225, 200, 20, QUARRY_QOQ_PERCENT, 13, 0 },  /* 12.5 */
		{ 175, 200, 20, QUARRY_QOQ_PERCENT, -13, 0 },
		{ 2, 3, 0, QUARRY_QOQ_PERCENT, -33, 0 },
		{ INT64_MAX, 1, 20, QUARRY_QOQ_PERCENT, INT64_MAX, 1 },
		{ INT64_MAX, INT64_MAX, 20, QUARRY_QOQ_PERCENT, 0, 0 },
		{ INT64_MAX, INT64_MAX - 1, 20, QUARRY_QOQ_PERCENT, 0, 0 },
		{ INT64_MAX, INT64_MAX / 2, 20, QUARRY_QOQ_PERCENT, 100, 0 },
		{ 0, INT64_MAX, 20, QUARRY_QOQ_PERCENT, -100, 0 },
		{ INT64_MAX / 200, INT64_MAX / 2, 20, QUARRY_QOQ_PERCENT, -99, 0 },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct quarry_qoq q = quarry_qoq_of(cases[i].v1, cases[i].v0, cases[i].base);

		assert_int_equal(q.kind, cases[i].kind);
		assert_int_equal(q.percent, cases[i].percent);
		assert_int_equal(q.small_base, cases[i].small);
	}
	for (int64_t v0 = 1; v0 < 150; v0++) {
		for (int64_t v1 = 0; v1 < 400; v1++) {
			int64_t twice = 200 * (v1 - v0), half = twice < 0 ? -v0 : v0;

			assert_int_equal(quarry_qoq_of(v1, v0, 0).percent, (twice + half) / (2 * v0));
		}
	}
}

static void markdown_text_stays_the_plain_text_it_was(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ NULL, "" },
		{ "", "" },
		{ "owner/na-me.js", "owner/na-me.js" },
		{ "Jörg 数据", "Jörg 数据" },
		{ "a|b", "a\\|b" },
		{ "a\\|b", "a\\\\\\|b" },
		{ "`x` *y* __z__", "\\`x\\` \\*y\\* \\_\\_z\\_\\_" },
		{ "<script>&lt;", "\\<script\\>\\&lt;" },
		{ "![i](u)", "!\\[i\\](u)" },
		{ "snake_case_9 _a_ a_", "snake_case_9 \\_a\\_ a\\_" },
		{ "R & D &#35; &x\u200B", "R & D \\&\\#35; \\&x" },
		{ "# h", "\\# h" },
		{ "- item", "\\- item" },
		{ "+ item", "\\+ item" },
		{ "=====", "\\=====" },
		{ "1. item", "1\\. item" },
		{ "12) item", "12\\) item" },
		{ "iv. item", "iv\\. item" },
		{ "(1) item", "\\(1) item" },
		{ "v1.2 1.5 (x) end.", "v1.2 1.5 (x) end." },
		{ ":smile: a: b", "\\:smile: a: b" },
		{ "    code", "code" },
		{ "a\n\n# b\r\n---", "a \\# b ---" },
		{ "a \t b \n", "a b" },
		{ "a\x1b[31mb\x7f", "a\xEF\xBF\xBD\\[31mb\xEF\xBF\xBD" },
		{ "a\xff\xc3", "a\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "x\u202Ey\u2066z\u200F\u200B\uFEFF\u00AD.!", "xyz.!" },
		{ "a\u2028b\xC2\x85" "c\u00A0d", "a b c d" },
		{ "http://a.b/c", "http:\\//a.b/c" },
		{ "h http:\u200B//a", "h http:\\//a" },
		{ "www.a.b", "www\\.a.b" },
		{ "@user $x$ ~~y~~", "\\@user \\$x\\$ \\~\\~y\\~\\~" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct str s = STR_INIT;

		md_text(&s, cases[i].in);
		assert_string_equal(s.buf ? s.buf : "", cases[i].out);
		str_release(&s);
	}
}

static void random_bytes_never_mark_up_markdown(void **state)
{
	uint32_t seed = 1;

	for (int round = 0; round < 3000; round++) {
		struct str s = STR_INIT;
		char in[64];

		for (size_t i = 0; i < sizeof(in); i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = (char)(seed >> 24 & (round % 2 ? 0x7F : 0xFF));
			if (!in[i])
				in[i] = '|';
		}
		in[sizeof(in) - 1] = '\0';
		md_text(&s, in);
		assert_true(utf8_valid(s.buf ? s.buf : "", s.len));
		for (size_t i = 0; i < s.len; i++) {
			assert_true((unsigned char)s.buf[i] >= 0x20 && s.buf[i] != 0x7F);
			if (s.buf[i] == '\\')
				assert_true(s.buf[++i] > 0x20); /* something is escaped */
			else
				assert_null(strchr("`*{}[]<>|~#$^@", s.buf[i]));
		}
		str_release(&s);
	}
}

static void a_long_text_is_cut(void **state)
{
	struct str in = STR_INIT, out = STR_INIT;

	for (int i = 0; i < 5000; i++)
		str_adds(&in, "ø");
	md_text(&out, in.buf);
	assert_int_equal(out.len, MD_TEXT_MAX * 2 + strlen("…"));
	str_release(&in);
	str_release(&out);
}

static void only_a_plain_https_address_becomes_a_link(void **state)
{
	static const struct { const char *url, *out; } cases[] = {
		{ "https://github.com/a/b_c.git", "[x\\]](https://github.com/a/b_c.git)" },
		{ "http://github.com/a/b", "x\\]" },
		{ "javascript:alert(1)", "x\\]" },
		{ "https://a/b) [c](d", "x\\]" },
		{ "https://user@host/a", "x\\]" },
		{ "https://", "x\\]" },
		{ "", "x\\]" },
		{ NULL, "x\\]" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct str s = STR_INIT;

		md_link(&s, "x]", cases[i].url);
		assert_string_equal(s.buf, cases[i].out);
		str_release(&s);
	}
}

static void a_csv_cell_reads_back_and_runs_nothing(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{ NULL, "" },
		{ "", "" },
		{ "plain", "plain" },
		{ "a,b", "a,b" },
		{ "say \"hi\"", "say \"hi\"" },
		{ " padded ", " padded " },
		{ "=1+1", "'=1+1" },
		{ "+1", "'+1" },
		{ "-1", "'-1" },
		{ "@SUM(A1)", "'@SUM(A1)" },
		{ "  =1", "'  =1" },
		{ "\t=1", "' =1" },
		{ "\rx", "' x" },
		{ "\u200B=1", "'=1" },
		{ "\uFF1D1", "'\uFF1D1" },
		{ "a=1-1", "a=1-1" },
		{ "a\r\nb\n", "a  b " },
		{ "a\x1b[0m\xff", "a\uFFFD[0m\uFFFD" },
		{ "=\"x\",y", "'=\"x\",y" },
	};

	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct str s = STR_INIT;
		struct csv c = { &s, true };
		struct sheet sheet;

		csv_text(&c, cases[i].in);
		csv_int(&c, -7);
		csv_end(&c);
		sheet = read_sheet(s.buf);
		assert_int_equal(sheet.cells.n, 2);
		assert_string_equal(sheet.cells.at[0], cases[i].out);
		assert_string_equal(sheet.cells.at[1], "-7");
		sheet_release(&sheet);
		str_release(&s);
	}
}

static void numbers_are_written_the_same_everywhere(void **state)
{
	static const struct { int64_t n; const char *out; } cases[] = {
		{ 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { -1234567, "-1,234,567" },
		{ INT64_MIN, "-9,223,372,036,854,775,808" },
		{ INT64_MAX, "9,223,372,036,854,775,807" },
	};
	static const struct { double x; const char *real, *fixed; } reals[] = {
		{ 0, "0", "0.0" }, { -0.0, "0", "0.0" }, { 4.25, "4.25", "4.2" },
		{ 1.0 / 3, "0.3333333333", "0.3" }, { 1e300 * 1e300, "", "" },
	};
	struct str s = STR_INIT;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		str_clear(&s);
		text_grouped(&s, cases[i].n);
		assert_string_equal(s.buf, cases[i].out);
	}
	for (size_t i = 0; i < LENGTH(reals); i++) {
		str_clear(&s);
		text_real(&s, reals[i].x);
		assert_string_equal(s.buf, reals[i].real);
		str_clear(&s);
		text_fixed(&s, reals[i].x, 1);
		assert_string_equal(s.buf, reals[i].fixed);
	}
	str_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(qoq_is_exact_and_rounds_half_away_from_zero),
		cmocka_unit_test(markdown_text_stays_the_plain_text_it_was),
		cmocka_unit_test(random_bytes_never_mark_up_markdown),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(only_a_plain_https_address_becomes_a_link),
		cmocka_unit_test(a_csv_cell_reads_back_and_runs_nothing),
		cmocka_unit_test(numbers_are_written_the_same_everywhere),
	};

	return cmocka_run_group_tests_name("report_text", tests, NULL, NULL);
}
