/* Which e-mail tells which group, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/affiliation.h"
#include "util/str.h"

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define EVER .from_s = QUARRY_SINCE_EVER, .until_s = QUARRY_FOR_EVER

static const char *example[] = { "example.com", "example.org" };
static const char *sub[] = { "lab.example.com" };
static const char *bought[] = { "bought.example" };
static const char *host[] = { "host.example" };

/* `lab` lies below `ex`; `bought` was its own until 1000, then `ex`, and from 2000 on nobody's. */
static struct quarry_affiliation_rule rules[] = {
	{ .group = "ex", .domains = example, .n_domains = 2, EVER },
	{ .group = "lab", .domains = sub, .n_domains = 1, .from_s = 100, .until_s = 200 },
	{ .group = "bought", .domains = bought, .n_domains = 1, .from_s = QUARRY_SINCE_EVER,
	  .until_s = 1000 },
	{ .group = "ex", .domains = bought, .n_domains = 1, .from_s = 1000, .until_s = 2000 },
	{ .group = "host", .domains = host, .n_domains = 1, EVER },
	{ .group = "second", .domains = host, .n_domains = 1, EVER },
	{ .group = "later", .domains = example, .n_domains = 1, .from_s = 500,
	  .until_s = QUARRY_FOR_EVER },
	{ .group = "titled", .title = "No domains", EVER },
};

static const struct quarry_people people = { .affiliations = rules,
					     .n_affiliations = LENGTH(rules) };

static int add_span(void *payload, const struct quarry_affiliation *span, struct quarry_error *err)
{
	struct str *out = payload;

	str_addf(out, "%s%s", out->len ? " " : "", span->group);
	if (span->from_s != QUARRY_SINCE_EVER || span->until_s != QUARRY_FOR_EVER)
		str_adds(out, ":");
	if (span->from_s != QUARRY_SINCE_EVER)
		str_addf(out, "%d", (int)span->from_s);
	if (span->until_s != QUARRY_FOR_EVER)
		str_addf(out, "..%d", (int)span->until_s);
	return strcmp(span->group, "host") == 0 ? 7 : 0;
}

static void an_email_tells_the_groups_of_its_domain(void **state)
{
	static const struct { const char *email, *spans; } cases[] = {
		{ "a@example.com", "ex" },
		{ "a@EXAMPLE.org ", "ex" },
		{ " a@b@example.com", "ex" },
		{ "a@deep.sub.example.com", "ex" },
		{ "a@example.com.", "ex" },
		{ "a@notexample.com", "" },
		{ "a@example.com.org", "" },
		{ "a@com", "" },
		{ "a@lab.example.com", "ex:..100 lab:100..200 ex:200" },
		{ "a@x.lab.example.com", "ex:..100 lab:100..200 ex:200" },
		{ "a@bought.example", "bought:..1000 ex:1000..2000" },
		{ "a at example.com", "" },
		{ "example.com", "" },
		{ "a@", "" },
		{ "@example.com", "ex" },
		{ "", "" },
		{ " ", "" },
		{ "@", "" },
		{ ".", "" },
		{ "a@.", "" },
		{ "a@..example.com", "ex" },
		{ "a@\xff.example.com", "ex" },
		{ "noreply@example.com", "" },
		{ "No-Reply@example.com", "" },
		{ "1+a@users.noreply.example.com", "" },
		{ "a@NOREPLY.example.com", "" },
		{ "a@noreply", "" },
		{ "a@noreplying.example.com", "ex" },
	};
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_affiliations *a = NULL;

	assert_int_equal(quarry_affiliations_new(&a, &people, &err), 0);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct str got = STR_INIT;

		assert_int_equal(quarry_affiliations_tell(a, cases[i].email, strlen(cases[i].email),
							  add_span, &got, &err), 0);
		if (strcmp(got.buf ? got.buf : "", cases[i].spans) != 0)
			fail_msg("'%s': got '%s', expected '%s'", cases[i].email, got.buf,
				 cases[i].spans);
		str_release(&got);
	}
	quarry_affiliations_free(a);
}

/* Of two rules with one domain the first decides, and an error of the caller's is handed on. */
static void the_caller_can_stop(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_affiliations *a = NULL;
	struct str got = STR_INIT;

	assert_int_equal(quarry_affiliations_new(&a, &people, &err), 0);
	assert_int_equal(quarry_affiliations_tell(a, "a@host.example", 14, add_span, &got, &err), 7);
	assert_string_equal(got.buf, "host");
	str_release(&got);
	quarry_affiliations_free(a);
	quarry_affiliations_free(NULL);
}

static void without_rules_nothing_is_told(void **state)
{
	static const struct quarry_people none;
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_affiliations *a = NULL;
	struct str got = STR_INIT;

	assert_int_equal(quarry_affiliations_new(&a, &none, &err), 0);
	assert_int_equal(quarry_affiliations_tell(a, "a@example.com", 13, add_span, &got, &err), 0);
	assert_null(got.buf);
	quarry_affiliations_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_email_tells_the_groups_of_its_domain),
		cmocka_unit_test(the_caller_can_stop),
		cmocka_unit_test(without_rules_nothing_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
