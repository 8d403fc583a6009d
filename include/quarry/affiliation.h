/**
 * Affiliation: for whom an e-mail says that its owner works, and when, by the domain
 * rules of a universe's people.yaml (docs/metrics.md, cohort).
 *
 *	struct quarry_affiliations *a = NULL;
 *	rc = quarry_affiliations_new(&a, people, &err);
 *	rc = quarry_affiliations_tell(a, email, len, fn, payload, &err);
 *	quarry_affiliations_free(a);
 *
 * A domain holds for itself and for those below it: `example.com` for a@example.com and
 * a@sub.example.com, not for a@notexample.com.  Of several that hold at a time the longest
 * decides; of equal ones, the rule that stands first.
 *
 * What it does not do: overrides of a person, which need identity, come before its answer.
 *
 * Pure; `people` must outlive the object, which several threads may ask.
 */
#ifndef QUARRY_AFFILIATION_H
#define QUARRY_AFFILIATION_H

#include <stddef.h>

#include "quarry/error.h"
#include "quarry/people.h"

struct quarry_affiliations;

int quarry_affiliations_new(struct quarry_affiliations **out, const struct quarry_people *people,
			    struct quarry_error *err);
void quarry_affiliations_free(struct quarry_affiliations *a);

/**
 * Call `fn` for each span of time in which the e-mail tells a group, by time; they do not
 * overlap, and two that meet have different groups. For none where no rule knows the
 * domain, and for an address at which nobody is reached (noreply). Non-zero from `fn` stops
 * and is returned.
 */
int quarry_affiliations_tell(const struct quarry_affiliations *a, const char *email, size_t len,
			     int (*fn)(void *payload, const struct quarry_affiliation *span,
				       struct quarry_error *err),
			     void *payload, struct quarry_error *err);

#endif
