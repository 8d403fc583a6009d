/* The people.yaml of a universe: read with it, and no part of its taxonomy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "quarry/universe.h"
#include "util/file.h"
#include "util/str.h"

static char dir[] = P_tmpdir "/quarry-people-XXXXXX";

static void put(const char *name, const char *text)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *path = str_dupf("%s/%s", dir, name);

	assert_int_equal(file_write(path, text, strlen(text), &err), 0);
	free(path);
}

static int setup(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	put("universe.yaml", "id: u\ntitle: U\nlayers: [{id: base, title: Base}]\n");
	put("web.yaml", "id: web\ntitle: Web\nlayer: base\nrepositories: [{url: https://a.org/b/c}]\n");
	return 0;
}

static int teardown(void **state)
{
	return file_remove_tree(dir, /* err= */ NULL);
}

static void people_come_with_the_universe(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_universe *u = NULL;
	char hash[65];

	assert_int_equal(quarry_universe_load(&u, dir, 0, &err), 0);
	assert_string_equal(err.text, "");
	assert_null(u->people);
	memcpy(hash, u->hash, sizeof(hash));
	quarry_universe_free(u);

	put("people.yaml", "people: [{merge: [a@b.c, d@e.f]}]\n");
	assert_int_equal(quarry_universe_load(&u, dir, 0, &err), 0);
	assert_non_null(u->people);
	assert_int_equal(u->people->n_persons, 1);
	assert_int_equal(u->n_categories, 1);
	assert_string_equal(u->hash, hash); /* who is who is no taxonomy */
	quarry_universe_free(u);
}

static void a_mistake_in_it_is_the_universe_s(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_universe *u = NULL;
	char *want = str_dupf("cannot read '%s/people.yaml': line 2: 'merge' holds 'Ada', which is no "
			      "signature (write a@b.c, 'Name <a@b.c>' or, of an e-mail without @, '<root>')",
			      dir);

	put("people.yaml", "people:\n- merge: [Ada]\n");
	assert_int_equal(quarry_universe_load(&u, dir, 0, &err), QUARRY_EUSAGE);
	assert_string_equal(err.text, want);
	assert_null(u);
	free(want);
}

/* Nobody writes into a pipe: who waits for it waits for ever. */
static void what_is_no_file_is_refused_at_once(void **state)
{
	static const char *const names[] = { "people.yaml", "web.yaml", "universe.yaml" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_universe *u = NULL;
		char *path = str_dupf("%s/%s", dir, names[i]);
		char *want = str_dupf("cannot read '%s': it is no regular file", path);

		(void)remove(path);
		assert_int_equal(mkfifo(path, 0600), 0);
		(void)alarm(60);
		assert_int_equal(quarry_universe_load(&u, dir, 0, &err), QUARRY_EFAIL);
		(void)alarm(0);
		assert_string_equal(err.text, want);
		(void)remove(path);
		assert_int_equal(symlink("/dev/zero", path), 0);
		assert_int_equal(quarry_universe_load(&u, dir, 0, &err), QUARRY_EFAIL);
		assert_string_equal(err.text, want);
		assert_null(u);
		free(want);
		free(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_come_with_the_universe),
		cmocka_unit_test(a_mistake_in_it_is_the_universe_s),
		cmocka_unit_test(what_is_no_file_is_refused_at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
