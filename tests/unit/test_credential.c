/* Where credentials come from, which host they are for, and that nobody is asked. */
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

#include "fetch/credential.h"
#include "quarry/fetch.h"
#include "util/clock.h"
#include "util/str.h"

static struct quarry_fetch_options options;
static struct guard guard;

static int find(struct credential *c, const char *scheme, const char *host_port)
{
	*c = (struct credential)CREDENTIAL_INIT;
	guard_start(&guard, &options);
	return credential_find(c, scheme, host_port, "o/r", &guard);
}

static void assert_found(const char *scheme, const char *host_port, const char *user,
			 const char *password)
{
	struct credential c;
	int found = find(&c, scheme, host_port);

	if (!user) {
		assert_int_equal(found, 0);
		assert_null(c.user);
		assert_null(c.password);
		return;
	}
	assert_int_equal(found, 1);
	assert_string_equal(c.user, user);
	assert_string_equal(c.password, password);
	credential_release(&c);
	assert_null(c.password);
}

/* As the only one; `helper` as in git-config. */
static void set_helper(const char *helper)
{
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "credential.helper", 1);
	setenv("GIT_CONFIG_VALUE_0", helper, 1);
}

static int clean_environment(void **state)
{
	static const char *const unset[] = {
		"QUARRY_TOKENS", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "GIT_ASKPASS",
		"SSH_ASKPASS", "GIT_DIR", "GIT_CONFIG_COUNT",
	};

	for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
		unsetenv(unset[i]);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	options = (struct quarry_fetch_options){ 0 };
	return 0;
}

static void a_token_of_the_list_is_for_its_host_alone(void **state)
{
	static const struct { const char *list, *host_port, *password; } cases[] = {
		{ "h=t", "h", "t" },
		{ "h=t", "h:8443", NULL },
		{ "h:8443=t", "h:8443", "t" },
		{ "h:8443=t", "h", NULL },
		{ "h=t", "g.h", NULL },
		{ "h=t", "h.g", NULL },
		{ "g.h=t", "h", NULL },
		{ "H.Org=t", "h.org", "t" },
		{ "a=1,b=2 c=3", "a", "1" },
		{ "a=1,b=2 c=3", "b", "2" },
		{ " a=1 ,, b=2\n c=3 ", "c", "3" },
		{ "h==t==", "h", "=t==" },
		{ "h=", "h", NULL },
		{ "h", "h", NULL },
		{ "=t", "h", NULL },
		{ "", "h", NULL },
		{ "h= t", "h", NULL },
		{ "h=1 h=2", "h", "1" },
		{ "[::1]:80=t", "[::1]:80", "t" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setenv("QUARRY_TOKENS", cases[i].list, 1);
		assert_found("https", cases[i].host_port, cases[i].password ? "git" : NULL,
			     cases[i].password);
	}
}

static void a_variable_of_a_host_is_for_that_host(void **state)
{
	static const struct { const char *variable, *host_port, *user; } cases[] = {
		{ "GITHUB_TOKEN", "github.com", "x-access-token" },
		{ "GH_TOKEN", "github.com", "x-access-token" },
		{ "GITLAB_TOKEN", "gitlab.com", "oauth2" },
		{ "GITHUB_TOKEN", "gitlab.com", NULL },
		{ "GITLAB_TOKEN", "github.com", NULL },
		{ "GITHUB_TOKEN", "github.com:8443", NULL },
		{ "GITHUB_TOKEN", "github.com.evil.example", NULL },
		{ "GITHUB_TOKEN", "notgithub.com", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setenv(cases[i].variable, "t", 1);
		assert_found("https", cases[i].host_port, cases[i].user, "t");
		assert_found("http", cases[i].host_port, NULL, NULL);
		setenv(cases[i].variable, "", 1);
		assert_found("https", cases[i].host_port, NULL, NULL);
		unsetenv(cases[i].variable);
	}
}

static void the_list_comes_first_and_git_last(void **state)
{
	set_helper("!echo username=helper; echo password=3; :");
	assert_found("https", "github.com", "helper", "3");
	setenv("GH_TOKEN", "2", 1);
	assert_found("https", "github.com", "x-access-token", "2");
	setenv("GITHUB_TOKEN", "1", 1);
	assert_found("https", "github.com", "x-access-token", "1");
	setenv("QUARRY_TOKENS", "github.com=0", 1);
	assert_found("https", "github.com", "x-access-token", "0");
}

static void a_helper_of_git_is_told_what_it_is_for(void **state)
{
	set_helper("!f() { test \"$1\" = get && tr '\\n' ' ' | sed 's/=/:/g; s/^/password=/'; "
		   "echo; echo username=u; }; f");
	assert_found("https", "h:8443", "u", "protocol:https host:h:8443 ");
	setenv("GIT_CONFIG_COUNT", "2", 1);
	setenv("GIT_CONFIG_KEY_1", "credential.useHttpPath", 1);
	setenv("GIT_CONFIG_VALUE_1", "true", 1);
	assert_found("https", "h:8443", "u", "protocol:https host:h:8443 path:o/r ");
}

static void a_helper_that_has_nothing_is_none(void **state)
{
	static const char *const helpers[] = {
		"", "!false", "!echo username=u; :", "!echo quit=1; :", "!echo nonsense; :",
		"!echo username=u; echo password=; :", "/nowhere/helper", "!kill -9 $PPID; :",
		"!yes 2>/dev/null | head -c 300000 >&2; false",
	};
	struct credential c;

	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		set_helper(helpers[i]);
		assert_found("https", "h", NULL, NULL);
	}
	set_helper("!echo username=u; echo password=p; :");
	assert_found("https", "h", "u", "p");
	guard_start(&guard, &options);
	assert_int_equal(credential_find(&c, "https", "h\nhost=other", "o/r", &guard), 0);
	assert_int_equal(credential_find(&c, "https", "h", "o/r\nhost=other", &guard), 0);
}

/* git would run these two to ask. */
static void nobody_is_asked(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *folder = str_dupf("%s/quarry-test-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
	char *script, *asked;
	FILE *f;

	assert_non_null(folder);
	assert_non_null(mkdtemp(folder));
	script = str_dupf("%s/ask", folder);
	asked = str_dupf("%s/asked", folder);
	f = fopen(script, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n: >'%s'\necho secret\n", asked);
	assert_int_equal(fchmod(fileno(f), 0700), 0);
	assert_int_equal(fclose(f), 0);
	setenv("GIT_ASKPASS", script, 1);
	setenv("SSH_ASKPASS", script, 1);
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "core.askPass", 1);
	setenv("GIT_CONFIG_VALUE_0", script, 1);
	assert_found("https", "h", NULL, NULL);
	assert_int_equal(access(asked, F_OK), -1);
	unlink(script);
	rmdir(folder);
	free(asked);
	free(script);
	free(folder);
}

static void a_helper_that_hangs_is_ended(void **state)
{
	struct credential c;
	atomic_bool stop = true;
	int64_t begin = clock_ms();

	set_helper("!sleep 600; :");
	options.stall_s = 1;
	assert_int_equal(find(&c, "https", "h"), -1);
	assert_int_equal(guard.cause, GUARD_AUTH);
	assert_non_null(strstr(guard.text, "gave no answer within 1 s"));
	options = (struct quarry_fetch_options){ .total_s = 1 };
	assert_int_equal(find(&c, "https", "h"), -1);
	assert_int_equal(guard.cause, GUARD_LATER);
	options = (struct quarry_fetch_options){ .stop = &stop };
	assert_int_equal(find(&c, "https", "h"), -1);
	assert_int_equal(guard.cause, GUARD_STOPPED);
	assert_true(clock_ms() - begin < 30000);
}

static void without_git_there_is_none(void **state)
{
	char *path = strdup(getenv("PATH"));

	assert_non_null(path);
	set_helper("!echo username=u; echo password=p; :");
	setenv("PATH", "/nowhere", 1);
	assert_found("https", "h", NULL, NULL);
	setenv("PATH", path, 1);
	free(path);
}

static int set_up(void **state)
{
	return quarry_fetch_init(NULL);
}

static int tear_down(void **state)
{
	quarry_fetch_shutdown();
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, clean_environment)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_of_the_list_is_for_its_host_alone),
		TEST(a_variable_of_a_host_is_for_that_host),
		TEST(the_list_comes_first_and_git_last),
		TEST(a_helper_of_git_is_told_what_it_is_for),
		TEST(a_helper_that_has_nothing_is_none),
		TEST(nobody_is_asked),
		TEST(a_helper_that_hangs_is_ended),
		TEST(without_git_there_is_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
