/*
 * The files of the tips by class and language (docs/metrics.md tip_mix), and the twins
 * that a second reading would tell apart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/derive.h"
#include "quarry/history.h"
#include "util/str.h"

extern const char quarry_schema_sql[];

static void must(struct quarry_db *db, const char *sql)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	if (db_exec(db, sql, &err))
		fail_msg("%s: %s", sql, err.text);
}

static struct quarry_db *open_store(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_db *db = NULL;

	assert_int_equal(db_open(&db, ":memory:", DB_READ_WRITE, &err), 0);
	must(db, quarry_schema_sql);
	must(db, quarry_derived_sql);
	return db;
}

/* Two tracked repositories, one that is mined to be excluded, one that nobody names. */
static const char world[] =
	"INSERT INTO repo(repo, url, slug) VALUES(1, 'a', 'a'), (2, 'b', 'b'), (3, 'c', 'c'), (4, 'd', 'd');"
	"INSERT INTO tracked(repo, category, excluded, known_s) VALUES(1, 0, 0, 0), (2, 0, 0, 0),"
	" (3, NULL, 1, 0);"
	"INSERT INTO path VALUES(1, 1, 'x.c'), (2, 1, 'y.c'), (3, 1, 'gone.c'), (4, 1, x'ff2e63'),"
	" (5, 1, 'noclass.c'), (6, 2, 'x.c'), (7, 3, 'x.c'), (8, 4, 'x.c'), (9, 1, 'z');"
	"INSERT INTO path_class VALUES(1, 'source'), (2, 'source'), (3, 'source'), (4, 'test'),"
	" (6, 'source'), (7, 'source'), (8, 'source'), (9, 'other');"
	"INSERT INTO tip_run VALUES(1, 1, 2), (1, 4, 5), (1, 9, 9), (2, 6, 6), (3, 7, 7), (4, 8, 8)";

static int tell_language(void *payload, const struct quarry_tip_file *file,
			 struct quarry_error *err)
{
	const char *language = file->len > 2 && !memcmp(file->name + file->len - 2, ".c", 2) ? "C" : "";

	return quarry_derive_tip_language(payload, file, language, err);
}

static int stop(void *payload, const struct quarry_tip_file *file, struct quarry_error *err)
{
	return QUARRY_EINTR;
}

static void the_files_of_tips_are_counted_by_class_and_language(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .db = open_store() };
	struct str got = STR_INIT;
	struct db_stmt *st = NULL;

	must(d.db, world);
	assert_int_equal(quarry_derive_each_tip_file(&d, tell_language, &d, &err), 0);
	assert_int_equal(derive_tip(&d, &err), 0);
	assert_int_equal(db_prepare(&st, d.db, "SELECT repo || ' ' || class || ' ' || language || ' '"
				    " || files FROM tip_mix ORDER BY repo, class, language", &err), 0);
	while (db_step(st, &err) > 0)
		str_addf(&got, "%s\n", db_text(st, 0));
	db_finish(st);
	assert_string_equal(got.buf, "1 other  1\n1 other C 1\n1 source C 2\n1 test C 1\n2 source C 1\n");
	assert_int_equal(quarry_derive_each_tip_file(&d, stop, NULL, &err), QUARRY_EINTR);
	str_release(&got);
	derive_tip_free(d.tip);
	db_close(d.db);
}

static void without_a_tip_there_is_no_mix(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_derive d = { .db = open_store() };
	int64_t n = -1;

	assert_int_equal(quarry_derive_each_tip_file(&d, tell_language, &d, &err), 0);
	assert_int_equal(derive_tip(&d, &err), 0);
	assert_int_equal(db_scalar(&n, d.db, "SELECT count(*) FROM tip_mix", 0, &err), 0);
	assert_int_equal(n, 0);
	db_close(d.db);
}

static void add_commit(struct quarry_db *db, int commit, int repo, int oid, int author, int author_s,
		       const char *subject, int merge, int flags, const char *changes)
{
	struct str sql = STR_INIT;

	str_addf(&sql, "INSERT INTO commits(commit_id, repo, oid, author, committer, author_s,"
		 " author_offset_min, committer_s, committer_offset_min, author_quarter, author_bin,"
		 " n_parents, parents, subject, flags, changes, first_seen_s) VALUES(%d, %d, x'%040x', %d,"
		 " 1, %d, 0, 0, 0, 0, 0, %d, x'', '%s', %d, %s, 0)", commit, repo, (unsigned)oid, author,
		 author_s, merge + 1, subject, flags, changes);
	must(db, sql.buf);
	str_release(&sql);
}

static int note_twin(void *payload, const struct quarry_unread_twin *t, struct quarry_error *err)
{
	const unsigned char *oid = t->oid;

	str_addf(payload, "%d:%d:%d ", (int)t->repo, (int)t->commit_id, oid[QUARRY_OID_SIZE - 1]);
	return 0;
}

static int stop_at_twin(void *payload, const struct quarry_unread_twin *t, struct quarry_error *err)
{
	return QUARRY_EINTR;
}

static void twins_that_were_not_read_are_named(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_db *db = open_store();
	struct str got = STR_INIT;
	bool looked = false;

	must(db, "INSERT INTO meta(key, value) VALUES('facts', '3')");
	must(db, "INSERT INTO repo(repo, url, slug) VALUES(1, 'a', 'a'), (2, 'b', 'b');"
		 "INSERT INTO signature(signature, name, email) VALUES(1, 'A', ''), (2, 'B', '')");
	add_commit(db, 1, 2, 10, 1, 5, "s", 0, 0, "7");    /* read */
	add_commit(db, 2, 2, 11, 1, 5, "s", 0, 0, "NULL"); /* its twin */
	add_commit(db, 3, 1, 12, 1, 5, "s", 0, 0, "NULL"); /* and one elsewhere */
	add_commit(db, 4, 1, 13, 2, 5, "s", 0, 0, "NULL"); /* another author */
	add_commit(db, 5, 1, 14, 1, 6, "s", 0, 0, "NULL"); /* second */
	add_commit(db, 6, 1, 15, 1, 5, "t", 0, 0, "NULL"); /* subject */
	add_commit(db, 7, 1, 16, 1, 5, "s", 1, 0, "NULL"); /* a merge */
	add_commit(db, 8, 1, 17, 1, 5, "s", 0, 16, "NULL"); /* without a time */
	add_commit(db, 9, 1, 20, 1, 8, "u", 0, 0, "NULL"); /* one id in two repositories */
	add_commit(db, 10, 2, 20, 1, 8, "u", 0, 0, "NULL");
	add_commit(db, 11, 1, 21, 1, 9, "v", 0, 0, "7");   /* both read */
	add_commit(db, 12, 2, 22, 1, 9, "v", 0, 0, "8");
	assert_int_equal(quarry_aggregate_each_unread_twin(&looked, db, note_twin, &got, &err), 0);
	assert_string_equal(got.buf, "1:3:12 2:2:11 ");
	assert_true(looked);
	assert_int_equal(quarry_aggregate_each_unread_twin(&looked, db, stop_at_twin, NULL, &err),
			 QUARRY_EINTR);
	/* Once they are read, only after the facts have changed. */
	str_clear(&got);
	assert_int_equal(quarry_aggregate_twins_are_read(db, &err), 0);
	assert_int_equal(quarry_aggregate_each_unread_twin(&looked, db, note_twin, &got, &err), 0);
	assert_int_equal(got.len, 0);
	assert_false(looked);
	must(db, "UPDATE meta SET value = '4' WHERE key = 'facts'");
	assert_int_equal(quarry_aggregate_each_unread_twin(&looked, db, note_twin, &got, &err), 0);
	assert_string_equal(got.buf, "1:3:12 2:2:11 ");
	str_release(&got);
	db_close(db);
}

struct made_commit {
	int repo, oid, author, author_s, subject, merge, flags, read;
};

static bool may_be_twin(const struct made_commit *c)
{
	return !c->merge && !(c->flags & (QUARRY_COMMIT_NO_AUTHOR_TIME | QUARRY_COMMIT_PARTIAL));
}

/* What the header promises, word by word. */
static bool is_unread_twin(const struct made_commit *all, int n, int which)
{
	const struct made_commit *c = &all[which];

	for (int i = 0; i < n && !c->read && may_be_twin(c); i++)
		if (may_be_twin(&all[i]) && all[i].author == c->author &&
		    all[i].author_s == c->author_s && all[i].subject == c->subject &&
		    all[i].oid != c->oid)
			return true;
	return false;
}

enum { MADE = 120, MADE_REPOS = 4 };

/* The fewer moments there are, the more commits have one in common. */
static void make_commits(struct made_commit *all, struct quarry_db *db, int n_moments, int n_read)
{
	must(db, "INSERT INTO meta(key, value) VALUES('facts', '1')");
	must(db, "INSERT INTO repo(repo, url, slug) VALUES(1, 'a', 'a'), (2, 'b', 'b'), (3, 'c', 'c'),"
		 " (4, 'd', 'd');"
		 "INSERT INTO signature(signature, name, email) VALUES(1, 'A', ''), (2, 'B', '')");
	for (int i = 0; i < MADE; i++) {
		char subject[] = { (char)('a' + rand() % 3), '\0' };

		/* One in each repository may have the same id. */
		all[i] = (struct made_commit){
			.repo = 1 + i % MADE_REPOS, .oid = rand() % 2 ? i / MADE_REPOS : MADE + i,
			.author = 1 + rand() % 2, .author_s = rand() % n_moments,
			.subject = subject[0], .merge = rand() % 8 == 0,
			.flags = rand() % 8 ? 0 : 16 << rand() % 9, .read = rand() % 4 < n_read,
		};
		add_commit(db, i + 1, all[i].repo, all[i].oid, all[i].author, all[i].author_s,
			   subject, all[i].merge, all[i].flags, all[i].read ? "7" : "NULL");
	}
}

static void unread_twins_are_those_of_the_definition(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct made_commit all[MADE];
	size_t n_twins = 0;

	srand(1);
	for (int round = 0; round < 32; round++) {
		struct quarry_db *db = open_store();
		struct str got = STR_INIT, want = STR_INIT;
		bool looked;

		make_commits(all, db, 1 << round % 8, round / 8);
		str_add(&got, "", 0);
		str_add(&want, "", 0);
		for (int i = 0; i < MADE * MADE_REPOS; i++)
			if (all[i % MADE].repo == 1 + i / MADE && is_unread_twin(all, MADE, i % MADE)) {
				str_addf(&want, "%d:%d:%d ", 1 + i / MADE, i % MADE + 1,
					 all[i % MADE].oid);
				n_twins++;
			}
		assert_int_equal(quarry_aggregate_each_unread_twin(&looked, db, note_twin, &got, &err),
				 0);
		assert_string_equal(got.buf, want.buf);
		str_release(&got);
		str_release(&want);
		db_close(db);
	}
	assert_true(n_twins > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_files_of_tips_are_counted_by_class_and_language),
		cmocka_unit_test(without_a_tip_there_is_no_mix),
		cmocka_unit_test(twins_that_were_not_read_are_named),
		cmocka_unit_test(unread_twins_are_those_of_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
