#include "config/people.h"

#include <stdlib.h>
#include <string.h>

#include "config/field.h"
#include "config/schema.h"
#include "util/banned.h"
#include "util/sha256.h"

struct raw_term {
	unsigned line;
	struct schema_text group, from, until;
};

struct raw_person {
	unsigned line;
	struct schema_text name, class, opt_out;
	struct schema_texts merge;
	struct schema_items affiliation;
};

struct raw_rule {
	unsigned line;
	struct schema_text group, title, from, until;
	struct schema_texts domains;
};

struct raw_file {
	unsigned line;
	struct schema_items people, split, affiliations;
};

/* What every step of the reading needs. */
struct reading {
	struct quarry_people *people;
	struct arena *arena;
	const char *file;
	struct quarry_error *err;
};

static const struct schema_key term_keys[] = {
	{ SCHEMA_KEY(raw_term, "group", SCHEMA_TEXT, group), .required = true },
	{ SCHEMA_KEY(raw_term, "from", SCHEMA_TEXT, from) },
	{ SCHEMA_KEY(raw_term, "until", SCHEMA_TEXT, until) },
};
static const struct schema term_schema = SCHEMA(struct raw_term, term_keys);

static const struct schema_key person_keys[] = {
	{ SCHEMA_KEY(raw_person, "name", SCHEMA_TEXT, name), .max = PEOPLE_TEXT_MAX },
	{ SCHEMA_KEY(raw_person, "merge", SCHEMA_TEXTS, merge), .required = true,
	  .max = PEOPLE_TEXT_MAX },
	{ SCHEMA_KEY(raw_person, "class", SCHEMA_TEXT, class) },
	{ SCHEMA_KEY(raw_person, "affiliation", SCHEMA_MAPPINGS, affiliation), .of = &term_schema },
	{ SCHEMA_KEY(raw_person, "opt-out", SCHEMA_TEXT, opt_out) },
};
static const struct schema person_schema = SCHEMA(struct raw_person, person_keys);

static const struct schema_key rule_keys[] = {
	{ SCHEMA_KEY(raw_rule, "group", SCHEMA_TEXT, group), .required = true },
	{ SCHEMA_KEY(raw_rule, "title", SCHEMA_TEXT, title), .max = PEOPLE_TEXT_MAX },
	{ SCHEMA_KEY(raw_rule, "domains", SCHEMA_TEXTS, domains) },
	{ SCHEMA_KEY(raw_rule, "from", SCHEMA_TEXT, from) },
	{ SCHEMA_KEY(raw_rule, "until", SCHEMA_TEXT, until) },
};
static const struct schema rule_schema = SCHEMA(struct raw_rule, rule_keys);

static const struct schema_key file_keys[] = {
	{ SCHEMA_KEY(raw_file, "people", SCHEMA_MAPPINGS, people), .of = &person_schema },
	{ SCHEMA_KEY(raw_file, "split", SCHEMA_TEXTS_LIST, split), .max = PEOPLE_TEXT_MAX },
	{ SCHEMA_KEY(raw_file, "affiliations", SCHEMA_MAPPINGS, affiliations), .of = &rule_schema },
};
static const struct schema file_schema = SCHEMA(struct raw_file, file_keys);

static int read_who(struct quarry_who *out, struct reading *r, const char *key,
		    const struct schema_text *text)
{
	const char *wrong = people_who_read(&out->name, &out->email, r->arena, text->s);

	out->line = text->line;
	if (wrong)
		return schema_fail(r->err, r->file, text->line,
				   "'%s' holds '%s', which %s (write a@b.c, 'Name <a@b.c>' or, of an "
				   "e-mail without @, '<root>')", key, text->s, wrong);
	return out->email ? 0 : quarry_error_nomem(r->err);
}

static int read_whos(struct quarry_who **out, struct reading *r, const char *key,
		     const struct schema_texts *texts)
{
	struct quarry_who *who = arena_zeros(r->arena, texts->n, sizeof(*who));
	int rc = who ? 0 : quarry_error_nomem(r->err);

	for (size_t i = 0; !rc && i < texts->n; i++)
		rc = read_who(&who[i], r, key, &texts->at[i]);
	*out = who;
	return rc;
}

static int read_time(int64_t *from_s, int64_t *until_s, struct reading *r,
		     const struct schema_text *from, const struct schema_text *until)
{
	int rc;

	*from_s = QUARRY_SINCE_EVER;
	*until_s = QUARRY_FOR_EVER;
	rc = field_date(from_s, &(struct field){ r->file, "from", r->err }, from);
	if (!rc)
		rc = field_date(until_s, &(struct field){ r->file, "until", r->err }, until);
	if (!rc && *from_s >= *until_s)
		rc = schema_fail(r->err, r->file, until->line,
				 "'until' (%s) is not after 'from' (%s): it names the first day that "
				 "is no longer meant", until->s, from->s);
	return rc;
}

static int read_class(const char **out, struct reading *r, const struct schema_text *text)
{
	static const char *const known[] = { "human", "bot", "agent", "group", "placeholder" };

	*out = text->s;
	if (!text->s)
		return 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i], text->s) == 0)
			return 0;
	return schema_fail(r->err, r->file, text->line, "'class' is none of human, bot, agent, group, "
			   "placeholder: '%s'", text->s);
}

static int read_opt_out(int *out, struct reading *r, const struct schema_text *text)
{
	*out = text->s && strcmp(text->s, "true") == 0;
	if (!text->s || *out || strcmp(text->s, "false") == 0)
		return 0;
	return schema_fail(r->err, r->file, text->line, "'opt-out' is neither true nor false: '%s'",
			   text->s);
}

static int read_terms(struct quarry_person *p, struct reading *r, const struct schema_items *items)
{
	const struct raw_term *raw = items->at;
	int rc = 0;

	p->affiliations = arena_zeros(r->arena, items->n, sizeof(*p->affiliations));
	if (!p->affiliations)
		return quarry_error_nomem(r->err);
	for (size_t i = 0; !rc && i < items->n; i++) {
		struct quarry_affiliation *a = &p->affiliations[i];

		a->group = raw[i].group.s;
		a->line = raw[i].line;
		rc = field_id(&(struct field){ r->file, "group", r->err }, &raw[i].group);
		if (!rc)
			rc = read_time(&a->from_s, &a->until_s, r, &raw[i].from, &raw[i].until);
	}
	p->n_affiliations = items->n;
	return rc;
}

static int read_person(struct quarry_person *p, struct reading *r, const struct raw_person *raw)
{
	int rc;

	p->name = raw->name.s;
	p->line = raw->line;
	p->n_who = raw->merge.n;
	if (!p->n_who)
		return schema_fail(r->err, r->file, raw->line,
				   "'merge' is empty: name at least one signature of the person");
	rc = read_whos(&p->who, r, "merge", &raw->merge);
	if (!rc)
		rc = read_class(&p->class, r, &raw->class);
	if (!rc)
		rc = read_opt_out(&p->opt_out, r, &raw->opt_out);
	return rc ? rc : read_terms(p, r, &raw->affiliation);
}

static int read_persons(struct reading *r, const struct schema_items *items)
{
	const struct raw_person *raw = items->at;
	struct quarry_person *persons = arena_zeros(r->arena, items->n, sizeof(*persons));
	int rc = persons ? 0 : quarry_error_nomem(r->err);

	for (size_t i = 0; !rc && i < items->n; i++)
		rc = read_person(&persons[i], r, &raw[i]);
	r->people->persons = persons;
	r->people->n_persons = items->n;
	return rc;
}

static int read_splits(struct reading *r, const struct schema_items *items)
{
	const struct schema_texts *raw = items->at;
	struct quarry_split *splits = arena_zeros(r->arena, items->n, sizeof(*splits));
	int rc = splits ? 0 : quarry_error_nomem(r->err);

	for (size_t i = 0; !rc && i < items->n; i++) {
		splits[i].line = raw[i].at[0].line;
		splits[i].n_who = raw[i].n;
		rc = read_whos(&splits[i].who, r, "split", &raw[i]);
	}
	r->people->splits = splits;
	r->people->n_splits = items->n;
	return rc;
}

static int read_domain(const char **out, struct reading *r, const struct schema_text *text)
{
	char *s = arena_copy(r->arena, text->s, strlen(text->s));

	if (!s)
		return quarry_error_nomem(r->err);
	for (char *p = s; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 'a' - 'A') : *p;
	*out = s;
	if (people_is_domain(s))
		return 0;
	return schema_fail(r->err, r->file, text->line, "'domains' holds '%s', which is no domain "
			   "(write example.org; one beyond ASCII as xn--...)", text->s);
}

static int read_rule(struct quarry_affiliation_rule *rule, struct reading *r,
		     const struct raw_rule *raw)
{
	size_t n = raw->domains.n;
	int rc = field_id(&(struct field){ r->file, "group", r->err }, &raw->group);

	if (!rc)
		rc = read_time(&rule->from_s, &rule->until_s, r, &raw->from, &raw->until);
	if (!rc && !n && (!raw->title.s || raw->from.s || raw->until.s))
		rc = schema_fail(r->err, r->file, raw->line, "group '%s' has no 'domains'%s", raw->group.s,
				 raw->title.s ? ", which 'from' and 'until' are of" : " and no 'title'");
	if (rc)
		return rc;
	rule->group = raw->group.s;
	rule->title = raw->title.s;
	rule->line = raw->line;
	rule->domains = arena_zeros(r->arena, n, sizeof(*rule->domains));
	if (!rule->domains)
		return quarry_error_nomem(r->err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = read_domain(&rule->domains[i], r, &raw->domains.at[i]);
	rule->n_domains = n;
	if (!rc)
		field_sort(rule->domains, n);
	return rc;
}

static int read_rules(struct reading *r, const struct schema_items *items)
{
	const struct raw_rule *raw = items->at;
	struct quarry_affiliation_rule *rules = arena_zeros(r->arena, items->n, sizeof(*rules));
	int rc = rules ? 0 : quarry_error_nomem(r->err);

	for (size_t i = 0; !rc && i < items->n; i++)
		rc = read_rule(&rules[i], r, &raw[i]);
	r->people->affiliations = rules;
	r->people->n_affiliations = items->n;
	return rc;
}

int quarry_people_parse(struct quarry_people **out, const char *text, size_t len,
			const char *file, struct quarry_error *err)
{
	static const struct schema_limits limits = { QUARRY_PEOPLE_FILE_MAX, PEOPLE_NODES_MAX };
	struct people_own *own = calloc(1, sizeof(*own));
	struct raw_file raw = { 0 };
	struct reading r = { own ? &own->people : NULL, own ? &own->arena : NULL, file, err };
	int rc;

	if (!own)
		return quarry_error_nomem(err);
	rc = schema_read_within(&raw, &file_schema, &own->arena, text, len, file, &limits, err);
	if (!rc)
		rc = read_persons(&r, &raw.people);
	if (!rc)
		rc = read_splits(&r, &raw.split);
	if (!rc)
		rc = read_rules(&r, &raw.affiliations);
	if (!rc)
		rc = people_check(&own->people, file, err);
	if (rc)
		goto done;
	sha256_hex(own->people.hash, text, len);
	*out = &own->people;
	own = NULL;
done:
	quarry_people_free(own ? &own->people : NULL);
	return rc;
}

void quarry_people_free(struct quarry_people *people)
{
	struct people_own *own = (struct people_own *)people;

	if (!own)
		return;
	arena_release(&own->arena);
	free(own);
}
