/*
 * signatures.yaml: people, agents, bots, groups; what shows an agent's help; who is
 * behind an export.  Most cases stand in the file itself, beside their rule.  All
 * persons are invented.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/classify.h"
#include "quarry/rules.h"
#include "util/file.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

struct shipped {
	struct quarry_rules *rules;
	struct quarry_classifier *classifier;
};

static void load(struct shipped *s, const char *text, size_t len)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	if (quarry_rules_parse(&s->rules, text, len, "f.yaml", &err) ||
	    quarry_classifier_new(&s->classifier, s->rules, "f.yaml", &err))
		fail_msg("%s", err.text);
}

static void load_shipped(struct shipped *s)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(file_read(&text, &len, SOURCE_ROOT "/categories/rules/signatures.yaml",
				   1 << 20, &err), 0);
	load(s, text, len);
	free(text);
}

static void release(struct shipped *s)
{
	assert_int_equal(quarry_classifier_n_limits(s->classifier), 0);
	quarry_classifier_free(s->classifier);
	quarry_rules_free(s->rules);
}

static const char *text_of(const char *s)
{
	return s ? s : "none";
}

static void every_case_of_the_shipped_rules_holds(void **state)
{
	struct quarry_rules_report report = { 0 };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct shipped s = { 0 };

	load_shipped(&s);
	assert_int_equal(quarry_rules_check(&report, s.rules, s.classifier, &err), 0);
	for (size_t i = 0; i < report.n_faults; i++) {
		const struct quarry_rule_fault *f = &report.faults[i];

		print_error("line %u: rule '%s' %s '%s' (key %s): decided by %s\n", f->line, f->id,
			    f->spare ? "spares" : "matches", text_of(f->text), text_of(f->key),
			    text_of(f->by));
	}
	assert_int_equal(report.n_faults, 0);
	assert_true(report.n_cases > s.rules->n_rules * 2);
	quarry_rules_report_release(&report);
	release(&s);
}

/* The order is a promise of the manual: allow, then agents, bots, groups, nobody. */
static void the_shipped_classes_stand_in_order(void **state)
{
	static const char *const order[] = { "human", "agent", "bot", "group", "placeholder" };
	struct shipped s = { 0 };
	size_t at = 0;

	load_shipped(&s);
	for (size_t i = 0; i < s.rules->n_rules; i++) {
		while (at < N(order) && strcmp(order[at], s.rules->rules[i].class) != 0)
			at++;
		if (at == N(order))
			fail_msg("rule '%s' stands out of order", s.rules->rules[i].id);
	}
	assert_int_equal(at, N(order) - 1);
	release(&s);
}

static const struct signature { const char *name, *email, *class; } signatures[] = {
	/* People, however they are called. */
	{ "Claude Dupont", "claude.dupont@example.org", "human" },
	{ "Claude", "claude@dupont.example.org", "human" },
	{ "Claude", "claude@example.com", "human" },
	{ "Claude Quill", "noreply@github.com", "human" },
	{ "Claude Sonnet", "csonnet@example.org", "human" },
	{ "PlumTeapot", "claude@plum.example.org", "human" },
	{ "Devin", "devin@example.org", "human" },
	{ "Devin Smith", "12+devin@users.noreply.github.com", "human" },
	{ "Jules Martin", "jules.martin@example.org", "human" },
	{ "Jules", "jules@google.com", "human" },
	{ "Gemini", "gemini@example.org", "human" },
	{ "Copilot", "pilot@example.org", "human" },
	{ "Cody Cursor", "cody@example.org", "human" },
	{ "Jan Bot", "jan.bot@example.org", "human" },
	{ "Jan Bot", "janbot@example.com", "human" },
	{ "Jan Bot", "", "bot" }, /* as robots of Meta sign; the price of the rule */
	{ "Abbot", "abbot@example.org", "human" },
	{ "Abbot", "", "human" },
	{ "Jan Abbot", "jan-abbot@users.noreply.github.com", "human" },
	{ "Talbot", "talbot@example.org", "human" },
	{ "Cibot Olsen", "cibot@example.org", "human" },
	{ "Robot Ics Ltd", "hello@robotics.example.org", "human" },
	{ "Ci Chen", "ci@chen.example.org", "human" },
	{ "botxy", "ivo77@example.org", "human" },
	{ "botterly", "12+botterly@users.noreply.github.com", "human" },
	{ "robotcat", "cat@example.org", "human" },
	{ "Mira", "botzz@example.org", "human" },
	{ "Travis Cook", "tc@example.org", "human" },
	{ "Jenkins Lee", "jlee@example.org", "human" },
	{ "Sami Olsen", "sami.service@example.org", "human" },
	{ "Otto Maker", "otto@openai.com", "human" },
	{ "Jane Sample", "jsample@anthropic.com", "human" },
	{ "otter-amd", "noreply@anthropic.com", "human" },
	{ "Sal Kemal", "salk@GitHub.com", "human" },
	{ "Kara Kirsch", "noreply@github.com", "human" },
	{ "Wen Li", "", "human" },
	{ "lampmaker", "lampmaker", "human" },
	{ "root", "wen@example.org", "human" },
	{ "Ivo88", "root@node-7.example.org", "human" },
	{ "Otter21", "you@example.com", "human" },
	{ "Joss Lock", "admin@lock.example.org", "human" },
	{ "Copybara", "capy.bara@google.com", "human" },
	{ "Hua Chen", "rootkeeper@users.noreply.github.com", "human" },
	{ "Test Person", "t@example.org", "human" },
	/* Agents. */
	{ "Claude", "noreply@anthropic.com", "agent" },
	{ "Claude (Cursor)", "noreply@anthropic.com", "agent" },
	{ "copilot-swe-agent[bot]", "copilot-swe-agent[bot]@users.noreply.github.com", "agent" },
	{ "Devin AI", "158243242+devin-ai-integration[bot]@users.noreply.github.com", "agent" },
	{ "Mistral Vibe", "vibe@mistral.ai", "agent" },
	{ "GPT-5", "noreply@openai.com", "agent" },
	/* Bots. */
	{ "Renovate Bot", "bot@renovateapp.com", "bot" },
	{ "github-actions", "github-actions@github.com", "bot" },
	{ "PyTorch MergeBot", "pytorchmergebot@users.noreply.github.com", "bot" },
	{ "Lint:fbsource:RUSTFIX:clippy::byte_char_slices Bot", "noreply+895777513169641@fb.com", "bot" },
	{ "TensorFlower Gardener", "gardener@tensorflow.org", "bot" },
	{ "tensorrt-cicd", "90828364+tensorrt-cicd@users.noreply.github.com", "bot" },
	{ "GitHub", "noreply@github.com", "bot" },
	/* Groups. */
	{ "maxtext authors", "google-ml-automation@google.com", "group" },
	{ "maxtext authors", "no-reply@google.com", "group" },
	{ "Google AI Edge", "ai-edge-bot@google.com", "group" },
	{ "Google Team Member", "genai-sdk-bot@google.com", "group" },
	{ "A. Unique TensorFlower", "nobody@tensorflow.org", "group" },
	/* Nobody in particular. */
	{ "root", "root@localhost", "placeholder" },
	{ "root", "root@node-7.example.org", "placeholder" },
	{ "Your Name", "you@example.com", "placeholder" },
	{ "Ubuntu", "azureuser@devbox.abc.xx.internal.cloudapp.net", "placeholder" },
	{ "", "", "placeholder" },
	{ "&", "", "placeholder" },
};

static void the_shipped_rules_know_people_from_machines(void **state)
{
	struct shipped s = { 0 };

	load_shipped(&s);
	for (size_t i = 0; i < N(signatures); i++) {
		const struct signature *t = &signatures[i];
		const struct quarry_rule *r = quarry_classify_signature(s.classifier,
			t->name, strlen(t->name), t->email, strlen(t->email));
		const char *class = r ? r->class : "human";

		if (strcmp(class, t->class) != 0)
			fail_msg("%s <%s> is %s by '%s', not %s", t->name, t->email, class,
				 r ? r->id : "no rule", t->class);
	}
	release(&s);
}

/* A given name that agents share makes nobody one, whatever host the address is at. */
static void a_bare_given_name_is_a_person(void **state)
{
	static const char *const names[] = { "Claude", "Devin", "Jules", "Gemini", "Cody", "Amp", "Aider",
					     "Junie", "Kiro", "Codex", "Cursor", "Copilot", "Abbot", "Travis" };
	static const char *const emails[] = { "me@example.org", "x.y@users.noreply.github.com", "",
					      "7+someone@users.noreply.github.com", "me@google.com",
					      "me@anthropic.com", "me@openai.com", "me@laptop.local" };
	struct shipped s = { 0 };

	load_shipped(&s);
	for (size_t i = 0; i < N(names); i++)
		for (size_t j = 0; j < N(emails); j++)
			if (quarry_classify_signature(s.classifier, names[i], strlen(names[i]),
						      emails[j], strlen(emails[j])))
				fail_msg("%s <%s> is taken for a machine", names[i], emails[j]);
	release(&s);
}

static void a_signature_is_split_as_a_trailer_writes_it(void **state)
{
	static const struct { const char *text, *name, *email; } cases[] = {
		{ "Ada Quill <ada@example.org>", "Ada Quill", "ada@example.org" },
		{ "  Ada  < ada@example.org >  ", "Ada", "ada@example.org" },
		{ "<ada@example.org>", "", "ada@example.org" },
		{ "Ada Quill", "Ada Quill", "" },
		{ "Ada <ada@example.org> [lead]", "Ada", "ada@example.org" },
		{ "Ada <3 C <ada@example.org>", "Ada <3 C", "ada@example.org" },
		{ "Ada <ada@example.org", "Ada", "ada@example.org" },
		{ "Ada <>", "Ada", "" }, { "<", "", "" }, { "> <", ">", "" }, { "", "", "" }, { " ", "", "" },
	};
	struct quarry_signature_text t;

	for (size_t i = 0; i < N(cases); i++) {
		quarry_signature_split(&t, cases[i].text, strlen(cases[i].text));
		assert_int_equal(t.name_len, strlen(cases[i].name));
		assert_memory_equal(t.name, cases[i].name, t.name_len);
		assert_int_equal(t.email_len, strlen(cases[i].email));
		assert_memory_equal(t.email, cases[i].email, t.email_len);
	}
	quarry_signature_split(&t, NULL, 0);
	assert_int_equal(t.name_len + t.email_len, 0);
}

static const char *assist(struct shipped *s, const char *key, const char *value)
{
	const struct quarry_assist *a = quarry_classify_assist(s->classifier, key, value, strlen(value));

	return a ? a->id : NULL;
}

/* curl has thanked people by `Assisted-by` for years; kernel and others mean agents. */
static void the_key_decides_what_a_value_means(void **state)
{
	struct shipped s = { 0 };

	load_shipped(&s);
	assert_string_equal(assist(&s, "Co-authored-by", "Claude <noreply@anthropic.com>"), "agent-trailer");
	assert_string_equal(assist(&s, "CO-AUTHORED-BY", "Claude <noreply@anthropic.com>"), "agent-trailer");
	assert_null(assist(&s, "Reviewed-by", "Claude <noreply@anthropic.com>"));
	assert_null(assist(&s, "Assisted-by", "Ada Quill"));
	assert_null(assist(&s, "Assisted-by", "Claude Dupont"));
	assert_string_equal(assist(&s, "Assisted-by", "Claude"), "tool-trailer");
	assert_null(assist(&s, "Model", "claude-opus-4"));
	assert_null(assist(&s, "Co-authored-by", "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>"));
	assert_string_equal(assist(&s, QUARRY_KEY_LINE, "Authored with Claude."), "line-tool");
	assert_null(assist(&s, QUARRY_KEY_LINE, "Generated by protoc"));
	assert_null(assist(&s, "Fix", "Authored with Claude."));
	assert_null(assist(&s, QUARRY_KEY_LINE, ""));
	release(&s);
}

static const char *export_of(struct shipped *s, const char *class, const char *name,
			     const char *email, const char *key)
{
	const struct quarry_export *e = quarry_classify_export(s->classifier, class, name, strlen(name),
							       email, strlen(email), key);

	return e ? e->id : NULL;
}

static void an_export_names_its_author_only_where_a_rule_says_so(void **state)
{
	struct shipped s = { 0 };

	load_shipped(&s);
	assert_string_equal(export_of(&s, "group", "jax authors", "no-reply@google.com", QUARRY_KEY_BY),
			    "copybara-import");
	assert_null(export_of(&s, "group", "jax authors", "no-reply@google.com", "Reviewed-by"));
	assert_null(export_of(&s, "group", "jax authors", "no-reply@google.com", "Co-authored-by"));
	assert_null(export_of(&s, "human", "jax authors", "no-reply@google.com", QUARRY_KEY_BY));
	assert_null(export_of(&s, "bot", "dependabot[bot]", "support@github.com", "Co-authored-by"));
	assert_string_equal(export_of(&s, "bot", "mirror", "mirror@example.org", "original-AUTHOR"),
			    "original-author");
	assert_null(export_of(&s, "agent", "Claude", "noreply@anthropic.com", "Original-author"));
	release(&s);
}

static void a_rule_file_of_somebody_else_is_checked(void **state)
{
	static const char text[] =
		"rules:\n"
		"- {id: first, class: bot, name: ^x, reason: r, matches: [xa <b@c>], spares: [y, xb]}\n"
		"- {id: second, class: bot, name: y$, reason: r, matches: [xy, y]}\n"
		"- {id: path, class: lock, path: l$, reason: r, matches: [a/l], spares: [b]}\n"
		"- {id: bare, class: bot, name: z, reason: r}\n"
		"assists:\n"
		"- {id: help, key: [K, L], pattern: ^a, reason: r, matches: [a], spares: [ab]}\n"
		"exports:\n"
		"- {id: export, key: by, class: bot, reason: r, matches: [human, xa], spares: [someone]}\n";
	static const struct { const char *id, *key, *text, *by; int spare; } want[] = {
		{ "first", NULL, "xb", "first", 1 }, { "second", NULL, "xy", "first", 0 },
		{ "bare", NULL, NULL, NULL, 0 },
		{ "help", "K", "ab", "help", 1 }, { "help", "L", "ab", "help", 1 },
		{ "export", "by", "human", NULL, 0 },
	};
	struct quarry_rules_report report = { 0 };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct shipped s = { 0 };

	load(&s, text, strlen(text));
	assert_int_equal(quarry_rules_check(&report, s.rules, s.classifier, &err), 0);
	assert_int_equal(report.n_faults, N(want));
	assert_int_equal(report.n_cases, 14);
	for (size_t i = 0; i < N(want); i++) {
		const struct quarry_rule_fault *f = &report.faults[i];

		assert_string_equal(f->id, want[i].id);
		assert_string_equal(text_of(f->key), text_of(want[i].key));
		assert_string_equal(text_of(f->text), text_of(want[i].text));
		assert_string_equal(text_of(f->by), text_of(want[i].by));
		assert_int_equal(f->spare, want[i].spare);
	}
	assert_int_equal(report.faults[1].line, 3);
	quarry_rules_report_release(&report);
	assert_null(report.faults);
	release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_the_shipped_rules_holds),
		cmocka_unit_test(the_shipped_classes_stand_in_order),
		cmocka_unit_test(the_shipped_rules_know_people_from_machines),
		cmocka_unit_test(a_bare_given_name_is_a_person),
		cmocka_unit_test(a_signature_is_split_as_a_trailer_writes_it),
		cmocka_unit_test(the_key_decides_what_a_value_means),
		cmocka_unit_test(an_export_names_its_author_only_where_a_rule_says_so),
		cmocka_unit_test(a_rule_file_of_somebody_else_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
