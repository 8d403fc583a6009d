/* Last words of a server are heard wherever its answer is split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fetch/watch.h"
#include "wire.h"

struct heard {
	enum guard_cause cause;
	char text[GUARD_TEXT_MAX];
};

/* Feed in two pieces, or with `split` 0 byte by byte. */
static void hear(struct heard *out, const struct str *s, size_t split, bool on)
{
	struct quarry_fetch_options options = { 0 };
	struct watch w = WATCH_INIT;
	struct guard g;
	size_t at = 0;
	int rc = 0;

	guard_start(&g, &options);
	watch_begin(&w, on);
	while (rc == 0 && at < s->len) {
		size_t end = split == 0 ? at + 1 : at < split ? split : s->len;
		char *piece = exact(s->buf + at, end - at);

		rc = watch_feed(&w, &g, piece, end - at);
		free(piece);
		at = end;
	}
	assert_int_equal(rc, g.cause ? -1 : 0);
	out->cause = g.cause;
	memcpy(out->text, g.text, sizeof(out->text));
	watch_release(&w);
}

static const struct {
	const char *answer;
	enum guard_cause cause;
	const char *text;
} answers[] = {
	{ "", GUARD_NONE, "" },
	{ "NAK|\1PACK|.", GUARD_NONE, "" },
	{ "ACK " A40 " common|NAK|\1PACK\\|\2counting|\1Each ERR no|.", GUARD_NONE, "" },
	{ "=0004|NAK|\1\3 is no band here|.", GUARD_NONE, "" },
	{ "ERR no", GUARD_FINAL, "the server says: no" },
	{ "NAK|ERR filter 'blob:none' not supported|\1PACK", GUARD_FINAL,
	  "the server says: filter 'blob:none' not supported" },
	{ "NAK|\1PACK|\3the disk is full|.", GUARD_LATER, "the server says: the disk is full" },
	{ "\3|.", GUARD_LATER, "the server refuses and does not say why" },
	{ "NAK|\3access denied", GUARD_AUTH, "the server says: access denied" },
	{ "EOF is no last word|.", GUARD_NONE, "" },
	{ "NAK|=<html>", GUARD_FINAL, "the answer of the server is no git protocol" },
	{ "NAK|=0003", GUARD_FINAL, "the answer of the server is no git protocol" },
	{ "NAK|=fff1", GUARD_FINAL, "the answer of the server is no git protocol" },
	{ "NAK|=fff0ERR", GUARD_NONE, "" }, /* not whole */
	{ "NAK|=00", GUARD_NONE, "" },
};

static void last_words_are_heard_wherever_an_answer_is_split(void **state)
{
	for (size_t i = 0; i < N(answers); i++) {
		struct str s = STR_INIT;
		struct heard h;

		spell(&s, answers[i].answer);
		for (size_t split = 0; split <= s.len; split++) {
			hear(&h, &s, split, true);
			assert_int_equal(h.cause, answers[i].cause);
			assert_string_equal(h.text, answers[i].text);
		}
		hear(&h, &s, 0, false);
		assert_int_equal(h.cause, GUARD_NONE);
		str_release(&s);
	}
}

static void a_new_answer_begins_with_a_packet(void **state)
{
	struct quarry_fetch_options options = { 0 };
	struct watch w = WATCH_INIT;
	struct guard g;

	guard_start(&g, &options);
	watch_begin(&w, true);
	assert_int_equal(watch_feed(&w, &g, "0010ERR a", 9), 0);
	watch_begin(&w, true);
	assert_int_equal(watch_feed(&w, &g, "0008NAK\n0000", 12), 0);
	assert_int_equal(g.cause, GUARD_NONE);
	watch_release(&w);
}

/* A guard tells libgit2 of its failures. */
static int start(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	return quarry_fetch_init(&err);
}

static int stop(void **state)
{
	quarry_fetch_shutdown();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_words_are_heard_wherever_an_answer_is_split),
		cmocka_unit_test(a_new_answer_begins_with_a_packet),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
