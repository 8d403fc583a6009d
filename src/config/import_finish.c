/*
 * Claims made people:
 *
 *	1. Of the claims on one signature the first stands.
 *	2. Of the terms of one owner those of one group that touch are joined; then those
 *	   that end first are kept, and those that overlap them are left out.  No other
 *	   choice keeps more.
 *	3. Persons take their claims and terms; who has no claim left is nobody.
 *	4. Domains with one group and one time make a rule; the first rule of a group, or
 *	   one without domains, has its title.
 *	5. An e-mail that several people use becomes a split, unless somebody has it.
 */
#include <stdlib.h>
#include <string.h>

#include "config/import.h"
#include "util/banned.h"

/* Drop the claims that come too late; `keys` gets the person of every signature. */
static int settle_claims(struct import *im, struct map *keys)
{
	size_t kept = 0;
	int rc = 0;

	for (size_t i = 0; !rc && i < im->claims.n; i++) {
		const struct import_claim *claim = &im->claims.at[i];
		int64_t *at;

		str_clear(&im->scratch);
		people_who_key(&im->scratch, claim->who.name, claim->who.email);
		at = im->scratch.oom ? NULL : map_at(keys, im->scratch.buf, im->scratch.len, -1);
		if (!at) {
			rc = quarry_error_nomem(im->err);
		} else if (*at < 0) {
			*at = claim->person;
			im->claims.at[kept++] = *claim;
		} else if (*at != claim->person) {
			rc = import_lose(im, "signatures that another person has already",
					 claim->who.line);
		}
	}
	im->claims.n = kept;
	return rc;
}

static int compare_times(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_group(const void *a, const void *b)
{
	const struct import_term *x = a, *y = b;
	int order = compare_times(x->owner, y->owner);

	if (!order)
		order = compare_times(x->group, y->group);
	if (!order)
		order = compare_times(x->from_s, y->from_s);
	if (!order)
		order = compare_times(x->until_s, y->until_s);
	return order ? order : compare_times(x->line, y->line);
}

static int by_end(const void *a, const void *b)
{
	const struct import_term *x = a, *y = b;
	int order = compare_times(x->owner, y->owner);

	if (!order)
		order = compare_times(x->until_s, y->until_s);
	if (!order)
		order = compare_times(y->from_s, x->from_s);
	if (!order)
		order = compare_times(x->line, y->line);
	return order ? order : compare_times(x->group, y->group);
}

static size_t join_terms(struct import_term *t, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(t, n, sizeof(*t), by_group);
	for (size_t i = 0; i < n; i++) {
		struct import_term *last = kept ? &t[kept - 1] : NULL;

		if (!last || last->owner != t[i].owner || last->group != t[i].group ||
		    last->until_s < t[i].from_s)
			t[kept++] = t[i];
		else if (last->until_s < t[i].until_s)
			last->until_s = t[i].until_s;
	}
	return kept;
}

static int settle_terms(size_t *n_out, struct import *im, struct import_term *t, size_t n,
			const char *why)
{
	size_t kept = 0;
	int rc = 0;

	n = join_terms(t, n);
	if (n)
		qsort(t, n, sizeof(*t), by_end);
	for (size_t i = 0; !rc && i < n; i++) {
		if (kept && t[kept - 1].owner == t[i].owner && t[i].from_s < t[kept - 1].until_s)
			rc = import_lose(im, why, t[i].line);
		else
			t[kept++] = t[i];
	}
	*n_out = kept;
	return rc;
}

/* Where a person's claims and terms begin, and how many there are. */
struct share {
	size_t n_who, n_terms;
	struct quarry_person *person;
};

static int share_out(struct import *im, struct share *shares)
{
	struct quarry_people *p = &im->own->people;
	size_t n = 0;

	for (size_t i = 0; i < im->claims.n; i++)
		n += shares[im->claims.at[i].person].n_who++ == 0;
	for (size_t i = 0; i < im->terms.n; i++)
		shares[im->terms.at[i].owner].n_terms++;
	p->persons = arena_zeros(im->arena, n, sizeof(*p->persons));
	if (!p->persons)
		return quarry_error_nomem(im->err);
	for (size_t i = 0; i < im->persons.n; i++) {
		const struct import_person *raw = &im->persons.at[i];
		struct quarry_person *person = &p->persons[p->n_persons];

		if (!shares[i].n_who)
			continue;
		person->name = raw->name;
		person->class = raw->class;
		person->line = raw->line;
		person->who = arena_zeros(im->arena, shares[i].n_who, sizeof(*person->who));
		person->affiliations = arena_zeros(im->arena, shares[i].n_terms,
						   sizeof(*person->affiliations));
		if (!person->who || !person->affiliations)
			return quarry_error_nomem(im->err);
		shares[i].person = person;
		p->n_persons++;
	}
	return 0;
}

static int make_persons(struct import *im)
{
	struct share *shares = calloc(im->persons.n + 1, sizeof(*shares));
	int rc = shares ? share_out(im, shares) : quarry_error_nomem(im->err);

	for (size_t i = 0; !rc && i < im->claims.n; i++) {
		struct quarry_person *p = shares[im->claims.at[i].person].person;

		p->who[p->n_who++] = im->claims.at[i].who;
	}
	for (size_t i = 0; !rc && i < im->terms.n; i++) {
		const struct import_term *t = &im->terms.at[i];
		struct quarry_person *p = shares[t->owner].person;

		if (p)
			p->affiliations[p->n_affiliations++] = (struct quarry_affiliation){
				im->groups.at[t->group].id, t->from_s, t->until_s, t->line };
		else
			rc = import_lose(im, "employers of persons without a signature", t->line);
	}
	free(shares);
	return rc;
}

static int by_rule(const void *a, const void *b)
{
	const struct import_term *x = a, *y = b;
	int order = compare_times(x->group, y->group);

	if (!order)
		order = compare_times(x->from_s, y->from_s);
	return order ? order : compare_times(x->until_s, y->until_s);
}

static bool is_one_rule(const struct import_term *a, const struct import_term *b)
{
	return a->group == b->group && a->from_s == b->from_s && a->until_s == b->until_s;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The rule of the domain terms t[0..n). */
static int make_rule(struct import *im, struct quarry_affiliation_rule *rule,
		     const struct import_term *t, size_t n)
{
	*rule = (struct quarry_affiliation_rule){ .group = im->groups.at[t->group].id, .from_s = t->from_s,
						  .until_s = t->until_s, .line = t->line };
	rule->domains = arena_zeros(im->arena, n, sizeof(*rule->domains));
	if (!rule->domains)
		return quarry_error_nomem(im->err);
	for (size_t i = 0; i < n; i++)
		rule->domains[i] = im->domains.at[t[i].owner];
	rule->n_domains = n;
	qsort(rule->domains, n, sizeof(*rule->domains), compare_texts);
	return 0;
}

/* Rules, by group and time; then titles of groups that have none. */
static int make_rules(struct import *im)
{
	struct quarry_people *p = &im->own->people;
	struct import_term *t = im->domain_terms.at;
	size_t n = im->domain_terms.n, next;
	int rc = 0;

	p->affiliations = arena_zeros(im->arena, n + im->groups.n, sizeof(*p->affiliations));
	if (!p->affiliations)
		return quarry_error_nomem(im->err);
	if (n)
		qsort(t, n, sizeof(*t), by_rule);
	for (size_t i = 0; !rc && i < n; i = next) {
		struct import_group *group = &im->groups.at[t[i].group];
		struct quarry_affiliation_rule *rule = &p->affiliations[p->n_affiliations++];

		for (next = i + 1; next < n && is_one_rule(&t[i], &t[next]);)
			next++;
		rc = make_rule(im, rule, &t[i], next - i);
		rule->title = group->title;
		group->title = NULL;
	}
	for (size_t i = 0; !rc && i < im->groups.n; i++)
		if (im->groups.at[i].title)
			p->affiliations[p->n_affiliations++] = (struct quarry_affiliation_rule){
				.group = im->groups.at[i].id, .title = im->groups.at[i].title,
				.from_s = QUARRY_SINCE_EVER, .until_s = QUARRY_FOR_EVER };
	return rc;
}

/* One split an e-mail; `keys` as settle_claims() left it. */
static int make_splits(struct import *im, struct map *keys)
{
	struct quarry_people *p = &im->own->people;
	int rc = 0;

	p->splits = arena_zeros(im->arena, im->shared.n, sizeof(*p->splits));
	if (!p->splits)
		return quarry_error_nomem(im->err);
	for (size_t i = 0; !rc && i < im->shared.n; i++) {
		struct quarry_who *who = &im->shared.at[i];
		struct quarry_who *copy = arena_zeros(im->arena, 1, sizeof(*copy));
		int64_t *at;

		str_clear(&im->scratch);
		people_who_key(&im->scratch, NULL, who->email);
		at = im->scratch.oom || !copy ? NULL :
		     map_at(keys, im->scratch.buf, im->scratch.len, -1);
		if (!at) {
			rc = quarry_error_nomem(im->err);
		} else if (*at == -1) {
			*copy = *who;
			p->splits[p->n_splits++] = (struct quarry_split){ copy, 1, who->line };
			*at = -2; /* once is enough */
		} else if (*at >= 0) {
			rc = import_lose(im, "excluded e-mails that one person has", who->line);
		}
	}
	return rc;
}

static int keep_losses(struct import *im)
{
	struct quarry_people *p = &im->own->people;

	p->losses = arena_zeros(im->arena, im->losses.n, sizeof(*p->losses));
	if (!p->losses)
		return quarry_error_nomem(im->err);
	if (im->losses.n)
		memcpy(p->losses, im->losses.at, im->losses.n * sizeof(*p->losses));
	p->n_losses = im->losses.n;
	return 0;
}

int import_finish(struct import *im)
{
	struct map keys = MAP_INIT;
	int rc = settle_claims(im, &keys);

	if (!rc)
		rc = settle_terms(&im->terms.n, im, im->terms.at, im->terms.n,
				  "terms of employment that overlap another one");
	if (!rc)
		rc = settle_terms(&im->domain_terms.n, im, im->domain_terms.at, im->domain_terms.n,
				  "domains of a second employer at one time");
	if (!rc)
		rc = make_persons(im);
	if (!rc)
		rc = make_rules(im);
	if (!rc)
		rc = make_splits(im, &keys);
	if (!rc)
		rc = keep_losses(im);
	if (!rc)
		rc = people_check(&im->own->people, im->file, im->err);
	map_release(&keys);
	return rc;
}
