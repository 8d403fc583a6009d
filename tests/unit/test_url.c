/* The URL of a repository: its parts, and all that is no URL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/str.h"
#include "util/url.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define AZ "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.x.y.z." /* 52 bytes */

static void assert_same(const char *is, const char *want)
{
	if (want && is)
		assert_string_equal(is, want);
	else
		assert_ptr_equal(is, want);
}

static void a_url_is_taken_apart(void **state)
{
	static const struct {
		const char *text;
		enum url_scheme scheme;
		const char *user, *hostname;
		unsigned port;
		const char *host, *path, *slug;
	} cases[] = {
		{ "https://h.org/o/n", URL_HTTPS, NULL, "h.org", 0, "h.org", "/o/n", "o/n" },
		{ "HTTPS://H.Org:443/O/n.GIT", URL_HTTPS, NULL, "h.org", 443, "h.org:443",
		  "/O/n.GIT", "O/n" },
		{ "https://127.0.0.1:65535/a/b/c.git.git", URL_HTTPS, NULL, "127.0.0.1", 65535,
		  "127.0.0.1:65535", "/a/b/c.git.git", "a/b/c" },
		{ "ssh://git@h:1/~o/.n", URL_SSH, "git", "h", 1, "h:1", "/~o/.n", "~o/.n" },
		{ "ssh://h/n", URL_SSH, NULL, "h", 0, "h", "/n", "n" },
		{ "http://localhost/o/..n", URL_HTTP, NULL, "localhost", 0, "localhost", "/o/..n",
		  "o/..n" },
		{ "git://a-b.c/o/n+..", URL_GIT, NULL, "a-b.c", 0, "a-b.c", "/o/n+..", "o/n+.." },
		{ "/n", URL_LOCAL, NULL, "", 0, "", "/n", "n" },
		{ "/o/n.git", URL_LOCAL, NULL, "", 0, "", "/o/n.git", "o/n" },
		{ "/a/-o/n?#%2e@\xc3\xb6", URL_LOCAL, NULL, "", 0, "", "/a/-o/n?#%2e@\xc3\xb6",
		  "-o/n?#%2e@\xc3\xb6" },
		{ "/a b:c", URL_LOCAL, NULL, "", 0, "", "/a b:c", "a b:c" },
		{ "FILE:///x/A%20B%3aC/n", URL_LOCAL, NULL, "", 0, "", "/x/A B:C/n", "A B:C/n" },
		{ "file://localhost/o%2Fn%3f%C3%b6", URL_LOCAL, NULL, "", 0, "", "/o/n?\xc3\xb6",
		  "o/n?\xc3\xb6" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct url u = URL_INIT;
		char *slug;

		assert_int_equal(url_parse(&u, cases[i].text, NULL), 0);
		slug = url_slug(&u);
		assert_int_equal(u.scheme, cases[i].scheme);
		assert_string_equal(u.text, cases[i].text);
		assert_same(u.user, cases[i].user);
		assert_same(u.hostname, cases[i].hostname);
		assert_int_equal(u.port, cases[i].port);
		assert_same(u.host, cases[i].host);
		assert_same(u.path, cases[i].path);
		assert_same(slug, cases[i].slug);
		assert_int_equal(url_is_public(&u), i < 5);
		free(slug);
		url_release(&u);
	}
}

static const struct { const char *url, *why; } no_urls[] = {
	{ "", "empty" },
	{ "a/b", "neither a URL nor an absolute path" },
	{ "../a:b", "neither a URL nor an absolute path" },
	{ "ftp://h/a", "scheme" },
	{ "git+ssh://h/a", "scheme" },
	{ "httpsx://h/a", "scheme" },
	{ "http", "neither" },
	{ "://h/a", "scheme" },
	{ "https:/h/a", "no scheme" },
	{ "git@h:a/b", "write ssh://" },
	{ "h:a/b", "write ssh://" },
	{ "https://h/../b", "'.' or '..'" },
	{ "https://h/a/..", "'.' or '..'" },
	{ "https://h/a/./b", "'.' or '..'" },
	{ "https://h/a/.", "'.' or '..'" },
	{ "https://h/a//b", "part of its path that is empty" },
	{ "https://h/a/", "part of its path that is empty" },
	{ "https://h/", "part of its path that is empty" },
	{ "https://h", "no path" },
	{ "https://h/a/.git", "'.git'" },
	{ "https://h/.GIT/a", "'.git'" },
	{ "https://h/a/..git", "'.git'" },
	{ "https://h/a/...git", "'.git'" },
	{ "https://h/a/.git.git", "'.git'" },
	{ "https://h/a.git/b", "'.git'" },
	{ "https://h/a\nb/c", "control character" },
	{ "https://h/a\x7f/c", "control character" },
	{ "https://h/a b", "space" },
	{ "https://h/a?b", "'?'" },
	{ "https://h/a#b", "'#'" },
	{ "https://h?a", "'?'" },
	{ "https://h/-a/b", "begins with '-'" },
	{ "https://h/a/-b", "begins with '-'" },
	{ "https://h/%2e%2e/b", "other than letters" },
	{ "https://h/a\\b/c", "other than letters" },
	{ "https://h/a/b;c", "other than letters" },
	{ "https://h/a/$(b)", "other than letters" },
	{ "https://h/a/b:c", "other than letters" },
	{ "https://h/a/\xc3\xb6", "other than letters" },
	{ "https:///a/b", "host" },
	{ "https://../a/b", "host" },
	{ "https://.h/a", "host" },
	{ "https://h./a", "host" },
	{ "https://a..h/a", "host" },
	{ "https://a_b/a", "host" },
	{ "https://h\\x/a", "host" },
	{ "https://h%2f/a", "host" },
	{ "https://[1:2:3:4:5:6:7:8]/a", "host" },
	{ "https://[::1]/a", "'::'" },
	{ "https://:1/a", "host" },
	{ "https://h:/a", "port" },
	{ "https://h:0/a", "port" },
	{ "https://h:080/a", "port" },
	{ "https://h:65536/a", "port" },
	{ "https://h:4294967297/a", "port" },
	{ "https://h:1x/a", "port" },
	{ "https://h:+1/a", "port" },
	{ "https://h:1:2/a", "port" },
};

static void what_is_no_url_is_refused_with_its_reason(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	for (size_t i = 0; i < N(no_urls); i++) {
		struct url u = URL_INIT;

		assert_int_equal(url_parse(&u, no_urls[i].url, &err), QUARRY_EUSAGE);
		assert_int_equal(err.code, QUARRY_EUSAGE);
		assert_null(u.text);
		if (!strstr(err.text, no_urls[i].why))
			fail_msg("%s: %s", no_urls[i].url, err.text);
	}
}

static void a_local_path_is_checked_as_it_is_on_the_disk(void **state)
{
	static const struct { const char *url, *why; } cases[] = {
		{ "/", "part of its path that is empty" },
		{ "/a/../b", "'.' or '..'" },
		{ "/a//b", "empty" },
		{ "/a/.git/b", "'.git'" },
		{ "/a.git/b", "'.git'" },
		{ "/a\tb", "control character" },
		{ "/a::b", "'::'" },
		{ "/a\xff", "not UTF-8" },
		{ "file://h/a", "names a host" },
		{ "file://a", "names a host" },
		{ "file:///a b", "space" },
		{ "file:///a?b", "'?'" },
		{ "file:///a#b", "'#'" },
		{ "file:///a/%2e%2E/b", "'.' or '..'" },
		{ "file:///a/..%2fb", "'.' or '..'" },
		{ "file:///a/%2egit", "'.git'" },
		{ "file:///a%3a%3ab", "'::'" },
		{ "file:///a%00b", "'%'" },
		{ "file:///a%0ab", "'%'" },
		{ "file:///a%", "'%'" },
		{ "file:///a%4", "'%'" },
		{ "file:///a%zz", "'%'" },
		{ "file:///a%c3%28", "not UTF-8" },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;

	for (size_t i = 0; i < N(cases); i++) {
		struct url u = URL_INIT;

		assert_int_equal(url_parse(&u, cases[i].url, &err), QUARRY_EUSAGE);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s: %s", cases[i].url, err.text);
	}
}

static void what_would_run_a_program_or_look_like_an_option_is_refused(void **state)
{
	static const char *const urls[] = {
		"-", "-u", "-/a", "--upload-pack=x", "ssh://-oProxyCommand=x/a", "ssh://-u@h/a",
		"ssh://u@-oProxyCommand=x/a", "ssh://@h/a", "ssh://a b@h/a", "ssh://`x`@h/a",
		"ssh://u+v@h/a", "ssh://a@b@h/a", "https://-h/a", "ssh://h/-a",
		"ext::sh -c x", "ext::x", "fd::1", "https://ext::x/a", "ssh::x", "javascript://h/a",
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct url u = URL_INIT;

	for (size_t i = 0; i < N(urls); i++) {
		if (url_parse(&u, urls[i], &err) != QUARRY_EUSAGE)
			fail_msg("'%s' was read", urls[i]);
		assert_int_not_equal(url_read_short(&u, urls[i]), URL_FINE);
		assert_null(u.text);
	}
}

static void a_secret_is_refused_and_not_shown(void **state)
{
	static const char *const urls[] = {
		"https://SECRET@h/a", "https://me:SECRET@h/a", "http://SECRET@h/a",
		"ssh://git:SECRET@h/a", "git://SECRET@h/a", "https://h/a?token=SECRET",
		"https://h/a#SECRET", "https://me:x/SECRET@h/a", "https://me:SECRET@h",
		"ssh://me:x/SECRET@h/a", "https://me:1/SECRET@h/a",
		"me:SECRET@h:a/b", "ftp://SECRET@h/a", "https://a@SECRET@h/a",
		"SECRET@h", "me:SECRET@h/x?u=http://b", "https://me:SECRET?@h/a",
		"https://me:?SECRET@h/a", "https://me::SECRET@h/a",
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct url u = URL_INIT;

	for (size_t i = 0; i < N(urls); i++) {
		assert_int_equal(url_parse(&u, urls[i], &err), QUARRY_EUSAGE);
		if (strstr(err.text, "SECRET"))
			fail_msg("%s", err.text);
	}
}

static void a_url_is_as_long_as_a_file_name_and_a_message_allow(void **state)
{
	/* The format is given a text of this length. */
	static const struct { const char *format; size_t len; enum url_fault fault; } cases[] = {
		{ "https://h/%s", 200, URL_FINE }, { "https://h/%s", 201, URL_PART_LONG },
		{ "/%s", 200, URL_FINE }, { "/%s", 201, URL_PART_LONG },
		{ "https://%s/a", 63, URL_FINE }, { "https://%s/a", 64, URL_HOST },
		{ "https://" AZ AZ AZ "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.%s:8080/a", 62, URL_FINE },
		{ "https://" AZ AZ AZ "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.%s:8080/a", 63, URL_HOST },
		{ "ssh://%s@h/a", 2048 - 10, URL_FINE }, { "ssh://%s@h/a", 2049 - 10, URL_LONG },
	};
	char *x = malloc(4096);

	assert_non_null(x);
	for (size_t i = 0; i < N(cases); i++) {
		struct url u = URL_INIT;
		struct str text = STR_INIT;
		const char *hole = strstr(cases[i].format, "%s");

		memset(x, 'x', cases[i].len);
		str_add(&text, cases[i].format, (size_t)(hole - cases[i].format));
		str_add(&text, x, cases[i].len);
		str_adds(&text, hole + 2);
		assert_false(text.oom);
		assert_int_equal(url_read(&u, text.buf), cases[i].fault);
		url_release(&u);
		str_release(&text);
	}
	free(x);
}

static void the_short_form_stands_for_ssh(void **state)
{
	static const struct { const char *text, *url; } cases[] = {
		{ "git@H:o/n.git", "ssh://git@H/o/n.git" },
		{ "git@h:/o/n", "ssh://git@h/o/n" },
		{ "git@h:n", "ssh://git@h/n" },
		{ "git@h://n", NULL }, { "git@h:", NULL }, { "git@h", NULL }, { "@h:o/n", NULL },
		{ "h:o/n", NULL }, { "git@:o/n", NULL }, { "git@h:o/../n", NULL }, { "git@h:22:o/n", NULL },
		{ "a/git@h:o/n", NULL }, { "git:secret@h:o/n", NULL }, { "git@-h:o/n", NULL },
		{ "https://h/o/n", NULL },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct url u = URL_INIT;

		assert_int_equal(url_read_short(&u, cases[i].text) == URL_FINE, cases[i].url != NULL);
		assert_same(u.text, cases[i].url);
		assert_int_equal(u.scheme, cases[i].url ? URL_SSH : URL_HTTPS);
		url_release(&u);
	}
}

static void a_local_path_becomes_a_file_url(void **state)
{
	static const struct { const char *url, *told; } cases[] = {
		{ "https://H/a/b", "https://H/a/b" },
		{ "ssh://git@h:22/a", "ssh://git@h:22/a" },
		{ "/no-such-folder/a", "file:///no-such-folder/a.git" },
		{ "/no-such-folder/a:b c%", "file:///no-such-folder/a%3ab%20c%25.git" },
		{ "/no-such-folder/\xc3\xb6", "file:///no-such-folder/%c3%b6.git" },
		{ "/usr/bin", "file:///usr/bin" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct url u = URL_INIT;
		char *told;

		assert_int_equal(url_parse(&u, cases[i].url, NULL), 0);
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
		cmocka_unit_test(a_url_is_taken_apart),
		cmocka_unit_test(what_is_no_url_is_refused_with_its_reason),
		cmocka_unit_test(a_local_path_is_checked_as_it_is_on_the_disk),
		cmocka_unit_test(what_would_run_a_program_or_look_like_an_option_is_refused),
		cmocka_unit_test(a_secret_is_refused_and_not_shown),
		cmocka_unit_test(a_url_is_as_long_as_a_file_name_and_a_message_allow),
		cmocka_unit_test(the_short_form_stands_for_ssh),
		cmocka_unit_test(a_local_path_becomes_a_file_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
