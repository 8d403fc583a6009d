/* Addresses of repositories: one spelling each, and what is never read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/address.h"
#include "quarry/error.h"
#include "quarry/fetch.h"
#include "util/arena.h"
#include "util/str.h"
#include "util/url.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char *const bad[] = {
	"", "-", "--upload-pack=x", "-oProxyCommand=x", "ext::sh -c x", "ext::ssh", "fd::17",
	"https://ext::x/o/n", "ftp://h.org/o/n", "rsync://h.org/o/n", "javascript:x",
	"https://", "https:///o/n", "https://h.org", "https://h.org/", "https://h.org/o",
	"https://h.org/o/", "https://h.org//n", "https://h.org/o//n", "https://h.org/./n",
	"https://h.org/../n", "https://h.org/o/..", "https://h.org/o/.git", "https://h.org/.git/n",
	"https://h.org/-o/n", "https://h.org/o/-n", "https://h.org/o/n?x=1", "https://h.org/o/n#x",
	"https://h.org/o/%2e%2e", "https://h.org/o/n m", "https://h.org/o\\n/m", "https://h.org/o/n\tm",
	"https://h.org/o/\xc3\xbc", "https://h.org/o/n;x", "https://h.org/o/$(x)", "https://-h.org/o/n",
	"https://h..org/o/n", "https://.h/o/n", "https://h.org./o/n", "https://h_x/o/n", "https://[::1]/o/n",
	"https://h.org:/o/n", "https://h.org:0/o/n", "https://h.org:65536/o/n", "https://h.org:x/o/n",
	"ssh://-u@h.org/o/n", "ssh://@h.org/o/n", "ssh://u@-oProxyCommand=x/o/n", "-u@h.org:o/n",
	"u@-h:o/n", "u@h.org:n", "u@h.org:../n", "h.org:o/n", "file://h.org/o/n", "file:///o/x://n", "/", "/n", "..",
	"https://user@h.org/o/n", "https://user:secret@h.org/o/n", "https://user:sec/ret@h.org/o/n",
	"https://h.org/o.git/n", "https://h.org/o/..git", "https://h.org/o/.git.git",
	"https://h.org:080/o/n", "https://h.org/o/n@m", "ssh://u+v@h.org/o/n", "ssh://a@b@h.org/o/n",
	"u@h.org:o.git/n", "u@h.org:22:o/n", "file:///srv/../o/n", "file:///srv//o/n", "file:///srv/o/n?x",
	"file:///srv/o/n#x", "file:///srv/o/%2e%2e", "file:///srv/o/n%00", "file:///srv/o/n%0a",
	"file:///srv/o/n%", "file:///srv/o/n%ff", "file:///srv/o/n%3am", "file:///srv/o/my n", "file:srv/o/n",
	"/srv/a::b/n", "/srv/a:b/n", "/srv/o/n\tm", "/srv/o/n\xff", "/srv/o.git/n", "/srv/.git/o/n", "./a::b/n",
	"https://:secret@h.org/o/n", "ssh://git:secret@h.org/o/n", "http://user:secret@h.org/o/n",
};

static void an_address_has_one_spelling(void **state)
{
	static const struct { const char *text, *url, *owner, *name; bool local; } cases[] = {
		{ "https://github.com/o/n", "https://github.com/o/n", "o", "n", false },
		{ "HTTPS://GitHub.COM:443/O/N.git", "https://github.com/O/N", "O", "N", false },
		{ "https://github.com/o/n.git///", "https://github.com/o/n", "o", "n", false },
		{ "https://github.com/o/n.git.git", "https://github.com/o/n", "o", "n", false },
		{ "https://gitlab.com/a/b/c", "https://gitlab.com/a/b/c", "a/b", "c", false },
		{ "https://h.org:8443/o/n+m", "https://h.org:8443/o/n+m", "o", "n+m", false },
		{ "https://git.sr.ht/~u/n", "https://git.sr.ht/~u/n", "~u", "n", false },
		{ "https://h.org/o/.github", "https://h.org/o/.github", "o", ".github", false },
		{ "ssh://git@H.org:22/o/n", "ssh://git@h.org/o/n", "o", "n", false },
		{ "ssh://h.org:2222/o/n", "ssh://h.org:2222/o/n", "o", "n", false },
		{ "git@github.com:o/n.git", "ssh://git@github.com/o/n", "o", "n", false },
		{ "git@GitHub.com:o/n.git/", "ssh://git@github.com/o/n", "o", "n", false },
		{ "git@github.com:/o/n", "ssh://git@github.com/o/n", "o", "n", false },
		{ "http://localhost:8080/o/n", "http://localhost:8080/o/n", "o", "n", true },
		{ "git://h.org:9418/o/n.git", "git://h.org/o/n", "o", "n", true },
		{ "/srv/git/n.git/", "/srv/git/n.git", "git", "n", true },
		{ "/srv/./x/../git/n/.git", "/srv/git/n", "git", "n", true },
		{ "file:///srv/git/n.git", "/srv/git/n.git", "git", "n", true },
		{ "file:///srv/git/n/.git/", "/srv/git/n", "git", "n", true },
		{ "file://localhost/srv/git/n", "/srv/git/n", "git", "n", true },
		{ "FILE:///srv/A%20B/%c3%b6%25", "/srv/A B/\xc3\xb6%", "A B", "\xc3\xb6%", true },
		{ "/srv/-x/n?#%20", "/srv/-x/n?#%20", "-x", "n?#%20", true },
		{ "../repos/n", "/base/repos/n", "repos", "n", true },
		{ "../a/n/.git/.git", "/base/a/n", "a", "n", true },
		{ "./n", "/base/u/n", "u", "n", true },
		{ "n.git", "/base/u/n.git", "u", "n", true },
	};
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < N(cases); i++) {
		const char *why = "";
		struct address u = { 0 };

		assert_int_equal(address_parse(&u, &a, cases[i].text, "/base/u", &why), 0);
		assert_string_equal(why, "");
		assert_string_equal(u.url, cases[i].url);
		assert_string_equal(u.owner, cases[i].owner);
		assert_string_equal(u.name, cases[i].name);
		/* Canonical: reading it again changes nothing. */
		assert_int_equal(address_parse(&u, &a, cases[i].url, "/base/u", &why), 0);
		assert_string_equal(u.url, cases[i].url);
		if (cases[i].local) {
			assert_int_equal(address_parse(&u, &a, cases[i].text, NULL, &why), QUARRY_EUSAGE);
			assert_non_null(strstr(why, "local"));
		} else {
			assert_int_equal(address_parse(&u, &a, cases[i].text, NULL, &why), 0);
		}
	}
	arena_release(&a);
}

static void a_dangerous_address_is_refused_everywhere(void **state)
{
	struct arena a = ARENA_INIT;

	for (size_t i = 0; i < N(bad); i++) {
		const char *why = "";
		struct address u = { 0 };

		if (address_parse(&u, &a, bad[i], i ? "/" : NULL, &why) != QUARRY_EUSAGE)
			fail_msg("'%s' was read as '%s'", bad[i], u.url);
		assert_null(strstr(why, "secret"));
		assert_int_equal(address_parse(&u, &a, bad[i], NULL, &why), QUARRY_EUSAGE);
	}
	arena_release(&a);
}

/* Bits that mean something to one reader or another. */
static const char *const bits[] = {
	"/", "//", ":", "::", "@", "-", ".", "..", "/..", "/./", ".git", "/.git", ".GIT", "%", "%2e", "%2F",
	"%3a", "%00", "%c3%b6", "?", "#", " ", "\t", "\n", "\x7f", "~", "+", "_", "[", "]", "\\", "$", "\xff",
	"\xc3\xb6", "A", "0", ":22", ":443", ":65536", "u@", "https://", "ssh://", "file://", "/srv",
	"0123456789012345678901234567890123456789012345678901234567890123456789",
};

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

/* Cut a piece out of the text, or put in a piece of another one or a bit, up to three times. */
static void mutate(struct str *out, const char *text, const char *other, uint64_t *state)
{
	struct str old = STR_INIT;

	str_adds(out, text);
	for (uint32_t n = next_random(state) % 4; n; n--) {
		size_t at = next_random(state) % (out->len + 1), cut = next_random(state) % 4;

		str_clear(&old);
		str_add(&old, out->buf ? out->buf : "", out->len);
		str_clear(out);
		str_add(out, old.buf, at);
		switch (next_random(state) % 4) {
		case 0:
			at += cut < old.len - at ? cut : old.len - at;
			break;
		case 1:
			str_adds(out, other + next_random(state) % (strlen(other) + 1));
			break;
		default:
			str_adds(out, bits[next_random(state) % N(bits)]);
		}
		str_add(out, old.buf + at, old.len - at);
	}
	str_addc(out, '\0');
	assert_false(out->oom);
	str_release(&old);
}

/* What fetch makes of an address that config has read. */
static void assert_fetched(const struct address *a, const char *text, const char *base)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct url u = URL_INIT;
	char *slug, *path = NULL;

	if (url_parse(&u, a->url, &err) || quarry_fetch_path(&path, "c", a->url, &err))
		fail_msg("'%s' was read as '%s', but %s", text, a->url, err.text);
	if (!base && !url_is_public(&u))
		fail_msg("'%s' is not public", text);
	slug = url_slug(&u);
	assert_non_null(slug);
	assert_string_equal(slug, a->slug);
	assert_string_equal(u.host, a->host);
	assert_int_equal(strncmp(path, "c/", 2), 0);
	assert_null(strstr(path, "/../"));
	assert_null(strstr(path, "//"));
	free(slug);
	free(path);
	url_release(&u);
}

/* Of what is a URL config refuses only one without an owner and a path with ':'. */
static void assert_is_no_url(const char *text)
{
	struct url u = URL_INIT;
	char *slug;

	if (url_read(&u, text) != URL_FINE)
		return;
	slug = url_slug(&u);
	assert_non_null(slug);
	if (strchr(slug, '/') && !(u.scheme == URL_LOCAL && strchr(u.path, ':')))
		fail_msg("'%s' is a URL, but refused", text);
	free(slug);
	url_release(&u);
}

static bool check_text(const char *text, const char *base)
{
	struct arena arena = ARENA_INIT;
	struct address a = { 0 }, again = { 0 };
	const char *why = "";
	int rc = address_parse(&a, &arena, text, base, &why);

	if (rc) {
		assert_int_equal(rc, QUARRY_EUSAGE);
		assert_string_not_equal(why, "");
		if (base)
			assert_is_no_url(text);
	} else {
		assert_fetched(&a, text, base);
		/* The base's own ':' is no scheme. */
		if (!base || !strchr(base, ':')) {
			assert_int_equal(address_parse(&again, &arena, a.url, base, &why), 0);
			assert_string_equal(again.url, a.url);
			assert_string_equal(again.key, a.key);
		}
	}
	arena_release(&arena);
	return rc == 0;
}

static void what_is_read_can_be_fetched(void **state)
{
	static const char *const good[] = {
		"https://h.org/o/n", "HTTPS://H.ORG:443/O/N.git/", "https://gitlab.com/a/b/c", "git@h.org:o/n.git",
		"ssh://git@h.org:22/~o/n", "ssh://h.org:2222/o/n", "http://localhost:8080/o/n", "git://h.org:9418/o/n",
		"/srv/git/n.git", "/srv/./x/../git/n/.git", "file:///srv/git/n%20m.git", "file://localhost/srv/git/n",
		"../repos/n", "./n", "n.git", ".", "my n/m",
	};
	static const char *const bases[] = { NULL, "/", "/base/u", "/b a:s/u" };
	size_t n = N(good) + N(bad), n_read[N(bases)] = { 0 };
	uint64_t random = 1;

	for (size_t i = 0; i < 60000; i++) {
		size_t a = next_random(&random) % n, b = next_random(&random) % n;
		struct str s = STR_INIT;

		a = i % 2 ? a : a % N(good);
		mutate(&s, a < N(good) ? good[a] : bad[a - N(good)],
		       b < N(good) ? good[b] : bad[b - N(good)], &random);
		n_read[i / 2 % N(bases)] += check_text(s.buf, bases[i / 2 % N(bases)]);
		str_release(&s);
	}
	/* It is no test of refusals alone. */
	for (size_t i = 0; i < N(bases); i++)
		assert_in_range(n_read[i], 1000, 15000);
}

/* One part too long, a host, all of it: of the form that is fetched, not of the one written. */
static void what_is_too_long_to_be_fetched_is_not_read(void **state)
{
	static const struct { const char *head, *tail; size_t most; } cases[] = {
		{ "https://h/o/", "", 200 }, { "https://h/o/", ".git/", 200 }, { "/o/", "", 200 },
		{ "", "/n", 200 }, { "https://", "/o/n", 63 }, { "https://h:443/o/", "/n", 200 },
		{ "u@h:", "/n", 200 }, { "ssh://", "@h/o/n", 2048 - 12 }, { "", "@h:o/n", 2048 - 12 },
		{ "file:///o/", "", 200 },
	};
	char *x = malloc(4096);

	assert_non_null(x);
	memset(x, 'x', 4096);
	for (size_t i = 0; i < N(cases); i++) {
		for (size_t more = 0; more < 2; more++) {
			struct str s = STR_INIT;

			str_adds(&s, cases[i].head);
			str_add(&s, x, cases[i].most + more);
			str_adds(&s, cases[i].tail);
			assert_false(s.oom);
			if (check_text(s.buf, "/base/u") == more)
				fail_msg("%.40s... of %zu bytes", s.buf, s.len);
			str_release(&s);
		}
	}
	free(x);
}

static void a_way_leads_from_one_folder_to_another(void **state)
{
	static const struct { const char *base, *path, *way; } cases[] = {
		{ "/a/b", "/a/b/c", "c" }, { "/a/b", "/a/c", "../c" }, { "/a/b", "/c/d", "../../c/d" },
		{ "/a/b", "/a/bc/d", "../bc/d" }, { "/a/b", "/a/b", "." }, { "/", "/a/b", "a/b" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct str s = STR_INIT;

		address_relative(&s, cases[i].base, cases[i].path);
		assert_string_equal(s.buf, cases[i].way);
		str_release(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_one_spelling),
		cmocka_unit_test(a_dangerous_address_is_refused_everywhere),
		cmocka_unit_test(what_is_read_can_be_fetched),
		cmocka_unit_test(what_is_too_long_to_be_fetched_is_not_read),
		cmocka_unit_test(a_way_leads_from_one_folder_to_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
