/* Stores of older versions: what writes brings them up to date, what reads takes them as
 * they are. */
#include "stored.h"

#define OID_1 "x'0101010101010101010101010101010101010101'"
#define OID_2 "x'0202020202020202020202020202020202020202'"

/* In a store of version 2: two commits of one repository, and one that has none. */
static const char facts[] =
	"PRAGMA application_id = 1903325817; PRAGMA user_version = 2;"
	"INSERT INTO repo(repo, url, slug, state, tip, branch, mined_s, mailmap, files_at_tip)"
	" VALUES(7, 'https://example.org/o/r', 'o/r', 1, " OID_2 ", 'refs/heads/main', 1700000000,"
	" x'41', 1), (8, 'https://example.org/o/e', 'o/e', 2, NULL, '', 1700000001, NULL, 0);"
	"INSERT INTO signature(signature, name, email) VALUES(3, 'A', 'a@x');"
	"INSERT INTO commits VALUES(11, 7, " OID_2 ", 3, 3, 5, 6, 7, 8, 9, 10, 1, " OID_1 ", 's', 2, 1),"
	" (12, 7, " OID_1 ", 3, 3, 5, 6, 7, 8, 9, 10, 0, x'', 't', 3, 0);"
	"INSERT INTO path VALUES(4, 7, 'a'), (5, 7, x'ff');"
	"INSERT INTO touch VALUES(11, 4, 5, 'R');"
	"INSERT INTO trailer VALUES(11, 0, 'Co-authored-by', 'A <a@x>', 3);"
	"INSERT INTO path_class VALUES(4, 'lock');"
	"INSERT INTO meta VALUES('facts', '41');"
	/* What is derived, whose names must go on to mean the facts. */
	"CREATE VIEW derived AS SELECT commit_id FROM commits;";

static void make_old(struct fixture *f, int version)
{
	struct quarry_db *db = NULL;
	char *schema = NULL;
	size_t len;

	assert_int_equal(file_read(&schema, &len, SOURCE_ROOT "/tests/unit/store_2.sql", 1 << 20,
				   &f->err), 0);
	assert_int_equal(db_open(&db, f->path, DB_READ_WRITE, &f->err), 0);
	if (db_exec(db, schema, &f->err) || db_exec(db, facts, &f->err))
		fail_msg("%s", f->err.text);
	if (version == 2)
		assert_int_equal(db_exec(db, "INSERT INTO repo_event VALUES(7, 'gone', 1, 2, 1, '')",
					 &f->err), 0);
	else
		assert_int_equal(db_exec(db, "DROP TABLE repo_event; PRAGMA user_version = 1",
					 &f->err), 0);
	db_close(db);
	free(schema);
}

static void close_store(struct fixture *f)
{
	quarry_store_free(f->store);
	f->store = NULL;
}

/* All columns and indexes, which no version may have otherwise. */
static char *schema_of(struct fixture *f)
{
	struct str s = STR_INIT;

	add_rows(&s, f, "SELECT m.name, i.name, i.type, i.\"notnull\", i.dflt_value, i.pk"
		 " FROM sqlite_schema m JOIN pragma_table_info(m.name) i WHERE m.type = 'table'"
		 " ORDER BY m.name, i.cid");
	add_rows(&s, f, "SELECT name, tbl_name, coalesce(sql, '') FROM sqlite_schema WHERE type = 'index'"
		 " OR name = 'tip_path' ORDER BY name");
	return str_detach(&s);
}

static void check_facts(struct fixture *f)
{
	check_rows(f, "SELECT commit_id, c.repo, hex(substr(oid, 1, 1)), author_s, hex(parents), flags,"
		   " quote(n_touches), quote(changes), first_seen_s FROM commits c ORDER BY commit_id",
		   "11|7|02|5|0101010101010101010101010101010101010101|2|1|NULL|1700000000|\n"
		   "12|7|01|5||3|0|NULL|1700000000|\n");
	check_rows(f, "SELECT commit_id, path, old_path, status, quote(added), quote(deleted) FROM touch",
		   "11|4|5|R|NULL|NULL|\n");
	check_rows(f, "SELECT slug, state, since, lines, objects, complete FROM repo ORDER BY repo",
		   "o/r|1|-2147483648|0|0|0|\no/e|2|-2147483648|0|0|0|\n");
	check_rows(f, "SELECT * FROM derived ORDER BY 1", "11|\n12|\n");
	check_rows(f, "SELECT count(*) FROM tip_path JOIN tip_text JOIN release JOIN repo_flag"
		   " JOIN gone_commit", "0|\n");
}

static void an_old_store_is_brought_up_to_date(struct fixture *f, int version)
{
	struct quarry_mined mined;
	struct quarry_known *k = NULL;
	char *got, *want;

	open_store(f);
	want = schema_of(f);
	close_store(f);
	assert_int_equal(unlink(f->path), 0);
	make_old(f, version);
	open_store(f);
	assert_int_equal(ask(f, "PRAGMA user_version"), 6);
	got = schema_of(f);
	assert_string_equal(got, want);
	check_facts(f);
	check_rows(f, "SELECT repo, n, hex(tip), branch, mined_s, commits_new, commits_gone FROM tip_ledger",
		   "7|1|0202020202020202020202020202020202020202|refs/heads/main|1700000000|2|0|\n");
	check_rows(f, "SELECT path, class FROM path_class JOIN meta WHERE value = '41'", "4|lock|\n");
	assert_int_equal(ask(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM repo_event"), version == 2);
	assert_int_equal(quarry_store_check(f->store, &f->err), 0);
	/* It is read anew, whole. */
	assert_int_equal(quarry_store_mined(&mined, f->store, 7, &f->err), 0);
	assert_int_equal(mined.mined, 1);
	assert_int_equal(mined.complete, 0);
	assert_true(mined.objects == 0);
	assert_int_equal(quarry_store_known(&k, f->store, 7, &f->err), 0);
	assert_int_equal(k->n_commits, 2);
	quarry_known_free(k);
	reopen(f);
	check_facts(f);
	free(want);
	free(got);
}

static void version_1_is_brought_up_to_date(void **state)
{
	an_old_store_is_brought_up_to_date(*state, 1);
}

static void version_2_is_brought_up_to_date(void **state)
{
	an_old_store_is_brought_up_to_date(*state, 2);
}

/* store_3.sql: one repository of four commits, and all that was mined of it. */
static void make_3(struct fixture *f)
{
	struct quarry_db *db = NULL;
	char *dump = NULL;
	size_t len;

	assert_int_equal(file_read(&dump, &len, SOURCE_ROOT "/tests/unit/store_3.sql", 1 << 20,
				   &f->err), 0);
	assert_int_equal(db_open(&db, f->path, DB_READ_WRITE, &f->err), 0);
	if (db_exec(db, dump, &f->err))
		fail_msg("%s", f->err.text);
	db_close(db);
	free(dump);
}

/* A store that is made so, and only read, has the same rows when it is brought up to date, and
 * then the tables of a new one. */
static void bring_up(struct fixture *f, void (*make)(struct fixture *f), const char *rows)
{
	struct quarry_store_options options = { .read_only = 1 };
	struct str before = STR_INIT;
	char *got, *want;

	open_store(f);
	want = schema_of(f);
	close_store(f);
	assert_int_equal(unlink(f->path), 0);
	make(f);
	if (quarry_store_open(&f->store, f->path, &options, &f->err))
		fail_msg("%s", f->err.text);
	add_rows(&before, f, rows);
	close_store(f);
	open_store(f);
	assert_int_equal(ask(f, "PRAGMA user_version"), 6);
	got = schema_of(f);
	assert_string_equal(got, want);
	check_rows(f, rows, before.buf);
	assert_int_equal(ask(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	assert_int_equal(quarry_store_check(f->store, &f->err), 0);
	str_release(&before);
	free(want);
	free(got);
}

static void version_3_is_brought_up_to_date(void **state)
{
	struct fixture *f = *state;
	struct quarry_mined mined;

	bring_up(f, make_3, "SELECT oid, author_s, n_touches FROM commits ORDER BY oid");
	check_rows(f, "SELECT count(*), min(first_seen_s), max(first_seen_s) FROM commits",
		   "4|1751328000|1751328000|\n");
	check_rows(f, "SELECT key, value FROM trailer ORDER BY value",
		   "Co-authored-by|C <c@x.org>|\nReviewed-by|D <d@x.org>|\n");
	check_rows(f, "SELECT n, commits_new, commits_gone FROM tip_ledger", "1|4|0|\n");
	/* What was derived from them is not out of date by this. */
	check_rows(f, "SELECT value FROM meta WHERE key = 'facts'", "1|\n");
	assert_int_equal(quarry_store_mined(&mined, f->store, 1, &f->err), 0);
	assert_int_equal(mined.mined, 1);
	assert_int_equal(mined.complete, 0);
	assert_true(mined.objects == 0);
	reopen(f);
	assert_int_equal(ask(f, "SELECT count(*) FROM commits"), 4);
}

/* As version 3, whose tables it had: two repositories whose paths got their numbers in turns. */
static void make_4(struct fixture *f)
{
	struct quarry_db *db = NULL;

	make_3(f);
	assert_int_equal(db_open(&db, f->path, DB_READ_WRITE, &f->err), 0);
	if (db_exec(db, "PRAGMA user_version = 4;"
		    "INSERT INTO repo(repo, url, slug, state) VALUES(2, 'u', 'o/2', 1);"
		    "INSERT INTO path VALUES(11, 2, 'a'), (12, 2, 'b'), (13, 1, 'c'), (14, 2, 'd'),"
		    " (15, 2, x'ff'), (16, 2, 'f'), (18, 2, 'h');"
		    "INSERT INTO tip_path VALUES(2, 11), (2, 12), (1, 13), (2, 15), (2, 16), (2, 18)",
		    &f->err))
		fail_msg("%s", f->err.text);
	db_close(db);
}

static void version_4_is_brought_up_to_date(void **state)
{
	struct fixture *f = *state;
	struct quarry_mined mined;

	bring_up(f, make_4, "SELECT t.repo, quote(name) FROM tip_path t JOIN path USING (path) ORDER BY 1, path");
	check_rows(f, "SELECT first, last FROM tip_run WHERE repo = 2", "11|12|\n15|16|\n18|18|\n");
	check_rows(f, "SELECT first, last FROM path_range WHERE repo = 2", "11|12|\n14|18|\n");
	/* It need not be read again. */
	assert_int_equal(quarry_store_mined(&mined, f->store, 1, &f->err), 0);
	assert_int_equal(mined.complete, 1);
}

/* As version 4, but for the tables of paths, and with touches of more commits than one. */
static void make_5(struct fixture *f)
{
	struct quarry_db *db = NULL;

	make_4(f);
	open_store(f); /* brings it to the version of today */
	close_store(f);
	assert_int_equal(db_open(&db, f->path, DB_READ_WRITE, &f->err), 0);
	if (db_exec(db, "PRAGMA user_version = 5;"
		    "CREATE TEMP TABLE old AS SELECT * FROM touch;"
		    "DROP VIEW touch; DROP TABLE touch_row; ALTER TABLE commits DROP COLUMN first_touch;"
		    "CREATE TABLE touch(commit_id INTEGER NOT NULL, path INTEGER NOT NULL, old_path INTEGER,"
		    " status TEXT NOT NULL, added INTEGER, deleted INTEGER, PRIMARY KEY(commit_id, path))"
		    " STRICT, WITHOUT ROWID;"
		    "INSERT INTO touch SELECT * FROM old;"
		    "INSERT INTO touch SELECT commit_id, 18, 12, 'R', 5, -3 FROM commits WHERE commit_id <> 2;"
		    "DELETE FROM touch WHERE commit_id = 2;"
		    "UPDATE commits SET n_touches = (SELECT count(*) FROM touch t"
		    " WHERE t.commit_id = commits.commit_id)", &f->err))
		fail_msg("%s", f->err.text);
	db_close(db);
}

static void version_5_is_brought_up_to_date(void **state)
{
	struct fixture *f = *state;
	struct quarry_mined mined;

	bring_up(f, make_5, "SELECT commit_id, path, quote(old_path), status, quote(added), quote(deleted)"
		 " FROM touch ORDER BY commit_id, path");
	assert_true(ask(f, "SELECT count(*) FROM touch") > 4);
	assert_int_equal(ask(f, "SELECT count(*) FROM commits WHERE first_touch IS NULL AND n_touches = 0"), 1);
	assert_int_equal(quarry_store_mined(&mined, f->store, 1, &f->err), 0);
	assert_int_equal(mined.complete, 1);
}

static void version_3_is_read_as_it_is(void **state)
{
	struct fixture *f = *state;
	struct quarry_store_options options = { .read_only = 1 };
	struct quarry_mined mined;

	make_3(f);
	if (quarry_store_open(&f->store, f->path, &options, &f->err))
		fail_msg("%s", f->err.text);
	assert_int_equal(ask(f, "PRAGMA user_version"), 3);
	assert_int_equal(quarry_store_mined(&mined, f->store, 1, &f->err), 0);
	assert_int_equal(mined.complete, 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM tip_ledger"), 1);
}

static int count(void *payload, const struct quarry_stored_repo *repo, struct quarry_error *err)
{
	++*(int *)payload;
	return 0;
}

static int count_events(void *payload, const struct quarry_stored_event *e, struct quarry_error *err)
{
	++*(int *)payload;
	return 0;
}

static int count_flags(void *payload, const struct quarry_stored_flag *flag, struct quarry_error *err)
{
	++*(int *)payload;
	return 0;
}

static void an_old_store_is_read_as_it_is(struct fixture *f, int version)
{
	struct quarry_store_options options = { .read_only = 1 };
	char *before = NULL, *after = NULL;
	size_t before_len, after_len;
	struct quarry_mined mined;
	int repos = 0, events = 0, flags = 0;
	int64_t id;

	make_old(f, version);
	assert_int_equal(file_read(&before, &before_len, f->path, 1 << 20, &f->err), 0);
	if (quarry_store_open(&f->store, f->path, &options, &f->err))
		fail_msg("%s", f->err.text);
	check_facts(f);
	assert_int_equal(ask(f, "SELECT count(*) FROM tip_ledger"), 0);
	assert_int_equal(quarry_store_each_repo(f->store, count, &repos, &f->err), 0);
	assert_int_equal(repos, 2);
	assert_int_equal(quarry_store_each_event(f->store, count_events, &events, &f->err), 0);
	assert_int_equal(events, version == 2);
	assert_int_equal(quarry_store_each_flag(f->store, count_flags, &flags, &f->err), 0);
	assert_int_equal(flags, 0);
	assert_int_equal(quarry_store_check(f->store, &f->err), 0);
	assert_int_equal(quarry_store_mined(&mined, f->store, 7, &f->err), 0);
	assert_int_equal(mined.mined, 1);
	assert_int_equal(mined.complete, 0);
	/* Neither its tables nor what hides them can be written. */
	assert_int_equal(quarry_store_repo(&id, f->store, "https://h/n", "n", &f->err), QUARRY_EFAIL);
	assert_int_equal(db_exec(quarry_store_db(f->store), "DELETE FROM main.repo", &f->err), QUARRY_EFAIL);
	close_store(f);
	assert_int_equal(file_read(&after, &after_len, f->path, 1 << 20, &f->err), 0);
	assert_int_equal(before_len, after_len);
	assert_memory_equal(before, after, before_len);
	free(after);
	free(before);
}

static void version_1_is_read_as_it_is(void **state)
{
	an_old_store_is_read_as_it_is(*state, 1);
}

static void version_2_is_read_as_it_is(void **state)
{
	an_old_store_is_read_as_it_is(*state, 2);
}

/* As long as it may not grow it stays what it was. */
static void half_an_upgrade_is_none(void **state)
{
	struct fixture *f = *state;
	struct quarry_db *db = NULL;
	int64_t n = 0;

	make_old(f, 2);
	assert_int_equal(db_open(&db, f->path, DB_READ_WRITE, &f->err), 0);
	/* What this version wants to make is in its way. */
	assert_int_equal(db_exec(db, "CREATE VIEW tip_path AS SELECT 1 AS repo", &f->err), 0);
	assert_int_equal(db_exec(db, "CREATE TABLE commits_2(x)", &f->err), 0);
	assert_int_equal(quarry_store_open(&f->store, f->path, NULL, &f->err), QUARRY_EFAIL);
	assert_null(f->store);
	assert_int_equal(db_scalar(&n, db, "PRAGMA user_version", 0, &f->err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(db_scalar(&n, db, "SELECT count(*) FROM pragma_table_info('repo')", 0, &f->err), 0);
	assert_int_equal(n, 16);
	assert_int_equal(db_exec(db, "DROP VIEW tip_path; DROP TABLE commits_2", &f->err), 0);
	db_close(db);
	open_store(f);
	check_facts(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(version_1_is_brought_up_to_date),
		TEST(version_2_is_brought_up_to_date),
		TEST(version_3_is_brought_up_to_date),
		TEST(version_4_is_brought_up_to_date),
		TEST(version_5_is_brought_up_to_date),
		TEST(version_1_is_read_as_it_is),
		TEST(version_2_is_read_as_it_is),
		TEST(version_3_is_read_as_it_is),
		TEST(half_an_upgrade_is_none),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
