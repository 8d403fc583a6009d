/* Memory that runs out while dossiers, alarms and suggestions are read and written. */
#include "../unit/dossiers.h"

#include "failing.h"
#include "failing_fold.h"
#include "quarry/report.h"

static int explain(struct quarry_db *db, const struct quarry_naming *naming, struct quarry_error *err)
{
	struct quarry_dossiers *d = NULL;
	char *text = NULL;
	size_t len;
	int rc = quarry_aggregate_explain(&d, db, "ada@x.org", naming, err);

	if (!rc)
		rc = quarry_report_dossiers(&text, &len, quarry_format_find("json"), d, err);
	free(text);
	quarry_dossiers_free(d);
	return rc;
}

static int list(struct quarry_db *db, const struct quarry_naming *naming, struct quarry_error *err)
{
	struct quarry_suspicions *s = NULL;
	char *text = NULL;
	size_t len;
	int rc = quarry_aggregate_suspicions(&s, db, naming, err);

	if (!rc)
		rc = quarry_aggregate_left_out(s, db, err);
	if (!rc)
		rc = quarry_report_suspicions(&text, &len, quarry_format_find("csv"), s, err);
	free(text);
	quarry_suspicions_free(s);
	return rc;
}

static int suggest(struct quarry_db *db, const struct quarry_naming *naming, struct quarry_error *err)
{
	struct quarry_suggestions *s = NULL;
	int rc = quarry_aggregate_suggestions(&s, db, err);

	quarry_suggestions_free(s);
	return rc;
}

static int (*const works[])(struct quarry_db *, const struct quarry_naming *, struct quarry_error *) = {
	explain, list, suggest,
};

static void fail_each_in_turn(size_t i)
{
	unsigned char key[32];
	const struct quarry_naming naming = dossiers_naming(key, /* names= */ 0);
	struct quarry_db *db = dossiers_open();
	long n = 0;

	do {
		struct quarry_error err = QUARRY_ERROR_INIT;
		long live = n_live;
		int rc;

		failed = false;
		until_failure = n;
		rc = works[i](db, &naming, &err);
		until_failure = -1;
		if (rc != (failed ? QUARRY_ENOMEM : 0))
			fail_msg("work %zu, allocation %ld: %d '%s'", i, n, rc, err.text);
		assert_int_equal(err.code, rc);
		if (n_live != live)
			fail_msg("work %zu, allocation %ld: %ld pieces leaked", i, n, n_live - live);
		n++;
	} while (failed && n < 100000);
	assert_false(failed);
	assert_true(n > 10); /* the wrapping works: there was something to fail */
	db_close(db);
}

static void an_allocation_that_fails_once_is_reported(void **state)
{
	mode = ONCE;
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		fail_each_in_turn(i);
}

static void memory_that_stays_short_is_reported(void **state)
{
	mode = FROM_THEN_ON;
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
		fail_each_in_turn(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_allocation_that_fails_once_is_reported),
		cmocka_unit_test(memory_that_stays_short_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
