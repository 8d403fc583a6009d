/* The rule file of identity: parsing, mistakes, and what the shipped one says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "identity/normal.h"
#include "quarry/identity.h"
#include "util/sha256.h"
#include "util/utf8.h"
#include "who.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static void a_rule_file_is_read_by_kind(void **state)
{
	static const char text[] =
		"common-names:\n- {id: n, names: [wei li, ann b], reason: r}\n"
		"noreply-addresses:\n- {id: no, hosts: [h.x], forms: [login, id-login], reason: r}\n"
		"plus-addresses:\n- {id: p, hosts: [g.x], dots: yes, reason: r}\n"
		"host-aliases:\n- {id: a, host: g.x, hosts: [h.x], reason: r}\n"
		"repairs:\n- {id: t, step: twice, reason: r}\n"
		"generic-emails:\n- id: g\n  words: [none]\n  reason: why\n"
		"- {id: d, locals: [me], dotless: yes, reason: r}\n";
	struct quarry_identity_rules *rules = NULL;
	struct quarry_error err = QUARRY_ERROR_INIT;
	static const char *const ids[] = { "g", "d", "t", "a", "p", "no", "n" };
	char hex[SHA256_HEX];

	assert_int_equal(quarry_identity_rules_parse(&rules, text, strlen(text), "f.yaml", &err), 0);
	assert_int_equal(rules->n_rules, N(ids));
	for (size_t i = 0; i < N(ids); i++)
		assert_string_equal(rules->rules[i].id, ids[i]);
	assert_string_equal(rules->rules[0].words.at[0], "none");
	assert_string_equal(rules->rules[0].reason, "why");
	assert_int_equal(rules->rules[0].line, 12);
	assert_true(rules->rules[1].dotless && !rules->rules[1].empty);
	assert_int_equal(rules->rules[2].step, QUARRY_REPAIR_TWICE);
	assert_string_equal(rules->rules[3].host, "g.x");
	assert_true(rules->rules[4].dots);
	assert_int_equal(rules->rules[5].forms, QUARRY_NOREPLY_LOGIN | QUARRY_NOREPLY_ID_DASH_LOGIN);
	assert_string_equal(rules->rules[6].words.at[0], "ann b"); /* sorted */
	sha256_hex(hex, text, strlen(text));
	assert_string_equal(rules->hash, hex);
	quarry_identity_rules_free(rules);
	quarry_identity_rules_free(NULL);
}

static void a_mistake_is_named_with_its_line(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "generic-emails: []\n", "line 1: it must hold 1 to 1000 rules, not 0" },
		{ "generic-mails: []\n", "line 1: unknown key 'generic-mails' (known here: "
		  "generic-emails, repairs, host-aliases, plus-addresses, noreply-addresses, "
		  "generic-names, common-names)" },
		{ "generic-emails:\n- {id: a, reason: r}\n",
		  "line 2: rule 'a' matches nothing: give it 'words', 'locals' or 'hosts'" },
		{ "generic-emails:\n- {id: a, words: [b]}\n", "line 2: key 'reason' is missing" },
		{ "generic-emails:\n- {words: [b], reason: r}\n", "line 2: key 'id' is missing" },
		{ "generic-emails:\n- {id: A, words: [b], reason: r}\n",
		  "line 2: 'id' is not an id: 'A' (use a-z, 0-9 and '-')" },
		{ "generic-emails:\n- {id: a, words: [b], reason: r}\n- {id: a, words: [c], reason: r}\n",
		  "line 3: rule 'a' was given before, in line 2" },
		{ "generic-emails:\n- {id: a, words: [b, c, b], reason: r}\n",
		  "line 2: 'words' holds 'b' twice" },
		{ "generic-emails:\n- id: a\n  words: [Root]\n  reason: r\n",
		  "line 3: 'words' holds 'Root': write it folded, 'root'" },
		{ "generic-emails:\n- {id: a, dotless: maybe, reason: r}\n",
		  "line 2: 'dotless' must be yes or no, not 'maybe'" },
		{ "repairs:\n- {id: a, step: guess, reason: r}\n",
		  "line 2: 'step' knows wrap, mailto, at, uuid and twice, not 'guess'" },
		{ "noreply-addresses:\n- {id: a, hosts: [b.c], forms: [number], reason: r}\n",
		  "line 2: 'forms' knows login, id+login, id-login and login+id, not 'number'" },
		{ "plus-addresses:\n- {id: a, hosts: [b.c], words: [d], reason: r}\n",
		  "line 2: unknown key 'words' (known here: id, hosts, dots, reason)" },
		{ "host-aliases:\n- {id: a, host: x.y, hosts: [b.c], reason: r}\n"
		  "- {id: d, host: b.c, hosts: [e.f], reason: r}\n",
		  "line 3: 'host' of rule 'd' is an alias itself, by rule 'a': 'b.c'" },
		{ "repairs:\n- {id: same-email, step: at, reason: r}\n",
		  "line 2: 'same-email' is a rule of the program" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct quarry_identity_rules *rules = NULL;
		struct quarry_error err = QUARRY_ERROR_INIT;
		char *want = str_dupf("cannot read 'f.yaml': %s", cases[i].said);

		assert_int_equal(quarry_identity_rules_parse(&rules, cases[i].text,
							     strlen(cases[i].text), "f.yaml", &err),
				 QUARRY_EUSAGE);
		assert_string_equal(err.text, want);
		assert_null(rules);
		free(want);
	}
}

static void an_email_is_generic_by_a_rule(void **state)
{
	static const struct { const char *email, *rule; } cases[] = {
		{ "", "empty-email" }, { "x@", "empty-email" }, { "NoBody", "word-for-none" },
		{ "x@box.LOCAL", "local-host" }, { "x@unknown", "no-host" },
		{ "noreply@github.com", "service-mailbox" }, { "you@example.com", "sample-address" },
		{ "test@box", "sample-address" }, { "jane@example.com", NULL },
		{ "noreply@users.noreply.code.example", NULL },
	};

	for (size_t i = 0; i < N(cases); i++) {
		const char *rule = quarry_email_generic_rule(shipped_rules(), cases[i].email,
							     strlen(cases[i].email));

		assert_string_equal(rule ? rule : "-", cases[i].rule ? cases[i].rule : "-");
	}
}

static void a_step_names_its_rule(void **state)
{
	static const struct { const char *key, *to, *rule; } cases[] = {
		{ "j.d+x@gmail.com", "jd@gmail.com", "plus-google" },
		{ "jd@googlemail.com", "jd@gmail.com", "google-hosts" },
		{ "jd+x@x.org", NULL, NULL }, { "7+jd@users.noreply.github.com", NULL, NULL },
		{ "mailto:jd@x.org", "jd@x.org", "repair-mailto" },
		{ "<jd@x.org>", "jd@x.org", "repair-wrap" }, { "jd@x.org,", "jd@x.org", "repair-wrap" },
		{ "jd [at] x dot org", "jd@x.org", "repair-at" },
		{ "meet at noon", NULL, NULL }, { "cat food", NULL, NULL }, { "jd at x", NULL, NULL },
		{ "jd@x.org@x.org", "jd@x.org", "repair-twice" },
		{ "jd@x.org@y.org", NULL, NULL },
		{ "jd@01234567-89ab-cdef-0123-456789abcdef", NULL, NULL },
		{ "jd@me.com", "jd@icloud.com", "apple-hosts" }, { "", NULL, NULL }, { "@", NULL, NULL },
	};
	const struct ruleset set = { .rules = shipped_rules() };
	struct str out = STR_INIT;

	for (size_t i = 0; i < N(cases); i++) {
		const char *rule = NULL;
		int step = email_step(&out, &rule, &set, cases[i].key, strlen(cases[i].key));

		if (step != (cases[i].to != NULL))
			fail_msg("'%s'", cases[i].key);
		if (!step)
			continue;
		assert_string_equal(out.buf, cases[i].to);
		assert_string_equal(rule, cases[i].rule);
	}
	str_release(&out);
}

/* The short way for ASCII is the long way. */
static void a_name_folds_as_everywhere(void **state)
{
	struct str a = STR_INIT, b = STR_INIT;
	char name[] = " A?B  ? c?\t";

	for (int c = 1; c < 128; c++) {
		name[2] = name[6] = name[9] = (char)c;
		str_clear(&a);
		str_clear(&b);
		name_fold(&a, name);
		utf8_fold(&b, name, strlen(name));
		assert_string_equal(a.buf, b.buf);
	}
	str_clear(&a);
	name_fold(&a, "J\xc3\x96RG \xef\xbc\xb8");
	assert_string_equal(a.buf, "j\xc3\xb6rg x");
	str_release(&a);
	str_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_file_is_read_by_kind),
		cmocka_unit_test(a_mistake_is_named_with_its_line),
		cmocka_unit_test(an_email_is_generic_by_a_rule),
		cmocka_unit_test(a_step_names_its_rule),
		cmocka_unit_test(a_name_folds_as_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, free_shipped_rules);
}
