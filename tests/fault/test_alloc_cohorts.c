/*
 * Memory that runs out while e-mails tell for whom people work, and while cells are
 * withheld: the n-th allocation fails, for every n until none is left to fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/edition.h"
#include "failing.h"
#include "quarry/affiliation.h"

static const char *domains[] = { "a.example", "b.example" }, *below[] = { "x.a.example" };
static struct quarry_affiliation_rule rules[] = {
	{ .group = "one", .domains = domains, .n_domains = 2, .from_s = 0, .until_s = 9 },
	{ .group = "two", .domains = below, .n_domains = 1, .from_s = 5, .until_s = 7 },
};
static const struct quarry_people people = { .affiliations = rules, .n_affiliations = 2 };

static int count_span(void *payload, const struct quarry_affiliation *span,
		      struct quarry_error *err)
{
	++*(int *)payload;
	return 0;
}

static int work(void *payload, struct quarry_error *err)
{
	struct quarry_cohort cells[] = { { 24, 24 }, { 30, 30 }, { 4, 4 }, { 20, 20 }, { 20, 20 },
					 { 10, 10 } };
	struct quarry_affiliations *a = NULL;
	int n_spans = 0, rc = quarry_affiliations_new(&a, &people, err);

	if (!rc)
		rc = quarry_affiliations_tell(a, "me@x.a.example", 14, count_span, &n_spans, err);
	if (!rc)
		assert_int_equal(n_spans, 3);
	if (!rc)
		rc = edition_withhold(cells, 3, 2, err);
	if (!rc)
		assert_true(cells[2].withheld && cells[3].withheld);
	quarry_affiliations_free(a);
	return rc;
}

static void an_allocation_that_fails_once_is_reported(void **state)
{
	mode = ONCE;
	fail_each(work, NULL, 6);
}

static void memory_that_stays_short_is_reported(void **state)
{
	mode = FROM_THEN_ON;
	fail_each(work, NULL, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_allocation_that_fails_once_is_reported),
		cmocka_unit_test(memory_that_stays_short_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
