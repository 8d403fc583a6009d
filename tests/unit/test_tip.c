/* The files of the tips by class and language (docs/metrics.md tip_mix). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/derive.h"
#include "quarry/history.h"
#include "tables.h"
#include "util/str.h"

/* Two tracked repositories, one that is mined to be excluded, one that nobody names. */
static const char world[] =
	"INSERT INTO repo(repo, url, slug) VALUES(1, 'a', 'a'), (2, 'b', 'b'), (3, 'c', 'c'), (4, 'd', 'd');"
	"INSERT INTO tracked(repo, category, excluded, known_s) VALUES(1, 0, 0, 0), (2, 0, 0, 0),"
	" (3, NULL, 1, 0);"
	"INSERT INTO path VALUES(1, 1, 'x.c'), (2, 1, 'y.c'), (3, 1, 'gone.c'), (4, 1, x'ff2e63'),"
	" (5, 1, 'noclass.c'), (6, 2, 'x.c'), (7, 3, 'x.c'), (8, 4, 'x.c'), (9, 1, 'z');"
	"INSERT INTO path_class VALUES(1, 'source'), (2, 'source'), (3, 'source'), (4, 'test'),"
	" (6, 'source'), (7, 'source'), (8, 'source'), (9, 'other');"
	"INSERT INTO tip_run VALUES(1, 1, 2), (1, 4, 5), (1, 9, 9), (2, 6, 6), (3, 7, 7), (4, 8, 8)";

static int tell_language(void *payload, const struct quarry_tip_file *file,
			 struct quarry_error *err)
{
	const char *language = file->len > 2 && !memcmp(file->name + file->len - 2, ".c", 2) ? "C" : "";

	return quarry_derive_tip_language(payload, file, language, err);
}

static int stop(void *payload, const struct quarry_tip_file *file, struct quarry_error *err)
{
	return QUARRY_EINTR;
}

static void the_files_of_tips_are_counted_by_class_and_language(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .db = open_tables() };
	struct str got = STR_INIT;
	struct db_stmt *st = NULL;

	must(d.db, world);
	assert_int_equal(quarry_derive_each_tip_file(&d, tell_language, &d, &err), 0);
	assert_int_equal(derive_tip(&d, &err), 0);
	assert_int_equal(db_prepare(&st, d.db, "SELECT repo || ' ' || class || ' ' || language || ' '"
				    " || files FROM tip_mix ORDER BY repo, class, language", &err), 0);
	while (db_step(st, &err) > 0)
		str_addf(&got, "%s\n", db_text(st, 0));
	db_finish(st);
	assert_string_equal(got.buf, "1 other  1\n1 other C 1\n1 source C 2\n1 test C 1\n2 source C 1\n");
	assert_int_equal(quarry_derive_each_tip_file(&d, stop, NULL, &err), QUARRY_EINTR);
	str_release(&got);
	derive_tip_free(d.tip);
	db_close(d.db);
}

static void without_a_tip_there_is_no_mix(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .db = open_tables() };
	int64_t n = -1;

	assert_int_equal(quarry_derive_each_tip_file(&d, tell_language, &d, &err), 0);
	assert_int_equal(derive_tip(&d, &err), 0);
	assert_int_equal(db_scalar(&n, d.db, "SELECT count(*) FROM tip_mix", 0, &err), 0);
	assert_int_equal(n, 0);
	db_close(d.db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_files_of_tips_are_counted_by_class_and_language),
		cmocka_unit_test(without_a_tip_there_is_no_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
