/* Where a repository lies in the cache, what is refused, what is tidied. */
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

#include "fetch/lock.h"
#include "quarry/fetch.h"
#include "util/file.h"
#include "util/str.h"

static void a_url_has_one_folder_in_the_cache(void **state)
{
	static const struct { const char *cache, *url, *path; } cases[] = {
		{ "c", "https://github.com/a/b", "c/github.com/a/b.git" },
		{ "/c", "https://github.com/a/b", "/c/github.com/a/b.git" },
		{ "c//", "https://github.com/a/b", "c/github.com/a/b.git" },
		{ "/", "https://github.com/a/b", "/github.com/a/b.git" },
		{ "c", "https://github.com/a/b.git", "c/github.com/a/b.git" },
		{ "c", "https://github.com/a/b.GIT", "c/github.com/a/b.git" },
		{ "c", "https://GitHub.com/Apple/ML-X", "c/github.com/apple/ml-x.git" },
		{ "c", "HTTPS://github.com/a/b", "c/github.com/a/b.git" },
		{ "c", "ssh://git@github.com/a/b", "c/github.com/a/b.git" },
		{ "c", "ssh://github.com/~a/b", "c/github.com/~a/b.git" },
		{ "c", "http://h:8080/a/b", "c/h+8080/a/b.git" },
		{ "c", "git://h:9418/a", "c/h+9418/a.git" },
		{ "c", "https://h/a/b/c/d", "c/h/a/b/c/d.git" },
		{ "c", "https://h/a", "c/h/a.git" },
		{ "c", "https://h/a/.b", "c/h/a/.b.git" },
		{ "c", "https://h/a/..b", "c/h/a/..b.git" },
		{ "c", "https://h/a/b..", "c/h/a/b...git" },
		{ "c", "https://local/srv/a", "c/local+/srv/a.git" },
		{ "c", "/srv/a", "c/local/srv/a.git" },
		{ "c", "/srv/A B:C", "c/local/srv/A B:C.git" },
		{ "c", "/srv/a.git", "c/local/srv/a.git.git" },
		{ "c", "/srv/-b", "c/local/srv/-b.git" },
		{ "c", "/a?b#c%2f@d", "c/local/a?b#c%2f@d.git" },
		{ "c", "file:///srv/a", "c/local/srv/a.git" },
		{ "c", "file://localhost/srv/a", "c/local/srv/a.git" },
		{ "c", "file:///srv/A%20B%3aC", "c/local/srv/A B:C.git" },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = NULL;

		assert_int_equal(quarry_fetch_path(&path, cases[i].cache, cases[i].url, &err), 0);
		assert_string_equal(path, cases[i].path);
		free(path);
	}
}

/* What else is refused: test_url.c. */
static void a_url_that_would_leave_the_cache_is_refused(void **state)
{
	static const struct { const char *cache, *url; } cases[] = {
		{ "", "https://h/a" },
		{ "c", "../a" },
		{ "c", "https://h/../b" },
		{ "c", "https://h/a/.git" },
		{ "c", "https://h/a.git/b" },
		{ "c", "https://../a/b" },
		{ "c", "/a/../b" },
		{ "c", "file:///a/%2e%2E/b" },
		{ "c", "file:///a/..%2fb" },
		{ "c", "ssh://-oProxyCommand=x/a" },
		{ "c", "https://me:secret@h/a" },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *path = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(quarry_fetch_path(&path, cases[i].cache, cases[i].url, &err),
				 QUARRY_EUSAGE);
		assert_null(path);
		assert_int_equal(err.code, QUARRY_EUSAGE);
		assert_null(strstr(err.text, "secret"));
	}
}

static void make_file(const char *folder, const char *name)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *path = str_dupf("%s/%s", folder, name);

	assert_non_null(path);
	assert_int_equal(file_mkdirs(folder, &err), 0);
	assert_int_equal(file_write(path, "x", 1, &err), 0);
	free(path);
}

static char *make_cache(void)
{
	char *cache = strdup("fetch-XXXXXX");

	assert_non_null(cache);
	assert_non_null(mkdtemp(cache));
	return cache;
}

static void drop_cache(char *cache)
{
	assert_int_equal(file_remove_tree(cache, NULL), 0);
	free(cache);
}

static void nothing_is_begun_for_what_is_not_allowed(void **state)
{
	static const struct { const char *url, *branch; int allow_local; } cases[] = {
		{ "http://127.0.0.1:1/a", NULL, 0 },
		{ "git://127.0.0.1:1/a", NULL, 0 },
		{ "file:///a", NULL, 0 },
		{ "/a", NULL, 0 },
		{ "ext::x", NULL, 1 },
		{ "ftp://h/a", NULL, 1 },
		{ "-a", NULL, 1 },
		{ "https://a:b@h/c", NULL, 1 },
		{ "https://127.0.0.1:1/a", "-x", 0 },
		{ "https://127.0.0.1:1/a", "", 0 },
		{ "https://127.0.0.1:1/a", "a..b", 0 },
		{ "https://127.0.0.1:1/a", "a:b", 0 },
		{ "https://127.0.0.1:1/a", "a*", 0 },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_fetch_result result = { 0 };
	char *cache = make_cache(), *gitdir = str_dupf("%s/h/a.git", cache);

	assert_non_null(gitdir);
	assert_int_equal(quarry_fetch_init(&err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_fetch_options options = { .allow_local = cases[i].allow_local };

		assert_int_equal(quarry_fetch(&result, gitdir, cases[i].url, cases[i].branch,
					      &options, &err), QUARRY_EUSAGE);
		assert_int_equal(result.bytes, 0);
		quarry_fetch_result_release(&result);
	}
	quarry_fetch_shutdown();
	assert_int_equal(rmdir(cache), 0); /* still empty */
	free(gitdir);
	free(cache);
}

static void a_stop_asked_for_before_the_start_stops(void **state)
{
	atomic_bool stop = true;
	struct quarry_fetch_options options = { .stop = &stop, .allow_local = 1 };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_fetch_result result;
	char *cache = make_cache(), *gitdir = str_dupf("%s/h/a.git", cache);

	assert_non_null(gitdir);
	assert_int_equal(quarry_fetch_init(&err), 0);
	assert_int_equal(quarry_fetch(&result, gitdir, "git://127.0.0.1:1/a", NULL, &options, &err),
			 QUARRY_EINTR);
	assert_false(file_is_dir(gitdir));
	quarry_fetch_shutdown();
	free(gitdir);
	drop_cache(cache);
}

static void a_temporary_folder_is_removed_when_nobody_holds_it(void **state)
{
	static const struct { const char *folder, *file; bool stays; } cases[] = {
		{ "h/o/killed.git.tmp-AbC123", LOCK_NAME, false },
		{ "h/killed.git.tmp-AbC123", LOCK_NAME, false },
		{ "local/a/b/c/d/e/killed.git.tmp-AbC123", LOCK_NAME, false },
		{ "h/o/foreign.git.tmp-AbC123", "file", true },
		{ "h/o/whole.git", LOCK_NAME, true },
		{ "h/o/long.git.tmp-AbC1234", LOCK_NAME, true },
		{ "h/o/name.tmp-AbC123", LOCK_NAME, true },
		{ "h/o/in.git/a.git.tmp-AbC123", LOCK_NAME, true },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct temp held = TEMP_INIT;
	char *cache = make_cache(), *path = str_dupf("%s/h/o/held.git", cache);

	assert_non_null(path);
	assert_int_equal(temp_new(&held, path, &err), 0);
	free(path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = str_dupf("%s/%s", cache, cases[i].folder);
		make_file(path, cases[i].file);
		free(path);
	}
	path = str_dupf("%s/h/o/empty.git.tmp-AbC123", cache);
	assert_int_equal(file_mkdirs(path, &err), 0);

	assert_int_equal(quarry_fetch_tidy(cache, &err), 0);
	assert_false(file_is_dir(path));
	assert_true(file_is_dir(held.path));
	free(path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = str_dupf("%s/%s", cache, cases[i].folder);
		assert_int_equal(file_is_dir(path), cases[i].stays);
		free(path);
	}
	path = strdup(held.path);
	temp_release(&held);
	assert_false(file_is_dir(path));
	free(path);
	drop_cache(cache);
	assert_int_equal(quarry_fetch_tidy("no-such-cache", &err), 0);
}

static void who_may_share_the_cache_is_for_the_umask_to_say(void **state)
{
	static const mode_t masks[] = { 002, 022, 077, 0 };
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *cache = make_cache(), *gitdir = str_dupf("%s/h/a.git", cache);
	mode_t before = umask(0);

	assert_non_null(gitdir);
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		struct temp t = TEMP_INIT, other = TEMP_INIT;
		struct stat st;
		char *path;

		(void)umask(masks[i]);
		assert_int_equal(temp_new(&t, gitdir, &err), 0);
		assert_int_equal(temp_new(&other, gitdir, &err), 0);
		assert_int_equal(strlen(t.path), strlen(gitdir) + strlen(TEMP_SUFFIX));
		assert_int_equal(strspn(t.path + strlen(t.path) - 6, "abcdefghijklmnopqrstuvwxyz"
					"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 6);
		assert_string_not_equal(t.path, other.path);
		assert_int_equal(stat(t.path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0777 & ~masks[i]);
		path = strdup(t.path);
		temp_release(&t);
		temp_release(&other);
		assert_false(file_is_dir(path));
		free(path);
	}
	(void)umask(before);
	free(gitdir);
	drop_cache(cache);
}

static void a_folder_is_locked_by_one_at_a_time(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	atomic_bool stop = true;
	const struct quarry_fetch_options none = { 0 }, late = { .total_s = 1, .spent_s = 1 },
		stopped = { .stop = &stop };
	char *cache = make_cache();
	int a = -1, b = -1;
	struct guard g;

	assert_int_equal(quarry_fetch_init(&err), 0);
	assert_false(lock_try(&a, cache)); /* it has no lock file yet */
	guard_start(&g, &none);
	assert_int_equal(lock_wait(&a, cache, &g, &err), 0);
	assert_false(lock_try(&b, cache));
	guard_start(&g, &stopped);
	assert_int_equal(lock_wait(&b, cache, &g, &err), QUARRY_EINTR);
	guard_start(&g, &late);
	assert_int_equal(lock_wait(&b, cache, &g, &err), QUARRY_EFAIL);
	assert_non_null(strstr(err.text, "another run was writing to it all the time"));
	quarry_fetch_shutdown();
	lock_drop(a);
	assert_true(lock_try(&b, cache));
	lock_drop(b);
	drop_cache(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_has_one_folder_in_the_cache),
		cmocka_unit_test(a_url_that_would_leave_the_cache_is_refused),
		cmocka_unit_test(nothing_is_begun_for_what_is_not_allowed),
		cmocka_unit_test(a_stop_asked_for_before_the_start_stops),
		cmocka_unit_test(a_temporary_folder_is_removed_when_nobody_holds_it),
		cmocka_unit_test(who_may_share_the_cache_is_for_the_umask_to_say),
		cmocka_unit_test(a_folder_is_locked_by_one_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
