/* Addresses of repositories: one spelling each, and what is never read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/address.h"
#include "quarry/error.h"
#include "util/arena.h"
#include "util/str.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

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
		{ "git@github.com:/o/n", "ssh://git@github.com/o/n", "o", "n", false },
		{ "http://localhost:8080/o/n", "http://localhost:8080/o/n", "o", "n", true },
		{ "git://h.org:9418/o/n.git", "git://h.org/o/n", "o", "n", true },
		{ "/srv/git/n.git/", "/srv/git/n.git", "git", "n", true },
		{ "/srv/./x/../git/n/.git", "/srv/git/n", "git", "n", true },
		{ "file:///srv/git/n.git", "/srv/git/n.git", "git", "n", true },
		{ "file://localhost/srv/git/n", "/srv/git/n", "git", "n", true },
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
		"https://:secret@h.org/o/n", "ssh://git:secret@h.org/o/n", "http://user:secret@h.org/o/n",
	};
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
		cmocka_unit_test(a_way_leads_from_one_folder_to_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
