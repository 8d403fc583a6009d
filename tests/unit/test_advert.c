/* What servers advertise: read, and asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adverts.h"
#include "fetch/advert.h"
#include "quarry/fetch.h"
#include "quarry/quarry.h"

/* What git 2.39 says. */
#define CAPS_2 "version 2|agent=git/2.39.5|ls-refs=unborn|fetch=shallow wait-for-done filter|" \
	"server-option|object-format=sha1|object-info|."
#define CUT "the answer of the server is cut off"
#define GARBAGE "the answer of the server is no git protocol"

static const size_t chunks[] = { 1, 2, 3, 7, 50, 65536 };

static void an_advertisement_is_read_in_both_versions(void **state)
{
	static const struct { const char *text; int version; bool shallow; const char *caps, *refs; } cases[] = {
		{ A40 " HEAD~" CAPS_0 " symref=HEAD:" MAIN " agent=git/2|" A40 " " MAIN "|.", 0, false,
		  CAPS_0 " symref=HEAD:" MAIN " agent=git/2", "HEAD=a40>" MAIN " " MAIN "=a40" },
		{ SERVICE A40 " HEAD~x|.", 0, false, "x", "HEAD=a40" },
		{ A40 " HEAD~x\\|" B40 " refs/tags/a\\|.", 0, false, "x", "HEAD=a40 refs/tags/a=b40" },
		{ A40 " refs/tags/a|.", 0, false, "", "refs/tags/a=a40" },
		{ A40 " refs/tags/a~|.", 0, false, "", "refs/tags/a=a40" },
		{ Z40 " capabilities^{}~x y|.", 0, false, "x y", "" },
		{ SERVICE ".", 0, false, NULL, "" },
		{ ".", 0, false, NULL, "" },
		{ A40 " refs/tags/v~x|" B40 " refs/tags/v^{}|" C40 " refs/tags/w|.", 0, false, "x",
		  "refs/tags/v=a40^b40 refs/tags/w=c40" },
		{ A40 " refs/tags/v~x|" B40 " refs/tags/u^{}|.", 0, false, "x", "refs/tags/v=a40" },
		{ B40 " a^{}~x|.", 0, false, "x", "" },
		{ A40 " HEAD~x|shallow " B40 "|.", 0, true, "x", "HEAD=a40" },
		{ A64 " HEAD~object-format=sha256|" B64 " refs/tags/v|" A64 " refs/tags/v^{}|.", 0, false,
		  "object-format=sha256", "HEAD=a64 refs/tags/v=b64^a64" },
		/* Of several the first counts, and HEAD's alone. */
		{ A40 " HEAD~symref=X:y symref=HEAD:a symref=HEAD:b|" A40 " a|" A40 " y|.",
		  0, false, "symref=X:y symref=HEAD:a symref=HEAD:b", "HEAD=a40>a a=a40" },
		{ A40 " refs/tags/a~symref=HEAD:b|.", 0, false, "symref=HEAD:b", "refs/tags/a=a40" },
		{ A40 " HEAD~symref=HEAD|.", 0, false, "symref=HEAD", "HEAD=a40" },
		{ A40 " HEAD~symref|.", 0, false, "symref", "HEAD=a40" },
		/* Names are bytes. */
		{ A40 " refs/tags/\xc3\xa9\xff~x|.", 0, false, "x", "refs/tags/\xc3\xa9\xff=a40" },
		{ "version 2|ls-refs=unborn|fetch=filter|.|.", 2, false, "ls-refs=unborn\nfetch=filter\n", "" },
		{ SERVICE "version 2|a\\|.|.", 2, false, "a\n", "" },
		{ "version 2\\|.|" A40 " HEAD|.", 2, false, NULL, "HEAD=a40" },
		{ CAPS_2 "|" A40 " HEAD symref-target:" MAIN "|" B40 " refs/tags/v peeled:" A40 "|.", 2, false,
		  "agent=git/2.39.5\nls-refs=unborn\nfetch=shallow wait-for-done filter\nserver-option\n"
		  "object-format=sha1\nobject-info\n", "HEAD=a40>" MAIN " refs/tags/v=b40^a40" },
		{ "version 2|x|.|unborn HEAD symref-target:" MAIN "|.", 2, false, "x\n", "HEAD=-0>" MAIN },
		{ "version 2|x|.|" A40 " HEAD news:1 symref-target:" MAIN "  more\\|.", 2, false, "x\n",
		  "HEAD=a40>" MAIN },
		{ "version 2|object-format=sha256|.|" A64 " HEAD|.", 2, false, "object-format=sha256\n",
		  "HEAD=a64" },
	};

	for (size_t i = 0; i < N(cases); i++)
		for (size_t c = 0; c < N(chunks); c++) {
			struct advert a = ADVERT_INIT;
			struct str refs = STR_INIT;
			struct guard g;

			assert_int_equal(read_text(&a, &g, cases[i].text, chunks[c]), 0);
			assert_int_equal(a.version, cases[i].version);
			assert_int_equal(a.shallow, cases[i].shallow);
			if (cases[i].caps)
				assert_string_equal(a.caps, cases[i].caps);
			else
				assert_null(a.caps);
			describe(&refs, &a);
			assert_string_equal(refs.buf, cases[i].refs);
			str_release(&refs);
			advert_release(&a);
		}
}

struct refusal {
	const char *text;
	enum guard_cause cause;
	const char *why;
};

static void assert_refused(const struct refusal *refusal)
{
	for (size_t c = 0; c < N(chunks); c++) {
		struct advert a = ADVERT_INIT;
		struct guard g;

		assert_int_equal(read_text(&a, &g, refusal->text, chunks[c]), -1);
		assert_int_equal(g.cause, refusal->cause);
		assert_string_equal(g.text, refusal->why);
		advert_release(&a);
	}
}

static void what_is_no_advertisement_is_refused(void **state)
{
	static const struct refusal cases[] = {
		{ "", GUARD_LATER, CUT },
		{ "=00", GUARD_LATER, CUT },
		{ "# service=git-upload-pack", GUARD_LATER, CUT },
		{ SERVICE, GUARD_LATER, CUT },
		{ A40 " HEAD~x", GUARD_LATER, CUT },
		{ "version 2|x", GUARD_LATER, CUT },
		{ "version 2|x|.", GUARD_LATER, CUT },
		{ "version 2|x|.|" A40 " HEAD", GUARD_LATER, CUT },
		{ "=<!DOCTYPE html>", GUARD_FINAL, GARBAGE },
		{ "# service=git-upload-pack|" A40 " HEAD~x|.", GUARD_FINAL, GARBAGE },
		{ SERVICE SERVICE ".", GUARD_FINAL, GARBAGE },
		{ ",", GUARD_FINAL, GARBAGE }, { "=0002", GUARD_FINAL, GARBAGE },
		{ "version 1|" A40 " HEAD~x|.", GUARD_FINAL, GARBAGE },
		{ "version 3|.", GUARD_FINAL, GARBAGE }, { "version 2~|.", GUARD_FINAL, GARBAGE },
		{ "\\|.", GUARD_FINAL, GARBAGE }, { "|.", GUARD_FINAL, GARBAGE },
		{ "ERR access denied or repository not exported: /a", GUARD_GONE,
		  "the server says: access denied or repository not exported: /a" },
		{ SERVICE "ERR no", GUARD_FINAL, "the server says: no" },
		{ A40 " HEAD~x|ERR no", GUARD_FINAL, "the server says: no" },
		{ "version 2|ERR no", GUARD_FINAL, "the server says: no" },
		{ "version 2|x|.|ERR no", GUARD_FINAL, "the server says: no" },
	};

	for (size_t i = 0; i < N(cases); i++)
		assert_refused(&cases[i]);
}

static void an_id_or_a_name_in_another_form_is_refused(void **state)
{
	static const char *const cases[] = {
		/* ids */
		"aaaa HEAD~x|.", A40 "a HEAD~x|.",
		A64 " HEAD~x|.", " HEAD~x|.",
		A40 " HEAD~object-format=sha256|.",
		A10 A10 A10 "AAAAAAAAAA HEAD~x|.",
		A10 A10 A10 "gggggggggg HEAD~x|.",
		A40 " HEAD~x|" A64 " a|.",
		A40 " HEAD~x|shallow aaaa|.",
		A40 " a~x|bb a^{}|.",
		/* names */
		A40 "~x|.", A40 " ~x|.",
		A40 " a b~x|.", A40 " a\x1b~x|.",
		A40 " a\x7f~x|.", A40 " a\nb~x|.",
		A40 " a~x|" A40 " b~x|.",
		/* capabilities */
		A40 " a~x~y|.", A40 " a~x\ty|.",
		A40 " HEAD~symref=HEAD:|.",
		"version 2|x~y|.", "version 2|x\ny|.",
		"version 2|x|,|.",
		/* ls-refs */
		"version 2|.|" A40 "|.", "version 2|.|" A40 " |.",
		"version 2|.||.", "version 2|.|unborn|.",
		"version 2|.|" A64 " a|.",
		"version 2|object-format=sha256|.|" A40 " a|.",
		"version 2|.|" A40 " a~b|.",
		"version 2|.|" A40 " a\x01|.",
		"version 2|.|" A40 " a^{}|.",
		"version 2|.|" A40 " a symref-target:|.",
		"version 2|.|" A40 " a symref-target:\x01|.",
		"version 2|.|" A40 " a symref-target:b symref-target:c|.",
		"version 2|.|" A40 " a peeled:bb|.",
		"version 2|.|" A40 " a peeled:" B40 " peeled:" B40 "|.",
		"version 2|.|" A40 " a|,|.",
	};

	for (size_t i = 0; i < N(cases); i++)
		assert_refused(&(struct refusal){ cases[i], GUARD_FINAL, GARBAGE });
}

static void names_and_capabilities_have_a_longest(void **state)
{
	static const struct { const char *before; size_t longest; const char *after; } cases[] = {
		{ A40 " ", 4096, "~x|." },
		{ A40 " HEAD~", 32768, "|." },
		{ A40 " HEAD~symref=HEAD:", 4096, "|." },
		{ "version 2|", 32767, "|.|." },
		{ "version 2|.|" A40 " ", 4096, "|." },
		{ "version 2|.|" A40 " HEAD symref-target:", 4096, "|." },
	};

	for (size_t i = 0; i < N(cases); i++)
		for (size_t more = 0; more < 2; more++) {
			struct advert a = ADVERT_INIT;
			struct str s = STR_INIT, out = STR_INIT;
			struct guard g;

			str_adds(&s, cases[i].before);
			for (size_t n = 0; n < cases[i].longest + more; n++)
				str_addc(&s, 'x');
			str_adds(&s, cases[i].after);
			assert_int_equal(read_text(&a, &g, s.buf, 65536), more ? -1 : 0);
			assert_string_equal(g.text, more ? GARBAGE : "");
			advert_write_v0(&out, &a, a.version == 0 ? a.caps : NULL);
			assert_false(out.oom);
			str_release(&out);
			str_release(&s);
			advert_release(&a);
		}
}

static void a_capability_is_a_whole_word(void **state)
{
	static const struct { int version; const char *caps, *key, *value; bool has; } cases[] = {
		{ 0, "multi_ack_detailed filter", "filter", NULL, true },
		{ 0, "multi_ack_detailed filter", "multi_ack", NULL, false },
		{ 0, "multi_ack_detailed filter", "multi_ack_detailed", NULL, true },
		{ 0, "multi_ack_detailed  filter ", "filter", NULL, true },
		{ 0, "xfilter", "filter", NULL, false }, { 0, "filters", "filter", NULL, false },
		{ 0, "x=filter", "filter", NULL, false }, { 0, "", "filter", NULL, false },
		{ 0, NULL, "filter", NULL, false }, { 0, NULL, "filter", "x", false },
		{ 0, "object-format=sha256", "object-format", NULL, true },
		{ 0, "object-format=sha256", "object-format", "sha256", true },
		{ 0, "object-format=sha1", "object-format", "sha256", false },
		{ 0, "object-format=sha1 object-format=sha256", "object-format", "sha256", true },
		{ 0, "filter", "filter", "filter", false },
		{ 0, "filter=", "filter", NULL, true }, { 0, "filter=", "filter", "x", false },
		{ 2, "ls-refs\nfetch=shallow wait-for-done filter\n", "fetch", "filter", true },
		{ 2, "ls-refs\nfetch=shallow wait-for-done filter\n", "fetch", "shallow", true },
		{ 2, "ls-refs\nfetch=shallow wait-for-done filter\n", "fetch", "wait", false },
		{ 2, "ls-refs\nfetch=shallow wait-for-done filter\n", "fetch", NULL, true },
		{ 2, "ls-refs\nfetch=shallow wait-for-done filter\n", "filter", NULL, false },
		{ 2, "ls-refs\nfetch=shallow wait-for-done filter\n", "ls-refs", NULL, true },
		{ 2, "ls-refs\nfetch=shallow wait-for-done filter\n", "ls-refs", "unborn", false },
		{ 2, "ls-refs\nfetch\n", "fetch", "filter", false },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct advert a = ADVERT_INIT;

		a.version = cases[i].version;
		a.caps = (char *)cases[i].caps;
		assert_int_equal(advert_has(&a, cases[i].key, cases[i].value), cases[i].has);
	}
}

static void a_capability_has_a_value(void **state)
{
	static const struct { int version; const char *caps, *key, *value; } cases[] = {
		{ 0, "a agent=git/2 b", "agent", "git/2" },
		{ 0, "symref=HEAD:x=y", "symref", "HEAD:x=y" },
		{ 0, "agent agent=x agent=y", "agent", "x" },
		{ 0, "agent=", "agent", "" },
		{ 0, "agent", "agent", NULL }, { 0, "", "agent", NULL }, { 0, NULL, "agent", NULL },
		{ 2, "agent=git/2 x\nobject-format=sha256\n", "agent", "git/2 x" },
		{ 2, "agent=git/2 x\nobject-format=sha256\n", "object-format", "sha256" },
		{ 2, "agent=git/2 x\nobject-format=sha256\n", "format", NULL },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct advert a = ADVERT_INIT;
		const char *value;
		size_t len = 0;

		a.version = cases[i].version;
		a.caps = (char *)cases[i].caps;
		value = advert_value(&a, cases[i].key, &len);
		assert_int_equal(value != NULL, cases[i].value != NULL);
		if (value) {
			assert_int_equal(len, strlen(cases[i].value));
			assert_memory_equal(value, cases[i].value, len);
		}
	}
}

static void capabilities_are_left_out_as_whole_words(void **state)
{
	static const char *const drop[] = { "include-tag", "thin-pack", "symref", NULL };
	static const struct { const char *caps, *left; } cases[] = {
		{ "include-tag", "" }, { "", "" }, { NULL, "" }, { " ", "" },
		{ "a include-tag b", "a b" }, { "include-tag b", "b" }, { "a thin-pack", "a" },
		{ "a  b ", "a b" }, { "include-tags thin", "include-tags thin" },
		{ "symref=HEAD:a b=c= d=", "b=c= d=" }, { "x=include-tag", "x=include-tag" },
		{ CAPS_0, "multi_ack side-band side-band-64k ofs-delta shallow deepen-since deepen-not "
			  "deepen-relative no-progress multi_ack_detailed no-done" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct str out = STR_INIT;

		str_adds(&out, ">");
		advert_edit_caps(&out, cases[i].caps, drop);
		assert_string_equal(out.buf + 1, cases[i].left);
		str_release(&out);
	}
}

static void ls_refs_asks_for_what_is_wanted_alone(void **state)
{
	static const struct { const char *caps, *branch; bool releases; const char *text; } cases[] = {
		{ NULL, NULL, false, "command=ls-refs|,|symrefs|ref-prefix HEAD|." },
		{ "ls-refs\nfetch\n", "a/b", false,
		  "command=ls-refs|,|symrefs|ref-prefix HEAD|ref-prefix refs/heads/a/b|." },
		{ "ls-refs=unborn\n", NULL, true,
		  "command=ls-refs|,|peel|symrefs|unborn|ref-prefix HEAD|ref-prefix refs/tags/|." },
		{ "agent=git/2\nls-refs=unborn\nobject-format=sha256\n", "x", true,
		  "command=ls-refs|agent=quarry/" QUARRY_VERSION "|object-format=sha256|,|peel|symrefs|unborn|"
		  "ref-prefix HEAD|ref-prefix refs/heads/x|ref-prefix refs/tags/|." },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct advert a = ADVERT_INIT;
		struct str out = STR_INIT, got = STR_INIT;

		a.version = 2;
		a.caps = (char *)cases[i].caps;
		lsrefs_request(&out, &a, cases[i].branch, cases[i].releases);
		unspell(&got, out.buf, out.len);
		assert_string_equal(got.buf, cases[i].text);
		str_release(&out);
		str_release(&got);
	}
}

static void of_a_list_that_is_too_wide_what_is_wanted_is_kept(void **state)
{
	static const struct { const char *text, *branch; bool releases; const char *refs; } cases[] = {
		{ REFS_2, NULL, false, "HEAD=a40>" MAIN " " MAIN "=a40 " MAIN "=b40" },
		{ REFS_2, "b", false, "HEAD=a40>" MAIN " " MAIN "=a40 refs/heads/b=b40 " MAIN "=b40" },
		{ REFS_2, "none", true, "HEAD=a40>" MAIN " " MAIN "=a40 refs/tags/v=b40 " MAIN "=b40" },
		{ "version 2|x|.|unborn HEAD symref-target:refs/heads/b|" B40 " refs/heads/bb|.", "b", false,
		  "HEAD=-0>refs/heads/b" },
		{ "version 2|x|.|" B40 " refs/heads/bb|.", "b", false, "" },
		{ REFS_0("symref=HEAD:" MAIN), NULL, false, "HEAD=a40>" MAIN " " MAIN "=a40" },
		{ REFS_0("symref=HEAD:" MAIN), "b", true,
		  "HEAD=a40>" MAIN " " MAIN "=a40 refs/heads/b=b40 refs/tags/v=b40^a40" },
		/* What HEAD stands for is not known: any of these may be it. */
		{ REFS_0("x"), NULL, false, "HEAD=a40 " MAIN "=a40 refs/heads/c=a40" },
		{ REFS_0("x"), "b", false, "HEAD=a40 " MAIN "=a40 refs/heads/b=b40 refs/heads/c=a40" },
		{ B40 " " MAIN "~x|" B40 " refs/heads/b|" A40 " HEAD|" A40 " refs/heads/c|.", NULL, false,
		  MAIN "=b40 HEAD=a40 refs/heads/c=a40" },
		/* What is behind one that is left out is not another's. */
		{ A40 " refs/tags/v~x|" A40 " refs/x|" B40 " refs/x^{}|.", NULL, true, "refs/tags/v=a40" },
		{ Z40 " capabilities^{}~x|.", NULL, true, "" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct advert a = ADVERT_INIT;
		struct str bytes = STR_INIT, refs = STR_INIT;
		struct fake f;

		spell(&bytes, cases[i].text);
		fake_start(&f, bytes.buf, bytes.len, 5);
		assert_int_equal(read_bytes(&a, &f, cases[i].branch, cases[i].releases), 0);
		describe(&refs, &a);
		assert_string_equal(refs.buf, cases[i].refs);
		fake_release(&f);
		str_release(&bytes);
		str_release(&refs);
		advert_release(&a);
	}
}

/* A list of `n` references with long names, HEAD first, all of one commit. */
static void many(struct str *out, const char *head, const char *format, int n)
{
	struct str name = STR_INIT, line = STR_INIT;

	for (int i = 0; i < 3900; i++)
		str_addc(&name, 'x');
	spell(out, head);
	for (int i = 0; i < n; i++) {
		str_clear(&line);
		str_addf(&line, A40 " %s%d%s\n", format, i, name.buf);
		pkt_add(out, line.buf, line.len);
	}
	pkt_flush(out);
	str_release(&name);
	str_release(&line);
}

static void what_is_not_wanted_takes_no_memory(void **state)
{
	static const struct { const char *head, *names; size_t left; } cases[] = {
		{ A40 " HEAD~symref=HEAD:" MAIN "|" A40 " " MAIN, "refs/heads/", 2 },
		{ A40 " HEAD~x|" A40 " " MAIN, "refs/pull/", 2 },
		{ "version 2|x|.|" A40 " HEAD symref-target:" MAIN, "refs/heads/", 1 },
		/* These may be what HEAD stands for; some are enough. */
		{ A40 " HEAD~x", "refs/heads/", 1001 },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct advert a = ADVERT_INIT;
		struct str bytes = STR_INIT;
		struct fake f;

		many(&bytes, cases[i].head, cases[i].names, 1500);
		fake_start(&f, bytes.buf, bytes.len, 65536);
		assert_int_equal(read_bytes(&a, &f, /* branch= */ NULL, /* releases= */ false), 0);
		assert_int_equal(a.refs.n, cases[i].left);
		assert_true(a.refs.cap <= 2 * cases[i].left + 16);
		fake_release(&f);
		str_release(&bytes);
		advert_release(&a);
	}
}

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
		cmocka_unit_test(an_advertisement_is_read_in_both_versions),
		cmocka_unit_test(what_is_no_advertisement_is_refused),
		cmocka_unit_test(an_id_or_a_name_in_another_form_is_refused),
		cmocka_unit_test(names_and_capabilities_have_a_longest),
		cmocka_unit_test(a_capability_is_a_whole_word),
		cmocka_unit_test(a_capability_has_a_value),
		cmocka_unit_test(capabilities_are_left_out_as_whole_words),
		cmocka_unit_test(ls_refs_asks_for_what_is_wanted_alone),
		cmocka_unit_test(of_a_list_that_is_too_wide_what_is_wanted_is_kept),
		cmocka_unit_test(what_is_not_wanted_takes_no_memory),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
