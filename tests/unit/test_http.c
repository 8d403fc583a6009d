/* The link over HTTP, against a server with canned answers: what is sent, and what an odd
 * answer is taken for. */
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
#include "util/clock.h"

/* --- What is sent -------------------------------------------------------------- */

static void a_conversation_is_a_get_and_posts_on_one_connection(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ POST, "want 1", "200 OK", RESULT, "pack 1" },
		{ POST, NULL, "200 OK", RESULT, "pack 2", .flags = CANNED_CHUNKED },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s;

	canned_start(&s, answers, NULL);
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_true(c.link->stateless);
	assert_null(c.link->moved_to);
	assert_reads(&c, "refs");
	assert_int_equal(c.guard.bytes, 4);
	assert_int_equal(c.link->request(c.link, 2), 0);
	assert_int_equal(c.link->write(c.link, "want", 4), 0);
	assert_int_equal(c.link->write(c.link, " 1", 2), 0);
	assert_reads(&c, "pack 1");
	assert_reads(&c, "");
	assert_int_equal(canned_asked(&s, "Git-Protocol: version=2\r\n"), 2);
	assert_int_equal(c.link->request(c.link, 0), 0);
	assert_int_equal(c.link->write(c.link, "want 2", 6), 0);
	assert_reads(&c, "pack 2");
	close_link(&c);

	assert_int_equal(canned_asked(&s, "Git-Protocol"), 2);
	assert_int_equal(canned_asked(&s, "User-Agent: git/2.0 (quarry/"), 3);
	assert_int_equal(canned_asked(&s, "Content-Type: application/x-git-upload-pack-request"), 2);
	assert_int_equal(canned_asked(&s, "Accept: application/x-git-upload-pack-result"), 2);
	assert_int_equal(canned_asked(&s, "\r\n\r\nwant 1\n"), 1);
	assert_int_equal(canned_asked(&s, "Expect"), 0);
	assert_int_equal(canned_asked(&s, "Authorization"), 0);
	assert_int_equal(canned_count(&s, &s.n_requests), 3);
	assert_int_equal(canned_count(&s, &s.n_connections), 1);

	/* The next repository of that host, in another link. */
	assert_int_equal(open_link(&c, s.url, "/o/r", 0), 0);
	assert_reads(&c, "refs");
	close_link(&c);
	assert_int_equal(canned_asked(&s, "Git-Protocol"), 2);
	assert_int_equal(canned_count(&s, &s.n_connections), 1);
	canned_stop(&s);
}

static void an_answer_that_is_not_read_is_dropped(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK", ADVERTISEMENT, "0123456789", .flags = CANNED_BIG },
		{ POST, NULL, "200 OK", RESULT, "pack" },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s;
	char buf[10];

	canned_start(&s, answers, NULL);
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_true(c.link->read(c.link, buf, sizeof(buf)) > 0);
	assert_int_equal(c.link->request(c.link, 2), 0);
	assert_int_equal(c.link->write(c.link, "want", 4), 0);
	assert_reads(&c, "pack");
	close_link(&c);
	canned_stop(&s);
}

static void an_answer_read_to_its_last_packet_keeps_its_connection(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK", ADVERTISEMENT, "refs", .flags = CANNED_CHUNKED | CANNED_LATE },
		{ POST, NULL, "200 OK", RESULT, "pack", .flags = CANNED_CHUNKED | CANNED_LATE },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s;
	char buf[4];

	canned_start(&s, answers, NULL);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
		assert_int_equal(c.link->read(c.link, buf, sizeof(buf)), 4);
		assert_int_equal(c.link->request(c.link, 2), 0);
		assert_int_equal(c.link->read(c.link, buf, sizeof(buf)), 4);
		assert_memory_equal(buf, "pack", 4);
		close_link(&c);
	}
	assert_int_equal(canned_count(&s, &s.n_connections), 1);
	canned_stop(&s);
}

static void a_large_answer_comes_whole_and_waits_for_its_reader(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK", ADVERTISEMENT, "0123456789", .flags = CANNED_BIG },
		{ NULL },
	};
	struct client c = { 0 };
	struct str got = STR_INIT;
	struct canned s;
	char buf[10];

	canned_start(&s, answers, NULL);
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_true(c.link->read(c.link, buf, 1) == 1);
	usleep(100000);
	/* What libcurl had in its hands when it was told to wait comes on top. */
	assert_true(c.guard.bytes <= 2 * 1024 * 1024);
	str_addc(&got, buf[0]);
	assert_int_equal(read_all(&c, &got, 7000), 0);
	assert_int_equal(got.len, 10000000);
	for (size_t i = 0; i < got.len; i++)
		if (got.buf[i] != '0' + (char)(i % 10))
			fail_msg("byte %zu", i);
	assert_int_equal(c.guard.bytes, 10000000);
	str_release(&got);
	close_link(&c);
	canned_stop(&s);
}

static void a_packed_answer_is_unpacked_and_counted_so(void **state)
{
	/* gzip of "refs refs refs refs refs\n" */
	static const char packed[] =
		"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x2b\x4a\x4d\x2b\x56\x28\xc2\x24"
		"\xb8\x00\xb0\xf5\x26\xfe\x19\x00\x00\x00";
	static const struct canned_answer answers[] = {
		{ GET, "Accept-Encoding: ", "200 OK", ADVERTISEMENT "Content-Encoding: gzip\r\n",
		  packed, sizeof(packed) - 1 },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s;

	canned_start(&s, answers, NULL);
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_reads(&c, "refs refs refs refs refs\n");
	assert_int_equal(c.guard.bytes, 25);
	close_link(&c);
	canned_stop(&s);
}

static void a_proxy_of_the_environment_is_used_and_not_shown(void **state)
{
	static const struct canned_answer answers[] = {
		{ "GET http://example.invalid/o/r/info/refs", NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ "GET http://example.invalid/o/locked/", NULL,
		  "407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=x\r\n", "no" },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s;
	char *proxy;

	canned_start(&s, answers, NULL);
	proxy = str_dupf("http://me:secret@%s", s.host);
	assert_non_null(proxy);
	setenv("http_proxy", proxy, 1);
	free(proxy);
	assert_int_equal(open_link(&c, "http://example.invalid", "/o/r", 2), 0);
	assert_reads(&c, "refs");
	close_link(&c);
	assert_int_equal(open_link(&c, "http://example.invalid", "/o/locked", 2), -1);
	assert_failed(&c, GUARD_AUTH, "the proxy wants other credentials");
	close_link(&c);
	setenv("http_proxy", "gopher://me:secret@127.0.0.1:1", 1);
	assert_int_equal(open_link(&c, "http://example.invalid", "/o/r", 2), -1);
	assert_null(strstr(c.guard.text, "secret"));
	close_link(&c);
	unsetenv("http_proxy");
	canned_stop(&s);
}

/* --- Answers that are failures ---------------------------------------------------- */

static void a_status_tells_what_to_do(void **state)
{
	static const struct {
		const char *status, *headers;
		enum guard_cause cause;
		int retry_after_s;
		const char *text;
	} cases[] = {
		{ "404 Not Found", "", GUARD_GONE, -1, "the server answers 404 (not found)" },
		{ "410 Gone", "", GUARD_GONE, -1, "410 (gone)" },
		{ "401 Unauthorized", "WWW-Authenticate: Basic realm=x\r\n", GUARD_HIDDEN, -1,
		  "not found or private: check its name, or give a token" },
		{ "401 Unauthorized", "", GUARD_HIDDEN, -1, "not found or private" },
		{ "403 Forbidden", "", GUARD_HIDDEN, -1, "not found or private" },
		{ "403 Forbidden", "Retry-After: 9\r\n", GUARD_LATER, 9, "403 (forbidden)" },
		{ "407 Proxy", "", GUARD_AUTH, -1, "the proxy wants other credentials" },
		{ "408 Timeout", "", GUARD_LATER, -1, "408 (request timeout)" },
		{ "429 Slow", "Retry-After: 17\r\n", GUARD_LATER, 17,
		  "429 (too many requests)" },
		{ "429 Slow", "", GUARD_LATER, 10, "429 (too many requests)" },
		{ "429 Slow", "Retry-After: soon\r\n", GUARD_LATER, 10, "429" },
		{ "429 Slow", "Retry-After: 9999999999999\r\n", GUARD_LATER, 604800,
		  "429" },
		{ "429 Slow", "Retry-After: Thu, 01 Jan 1981 00:00:00 GMT\r\n", GUARD_LATER, 0,
		  "429" },
		{ "500 Oops", "", GUARD_LATER, -1, "500 (internal server error)" },
		{ "503 Busy", "Retry-After: 3\r\n", GUARD_LATER, 3, "503 (service unavailable)" },
		{ "599 Odd", "", GUARD_LATER, -1, "the server answers 599" },
		{ "400 Bad", "", GUARD_FINAL, -1, "400 (bad request)" },
		{ "418 Teapot", "", GUARD_FINAL, -1, "the server answers 418" },
		{ "204 Nothing", ADVERTISEMENT, GUARD_FINAL, -1, "the server answers 204" },
		{ "206 Part", ADVERTISEMENT, GUARD_FINAL, -1, "the server answers 206" },
		{ "302 Found", "", GUARD_FINAL, -1, "the server answers 302" },
		{ "200 OK", "Content-Type: text/html\r\n", GUARD_FINAL, -1,
		  "does not speak git's smart HTTP protocol" },
		{ "200 OK", "", GUARD_FINAL, -1, "does not speak git's smart HTTP protocol" },
		{ "200 OK", RESULT, GUARD_FINAL, -1, "does not speak git's smart HTTP protocol" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct canned_answer answers[] = {
			{ GET, NULL, cases[i].status, cases[i].headers, "a secret of the server" },
			{ NULL },
		};
		struct client c = { 0 };
		struct canned s;

		if (!strncmp(cases[i].status, "204", 3))
			answers[0].body = NULL;
		canned_start(&s, answers, NULL);
		fails(&c, &s, "/o/r", cases[i].cause, cases[i].text);
		assert_null(strstr(c.guard.text, "secret"));
		assert_int_equal(c.guard.retry_after_s, cases[i].retry_after_s);
		assert_int_equal(canned_count(&s, &s.n_requests), 1);
		canned_stop(&s);
	}
}

static void a_content_type_is_compared_as_http_does(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK",
		  "content-type: Application/X-git-upload-pack-advertisement ; charset=x\r\n", "refs" },
		{ POST, NULL, "200 OK", ADVERTISEMENT, "pack" },
		{ NULL },
	};
	struct client c = { 0 };
	struct canned s;
	char buf[1];

	canned_start(&s, answers, NULL);
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_reads(&c, "refs");
	assert_int_equal(c.link->request(c.link, 2), 0);
	assert_int_equal(c.link->read(c.link, buf, 1), -1);
	assert_failed(&c, GUARD_FINAL, "does not speak git's smart HTTP protocol");
	assert_int_equal(c.link->read(c.link, buf, 1), -1);
	close_link(&c);
	canned_stop(&s);
}

static void a_broken_connection_is_worth_another_try(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK", ADVERTISEMENT, "refs", .flags = CANNED_CUT },
		{ "GET /o/chunked/", NULL, "200 OK", ADVERTISEMENT, "refs",
		  .flags = CANNED_CUT | CANNED_CHUNKED },
		{ "GET /o/mute/", NULL, "200 OK", .flags = CANNED_MUTE },
		{ NULL },
	};
	static const char *const cut[] = { "/o/r", "/o/chunked" };
	struct client c = { 0 };
	struct str got = STR_INIT;
	struct canned s;

	canned_start(&s, answers, NULL);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(open_link(&c, s.url, cut[i], 2), 0);
		assert_int_equal(read_all(&c, &got, 100), -1);
		assert_int_equal(got.len, 4);
		assert_failed(&c, GUARD_LATER, "transfer closed");
		close_link(&c);
		str_release(&got);
	}
	fails(&c, &s, "/o/mute", GUARD_LATER, "empty reply from server");
	canned_stop(&s);
	assert_int_equal(open_link(&c, "http://127.0.0.1:1", "/o/r", 2), -1);
	assert_failed(&c, GUARD_LATER, "failed to connect to 127.0.0.1");
	close_link(&c);
}

static void the_guard_ends_what_does_not_end(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK", ADVERTISEMENT, "refs", .flags = CANNED_HANG },
		{ "GET /o/error/", NULL, "404 Not Found", "", "refs", .flags = CANNED_HANG },
		{ "GET /o/big/", NULL, "200 OK", ADVERTISEMENT, "0123456789", .flags = CANNED_BIG },
		{ NULL },
	};
	struct client c = { .options = { .stall_s = 1 } };
	atomic_bool stop = false;
	struct str got = STR_INIT;
	struct canned s;
	int64_t begin = clock_ms();

	canned_start(&s, answers, NULL);
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_int_equal(read_all(&c, &got, 100), -1);
	assert_failed(&c, GUARD_LATER, "the server sent nothing for 1 s");
	assert_true(clock_ms() - begin >= 1000 && clock_ms() - begin < 5000);
	close_link(&c);

	c.options = (struct quarry_fetch_options){ .total_s = 1, .stop = &stop };
	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	assert_int_equal(read_all(&c, &got, 100), -1);
	assert_failed(&c, GUARD_LATER, "it took longer than 1 s");
	close_link(&c);

	/* The body of a failure is not waited for. */
	c.options.total_s = 30;
	fails(&c, &s, "/o/error", GUARD_GONE, "404");

	assert_int_equal(open_link(&c, s.url, "/o/r", 2), 0);
	atomic_store(&stop, true);
	assert_int_equal(read_all(&c, &got, 100), -1);
	assert_failed(&c, GUARD_STOPPED, "stopped");
	close_link(&c);
	fails(&c, &s, "/o/r", GUARD_STOPPED, "stopped");

	c.options = (struct quarry_fetch_options){ .bytes_max = 500000 };
	str_clear(&got);
	if (open_link(&c, s.url, "/o/big", 2) == 0)
		assert_int_equal(read_all(&c, &got, 100), -1);
	assert_failed(&c, GUARD_FINAL, "it is larger than the limit of 500000 bytes");
	assert_true(c.guard.bytes < 1000000);
	close_link(&c);
	str_release(&got);
	canned_stop(&s);
}

/* --- Side by side ------------------------------------------------------------------- */

static void *fetch_often(void *payload)
{
	const struct canned *s = payload;

	for (int i = 0; i < 20; i++) {
		struct client c = { 0 };
		struct str got = STR_INIT;

		if (open_link(&c, s->url, i % 2 ? "/o/r" : "/o/none", 2) == 0)
			(void)read_all(&c, &got, 100);
		close_link(&c);
		str_release(&got);
	}
	return NULL;
}

static void threads_share_the_pool(void **state)
{
	static const struct canned_answer answers[] = {
		{ GET, NULL, "200 OK", ADVERTISEMENT, "refs" },
		{ NULL },
	};
	pthread_t threads[4];
	struct canned s;

	canned_start(&s, answers, NULL);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fetch_often, &s), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(canned_count(&s, &s.n_requests), 80);
	assert_true(canned_count(&s, &s.n_connections) <= 4);
	canned_stop(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_conversation_is_a_get_and_posts_on_one_connection),
		TEST(an_answer_that_is_not_read_is_dropped),
		TEST(an_answer_read_to_its_last_packet_keeps_its_connection),
		TEST(a_large_answer_comes_whole_and_waits_for_its_reader),
		TEST(a_packed_answer_is_unpacked_and_counted_so),
		TEST(a_proxy_of_the_environment_is_used_and_not_shown),
		TEST(a_status_tells_what_to_do),
		TEST(a_content_type_is_compared_as_http_does),
		TEST(a_broken_connection_is_worth_another_try),
		TEST(the_guard_ends_what_does_not_end),
		TEST(threads_share_the_pool),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
