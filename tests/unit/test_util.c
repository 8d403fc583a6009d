/* The small things that everything stands on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/error.h"
#include "quarry/quarter.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/regex.h"
#include "util/str.h"
#include "util/utf8.h"
#include "util/vec.h"

static void a_quarter_is_utc_and_half_open(void **state)
{
	static const struct { int64_t time_s; const char *quarter; int bin; } cases[] = {
		{ 0, "1970Q1", 0 },
		{ -1, "1969Q4", 12 },
		{ 1704067200 - 1, "2023Q4", 12 },
		{ 1704067200, "2024Q1", 0 },
		{ 1704067200 + 7 * 86400 - 1, "2024Q1", 0 },
		{ 1704067200 + 7 * 86400, "2024Q1", 1 },
		{ 1711929600 - 1, "2024Q1", 12 }, /* 91 days: the last bin has 7 */
		{ 1711929600, "2024Q2", 0 },
		{ 1735689600 - 1, "2024Q4", 12 }, /* 92 days: the last bin has 8 */
		{ 1743465600 - 1, "2025Q1", 12 }, /* 90 days: the last bin has 6 */
		{ 253402300800, "10000Q1", 0 },
	};
	char buf[QUARRY_QUARTER_TEXT];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int32_t q = quarry_quarter_of(cases[i].time_s);

		assert_string_equal(quarry_quarter_format(buf, q), cases[i].quarter);
		assert_int_equal(quarry_quarter_bin(q, cases[i].time_s), cases[i].bin);
		assert_int_equal(quarry_quarter_of(quarry_quarter_start(q)), q);
		assert_int_equal(quarry_quarter_of(quarry_quarter_start(q) - 1), q - 1);
	}
	/* The ends of int64 must not overflow; ASan and UBSan watch. */
	assert_true(quarry_quarter_of(INT64_MAX) > quarry_quarter_of(0));
	assert_true(quarry_quarter_of(INT64_MIN) < quarry_quarter_of(0));
}

static void a_quarter_is_read_strictly(void **state)
{
	static const char *const bad[] = { "", "2024", "2024Q0", "2024Q5", "24Q1", "2024Q1 ",
					   "-024Q1", "2024-Q1", "2024q12" };
	int32_t q = 7;

	assert_int_equal(quarry_quarter_parse(&q, "2024Q1"), 0);
	assert_int_equal(q, 8096);
	assert_int_equal(quarry_quarter_parse(&q, "2025q4"), 0);
	assert_int_equal(q, 8103);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(quarry_quarter_parse(&q, bad[i]), -1);
	assert_int_equal(q, 8103);
}

static void a_time_is_written_in_utc(void **state)
{
	char buf[64];

	assert_string_equal(quarry_time_format(buf, sizeof(buf), 1750000000), "2025-06-15T15:06:40Z");
	assert_string_equal(quarry_time_format(buf, sizeof(buf), -1), "1969-12-31T23:59:59Z");
	assert_string_equal(quarry_date_format(buf, sizeof(buf), 951782400), "2000-02-29");
}

static void a_string_grows_and_is_detached(void **state)
{
	struct str s = STR_INIT;
	char *p;

	for (int i = 0; i < 1000; i++)
		str_addf(&s, "%d,", i);
	assert_false(s.oom);
	assert_int_equal(strlen(s.buf), s.len);
	p = str_detach(&s);
	assert_non_null(p);
	assert_null(s.buf);
	free(p);
	p = str_detach(&s);
	assert_string_equal(p, "");
	free(p);
}

static void an_arena_keeps_pieces_apart(void **state)
{
	struct arena a = ARENA_INIT;
	char *pieces[500];

	for (int i = 0; i < 500; i++) {
		size_t size = (size_t)i * 700 % 90000 + 1;

		pieces[i] = arena_alloc(&a, size);
		assert_non_null(pieces[i]);
		memset(pieces[i], i & 0x7F, size);
	}
	for (int i = 0; i < 500; i++)
		assert_int_equal(pieces[i][(size_t)i * 700 % 90000], i & 0x7F);
	arena_release(&a);
}

static void an_arena_gives_zeros(void **state)
{
	struct arena a = ARENA_INIT;
	struct arena_block *blocks;
	char *p = arena_alloc(&a, 3000);

	assert_non_null(p);
	memset(p, 0x55, 3000);
	arena_release(&a); /* malloc is likely to give the same again */
	p = arena_zeros(&a, 1000, 3);
	assert_non_null(p);
	for (int i = 0; i < 3000; i++)
		assert_int_equal(p[i], 0);
	assert_non_null(arena_zeros(&a, 0, 3));
	blocks = a.blocks;
	assert_null(arena_zeros(&a, SIZE_MAX / 4, 8));
	assert_null(arena_zeros(&a, SIZE_MAX / 2 + 2, 2)); /* would come round to 2 */
	assert_ptr_equal(a.blocks, blocks);
	arena_release(&a);
}

static void a_map_finds_what_was_put(void **state)
{
	struct map m = MAP_INIT;
	char key[16];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			int n = snprintf(key, sizeof(key), "k%d", i);
			int64_t *v = map_at(&m, key, (size_t)n, i);

			assert_non_null(v);
			assert_int_equal(*v, i);
		}
	assert_int_equal(m.n, 5000);
	assert_null(map_find(&m, "none", 4));
	assert_null(map_find(&m, "k1\0", 3)); /* keys are bytes, not C strings */
	map_release(&m);
}

static void text_becomes_utf8_once(void **state)
{
	static const struct { const char *in, *encoding, *out; } cases[] = {
		{ "J\xc3\xb6rg", NULL, "J\xc3\xb6rg" },
		{ "J\xf6rg", NULL, "J\xc3\xb6rg" },
		{ "J\xf6rg", "ISO-8859-1", "J\xc3\xb6rg" },
		{ "\xc0\xf6", "KOI8-R", "\xd1\x8e\xd0\x96" },
		{ "J\xf6rg", "no-such-encoding", "J\xc3\xb6rg" },
		{ "\x93\xfa\x96\x7b", "SHIFT_JIS", "\xe6\x97\xa5\xe6\x9c\xac" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = STR_INIT;

		utf8_decode(&s, cases[i].in, strlen(cases[i].in), cases[i].encoding);
		assert_string_equal(s.buf, cases[i].out);
		str_release(&s);
	}
	assert_false(utf8_valid("\xed\xa0\x80", 3)); /* a lone surrogate */
	assert_false(utf8_valid("\xc0\xaf", 2));     /* an overlong form */
}

static void equal_names_fold_equal(void **state)
{
	static const char *const same[] = { "J\xc3\x96RG  M\xc3\xbcller", " j\xc3\xb6rg m\xc3\xbcller ",
					    "Jo\xcc\x88rg Mu\xcc\x88ller" };
	for (size_t i = 0; i < 3; i++) {
		struct str s = STR_INIT;

		utf8_fold(&s, same[i], strlen(same[i]));
		assert_string_equal(s.buf, "j\xc3\xb6rg m\xc3\xbcller");
		str_release(&s);
	}
}

static void a_hostile_pattern_ends(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct regex *re = NULL;

	assert_int_equal(regex_new(&re, "(a", &err), QUARRY_EFAIL);
	assert_non_null(strstr(err.text, "offset 2"));
	assert_int_equal(regex_new(&re, "(a+)+$", &err), 0);
	assert_int_equal(regex_match(re, "xaaa", 4, &err), 1);
	assert_true(regex_match(re, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 41, &err) < 0);
	regex_free(re);
}

static void an_error_is_one_clean_sentence(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char big[3000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(quarry_error_set(&err, QUARRY_EUSAGE, "bad '%s'", "a\x1b[31m\nb"), QUARRY_EUSAGE);
	assert_string_equal(err.text, "bad 'a?[31m?b'");
	assert_int_equal(quarry_error_prefix(&err, "'%s'", "f.yaml"), QUARRY_EUSAGE);
	assert_string_equal(err.text, "'f.yaml': bad 'a?[31m?b'");
	(void)quarry_error_set(&err, QUARRY_EFAIL, "%s", big);
	assert_int_equal(strlen(err.text), QUARRY_ERROR_MAX - 1);
	assert_int_equal(quarry_error_exit(QUARRY_EUSAGE), 2);
	assert_int_equal(quarry_error_exit(QUARRY_EINTR), 130);
	assert_int_equal(quarry_error_exit(QUARRY_EFAIL), 1);
	assert_int_equal(quarry_error_exit(0), 0);
}

static void a_map_is_used_again(void **state)
{
	struct arena texts = ARENA_INIT;
	struct map m = MAP_INIT;
	const char *kept = NULL;
	char key[32];

	for (int round = 0; round < 4; round++) {
		int n_keys = round == 1 ? 40000 : 10; /* more than there is room kept for */

		for (int i = 0; i < n_keys; i++) {
			int n = snprintf(key, sizeof(key), "%d in %d", i, round);
			int64_t *v = map_at(&m, key, (size_t)n, i);

			assert_non_null(v);
			assert_int_equal(*v, i);
			if (round == 0 && i == 7)
				kept = map_key(v);
		}
		assert_int_equal(m.n, n_keys);
		if (round == 0)
			map_hand_over(&m, &texts);
		else
			map_clear(&m);
		assert_int_equal(m.n, 0);
		assert_null(map_find(&m, key, strlen(key)));
	}
	assert_string_equal(kept, "7 in 0"); /* it lives on */
	map_release(&m);
	arena_release(&texts);
}

static void arenas_are_joined(void **state)
{
	struct arena a = ARENA_INIT, b = ARENA_INIT, none = ARENA_INIT;
	char *x = arena_copy(&a, "x", 1), *y = arena_copy(&b, "y", 1), *z;
	size_t total = a.total + b.total;

	arena_move(&a, &b);
	arena_move(&a, &none);
	arena_move(&none, &none);
	assert_int_equal(a.total, total);
	assert_int_equal(b.total, 0);
	assert_null(b.blocks);
	z = arena_copy(&a, "z", 1);
	assert_string_equal(x, "x");
	assert_string_equal(y, "y");
	assert_string_equal(z, "z");
	arena_release(&b);
	arena_release(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quarter_is_utc_and_half_open),
		cmocka_unit_test(a_quarter_is_read_strictly),
		cmocka_unit_test(a_time_is_written_in_utc),
		cmocka_unit_test(a_string_grows_and_is_detached),
		cmocka_unit_test(an_arena_keeps_pieces_apart),
		cmocka_unit_test(an_arena_gives_zeros),
		cmocka_unit_test(a_map_finds_what_was_put),
		cmocka_unit_test(a_map_is_used_again),
		cmocka_unit_test(arenas_are_joined),
		cmocka_unit_test(text_becomes_utf8_once),
		cmocka_unit_test(equal_names_fold_equal),
		cmocka_unit_test(a_hostile_pattern_ends),
		cmocka_unit_test(an_error_is_one_clean_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
