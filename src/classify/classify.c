#include "quarry/classify.h"

#include <stdlib.h>

#include "util/banned.h"
#include "util/regex.h"

/* A rule compiled; NULL: any. */
struct compiled {
	struct regex *name, *email, *path;
};

struct quarry_classifier {
	const struct quarry_rules *rules;
	struct compiled *at; /* one a rule */
	size_t n_limits;
};

static int compile(struct regex **out, const char *pattern, const char *key,
		   const struct quarry_rule *rule, const char *file, struct quarry_error *err)
{
	struct quarry_error why = QUARRY_ERROR_INIT;
	int rc;

	if (!pattern)
		return 0;
	rc = regex_new(out, pattern, &why);
	if (rc == QUARRY_ENOMEM)
		return quarry_error_nomem(err);
	if (rc)
		return quarry_error_set(err, QUARRY_EUSAGE,
					"cannot read '%s': line %u: rule '%s': '%s': %s",
					file, rule->line, rule->id, key, why.text);
	return 0;
}

int quarry_classifier_new(struct quarry_classifier **out, const struct quarry_rules *rules,
			  const char *file, struct quarry_error *err)
{
	struct quarry_classifier *c = calloc(1, sizeof(*c));
	int rc = 0;

	if (!c)
		return quarry_error_nomem(err);
	c->rules = rules;
	c->at = calloc(rules->n_rules + 1, sizeof(*c->at));
	if (!c->at) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	for (size_t i = 0; !rc && i < rules->n_rules; i++) {
		const struct quarry_rule *r = &rules->rules[i];

		rc = compile(&c->at[i].name, r->name, "name", r, file, err);
		if (!rc)
			rc = compile(&c->at[i].email, r->email, "email", r, file, err);
		if (!rc)
			rc = compile(&c->at[i].path, r->path, "path", r, file, err);
	}
	if (rc)
		goto done;
	*out = c;
	c = NULL;
done:
	quarry_classifier_free(c);
	return rc;
}

void quarry_classifier_free(struct quarry_classifier *c)
{
	if (!c)
		return;
	for (size_t i = 0; c->at && i < c->rules->n_rules; i++) {
		regex_free(c->at[i].name);
		regex_free(c->at[i].email);
		regex_free(c->at[i].path);
	}
	free(c->at);
	free(c);
}

/* Does the pattern, where there is one, match? A match given up is none. */
static int matches(struct quarry_classifier *c, const struct regex *re, const char *s, size_t len)
{
	int rc;

	if (!re)
		return 1;
	rc = regex_match(re, s, len, /* err= */ NULL);
	if (rc < 0)
		c->n_limits++;
	return rc > 0;
}

const struct quarry_rule *quarry_classify_signature(struct quarry_classifier *c,
						    const char *name, size_t name_len,
						    const char *email, size_t email_len)
{
	for (size_t i = 0; i < c->rules->n_rules; i++) {
		const struct compiled *re = &c->at[i];

		if ((re->name || re->email) && matches(c, re->name, name, name_len) &&
		    matches(c, re->email, email, email_len))
			return &c->rules->rules[i];
	}
	return NULL;
}

const struct quarry_rule *quarry_classify_path(struct quarry_classifier *c,
					       const char *path, size_t len)
{
	for (size_t i = 0; i < c->rules->n_rules; i++)
		if (c->at[i].path && matches(c, c->at[i].path, path, len))
			return &c->rules->rules[i];
	return NULL;
}

size_t quarry_classifier_n_limits(const struct quarry_classifier *c)
{
	return c->n_limits;
}
