#include "engine/affiliation_step.h"

#include <string.h>

#include "quarry/affiliation.h"
#include "util/map.h"
#include "util/vec.h"
#include "util/banned.h"

#define UNTITLED (-1)

/* Groups in the order in which they are met; the value is the rule that has a title. */
struct groups {
	struct map index;
	VEC(const int64_t *) at;
};

static int64_t *meet(struct groups *g, const char *group)
{
	size_t n = g->index.n;
	int64_t *rule = map_at(&g->index, group, strlen(group), UNTITLED);

	return rule && g->index.n > n && vec_push(&g->at, rule) < 0 ? NULL : rule;
}

/* Where somebody who has opted out works is told nowhere. */
static int meet_all(struct groups *g, const struct quarry_people *people, struct quarry_error *err)
{
	for (size_t i = 0; i < people->n_affiliations; i++) {
		int64_t *rule = meet(g, people->affiliations[i].group);

		if (!rule)
			return quarry_error_nomem(err);
		if (*rule == UNTITLED && people->affiliations[i].title)
			*rule = (int64_t)i;
	}
	for (size_t i = 0; i < people->n_persons; i++)
		for (size_t k = 0; !people->persons[i].opt_out && k < people->persons[i].n_affiliations; k++)
			if (!meet(g, people->persons[i].affiliations[k].group))
				return quarry_error_nomem(err);
	return 0;
}

static int tell_groups(size_t *n, struct quarry_derive *d, const struct quarry_people *people,
		       struct quarry_error *err)
{
	struct groups g = { .index = MAP_INIT };
	int rc = meet_all(&g, people, err);

	for (size_t i = 0; !rc && i < g.at.n; i++) {
		const char *id = map_key(g.at.at[i]);
		int64_t rule = *g.at.at[i];

		rc = quarry_derive_affiliation_group(d, id, rule == UNTITLED ? id
						     : people->affiliations[rule].title, err);
	}
	*n = g.at.n;
	vec_release(&g.at);
	map_release(&g.index);
	return rc;
}

struct telling {
	struct quarry_derive *derive;
	struct quarry_affiliations *affiliations;
	int64_t signature;
};

static int tell_span(void *payload, const struct quarry_affiliation *span,
		     struct quarry_error *err)
{
	struct telling *t = payload;

	return quarry_derive_signature_affiliation(t->derive, t->signature, span, err);
}

static int tell_signature(void *payload, const struct quarry_derive_use *use,
			  struct quarry_error *err)
{
	struct telling *t = payload;

	t->signature = use->signature;
	return quarry_affiliations_tell(t->affiliations, use->email, use->email_len, tell_span, t,
					err);
}

static int tell_signatures(struct quarry_derive *d, const struct quarry_people *people,
			   struct quarry_error *err)
{
	struct telling t = { .derive = d };
	int rc = quarry_affiliations_new(&t.affiliations, people, err);

	if (!rc)
		rc = quarry_derive_each_signature(d, tell_signature, &t, err);
	quarry_affiliations_free(t.affiliations);
	return rc;
}

static int tell_overrides(struct quarry_derive *d, const struct quarry_people *people,
			  const struct quarry_identity *identity, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < quarry_identity_n_persons(identity); i++) {
		size_t entry = quarry_identity_entry(identity, (uint32_t)i);
		const struct quarry_person *p = entry == QUARRY_NO_ENTRY ? NULL : &people->persons[entry];

		for (size_t k = 0; p && !p->opt_out && !rc && k < p->n_affiliations; k++)
			rc = quarry_derive_person_affiliation(d, (int64_t)i, &p->affiliations[k], err);
	}
	return rc;
}

int affiliation_step(struct quarry_derive *d, const struct quarry_people *people,
		     const struct quarry_identity *identity, struct quarry_error *err)
{
	size_t n = 0;
	int rc = people ? tell_groups(&n, d, people, err) : 0;

	if (!rc && n)
		rc = tell_signatures(d, people, err);
	if (!rc && n)
		rc = tell_overrides(d, people, identity, err);
	return rc;
}
