/* The key of the pseudonyms: made once, and refused when others can read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/secret.h"
#include "util/file.h"
#include "util/str.h"

struct fixture {
	char *folder, *path;
	struct quarry_error err;
	unsigned char key[SECRET_SIZE];
};

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->folder = str_dupf("%s/quarry-test-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->folder));
	f->path = str_dupf("%s/store.db.key", f->folder);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(file_remove_tree(f->folder, &f->err), 0);
	free(f->path);
	free(f->folder);
	free(f);
	return 0;
}

static void load(struct fixture *f)
{
	if (secret_load(f->key, f->path, &f->err))
		fail_msg("%s", f->err.text);
}

static void put(struct fixture *f, size_t len, mode_t mode)
{
	unsigned char bytes[64] = { 0 };
	FILE *out = fopen(f->path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(f->path, mode), 0);
}

static void refused(struct fixture *f, const char *says)
{
	unsigned char key[SECRET_SIZE];

	memcpy(key, f->key, sizeof(key));
	assert_int_equal(secret_load(f->key, f->path, &f->err), QUARRY_EFAIL);
	if (!strstr(f->err.text, says))
		fail_msg("no '%s' in '%s'", says, f->err.text);
	assert_memory_equal(key, f->key, sizeof(key));
}

static void a_key_is_made_once_and_for_its_owner(void **state)
{
	struct fixture *f = *state;
	unsigned char first[SECRET_SIZE], none[SECRET_SIZE] = { 0 };
	struct stat st;
	mode_t mask = umask(0);

	load(f);
	(void)umask(mask); /* it cannot fail */
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, SECRET_SIZE);
	assert_int_equal(st.st_nlink, 1);
	assert_memory_not_equal(f->key, none, sizeof(none));
	memcpy(first, f->key, sizeof(first));
	load(f);
	assert_memory_equal(f->key, first, sizeof(first));
	assert_int_equal(unlink(f->path), 0);
	load(f);
	assert_memory_not_equal(f->key, first, sizeof(first));
}

static void a_bad_key_is_refused(void **state)
{
	struct fixture *f = *state;

	put(f, SECRET_SIZE, 0640);
	refused(f, "others may read it; make its mode 0600");
	put(f, SECRET_SIZE, 0604);
	refused(f, "others may read it");
	put(f, SECRET_SIZE - 1, 0600);
	refused(f, "it has 31 bytes, not 32");
	put(f, 0, 0600);
	refused(f, "it has 0 bytes, not 32");
	put(f, SECRET_SIZE + 1, 0600);
	refused(f, "it has 33 bytes, not 32");
	put(f, SECRET_SIZE, 0400);
	load(f);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(mkdir(f->path, 0700), 0);
	refused(f, "it is not a file");
	assert_int_equal(rmdir(f->path), 0);
	assert_int_equal(mkfifo(f->path, 0600), 0);
	refused(f, "it is not a file");
	assert_int_equal(unlink(f->path), 0);
	free(f->path);
	f->path = str_dupf("%s/nosuch/store.db.key", f->folder);
	refused(f, "make that folder writable, or copy the store");
}

static void the_way_of_a_link_is_that_of_its_store(void **state)
{
	struct fixture *f = *state;
	char *store = str_dupf("%s/store.db", f->folder), *alias = str_dupf("%s/alias", f->folder);
	char *path;

	assert_int_equal(file_write(store, "", 0, &f->err), 0);
	assert_int_equal(symlink("store.db", alias), 0);
	path = secret_path(alias);
	assert_non_null(path);
	assert_string_equal(path + strlen(path) - strlen("/store.db.key"), "/store.db.key");
	free(path);
	free(store);
	free(alias);
}

#define N_CHILDREN 8

/* Each child tells the first byte of its key by its status. */
static void processes_that_make_one_at_once_get_the_same(void **state)
{
	struct fixture *f = *state;
	pid_t children[N_CHILDREN];
	int status;

	for (int i = 0; i < N_CHILDREN; i++) {
		children[i] = fork();
		if (!children[i])
			_exit(secret_load(f->key, f->path, &f->err) ? 255 : f->key[0] & 127);
		assert_true(children[i] > 0);
	}
	for (int i = 0; i < N_CHILDREN; i++)
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
	load(f);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), f->key[0] & 127);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_is_made_once_and_for_its_owner),
		TEST(a_bad_key_is_refused),
		TEST(what_is_no_file_is_refused_at_once),
		TEST(the_way_of_a_link_is_that_of_its_store),
		TEST(processes_that_make_one_at_once_get_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
