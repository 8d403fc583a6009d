/* Facts go into the store whole and come out as they went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "quarry/store.h"
#include "util/db.h"
#include "util/file.h"
#include "util/str.h"

#define OID(byte) { { byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, \
		      byte, byte, byte, byte, byte, byte, byte, byte, byte, byte } }

static char mailmap[] = "P <c@x>\n";

/* Two commits: a root by A, and J's on it, with a rename, odd bytes and trailers. */
static struct quarry_signature signatures[] = {
	{ .name = "A", .email = "a@x", .name_len = 1, .email_len = 3 },
	{ .name = "J\xc3\xb6", .email = "", .name_len = 3, .email_len = 0,
	  .raw_name = "J\xf6", .raw_name_len = 2 },
	{ .name = "J\xc3\xb6", .email = "", .name_len = 3, .email_len = 0 },
};
static struct quarry_path paths[] = { { "a", 1 }, { "caf\xe9", 4 }, { "b\xc3\xb6", 3 } };
static struct quarry_touch touches[] = {
	{ 0, QUARRY_NO_PATH, 'A' }, { 1, QUARRY_NO_PATH, 'A' }, { 2, 0, 'R' },
};
static struct quarry_trailer trailers[] = {
	{ "Co-authored-by", "A <a@x>", 7, 0 }, { "Reviewed-by", "nobody", 6, UINT32_MAX },
};
static struct quarry_oid parents[] = { OID(1) };
static struct quarry_commit commits[] = {
	{ .oid = OID(1), .author = 0, .committer = 0, .author_s = 1736000000, .subject = "root",
	  .subject_len = 4, .flags = QUARRY_COMMIT_ROOT | QUARRY_COMMIT_LANDED, .n_touches = 2 },
	{ .oid = OID(2), .author = 1, .committer = 2, .author_s = INT64_MAX, .committer_s = -1,
	  .author_offset_min = -480, .committer_offset_min = 330, .n_parents = 1, .subject = "",
	  .flags = QUARRY_COMMIT_LANDED | QUARRY_COMMIT_NOT_UTF8, .first_touch = 2, .n_touches = 1,
	  .n_trailers = 2 },
};
static struct quarry_history two_commits = {
	.tip = OID(2), .branch = "refs/heads/main", .mailmap = mailmap,
	.mailmap_len = sizeof(mailmap) - 1, .files_at_tip = 2, .missing_objects = 3, .shallow = 1,
	.commits = commits, .n_commits = 2, .parents = parents, .n_parents = 1,
	.signatures = signatures, .n_signatures = 3, .paths = paths, .n_paths = 3,
	.touches = touches, .n_touches = 3, .trailers = trailers, .n_trailers = 2,
};
/* What it was a day before. */
static struct quarry_history one_commit = {
	.tip = OID(1), .branch = "refs/heads/main", .files_at_tip = 2,
	.commits = commits, .n_commits = 1, .signatures = signatures, .n_signatures = 1,
	.paths = paths, .n_paths = 2, .touches = touches, .n_touches = 2,
};

struct fixture {
	char *folder, *path;
	struct quarry_store *store;
	struct quarry_error err;
};

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->folder = str_dupf("%s/quarry-test-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->folder));
	f->path = str_dupf("%s/store.db", f->folder);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	quarry_store_free(f->store);
	assert_int_equal(file_remove_tree(f->folder, &f->err), 0);
	free(f->path);
	free(f->folder);
	free(f);
	return 0;
}

static void open_store(struct fixture *f)
{
	if (quarry_store_open(&f->store, f->path, NULL, &f->err))
		fail_msg("%s", f->err.text);
}

static void reopen(struct fixture *f)
{
	quarry_store_free(f->store);
	f->store = NULL;
	open_store(f);
}

static int64_t repo(struct fixture *f, const char *slug)
{
	char *url = str_dupf("https://example.org/%s", slug);
	int64_t id = 0;

	assert_int_equal(quarry_store_repo(&id, f->store, url, slug, &f->err), 0);
	free(url);
	return id;
}

static void put(struct fixture *f, int64_t id, const struct quarry_history *h)
{
	if (quarry_store_put(f->store, id, h, 1750000000, &f->err))
		fail_msg("%s", f->err.text);
}

static int64_t ask(struct fixture *f, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_scalar(&n, quarry_store_db(f->store), sql, -1, &f->err), 0);
	return n;
}

static void add_rows(struct str *out, struct fixture *f, const char *sql)
{
	struct db_stmt *st = NULL;
	int rc;

	if (db_prepare(&st, quarry_store_db(f->store), sql, &f->err))
		fail_msg("%s", f->err.text);
	while ((rc = db_step(st, &f->err)) > 0) {
		for (int i = 0; i < db_columns(st); i++)
			str_addf(out, "%s|", db_text(st, i));
		str_addc(out, '\n');
	}
	assert_int_equal(rc, 0);
	db_finish(st);
}

/* All facts of a repository, without the numbers that depend on the order of mining. */
static char *dump(struct fixture *f, const char *slug)
{
	static const char *const queries[] = {
		"SELECT quote(url), state, quote(tip), branch, mined_s, quote(mailmap), mailmap_missing,"
		" shallow, missing_objects, files_at_tip FROM repo WHERE slug = '%s'",
		"SELECT quote(oid), a.name, a.email, quote(a.raw_name), c.name, c.email, author_s,"
		" author_offset_min, committer_s, committer_offset_min, author_quarter, author_bin,"
		" n_parents, quote(parents), subject, flags, n_touches FROM commits"
		" JOIN repo USING(repo) JOIN signature a ON a.signature = author"
		" JOIN signature c ON c.signature = committer WHERE slug = '%s' ORDER BY oid",
		"SELECT quote(oid), quote(p.name), typeof(p.name), quote(o.name), status FROM touch"
		" JOIN commits USING(commit_id) JOIN repo ON repo.repo = commits.repo"
		" JOIN path p ON p.path = touch.path LEFT JOIN path o ON o.path = touch.old_path"
		" WHERE slug = '%s' ORDER BY 1, 2",
		"SELECT quote(oid), n, key, value, s.name, s.email FROM trailer"
		" JOIN commits USING(commit_id) JOIN repo USING(repo)"
		" LEFT JOIN signature s ON s.signature = trailer.signature"
		" WHERE slug = '%s' ORDER BY 1, 2",
		"SELECT quote(name) FROM path JOIN repo USING(repo) WHERE slug = '%s' ORDER BY 1",
	};
	struct str s = STR_INIT;

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct str sql = STR_INIT;
		const char *at = strstr(queries[i], "%s");

		str_add(&sql, queries[i], (size_t)(at - queries[i]));
		str_adds(&sql, slug);
		str_adds(&sql, at + 2);
		add_rows(&s, f, sql.buf);
		str_release(&sql);
	}
	assert_int_equal(ask(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	return str_detach(&s);
}

static void what_is_put_can_be_read(void **state)
{
	static const char want[] =
		"'https://example.org/o/r'|1|X'0202020202020202020202020202020202020202'|refs/heads/main|"
		"1750000000|X'50203C6340783E0A'|0|1|3|2|\n"
		"X'0101010101010101010101010101010101010101'|A|a@x|X''|A|a@x|1736000000|0|0|0|"
		"8100|0|0|X''|root|3|2|\n"
		"X'0202020202020202020202020202020202020202'|J\xc3\xb6||X'4AF6'|J\xc3\xb6||"
		"9223372036854775807|-480|-1|330|%d|%d|1|X'0101010101010101010101010101010101010101'||"
		"66|1|\n"
		"X'0101010101010101010101010101010101010101'|'a'|text|NULL|A|\n"
		"X'0101010101010101010101010101010101010101'|X'636166E9'|blob|NULL|A|\n"
		"X'0202020202020202020202020202020202020202'|'b\xc3\xb6'|text|'a'|R|\n"
		"X'0202020202020202020202020202020202020202'|0|Co-authored-by|A <a@x>|A|a@x|\n"
		"X'0202020202020202020202020202020202020202'|1|Reviewed-by|nobody|||\n"
		"'a'|\n'b\xc3\xb6'|\nX'636166E9'|\n";
	struct fixture *f = *state;
	struct quarry_mined mined;
	char *got, *wanted;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	assert_int_equal(quarry_store_mined(&mined, f->store, id, &f->err), 0);
	assert_int_equal(mined.mined, 0);
	put(f, id, &two_commits);
	reopen(f);
	got = dump(f, "o/r");
	wanted = str_dupf(want, (int)ask(f, "SELECT max(author_quarter) FROM commits"),
			  (int)ask(f, "SELECT author_bin FROM commits ORDER BY author_s DESC"));
	assert_string_equal(got, wanted);
	/* What was missing may have been brought since, at the same tip. */
	assert_int_equal(quarry_store_mined(&mined, f->store, id, &f->err), 0);
	assert_int_equal(mined.mined, 0);
	assert_int_equal(db_exec(quarry_store_db(f->store), "UPDATE repo SET shallow = 0,"
				 " missing_objects = 0, mailmap_missing = 0", &f->err), 0);
	assert_int_equal(quarry_store_mined(&mined, f->store, id, &f->err), 0);
	assert_int_equal(mined.mined, 1);
	assert_memory_equal(&mined.tip, &two_commits.tip, sizeof(mined.tip));
	assert_int_equal(quarry_store_check(f->store, &f->err), 0);
	free(wanted);
	free(got);
}

static void facts_are_replaced_whole(void **state)
{
	struct fixture *f = *state;
	char *first, *again, *other;
	int64_t id, other_id;

	open_store(f);
	id = repo(f, "o/r");
	other_id = repo(f, "o/other");
	put(f, id, &two_commits);
	put(f, other_id, &two_commits);
	first = dump(f, "o/r");
	other = dump(f, "o/other");
	put(f, id, &one_commit);
	again = dump(f, "o/r");
	assert_string_not_equal(first, again);
	assert_int_equal(ask(f, "SELECT count(*) FROM commits"), 3);
	assert_int_equal(ask(f, "SELECT count(*) FROM touch"), 5);
	assert_int_equal(ask(f, "SELECT count(*) FROM trailer"), 2);
	assert_int_equal(ask(f, "SELECT count(*) FROM path"), 5);
	free(again);
	put(f, id, &two_commits);
	put(f, id, &two_commits);
	again = dump(f, "o/r");
	assert_string_equal(first, again);
	free(again);
	again = dump(f, "o/other");
	assert_string_equal(other, again);
	assert_int_equal(ask(f, "SELECT count(*) FROM signature"), 3);
	free(again);
	free(other);
	free(first);
}

static void an_empty_repository_has_no_facts(void **state)
{
	struct fixture *f = *state;
	struct quarry_mined mined;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	put(f, id, &two_commits);
	assert_int_equal(quarry_store_put_empty(f->store, id, 1750000001, &f->err), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM commits"), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM path"), 0);
	assert_int_equal(ask(f, "SELECT state FROM repo"), 2);
	assert_int_equal(ask(f, "SELECT mined_s FROM repo"), 1750000001);
	assert_int_equal(ask(f, "SELECT tip IS NULL AND mailmap IS NULL FROM repo"), 1);
	assert_int_equal(quarry_store_mined(&mined, f->store, id, &f->err), 0);
	assert_int_equal(mined.mined, 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	put(f, id, &one_commit);
	assert_int_equal(ask(f, "SELECT state FROM repo"), 1);
}

static void a_repository_is_known_by_its_url(void **state)
{
	struct fixture *f = *state;
	int64_t a, b;

	open_store(f);
	assert_int_equal(quarry_store_repo(&a, f->store, "https://h/o/r", "o/r", &f->err), 0);
	assert_int_equal(quarry_store_repo(&b, f->store, "https://h/o/r", "O/R", &f->err), 0);
	assert_int_equal(a, b);
	assert_int_equal(ask(f, "SELECT count(*) FROM repo WHERE slug = 'O/R'"), 1);
	assert_int_equal(quarry_store_repo(&b, f->store, "https://i/o/r", "o/r", &f->err), 0);
	assert_int_not_equal(a, b);
	assert_int_equal(quarry_store_repo(&b, f->store, "x'; --", "", &f->err), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM repo"), 3);
}

struct seen {
	struct str text;
	int stop;
};

static int see(void *payload, const struct quarry_stored_repo *r, struct quarry_error *err)
{
	struct seen *s = payload;

	str_addf(&s->text, "%s %d%d%d%d %d [%s] [%s]\n", r->slug, r->mined, r->empty, r->shallow,
		 r->mailmap_missing, (int)r->missing_objects, r->fetch_problem, r->mine_problem);
	return s->stop;
}

static void problems_stand_beside_the_facts(void **state)
{
	struct seen s = { STR_INIT, 0 };
	struct fixture *f = *state;
	int64_t a, b;

	open_store(f);
	b = repo(f, "o/b");
	a = repo(f, "o/a");
	put(f, a, &two_commits);
	assert_int_equal(quarry_store_put_empty(f->store, b, 1, &f->err), 0);
	assert_int_equal(quarry_store_problem(f->store, a, QUARRY_STORE_FETCH, "gone", &f->err), 0);
	assert_int_equal(quarry_store_problem(f->store, b, QUARRY_STORE_MINE, "bro'ken", &f->err), 0);
	assert_int_equal(quarry_store_each_repo(f->store, see, &s, &f->err), 0);
	assert_string_equal(s.text.buf, "o/a 1010 3 [gone] []\no/b 0100 0 [] [bro'ken]\n");
	assert_int_equal(ask(f, "SELECT count(*) FROM commits"), 2);
	assert_int_equal(quarry_store_problem(f->store, a, QUARRY_STORE_FETCH, NULL, &f->err), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM repo WHERE fetch_problem <> ''"), 0);
	str_clear(&s.text);
	s.stop = 7;
	assert_int_equal(quarry_store_each_repo(f->store, see, &s, &f->err), 7);
	assert_string_equal(s.text.buf, "o/a 1010 3 [] []\n");
	str_release(&s.text);
}

static void check_refused(struct fixture *f, const char *text)
{
	char *before = NULL, *after = NULL;
	size_t before_len, after_len;

	assert_int_equal(file_read(&before, &before_len, f->path, 1 << 20, &f->err), 0);
	assert_int_equal(quarry_store_open(&f->store, f->path, NULL, &f->err), QUARRY_EFAIL);
	assert_null(f->store);
	if (!strstr(f->err.text, text))
		fail_msg("'%s' does not say '%s'", f->err.text, text);
	assert_int_equal(file_read(&after, &after_len, f->path, 1 << 20, &f->err), 0);
	assert_int_equal(before_len, after_len);
	assert_memory_equal(before, after, before_len);
	free(after);
	free(before);
}

static void set_in_file(struct fixture *f, const char *sql)
{
	struct quarry_db *db = NULL;

	assert_int_equal(db_open(&db, f->path, DB_READ_WRITE, &f->err), 0);
	assert_int_equal(db_exec(db, sql, &f->err), 0);
	db_close(db);
}

static void what_is_no_store_is_refused_and_left_alone(void **state)
{
	static const char text[] = "just a text, and longer than the header of a database, so that "
				   "SQLite has something to read and to find fault with\n";
	struct fixture *f = *state;

	assert_int_equal(file_write(f->path, text, sizeof(text) - 1, &f->err), 0);
	check_refused(f, "file is not a database");
	assert_int_equal(unlink(f->path), 0);
	set_in_file(f, "CREATE TABLE mine(x); INSERT INTO mine VALUES(1)");
	check_refused(f, "a database of another program");
	assert_int_equal(unlink(f->path), 0);
	set_in_file(f, "PRAGMA application_id = 7; CREATE TABLE mine(x)");
	check_refused(f, "a database of another program");
	assert_int_equal(unlink(f->path), 0);
	open_store(f);
	quarry_store_free(f->store);
	f->store = NULL;
	set_in_file(f, "PRAGMA user_version = 99");
	check_refused(f, "it has version 99");
	assert_int_equal(quarry_store_open(&f->store, f->folder, NULL, &f->err), QUARRY_EFAIL);
	assert_null(f->store);
}

static void an_empty_file_becomes_a_store(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(file_write(f->path, "", 0, &f->err), 0);
	open_store(f);
	assert_int_equal(ask(f, "SELECT count(*) FROM repo"), 0);
}

static int see_event(void *payload, const struct quarry_stored_event *e, struct quarry_error *err)
{
	struct seen *s = payload;

	str_addf(&s->text, "%s %d %d-%d %d %d [%s]\n", e->slug, e->event, (int)e->first_s,
		 (int)e->last_s, e->lasts, (int)e->n_times, e->detail);
	return s->stop;
}

static void check_events(struct fixture *f, const char *want)
{
	struct seen s = { STR_INIT, 0 };

	assert_int_equal(quarry_store_each_event(f->store, see_event, &s, &f->err), 0);
	assert_string_equal(s.text.buf ? s.text.buf : "", want);
	str_release(&s.text);
}

/* Was it new? */
static int event(struct fixture *f, int64_t id, enum quarry_event e, const char *detail,
		 int64_t seen_s)
{
	int began = -1;

	if (quarry_store_event(&began, f->store, id, e, detail, seen_s, &f->err))
		fail_msg("%s", f->err.text);
	return began;
}

static int event_over(struct fixture *f, int64_t id, enum quarry_event e)
{
	int was = -1;

	assert_int_equal(quarry_store_event_over(&was, f->store, id, e, &f->err), 0);
	return was;
}

static void what_lasts_has_one_row_until_it_ends(void **state)
{
	struct fixture *f = *state;
	int64_t a, b;

	open_store(f);
	b = repo(f, "o/b");
	a = repo(f, "o/a");
	check_events(f, "");
	assert_int_equal(event(f, a, QUARRY_EVENT_GONE, "404", 10), 1);
	assert_int_equal(event(f, a, QUARRY_EVENT_GONE, "404", 20), 0);
	assert_int_equal(event(f, b, QUARRY_EVENT_GONE, "404", 20), 1);
	check_events(f, "o/a 4 10-20 1 1 [404]\no/b 4 20-20 1 1 [404]\n");
	assert_int_equal(event_over(f, a, QUARRY_EVENT_GONE), 1);
	assert_int_equal(event_over(f, a, QUARRY_EVENT_GONE), 0);
	assert_int_equal(event_over(f, a, QUARRY_EVENT_MOVED), 0);
	check_events(f, "o/a 4 10-20 0 1 [404]\no/b 4 20-20 1 1 [404]\n");
	assert_int_equal(event(f, a, QUARRY_EVENT_GONE, "404", 30), 1);
	reopen(f);
	check_events(f, "o/a 4 30-30 1 2 [404]\no/b 4 20-20 1 1 [404]\n");
	/* Time that runs backwards shortens nothing. */
	assert_int_equal(event(f, b, QUARRY_EVENT_GONE, "404", 5), 0);
	check_events(f, "o/a 4 30-30 1 2 [404]\no/b 4 20-20 1 1 [404]\n");
}

static void another_detail_is_another_event(void **state)
{
	struct fixture *f = *state;
	int64_t a;

	open_store(f);
	a = repo(f, "o/a");
	assert_int_equal(event(f, a, QUARRY_EVENT_MOVED, "https://h/x", 10), 1);
	assert_int_equal(event(f, a, QUARRY_EVENT_MOVED, "https://h/y", 20), 1);
	check_events(f, "o/a 3 20-20 1 2 [https://h/y]\n");
	assert_int_equal(ask(f, "SELECT count(*) FROM repo_event WHERE lasts"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

static void what_happens_has_a_row_each_time(void **state)
{
	struct fixture *f = *state;
	int64_t a;

	open_store(f);
	a = repo(f, "o/a");
	assert_int_equal(event(f, a, QUARRY_EVENT_FORCE_PUSHED, "", 10), 1);
	assert_int_equal(event(f, a, QUARRY_EVENT_FORCE_PUSHED, "", 10), 1);
	assert_int_equal(event(f, a, QUARRY_EVENT_BRANCH_RENAMED, "it's -> main", 11), 1);
	check_events(f, "o/a 0 11-11 0 1 [it's -> main]\no/a 1 10-10 0 2 []\n");
	/* What a later version may note is passed over. */
	assert_int_equal(db_exec(quarry_store_db(f->store), "UPDATE repo_event SET kind = 'later'"
				 " WHERE kind = 'force_pushed'", &f->err), 0);
	check_events(f, "o/a 0 11-11 0 1 [it's -> main]\n");
}

static void when_it_was_brought_is_known(void **state)
{
	struct fixture *f = *state;
	int64_t a, s = -1;

	open_store(f);
	a = repo(f, "o/a");
	assert_int_equal(quarry_store_fetched_s(&s, f->store, a, &f->err), 0);
	assert_int_equal(s, 0);
	assert_int_equal(quarry_store_fetched(f->store, a, 1750000000, &f->err), 0);
	assert_int_equal(quarry_store_fetched_s(&s, f->store, a, &f->err), 0);
	assert_int_equal(s, 1750000000);
	assert_int_equal(quarry_store_fetched_s(&s, f->store, a + 1, &f->err), QUARRY_EFAIL);
}

static void a_store_of_version_1_becomes_one_of_today(void **state)
{
	struct fixture *f = *state;
	char *before, *after;
	int64_t a;

	open_store(f);
	a = repo(f, "o/r");
	put(f, a, &two_commits);
	before = dump(f, "o/r");
	quarry_store_free(f->store);
	f->store = NULL;
	set_in_file(f, "DROP TABLE repo_event; PRAGMA user_version = 1");
	open_store(f);
	assert_int_equal(ask(f, "PRAGMA user_version"), 2);
	after = dump(f, "o/r");
	assert_string_equal(before, after);
	assert_int_equal(event(f, a, QUARRY_EVENT_GONE, "404", 10), 1);
	reopen(f);
	check_events(f, "o/r 4 10-10 1 1 [404]\n");
	free(after);
	free(before);
}

/* A history too large for the pages that are left. */
static struct quarry_history *large(void)
{
	struct quarry_history *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	*h = one_commit;
	h->n_paths = 20000;
	h->paths = calloc(h->n_paths, sizeof(*h->paths));
	assert_non_null(h->paths);
	for (size_t i = 0; i < h->n_paths; i++)
		h->paths[i] = (struct quarry_path){ "a/rather/long/name/of/a/file", 28 };
	return h;
}

static void a_full_disk_leaves_the_old_facts(void **state)
{
	struct quarry_history *h = large();
	struct fixture *f = *state;
	char *before, *after, *sql;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	put(f, id, &two_commits);
	before = dump(f, "o/r");
	sql = str_dupf("PRAGMA max_page_count = %d", (int)ask(f, "PRAGMA page_count") + 8);
	assert_true(ask(f, sql) > 0);
	assert_int_equal(quarry_store_put(f->store, id, h, 1, &f->err), QUARRY_EFAIL);
	assert_non_null(strstr(f->err.text, "full"));
	after = dump(f, "o/r");
	assert_string_equal(before, after);
	assert_int_equal(quarry_store_check(f->store, &f->err), 0);
	/* The connection is in order: what fits, goes in. */
	put(f, id, &one_commit);
	put(f, id, &two_commits);
	free(after);
	after = dump(f, "o/r");
	assert_string_equal(before, after);
	free(sql);
	free(after);
	free(before);
	free(h->paths);
	free(h);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_put_can_be_read),
		TEST(facts_are_replaced_whole),
		TEST(an_empty_repository_has_no_facts),
		TEST(a_repository_is_known_by_its_url),
		TEST(problems_stand_beside_the_facts),
		TEST(what_lasts_has_one_row_until_it_ends),
		TEST(another_detail_is_another_event),
		TEST(what_happens_has_a_row_each_time),
		TEST(when_it_was_brought_is_known),
		TEST(a_store_of_version_1_becomes_one_of_today),
		TEST(what_is_no_store_is_refused_and_left_alone),
		TEST(an_empty_file_becomes_a_store),
		TEST(a_full_disk_leaves_the_old_facts),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
