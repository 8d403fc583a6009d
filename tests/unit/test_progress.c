/* What is shown of progress, and the numbers in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/amount.h"
#include "cli/cli.h"
#include "cli/number.h"
#include "cli/progress.h"
#include "cli/rate.h"
#include "cli/term.h"

atomic_bool cli_stop; /* main.c has it else */

static void check(const struct quarry_progress *p, int64_t elapsed_ms, int64_t per_s,
		  size_t columns, const char *want)
{
	struct str s = STR_INIT;

	progress_format(&s, p, elapsed_ms, per_s, columns);
	assert_false(s.oom);
	assert_string_equal(s.buf, want);
	str_release(&s);
}

static void what_is_known_is_shown(void **state)
{
	struct quarry_progress p = { .step = "fetching", .total = 60, .unit = "bytes",
				     .current = "", .slow = "" };

	check(&p, 0, -1, TERM_ANY_WIDTH, "fetching 0/60");
	check(&p, 60000, -1, TERM_ANY_WIDTH, "fetching 0/60"); /* nothing is known of the rest */
	p.current = "otter/otter-kv";
	p.amount = 3 << 20;
	check(&p, 1000, -1, TERM_ANY_WIDTH, "fetching 0/60, 3.0 MiB: otter/otter-kv");
	p.done = 20;
	check(&p, 1999, -1, TERM_ANY_WIDTH, "fetching 20/60, 3.0 MiB: otter/otter-kv");
	check(&p, 10000, 0, TERM_ANY_WIDTH,
	      "fetching 20/60, 3.0 MiB, 0 bytes/s, 0:20 left: otter/otter-kv");
	check(&p, 10000, 1 << 20, TERM_ANY_WIDTH,
	      "fetching 20/60, 3.0 MiB, 1.0 MiB/s, 0:20 left: otter/otter-kv");
	p.done = 60;
	check(&p, 10000, -1, TERM_ANY_WIDTH, "fetching 60/60, 3.0 MiB: otter/otter-kv");
}

static void what_is_slow_is_named(void **state)
{
	struct quarry_progress p = { .step = "fetching", .done = 59, .total = 60, .unit = "bytes",
				     .amount = 1 << 30, .current = "a/b", .slow = "jax-ml/jax",
				     .slow_s = 48, .n_retrying = 2 };

	check(&p, 59000, 512, TERM_ANY_WIDTH, "fetching 59/60, 1.0 GiB, 512 bytes/s, 0:01 left, "
	      "2 to retry; slow: jax-ml/jax 48 s");
	p.slow_amount = 23 << 20;
	check(&p, 59000, -1, TERM_ANY_WIDTH,
	      "fetching 59/60, 1.0 GiB, 0:01 left, 2 to retry; slow: jax-ml/jax 48 s, 23.0 MiB");
	check(&p, 59000, -1, 14, "fetching 59/60");
	p.slow = "a\033[31m";
	p.n_retrying = 0;
	check(&p, 59000, -1, TERM_ANY_WIDTH,
	      "fetching 59/60, 1.0 GiB, 0:01 left; slow: a?[31m 48 s, 23.0 MiB");
	p.slow = NULL;
	p.current = NULL;
	atomic_store(&cli_stop, true);
	check(&p, 59000, -1, TERM_ANY_WIDTH, "stopping: fetching 59/60, 1.0 GiB, 0:01 left");
	atomic_store(&cli_stop, false);
}

static void a_rate_is_that_of_the_last_ten_seconds(void **state)
{
	struct rate r = RATE_INIT;
	uint64_t per_s = 7, amount = 0;
	int64_t ms = 100000;

	assert_false(rate_per_s(&per_s, &r, ms, 0));
	rate_note(&r, ms, 0);
	assert_false(rate_per_s(&per_s, &r, ms + 1999, 500));
	assert_int_equal(per_s, 7);
	assert_true(rate_per_s(&per_s, &r, ms + 2000, 5000));
	assert_int_equal(per_s, 2500);
	for (int i = 0; i < 300; i++) { /* 1000 a second, in steps of 100 ms */
		ms += 100;
		amount += 100;
		rate_note(&r, ms, amount);
	}
	assert_true(rate_per_s(&per_s, &r, ms, amount));
	assert_int_equal(per_s, 1000);
	for (int i = 0; i < 5; i++) /* then nothing */
		rate_note(&r, ms += 1000, amount);
	assert_true(rate_per_s(&per_s, &r, ms, amount));
	assert_in_range(per_s, 400, 600);
	for (int i = 0; i < 6; i++)
		rate_note(&r, ms += 1000, amount);
	assert_true(rate_per_s(&per_s, &r, ms, amount));
	assert_int_equal(per_s, 0);
	assert_false(rate_per_s(&per_s, &r, ms, amount - 1));
}

static void one_is_singular(void **state)
{
	static const struct { uint64_t amount; const char *unit, *want; } cases[] = {
		{ 0, "commits", "0 commits" }, { 1, "commits", "1 commit" },
		{ 2, "commits", "2 commits" }, { 1, "", "1" }, { 1, "bytes", "1 byte" },
		{ 1023, "bytes", "1023 bytes" }, { 1024, "bytes", "1.0 KiB" },
		{ 1048575, "bytes", "1.0 MiB" }, { 81234, "commits", "81234 commits" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str s = STR_INIT;

		amount_add(&s, cases[i].amount, cases[i].unit);
		assert_string_equal(s.buf, cases[i].want);
		str_release(&s);
	}
}

static void sizes_have_units(void **state)
{
	static const struct { const char *text; uint64_t want; } cases[] = {
		{ "0", 0 }, { "007", 7 }, { "500K", 512000 }, { "1kib", 1024 }, { "3m", 3 << 20 },
		{ "4GiB", (uint64_t)4 << 30 }, { "16777215T", (uint64_t)16777215 << 40 },
		{ "18446744073709551615", UINT64_MAX },
	};
	static const char *const wrong[] = {
		"", "K", "-1", "+1", " 1", "1 ", "1.5G", "1 G", "1GB", "1Ki", "1iB", "1KiBs", "0x10",
		"16777216T", "18446744073709551616", "99999999999999999999999",
	};
	uint64_t size = 5;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (number_parse_size(&size, wrong[i]) || size != 5)
			fail_msg("'%s' was taken for a size", wrong[i]);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(number_parse_size(&size, cases[i].text));
		assert_int_equal(size, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_known_is_shown),
		cmocka_unit_test(what_is_slow_is_named),
		cmocka_unit_test(a_rate_is_that_of_the_last_ten_seconds),
		cmocka_unit_test(one_is_singular),
		cmocka_unit_test(sizes_have_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
