/*
 * What both fuzz targets of people claim: what was read can be written, and is read from
 * that as the same, which is written as the same bytes.
 */
#ifndef QUARRY_TESTS_FUZZ_PEOPLE_H
#define QUARRY_TESTS_FUZZ_PEOPLE_H

#include "fuzz.h"
#include "quarry/people.h"

/* More of them would have been lost on the way. */
static inline size_t n_texts(const struct quarry_people *p)
{
	size_t n = p->n_persons + p->n_splits + p->n_affiliations;

	for (size_t i = 0; i < p->n_persons; i++)
		n += p->persons[i].n_who + p->persons[i].n_affiliations + !!p->persons[i].name +
		     !!p->persons[i].class + (size_t)p->persons[i].opt_out;
	for (size_t i = 0; i < p->n_splits; i++)
		n += p->splits[i].n_who;
	for (size_t i = 0; i < p->n_affiliations; i++)
		n += p->affiliations[i].n_domains + !!p->affiliations[i].title;
	return n;
}

static inline void claim_round_trip(const struct quarry_people *p)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *back = NULL;
	char *text = NULL, *again = NULL;

	MUST(quarry_people_write(&text, p, &err) == 0);
	if (quarry_people_parse(&back, text, strlen(text), "written", &err)) {
		fprintf(stderr, "%s\n%s", err.text, text);
		MUST(!"what was written is read");
	}
	MUST(quarry_people_write(&again, back, &err) == 0);
	MUST(strcmp(text, again) == 0);
	MUST(n_texts(p) == n_texts(back));
	quarry_people_free(back);
	free(again);
	free(text);
}

#endif
