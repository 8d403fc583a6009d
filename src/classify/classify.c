#include "quarry/classify.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"
#include "util/regex.h"

/* A rule compiled; NULL: any. */
struct compiled {
	struct regex *name, *email, *path;
	bool near; /* by the name alone a human is near to what the rule means */
};

struct quarry_classifier {
	const struct quarry_rules *rules;
	struct compiled *at;       /* one a rule */
	struct regex **assists;    /* one an assist, NULL: by class */
	struct compiled *exports;  /* one an export, without path */
	size_t n_limits;
};

/* Whose pattern is compiled, for messages. */
struct origin {
	const char *file, *id;
	unsigned line;
};

static int compile(struct regex **out, const char *pattern, const char *key,
		   const struct origin *from, struct quarry_error *err)
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
					from->file, from->line, from->id, key, why.text);
	return 0;
}

/* A pattern that any name meets tells what the name is not, and so nobody who is near. */
static bool is_near(const struct compiled *re, const struct quarry_rule *rule)
{
	static const char *const ordinary[] = { "Ada Quill", "ada", "adaquill42" };
	bool machine = !strcmp(rule->class, "bot") || !strcmp(rule->class, "agent");

	for (size_t i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++)
		if (re->name && regex_match(re->name, ordinary[i], strlen(ordinary[i]), NULL) != 0)
			return false;
	return machine && re->name && re->email;
}

static int compile_rules(struct quarry_classifier *c, const char *file, struct quarry_error *err)
{
	int rc = 0;

	c->at = calloc(c->rules->n_rules + 1, sizeof(*c->at));
	if (!c->at)
		return quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < c->rules->n_rules; i++) {
		const struct quarry_rule *r = &c->rules->rules[i];
		struct origin from = { file, r->id, r->line };

		rc = compile(&c->at[i].name, r->name, "name", &from, err);
		if (!rc)
			rc = compile(&c->at[i].email, r->email, "email", &from, err);
		if (!rc)
			rc = compile(&c->at[i].path, r->path, "path", &from, err);
		if (!rc)
			c->at[i].near = is_near(&c->at[i], r);
	}
	return rc;
}

static int compile_assists(struct quarry_classifier *c, const char *file, struct quarry_error *err)
{
	int rc = 0;

	c->assists = calloc(c->rules->n_assists + 1, sizeof(*c->assists));
	if (!c->assists)
		return quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < c->rules->n_assists; i++) {
		const struct quarry_assist *a = &c->rules->assists[i];
		struct origin from = { file, a->id, a->line };

		rc = compile(&c->assists[i], a->pattern, "pattern", &from, err);
	}
	return rc;
}

static int compile_exports(struct quarry_classifier *c, const char *file, struct quarry_error *err)
{
	int rc = 0;

	c->exports = calloc(c->rules->n_exports + 1, sizeof(*c->exports));
	if (!c->exports)
		return quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < c->rules->n_exports; i++) {
		const struct quarry_export *e = &c->rules->exports[i];
		struct origin from = { file, e->id, e->line };

		rc = compile(&c->exports[i].name, e->name, "name", &from, err);
		if (!rc)
			rc = compile(&c->exports[i].email, e->email, "email", &from, err);
	}
	return rc;
}

int quarry_classifier_new(struct quarry_classifier **out, const struct quarry_rules *rules,
			  const char *file, struct quarry_error *err)
{
	struct quarry_classifier *c = calloc(1, sizeof(*c));
	int rc;

	if (!c)
		return quarry_error_nomem(err);
	c->rules = rules;
	rc = compile_rules(c, file, err);
	if (!rc)
		rc = compile_assists(c, file, err);
	if (!rc)
		rc = compile_exports(c, file, err);
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
	for (size_t i = 0; c->assists && i < c->rules->n_assists; i++)
		regex_free(c->assists[i]);
	for (size_t i = 0; c->exports && i < c->rules->n_exports; i++) {
		regex_free(c->exports[i].name);
		regex_free(c->exports[i].email);
	}
	free(c->exports);
	free(c->assists);
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

const struct quarry_rule *quarry_classify_near(struct quarry_classifier *c, const char *name,
					       size_t name_len)
{
	for (size_t i = 0; i < c->rules->n_rules; i++) {
		if (c->at[i].near && matches(c, c->at[i].name, name, name_len))
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

static int has_text(const char *const *texts, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (!ascii_casecmp(texts[i], text))
			return 1;
	return 0;
}

static const char *skip_spaces(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	return s;
}

static size_t trimmed(const char *s, const char *end)
{
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (size_t)(end - s);
}

void quarry_signature_split(struct quarry_signature_text *out, const char *s, size_t len)
{
	const char *left = NULL, *end, *at;

	if (!s)
		s = "";
	end = s + len;
	at = skip_spaces(s, end);
	for (const char *p = at; p < end; p++)
		if (*p == '<')
			left = p;
	out->name = at;
	out->name_len = trimmed(at, left ? left : end);
	out->email = left ? skip_spaces(left + 1, end) : end;
	for (at = out->email; at < end && *at != '>'; at++)
		;
	out->email_len = trimmed(out->email, at);
}

/* Is the value a signature of this class? */
static int is_of_class(struct quarry_classifier *c, const char *class, const char *value, size_t len)
{
	const struct quarry_rule *rule;
	struct quarry_signature_text t;

	quarry_signature_split(&t, value, len);
	rule = quarry_classify_signature(c, t.name, t.name_len, t.email, t.email_len);
	return rule && !strcmp(rule->class, class);
}

const struct quarry_assist *quarry_classify_assist(struct quarry_classifier *c, const char *key,
						   const char *value, size_t len)
{
	for (size_t i = 0; i < c->rules->n_assists; i++) {
		const struct quarry_assist *a = &c->rules->assists[i];

		if (!has_text(a->keys, a->n_keys, key))
			continue;
		if (a->class ? is_of_class(c, a->class, value, len)
			     : matches(c, c->assists[i], value, len))
			return a;
	}
	return NULL;
}

const struct quarry_export *quarry_classify_export(struct quarry_classifier *c, const char *class,
						   const char *name, size_t name_len,
						   const char *email, size_t email_len,
						   const char *key)
{
	if (!strcmp(class, "human"))
		return NULL;
	for (size_t i = 0; i < c->rules->n_exports; i++) {
		const struct quarry_export *e = &c->rules->exports[i];

		if (!has_text(e->keys, e->n_keys, key) ||
		    (e->n_classes && !has_text(e->classes, e->n_classes, class)))
			continue;
		if (matches(c, c->exports[i].name, name, name_len) &&
		    matches(c, c->exports[i].email, email, email_len))
			return e;
	}
	return NULL;
}

size_t quarry_classifier_n_limits(const struct quarry_classifier *c)
{
	return c->n_limits;
}
