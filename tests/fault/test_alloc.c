/*
 * Memory that runs out: mining and storing a small history while the n-th
 * allocation fails, for every n until none is left to fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing.h"
#include "lib/history.h"
#include "quarry/mine.h"
#include "quarry/store.h"

static const char stream[] =
	COMMIT(1, "first\n\nCo-authored-by: B\n <b@x>\nReviewed-by: J\xf6 <j@x>") PUT("a/b", "1")
	PUT(".mailmap", "P <c@x>") PUT("c", "2")
	COMMIT_ON("other", 2, "left") FROM(1) REMOVE("a/b") PUT("d\xe9", "1")
	COMMIT(3, "right \xf6") FROM(1) PUT_AS("100755", "c", "2")
	COMMIT(4, "merge") MERGE(2) COMMIT(5, "tip") REMOVE("c");

static int work(void *gitdir, struct quarry_error *err)
{
	struct quarry_history *facts = NULL;
	struct quarry_store *store = NULL;
	struct quarry_mined mined;
	int64_t repo;
	int rc = quarry_store_open(&store, ":memory:", NULL, err);

	if (!rc)
		rc = quarry_store_repo(&repo, store, "https://h/o/r", "o/r", err);
	if (!rc)
		rc = quarry_mine(&facts, gitdir, NULL, NULL, err);
	if (!rc)
		rc = quarry_store_put(store, repo, facts, 1, err);
	if (!rc)
		rc = quarry_store_put(store, repo, facts, 2, err);
	if (!rc)
		rc = quarry_store_mined(&mined, store, repo, err);
	if (!rc)
		assert_int_equal(mined.mined, 1);
	for (int i = 0; !rc && i < 2; i++)
		rc = quarry_store_event(/* began= */ NULL, store, repo, QUARRY_EVENT_GONE, "404", 3,
					err);
	if (!rc)
		rc = quarry_store_event_over(/* was= */ NULL, store, repo, QUARRY_EVENT_GONE, err);
	quarry_history_free(facts);
	quarry_store_free(store);
	return rc;
}

static void mine_and_store(void)
{
	struct history h;

	history_init(&h);
	history_import(&h, stream);
	fail_each(work, h.gitdir, 50);
	history_release(&h);
}

static void an_allocation_that_fails_once_is_reported(void **state)
{
	mode = ONCE;
	mine_and_store();
}

static void memory_that_stays_short_is_reported(void **state)
{
	mode = FROM_THEN_ON;
	mine_and_store();
}

int main(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_allocation_that_fails_once_is_reported),
		cmocka_unit_test(memory_that_stays_short_is_reported),
	};
	int n_failed;

	if (quarry_mine_init(&err))
		return 1;
	n_failed = cmocka_run_group_tests(tests, NULL, NULL);
	quarry_mine_shutdown();
	return n_failed;
}
