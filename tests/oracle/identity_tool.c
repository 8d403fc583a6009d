/*
 * The library's verdict on signatures, for accuracy.py to compare with a .mailmap.
 *
 *	identity-tool [--without=ID]... [--links] <uses
 *
 * A use is five texts, each ended by a NUL: the number of its repository, name,
 * e-mail, and its first and last time in seconds.  For each one a line comes out:
 * its class by signatures.yaml, its strict person, its lenient person.  With --links
 * the evidence comes out instead: level, rule, repository, and the two ends.
 *
 * ID is a level or a rule to leave out, as struct quarry_identity_options has it.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quarry/classify.h"
#include "quarry/identity.h"
#include "quarry/rules.h"
#include "util/vec.h"

extern const char quarry_signature_rules[], quarry_identity_rules_text[];

#define N_FIELDS 5

struct tool {
	VEC(const char *) without; /* owned by the arguments */
	bool links;
	struct quarry_rules *rules;
	struct quarry_identity_rules *identity_rules;
	struct quarry_classifier *classifier;
	struct quarry_identity *identity;
	VEC(const char *) classes; /* one a use; owned by the rules */
};

static void tool_release(struct tool *t)
{
	quarry_identity_free(t->identity);
	quarry_classifier_free(t->classifier);
	quarry_identity_rules_free(t->identity_rules);
	quarry_rules_free(t->rules);
	vec_release(&t->classes);
	vec_release(&t->without);
}

static int parse_arguments(struct tool *t, char **argv, struct quarry_error *err)
{
	for (char **arg = argv + 1; *arg; arg++) {
		if (!strcmp(*arg, "--links"))
			t->links = true;
		else if (strncmp(*arg, "--without=", 10))
			return quarry_error_set(err, QUARRY_EUSAGE,
						"usage: identity-tool [--without=ID]... [--links] <uses");
		else if (vec_push(&t->without, *arg + 10))
			return quarry_error_nomem(err);
	}
	return 0;
}

static int tool_init(struct tool *t, struct quarry_error *err)
{
	struct quarry_identity_options options = { t->without.at, t->without.n };
	int rc = quarry_rules_parse(&t->rules, quarry_signature_rules,
				    strlen(quarry_signature_rules), "signatures.yaml", err);

	if (!rc)
		rc = quarry_classifier_new(&t->classifier, t->rules, "signatures.yaml", err);
	if (!rc)
		rc = quarry_identity_rules_parse(&t->identity_rules, quarry_identity_rules_text,
						 strlen(quarry_identity_rules_text),
						 "identity.yaml", err);
	return rc ? rc : quarry_identity_new(&t->identity, t->identity_rules, &options, err);
}

static int add_use(struct tool *t, char *const *field, struct quarry_error *err)
{
	struct quarry_use use = {
		.repo = strtoll(field[0], NULL, 10),
		.signature = (int64_t)t->classes.n,
		.name = field[1], .name_len = strlen(field[1]),
		.email = field[2], .email_len = strlen(field[2]),
		.first_s = strtoll(field[3], NULL, 10),
		.last_s = strtoll(field[4], NULL, 10),
	};
	const struct quarry_rule *rule = quarry_classify_signature(
		t->classifier, use.name, use.name_len, use.email, use.email_len);

	use.class = rule ? rule->class : "human";
	if (vec_push(&t->classes, use.class))
		return quarry_error_nomem(err);
	return quarry_identity_use(t->identity, &use, err);
}

static int read_uses(struct tool *t, struct quarry_error *err)
{
	char *field[N_FIELDS] = { NULL };
	size_t room[N_FIELDS] = { 0 }, n = 0;
	int rc = 0;

	while (!rc && getdelim(&field[n], &room[n], '\0', stdin) > 0) {
		if (++n < N_FIELDS)
			continue;
		rc = add_use(t, field, err);
		n = 0;
	}
	if (!rc && n)
		rc = quarry_error_set(err, QUARRY_EUSAGE, "the last use lacks texts");
	for (size_t i = 0; i < N_FIELDS; i++)
		free(field[i]);
	return rc;
}

static void print_verdicts(const struct tool *t)
{
	for (size_t i = 0; i < t->classes.n; i++) {
		const struct quarry_identity_use *u = quarry_identity_get(t->identity, i);

		printf("%s\t%" PRIu32 "\t%" PRIu32 "\n", t->classes.at[i], u->person, u->lenient);
	}
}

static void print_links(const struct tool *t)
{
	for (size_t i = 0; i < quarry_identity_n_links(t->identity); i++) {
		const struct quarry_link *l = quarry_identity_link(t->identity, i);

		printf("L%d\t%s\t%" PRId64 "\t%s\t%s\n", (int)l->level, l->rule, l->repo, l->a,
		       l->b);
	}
}

int main(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct tool t = { 0 };
	int rc = parse_arguments(&t, argv, &err);

	if (!rc)
		rc = tool_init(&t, &err);
	if (!rc)
		rc = read_uses(&t, &err);
	if (!rc)
		rc = quarry_identity_resolve(t.identity, &err);
	if (!rc && t.links)
		print_links(&t);
	else if (!rc)
		print_verdicts(&t);
	else
		fprintf(stderr, "identity-tool: %s\n", err.text);
	tool_release(&t);
	return quarry_error_exit(rc);
}
