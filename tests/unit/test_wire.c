/* Packets, and requests with a filter put in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fetch/pktline.h"
#include "fetch/request.h"
#include "quarry/fetch.h"
#include "wire.h"

#define MUTATIONS 20000

/* --- packets --------------------------------------------------------------- */

static void a_packet_is_taken_apart(void **state)
{
	static const struct { const char *bytes; int taken; enum pkt_kind kind; const char *data; } cases[] = {
		{ "0000", 4, PKT_FLUSH, "" },
		{ "0001", 4, PKT_DELIM, "" },
		{ "0002", 4, PKT_END, "" },
		{ "0004", 4, PKT_DATA, "" },
		{ "0005a", 5, PKT_DATA, "a" },
		{ "0006a\n0000", 6, PKT_DATA, "a\n" },
		{ "000A123456", 10, PKT_DATA, "123456" },
		{ "000a123456", 10, PKT_DATA, "123456" },
		/* not whole yet */
		{ "", 0, 0, NULL }, { "0", 0, 0, NULL }, { "000", 0, 0, NULL },
		{ "0006a", 0, 0, NULL }, { "fff0", 0, 0, NULL },
		/* no packet */
		{ "0003", -1, 0, NULL }, { "0003abc", -1, 0, NULL }, { "fff1", -1, 0, NULL },
		{ "ffff", -1, 0, NULL }, { "PACK", -1, 0, NULL }, { "g", -1, 0, NULL },
		{ "00g", -1, 0, NULL }, { " 005a", -1, 0, NULL }, { "-001", -1, 0, NULL },
		{ "+005a", -1, 0, NULL }, { "0x05a", -1, 0, NULL }, { "000:", -1, 0, NULL },
		{ "000/", -1, 0, NULL }, { "000`", -1, 0, NULL }, { "000G", -1, 0, NULL },
		{ "000@", -1, 0, NULL }, { "\xff" "000", -1, 0, NULL },
	};

	for (size_t i = 0; i < N(cases); i++) {
		size_t len = strlen(cases[i].bytes);
		char *bytes = exact(cases[i].bytes, len);
		struct pkt p = { 0 };

		assert_int_equal(pkt_parse(&p, bytes, len), cases[i].taken);
		if (cases[i].taken > 0) {
			assert_int_equal(p.kind, cases[i].kind);
			assert_int_equal(p.len, strlen(cases[i].data));
			assert_memory_equal(p.data, cases[i].data, p.len);
		}
		free(bytes);
	}
}

static void the_largest_packet_has_65520_bytes(void **state)
{
	struct str data = STR_INIT, s = STR_INIT;
	struct pkt p;

	while (data.len < PKT_DATA_MAX)
		str_addc(&data, 'x');
	pkt_add(&s, data.buf, data.len);
	assert_false(s.oom);
	assert_int_equal(s.len, 65520);
	assert_memory_equal(s.buf, "fff0x", 5);
	assert_int_equal(pkt_parse(&p, s.buf, s.len), 65520);
	assert_int_equal(p.len, PKT_DATA_MAX);
	assert_int_equal(pkt_parse(&p, s.buf, s.len - 1), 0);
	str_addc(&data, 'x');
	str_clear(&s);
	pkt_add(&s, data.buf, data.len);
	assert_true(s.oom);
	str_clear(&s);
	pkt_addf(&s, "%s", data.buf);
	assert_true(s.oom);
	pkt_add(&s, "a", 1);
	assert_true(s.oom);
	str_release(&s);
	str_release(&data);
}

static void packets_are_written_one_behind_the_other(void **state)
{
	struct str s = STR_INIT;

	pkt_add(&s, "a\0b", 3);
	pkt_addf(&s, "%s=%d\n", "x", 12345678);
	pkt_delim(&s);
	pkt_add(&s, "", 0);
	pkt_flush(&s);
	assert_int_equal(s.len, 34);
	assert_memory_equal(s.buf, "0007a\0b000fx=12345678\n" "0001" "0004" "0000", s.len);
	str_release(&s);
}

static void a_refusal_is_told_in_printable_words(void **state)
{
	static const struct { const char *line; enum guard_cause cause; const char *text; } cases[] = {
		{ "ERR no\n", GUARD_FINAL, "the server says: no" },
		{ "ERR no", GUARD_FINAL, "the server says: no" },
		{ "ERR ", GUARD_FINAL, "the server refuses and does not say why" },
		{ "ERR \n", GUARD_FINAL, "the server refuses and does not say why" },
		{ "ERR a\x1b[2Jb\n\x7f\xc3\xa9", GUARD_FINAL, "the server says: a?[2Jb????" },
		{ "ERR access denied or repository not exported: /a\n", GUARD_GONE,
		  "the server says: access denied or repository not exported: /a" },
		{ "ERR Repository not found.", GUARD_GONE, "the server says: Repository not found." },
		{ "ERR Access denied", GUARD_AUTH, "the server says: Access denied" },
		{ "ERR upload-pack: not our ref " A40, GUARD_LATER,
		  "the server says: upload-pack: not our ref " A40 },
		{ "ERR%s%n", GUARD_NONE, "" },
		{ "ERR %s%n", GUARD_FINAL, "the server says: %s%n" },
		{ "ERR", GUARD_NONE, "" }, { "ERR\n", GUARD_NONE, "" }, { "err no", GUARD_NONE, "" },
		{ " ERR no", GUARD_NONE, "" }, { "", GUARD_NONE, "" }, { "\n", GUARD_NONE, "" },
	};
	struct quarry_fetch_options options = { 0 };

	for (size_t i = 0; i < N(cases); i++) {
		size_t len = strlen(cases[i].line);
		char *line = exact(cases[i].line, len);
		struct pkt p = { PKT_DATA, line, len };
		struct guard g;

		guard_start(&g, &options);
		assert_int_equal(pkt_check_error(&p, &g), cases[i].cause ? -1 : 0);
		assert_int_equal(g.cause, cases[i].cause);
		assert_string_equal(g.text, cases[i].text);
		p.kind = PKT_FLUSH;
		assert_int_equal(pkt_check_error(&p, &g), 0);
		free(line);
	}
}

static void a_long_refusal_is_cut(void **state)
{
	struct quarry_fetch_options options = { 0 };
	struct str s = STR_INIT;
	struct guard g;
	struct pkt p;

	str_adds(&s, "ERR ");
	while (s.len < PKT_DATA_MAX)
		str_addc(&s, 'x');
	p = (struct pkt){ PKT_DATA, s.buf, s.len };
	guard_start(&g, &options);
	assert_int_equal(pkt_check_error(&p, &g), -1);
	assert_int_equal(strlen(g.text), GUARD_TEXT_MAX - 1);
	str_release(&s);
}

/* All packets of a link, as unspell() has them. */
static int read_all(struct str *out, struct fake *f)
{
	static const char *const marks[] = {
		[PKT_FLUSH] = "0000", [PKT_DELIM] = "0001", [PKT_END] = "0002",
	};
	struct pkt_reader r = PKT_READER_INIT(&f->link);
	struct str bytes = STR_INIT;
	struct pkt p;
	int rc;

	while ((rc = pkt_read(&p, &r)) > 0) {
		if (p.kind == PKT_DATA)
			pkt_add(&bytes, p.data, p.len);
		else
			str_adds(&bytes, marks[p.kind]);
	}
	unspell(out, bytes.buf, bytes.len);
	str_release(&bytes);
	pkt_reader_release(&r);
	return rc;
}

static void a_reader_ends_as_its_link_does(void **state)
{
	static const char cut[] = "the answer of the server is cut off";
	static const char garbage[] = "the answer of the server is no git protocol";
	static const struct {
		const char *bytes, *read;
		bool broken;
		int rc;
		enum guard_cause cause;
		const char *text;
	} cases[] = {
		{ "", "", false, 0, GUARD_NONE, "" },
		{ "a|.|b\\|,|~|=0002", "a|.|b\\|,|~|;", false, 0, GUARD_NONE, "" },
		{ "a|=0", "a", false, -1, GUARD_LATER, cut },
		{ "a|=0010abcdefghijk", "a", false, -1, GUARD_LATER, cut },
		{ "a|=000", "a", true, -1, GUARD_LATER, "the line broke" },
		{ "a|.", "a|.", true, -1, GUARD_LATER, "the line broke" },
		{ "a|=HTTP", "a", false, -1, GUARD_FINAL, garbage },
		{ "=<html>", "", false, -1, GUARD_FINAL, garbage },
		{ "=0003", "", false, -1, GUARD_FINAL, garbage },
		{ "a|b|=fff1", "a|b", false, -1, GUARD_FINAL, garbage },
	};

	for (size_t i = 0; i < N(cases); i++)
		for (size_t chunk = 1; chunk < 70; chunk++) {
			struct str bytes = STR_INIT, got = STR_INIT;
			struct fake f;

			spell(&bytes, cases[i].bytes);
			fake_start(&f, bytes.buf ? bytes.buf : "", bytes.len, chunk);
			f.broken = cases[i].broken;
			assert_int_equal(read_all(&got, &f), cases[i].rc);
			assert_string_equal(got.buf ? got.buf : "", cases[i].read);
			assert_int_equal(f.guard.cause, cases[i].cause);
			assert_string_equal(f.guard.text, cases[i].text);
			str_release(&got);
			str_release(&bytes);
			fake_release(&f);
		}
}

static void a_reader_holds_little_more_than_a_packet(void **state)
{
	struct str bytes = STR_INIT;
	struct pkt_reader r;
	struct fake f;
	struct pkt p;
	char *data = calloc(1, PKT_DATA_MAX);
	int n = 0;

	assert_non_null(data);
	for (int i = 0; i < 50; i++)
		pkt_add(&bytes, data, PKT_DATA_MAX);
	fake_start(&f, bytes.buf, bytes.len, bytes.len);
	r = (struct pkt_reader)PKT_READER_INIT(&f.link);
	while (pkt_read(&p, &r) == 1) {
		assert_int_equal(p.len, PKT_DATA_MAX);
		assert_memory_equal(p.data, data, p.len);
		assert_true(r.buf.cap <= 128 * 1024);
		n++;
	}
	assert_int_equal(n, 50);
	assert_int_equal(pkt_need(&p, &r), -1);
	assert_int_equal(f.guard.cause, GUARD_LATER);
	pkt_reader_release(&r);
	fake_release(&f);
	str_release(&bytes);
	free(data);
}

/* --- requests -------------------------------------------------------------- */

#define CAPS "multi_ack_detailed side-band-64k thin-pack ofs-delta"

/* `text` is written as libgit2 1.5.1 does it: with a space behind the last capability. */
static const struct { const char *text, *filtered; } requests[] = {
	{ "want " A40 " " CAPS " |.|=0009done\n",
	  "want " A40 " " CAPS " filter|filter blob:none|.|done" },
	{ "want " A40 " " CAPS " |want " B40 "|.|have " C40 "|.|have " B40 "|done",
	  "want " A40 " " CAPS " filter|want " B40 "|filter blob:none|.|have " C40 "|.|have " B40 "|done" },
	{ "want " A40 "|.|done", "want " A40 " filter|filter blob:none|.|done" },
	{ "want " A40 "\\|.|done", "want " A40 " filter|filter blob:none|.|done" },
	{ "want " A40 " ofs-delta|.", "want " A40 " ofs-delta filter|filter blob:none|." },
	{ "want " A64 " object-format=sha256 |.|done",
	  "want " A64 " object-format=sha256 filter|filter blob:none|.|done" },
	{ "want " A40 " x |shallow " B40 "|deepen 1|.|done",
	  "want " A40 " x filter|shallow " B40 "|deepen 1|filter blob:none|.|done" },
	/* Behind the wants nothing is looked at, be it another want or no packet. */
	{ "want " A40 " x |.|want " B40 "|.|done", "want " A40 " x filter|filter blob:none|.|want " B40 "|.|done" },
	{ "want " A40 " x |.|.|.", "want " A40 " x filter|filter blob:none|.|.|." },
	/* The farewell of one who wants nothing. */
	{ ".", "." },
	{ ".|want " A40 "|.", ".|want " A40 "|." },
	{ "shallow " B40 "|.", "shallow " B40 "|." },
	{ "wanted\\|\\|.", "wanted\\|\\|." },
};

static int feed(struct request *r, struct str *out, const char *data, size_t len)
{
	char *bytes = exact(data, len);
	int rc = request_feed(r, out, bytes, len);

	free(bytes);
	return rc;
}

/* Begin, and feed `s` in three pieces, the middle one byte by byte. */
static int feed_split(struct str *out, const struct str *s, bool filter, size_t from, size_t to)
{
	struct request r = REQUEST_INIT;
	int rc;

	request_begin(&r, filter, /* also= */ NULL);
	rc = feed(&r, out, s->buf, from);
	for (size_t i = from; i < to && !rc; i++)
		rc = feed(&r, out, s->buf + i, 1);
	if (!rc)
		rc = feed(&r, out, s->buf + to, s->len - to);
	request_release(&r);
	assert_false(out->oom);
	return rc;
}

static void assert_filtered(const struct str *s, bool filter, size_t from, size_t to,
			    const struct str *expected)
{
	struct str out = STR_INIT;

	assert_int_equal(feed_split(&out, s, filter, from, to), 0);
	assert_int_equal(out.len, expected->len);
	assert_memory_equal(out.buf, expected->buf, out.len);
	str_release(&out);
}

static void a_filter_is_put_in_wherever_a_request_is_split(void **state)
{
	for (size_t i = 0; i < N(requests); i++) {
		struct str s = STR_INIT, expected = STR_INIT;

		spell(&s, requests[i].text);
		spell(&expected, requests[i].filtered);
		for (size_t at = 0; at <= s.len; at++) {
			assert_filtered(&s, true, at, at, &expected);
			assert_filtered(&s, true, at, s.len, &expected);
			assert_filtered(&s, false, at, at, &s);
		}
		assert_filtered(&s, true, 0, s.len, &expected);
		assert_filtered(&s, false, 0, s.len, &s);
		str_release(&s);
		str_release(&expected);
	}
}

static void without_a_filter_anything_passes(void **state)
{
	struct str s = STR_INIT;

	str_adds(&s, "GET / HTTP/1.1\r\n");
	assert_filtered(&s, false, 0, s.len, &s);
	str_release(&s);
}

static void each_post_is_a_request_of_its_own(void **state)
{
	struct str s = STR_INIT, expected = STR_INIT, out = STR_INIT;
	struct request r = REQUEST_INIT;

	spell(&s, requests[1].text);
	spell(&expected, requests[1].filtered);
	request_begin(&r, true, /* also= */ NULL);
	assert_int_equal(feed(&r, &out, "0032wa", 6), 0); /* never ended */
	assert_int_equal(out.len, 0);
	for (int i = 0; i < 3; i++) {
		request_begin(&r, true, /* also= */ NULL);
		str_clear(&out);
		assert_int_equal(feed(&r, &out, s.buf, s.len), 0);
		assert_int_equal(out.len, expected.len);
		assert_memory_equal(out.buf, expected.buf, out.len);
	}
	request_release(&r);
	str_release(&s);
	str_release(&expected);
	str_release(&out);
}

static void other_capabilities_stand_in_the_first_want(void **state)
{
	struct str s = STR_INIT, out = STR_INIT, got = STR_INIT;
	struct request r = REQUEST_INIT;

	spell(&s, "want " A40 " ofs-delta |want " B40 "|.");
	request_begin(&r, true, "no-progress agent=q");
	assert_int_equal(feed(&r, &out, s.buf, s.len), 0);
	unspell(&got, out.buf, out.len);
	assert_string_equal(got.buf, "want " A40 " ofs-delta filter no-progress agent=q|want " B40
				     "|filter blob:none|.");
	request_release(&r);
	str_release(&s);
	str_release(&out);
	str_release(&got);
}

static void what_is_no_request_is_refused_and_stays_so(void **state)
{
	static const struct { const char *text, *passed; } cases[] = {
		{ "=PACK", "" },
		{ "=0003", "" },
		{ "=fff1", "" },
		{ ",", "" },
		{ "=0002", "" },
		{ "want " A40 "|,|.", "want " A40 " filter" },
		{ "want " A40 "|=garbage", "want " A40 " filter" },
		{ "shallow " A40 "|= 000", "shallow " A40 },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct str s = STR_INIT, out = STR_INIT, got = STR_INIT;
		struct request r = REQUEST_INIT;

		spell(&s, cases[i].text);
		request_begin(&r, true, /* also= */ NULL);
		assert_int_equal(feed(&r, &out, s.buf, s.len), -1);
		assert_int_equal(feed(&r, &out, "0000", 4), -1);
		unspell(&got, out.buf, out.len);
		assert_string_equal(got.buf ? got.buf : "", cases[i].passed);
		request_release(&r);
		str_release(&s);
		str_release(&out);
		str_release(&got);
	}
}

static void a_want_without_room_for_the_filter_is_refused(void **state)
{
	struct str s = STR_INIT, line = STR_INIT, out = STR_INIT;

	str_adds(&line, "want " A40 " ");
	while (line.len < PKT_DATA_MAX - strlen(" filter\n"))
		str_addc(&line, 'x');
	pkt_add(&s, line.buf, line.len);
	assert_int_equal(feed_split(&out, &s, true, s.len, s.len), 0);
	assert_int_equal(out.len, PKT_DATA_MAX + 4);
	str_addc(&line, 'x');
	str_clear(&s);
	str_clear(&out);
	pkt_add(&s, line.buf, line.len);
	assert_int_equal(feed_split(&out, &s, true, s.len, s.len), -1);
	assert_int_equal(out.len, 0);
	str_release(&line);
	str_release(&s);
	str_release(&out);
}

static void a_damaged_request_ends_alike_however_it_is_split(void **state)
{
	uint64_t random = 3;

	for (int i = 0; i < MUTATIONS; i++) {
		struct str s = STR_INIT, whole = STR_INIT, split = STR_INIT;
		size_t from, to;
		int rc;

		spell(&s, requests[below(&random, N(requests))].text);
		mutate(&s, &random);
		from = below(&random, s.len + 1);
		to = from + below(&random, s.len - from + 1);
		rc = feed_split(&whole, &s, true, s.len, s.len);
		assert_int_equal(feed_split(&split, &s, true, from, to), rc);
		assert_int_equal(split.len, whole.len);
		if (whole.len)
			assert_memory_equal(split.buf, whole.buf, whole.len);
		str_release(&s);
		str_release(&whole);
		str_release(&split);
	}
}

/* guard_fail() tells libgit2, too. */
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
		cmocka_unit_test(a_packet_is_taken_apart),
		cmocka_unit_test(the_largest_packet_has_65520_bytes),
		cmocka_unit_test(packets_are_written_one_behind_the_other),
		cmocka_unit_test(a_refusal_is_told_in_printable_words),
		cmocka_unit_test(a_long_refusal_is_cut),
		cmocka_unit_test(a_reader_ends_as_its_link_does),
		cmocka_unit_test(a_reader_holds_little_more_than_a_packet),
		cmocka_unit_test(a_filter_is_put_in_wherever_a_request_is_split),
		cmocka_unit_test(without_a_filter_anything_passes),
		cmocka_unit_test(each_post_is_a_request_of_its_own),
		cmocka_unit_test(other_capabilities_stand_in_the_first_want),
		cmocka_unit_test(what_is_no_request_is_refused_and_stays_so),
		cmocka_unit_test(a_want_without_room_for_the_filter_is_refused),
		cmocka_unit_test(a_damaged_request_ends_alike_however_it_is_split),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
