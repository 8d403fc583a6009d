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

static int (*const readings[])(struct quarry_db *, const struct quarry_naming *, struct quarry_error *) = {
	explain, list, suggest,
};

#define N_READINGS (sizeof(readings) / sizeof(readings[0]))

struct task {
	size_t reading;
	struct quarry_db *db;
	struct quarry_naming naming;
};

static int work(void *payload, struct quarry_error *err)
{
	const struct task *t = payload;

	return readings[t->reading](t->db, &t->naming, err);
}

static void read_each(void)
{
	unsigned char key[32];
	struct task t = { .naming = dossiers_naming(key, /* names= */ 0) };

	for (; t.reading < N_READINGS; t.reading++) {
		t.db = dossiers_open();
		fail_each(work, &t, 10);
		db_close(t.db);
	}
}

static void an_allocation_that_fails_once_is_reported(void **state)
{
	mode = ONCE;
	read_each();
}

static void memory_that_stays_short_is_reported(void **state)
{
	mode = FROM_THEN_ON;
	read_each();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_allocation_that_fails_once_is_reported),
		cmocka_unit_test(memory_that_stays_short_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
