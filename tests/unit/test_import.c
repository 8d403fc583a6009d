/* Other formats read as people: what becomes of them, and what is told to be lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/people.h"
#include "util/str.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct example {
	const char *text; /* what is imported */
	const char *yaml; /* what is written of it */
	const char *lost; /* a line a loss: "reason: number (line)" */
};

/* The people.yaml of one person: signatures, and what follows them. */
#define PEOPLE "people:\n"
#define WHO1(a) "  - merge:\n      - " a "\n"
#define WHO2(a, b) WHO1(a) "      - " b "\n"
#define WHO3(a, b, c) WHO2(a, b) "      - " c "\n"
#define NAME(n) "    name: " n "\n"
#define TERMS "    affiliation:\n"
#define TERM(t) "      - { group: " t " }\n"
#define GROUPS "affiliations:\n"
#define GROUP(id, title) "  - group: " id "\n    title: " title "\n"
#define DOMAIN(d) "    domains:\n      - " d "\n"

static char *losses_of(const struct quarry_people *p)
{
	struct str s = STR_INIT;

	str_adds(&s, "");
	for (size_t i = 0; i < p->n_losses; i++)
		str_addf(&s, "%s: %zu (%u)\n", p->losses[i].why, p->losses[i].n, p->losses[i].line);
	str_add(&s, "", 0);
	return str_detach(&s);
}

static void assert_imported(enum quarry_people_format format, const struct example *e)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *p = NULL, *back = NULL;
	int rc = quarry_people_import(&p, format, e->text, strlen(e->text), "f", &err);
	char *yaml = NULL, *lost;

	assert_string_equal(err.text, "");
	assert_int_equal(rc, 0);
	assert_int_equal(quarry_people_write(&yaml, p, &err), 0);
	assert_string_equal(yaml, e->yaml);
	lost = losses_of(p);
	assert_string_equal(lost ? lost : "", e->lost ? e->lost : "");
	assert_int_equal(quarry_people_parse(&back, yaml, strlen(yaml), "f", &err), 0);
	quarry_people_free(back);
	quarry_people_free(p);
	free(lost);
	free(yaml);
}

static void assert_not_imported(enum quarry_people_format format, const char *text, const char *said)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *p = NULL;
	char *want = str_dupf("cannot read 'f': %s", said), *dots = strstr(want, "...");

	assert_int_equal(quarry_people_import(&p, format, text, strlen(text), "f", &err), QUARRY_EUSAGE);
	assert_null(p);
	if (dots && strlen(err.text) > (size_t)(dots - want))
		err.text[dots - want] = *dots = '\0';
	assert_string_equal(err.text, want);
	free(want);
}

static const struct example mailmaps[] = {
	{ "", "people: []\n", NULL },
	{ "# nothing\n\n", "people: []\n", NULL },
	{ "Ada <a@x>\n", PEOPLE WHO1("a@x") NAME("Ada"), NULL },
	{ "<a@x> <b@x>\n", PEOPLE WHO2("a@x", "b@x"), NULL },
	{ "Ada <a@x> <b@x> # ever\n<a@x> <C@x>\r\n", PEOPLE WHO3("C@x", "a@x", "b@x") NAME("Ada"), NULL },
	{ "Ada <a@x> A. <s@x>\nBob <b@x> B. <s@x>\n",
	  PEOPLE WHO2("a@x", "'A. <s@x>'") NAME("Ada") WHO2("b@x", "'B. <s@x>'") NAME("Bob"), NULL },
	/* A later line replaces: git has b@x at c@x alone. */
	{ "<a@x> <b@x>\n<c@x> <b@x>\n", PEOPLE WHO2("b@x", "c@x"), NULL },
	/* git maps once: a@x becomes b@x, b@x becomes c@x, and the two are not one. */
	{ "<b@x> <a@x>\n<c@x> <b@x>\n", PEOPLE WHO1("a@x") WHO2("b@x", "c@x"), NULL },
	/* The proper e-mail's own line names the person. */
	{ "A. <a@x> <b@x>\nAda <a@x>\n", PEOPLE WHO2("a@x", "b@x") NAME("Ada"),
	  "second names of one person: 1 (1)\n" },
	{ "<a@x> <>\n<a@x> N <>\n", PEOPLE WHO2("'N <>'", "a@x"),
	  "claims on everybody without an e-mail: 1 (1)\n" },
	{ "<a@x> <b@x>\nno\n<>\nno < no\n", PEOPLE WHO2("a@x", "b@x"),
	  "lines that git passes over, too: 3 (2)\n" },
	{ "J\xF6rg <a@x>\n", PEOPLE WHO1("a@x") NAME("'J\xC3\xB6rg'"), NULL },
	{ "A\x1B[1m <a@x>\nB <b@x>\nC < c@x>\n", PEOPLE WHO1("b@x") NAME("B"),
	  "lines with texts that cannot be written: 2 (1)\n" },
	{ "A <a@x> <b<x>\n", PEOPLE WHO1("a@x") NAME("A"), "signatures with < or > in them: 1 (1)\n" },
};

static void a_mailmap_is_read_as_git_reads_it(void **state)
{
	for (size_t i = 0; i < N(mailmaps); i++)
		assert_imported(QUARRY_PEOPLE_MAILMAP, &mailmaps[i]);
}

static const struct example gitdms[] = {
	{ "# nothing\n \t\n", "people: []\n", NULL },
	{ "old@x.org new@x.org # why\nolder@x.org\told@x.org\n",
	  PEOPLE WHO3("new@x.org", "old@x.org", "older@x.org"), NULL },
	{ "\"Joe Hacker\" joe@x.org\njoe joe@x.org\n", PEOPLE WHO3("'<Joe Hacker>'", "'<joe>'", "joe@x.org"),
	  NULL },
	{ "a@x.org b@x.org\na@x.org c@x.org\nd@x.org c@x.org\n",
	  PEOPLE WHO2("a@x.org", "b@x.org") WHO2("c@x.org", "d@x.org"),
	  "second addresses of one alias: 1 (2)\n" },
	{ "X.org\tAcme Widgets, Inc.\ny.x.org ACME  widgets, Inc.\n",
	  GROUPS GROUP("acme-widgets-inc", "'Acme Widgets, Inc.'") DOMAIN("x.org") "      - y.x.org\n",
	  NULL },
	{ "x.org Acme < 2019-01-01\nx.org Umbrella\n",
	  GROUPS GROUP("acme", "Acme") DOMAIN("x.org") "    until: 2019-01-01\n"
	  GROUP("umbrella", "Umbrella") DOMAIN("x.org") "    from: 2019-01-01\n", NULL },
	/* Lines of one address in any order. */
	{ "a@x.org Two\na@x.org One <2019-1-1\n",
	  PEOPLE WHO1("a@x.org") TERMS TERM("one, until: 2019-01-01") TERM("two, from: 2019-01-01")
	  GROUPS GROUP("one", "One") GROUP("two", "Two"), NULL },
	/* CNCF's way; who was not found worked somewhere nevertheless. */
	{ "a!x.org NotFound < 2019-01-01\na!x.org Yahoo!\nb!x.org NotFound\nc!x.org a!x.org\n",
	  PEOPLE WHO2("a@x.org", "c@x.org") TERMS TERM("yahoo, from: 2019-01-01") WHO1("b@x.org")
	  GROUPS GROUP("yahoo", "'Yahoo!'"), "employers that are not known: 2 (1)\n" },
	{ "a@x.org One\na@x.org Two\na@x.org ONE\n",
	  PEOPLE WHO1("a@x.org") TERMS TERM("one") GROUPS GROUP("one", "One") GROUP("two", "Two"),
	  "terms of employment that overlap another one: 1 (2)\n" },
	{ "x.org One\nx.org Two\n",
	  GROUPS GROUP("one", "One") DOMAIN("x.org") GROUP("two", "Two"),
	  "domains of a second employer at one time: 1 (2)\n" },
	{ "a@x.org b@x.org\na@x.org One\nb@x.org Two\n",
	  PEOPLE WHO2("a@x.org", "b@x.org") TERMS TERM("two") GROUPS GROUP("one", "One") GROUP("two", "Two"),
	  "employers of aliases: 1 (2)\n" },
	/* Titles with one id are still two groups; one without an ASCII letter has a digest. */
	{ "a.org Foo\nb.org Foo!\nc.org Foo-2\nd.org \xE5\x90\x8C\n",
	  GROUPS GROUP("foo", "Foo") DOMAIN("a.org") GROUP("foo-2", "'Foo!'") DOMAIN("b.org")
	  GROUP("foo-2-2", "Foo-2") DOMAIN("c.org") GROUP("group-4a7e9a92", "'\xE5\x90\x8C'") DOMAIN("d.org"),
	  NULL },
	{ "a.org One\n+ Two\nj\xF6.org Three\n",
	  GROUPS GROUP("one", "One") DOMAIN("a.org") GROUP("three", "Three") GROUP("two", "Two"),
	  "domains that are none: 2 (2)\n" },
};

static void gitdm_s_lines_are_aliases_and_employers(void **state)
{
	for (size_t i = 0; i < N(gitdms); i++)
		assert_imported(QUARRY_PEOPLE_GITDM, &gitdms[i]);
}

#define UID(key, rest) "\"" key "\":{" rest "}"
#define MAIL(email, name) "{\"email\":\"" email "\",\"name\":\"" name "\",\"username\":null}"
#define AT(org, start, end) \
	"{\"organization\":\"" org "\",\"start\":\"" start "\",\"end\":\"" end "\"}"
#define EVER "1900-01-01T00:00:00"
#define NEVER "2100-01-01T00:00:00"

static const struct example hats[] = {
	{ "{\"uidentities\":{}}", "people: []\n", NULL },
	{ "{\"organizations\":{}, \"blacklist\":[], \"time\":\"\"}", "people: []\n", NULL },
	{ "{\"uidentities\":{" UID("1", "\"profile\":{\"name\":\"Ada\",\"is_bot\":false},\"identities\":["
	  MAIL("a@x.org", "A") "," MAIL("b@x.org", "") "," MAIL("a@x.org", "B") "],\"enrollments\":[]") "}}",
	  PEOPLE WHO2("a@x.org", "b@x.org") NAME("Ada"), NULL },
	{ "{\"uidentities\":{" UID("1", "\"profile\":{\"name\":null,\"is_bot\":true,\"country\":{},"
	  "\"gender\":\"x\"},\"identities\":[{\"email\":\"a@x.org\"},{\"email\":null,\"username\":\"u\"},"
	  "{\"email\":\"\"}]") "," UID("2", "\"profile\":null,\"identities\":[]") "}}",
	  PEOPLE WHO1("a@x.org") "    class: bot\n",
	  "countries of persons: 1 (0)\ngenders of persons: 1 (0)\n"
	  "identities without an e-mail: 2 (0)\n" },
	/* One e-mail, two persons: theirs by name. */
	{ "{\"uidentities\":{" UID("1", "\"identities\":[" MAIL("s@x.org", "A") "]") ","
	  UID("2", "\"identities\":[" MAIL("S@x.org", "B") "," MAIL("s@x.org", "") "]") "}}",
	  PEOPLE WHO1("'B <S@x.org>'") WHO1("'A <s@x.org>'"),
	  "e-mails of several persons without a name: 1 (0)\n" },
	{ "{\"uidentities\":{" UID("1", "\"identities\":[" MAIL("a@x.org", "A") "],\"enrollments\":["
	  AT("Acme", EVER, "2019-06-30T23:59:59") "," AT("Umbrella", "2019-07-01T00:00:00", NEVER) "]") "}}",
	  PEOPLE WHO1("a@x.org") TERMS TERM("acme, until: 2019-07-01") TERM("umbrella, from: 2019-07-01")
	  GROUPS GROUP("acme", "Acme") GROUP("umbrella", "Umbrella"), NULL },
	{ "{\"uidentities\":{" UID("1", "\"identities\":[" MAIL("a@x.org", "A") "],\"enrollments\":["
	  AT("Acme", EVER, NEVER) "," AT("B", "2019-01-01", "2020-01-01") "," AT("Unknown", EVER, NEVER) ","
	  AT("B", "2018-01-01T00:00:00", "2019-01-01 00:00:00") "," AT("C", NEVER, EVER) "]") "}}",
	  PEOPLE WHO1("a@x.org") TERMS TERM("b, from: 2018-01-01, until: 2020-01-01")
	  GROUPS GROUP("acme", "Acme") GROUP("b", "B"),
	  "employers that are not known: 1 (0)\nenrollments that end before they begin: 1 (0)\n"
	  "terms of employment that overlap another one: 1 (0)\n" },
	{ "{\"organizations\":{\"Acme\":[{\"domain\":\"X.org\",\"is_top\":true},"
	  "{\"domain\":\"y.x.org\",\"is_top\":false}],\"Empty\":[],\"Unknown\":[]}}",
	  GROUPS GROUP("acme", "Acme") DOMAIN("x.org") "      - y.x.org\n" GROUP("empty", "Empty"),
	  "limits of a domain to itself (those below it are meant, too): 1 (0)\n" },
	{ "{\"uidentities\":{" UID("1", "\"identities\":[" MAIL("a@x.org", "A") "]") "},"
	  "\"blacklist\":[\"s@x.org\",\"A B\",\"a@x.org\",\"S@x.org\"]}",
	  PEOPLE WHO1("a@x.org") "split:\n  - [s@x.org]\n",
	  "excluded names: 1 (0)\nexcluded e-mails that one person has: 1 (0)\n" },
};

static void sortinghat_s_identities_are_persons(void **state)
{
	for (size_t i = 0; i < N(hats); i++)
		assert_imported(QUARRY_PEOPLE_SORTINGHAT, &hats[i]);
}

#define GITDM_HOW " (lines of gitdm's EmailAliases and EmailMap are read: 'alias address', " \
	"'address employer < 2020-01-31')"

static void what_is_another_format_is_refused(void **state)
{
	static const struct { enum quarry_people_format format; const char *text, *said; } cases[] = {
		{ QUARRY_PEOPLE_MAILMAP, "# x\nhello\nworld\n",
		  "line 2: nothing in it can be used as .mailmap (lines that git passes over, too: 2)" },
		{ QUARRY_PEOPLE_GITDM, "# x\nhello\n", "line 2: there is one word alone" GITDM_HOW },
		{ QUARRY_PEOPLE_GITDM, "EmailMap domain-map\n",
		  "line 1: this is gitdm's own configuration: import the files that it names" GITDM_HOW },
		{ QUARRY_PEOPLE_GITDM, "a@x Acme < 2020-02-30\n", "line 1: what follows '<' is no date" GITDM_HOW },
		{ QUARRY_PEOPLE_GITDM, "a@x Acme <\n", "line 1: what follows '<' is no date" GITDM_HOW },
		{ QUARRY_PEOPLE_GITDM, "a@x < 2020-02-20\n", "line 1: there is no employer" GITDM_HOW },
		{ QUARRY_PEOPLE_GITDM, "\"Joe\" Acme\n", "line 1: an alias leads to no address" GITDM_HOW },
		{ QUARRY_PEOPLE_SORTINGHAT, "", "line 1: not JSON: ..." },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\n\"a\":\n", "line 3: not JSON: ..." },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"uidentities\":{\"a\":{},\n\"a\":{}}}", "line 2: not JSON: ..." },
		{ QUARRY_PEOPLE_SORTINGHAT, "[]", "line 1: not SortingHat's: neither 'uidentities' nor "
		  "'organizations' is an object" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"uidentities\":{\n\"a\":3}}",
		  "line 2: in \"a\": a unique identity must be an object" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"uidentities\":{\n" UID("a", "\"profile\":[]") "}}",
		  "line 2: in \"a\": 'profile' must be an object" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"uidentities\":{\n" UID("a", "\"identities\":{}") "}}",
		  "line 2: in \"a\": 'identities' and 'enrollments' must be arrays" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"uidentities\":{\n" UID("a", "\"identities\":[3]") "}}",
		  "line 2: in \"a\": an identity must be an object" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"uidentities\":{\n" UID("a", "\"identities\":[{\"email\":3}]") "}}",
		  "line 2: in \"a\": a name, an e-mail or a domain is no text" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"uidentities\":{\n" UID("a", "\"profile\":{\"is_bot\":1}") "}}",
		  "line 2: in \"a\": 'is_bot' must be true or false" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"uidentities\":{\n" UID("a", "\"enrollments\":[{}]") "}}",
		  "line 2: in \"a\": an enrollment has no 'organization'" },
		{ QUARRY_PEOPLE_SORTINGHAT,
		  "{\"uidentities\":{\n" UID("a", "\"enrollments\":[" AT("A", "2020-13-01", NEVER) "]") "}}",
		  "line 2: in \"a\": 'start' or 'end' of an enrollment is no time like 2020-01-31T00:00:00" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"organizations\":{\n\"A\":{}}}",
		  "line 2: in \"A\": an organization must be an array of objects with a 'domain'" },
		{ QUARRY_PEOPLE_SORTINGHAT, "{\"organizations\":{\n\"A\":[{}]}}",
		  "line 2: in \"A\": an organization must be an array of objects with a 'domain'" },
	};

	for (size_t i = 0; i < N(cases); i++)
		assert_not_imported(cases[i].format, cases[i].text, cases[i].said);
}

/* Each prefix, and each byte changed, of every example above. */
static void hostile_bytes_never_crash(void **state)
{
	static const struct { const struct example *at; size_t n; } all[] = {
		{ mailmaps, N(mailmaps) }, { gitdms, N(gitdms) }, { hats, N(hats) },
	};
	static const char bytes[] = "\0\n<>@!\"#{}[],: \xff";

	for (size_t f = 0; f < N(all); f++) {
		for (size_t i = 0; i < all[f].n; i++) {
			size_t size = strlen(all[f].at[i].text);
			char *text = malloc(size + 1);

			assert_non_null(text);
			for (size_t at = 0; at < size; at++) {
				struct quarry_error err = QUARRY_ERROR_INIT;
				struct quarry_people *p = NULL;

				memcpy(text, all[f].at[i].text, size);
				(void)quarry_people_import(&p, (enum quarry_people_format)f, text, at, "f", &err);
				quarry_people_free(p);
				p = NULL;
				text[at] = bytes[(at + i) % (sizeof(bytes) - 1)];
				(void)quarry_people_import(&p, (enum quarry_people_format)f, text, size, "f", &err);
				quarry_people_free(p);
			}
			free(text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mailmap_is_read_as_git_reads_it),
		cmocka_unit_test(gitdm_s_lines_are_aliases_and_employers),
		cmocka_unit_test(sortinghat_s_identities_are_persons),
		cmocka_unit_test(what_is_another_format_is_refused),
		cmocka_unit_test(hostile_bytes_never_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
