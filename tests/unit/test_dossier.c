/*
 * Dossiers, alarms and suggestions, over a small store that is made row by row.
 */
#include "dossiers.h"

#include "quarry/aggregate.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct fixture {
	struct quarry_db *db;
	struct quarry_error err;
	unsigned char key[32];
	struct quarry_naming naming;
};

static int open_fixture(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .db = dossiers_open() };
	f.naming = dossiers_naming(f.key, /* names= */ 1);
	*state = &f;
	return 0;
}

static int close_fixture(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	return 0;
}

static void tell_suspicion(struct str *out, const struct quarry_suspicion *s)
{
	str_addf(out, "%s %d [%s] [%s] [%s]\n", s->kind, (int)s->n, s->person, s->signature, s->what);
}

static void tell_dossier(struct str *out, const struct quarry_dossier *d)
{
	str_addf(out, "%s %s %s %zu %d-%d %d+%d\n", d->pseudonym, d->name ? d->name : "-", d->class,
		 d->n_repos, d->first_quarter, d->last_quarter, (int)d->authored, (int)d->co_authored);
	for (size_t i = 0; i < d->n_signatures; i++) {
		str_addf(out, "%s %s %d", d->signatures[i].label, d->signatures[i].class,
			 (int)d->signatures[i].commits);
		for (size_t k = 0; k < d->signatures[i].n_repos; k++)
			str_addf(out, " %s", d->signatures[i].repos[k]);
		str_addc(out, '\n');
	}
	for (size_t i = 0; i < d->n_evidence; i++)
		str_addf(out, "L%d%s %s [%s] %s = %s\n", d->evidence[i].level,
			 d->evidence[i].promoted ? "!" : "", d->evidence[i].rule, d->evidence[i].repo,
			 d->evidence[i].a, d->evidence[i].b);
	for (size_t i = 0; i < d->n_suspicions; i++)
		tell_suspicion(out, &d->suspicions[i]);
	str_addf(out, "= %s", d->lenient);
	for (size_t i = 0; i < d->n_with; i++)
		str_addf(out, " %s", d->with[i]);
	str_addc(out, '\n');
}

static char *explain(struct fixture *f, const char *who)
{
	struct quarry_dossiers *d = NULL;
	struct str s = STR_INIT;

	if (quarry_aggregate_explain(&d, f->db, who, &f->naming, &f->err))
		fail_msg("%s: %s", who, f->err.text);
	assert_string_equal(d->universe, "u");
	for (size_t i = 0; i < d->n; i++)
		tell_dossier(&s, &d->at[i]);
	quarry_dossiers_free(d);
	return str_detach(&s);
}

static void check(struct fixture *f, const char *who, const char *want)
{
	char *got = explain(f, who);

	assert_string_equal(got, want);
	free(got);
}

static const char ada[] =
	"p-6416c1e64a04 ada@x.org human 2 8096-8100 5+1\n"
	"Ada <ada@x.org> human 3 a/a b/b\n"
	"A. L. <ADA@x.org> human 1 a/a\n"
	"Ada <ada@y.org> human 1 a/a\n"
	"Shared <shared@x.org> human 1 a/a\n"
	"L1 same-email [] A. L. <ADA@x.org> = ada@x.org\n"
	"L1 same-email [] Ada <ada@x.org> = ada@x.org\n"
	"L1 same-email [] Ada <ada@y.org> = ada@y.org\n"
	"L2 mailmap [a/a] Shared <shared@x.org> = ada@x.org\n"
	"L2! mailmap-promoted [b/b] ada@x.org = old@x.org\n"
	"L2! mailmap-promoted [a/a] ada@y.org = old@x.org\n"
	"L4 full-name [a/a] Ada Love <al@z.org> = ada@x.org\n"
	"bridge 3 [ada@x.org] [Ada <ada@x.org>] [ada@x.org]\n"
	"many_emails 13 [ada@x.org] [] []\n"
	"= ada@x.org al@z.org\n";

static void a_dossier_holds_what_joins_and_no_more(void **state)
{
	check(*state, "ada@x.org", ada);
	check(*state, "al@z.org",
	      "p-0d8446af761c al@z.org human 1 0-0 0+0\nAda Love <al@z.org> human 0 a/a\n"
	      "L4 full-name [a/a] Ada Love <al@z.org> = ada@x.org\n= ada@x.org ada@x.org\n");
}

static void a_signature_may_be_two_persons(void **state)
{
	struct fixture *f = *state;
	char *got = explain(f, "Shared <shared@x.org>");

	/* Ada in one repository, somebody else in the other. */
	assert_memory_equal(got, ada, strlen(ada));
	assert_non_null(strstr(got + strlen(ada), " shared@x.org human 1 0-0 0+0\n"
			       "Shared <shared@x.org> human 0 b/b\n"
			       "L1 same-email [] Shared <shared@x.org> = shared@x.org\n"
			       "many_emails 20 [shared@x.org] [] []\n"
			       "near_bot 8 [shared@x.org] [Shared <shared@x.org>] [bot-name]\n"
			       "= shared@x.org\n"));
	free(got);
}

static void a_bot_has_commits_and_no_credit(void **state)
{
	struct fixture *f = *state;
	char *got = explain(f, "bot");

	assert_non_null(strstr(got, " bot@x.org bot 1 8098-8098 0+0\nBot <bot@x.org> bot 1 b/b\n"
			       "L1 same-email [] Bot <bot@x.org> = bot@x.org\n= bot@x.org\n"));
	free(got);
}

static void each_form_of_a_person_is_found(void **state)
{
	static const char *const forms[] = {
		"ada@x.org", "ADA@X.ORG", " ada@x.org\t", "ada@y.org", "Ada", "ADA", " aDa  ", "A. L.",
		"Ada <ada@x.org>", "ada <ADA@x.org>", "p-6416c1e64a04", "s-05bc9cbdee15", "e-6416c1e64a04",
		"\xef\xbc\xa1\xef\xbd\x84\xef\xbd\x81", /* in full-width letters */
	};

	for (size_t i = 0; i < N(forms); i++)
		check(*state, forms[i], ada);
}

static void nobody_and_who_opted_out_are_the_same(void **state)
{
	static const char *const forms[] = {
		"nobody@x.org", "eve@x.org", "Eve", "Eve <eve@x.org>", "eve", "", " ", "<>", "Ad", "p-", "@",
		"7+eve-login@users.noreply.example.org", "p-000000000000", "p-6416c1e64a0", "ada@", "%", "'",
		"old@x.org", "\xff", "\xf0\x90",
	};
	struct fixture *f = *state;
	struct quarry_dossiers *d = NULL;
	const char *after;

	for (size_t i = 0; i < N(forms); i++) {
		assert_int_equal(quarry_aggregate_explain(&d, f->db, forms[i], &f->naming, &f->err),
				 QUARRY_ENOTFOUND);
		assert_null(d);
		after = strstr(f->err.text, "': give an e-mail, a whole name, ");
		assert_non_null(after);
	}
}

static void pseudonyms_are_keyed(void **state)
{
	struct fixture *f = *state;
	char *first, *other;

	f->naming.names = 0;
	first = explain(f, "ada@x.org");
	assert_null(strchr(first, '@'));
	assert_null(strstr(first, "Ada"));
	assert_non_null(strstr(first, "p-6416c1e64a04 - human "));
	assert_non_null(strstr(first, "s-05bc9cbdee15 human 3 a/a b/b\n"));
	assert_non_null(strstr(first, "= e-b762f6867e2d\n"));
	assert_non_null(strstr(first, "\n= p-6416c1e64a04 p-0d8446af761c\n"));
	f->key[0] ^= 1;
	other = explain(f, "ada@x.org");
	assert_null(strstr(other, "6416c1e64a04"));
	f->naming.names = 1;
	free(first);
	free(other);
}

static char *suspicions(struct fixture *f)
{
	struct quarry_suspicions *x = NULL;
	struct str s = STR_INIT;

	if (quarry_aggregate_suspicions(&x, f->db, &f->naming, &f->err))
		fail_msg("%s", f->err.text);
	for (size_t i = 0; i < x->n; i++)
		tell_suspicion(&s, &x->at[i]);
	quarry_suspicions_free(x);
	return str_detach(&s);
}

static void alarms_are_listed_in_order(void **state)
{
	char *got = suspicions(*state);

	assert_string_equal(got,
		"bridge 3 [ada@x.org] [Ada <ada@x.org>] [ada@x.org]\n"
		"mailmaps 2 [] [] []\n" /* eve has opted out, and may be within */
		"many_emails 20 [shared@x.org] [] []\n"
		"many_emails 13 [ada@x.org] [] []\n"
		"near_bot 8 [shared@x.org] [Shared <shared@x.org>] [bot-name]\n"
		"someday 1 [] [] []\n");
	free(got);
}

static void alarms_name_rules_alone(void **state)
{
	struct fixture *f = *state;
	char *got;

	f->naming.names = 0;
	got = suspicions(f);
	f->naming.names = 1;
	assert_null(strchr(got, '@'));
	assert_non_null(strstr(got, "bridge 3 [p-6416c1e64a04] [s-05bc9cbdee15] [e-6416c1e64a04]\n"));
	assert_non_null(strstr(got, " [bot-name]\n"));
	assert_null(strstr(got, "[x]"));
	free(got);
}

static int tell_kind(void *payload, const struct quarry_alarm_count *c, struct quarry_error *err)
{
	str_addf(payload, "%s %d %s\n", c->kind, (int)c->n, c->n == 1 ? c->one : c->many);
	return 0;
}

static int stop(void *payload, const struct quarry_alarm_count *c, struct quarry_error *err)
{
	return QUARRY_EINTR;
}

static void kinds_are_counted_while_they_are_current(void **state)
{
	struct fixture *f = *state;
	struct str s = STR_INIT;

	assert_int_equal(quarry_aggregate_each_alarm_kind(f->db, tell_kind, &s, &f->err), 0);
	assert_string_equal(s.buf,
		"bridge 1 person falls apart without one signature\n"
		"mailmaps 1 e-mail is led to different persons by two .mailmap\n"
		"many_emails 2 persons have many e-mails\n"
		"near_bot 1 human nearly meets a rule of bots\n"
		"someday 1 alarm of another kind\n");
	assert_int_equal(quarry_aggregate_each_alarm_kind(f->db, stop, &s, &f->err), QUARRY_EINTR);
	str_clear(&s);
	dossiers_run(f->db, "UPDATE meta SET value = '2' WHERE key = 'facts'");
	assert_int_equal(quarry_aggregate_each_alarm_kind(f->db, tell_kind, &s, &f->err), 0);
	dossiers_run(f->db, "UPDATE meta SET value = '1' WHERE key = 'facts';"
			    "UPDATE meta SET value = '1' WHERE key = 'derived_shape'; DROP TABLE alarm");
	assert_int_equal(quarry_aggregate_each_alarm_kind(f->db, tell_kind, &s, &f->err), 0);
	assert_int_equal(s.len, 0);
	str_release(&s);
}

static void check_left_out(struct fixture *f, const char *want)
{
	struct quarry_dossiers *d = NULL;
	struct quarry_suspicions *s = NULL;

	assert_int_equal(quarry_aggregate_explain(&d, f->db, "ada@x.org", &f->naming, &f->err), 0);
	assert_string_equal(d->without, want);
	assert_int_equal(quarry_aggregate_suspicions(&s, f->db, &f->naming, &f->err), 0);
	assert_string_equal(s->without, want);
	quarry_dossiers_free(d);
	quarry_suspicions_free(s);
}

static void rules_that_were_left_out_are_told(void **state)
{
	struct fixture *f = *state;

	check_left_out(f, "");
	dossiers_run(f->db, "INSERT INTO meta(key, value) VALUES('without', 'L3,L2')");
	check_left_out(f, "L3,L2");
}

static void check_suggestions(struct fixture *f, const char *want)
{
	struct quarry_suggestions *x = NULL;
	struct str s = STR_INIT;

	if (quarry_aggregate_suggestions(&x, f->db, &f->err))
		fail_msg("%s", f->err.text);
	str_add(&s, "", 0);
	for (size_t i = 0; i < x->n; i++) {
		for (size_t k = 0; k < x->at[i].n; k++)
			str_addf(&s, "%s ", x->at[i].keys[k]);
		str_addc(&s, '\n');
	}
	assert_string_equal(s.buf, want);
	quarry_suggestions_free(x);
	str_release(&s);
}

static void who_would_be_joined_is_suggested(void **state)
{
	struct fixture *f = *state;

	check_suggestions(f, "ada@x.org al@z.org \n");
	dossiers_run(f->db, "UPDATE signature_class SET class = 'group' WHERE signature = 4");
	check_suggestions(f, "");
	dossiers_run(f->db, "UPDATE signature_class SET class = 'human' WHERE signature = 4;"
			    "UPDATE person SET lenient = 0 WHERE person = 3");
	check_suggestions(f, "");
	dossiers_run(f->db, "UPDATE person SET lenient = 2 WHERE person = 3;"
			    "UPDATE person SET lenient = 3 WHERE person = 1");
	check_suggestions(f, "al@z.org shared@x.org \n");
}

static void figures_that_are_not_there_are_refused(void **state)
{
	struct fixture *f = *state;
	struct quarry_dossiers *d = NULL;
	struct quarry_suspicions *s = NULL;
	struct quarry_suggestions *x = NULL;
	static const struct { const char *sql, *says; } cases[] = {
		{ "UPDATE meta SET value = '2' WHERE key = 'facts'", "was mined after its figures" },
		{ "UPDATE meta SET value = '2' WHERE key = 'derived_shape'", "of another version of quarry" },
		{ "DROP VIEW raw_repo_quarter; DROP TABLE scope_quarter", "holds no figures yet" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		dossiers_run(f->db, cases[i].sql);
		assert_int_equal(quarry_aggregate_explain(&d, f->db, "ada@x.org", &f->naming, &f->err),
				 QUARRY_EFAIL);
		assert_non_null(strstr(f->err.text, cases[i].says));
		assert_int_equal(quarry_aggregate_suspicions(&s, f->db, &f->naming, &f->err), QUARRY_EFAIL);
		assert_int_equal(quarry_aggregate_suggestions(&x, f->db, &f->err), QUARRY_EFAIL);
		assert_true(!d && !s && !x);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dossier_holds_what_joins_and_no_more),
		TEST(a_signature_may_be_two_persons),
		TEST(a_bot_has_commits_and_no_credit),
		TEST(each_form_of_a_person_is_found),
		TEST(nobody_and_who_opted_out_are_the_same),
		TEST(pseudonyms_are_keyed),
		TEST(alarms_are_listed_in_order),
		TEST(alarms_name_rules_alone),
		TEST(kinds_are_counted_while_they_are_current),
		TEST(rules_that_were_left_out_are_told),
		TEST(who_would_be_joined_is_suggested),
		TEST(figures_that_are_not_there_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
