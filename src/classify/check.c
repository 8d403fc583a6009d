/*
 * The test cases that a rule file brings along.
 *
 * Each list of the file asks its own question: which class has a signature or a path,
 * does a trailer show an agent's help, does a trailer name an author.  The answer is
 * always the id of the rule that decided, which is all that a case is about.
 */
#include <stdlib.h>
#include <string.h>

#include "quarry/classify.h"
#include "util/banned.h"
#include "util/vec.h"

struct run {
	struct quarry_classifier *c;
	VEC(struct quarry_rule_fault) faults;
	size_t n_cases;
};

/* A rule of any list, as far as its cases are concerned. */
struct subject {
	const char *id;
	unsigned line;
	const struct quarry_cases *cases;
	const char *const *keys; /* each case is tried under each; NULL: once */
	size_t n_keys;
	const char *(*decide)(struct quarry_classifier *c, const char *key, const char *text);
};

static const char *decide_signature(struct quarry_classifier *c, const char *key, const char *text)
{
	struct quarry_signature_text t;
	const struct quarry_rule *rule;

	(void)key; /* a signature has none */
	quarry_signature_split(&t, text, strlen(text));
	rule = quarry_classify_signature(c, t.name, t.name_len, t.email, t.email_len);
	return rule ? rule->id : NULL;
}

static const char *decide_path(struct quarry_classifier *c, const char *key, const char *text)
{
	const struct quarry_rule *rule = quarry_classify_path(c, text, strlen(text));

	(void)key; /* nor has a path */
	return rule ? rule->id : NULL;
}

static const char *decide_assist(struct quarry_classifier *c, const char *key, const char *text)
{
	const struct quarry_assist *rule = quarry_classify_assist(c, key, text, strlen(text));

	return rule ? rule->id : NULL;
}

static const char *decide_export(struct quarry_classifier *c, const char *key, const char *text)
{
	const struct quarry_export *e;
	const struct quarry_rule *rule;
	struct quarry_signature_text t;

	quarry_signature_split(&t, text, strlen(text));
	rule = quarry_classify_signature(c, t.name, t.name_len, t.email, t.email_len);
	e = quarry_classify_export(c, rule ? rule->class : "human", t.name, t.name_len,
				   t.email, t.email_len, key);
	return e ? e->id : NULL;
}


static int try_texts(struct run *run, const struct subject *s, const char *key, int spare)
{
	const char *const *texts = spare ? s->cases->spares : s->cases->matches;
	size_t n = spare ? s->cases->n_spares : s->cases->n_matches;
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		const char *by = s->decide(run->c, key, texts[i]);
		int mine = by && !strcmp(by, s->id);

		run->n_cases++;
		if (mine == spare)
			rc = vec_push(&run->faults, ((struct quarry_rule_fault){
				s->id, s->line, key, texts[i], by, spare }));
	}
	return rc;
}

static int try_subject(struct run *run, const struct subject *s)
{
	size_t n = s->keys ? s->n_keys : 1;
	int rc = 0;

	if (!s->cases->n_matches)
		rc = vec_push(&run->faults, ((struct quarry_rule_fault){ .id = s->id, .line = s->line }));
	for (size_t i = 0; !rc && i < n; i++) {
		const char *key = s->keys ? s->keys[i] : NULL;

		rc = try_texts(run, s, key, 0);
		if (!rc)
			rc = try_texts(run, s, key, 1);
	}
	return rc;
}

static int try_all(struct run *run, const struct quarry_rules *rules)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < rules->n_rules; i++) {
		const struct quarry_rule *r = &rules->rules[i];

		rc = try_subject(run, &(struct subject){ r->id, r->line, &r->cases, NULL, 0,
							 r->path ? decide_path : decide_signature });
	}
	for (size_t i = 0; !rc && i < rules->n_assists; i++) {
		const struct quarry_assist *a = &rules->assists[i];

		rc = try_subject(run, &(struct subject){ a->id, a->line, &a->cases, a->keys, a->n_keys,
							 decide_assist });
	}
	for (size_t i = 0; !rc && i < rules->n_exports; i++) {
		const struct quarry_export *e = &rules->exports[i];

		rc = try_subject(run, &(struct subject){ e->id, e->line, &e->cases, e->keys, e->n_keys,
							 decide_export });
	}
	return rc;
}

int quarry_rules_check(struct quarry_rules_report *out, const struct quarry_rules *rules,
		       struct quarry_classifier *c, struct quarry_error *err)
{
	struct run run = { .c = c };

	if (try_all(&run, rules)) {
		vec_release(&run.faults);
		return quarry_error_nomem(err);
	}
	out->faults = run.faults.at;
	out->n_faults = run.faults.n;
	out->n_cases = run.n_cases;
	return 0;
}

void quarry_rules_report_release(struct quarry_rules_report *report)
{
	free(report->faults);
	*report = (struct quarry_rules_report){ 0 };
}
