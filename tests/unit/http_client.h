/*
 * A client of the link over HTTP for tests.
 *
 *	struct client c = { 0 };
 *	open_link(&c, s.url, "/o/r", 2);
 *	... c.link, c.guard ...
 *	close_link(&c);
 *
 * Include it after cmocka.h and canned.h.
 */
#ifndef QUARRY_TESTS_HTTP_CLIENT_H
#define QUARRY_TESTS_HTTP_CLIENT_H

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/link.h"
#include "quarry/fetch.h"
#include "util/str.h"

#define GET "GET /o/r/info/refs?service=git-upload-pack "
#define POST "POST /o/r/git-upload-pack "
#define ADVERTISEMENT "Content-Type: application/x-git-upload-pack-advertisement\r\n"
#define RESULT "Content-Type: application/x-git-upload-pack-result\r\n"

struct client {
	struct quarry_fetch_options options;
	struct guard guard;
	struct url url;
	struct link *link;
};

/* What link_open_http() returns. */
static inline int open_link(struct client *c, const char *base, const char *path, int version)
{
	char *text = str_dupf("%s%s", base, path);
	int rc;

	assert_non_null(text);
	c->url = (struct url)URL_INIT;
	c->link = NULL;
	assert_int_equal(url_parse(&c->url, text, NULL), 0);
	free(text);
	guard_start(&c->guard, &c->options);
	rc = link_open_http(&c->link, &c->guard, &c->url, version);
	assert_true(rc == 0 ? c->link != NULL : c->link == NULL);
	return rc;
}

static inline void close_link(struct client *c)
{
	link_free(c->link);
	c->link = NULL;
	url_release(&c->url);
}

/* All that comes, in pieces of at most `step` bytes; -1: a read failed. */
static inline ssize_t read_all(struct client *c, struct str *out, size_t step)
{
	char *buf = malloc(step);
	ssize_t n;

	assert_non_null(buf);
	while ((n = c->link->read(c->link, buf, step)) > 0) {
		assert_true((size_t)n <= step);
		str_add(out, buf, (size_t)n);
	}
	free(buf);
	return n;
}

static inline void assert_reads(struct client *c, const char *want)
{
	struct str got = STR_INIT;

	assert_int_equal(read_all(c, &got, 3), 0);
	str_add(&got, "", 0);
	assert_string_equal(got.buf, want);
	str_release(&got);
}

static inline void assert_failed(struct client *c, enum guard_cause cause, const char *text)
{
	if (c->guard.cause != cause || !strstr(c->guard.text, text))
		fail_msg("cause %d instead of %d: '%s' instead of '%s'", c->guard.cause, cause,
			 c->guard.text, text);
}

static inline void fails(struct client *c, const struct canned *s, const char *path,
		  enum guard_cause cause, const char *text)
{
	assert_int_equal(open_link(c, s->url, path, 2), -1);
	assert_failed(c, cause, text);
	close_link(c);
}

static inline int clean_environment(void **state)
{
	static const char *const unset[] = {
		"QUARRY_TOKENS", "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
		"ALL_PROXY", "no_proxy", "NO_PROXY", "GIT_DIR",
	};

	for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
		unsetenv(unset[i]);
	/* No helper of the user's is to be asked. */
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	setenv("GIT_CONFIG_COUNT", "0", 1);
	return 0;
}

static inline int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (!dir)
		return 0;
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int n_descriptors;

static inline int set_up(void **state)
{
	n_descriptors = count_descriptors();
	return quarry_fetch_init(/* err= */ NULL);
}

/* The connections that were kept end here. */
static inline int tear_down(void **state)
{
	quarry_fetch_shutdown();
	return count_descriptors() != n_descriptors;
}

#define TEST(f) cmocka_unit_test_setup(f, clean_environment)

#endif
