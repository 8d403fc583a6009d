/* people.yaml: what is read, what is refused and with which sentence, and what is written. */
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

static const char whole[] =
	"people:\n"
	"  - name: Ada Lovelace\n"
	"    merge: [Ada@Example.org, 'Ada  L. < shared@build.example >', <root>, 'Nobody <>']\n"
	"    class: human\n"
	"    affiliation:\n"
	"      - { group: difference, from: 2024-07-01 }\n"
	"      - { group: analytical, from: 2023-01-01, until: 2024-07-01 }\n"
	"  - merge: [bob@example.org]\n"
	"    opt-out: true\n"
	"split:\n"
	"  - [ann@example.org, 'Ann <ann@example.com>']\n"
	"  - [shared@build.example]\n"
	"affiliations:\n"
	"  - { group: analytical, title: Analytical Engines, domains: [Example.NET, example.com] }\n"
	"  - { group: difference, domains: [d.example], from: 2024-07-01, until: 2025-01-01 }\n";

static struct quarry_people *parse(const char *text)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *p = NULL;
	int rc = quarry_people_parse(&p, text, strlen(text), "p.yaml", &err);

	assert_string_equal(err.text, "");
	assert_int_equal(rc, 0);
	return p;
}

static void assert_refused(const char *text, size_t len, const char *said)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *p = NULL;
	char *want = str_dupf("cannot read 'p.yaml': %s", said), *dots = strstr(want, "...");

	assert_int_equal(quarry_people_parse(&p, text, len, "p.yaml", &err), QUARRY_EUSAGE);
	assert_null(p);
	if (dots && strlen(err.text) > (size_t)(dots - want))
		err.text[dots - want] = *dots = '\0';
	assert_string_equal(err.text, want);
	free(want);
}

static void a_file_holds_what_it_says(void **state)
{
	struct quarry_people *p = parse(whole);
	const struct quarry_person *ada = &p->persons[0];

	assert_int_equal(p->n_persons, 2);
	assert_string_equal(ada->name, "Ada Lovelace");
	assert_int_equal(ada->n_who, 4);
	assert_null(ada->who[0].name);
	assert_string_equal(ada->who[0].email, "Ada@Example.org");
	assert_string_equal(ada->who[1].name, "Ada  L.");
	assert_string_equal(ada->who[1].email, "shared@build.example");
	assert_null(ada->who[2].name);
	assert_string_equal(ada->who[2].email, "root");
	assert_string_equal(ada->who[3].name, "Nobody");
	assert_string_equal(ada->who[3].email, "");
	assert_int_equal(ada->who[3].line, 3);
	assert_int_equal(ada->line, 2);
	assert_string_equal(ada->class, "human");
	assert_int_equal(ada->opt_out, 0);
	assert_int_equal(ada->n_affiliations, 2); /* by time */
	assert_string_equal(ada->affiliations[0].group, "analytical");
	assert_int_equal(ada->affiliations[0].from_s, 1672531200);
	assert_int_equal(ada->affiliations[0].until_s, 1719792000);
	assert_int_equal(ada->affiliations[0].line, 7);
	assert_true(ada->affiliations[1].until_s == QUARRY_FOR_EVER);
	assert_null(p->persons[1].name);
	assert_null(p->persons[1].class);
	assert_int_equal(p->persons[1].opt_out, 1);
	assert_int_equal(p->n_splits, 2);
	assert_string_equal(p->splits[0].who[1].name, "Ann");
	assert_int_equal(p->splits[1].n_who, 1);
	assert_int_equal(p->splits[1].line, 12);
	assert_int_equal(p->n_affiliations, 2);
	assert_string_equal(p->affiliations[0].title, "Analytical Engines");
	assert_string_equal(p->affiliations[0].domains[0], "example.com");
	assert_string_equal(p->affiliations[0].domains[1], "example.net");
	assert_true(p->affiliations[0].from_s == QUARRY_SINCE_EVER);
	assert_int_equal(p->affiliations[1].until_s, 1735689600);
	assert_int_equal(p->n_losses, 0);
	assert_int_equal(strspn(p->hash, "0123456789abcdef"), 64);
	quarry_people_free(p);
	quarry_people_free(NULL);
}

/* Beginnings of files with one person. */
#define P "people:\n- merge: [a@b.c]\n"
#define HOW " (write a@b.c, 'Name <a@b.c>' or, of an e-mail without @, '<root>')"

static const struct { const char *text, *said; } mistakes[] = {
	{ "", "line 1: nothing is in it; a mapping is expected" },
	{ "peopel: []\n", "line 1: unknown key 'peopel' (known here: people, split, affiliations)" },
	{ "people:\n- {}\n", "line 2: key 'merge' is missing" },
	{ "people:\n- merge: []\n", "line 2: 'merge' is empty: name at least one signature of the person" },
	{ "people:\n- merge: a@b.c\n", "line 2: 'merge' must be a sequence of texts" },
	{ P "  mail: x\n",
	  "line 3: unknown key 'mail' (known here: name, merge, class, affiliation, opt-out)" },
	{ "people:\n- merge: [Ada]\n", "line 2: 'merge' holds 'Ada', which is no signature" HOW },
	{ "people:\n- merge: [Ada a@b.c]\n",
	  "line 2: 'merge' holds 'Ada a@b.c', which is no signature" HOW },
	{ "people:\n- merge: ['a@b.c>']\n", "line 2: 'merge' holds 'a@b.c>', which is no signature" HOW },
	{ "people:\n- merge: ['A <a@b.c> x']\n",
	  "line 2: 'merge' holds 'A <a@b.c> x', which is no signature" HOW },
	{ "people:\n- merge: ['A <<a@b.c>']\n",
	  "line 2: 'merge' holds 'A <<a@b.c>', which is no signature" HOW },
	{ "people:\n- merge: ['A> <a@b.c>']\n",
	  "line 2: 'merge' holds 'A> <a@b.c>', which is no signature" HOW },
	{ "people:\n- merge: [< >]\n",
	  "line 2: 'merge' holds '< >', which means everybody without an e-mail" HOW },
	{ "people:\n- merge: [\"a\\tb@c\"]\n", "line 2: 'merge' holds a line break or a control character" },
	{ "people:\n- merge: [\"a\\u202Eb@c\"]\n",
	  "line 2: 'merge' holds a line break or a control character" },
	{ "people:\n- merge:\n  - a@b.c\n  - A@B.c\n",
	  "line 4: 'A@B.c' stands already in line 3; a signature belongs to one person" },
	{ P "- merge: [d@b.c, a@b.c]\n",
	  "line 3: 'a@b.c' stands already in line 2; a signature belongs to one person" },
	{ "people:\n- merge: ['J\xC3\x96RG <j@x>']\n- merge: ['j\xC3\xB6rg <J@x>']\n",
	  "line 3: 'j\xC3\xB6rg <J@x>' stands already in line 2; a signature belongs to one person" },
	{ P "  class: robot\n", "line 3: 'class' is none of human, bot, agent, group, placeholder: 'robot'" },
	{ P "  opt-out: yes\n", "line 3: 'opt-out' is neither true nor false: 'yes'" },
	{ P "  affiliation: [{from: 2020-01-01}]\n", "line 3: key 'group' is missing" },
	{ P "  affiliation: [{group: A}]\n", "line 3: 'group' is not an id: 'A' (use a-z, 0-9 and '-')" },
	{ P "  affiliation: [{group: a, from: 2020-02-30}]\n",
	  "line 3: 'from' is not a date: '2020-02-30' (write 1990-01-31)" },
	{ P "  affiliation: [{group: a, until: 2023Q1}]\n",
	  "line 3: 'until' is not a date: '2023Q1' (write 1990-01-31)" },
	{ P "  affiliation: [{group: a, from: 2020-01-01, until: 2020-01-01}]\n",
	  "line 3: 'until' (2020-01-01) is not after 'from' (2020-01-01): it names the first day that is "
	  "no longer meant" },
	{ P "  affiliation:\n  - {group: b, from: 2020-01-01}\n  - {group: a, until: 2020-01-02}\n",
	  "line 4: affiliation 'b' overlaps 'a' in line 5; give them 'from' and 'until'" },
	{ "split: [a@b.c, d@e.f]\n",
	  "line 1: each entry of 'split' must be a sequence of texts: [one, two]" },
	{ "split: [[]]\n", "line 1: each entry of 'split' must be a sequence of texts: [one, two]" },
	{ "split: {a: b}\n", "line 1: 'split' must be a sequence of sequences of texts" },
	{ "split: [[x]]\n", "line 1: 'split' holds 'x', which is no signature" HOW },
	{ "split:\n- [a@b.c, A@b.c]\n", "line 2: 'split' holds 'A@b.c', twice" },
	{ "split:\n- ['A <a@b.c>']\n",
	  "line 2: 'split' holds 'A <a@b.c>', alone: name what it is not, or an e-mail without a name" },
	{ P "split:\n- [a@b.c]\n", "line 4: 'split' holds 'a@b.c', alone, but a person has it under any "
	  "name: give that person a name with it" },
	{ "people:\n- merge: [a@b.c, d@e.f]\nsplit:\n- [d@e.f, x@y.z, a@b.c]\n",
	  "line 4: 'split' holds 'a@b.c', which one person has together with another one of it" },
	{ "affiliations:\n- {title: A}\n", "line 2: key 'group' is missing" },
	{ "affiliations:\n- {group: a}\n", "line 2: group 'a' has no 'domains' and no 'title'" },
	{ "affiliations:\n- {group: a, title: A, from: 2020-01-01}\n",
	  "line 2: group 'a' has no 'domains', which 'from' and 'until' are of" },
	{ "affiliations:\n- {group: a, domains: [a@b.c]}\n",
	  "line 2: 'domains' holds 'a@b.c', which is no domain (write example.org; one beyond ASCII as "
	  "xn--...)" },
	{ "affiliations:\n- {group: a, domains: [.b.c]}\n", "line 2: 'domains' holds '.b.c', which ..." },
	{ "affiliations:\n- {group: a, domains: [b..c]}\n", "line 2: 'domains' holds 'b..c', which ..." },
	{ "affiliations:\n- {group: a, domains: [b.c.]}\n", "line 2: 'domains' holds 'b.c.', which ..." },
	{ "affiliations:\n- {group: a, title: A}\n- {group: a, title: A, domains: [b.c]}\n",
	  "line 3: group 'a' has its title already in line 2" },
	{ "affiliations:\n- {group: a, domains: [b.c]}\n- {group: b, domains: [B.c], from: 2020-01-01}\n",
	  "line 3: domain 'b.c' stands already in line 2, for a time that overlaps" },
	{ "affiliations:\n- {group: a, domains: [b.c, b.c]}\n",
	  "line 2: domain 'b.c' stands already in line 2, for a time that overlaps" },
	{ "people: [{merge: [&a a@b.c, *a]}]\n", "line 1: anchors (&) and aliases (*) are not read here" },
	{ "people: !!seq []\n", "line 1: tags (!) are not read here" },
	{ "people: []\nsplit:\n- [\xff@b.c]\n", "line 3: not UTF-8" },
	{ "people: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n", "line 1: nested more than 16 deep" },
};

static void a_mistake_is_named(void **state)
{
	for (size_t i = 0; i < N(mistakes); i++)
		assert_refused(mistakes[i].text, strlen(mistakes[i].text), mistakes[i].said);
}

static void limits_hold(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *p = NULL;
	struct str s = STR_INIT;
	char *big;

	str_addf(&s, "people:\n- merge: [%01021d@b.c]\n", 0);
	assert_refused(s.buf, s.len, "line 2: 'merge' is longer than 1024 bytes");
	str_clear(&s);
	str_addf(&s, "people:\n- merge: [N%01020d<>]\n", 0); /* written `N... <>` */
	quarry_people_free(parse(s.buf));
	str_clear(&s);
	str_addf(&s, "people:\n- merge: [N%01021d<>]\n", 0);
	assert_refused(s.buf, s.len, "line 2: 'merge' holds 'N...");
	str_release(&s);
	big = calloc(1, QUARRY_PEOPLE_FILE_MAX + 1);
	assert_non_null(big);
	assert_int_equal(quarry_people_parse(&p, big, QUARRY_PEOPLE_FILE_MAX + 1, "big", &err),
			 QUARRY_EUSAGE);
	assert_non_null(strstr(err.text, "larger than the limit of 67108864 bytes"));
	for (int format = QUARRY_PEOPLE_MAILMAP; format <= QUARRY_PEOPLE_SORTINGHAT; format++)
		assert_int_equal(quarry_people_import(&p, (enum quarry_people_format)format, big,
						      QUARRY_PEOPLE_FILE_MAX + 1, "big", &err),
				 QUARRY_EUSAGE);
	assert_int_equal(quarry_people_import(&p, (enum quarry_people_format)7, "", 0, "big", &err),
			 QUARRY_EFAIL);
	assert_null(p);
	free(big);
}

/* Two entries may speak of one e-mail: for a name, and for the rest. */
static void a_name_is_taken_out_of_an_email(void **state)
{
	quarry_people_free(parse("people:\n- merge: [s@x.y]\n- merge: ['Ann <s@x.y>', a@x.y]\n"
				 "split: [[s@x.y, 'Ann <s@x.y>'], ['Bob <s@x.y>', s@x.y]]\n"));
}

static const char canonical[] =
	"people:\n"
	"  - merge:\n"
	"      - 'Nobody <>'\n"
	"      - Ada@Example.org\n"
	"      - '<root>'\n"
	"      - 'Ada  L. <shared@build.example>'\n"
	"    name: Ada Lovelace\n"
	"    class: human\n"
	"    affiliation:\n"
	"      - { group: analytical, from: 2023-01-01, until: 2024-07-01 }\n"
	"      - { group: difference, from: 2024-07-01 }\n"
	"  - merge:\n"
	"      - bob@example.org\n"
	"    opt-out: true\n"
	"split:\n"
	"  - ['Ann <ann@example.com>', ann@example.org]\n"
	"  - [shared@build.example]\n"
	"affiliations:\n"
	"  - group: analytical\n"
	"    title: Analytical Engines\n"
	"    domains:\n"
	"      - example.com\n"
	"      - example.net\n"
	"  - group: difference\n"
	"    domains:\n"
	"      - d.example\n"
	"    from: 2024-07-01\n"
	"    until: 2025-01-01\n";

static char *write_out(const struct quarry_people *p)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;

	assert_int_equal(quarry_people_write(&text, p, &err), 0);
	return text;
}

static void what_is_written_is_canonical(void **state)
{
	static const char *const texts[] = { whole, canonical };
	struct quarry_people *p;
	char *text;

	for (size_t i = 0; i < N(texts); i++) {
		p = parse(texts[i]);
		text = write_out(p);
		assert_string_equal(text, canonical);
		free(text);
		quarry_people_free(p);
	}
	p = parse("{}\n");
	text = write_out(p);
	assert_string_equal(text, "people: []\n");
	free(text);
	quarry_people_free(p);
}

static void what_yaml_could_misread_is_quoted(void **state)
{
	static const struct { const char *name, *written; } cases[] = {
		{ "Ada Lovelace", "Ada Lovelace" }, { "null", "'null'" }, { "NO", "'NO'" }, { "~", "'~'" },
		{ "2020-01-01", "'2020-01-01'" }, { "1e3", "'1e3'" }, { "- a", "'- a'" }, { "a: b", "'a: b'" },
		{ "a #b", "'a #b'" }, { "O'Hara", "'O''Hara'" }, { "\"Q\"", "'\"Q\"'" }, { " a ", "' a '" },
		{ "a\\n", "'a\\n'" }, { "J\xC3\xB6rg", "'J\xC3\xB6rg'" }, { "\xF0\x9F\x98\x80", "'\xF0\x9F\x98\x80'" },
		{ "[x]", "'[x]'" }, { "{x}", "'{x}'" }, { "!x", "'!x'" }, { "&x", "'&x'" }, { "*x", "'*x'" },
		{ "%x", "'%x'" }, { "@x", "'@x'" }, { "|", "'|'" }, { "---", "'---'" },
		{ "\xEF\xBB\xBF\"\\", "\"\\uFEFF\\\"\\\\\"" }, { "a\xEF\xBF\xBF", "\"a\\uFFFF\"" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct quarry_who who = { NULL, "a@b.c", 1 };
		struct quarry_person person = { .name = cases[i].name, .who = &who, .n_who = 1 };
		struct quarry_people people = { .persons = &person, .n_persons = 1 }, *back;
		char *text = write_out(&people), *want;

		want = str_dupf("people:\n  - merge:\n      - a@b.c\n    name: %s\n", cases[i].written);
		assert_string_equal(text, want);
		back = parse(text);
		assert_string_equal(back->persons[0].name, cases[i].name);
		quarry_people_free(back);
		free(want);
		free(text);
	}
}

/* --- random people: parse(write(p)) = p ------------------------------------ */

static uint64_t seed = 88172645463325252u;

static unsigned dice(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

#define MAX 12

struct random_people {
	struct quarry_people people;
	struct quarry_person persons[MAX];
	struct quarry_who who[MAX][MAX];
	struct quarry_affiliation terms[MAX][MAX];
	struct quarry_split splits[MAX];
	struct quarry_who split_who[MAX][2];
	struct quarry_affiliation_rule rules[MAX];
	const char *domains[MAX][1];
	char *texts[1000];
	size_t n_texts;
};

/* A text of odd pieces with a number in it, so that no two are equal. */
static const char *odd_text(struct random_people *r, const char *end)
{
	static const char *const pieces[] = { "a", "-", ": ", "#", "'", "\"", "\\", "[", "}", ",", "&", "*", "!",
					      "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEF\xBB\xBF",
					      "\xEF\xBF\xBE", "null", "?", "|", "%", "@", "`", "~", "0" };
	struct str s = STR_INIT;

	for (unsigned i = dice(5); i; i--)
		str_adds(&s, pieces[dice(N(pieces))]);
	str_addf(&s, "%zu%s", r->n_texts, end);
	assert_true(r->n_texts < N(r->texts));
	return r->texts[r->n_texts++] = str_detach(&s);
}

static void random_who(struct random_people *r, struct quarry_who *who)
{
	who->name = dice(2) ? odd_text(r, "") : NULL;
	who->email = who->name && !dice(4) ? "" : odd_text(r, dice(3) ? "@x.y" : "");
}

static void random_person(struct random_people *r, size_t i)
{
	static const char *const classes[] = { NULL, "human", "bot", "agent", "group", "placeholder" };
	struct quarry_person *p = &r->persons[i];
	int64_t from_s = dice(2) ? QUARRY_SINCE_EVER : (int64_t)dice(20000) * 86400;

	*p = (struct quarry_person){ .name = dice(2) ? odd_text(r, "") : NULL, .who = r->who[i],
				     .n_who = 1 + dice(MAX - 1), .class = classes[dice(N(classes))],
				     .affiliations = r->terms[i], .n_affiliations = dice(4),
				     .opt_out = (int)dice(2) };
	for (size_t k = 0; k < p->n_who; k++)
		random_who(r, &p->who[k]);
	for (size_t k = 0; k < p->n_affiliations; k++) {
		int64_t day = from_s == QUARRY_SINCE_EVER ? -1000 : from_s / 86400 + 1;
		int64_t until_s = (day + dice(500)) * 86400;

		p->affiliations[k] = (struct quarry_affiliation){ dice(2) ? "g-1" : "2", from_s, until_s, 0 };
		from_s = until_s;
	}
	if (p->n_affiliations && dice(2))
		p->affiliations[p->n_affiliations - 1].until_s = QUARRY_FOR_EVER;
}

static void random_fill(struct random_people *r)
{
	r->people = (struct quarry_people){ .persons = r->persons, .n_persons = dice(MAX), .splits = r->splits,
					    .n_splits = dice(MAX), .affiliations = r->rules,
					    .n_affiliations = dice(MAX) };
	for (size_t i = 0; i < r->people.n_persons; i++)
		random_person(r, i);
	for (size_t i = 0; i < r->people.n_splits; i++) {
		r->splits[i] = (struct quarry_split){ r->split_who[i], 2, 0 };
		random_who(r, &r->split_who[i][0]);
		random_who(r, &r->split_who[i][1]);
	}
	for (size_t i = 0; i < r->people.n_affiliations; i++) {
		struct str s = STR_INIT;

		str_addf(&s, "%zu.example", r->n_texts);
		r->domains[i][0] = r->texts[r->n_texts++] = str_detach(&s);
		r->rules[i] = (struct quarry_affiliation_rule){ dice(2) ? "g" : "3", NULL, r->domains[i], 1,
								QUARRY_SINCE_EVER, QUARRY_FOR_EVER, 0 };
		if (dice(2))
			r->rules[i].from_s = (int64_t)dice(9999) * 86400;
	}
}

static int by_who(const void *a, const void *b)
{
	const struct quarry_who *x = a, *y = b;
	int order = strcmp(x->email, y->email);

	return order ? order : strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

static void assert_same_text(const char *a, const char *b)
{
	assert_int_equal(!a, !b);
	if (a)
		assert_string_equal(a, b);
}

/* Bytes are equal either way; here every field of a person is. */
static void assert_same_person(const struct quarry_person *a, const struct quarry_person *b)
{
	assert_same_text(a->name, b->name);
	assert_same_text(a->class, b->class);
	assert_int_equal(a->opt_out, b->opt_out);
	assert_int_equal(a->n_who, b->n_who);
	qsort(a->who, a->n_who, sizeof(*a->who), by_who);
	qsort(b->who, b->n_who, sizeof(*b->who), by_who);
	for (size_t i = 0; i < a->n_who; i++) {
		assert_same_text(a->who[i].name, b->who[i].name);
		assert_same_text(a->who[i].email, b->who[i].email);
	}
	assert_int_equal(a->n_affiliations, b->n_affiliations);
	for (size_t i = 0; i < a->n_affiliations; i++) {
		assert_string_equal(a->affiliations[i].group, b->affiliations[i].group);
		assert_true(a->affiliations[i].from_s == b->affiliations[i].from_s);
		assert_true(a->affiliations[i].until_s == b->affiliations[i].until_s);
	}
}

/* The first signature of each is in one of the other. */
static const struct quarry_person *find_person(const struct quarry_people *p, const struct quarry_who *who)
{
	for (size_t i = 0; i < p->n_persons; i++)
		for (size_t k = 0; k < p->persons[i].n_who; k++)
			if (by_who(&p->persons[i].who[k], who) == 0)
				return &p->persons[i];
	return NULL;
}

static void random_people_survive_a_round_trip(void **state)
{
	struct random_people *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	for (int round = 0; round < 500; round++) {
		struct quarry_people *back;
		char *text, *again;

		random_fill(r);
		text = write_out(&r->people);
		back = parse(text);
		again = write_out(back);
		assert_string_equal(text, again);
		assert_int_equal(back->n_persons, r->people.n_persons);
		assert_int_equal(back->n_splits, r->people.n_splits);
		assert_int_equal(back->n_affiliations, r->people.n_affiliations);
		for (size_t i = 0; i < r->people.n_persons; i++) {
			const struct quarry_person *same = find_person(back, &r->persons[i].who[0]);

			assert_non_null(same);
			assert_same_person(&r->persons[i], same);
		}
		quarry_people_free(back);
		free(again);
		free(text);
		while (r->n_texts)
			free(r->texts[--r->n_texts]);
	}
	free(r);
}

/* --- hostile bytes --------------------------------------------------------- */

static void a_truncated_or_changed_file_never_crashes(void **state)
{
	static const char bytes[] = "\0\n:-[]{}&*!|>'\"%@`\t\xff<";
	char text[sizeof(whole)];

	for (size_t at = 0; at < sizeof(whole) - 1; at++) {
		for (size_t b = 0; b < sizeof(bytes); b++) {
			struct quarry_error err = QUARRY_ERROR_INIT;
			struct quarry_people *p = NULL;
			size_t len = b ? sizeof(whole) - 1 : at;

			memcpy(text, whole, sizeof(text));
			text[at] = bytes[b ? b - 1 : 0];
			if (quarry_people_parse(&p, text, len, "p.yaml", &err))
				assert_string_not_equal(err.text, "");
			quarry_people_free(p);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_holds_what_it_says),
		cmocka_unit_test(a_mistake_is_named),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_name_is_taken_out_of_an_email),
		cmocka_unit_test(what_is_written_is_canonical),
		cmocka_unit_test(what_yaml_could_misread_is_quoted),
		cmocka_unit_test(random_people_survive_a_round_trip),
		cmocka_unit_test(a_truncated_or_changed_file_never_crashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
