/* The link over HTTP, against servers with canned answers: where redirects lead, and who
 * sees a credential. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "canned.h"
#include "http_client.h"

#define BASIC_GIT_SECRET "Authorization: Basic Z2l0OnNlY3JldA==\r\n"

static void set_tokens(const struct canned *s, const char *token)
{
	char *list = str_dupf("elsewhere=other,%s=%s", s->host, token);

	assert_non_null(list);
	assert_int_equal(setenv("QUARRY_TOKENS", list, 1), 0);
	free(list);
}

/* --- Redirects and credentials ---------------------------------------------------- */

static void a_redirect_is_followed_and_told(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ POST, NULL, "200 OK", RESULT, "pack" },
		{ "GET /o/r.git/info", NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ "POST /o/r.git/git-upload-pack ", NULL, "200 OK", RESULT, "pack" },
		{ "GET /o/old/", NULL, "301 Moved",
		  "Location: {}/o/r/info/refs?service=git-upload-pack\r\n", "moved" },
		{ "GET /o/relative/", NULL, "302 Found",
		  "Location: /o/r.git/info/refs?service=git-upload-pack\r\n", "moved" },
		{ "GET /o/twice/", NULL, "307 Moved",
		  "Location: ../../relative/info/refs?service=git-upload-pack\r\n", "moved" },
		{ "GET /o/dotgit/", NULL, "308 Moved",
		  "Location: ../../dotgit.git/info/refs?service=git-upload-pack\r\n", "moved" },
		{ "GET /o/dotgit.git/", NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ "POST /o/dotgit.git/", NULL, "200 OK", RESULT, "pack" },
		{ NULL },
	};
	static const struct { const char *path, *moved_to; } cases[] = {
		{ "/o/r", NULL }, { "/o/old", "/o/r" }, { "/o/relative", "/o/r" },
		{ "/o/twice", "/o/r" }, { "/o/dotgit", NULL },
	};
	struct canned s;

	canned_start(&s, answers, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct client c = { 0 };

		assert_int_equal(open_link(&c, s.url, cases[i].path, 2), 0);
		if (!cases[i].moved_to) {
			assert_null(c.link->moved_to);
		} else {
			assert_memory_equal(c.link->moved_to, s.url, strlen(s.url));
			assert_string_equal(c.link->moved_to + strlen(s.url), cases[i].moved_to);
		}
		assert_reads(&c, "refs");
		assert_int_equal(c.link->request(c.link, 2), 0);
		assert_reads(&c, "pack");
		close_link(&c);
	}
	/* None of them needed another connection. */
	assert_int_equal(canned_count(&s, &s.n_connections), 1);
	canned_stop(&s);
}

static void a_redirect_to_no_repository_is_refused(void **state)
{
#define REDIRECT(path, location) \
	{ "GET /o/" path "/", NULL, "302 Found", "Location: " location "\r\n", "moved" }
#define INFO_REFS "/info/refs?service=git-upload-pack"
	static const struct canned_answer answers[] = {
		REDIRECT("login", "/login?return_to=/o/r"),
		REDIRECT("file", "file:///etc/passwd" INFO_REFS),
		REDIRECT("ftp", "ftp://127.0.0.1/o/r" INFO_REFS),
		REDIRECT("user", "http://me:secret@127.0.0.1:1/o/r" INFO_REFS),
		REDIRECT("fragment", "/o/r" INFO_REFS "#a"),
		REDIRECT("query", "/o/r/info/refs?service=git-receive-pack"),
		REDIRECT("option", "/-o/r" INFO_REFS),
		REDIRECT("chars", "/o/r%0a" INFO_REFS),
		REDIRECT("loop", "/o/loop" INFO_REFS),
		{ "GET /", NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ POST, NULL, "302 Found", "Location: /o/r2/git-upload-pack\r\n", "moved" },
		{ NULL },
	};
#undef REDIRECT
#undef INFO_REFS
	static const char *const paths[] = {
		"/o/login", "/o/file", "/o/ftp", "/o/user", "/o/fragment", "/o/query", "/o/option",
		"/o/chars",
	};
	struct client c = { 0 };
	struct canned s;
	char buf[1];

	canned_start(&s, answers, NULL);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		fails(&c, &s, paths[i], GUARD_FINAL, "it redirects to something that is no repository");
	assert_int_equal(canned_asked(&s, "GET /login"), 0);
	fails(&c, &s, "/o/loop", GUARD_FINAL, "it redirects more than 5 times");
	assert_int_equal(canned_asked(&s, "GET /o/loop"), 6);
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_int_equal(c.link->request(c.link, 2), 0);
	assert_int_equal(c.link->read(c.link, buf, 1), -1);
	assert_failed(&c, GUARD_FINAL, "the server answers 302");
	assert_int_equal(canned_asked(&s, "/o/r2/"), 0);
	close_link(&c);
	canned_stop(&s);
}

static void a_credential_is_sent_when_it_is_asked_for(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, BASIC_GIT_SECRET, "200 OK", ADVERTISEMENT, "refs" },
		{ POST, BASIC_GIT_SECRET, "200 OK", RESULT, "pack" },
		{ "GET /o/open/", NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ "GET", NULL, "401 Unauthorized", "WWW-Authenticate: Basic realm=x\r\n", "no" },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s;

	canned_start(&s, answers, NULL);
	set_tokens(&s, "secret");
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_reads(&c, "refs");
	assert_int_equal(c.link->request(c.link, 2), 0);
	assert_reads(&c, "pack");
	close_link(&c);
	assert_int_equal(canned_asked(&s, "GET /o/r"), 2);
	assert_int_equal(canned_asked(&s, "Authorization"), 2);
	assert_int_equal(open_link(&c, s.url, "/o/open", 2), 0);
	close_link(&c);
	assert_int_equal(canned_asked(&s, "Authorization"), 2);

	set_tokens(&s, "wrong");
	fails(&c, &s, "/o/r", GUARD_AUTH, "the server refuses the credentials for 127.0.0.1:");
	assert_null(strstr(c.guard.text, "wrong"));
	assert_int_equal(canned_asked(&s, "GET /o/r"), 4);
	unsetenv("QUARRY_TOKENS");
	fails(&c, &s, "/o/r", GUARD_HIDDEN, "not found or private");
	assert_int_equal(canned_asked(&s, "GET /o/r"), 5);
	canned_stop(&s);
}

static void a_credential_stays_with_its_host(void **state)
{
	static const struct canned_answer elsewhere[] = {
		{ "GET /o/r/", NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ "POST /o/r/", NULL, "200 OK", RESULT, "pack" },
		{ NULL },
	};
	static const struct canned_answer answers[] = {
		{ "GET /o/old/", BASIC_GIT_SECRET, "301 Moved",
		  "Location: {}/o/r/info/refs?service=git-upload-pack\r\n", "moved" },
		{ "GET /o/near/", BASIC_GIT_SECRET, "301 Moved",
		  "Location: /o/r/info/refs?service=git-upload-pack\r\n", "moved" },
		{ "GET /o/r/", BASIC_GIT_SECRET, "200 OK", ADVERTISEMENT, "refs" },
		{ "GET", NULL, "401 Unauthorized", "WWW-Authenticate: Basic realm=x\r\n", "no" },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s, other;

	canned_start(&other, elsewhere, NULL);
	canned_start(&s, answers, &other);
	set_tokens(&s, "secret");
	assert_int_equal(open_link(&c, s.url, "/o/old", 2), 0);
	assert_memory_equal(c.link->moved_to, other.url, strlen(other.url));
	assert_reads(&c, "refs");
	assert_int_equal(c.link->request(c.link, 2), 0);
	assert_reads(&c, "pack");
	close_link(&c);
	assert_int_equal(canned_asked(&s, "Authorization"), 1);
	assert_int_equal(canned_count(&other, &other.n_requests), 2);
	assert_int_equal(canned_asked(&other, "Authorization"), 0);

	/* Within the host it is needed again. */
	assert_int_equal(open_link(&c, s.url, "/o/near", 2), 0);
	assert_reads(&c, "refs");
	close_link(&c);
	assert_int_equal(canned_asked(&s, "Authorization"), 3);
	unsetenv("QUARRY_TOKENS");
	canned_stop(&s);
	canned_stop(&other);
}

static void a_credential_is_not_sent_in_the_clear(void **state)
{
	static const struct canned_answer answers[] = {
		{ "GET http://example.invalid/", NULL, "401 Unauthorized",
		  "WWW-Authenticate: Basic realm=x\r\n", "no" },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s;

	canned_start(&s, answers, NULL);
	setenv("http_proxy", s.url, 1);
	setenv("QUARRY_TOKENS", "example.invalid=secret", 1);
	assert_int_equal(open_link(&c, "http://example.invalid", "/o/r", 2), -1);
	assert_failed(&c, GUARD_AUTH, "sent over https only");
	close_link(&c);
	assert_int_equal(canned_asked(&s, "GET"), 1);
	assert_int_equal(canned_asked(&s, "Authorization"), 0);
	unsetenv("http_proxy");
	unsetenv("QUARRY_TOKENS");
	canned_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_redirect_is_followed_and_told),
		TEST(a_redirect_to_no_repository_is_refused),
		TEST(a_credential_is_sent_when_it_is_asked_for),
		TEST(a_credential_stays_with_its_host),
		TEST(a_credential_is_not_sent_in_the_clear),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
