#include "quarry/rules.h"

#include <stdlib.h>
#include <string.h>

#include "config/field.h"
#include "config/schema.h"
#include "util/arena.h"
#include "util/banned.h"
#include "util/map.h"
#include "util/sha256.h"

struct raw_rule {
	unsigned line;
	struct schema_text id, class, name, email, path, reason;
	struct schema_texts matches, spares;
};

struct raw_assist {
	unsigned line;
	struct schema_text id, class, pattern, reason;
	struct schema_texts keys, matches, spares;
};

struct raw_export {
	unsigned line;
	struct schema_text id, name, email, reason;
	struct schema_texts keys, classes, matches, spares;
};

struct raw_file {
	unsigned line;
	struct schema_items rules, assists, exports;
};

/* What quarry_rules_parse hands out is the first member of this. */
struct parsed {
	struct quarry_rules rules;
	struct arena arena;
};

/* What a check needs beside the rule: the ids so far, with their lines. */
struct check {
	const char *file;
	struct map ids;
	struct arena *arena;
	struct quarry_error *err;
};

static const struct schema_key rule_keys[] = {
	{ SCHEMA_KEY(raw_rule, "id", SCHEMA_TEXT, id), .required = true },
	{ SCHEMA_KEY(raw_rule, "class", SCHEMA_TEXT, class), .required = true },
	{ SCHEMA_KEY(raw_rule, "name", SCHEMA_TEXT, name), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_rule, "email", SCHEMA_TEXT, email), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_rule, "path", SCHEMA_TEXT, path), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_rule, "reason", SCHEMA_TEXT, reason), .required = true },
	{ SCHEMA_KEY(raw_rule, "matches", SCHEMA_TEXTS, matches) },
	{ SCHEMA_KEY(raw_rule, "spares", SCHEMA_TEXTS, spares) },
};
static const struct schema rule_schema = SCHEMA(struct raw_rule, rule_keys);

static const struct schema_key assist_keys[] = {
	{ SCHEMA_KEY(raw_assist, "id", SCHEMA_TEXT, id), .required = true },
	{ SCHEMA_KEY(raw_assist, "key", SCHEMA_TEXT_OR_TEXTS, keys), .required = true },
	{ SCHEMA_KEY(raw_assist, "class", SCHEMA_TEXT, class) },
	{ SCHEMA_KEY(raw_assist, "pattern", SCHEMA_TEXT, pattern), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_assist, "reason", SCHEMA_TEXT, reason), .required = true },
	{ SCHEMA_KEY(raw_assist, "matches", SCHEMA_TEXTS, matches) },
	{ SCHEMA_KEY(raw_assist, "spares", SCHEMA_TEXTS, spares) },
};
static const struct schema assist_schema = SCHEMA(struct raw_assist, assist_keys);

static const struct schema_key export_keys[] = {
	{ SCHEMA_KEY(raw_export, "id", SCHEMA_TEXT, id), .required = true },
	{ SCHEMA_KEY(raw_export, "key", SCHEMA_TEXT_OR_TEXTS, keys), .required = true },
	{ SCHEMA_KEY(raw_export, "class", SCHEMA_TEXT_OR_TEXTS, classes) },
	{ SCHEMA_KEY(raw_export, "name", SCHEMA_TEXT, name), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_export, "email", SCHEMA_TEXT, email), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_export, "reason", SCHEMA_TEXT, reason), .required = true },
	{ SCHEMA_KEY(raw_export, "matches", SCHEMA_TEXTS, matches) },
	{ SCHEMA_KEY(raw_export, "spares", SCHEMA_TEXTS, spares) },
};
static const struct schema export_schema = SCHEMA(struct raw_export, export_keys);

static const struct schema_key file_keys[] = {
	{ SCHEMA_KEY(raw_file, "rules", SCHEMA_MAPPINGS, rules), .required = true, .of = &rule_schema },
	{ SCHEMA_KEY(raw_file, "assists", SCHEMA_MAPPINGS, assists), .of = &assist_schema },
	{ SCHEMA_KEY(raw_file, "exports", SCHEMA_MAPPINGS, exports), .of = &export_schema },
};
static const struct schema file_schema = SCHEMA(struct raw_file, file_keys);

static int check_class(const struct check *c, const struct schema_text *class, const char *id)
{
	if (!class->s[strspn(class->s, "abcdefghijklmnopqrstuvwxyz-")])
		return 0;
	return schema_fail(c->err, c->file, class->line,
			   "'class' of rule '%s' is not a class: '%s' (use a-z and '-')", id, class->s);
}

/* An id is a key of `explain`, so it stands once in the file, whatever list it is in. */
static int check_id(struct check *c, const struct schema_text *id, unsigned line)
{
	int rc = field_id(&(struct field){ c->file, "id", c->err }, id);
	size_t n = c->ids.n;
	int64_t *first;

	if (rc)
		return rc;
	first = map_at(&c->ids, id->s, strlen(id->s), line);
	if (!first)
		return quarry_error_nomem(c->err);
	if (c->ids.n == n)
		return schema_fail(c->err, c->file, id->line,
				   "rule '%s' was given before, in line %lld", id->s, (long long)*first);
	return 0;
}

static int check_count(const struct check *c, const char *list, const struct schema_items *items)
{
	if (items->n && items->n <= QUARRY_RULES_MAX)
		return 0;
	return schema_fail(c->err, c->file, items->line, "'%s' must hold 1 to %d rules, not %zu", list,
			   QUARRY_RULES_MAX, items->n);
}

static int copy_texts(const char *const **out, size_t *n, struct check *c,
		      const struct schema_texts *texts, const char *id)
{
	const char **at;

	if (texts->n > QUARRY_CASES_MAX)
		return schema_fail(c->err, c->file, texts->at[QUARRY_CASES_MAX].line,
				   "rule '%s' has a list of %zu texts; %d at most", id, texts->n,
				   QUARRY_CASES_MAX);
	at = arena_alloc(c->arena, (texts->n + 1) * sizeof(*at));
	if (!at)
		return quarry_error_nomem(c->err);
	for (size_t i = 0; i < texts->n; i++)
		at[i] = texts->at[i].s;
	*out = at;
	*n = texts->n;
	return 0;
}

static int copy_cases(struct quarry_cases *out, struct check *c, const struct schema_texts *matches,
		      const struct schema_texts *spares, const char *id)
{
	int rc = copy_texts(&out->matches, &out->n_matches, c, matches, id);

	return rc ? rc : copy_texts(&out->spares, &out->n_spares, c, spares, id);
}

static int check_rule(struct check *c, const struct raw_rule *raw)
{
	int rc = check_id(c, &raw->id, raw->line);

	if (!rc)
		rc = check_class(c, &raw->class, raw->id.s);
	if (rc)
		return rc;
	if (!raw->name.s && !raw->email.s && !raw->path.s)
		return schema_fail(c->err, c->file, raw->line,
				   "rule '%s' has no pattern: give it 'name', 'email' or 'path'",
				   raw->id.s);
	if (raw->path.s && (raw->name.s || raw->email.s))
		return schema_fail(c->err, c->file, raw->path.line,
				   "rule '%s' has 'path' beside 'name' or 'email'; nothing has both",
				   raw->id.s);
	return 0;
}

static int fill_rules(struct quarry_rules *rules, struct check *c, const struct schema_items *items)
{
	const struct raw_rule *raw = items->at;
	int rc = check_count(c, "rules", items);

	if (rc)
		return rc;
	rules->rules = arena_alloc(c->arena, items->n * sizeof(*rules->rules));
	if (!rules->rules)
		return quarry_error_nomem(c->err);
	for (size_t i = 0; !rc && i < items->n; i++) {
		const struct raw_rule *r = &raw[i];
		struct quarry_rule *to = &rules->rules[i];

		*to = (struct quarry_rule){ .id = r->id.s, .class = r->class.s, .name = r->name.s,
					    .email = r->email.s, .path = r->path.s,
					    .reason = r->reason.s, .line = r->line };
		rc = check_rule(c, r);
		if (!rc)
			rc = copy_cases(&to->cases, c, &r->matches, &r->spares, r->id.s);
	}
	rules->n_rules = items->n;
	return rc;
}

static int check_assist(struct check *c, const struct raw_assist *raw)
{
	int rc = check_id(c, &raw->id, raw->line);

	if (rc)
		return rc;
	if (!raw->keys.n)
		return schema_fail(c->err, c->file, raw->line, "rule '%s' has no 'key'", raw->id.s);
	if (!raw->class.s == !raw->pattern.s)
		return schema_fail(c->err, c->file, raw->line,
				   "rule '%s' needs one of 'class' and 'pattern'", raw->id.s);
	return raw->class.s ? check_class(c, &raw->class, raw->id.s) : 0;
}

static int fill_assists(struct quarry_rules *rules, struct check *c, const struct schema_items *items)
{
	const struct raw_assist *raw = items->at;
	int rc = items->line ? check_count(c, "assists", items) : 0;

	if (rc || !items->n)
		return rc;
	rules->assists = arena_alloc(c->arena, items->n * sizeof(*rules->assists));
	if (!rules->assists)
		return quarry_error_nomem(c->err);
	for (size_t i = 0; !rc && i < items->n; i++) {
		const struct raw_assist *r = &raw[i];
		struct quarry_assist *to = &rules->assists[i];

		*to = (struct quarry_assist){ .id = r->id.s, .class = r->class.s,
					      .pattern = r->pattern.s, .reason = r->reason.s,
					      .line = r->line };
		rc = check_assist(c, r);
		if (!rc)
			rc = copy_texts(&to->keys, &to->n_keys, c, &r->keys, r->id.s);
		if (!rc)
			rc = copy_cases(&to->cases, c, &r->matches, &r->spares, r->id.s);
	}
	rules->n_assists = items->n;
	return rc;
}

static int check_export(struct check *c, const struct raw_export *raw)
{
	int rc = check_id(c, &raw->id, raw->line);

	if (rc)
		return rc;
	if (!raw->keys.n)
		return schema_fail(c->err, c->file, raw->line, "rule '%s' has no 'key'", raw->id.s);
	if (!raw->classes.n && !raw->name.s && !raw->email.s)
		return schema_fail(c->err, c->file, raw->line,
				   "rule '%s' does not say whose commits: give it 'class', 'name' or 'email'",
				   raw->id.s);
	for (size_t i = 0; !rc && i < raw->classes.n; i++)
		rc = check_class(c, &raw->classes.at[i], raw->id.s);
	return rc;
}

static int fill_exports(struct quarry_rules *rules, struct check *c, const struct schema_items *items)
{
	const struct raw_export *raw = items->at;
	int rc = items->line ? check_count(c, "exports", items) : 0;

	if (rc || !items->n)
		return rc;
	rules->exports = arena_alloc(c->arena, items->n * sizeof(*rules->exports));
	if (!rules->exports)
		return quarry_error_nomem(c->err);
	for (size_t i = 0; !rc && i < items->n; i++) {
		const struct raw_export *r = &raw[i];
		struct quarry_export *to = &rules->exports[i];

		*to = (struct quarry_export){ .id = r->id.s, .name = r->name.s, .email = r->email.s,
					      .reason = r->reason.s, .line = r->line };
		rc = check_export(c, r);
		if (!rc)
			rc = copy_texts(&to->keys, &to->n_keys, c, &r->keys, r->id.s);
		if (!rc)
			rc = copy_texts(&to->classes, &to->n_classes, c, &r->classes, r->id.s);
		if (!rc)
			rc = copy_cases(&to->cases, c, &r->matches, &r->spares, r->id.s);
	}
	rules->n_exports = items->n;
	return rc;
}

int quarry_rules_parse(struct quarry_rules **out, const char *text, size_t len,
		       const char *file, struct quarry_error *err)
{
	struct parsed *p = calloc(1, sizeof(*p));
	struct check c = { file, MAP_INIT, p ? &p->arena : NULL, err };
	struct raw_file raw = { 0 };
	int rc;

	if (!p)
		return quarry_error_nomem(err);
	rc = schema_read(&raw, &file_schema, &p->arena, text, len, file, err);
	if (!rc)
		rc = fill_rules(&p->rules, &c, &raw.rules);
	if (!rc)
		rc = fill_assists(&p->rules, &c, &raw.assists);
	if (!rc)
		rc = fill_exports(&p->rules, &c, &raw.exports);
	if (rc)
		goto done;
	sha256_hex(p->rules.hash, text, len);
	*out = &p->rules;
	p = NULL;
done:
	map_release(&c.ids);
	quarry_rules_free(p ? &p->rules : NULL);
	return rc;
}

void quarry_rules_free(struct quarry_rules *rules)
{
	struct parsed *p = (struct parsed *)rules;

	if (!p)
		return;
	arena_release(&p->arena);
	free(p);
}
