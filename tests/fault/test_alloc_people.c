/*
 * Memory that runs out while people are read, written and imported: the n-th allocation
 * fails, for every n until none is left to fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing.h"
#include "failing_fold.h"
#include "quarry/people.h"

static const char yaml[] =
	"people:\n"
	"  - {name: Ada, merge: [a@x, 'Ada <s@x>', 'N <>'], class: human, opt-out: true,\n"
	"     affiliation: [{group: b, from: 2020-01-01}, {group: a, until: 2020-01-01}]}\n"
	"  - merge: [\"B\\uFEFF <b@x>\"]\n"
	"split:\n"
	"  - [c@x, d@x, a@x]\n"
	"  - [s@x]\n"
	"affiliations: [{group: a, title: A, domains: [x.org, Y.org]}, {group: b, domains: [z.org]}]\n";

static const char mailmap[] =
	"P <p@x> <c@x>\nP <p@x> N <s@x>\n<q@x> <p@x>\nQ <q@x>\nR <q@x> <c@x>\njunk\n<a@x> <>\n";

static const char gitdm[] =
	"a@x b@x\n\"J H\" b@x\nc!x d!x\na@x Acme, Inc. < 2019-01-01\nb@x Acme\nb@x Acme Inc\n"
	"x.org Acme < 2020-01-01\nx.org Other\nc@x NotFound\n";

static const char sortinghat[] =
	"{\"organizations\": {\"Acme\": [{\"domain\": \"x.org\", \"is_top\": false}]}, \"blacklist\":"
	" [\"s@x\", \"A B\"], \"uidentities\": {\"1\": {\"profile\": {\"name\": \"A\", \"is_bot\": true},"
	" \"identities\": [{\"name\": \"A\", \"email\": \"a@x\"}, {\"name\": \"A\", \"email\": \"b@x\"},"
	" {\"email\": null}], \"enrollments\": [{\"organization\": \"Acme\", \"start\":"
	" \"1900-01-01T00:00:00\", \"end\": \"2100-01-01T00:00:00\"}]}, \"2\": {\"identities\":"
	" [{\"name\": \"B\", \"email\": \"B@x\"}]}}}";

static int read_one(struct quarry_people **out, int i, struct quarry_error *err)
{
	static const struct { const char *text; enum quarry_people_format format; } imports[] = {
		{ mailmap, QUARRY_PEOPLE_MAILMAP }, { gitdm, QUARRY_PEOPLE_GITDM },
		{ sortinghat, QUARRY_PEOPLE_SORTINGHAT },
	};

	if (!i)
		return quarry_people_parse(out, yaml, strlen(yaml), "f", err);
	return quarry_people_import(out, imports[i - 1].format, imports[i - 1].text,
				    strlen(imports[i - 1].text), "f", err);
}

static int work(void *input, struct quarry_error *err)
{
	struct quarry_people *people = NULL;
	char *text = NULL;
	int rc = read_one(&people, *(int *)input, err);

	if (!rc)
		rc = quarry_people_write(&text, people, err);
	if (!rc)
		assert_true(people->n_persons > 1);
	free(text);
	quarry_people_free(people);
	return rc;
}

static void an_allocation_that_fails_once_is_reported(void **state)
{
	mode = ONCE;
	for (int i = 0; i < 4; i++)
		fail_each(work, &i, 20);
}

static void memory_that_stays_short_is_reported(void **state)
{
	mode = FROM_THEN_ON;
	for (int i = 0; i < 4; i++)
		fail_each(work, &i, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_allocation_that_fails_once_is_reported),
		cmocka_unit_test(memory_that_stays_short_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
