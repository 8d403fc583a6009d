#include "quarry/identity_rules.h"

#include <stdlib.h>
#include <string.h>

#include "config/field.h"
#include "config/schema.h"
#include "util/arena.h"
#include "util/banned.h"
#include "util/map.h"
#include "util/sha256.h"
#include "util/str.h"
#include "util/utf8.h"

/* The fields of all kinds; the table of a kind says which it has. */
struct raw_rule {
	unsigned line;
	struct schema_text id, reason, host, empty, dotless, dots, step;
	struct schema_texts words, locals, hosts, forms;
};

#define N_KINDS (QUARRY_IDENTITY_COMMON_NAME + 1)

struct raw_file {
	unsigned line;
	struct schema_items rules[N_KINDS];
};

/* What quarry_identity_rules_parse hands out is the first member of this. */
struct parsed {
	struct quarry_identity_rules rules;
	struct arena arena;
};

/* Where we are, for messages and copies. */
struct reader {
	struct parsed *p;
	const char *file;
	struct quarry_error *err;
	struct str scratch;
	struct map ids; /* id of a rule: its line */
};

#define ID { SCHEMA_KEY(raw_rule, "id", SCHEMA_TEXT, id), .required = true }
#define REASON { SCHEMA_KEY(raw_rule, "reason", SCHEMA_TEXT, reason), .required = true }
#define HOSTS { SCHEMA_KEY(raw_rule, "hosts", SCHEMA_TEXTS, hosts), .required = true }

static const struct schema_key generic_keys[] = {
	ID,
	{ SCHEMA_KEY(raw_rule, "empty", SCHEMA_TEXT, empty) },
	{ SCHEMA_KEY(raw_rule, "words", SCHEMA_TEXTS, words) },
	{ SCHEMA_KEY(raw_rule, "locals", SCHEMA_TEXTS, locals) },
	{ SCHEMA_KEY(raw_rule, "hosts", SCHEMA_TEXTS, hosts) },
	{ SCHEMA_KEY(raw_rule, "dotless", SCHEMA_TEXT, dotless) },
	REASON,
};
static const struct schema_key repair_keys[] = {
	ID, { SCHEMA_KEY(raw_rule, "step", SCHEMA_TEXT, step), .required = true }, REASON,
};
static const struct schema_key alias_keys[] = {
	ID, { SCHEMA_KEY(raw_rule, "host", SCHEMA_TEXT, host), .required = true }, HOSTS, REASON,
};
static const struct schema_key plus_keys[] = {
	ID, HOSTS, { SCHEMA_KEY(raw_rule, "dots", SCHEMA_TEXT, dots) }, REASON,
};
static const struct schema_key noreply_keys[] = {
	ID, HOSTS, { SCHEMA_KEY(raw_rule, "forms", SCHEMA_TEXTS, forms), .required = true }, REASON,
};
static const struct schema_key name_keys[] = {
	ID, { SCHEMA_KEY(raw_rule, "names", SCHEMA_TEXTS, words), .required = true }, REASON,
};

static const struct schema generic_schema = SCHEMA(struct raw_rule, generic_keys);
static const struct schema repair_schema = SCHEMA(struct raw_rule, repair_keys);
static const struct schema alias_schema = SCHEMA(struct raw_rule, alias_keys);
static const struct schema plus_schema = SCHEMA(struct raw_rule, plus_keys);
static const struct schema noreply_schema = SCHEMA(struct raw_rule, noreply_keys);
static const struct schema name_schema = SCHEMA(struct raw_rule, name_keys);

#define KIND(name, number, schema) \
	{ SCHEMA_KEY(raw_file, name, SCHEMA_MAPPINGS, rules[number]), .of = &(schema) }

static const struct schema_key file_keys[] = {
	KIND("generic-emails", QUARRY_IDENTITY_GENERIC_EMAIL, generic_schema),
	KIND("repairs", QUARRY_IDENTITY_REPAIR, repair_schema),
	KIND("host-aliases", QUARRY_IDENTITY_HOST_ALIAS, alias_schema),
	KIND("plus-addresses", QUARRY_IDENTITY_PLUS, plus_schema),
	KIND("noreply-addresses", QUARRY_IDENTITY_NOREPLY, noreply_schema),
	KIND("generic-names", QUARRY_IDENTITY_GENERIC_NAME, name_schema),
	KIND("common-names", QUARRY_IDENTITY_COMMON_NAME, name_schema),
};
static const struct schema file_schema = SCHEMA(struct raw_file, file_keys);

/* What quarry/identity.h names: an id means one rule. */
static const char *const built_in[] = {
	"full-name", "mailmap", "mailmap-promoted", "merge", "noreply-id", "noreply-login",
	"same-email", "split",
};
static const char *const forms[] = { "login", "id+login", "id-login", "login+id" };
static const char *const steps[] = { "", "wrap", "mailto", "at", "uuid", "twice" };

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* The index of a text in a list, or -1. */
static int index_of(const char *s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], s))
			return (int)i;
	return -1;
}

static int read_flag(int *out, const struct reader *r, const char *key,
		     const struct schema_text *text)
{
	if (!text->s || !strcmp(text->s, "no"))
		return 0;
	if (strcmp(text->s, "yes") != 0)
		return schema_fail(r->err, r->file, text->line, "'%s' must be yes or no, not '%s'",
				   key, text->s);
	*out = 1;
	return 0;
}

/* Is this the form in which the resolver compares? */
static int check_folded(struct reader *r, const char *key, const struct schema_text *text)
{
	str_clear(&r->scratch);
	utf8_fold(&r->scratch, text->s, strlen(text->s));
	str_add(&r->scratch, "", 0);
	if (r->scratch.oom)
		return quarry_error_nomem(r->err);
	if (!strcmp(r->scratch.buf, text->s))
		return 0;
	return schema_fail(r->err, r->file, text->line, "'%s' holds '%s': write it folded, '%s'", key,
			   text->s, r->scratch.buf);
}

static int read_words(struct quarry_words *out, struct reader *r, const char *key,
		      const struct schema_texts *texts)
{
	const char **at;

	if (!texts->n)
		return 0;
	at = arena_alloc(&r->p->arena, texts->n * sizeof(*at));
	if (!at)
		return quarry_error_nomem(r->err);
	for (size_t i = 0; i < texts->n; i++) {
		int rc = check_folded(r, key, &texts->at[i]);

		if (rc)
			return rc;
		at[i] = texts->at[i].s;
	}
	field_sort(at, texts->n);
	for (size_t i = 1; i < texts->n; i++)
		if (!strcmp(at[i - 1], at[i]))
			return schema_fail(r->err, r->file, texts->at[0].line, "'%s' holds '%s' twice",
					   key, at[i]);
	out->at = at;
	out->n = texts->n;
	return 0;
}

static int read_forms(unsigned *out, const struct reader *r, const struct schema_texts *texts)
{
	for (size_t i = 0; i < texts->n; i++) {
		int form = index_of(texts->at[i].s, forms, N(forms));

		if (form < 0)
			return schema_fail(r->err, r->file, texts->at[i].line,
					   "'forms' knows login, id+login, id-login and login+id,"
					   " not '%s'", texts->at[i].s);
		*out |= 1u << form;
	}
	return 0;
}

static int read_step(enum quarry_repair_step *out, const struct reader *r,
		     const struct schema_text *text)
{
	int step = text->s ? index_of(text->s, steps, N(steps)) : 0;

	if (step < 0)
		return schema_fail(r->err, r->file, text->line,
				   "'step' knows wrap, mailto, at, uuid and twice, not '%s'", text->s);
	*out = (enum quarry_repair_step)step;
	return 0;
}

static int check_id(struct reader *r, const struct raw_rule *raw)
{
	int64_t *first;
	int rc = field_id(&(struct field){ r->file, "id", r->err }, &raw->id);

	if (rc)
		return rc;
	if (index_of(raw->id.s, built_in, N(built_in)) >= 0)
		return schema_fail(r->err, r->file, raw->id.line, "'%s' is a rule of the program",
				   raw->id.s);
	first = map_at(&r->ids, raw->id.s, strlen(raw->id.s), -1);
	if (!first)
		return quarry_error_nomem(r->err);
	if (*first >= 0)
		return schema_fail(r->err, r->file, raw->id.line,
				   "rule '%s' was given before, in line %u", raw->id.s, (unsigned)*first);
	*first = raw->line;
	return 0;
}

/* `out` is zeroed. */
static int read_rule(struct quarry_identity_rule *out, struct reader *r,
		     enum quarry_identity_rule_kind kind, const struct raw_rule *raw)
{
	bool name = kind == QUARRY_IDENTITY_GENERIC_NAME || kind == QUARRY_IDENTITY_COMMON_NAME;
	int rc = check_id(r, raw);

	out->id = raw->id.s;
	out->kind = kind;
	out->reason = raw->reason.s;
	out->line = raw->line;
	out->host = raw->host.s;
	if (!rc)
		rc = read_words(&out->words, r, name ? "names" : "words", &raw->words);
	if (!rc)
		rc = read_words(&out->locals, r, "locals", &raw->locals);
	if (!rc)
		rc = read_words(&out->hosts, r, "hosts", &raw->hosts);
	if (!rc && raw->host.s)
		rc = check_folded(r, "host", &raw->host);
	if (!rc)
		rc = read_forms(&out->forms, r, &raw->forms);
	if (!rc)
		rc = read_step(&out->step, r, &raw->step);
	if (!rc)
		rc = read_flag(&out->empty, r, "empty", &raw->empty);
	if (!rc)
		rc = read_flag(&out->dotless, r, "dotless", &raw->dotless);
	if (!rc)
		rc = read_flag(&out->dots, r, "dots", &raw->dots);
	if (!rc && kind == QUARRY_IDENTITY_GENERIC_EMAIL && !out->words.n && !out->locals.n &&
	    !out->hosts.n && !out->dotless && !out->empty)
		rc = schema_fail(r->err, r->file, raw->line,
				 "rule '%s' matches nothing: give it 'words', 'locals' or 'hosts'",
				 raw->id.s);
	return rc;
}

/* A host that others stand for is no other's alias, so that every chain ends. */
static int check_aliases(const struct reader *r)
{
	const struct quarry_identity_rules *rules = &r->p->rules;

	for (size_t i = 0; i < rules->n_rules; i++)
		for (size_t k = 0; rules->rules[i].host && k < rules->n_rules; k++) {
			const struct quarry_identity_rule *a = &rules->rules[i], *b = &rules->rules[k];

			if (b->host && index_of(a->host, b->hosts.at, b->hosts.n) >= 0)
				return schema_fail(r->err, r->file, a->line,
						   "'host' of rule '%s' is an alias itself, by rule"
						   " '%s': '%s'", a->id, b->id, a->host);
		}
	return 0;
}

static int fill(struct reader *r, const struct raw_file *raw)
{
	struct quarry_identity_rules *rules = &r->p->rules;
	size_t n = 0;

	for (size_t k = 0; k < N_KINDS; k++)
		n += raw->rules[k].n;
	if (!n || n > QUARRY_IDENTITY_RULES_MAX)
		return schema_fail(r->err, r->file, raw->line, "it must hold 1 to %d rules, not %zu",
				   QUARRY_IDENTITY_RULES_MAX, n);
	rules->rules = arena_alloc(&r->p->arena, n * sizeof(*rules->rules));
	if (!rules->rules)
		return quarry_error_nomem(r->err);
	memset(rules->rules, 0, n * sizeof(*rules->rules));
	for (size_t k = 0; k < N_KINDS; k++) {
		const struct raw_rule *of_kind = raw->rules[k].at;

		for (size_t i = 0; i < raw->rules[k].n; i++) {
			int rc = read_rule(&rules->rules[rules->n_rules++], r,
					   (enum quarry_identity_rule_kind)k, &of_kind[i]);

			if (rc)
				return rc;
		}
	}
	return check_aliases(r);
}

int quarry_identity_rules_parse(struct quarry_identity_rules **out, const char *text, size_t len,
				const char *file, struct quarry_error *err)
{
	struct parsed *p = calloc(1, sizeof(*p));
	struct reader r = { p, file, err, STR_INIT, MAP_INIT };
	struct raw_file raw = { 0 };
	int rc;

	if (!p)
		return quarry_error_nomem(err);
	rc = schema_read(&raw, &file_schema, &p->arena, text, len, file, err);
	if (!rc)
		rc = fill(&r, &raw);
	if (rc)
		goto done;
	sha256_hex(p->rules.hash, text, len);
	*out = &p->rules;
	p = NULL;
done:
	map_release(&r.ids);
	str_release(&r.scratch);
	quarry_identity_rules_free(p ? &p->rules : NULL);
	return rc;
}

void quarry_identity_rules_free(struct quarry_identity_rules *rules)
{
	struct parsed *p = (struct parsed *)rules;

	if (!p)
		return;
	arena_release(&p->arena);
	free(p);
}
