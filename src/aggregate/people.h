/*
 * Credits merged per person: what people, flows and overlap are computed from.
 */
#ifndef QUARRY_AGGREGATE_PEOPLE_H
#define QUARRY_AGGREGATE_PEOPLE_H

#include "aggregate/figures.h"

/* One person in one scope and quarter, all repositories and e-mails together. */
struct person_quarter {
	uint32_t scope, person, lenient;
	int32_t quarter;
	uint32_t n_emails;          /* distinct e-mails that were used */
	uint32_t authored, credits; /* credits: as author and co-author */
	uint32_t weeks;
	uint64_t days_lo, days_hi;
};

typedef VEC(struct person_quarter) person_quarters;

enum people_scopes { PEOPLE_UNIVERSE, PEOPLE_CATEGORIES, PEOPLE_REPOS };

/* Merge the credits into `out`, by (scope, person, quarter), under the membership of
 * `quarter` (repositories need none). `out` is emptied first. */
int people_merge(person_quarters *out, const struct figures *f, enum people_scopes which,
		 int32_t quarter, struct quarry_error *err);

#endif
