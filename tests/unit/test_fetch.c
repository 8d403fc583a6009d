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
#include "util/url.h"
#include "quarry/fetch.h"
#include "util/file.h"
#include "util/str.h"

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

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
		{ "c", "git://[::1]:9418/a", "c/[++1]+9418/a.git" },
		{ "c", "https://h/a/b/c/d", "c/h/a/b/c/d.git" },
		{ "c", "https://h/a", "c/h/a.git" },
		{ "c", "https://h/a/.b", "c/h/a/.b.git" },
		{ "c", "https://h/a/..b", "c/h/a/..b.git" },
		{ "c", "https://h/a/b..", "c/h/a/b...git" },
		{ "c", "https://h/a/-b", "c/h/a/-b.git" },
		{ "c", "https://h/a/b@c", "c/h/a/b@c.git" },
		{ "c", "https://h/%2e%2e/b", "c/h/%2e%2e/b.git" },
		{ "c", "https://local/srv/a", "c/local+/srv/a.git" },
		{ "c", "/srv/a", "c/local/srv/a.git" },
		{ "c", "/srv/A B:C", "c/local/srv/A B:C.git" },
		{ "c", "/srv/a.git", "c/local/srv/a.git.git" },
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

static void a_url_that_would_leave_the_cache_is_refused(void **state)
{
	static const struct { const char *url, *why; } cases[] = {
		{ "", "empty" },
		{ "a/b", "neither a URL nor an absolute path" },
		{ "../a", "neither a URL nor an absolute path" },
		{ "https://h/../b", "'.' or '..'" },
		{ "https://h/a/..", "'.' or '..'" },
		{ "https://h/a/./b", "'.' or '..'" },
		{ "https://h/a/.", "'.' or '..'" },
		{ "https://h/a//b", "part of its path is empty" },
		{ "https://h/a/", "part of its path is empty" },
		{ "https://h/", "part of its path is empty" },
		{ "https://h", "no path" },
		{ "https://h/a/.git", "'.git'" },
		{ "https://h/a.git/b", "'.git'" },
		{ "https://h/a\nb/c", "control character" },
		{ "https://h/a\x7f/c", "control character" },
		{ "https://h/a b", "space" },
		{ "https://h/a?b", "'?'" },
		{ "https://h/a#b", "'#'" },
		{ "https://h/" HUNDRED HUNDRED "x", "longer than 200 bytes" },
		{ "https:///a/b", "host" },
		{ "https://../a/b", "host" },
		{ "https://.h/a", "host" },
		{ "https://h\\x/a", "host" },
		{ "https://h%2f/a", "host" },
		{ "https://[::1/a", "host" },
		{ "https://[]/a", "host" },
		{ "https://[::1]x/a", "host" },
		{ "https://h:/a", "port" },
		{ "https://h:0/a", "port" },
		{ "https://h:65536/a", "port" },
		{ "https://h:1x/a", "port" },
		{ "https://h:+1/a", "port" },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *path = NULL, *text;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(quarry_fetch_path(&path, "c", cases[i].url, &err), QUARRY_EUSAGE);
		assert_null(path);
		assert_int_equal(err.code, QUARRY_EUSAGE);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].url, err.text);
	}
	assert_int_equal(quarry_fetch_path(&path, "", "https://h/a", &err), QUARRY_EUSAGE);
	text = str_dupf("https://h/%02040d", 0);
	assert_non_null(text);
	assert_int_equal(quarry_fetch_path(&path, "c", text, &err), QUARRY_EUSAGE);
	free(text);
}

static void a_local_path_that_would_leave_the_cache_is_refused(void **state)
{
	static const struct { const char *url, *why; } cases[] = {
		{ "/", "part of its path is empty" },
		{ "/a/../b", "'.' or '..'" },
		{ "/a\tb", "control character" },
		{ "file://h/a", "names a host" },
		{ "file://a", "names a host" },
		{ "file:///a/%2e%2E/b", "'.' or '..'" },
		{ "file:///a/..%2fb", "'.' or '..'" },
		{ "file:///a%00b", "'%'" },
		{ "file:///a%0ab", "'%'" },
		{ "file:///a%", "'%'" },
		{ "file:///a%4", "'%'" },
		{ "file:///a%zz", "'%'" },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *path = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(quarry_fetch_path(&path, "c", cases[i].url, &err), QUARRY_EUSAGE);
		assert_null(path);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].url, err.text);
	}
}

static void an_option_in_the_place_of_a_url_is_refused(void **state)
{
	static const char *const urls[] = {
		"-u", "--upload-pack=x", "ssh://-oProxyCommand=x/a", "ssh://-u@h/a",
		"ssh://@h/a", "ssh://a b@h/a", "ssh://`x`@h/a", "https://-h/a",
		"ext::sh -c x", "ext::x", "fd::1", "ftp://h/a", "git+ssh://h/a", "javascript://h/a",
		"git@h:a/b", "h:a/b",
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *path = NULL;

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_int_equal(quarry_fetch_path(&path, "c", urls[i], &err), QUARRY_EUSAGE);
		assert_null(path);
	}
}

static void a_secret_in_a_url_is_refused_and_not_shown(void **state)
{
	static const char *const urls[] = {
		"https://SECRET@h/a", "https://me:SECRET@h/a", "http://SECRET@h/a",
		"ssh://git:SECRET@h/a", "git://SECRET@h/a", "https://h/a?token=SECRET",
		"https://h/a#SECRET", "https://me:x/SECRET@h/a", "https://me:SECRET@h",
		"me:SECRET@h:a/b", "ftp://SECRET@h/a", "https://a@SECRET@h/a",
		"SECRET@h", "me:SECRET@h/x?u=http://b", "https://me:SECRET?@h/a", "https://me:?SECRET@h/a",
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	char *path = NULL;

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_int_equal(quarry_fetch_path(&path, "c", urls[i], &err), QUARRY_EUSAGE);
		assert_null(path);
		if (strstr(err.text, "SECRET"))
			fail_msg("%s", err.text);
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
	struct quarry_fetch_result result = { QUARRY_FETCH_UPDATED, 7 };
	char *cache = make_cache(), *gitdir = str_dupf("%s/h/a.git", cache);

	assert_non_null(gitdir);
	assert_int_equal(quarry_fetch_init(&err), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_fetch_options options = { .allow_local = cases[i].allow_local };

		assert_int_equal(quarry_fetch(&result, gitdir, cases[i].url, cases[i].branch,
					      &options, &err), QUARRY_EUSAGE);
	}
	quarry_fetch_shutdown();
	assert_int_equal(result.bytes, 7);
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

static void a_folder_is_locked_by_one_at_a_time(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	atomic_bool stop = true;
	char *cache = make_cache();
	int a = -1, b = -1;

	assert_false(lock_try(&a, cache)); /* it has no lock file yet */
	assert_int_equal(lock_wait(&a, cache, NULL, &err), 0);
	assert_false(lock_try(&b, cache));
	assert_int_equal(lock_wait(&b, cache, &stop, &err), QUARRY_EINTR);
	lock_drop(a);
	assert_true(lock_try(&b, cache));
	lock_drop(b);
	drop_cache(cache);
}

static void a_local_path_becomes_a_file_url(void **state)
{
	static const struct { const char *url, *told; } cases[] = {
		{ "https://H/a/b", "https://H/a/b" },
		{ "ssh://git@h:22/a", "ssh://git@h:22/a" },
		{ "/", NULL },
		{ "/no-such-folder/a", "file:///no-such-folder/a.git" },
		{ "/no-such-folder/a:b c%", "file:///no-such-folder/a%3ab%20c%25.git" },
		{ "/no-such-folder/\xc3\xb6", "file:///no-such-folder/%c3%b6.git" },
		{ "/usr/bin", "file:///usr/bin" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct url u = URL_INIT;
		char *told;

		if (url_parse(&u, cases[i].url, NULL)) {
			assert_null(cases[i].told);
			continue;
		}
		told = url_for_libgit2(&u);
		assert_non_null(told);
		assert_string_equal(told, cases[i].told);
		free(told);
		url_release(&u);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_url_has_one_folder_in_the_cache),
		cmocka_unit_test(a_url_that_would_leave_the_cache_is_refused),
		cmocka_unit_test(a_local_path_that_would_leave_the_cache_is_refused),
		cmocka_unit_test(an_option_in_the_place_of_a_url_is_refused),
		cmocka_unit_test(a_secret_in_a_url_is_refused_and_not_shown),
		cmocka_unit_test(nothing_is_begun_for_what_is_not_allowed),
		cmocka_unit_test(a_stop_asked_for_before_the_start_stops),
		cmocka_unit_test(a_temporary_folder_is_removed_when_nobody_holds_it),
		cmocka_unit_test(a_folder_is_locked_by_one_at_a_time),
		cmocka_unit_test(a_local_path_becomes_a_file_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
