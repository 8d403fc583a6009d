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
};

struct raw_file {
	unsigned line;
	struct schema_items rules;
};

/* What quarry_rules_parse hands out is the first member of this. */
struct parsed {
	struct quarry_rules rules;
	struct arena arena;
};

static const struct schema_key rule_keys[] = {
	{ SCHEMA_KEY(raw_rule, "id", SCHEMA_TEXT, id), .required = true },
	{ SCHEMA_KEY(raw_rule, "class", SCHEMA_TEXT, class), .required = true },
	{ SCHEMA_KEY(raw_rule, "name", SCHEMA_TEXT, name), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_rule, "email", SCHEMA_TEXT, email), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_rule, "path", SCHEMA_TEXT, path), .max = QUARRY_PATTERN_MAX },
	{ SCHEMA_KEY(raw_rule, "reason", SCHEMA_TEXT, reason), .required = true },
};
static const struct schema rule_schema = SCHEMA(struct raw_rule, rule_keys);

static const struct schema_key file_keys[] = {
	{ SCHEMA_KEY(raw_file, "rules", SCHEMA_MAPPINGS, rules), .required = true, .of = &rule_schema },
};
static const struct schema file_schema = SCHEMA(struct raw_file, file_keys);

static bool is_class(const char *s)
{
	return !s[strspn(s, "abcdefghijklmnopqrstuvwxyz-")];
}

static int check_rule(const struct raw_rule *raw, const char *file, struct quarry_error *err)
{
	int rc = field_id(&(struct field){ file, "id", err }, &raw->id);

	if (rc)
		return rc;
	if (!is_class(raw->class.s))
		return schema_fail(err, file, raw->class.line,
				   "'class' of rule '%s' is not a class: '%s' (use a-z and '-')",
				   raw->id.s, raw->class.s);
	if (!raw->name.s && !raw->email.s && !raw->path.s)
		return schema_fail(err, file, raw->line,
				   "rule '%s' has no pattern: give it 'name', 'email' or 'path'",
				   raw->id.s);
	if (raw->path.s && (raw->name.s || raw->email.s))
		return schema_fail(err, file, raw->path.line,
				   "rule '%s' has 'path' beside 'name' or 'email'; nothing has both",
				   raw->id.s);
	return 0;
}

static int fill(struct parsed *p, const struct raw_file *raw, const char *file,
		struct quarry_error *err)
{
	const struct raw_rule *rules = raw->rules.at;
	struct map ids = MAP_INIT;
	int rc = 0;

	if (!raw->rules.n || raw->rules.n > QUARRY_RULES_MAX)
		return schema_fail(err, file, raw->rules.line, "'rules' must hold 1 to %d rules, not %zu",
				   QUARRY_RULES_MAX, raw->rules.n);
	p->rules.rules = arena_alloc(&p->arena, raw->rules.n * sizeof(*p->rules.rules));
	if (!p->rules.rules)
		return quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < raw->rules.n; i++) {
		const struct raw_rule *r = &rules[i];
		int64_t *first = map_at(&ids, r->id.s, strlen(r->id.s), (int64_t)i);

		rc = check_rule(r, file, err);
		if (!rc && !first)
			rc = quarry_error_nomem(err);
		else if (!rc && *first != (int64_t)i)
			rc = schema_fail(err, file, r->id.line, "rule '%s' was given before, in line %u",
					 r->id.s, rules[*first].line);
		p->rules.rules[i] = (struct quarry_rule){ r->id.s, r->class.s, r->name.s, r->email.s,
							  r->path.s, r->reason.s, r->line };
	}
	p->rules.n_rules = raw->rules.n;
	map_release(&ids);
	return rc;
}

int quarry_rules_parse(struct quarry_rules **out, const char *text, size_t len,
		       const char *file, struct quarry_error *err)
{
	struct parsed *p = calloc(1, sizeof(*p));
	struct raw_file raw = { 0 };
	int rc;

	if (!p)
		return quarry_error_nomem(err);
	rc = schema_read(&raw, &file_schema, &p->arena, text, len, file, err);
	if (!rc)
		rc = fill(p, &raw, file, err);
	if (rc)
		goto done;
	sha256_hex(p->rules.hash, text, len);
	*out = &p->rules;
	p = NULL;
done:
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
