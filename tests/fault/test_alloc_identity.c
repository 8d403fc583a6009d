/*
 * Memory that runs out: reading the rules and resolving a few people while the n-th
 * allocation fails, for every n until none is left to fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing.h"
#include "failing_fold.h"
#include "quarry/identity.h"

static const char rules_text[] =
	"generic-emails:\n- {id: none, words: [none], reason: r}\n"
	"plus-addresses:\n- {id: plus, hosts: [g.x], dots: yes, reason: r}\n"
	"noreply-addresses:\n- {id: no, hosts: [h.x], forms: [login, id+login], reason: r}\n"
	"common-names:\n- {id: common, names: [wei li], reason: r}\n";

static const struct { const char *name, *email; } uses[] = {
	{ "Ann Able", "ann+1@g.x" }, { "Ann Able", "ann@g.x" }, { "B", "ann@g.x" },
	{ "C", "ann@g.x" }, { "D", "7+l@h.x" }, { "E", "l@h.x" }, { "F", "8+m@h.x" },
	{ "G", "9+m@h.x" }, { "H", "none" }, { "I", "old@x" }, { "J K", "old@x" },
	{ "Ann Able", "other@x" }, { "L", "team@x" }, { "M", "team@x" }, { "N", "l@h.x" },
	{ "O", "l@h.x" }, { "P", "l@h.x" },
};

static int add(struct quarry_identity *id, struct quarry_error *err)
{
	static const char map[] = "Ann <ann@g.x> <l@h.x>\n<l@x> L <team@x>\nProper <old@x>\n";
	static const char latin1[] = "K <new@x> <old@x>\nJ\xf6 <new@x> <unused@x>\n";
	int rc = quarry_identity_mailmap(id, 0, map, strlen(map), err);

	if (!rc)
		rc = quarry_identity_mailmap(id, 1, latin1, strlen(latin1), err);
	for (size_t i = 0; !rc && i < 2 * sizeof(uses) / sizeof(uses[0]); i++) {
		const struct quarry_use use = {
			.repo = (int64_t)i & 1, .signature = (int64_t)i / 2,
			.name = uses[i / 2].name, .name_len = strlen(uses[i / 2].name),
			.email = uses[i / 2].email, .email_len = strlen(uses[i / 2].email),
		};

		rc = quarry_identity_use(id, &use, err);
	}
	return rc;
}

static int resolve(void *rules, struct quarry_error *err)
{
	struct quarry_who who[] = { { "M", "team@x", 1 }, { NULL, "old@x", 1 }, { NULL, "ann@g.x", 2 },
				    { NULL, "other@x", 2 }, { NULL, "l@h.x", 3 } };
	struct quarry_person person = { .who = who, .n_who = 2, .line = 1 };
	struct quarry_split splits[] = { { who + 2, 2, 2 }, { who + 3, 2, 3 } };
	const struct quarry_people people = { .persons = &person, .n_persons = 1, .splits = splits,
						.n_splits = 2 };
	struct quarry_identity *id = NULL;
	int rc = quarry_identity_new(&id, rules, /* options= */ NULL, err);

	if (!rc)
		rc = quarry_identity_people(id, &people, err);
	if (!rc)
		rc = add(id, err);
	if (!rc)
		rc = quarry_identity_resolve(id, err);
	if (!rc)
		assert_true(quarry_identity_n_alarms(id) > 2 && quarry_identity_n_links(id) > 9);
	quarry_identity_free(id);
	return rc;
}

static void resolving_without_memory_is_reported(void **state)
{
	struct quarry_identity_rules *rules = NULL;
	struct quarry_error err = QUARRY_ERROR_INIT;

	assert_int_equal(quarry_identity_rules_parse(&rules, rules_text, strlen(rules_text),
						     "f.yaml", &err), 0);
	mode = ONCE;
	fail_each(resolve, rules, 50);
	mode = FROM_THEN_ON;
	fail_each(resolve, rules, 50);
	quarry_identity_rules_free(rules);
}

static int read_rules(void *payload, struct quarry_error *err)
{
	struct quarry_identity_rules *rules = NULL;
	int rc = quarry_identity_rules_parse(&rules, rules_text, strlen(rules_text), "f.yaml", err);

	assert_true(!rules == !!rc);
	quarry_identity_rules_free(rules);
	return rc;
}

static void reading_rules_without_memory_is_reported(void **state)
{
	mode = ONCE;
	fail_each(read_rules, NULL, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolving_without_memory_is_reported),
		cmocka_unit_test(reading_rules_without_memory_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
