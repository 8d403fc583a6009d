/* What the rows of evidence say to one who reads them and nothing else. */
#ifndef QUARRY_TESTS_ROWS_H
#define QUARRY_TESTS_ROWS_H

#include "quarry/identity.h"
#include "util/vec.h"

/* Texts joined by the rows. */
struct reader {
	VEC(const char *) texts;
	VEC(uint32_t) sets;
};

static inline uint32_t set_of(struct reader *r, const char *text)
{
	uint32_t n = (uint32_t)r->sets.n;

	for (uint32_t i = 0; i < r->texts.n; i++)
		if (!strcmp(r->texts.at[i], text))
			return r->sets.at[i];
	assert_int_equal(vec_push(&r->texts, text) || vec_push(&r->sets, n), 0);
	return n;
}

static inline void read_rows(struct reader *r, const struct quarry_identity *id, bool lenient)
{
	for (size_t i = 0; i < quarry_identity_n_links(id); i++) {
		const struct quarry_link *l = quarry_identity_link(id, i);
		uint32_t a = set_of(r, l->a), b = set_of(r, l->b);

		if ((l->level == QUARRY_LINK_L2 && !l->promoted) ||
		    (l->level == QUARRY_LINK_L4 && !lenient))
			continue;
		for (size_t k = 0; k < r->sets.n; k++)
			if (r->sets.at[k] == b)
				r->sets.at[k] = a;
	}
}

#endif
