/*
 * The domain rules, by domain.  An e-mail is looked up by its domain and by each domain
 * above it, which gives the rules that may hold, the most particular first; then:
 *
 *  1. stand at a time, from the beginning of time on;
 *  2. the first rule that holds then decides, until any rule begins or ends;
 *  3. spans of one group that meet are one.
 */
#include "quarry/affiliation.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/map.h"
#include "util/str.h"
#include "util/vec.h"
#include "util/banned.h"

#define NONE (-1)

/* A rule that names a domain. */
struct naming {
	const struct quarry_affiliation_rule *rule;
	int64_t next; /* of the same domain, as an index; NONE: it is the last */
};

struct quarry_affiliations {
	struct map domains;    /* to the index of the first naming */
	VEC(struct naming) namings;
};

/* The rules that may hold for an e-mail, the most particular first. */
struct holding {
	const struct quarry_affiliation_rule **at;
	size_t n, cap;
};

static int add_domain(struct quarry_affiliations *a, const struct quarry_affiliation_rule *rule,
		      const char *domain, struct quarry_error *err)
{
	int64_t *first = map_at(&a->domains, domain, strlen(domain), NONE);

	if (!first || vec_push(&a->namings, ((struct naming){ rule, *first })) < 0)
		return quarry_error_nomem(err);
	*first = (int64_t)a->namings.n - 1;
	return 0;
}

int quarry_affiliations_new(struct quarry_affiliations **out, const struct quarry_people *people,
			    struct quarry_error *err)
{
	struct quarry_affiliations *a = calloc(1, sizeof(*a));
	int rc = 0;

	if (!a)
		return quarry_error_nomem(err);
	/* From the last to the first, because each goes before those that are there. */
	for (size_t i = people->n_affiliations; !rc && i-- > 0;) {
		const struct quarry_affiliation_rule *rule = &people->affiliations[i];

		for (size_t k = 0; !rc && k < rule->n_domains; k++)
			rc = add_domain(a, rule, rule->domains[k], err);
	}
	if (rc) {
		quarry_affiliations_free(a);
		return rc;
	}
	*out = a;
	return 0;
}

void quarry_affiliations_free(struct quarry_affiliations *a)
{
	if (!a)
		return;
	map_release(&a->domains);
	vec_release(&a->namings);
	free(a);
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return len == strlen(word) && ascii_ncasecmp(s, word, len) == 0;
}

static bool is_noreply(const char *s, size_t len)
{
	return is_word(s, len, "noreply") || is_word(s, len, "no-reply");
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/*
 * The domain of an e-mail in lower case; empty where there is none, or where the address
 * is none of its owner's: noreply@host, and what a code host gives out at a domain with
 * the label `noreply`.
 */
static void domain_of(struct str *out, const char *email, size_t len)
{
	const char *at = memrchr(email, '@', len), *end = email + len;

	while (len && is_blank(*email)) {
		email++;
		len--;
	}
	while (end > email && (is_blank(end[-1]) || end[-1] == '.'))
		end--;
	if (!at || at >= end || is_noreply(email, (size_t)(at - email)))
		return;
	for (const char *label = at + 1; label < end;) {
		const char *dot = memchr(label, '.', (size_t)(end - label));
		size_t n = (size_t)((dot ? dot : end) - label);

		if (is_noreply(label, n)) {
			str_clear(out);
			return;
		}
		for (size_t i = 0; i < n; i++)
			str_addc(out, label[i] >= 'A' && label[i] <= 'Z'
				 ? (char)(label[i] - 'A' + 'a') : label[i]);
		if (dot)
			str_addc(out, '.');
		label += n + 1;
	}
}

static int add_holding(struct holding *h, const struct quarry_affiliations *a, const char *domain,
		       size_t len, struct quarry_error *err)
{
	const int64_t *first = map_find(&a->domains, domain, len);

	for (int64_t i = first ? *first : NONE; i != NONE; i = a->namings.at[i].next)
		if (vec_push(h, a->namings.at[i].rule) < 0)
			return quarry_error_nomem(err);
	return 0;
}

/* `domain` and each one above it. */
static int find_rules(struct holding *h, const struct quarry_affiliations *a,
		      const struct str *domain, struct quarry_error *err)
{
	int rc = 0;

	for (size_t at = 0; !rc && at < domain->len;) {
		const char *s = domain->buf + at, *dot = memchr(s, '.', domain->len - at);

		rc = add_holding(h, a, s, domain->len - at, err);
		at = dot ? (size_t)(dot + 1 - domain->buf) : domain->len;
	}
	return rc;
}

/* Who decides at `time_s`, until *until_s; the rules are few. */
static const char *group_at(int64_t *until_s, const struct holding *h, int64_t time_s)
{
	const char *group = NULL;

	*until_s = QUARRY_FOR_EVER;
	for (size_t i = 0; i < h->n; i++) {
		const struct quarry_affiliation_rule *r = h->at[i];

		if (!group && r->from_s <= time_s && time_s < r->until_s)
			group = r->group;
		if (r->from_s > time_s && r->from_s < *until_s)
			*until_s = r->from_s;
		if (r->until_s > time_s && r->until_s < *until_s)
			*until_s = r->until_s;
	}
	return group;
}

int quarry_affiliations_tell(const struct quarry_affiliations *a, const char *email, size_t len,
			     int (*fn)(void *payload, const struct quarry_affiliation *span,
				       struct quarry_error *err),
			     void *payload, struct quarry_error *err)
{
	struct quarry_affiliation span = { .from_s = QUARRY_SINCE_EVER };
	struct str domain = STR_INIT;
	struct holding h = { 0 };
	int64_t time_s = QUARRY_SINCE_EVER;
	int rc;

	domain_of(&domain, email, len);
	rc = domain.oom ? quarry_error_nomem(err) : find_rules(&h, a, &domain, err);
	while (!rc && h.n && time_s < QUARRY_FOR_EVER) {
		int64_t until_s;
		const char *group = group_at(&until_s, &h, time_s);
		bool same = span.group && group && strcmp(span.group, group) == 0;

		if (span.group && !same)
			rc = fn(payload, &span, err);
		if (!same)
			span = (struct quarry_affiliation){ .group = group, .from_s = time_s };
		span.until_s = time_s = until_s;
	}
	if (!rc && span.group)
		rc = fn(payload, &span, err);
	vec_release(&h);
	str_release(&domain);
	return rc;
}
