/*
 * What must hold between the entries of a people.yaml: nobody stands in two of them, no
 * split tears what is merged, and nobody works at two places at one time.
 */
#include <stdlib.h>
#include <string.h>

#include "config/people.h"
#include "config/schema.h"
#include "util/banned.h"
#include "util/map.h"

struct checking {
	struct quarry_people *people;
	struct map persons; /* key of a signature: index of the person << 32 | line */
	struct str key;     /* scratch */
	struct str shown;   /* scratch: a signature in a message */
	const char *file;
	struct quarry_error *err;
};

static int refuse_twice(struct checking *c, const struct quarry_who *who, unsigned first)
{
	str_clear(&c->shown);
	people_who_write(&c->shown, who->name, who->email);
	if (c->shown.oom)
		return quarry_error_nomem(c->err);
	return schema_fail(c->err, c->file, who->line,
			   "'%s' stands already in line %u; a signature belongs to one person",
			   c->shown.buf, first);
}

static int make_key(struct checking *c, const struct quarry_who *who)
{
	str_clear(&c->key);
	people_who_key(&c->key, who->name, who->email);
	return c->key.oom ? quarry_error_nomem(c->err) : 0;
}

static int check_who(struct checking *c, size_t person, const struct quarry_who *who)
{
	int64_t *at, value = (int64_t)(person << 32 | who->line);
	int rc = make_key(c, who);

	if (rc)
		return rc;
	at = map_at(&c->persons, c->key.buf, c->key.len, -1);
	if (!at)
		return quarry_error_nomem(c->err);
	if (*at >= 0)
		return refuse_twice(c, who, (unsigned)(*at & UINT32_MAX));
	*at = value;
	return 0;
}

/* The person that has the very signature, -1: none; -2 without memory. */
static int64_t person_of(struct checking *c, const struct quarry_who *who)
{
	const int64_t *at;

	if (make_key(c, who))
		return -2;
	at = map_find(&c->persons, c->key.buf, c->key.len);
	return at ? *at >> 32 : -1;
}

static int refuse_split(struct checking *c, const struct quarry_split *s, size_t i, const char *why)
{
	str_clear(&c->shown);
	people_who_write(&c->shown, s->who[i].name, s->who[i].email);
	if (c->shown.oom)
		return quarry_error_nomem(c->err);
	return schema_fail(c->err, c->file, s->who[i].line, "'split' holds '%s', %s", c->shown.buf, why);
}

/* A single one: an e-mail that joins none of its names, so nobody has it for himself. */
static int check_single(struct checking *c, const struct quarry_split *s)
{
	int64_t person = person_of(c, &s->who[0]);

	if (person == -2)
		return quarry_error_nomem(c->err);
	if (s->who[0].name)
		return refuse_split(c, s, 0, "alone: name what it is not, or an e-mail without a name");
	if (person >= 0)
		return refuse_split(c, s, 0, "alone, but a person has it under any name: give that "
				    "person a name with it");
	return 0;
}

static int check_split(struct checking *c, const struct quarry_split *s)
{
	struct map seen = MAP_INIT, persons = MAP_INIT;
	int rc = s->n_who == 1 ? check_single(c, s) : 0;

	for (size_t i = 0; !rc && i < s->n_who; i++) {
		int64_t person = person_of(c, &s->who[i]), *at, *of;

		if (person == -2) {
			rc = quarry_error_nomem(c->err);
			break;
		}
		at = map_at(&seen, c->key.buf, c->key.len, -1);
		of = person < 0 ? &person : map_at(&persons, &person, sizeof(person), -1);
		if (!at || !of)
			rc = quarry_error_nomem(c->err);
		else if (*at >= 0)
			rc = refuse_split(c, s, i, "twice");
		else if (person >= 0 && *of >= 0)
			rc = refuse_split(c, s, i, "which one person has together with another one of it");
		else
			*at = *of = (int64_t)i;
	}
	map_release(&persons);
	map_release(&seen);
	return rc;
}

static int by_from(const void *a, const void *b)
{
	const struct quarry_affiliation *x = a, *y = b;

	if (x->from_s != y->from_s)
		return x->from_s < y->from_s ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int check_terms(struct checking *c, struct quarry_person *p)
{
	struct quarry_affiliation *a = p->affiliations;

	if (p->n_affiliations)
		qsort(a, p->n_affiliations, sizeof(*a), by_from);
	for (size_t i = 1; i < p->n_affiliations; i++)
		if (a[i].from_s < a[i - 1].until_s)
			return schema_fail(c->err, c->file, a[i].line,
					   "affiliation '%s' overlaps '%s' in line %u; give them 'from' "
					   "and 'until'", a[i].group, a[i - 1].group, a[i - 1].line);
	return 0;
}

static int check_persons(struct checking *c)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < c->people->n_persons; i++) {
		struct quarry_person *p = &c->people->persons[i];

		for (size_t k = 0; !rc && k < p->n_who; k++)
			rc = check_who(c, i, &p->who[k]);
		if (!rc)
			rc = check_terms(c, p);
	}
	return rc;
}

static int check_titles(struct checking *c)
{
	struct map titles = MAP_INIT; /* group: index of the rule with its title */
	int rc = 0;

	for (size_t i = 0; !rc && i < c->people->n_affiliations; i++) {
		const struct quarry_affiliation_rule *r = &c->people->affiliations[i];
		int64_t *first;

		if (!r->title)
			continue;
		first = map_at(&titles, r->group, strlen(r->group), (int64_t)i);
		if (!first)
			rc = quarry_error_nomem(c->err);
		else if (*first != (int64_t)i)
			rc = schema_fail(c->err, c->file, r->line,
					 "group '%s' has its title already in line %u", r->group,
					 c->people->affiliations[*first].line);
	}
	map_release(&titles);
	return rc;
}

/* A domain of a rule, to be sorted. */
struct held {
	const char *domain;
	const struct quarry_affiliation_rule *rule;
};

static int by_domain(const void *a, const void *b)
{
	const struct held *x = a, *y = b;
	int order = strcmp(x->domain, y->domain);

	if (order)
		return order;
	if (x->rule->from_s != y->rule->from_s)
		return x->rule->from_s < y->rule->from_s ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static int check_domains(struct checking *c)
{
	const struct quarry_people *p = c->people;
	struct held *held;
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < p->n_affiliations; i++)
		n += p->affiliations[i].n_domains;
	held = calloc(n + 1, sizeof(*held));
	if (!held)
		return quarry_error_nomem(c->err);
	n = 0;
	for (size_t i = 0; i < p->n_affiliations; i++)
		for (size_t k = 0; k < p->affiliations[i].n_domains; k++)
			held[n++] = (struct held){ p->affiliations[i].domains[k], &p->affiliations[i] };
	qsort(held, n, sizeof(*held), by_domain);
	for (size_t i = 1; !rc && i < n; i++)
		if (strcmp(held[i].domain, held[i - 1].domain) == 0 &&
		    held[i].rule->from_s < held[i - 1].rule->until_s)
			rc = schema_fail(c->err, c->file, held[i].rule->line,
					 "domain '%s' stands already in line %u, for a time that overlaps",
					 held[i].domain, held[i - 1].rule->line);
	free(held);
	return rc;
}

int people_check(struct quarry_people *people, const char *file, struct quarry_error *err)
{
	struct checking c = { .people = people, .file = file, .err = err };
	int rc = check_persons(&c);

	for (size_t i = 0; !rc && i < people->n_splits; i++)
		rc = check_split(&c, &people->splits[i]);
	if (!rc)
		rc = check_titles(&c);
	if (!rc)
		rc = check_domains(&c);
	map_release(&c.persons);
	str_release(&c.key);
	str_release(&c.shown);
	return rc;
}
