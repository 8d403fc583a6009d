/*
 * What a commit counts as, and who gets credit for it (metrics.md commits, contributors,
 * agent_assisted, exported, opt-out); and who looks like a bot without a rule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/derive.h"
#include "util/str.h"

extern const char quarry_schema_sql[];

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static struct quarry_layer layers[] = { { "l", "L" } };
static struct quarry_category categories[] = { { "one", "One", 0, "" } };
static struct quarry_repo repos[] = {
	{ .url = "https://x.org/o/a", .slug = "o/a", .from = QUARRY_QUARTER_NONE,
	  .until = QUARRY_QUARTER_NONE, .moved_from = SIZE_MAX },
};
static const struct quarry_universe universe = {
	.id = "u", .title = "U", .from = QUARRY_QUARTER_NONE, .until = QUARRY_QUARTER_NONE,
	.small_base = 20, .bulk_paths = 1000, .earliest_s = 631152000, .layers = layers,
	.n_layers = 1, .categories = categories, .n_categories = 1, .repos = repos, .n_repos = 1,
	.hash = "h",
};

/* Signature and person have one number; the letters stand for them below. */
enum { ANN = 1, BOB, BOT, AGENT, GROUP, ROOT, GONE, N_SIGNATURES = GONE };
static const char letters[] = " abBAGRo";
static const char *const classes[] = { NULL, "human", "human", "bot", "agent", "group", "placeholder",
				       "human" };

static const struct {
	const char *fact;
	int author, parents;
	const char *trailers[3]; /* "Key:" and the letter that it names */
	int exported;            /* to whom; 0: not */
	bool assisted;           /* a rule says so */
	const char *kind;        /* kind, assisted, credits: the author's in capitals of role */
} cases[] = {
	{ "a human", ANN, 1, { NULL }, 0, false, "0 0 a0" },
	{ "a merge", ANN, 2, { NULL }, 0, false, "1 0 " },
	{ "with a co-author", ANN, 1, { "Co-authored-by:b" }, 0, false, "0 0 a0 b1" },
	{ "who names herself", ANN, 1, { "Co-authored-by:a" }, 0, false, "0 0 a0" },
	{ "twice", ANN, 1, { "Co-authored-by:b", "Co-authored-by:b" }, 0, false, "0 0 a0 b1" },
	{ "a reviewer is none", ANN, 1, { "Reviewed-by:b" }, 0, false, "0 0 a0" },
	{ "an agent as co-author", ANN, 1, { "Co-authored-by:A" }, 0, true, "0 1 a0" },
	{ "an agent whom no rule asks for", ANN, 1, { "Co-authored-by:A" }, 0, false, "0 0 a0" },
	{ "a line that says so", ANN, 1, { NULL }, 0, true, "0 1 a0" },
	{ "of a merge it says nothing", ANN, 2, { NULL }, 0, true, "1 0 " },
	{ "a bot as co-author", ANN, 1, { "Co-authored-by:B" }, 0, false, "0 0 a0" },
	{ "a bot", BOT, 1, { NULL }, 0, false, "2 0 " },
	{ "a bot with a human in a trailer", BOT, 1, { "Co-authored-by:b" }, 0, false, "2 0 " },
	{ "the same, as an export", BOT, 1, { "Co-authored-by:b" }, BOB, false, "0 0 b0" },
	{ "an export with a helper", BOT, 1, { "Co-authored-by:a" }, BOB, false, "0 0 a1 b0" },
	{ "an export that an agent helped", BOT, 1, { NULL }, BOB, true, "0 1 b0" },
	{ "a merge by an export", BOT, 2, { NULL }, BOB, false, "1 0 " },
	{ "an agent", AGENT, 1, { "Co-authored-by:a" }, 0, false, "3 0 " },
	{ "a group", GROUP, 1, { NULL }, 0, false, "0 0 " },
	{ "a group with a helper", GROUP, 1, { "Co-authored-by:a" }, 0, false, "0 0 a1" },
	{ "a group as an export", GROUP, 1, { NULL }, ANN, false, "0 0 a0" },
	{ "nobody in particular", ROOT, 1, { NULL }, 0, false, "0 0 " },
	{ "one who has opted out", GONE, 1, { NULL }, 0, false, "0 0 " },
	{ "the same as co-author", ANN, 1, { "Co-authored-by:o" }, 0, false, "0 0 a0" },
	{ "the same behind an export", BOT, 1, { NULL }, GONE, false, "0 0 " },
};

static void must(struct quarry_db *db, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void must(struct quarry_db *db, const char *fmt, ...)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct str sql = STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&sql, fmt, ap);
	va_end(ap);
	if (db_exec(db, sql.buf, &err))
		fail_msg("%s: %s", sql.buf, err.text);
	str_release(&sql);
}

static int number_of(char letter)
{
	return (int)(strchr(letters, letter) - letters);
}

static void add_commit(struct quarry_db *db, size_t i, int author, int parents, const char *subject)
{
	must(db, "INSERT INTO commits(commit_id, repo, oid, author, committer, author_s,"
	     " author_offset_min, committer_s, committer_offset_min, author_quarter, author_bin,"
	     " n_parents, parents, subject, flags, n_touches, first_seen_s) VALUES(%zu, 1, x'%04zx', %d,"
	     " 1, %zu, 0, %zu, 0, 8100, 0, %d, zeroblob(%d), '%s', 0, 0, 0)", i + 1, i, author,
	     1736000000 + i, 1736000000 + i, parents, parents * 20, subject);
}

static struct quarry_db *begin(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_db *db = NULL;

	assert_int_equal(db_open(&db, ":memory:", DB_READ_WRITE, &err), 0);
	must(db, "%s", quarry_schema_sql);
	must(db, "INSERT INTO repo(repo, url, slug, state, mined_s)"
	     " VALUES(1, 'https://x.org/o/a', 'o/a', 1, 1760000000)");
	for (int s = 1; s <= N_SIGNATURES; s++)
		must(db, "INSERT INTO signature(signature, name, email) VALUES(%d, '%c', '%c@x.org')", s,
		     letters[s], letters[s]);
	return db;
}

static void verdicts_on_commits(struct quarry_derive *d)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		if (cases[i].assisted)
			assert_int_equal(quarry_derive_assist(d, (int64_t)i + 1, "line", &err), 0);
		if (cases[i].exported)
			assert_int_equal(quarry_derive_export(d, (int64_t)i + 1, cases[i].exported, "x",
							      &err), 0);
	}
}

/* Everybody is the person of that number. */
static void derive(struct quarry_db *db, void (*more)(struct quarry_derive *d))
{
	const struct quarry_derive_options options = { .signature_rules_hash = "", .path_rules_hash = "", .identity_rules_hash = "",
						       .people_hash = "",
						       .without = "" };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive *d = NULL;
	int rc = quarry_derive_begin(&d, db, &universe, &options, &err);

	for (int s = 1; !rc && s <= N_SIGNATURES; s++) {
		char key[] = { letters[s], '@', 'x', '\0' };

		rc = quarry_derive_person(d, s, s, s == GONE, "", key, &err);
		if (!rc)
			rc = quarry_derive_identity(d, 1, s, key, s, s, &err);
		if (!rc)
			rc = quarry_derive_signature_class(d, s, classes[s], "", &err);
	}
	if (!rc && more)
		more(d);
	if (!rc)
		rc = quarry_derive_finish(d, &err);
	if (rc)
		fail_msg("%s", err.text);
	quarry_derive_free(d);
}

/* "kind assisted a0 b1" */
static char *outcome(struct quarry_db *db, size_t i)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct db_stmt *st = NULL;
	struct str out = STR_INIT;

	assert_int_equal(db_prepare(&st, db, "SELECT kind, agent_assisted FROM commit_kind"
				    " WHERE commit_id = ?1", &err), 0);
	db_bind_int(st, 1, (int64_t)i + 1);
	assert_int_equal(db_step(st, &err), 1);
	str_addf(&out, "%d %d", (int)db_int(st, 0), (int)db_int(st, 1));
	db_finish(st);
	assert_int_equal(db_prepare(&st, db, "SELECT person, role FROM credit WHERE commit_id = ?1"
				    " ORDER BY person", &err), 0);
	db_bind_int(st, 1, (int64_t)i + 1);
	while (db_step(st, &err) > 0)
		str_addf(&out, " %c%d", letters[db_int(st, 0)], (int)db_int(st, 1));
	db_finish(st);
	return str_detach(&out);
}

static void each_has_its_kind_and_its_credits(void **state)
{
	struct quarry_db *db = begin();

	for (size_t i = 0; i < LENGTH(cases); i++) {
		add_commit(db, i, cases[i].author, cases[i].parents, cases[i].fact);
		for (int n = 0; n < 3 && cases[i].trailers[n]; n++) {
			const char *colon = strchr(cases[i].trailers[n], ':');

			must(db, "INSERT INTO trailer(commit_id, n, key, value, signature)"
			     " VALUES(%zu, %d, '%.*s', '', %d)", i + 1, n,
			     (int)(colon - cases[i].trailers[n]), cases[i].trailers[n],
			     number_of(colon[1]));
		}
	}
	derive(db, verdicts_on_commits);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		char *was = outcome(db, i);
		size_t len = strlen(cases[i].kind);

		/* Without credits the text ends with a space. */
		len -= len && cases[i].kind[len - 1] == ' ';
		if (strlen(was) != len || strncmp(was, cases[i].kind, len) != 0)
			fail_msg("%s: '%s', not '%s'", cases[i].fact, was, cases[i].kind);
		free(was);
	}
	db_close(db);
}

static int64_t ask(struct quarry_db *db, const char *sql)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	int64_t n = -1;

	assert_int_equal(db_scalar(&n, db, sql, -1, &err), 0);
	return n;
}

/* Of `n` commits by Ann all but `others` have one subject, but for numbers and its end. */
static int64_t alarms_of(size_t n, size_t others, int author)
{
	struct quarry_db *db = begin();
	int64_t found;

	for (size_t i = 0; i < n; i++) {
		char *subject = i < others ? str_dupf("Fix number%zu of it", i)
					   : str_dupf("%s  7%zx at o/r@0a%zu", i % 2 ? "Bump" : "BUMP", i, i);

		add_commit(db, i, author, 1, subject);
		free(subject);
	}
	derive(db, NULL);
	found = ask(db, "SELECT count(*) FROM alarm WHERE kind = 'regular'");
	if (found)
		assert_int_equal(ask(db, "SELECT n * 100 + person * 10 + signature FROM alarm"),
				 (int64_t)n * 100 + 11 * author);
	db_close(db);
	return found;
}

static void who_writes_one_subject_is_looked_at(void **state)
{
	assert_int_equal(alarms_of(20, 0, ANN), 1);
	assert_int_equal(alarms_of(20, 4, ANN), 1);
	assert_int_equal(alarms_of(20, 5, ANN), 0); /* too many others */
	assert_int_equal(alarms_of(19, 0, ANN), 0); /* too few to tell */
	assert_int_equal(alarms_of(40, 0, BOT), 0); /* is known */
	assert_int_equal(alarms_of(0, 0, ANN), 0);
}

static int note(void *payload, const struct quarry_derive_mark *mark, struct quarry_error *err)
{
	str_addf(payload, "%d %s=%.*s;", (int)mark->commit_id, mark->key, (int)mark->value_len, mark->value);
	return 0;
}

static int note_named(void *payload, const struct quarry_derive_named *named, struct quarry_error *err)
{
	str_addf(payload, "%d %.*s <%.*s> %s %s %d;", (int)named->commit_id, (int)named->name_len,
		 named->name, (int)named->email_len, named->email, named->class, named->key,
		 (int)named->signature);
	return 0;
}

static struct str read_marks, read_named;

static void read_all(struct quarry_derive *d)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	assert_int_equal(quarry_derive_each_mark(d, note, &read_marks, &err), 0);
	assert_int_equal(quarry_derive_each_named(d, note_named, &read_named, &err), 0);
}

static void messages_are_handed_out(void **state)
{
	struct quarry_db *db = begin();

	add_commit(db, 0, ANN, 1, "s");
	add_commit(db, 1, BOT, 1, "s");
	add_commit(db, 2, GROUP, 1, "s");
	must(db, "INSERT INTO trailer(commit_id, n, key, value, signature) VALUES"
	     " (1, 0, 'Made-with', 'X', NULL), (2, 0, 'by', 'b <b@x.org>', 2), (3, 1, 'by', 'a', 1),"
	     " (3, 0, 'Made-with', 'X', NULL), (3, 2, 'by', 'B', 3), (1, 1, 'by', 'b', 2)");
	derive(db, read_all);
	assert_string_equal(read_marks.buf, "1 Made-with=X;3 Made-with=X;3 by=B;3 by=a;1 by=b;"
			    "2 by=b <b@x.org>;");
	/* Ann is no bot, and a bot is nobody to be credited. */
	assert_string_equal(read_named.buf, "2 B <B@x.org> bot by 2;3 G <G@x.org> group by 1;");
	str_release(&read_marks);
	str_release(&read_named);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_kind_and_its_credits),
		cmocka_unit_test(who_writes_one_subject_is_looked_at),
		cmocka_unit_test(messages_are_handed_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
