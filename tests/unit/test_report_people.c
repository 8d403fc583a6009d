/* Dossiers and alarms as text: whole in each format, and harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "quarry/report.h"
#include "sheet.h"

/* What a history may hold, in each text of an alarm and of a dossier. */
#define HOSTILE "=a,\"b\n\x1b[31m\xe2\x80\xae\xff"

static const struct quarry_suspicion hostile[] = {
	{ "many_emails", "words", HOSTILE, HOSTILE, 13, "e-mails", HOSTILE, "remedy" },
	{ "near_bot", "words", "", "", 2, "commits", "", "remedy" },
};

static void alarms_are_written_in_every_format(void **state)
{
	const struct quarry_suspicions x = { .universe = "u", .n = 2,
					     .at = (struct quarry_suspicion *)hostile };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct sheet sheet;
	char *text = NULL;
	size_t len = 0;

	assert_int_equal(quarry_report_suspicions(&text, &len, quarry_format_find("csv"), &x, &err), 0);
	assert_null(strchr(text, '\x1b'));
	sheet = read_sheet(text);
	assert_int_equal(sheet.ends.n, 3);
	assert_string_equal(cell_of(&sheet, 1, "person"), "'=a,\"b \xef\xbf\xbd[31m\xef\xbf\xbd");
	assert_string_equal(cell_of(&sheet, 1, "n"), "13");
	assert_string_equal(cell_of(&sheet, 2, "what"), "");
	sheet_release(&sheet);
	free(text);
	assert_int_equal(quarry_report_suspicions(&text, &len, quarry_format_find("json"), &x, &err), 0);
	for (const char *p = text; *p; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p <= '~'));
	assert_non_null(strstr(text, "\"=a,\\\"b\\n\\u001B[31m\\u202E\\uFFFD\""));
	assert_non_null(strstr(text, "\"what\": null"));
	free(text);
	assert_int_equal(quarry_report_suspicions(&text, &len, quarry_format_find("md"), &x, &err),
			 QUARRY_EUSAGE);
	assert_string_equal(err.text, "format 'md' has no alarms");
}

static void dossiers_are_written_as_json(void **state)
{
	const char *slugs[] = { "o/r", HOSTILE }, *with[] = { "p-1" };
	struct quarry_dossier_signature signature = { HOSTILE, "human", "", 3, slugs, 2 };
	struct quarry_dossier_evidence evidence = { 2, "mailmap", "o/r", 1, HOSTILE, "b", "why" };
	struct quarry_dossier one = {
		.pseudonym = "p-0", .class = "human", .n_repos = 2, .authored = 4,
		.signatures = &signature, .n_signatures = 1, .evidence = &evidence, .n_evidence = 1,
		.suspicions = (struct quarry_suspicion *)hostile, .n_suspicions = 1,
		.lenient = "p-0", .with = with, .n_with = 1,
	};
	const struct quarry_dossiers d = { .universe = "u", .at = &one, .n = 1 };
	struct quarry_error err = QUARRY_ERROR_INIT;
	const char *slug, *other, *end;
	json_t *root;
	char *text = NULL;
	size_t len = 0;
	int level, promoted;

	assert_int_equal(quarry_report_dossiers(&text, &len, quarry_format_find("json"), &d, &err), 0);
	root = json_loadb(text, len, 0, NULL);
	assert_non_null(root);
	assert_int_equal(json_unpack(root, "{s:[{s:n, s:[{s:[s, s]}], s:[{s:i, s:b, s:s}]}]}", "persons",
				     "name", "signatures", "repositories", &slug, &other,
				     "evidence",
				     "level", &level, "promoted", &promoted, "b", &end), 0);
	assert_string_equal(slug, "o/r");
	assert_int_equal(level * 10 + promoted, 21);
	assert_string_equal(end, "b");
	assert_non_null(strstr(text, "\"first_quarter\": null"));
	json_decref(root);
	free(text);
	assert_int_equal(quarry_report_dossiers(&text, &len, quarry_format_find("csv"), &d, &err),
			 QUARRY_EUSAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alarms_are_written_in_every_format),
		cmocka_unit_test(dossiers_are_written_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
