/* Changed lines: cases by hand, and what must hold for any pair.  git itself is asked in
 * tests/oracle/lines.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mine/lines.h"
#include "mine/lines_class.h"
#include "mine/lines_cost.h"
#include "exact.h"

#define TEXT(s) (s), sizeof(s) - 1
#define BINARY QUARRY_LINES_BINARY

/* Both in memory of their exact sizes, so that a byte read beyond is noticed. */
static struct lines_count count(struct lines *l, const char *old, size_t old_len,
				const char *new_, size_t new_len)
{
	char *a = exact(old, old_len), *b = exact(new_, new_len);
	struct lines_count n = { -9, -9 };

	assert_int_equal(lines_count(&n, l, a, old_len, b, new_len), 0);
	free(a);
	free(b);
	return n;
}

static int with_lines(void **state)
{
	struct lines *l;

	if (lines_new(&l))
		return -1;
	*state = l;
	return 0;
}

static int without_lines(void **state)
{
	lines_free(*state);
	return 0;
}

static const struct {
	const char *old;
	size_t old_len;
	const char *new_;
	size_t new_len;
	int32_t added, deleted;
} cases[] = {
	{ TEXT(""), TEXT(""), 0, 0 },
	{ TEXT(""), TEXT("a\nb\n"), 2, 0 },
	{ TEXT(""), TEXT("a\nb"), 2, 0 },
	{ TEXT("a\nb\n"), TEXT(""), 0, 2 },
	{ TEXT("\n\n\n"), TEXT("\n"), 0, 2 },
	{ TEXT("a\n"), TEXT("a\n"), 0, 0 },
	{ TEXT("a"), TEXT("a"), 0, 0 },
	/* A line with and one without its end of line differ. */
	{ TEXT("a"), TEXT("a\n"), 1, 1 },
	{ TEXT("a\nb"), TEXT("a\nb\nc"), 2, 1 },
	{ TEXT("a\nb"), TEXT("a\nc\nb"), 1, 0 },
	{ TEXT("a\nb"), TEXT("b"), 0, 1 },
	/* What is equal at the start or the end may be less than a line. */
	{ TEXT("ab\n"), TEXT("b\n"), 1, 1 },
	{ TEXT("x\nab\nac\n"), TEXT("x\nab\nad\n"), 1, 1 },
	{ TEXT("a\nxb\ny\n"), TEXT("a\nb\ny\n"), 1, 1 },
	{ TEXT("a\nb\n"), TEXT("a\nb\nb\n"), 1, 0 },
	{ TEXT("a\nb\na\nb\n"), TEXT("a\nb\n"), 0, 2 },
	{ TEXT("a\r\nb\r\n"), TEXT("a\nb\r\n"), 1, 1 },
	{ TEXT("1\n2\n3\n4\n"), TEXT("4\n1\n2\n3\n"), 1, 1 },
	{ TEXT("a\nb\nc\na\nb\nb\na\n"), TEXT("c\nb\na\nb\na\nc\n"), 2, 3 },
	{ TEXT("a\0b\n"), TEXT("a\n"), BINARY, 0 },
	{ TEXT("a\n"), TEXT("a\0b\n"), BINARY, 0 },
	{ TEXT("\0"), TEXT("\0"), BINARY, 0 },
	{ TEXT(""), TEXT("\0"), BINARY, 0 },
};

static void cases_by_hand(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lines_count n = count(*state, cases[i].old, cases[i].old_len,
					     cases[i].new_, cases[i].new_len);

		if (n.added != cases[i].added || n.deleted != cases[i].deleted)
			fail_msg("case %zu: +%d -%d", i, (int)n.added, (int)n.deleted);
	}
}

static void nothing_may_be_null(void **state)
{
	struct lines_count n;

	assert_int_equal(lines_count(&n, *state, NULL, 0, "a\n", 2), 0);
	assert_int_equal(n.added, 1);
	assert_int_equal(n.deleted, 0);
	assert_int_equal(lines_count(&n, *state, "a\n", 2, NULL, 0), 0);
	assert_int_equal(n.deleted, 1);
	assert_int_equal(lines_count(&n, *state, NULL, 0, NULL, 0), 0);
	assert_int_equal(n.added, 0);
	assert_int_equal(n.deleted, 0);
	assert_false(lines_binary(NULL, 0));
}

static void a_nul_is_looked_for_in_8000_bytes(void **state)
{
	char text[8002];

	for (size_t at = 7990; at < sizeof(text); at++) {
		memset(text, 'a', sizeof(text));
		text[at] = 0;
		assert_int_equal(lines_binary(text, sizeof(text)), at < 8000);
		assert_int_equal(count(*state, text, sizeof(text), TEXT("a\n")).added,
				 at < 8000 ? BINARY : 1);
	}
	/* It is never looked for behind the end. */
	text[100] = 0;
	assert_false(lines_binary(text, 100));
}

static void a_gitlink_is_a_line(void **state)
{
	static const char want[] = "Subproject commit 00010203ff000000000000000000000000000000\n";
	struct quarry_oid oid = { { 0, 1, 2, 3, 255 } }, other = oid;
	char text[LINES_GITLINK_LEN], text_other[LINES_GITLINK_LEN];
	struct lines_count n;

	assert_int_equal(sizeof(text), sizeof(want) - 1);
	lines_gitlink(text, &oid);
	assert_memory_equal(text, want, sizeof(text));
	other.id[QUARRY_OID_SIZE - 1] = 1;
	lines_gitlink(text_other, &other);
	n = count(*state, text, sizeof(text), text_other, sizeof(text_other));
	assert_int_equal(n.added, 1);
	assert_int_equal(n.deleted, 1);
}

/* The same numbers on every machine. */
static unsigned any(unsigned below)
{
	static uint64_t x = 88172645463325252u;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (unsigned)(x >> 33) % below;
}

/* Up to `max` lines, of some kinds; the last may lack its end. */
static size_t any_text(char *s, unsigned max, unsigned kinds)
{
	size_t len = 0;

	for (unsigned n = any(max + 1); n; n--) {
		unsigned kind = any(kinds);

		for (unsigned i = 0; i < kind; i++)
			s[len++] = "ab\xff"[i % 3];
		s[len++] = '\n';
	}
	return len && !any(4) ? len - 1 : len;
}

#define MAX_LINES 40

/* The lines of a text as (offset, length). */
static int cut(size_t (*out)[2], const char *s, size_t len)
{
	int n = 0;

	for (size_t at = 0; at < len; n++) {
		const char *eol = memchr(s + at, '\n', len - at);

		out[n][0] = at;
		out[n][1] = eol ? (size_t)(eol + 1 - s) - at : len - at;
		at += out[n][1];
	}
	return n;
}

/* The fewest changes, by the table of all beginnings, and the lines without an equal. */
struct reference {
	int n_old, n_new, stay, lone_old, lone_new;
};

static struct reference refer(const char *a, size_t len_a, const char *b, size_t len_b)
{
	size_t x[MAX_LINES][2], y[MAX_LINES][2];
	int best[MAX_LINES + 1][MAX_LINES + 1] = { 0 }, partners[MAX_LINES] = { 0 };
	struct reference r = { cut(x, a, len_a), cut(y, b, len_b), 0, 0, 0 };

	for (int i = 0; i < r.n_old; i++) {
		int n = 0;

		for (int j = 0; j < r.n_new; j++) {
			int most = best[i][j + 1] > best[i + 1][j] ? best[i][j + 1]
								   : best[i + 1][j];

			if (x[i][1] == y[j][1] && !memcmp(a + x[i][0], b + y[j][0], x[i][1])) {
				most = best[i][j] + 1;
				n++;
				partners[j]++;
			}
			best[i + 1][j + 1] = most;
		}
		r.lone_old += !n;
	}
	for (int j = 0; j < r.n_new; j++)
		r.lone_new += !partners[j];
	r.stay = best[r.n_old][r.n_new];
	return r;
}

/* git's shortcuts need seven lines of a side that have no equal; they never find less
 * than the fewest changes. */
static void few_changes_are_the_fewest(void **state)
{
	char a[MAX_LINES * 8], b[MAX_LINES * 8];
	int n_more = 0;

	for (int i = 0; i < 20000; i++) {
		unsigned kinds = 1 + any(6);
		size_t len_a = any_text(a, MAX_LINES, kinds);
		size_t len_b = any_text(b, MAX_LINES, kinds);
		struct lines_count n = count(*state, a, len_a, b, len_b);
		struct reference r = refer(a, len_a, b, len_b);
		int more = n.deleted - (r.n_old - r.stay);
		bool few = r.lone_old < 7 && r.lone_new < 7;

		if (n.added - n.deleted != r.n_new - r.n_old || (few ? more != 0 : more < 0))
			fail_msg("pair %d: +%d -%d instead of +%d -%d", i, (int)n.added,
				 (int)n.deleted, r.n_new - r.stay, r.n_old - r.stay);
		n_more += more > 0;
	}
	assert_in_range(n_more, 1, 20);
}

static size_t many_lines(char *s, unsigned n, unsigned kinds)
{
	size_t len = 0;

	for (; n; n--) {
		s[len++] = (char)('a' + any(kinds) % 26);
		s[len++] = (char)('a' + any(kinds) / 26);
		s[len++] = '\n';
	}
	return len;
}

/* Of a pair with so many changes that git takes shortcuts. */
static void sums_hold_for_giants(void **state)
{
	enum { N = 30000 };
	char *a = malloc(3 * N), *b = malloc(3 * N);

	assert_non_null(a);
	assert_non_null(b);
	for (int i = 0; i < 6; i++) {
		int n_a = N - (int)any(N / 2), n_b = N - (int)any(N / 2);
		unsigned kinds = 2 + any(i % 2 ? 600 : 4);
		size_t len_a = many_lines(a, (unsigned)n_a, kinds);
		size_t len_b = many_lines(b, (unsigned)n_b, kinds);
		struct lines_count n = count(*state, a, len_a, b, len_b), again;

		assert_int_equal(n.added - n.deleted, n_b - n_a);
		assert_in_range(n.added, 1, n_b);
		assert_in_range(n.deleted, 1, n_a);
		/* What was counted before leaves no trace. */
		again = count(*state, a, len_a, b, len_b);
		assert_memory_equal(&n, &again, sizeof(n));
		again = count(*state, a, len_a, a, len_a);
		assert_int_equal(again.added + again.deleted, 0);
	}
	free(a);
	free(b);
}

static void ends_of_lines_are_counted(void **state)
{
	char text[5000];

	for (size_t len = 0; len < sizeof(text); len += 1 + any(40)) {
		int32_t n = 0;

		for (size_t i = 0; i < len; i++) {
			text[i] = "\n\x0b\x8a\0\xff\n\x09\n"[any(8)];
			n += text[i] == '\n';
		}
		n += len && text[len - 1] != '\n';
		assert_int_equal(line_count(text, text + len), n);
	}
	memset(text, '\n', sizeof(text));
	assert_int_equal(line_count(text, text + sizeof(text)), sizeof(text));
}

/* More classes than the first slots hold, and lines that begin alike. */
static void equal_lines_have_equal_numbers(void **state)
{
	enum { N = 100000 };
	struct line_classes c = { .seed = 7 };
	uint32_t *ids = malloc(2 * N * sizeof(*ids));
	char *text = malloc(N * 9);
	const char *end = text + N * 9;

	assert_non_null(ids);
	assert_non_null(text);
	for (size_t i = 0; i < N; i++) {
		for (size_t j = 0; j < 8; j++)
			text[i * 9 + j] = (char)('a' + (i >> (14 - 2 * j) & 3));
		text[i * 9 + 8] = '\n';
	}
	assert_int_equal(line_classes_clear(&c, 2 * N), 0);
	assert_int_equal(line_classes_add_old(&c, ids, text, end), 0);
	assert_int_equal(line_classes_add_new(&c, ids + N, text, end, ids, ids + N), 0);
	assert_int_equal(c.n, 1 << 16);
	for (size_t i = 0; i < N; i++) {
		assert_int_equal(ids[i], i & 0xffff);
		assert_int_equal(ids[N + i], i & 0xffff);
	}
	assert_int_equal(line_classes_recount(&c, text + 9, end), N - 1);
	assert_int_equal(c.at[0].n[LINE_OLD], 2);
	assert_int_equal(c.at[0].n_around, 1);
	line_classes_release(&c);
	free(ids);
	free(text);
}

static void roots_are_powers_of_two(void **state)
{
	static const struct { int64_t n; int32_t root; } roots[] = {
		{ 0, 1 }, { 1, 2 }, { 3, 2 }, { 4, 4 }, { 15, 4 }, { 16, 8 }, { 63, 8 },
		{ 65535, 256 }, { 65536, 512 }, { INT64_C(1) << 32, 1 << 17 },
	};

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		assert_int_equal(cost_root(roots[i].n), roots[i].root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cases_by_hand, with_lines, without_lines),
		cmocka_unit_test_setup_teardown(nothing_may_be_null, with_lines, without_lines),
		cmocka_unit_test_setup_teardown(a_nul_is_looked_for_in_8000_bytes, with_lines,
						without_lines),
		cmocka_unit_test_setup_teardown(a_gitlink_is_a_line, with_lines, without_lines),
		cmocka_unit_test_setup_teardown(few_changes_are_the_fewest, with_lines,
						without_lines),
		cmocka_unit_test_setup_teardown(sums_hold_for_giants, with_lines, without_lines),
		cmocka_unit_test(ends_of_lines_are_counted),
		cmocka_unit_test(equal_lines_have_equal_numbers),
		cmocka_unit_test(roots_are_powers_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
