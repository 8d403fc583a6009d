/* Facts go into the store whole and come out as they went in. */
#include "stored.h"

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
	{ 0, QUARRY_NO_PATH, 'A', 12, 0 }, { 1, QUARRY_NO_PATH, 'A', QUARRY_LINES_BINARY, 0 },
	{ 2, 0, 'R', QUARRY_LINES_NONE, 0 },
};
static struct quarry_trailer trailers[] = {
	{ "Co-authored-by", "A <a@x>", 7, 0 }, { "Reviewed-by", "nobody", 6, UINT32_MAX },
};
static struct quarry_tip_text tip_texts[] = { { "README", 6, "what\0ever", 9 }, { "caf\xe9", 4, NULL, 0 } };
static struct quarry_release releases[] = { { "v1", 2, OID(1), -7 } };
static struct quarry_oid parents[] = { OID(1) };
static struct quarry_commit commits[] = {
	{ .oid = OID(1), .author = 0, .committer = 0, .author_s = 1736000000, .subject = "root",
	  .subject_len = 4, .flags = QUARRY_COMMIT_ROOT | QUARRY_COMMIT_LANDED, .n_touches = 2,
	  .touched = 1, .changes = UINT64_MAX },
	{ .oid = OID(2), .author = 1, .committer = 2, .author_s = INT64_MAX, .committer_s = -1,
	  .author_offset_min = -480, .committer_offset_min = 330, .n_parents = 1, .subject = "",
	  .flags = QUARRY_COMMIT_LANDED | QUARRY_COMMIT_NOT_UTF8, .first_touch = 2, .n_touches = 1,
	  .n_trailers = 2, .touched = 1, .changes = 7 },
};
static struct quarry_history two_commits = {
	.tip = OID(2), .branch = "refs/heads/main", .mailmap = mailmap,
	.mailmap_len = sizeof(mailmap) - 1, .files_at_tip = 2, .since = INT32_MIN,
	.flags = { [QUARRY_FLAG_SHALLOW] = 1, [QUARRY_FLAG_MISSING_TREES] = 2,
		   [QUARRY_FLAG_DAMAGED_COMMITS] = 1, [QUARRY_FLAG_DEEP_TREES] = 5 },
	.objects = UINT64_MAX, .lines = 1, .tip_paths = paths, .n_tip_paths = 2,
	.tip_texts = tip_texts, .n_tip_texts = 2, .releases = releases, .n_releases = 1,
	.commits = commits, .n_commits = 2, .parents = parents, .n_parents = 1,
	.signatures = signatures, .n_signatures = 3, .paths = paths, .n_paths = 3,
	.touches = touches, .n_touches = 3, .trailers = trailers, .n_trailers = 2,
};
/* What it was a day before. */
static struct quarry_history one_commit = {
	.tip = OID(1), .branch = "refs/heads/main", .files_at_tip = 2, .since = INT32_MIN,
	.commits = commits, .n_commits = 1, .signatures = signatures, .n_signatures = 1,
	.paths = paths, .n_paths = 2, .touches = touches, .n_touches = 2,
};

static void what_is_put_can_be_read(void **state)
{
#define OID_1 "X'0101010101010101010101010101010101010101'"
#define OID_2 "X'0202020202020202020202020202020202020202'"
	static const char want[] =
		"'https://example.org/o/r'|1|" OID_2 "|refs/heads/main|"
		"1750000000|X'50203C6340783E0A'|0|1|3|2|-2147483648|1|-1|0|\n"
		OID_1 "|A|a@x|X''|A|a@x|1736000000|0|0|0|"
		"8100|0|0|X''|root|3|2|-1|1750000000|\n"
		OID_2 "|J\xc3\xb6||X'4AF6'|J\xc3\xb6||"
		"9223372036854775807|-480|-1|330|%d|%d|1|" OID_1 "||66|1|7|1750000000|\n"
		OID_1 "|'a'|text|NULL|A|12|0|\n"
		OID_1 "|X'636166E9'|blob|NULL|A|-2|0|\n"
		OID_2 "|'b\xc3\xb6'|text|'a'|R|NULL|NULL|\n"
		OID_2 "|0|Co-authored-by|A <a@x>|A|a@x|\n"
		OID_2 "|1|Reviewed-by|nobody|||\n"
		"'a'|\n'b\xc3\xb6'|\nX'636166E9'|\n"
		"tip|'a'|\ntip|X'636166E9'|\n"
		"text|'README'|X'776861740065766572'|\ntext|X'636166E9'|NULL|\n"
		"release|v1|" OID_1 "|-7|\n"
		"flag|damaged_commits|1|\nflag|deep_trees|5|\nflag|future_times|1|\n"
		"flag|missing_trees|2|\nflag|shallow|1|\n";
	struct fixture *f = *state;
	char *got, *wanted;

	open_store(f);
	put(f, repo(f, "o/r"), &two_commits);
	reopen(f);
	got = dump(f, "o/r");
	wanted = str_dupf(want, (int)ask(f, "SELECT max(author_quarter) FROM commits"),
			  (int)ask(f, "SELECT author_bin FROM commits ORDER BY author_s DESC"));
	assert_string_equal(got, wanted);
	assert_int_equal(quarry_store_check(f->store, &f->err), 0);
	free(wanted);
	free(got);
}

static struct quarry_mined mined(struct fixture *f, int64_t id)
{
	struct quarry_mined m;

	assert_int_equal(quarry_store_mined(&m, f->store, id, &f->err), 0);
	return m;
}

static void how_far_it_is_mined_is_known(void **state)
{
	struct quarry_touch no_lines[] = { { 0, QUARRY_NO_PATH, 'A', QUARRY_LINES_MISSING, 0 },
					   { 1, QUARRY_NO_PATH, 'A', 1, 0 } };
	struct quarry_history h = one_commit;
	struct fixture *f = *state;
	struct quarry_mined m;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	assert_int_equal(mined(f, id).mined, 0);
	put(f, id, &two_commits);
	m = mined(f, id);
	assert_int_equal(m.mined, 1);
	assert_int_equal(m.complete, 0);
	assert_memory_equal(&m.tip, &two_commits.tip, sizeof(m.tip));
	assert_true(m.objects == UINT64_MAX);
	assert_int_equal(m.since, INT32_MIN);
	assert_int_equal(m.lines, 1);
	h.since = 8100;
	put(f, id, &h);
	m = mined(f, id);
	assert_int_equal(m.complete, 1);
	assert_int_equal(m.since, 8100);
	assert_int_equal(m.lines, 0);
	h.mailmap_missing = 1;
	put(f, id, &h);
	assert_int_equal(mined(f, id).complete, 0);
	h.mailmap_missing = 0;
	h.touches = no_lines;
	put(f, id, &h);
	assert_int_equal(mined(f, id).complete, 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM touch WHERE added = -4"), 1);
}

/* What lies ahead when it is read may be believed later: then the day of reading counts. */
static void a_repository_with_a_future_is_looked_at_anew(void **state)
{
	struct fixture *f = *state;
	int64_t with, without, changes;

	open_store(f);
	with = repo(f, "o/with");
	without = repo(f, "o/without");
	put(f, with, &two_commits);
	put(f, without, &one_commit);
	changes = ask(f, "SELECT value FROM meta WHERE key = 'facts'");
	assert_int_equal(quarry_store_unchanged(f->store, without, 1760000000, &f->err), 0);
	assert_int_equal(ask(f, "SELECT value FROM meta WHERE key = 'facts'"), changes);
	assert_int_equal(quarry_store_unchanged(f->store, with, 1760000000, &f->err), 0);
	assert_int_equal(ask(f, "SELECT value FROM meta WHERE key = 'facts'"), changes + 1);
	assert_int_equal(ask(f, "SELECT mined_s FROM repo WHERE slug = 'o/with'"), 1760000000);
	assert_int_equal(ask(f, "SELECT mined_s FROM repo WHERE slug = 'o/without'"), 1750000000);
	assert_int_equal(quarry_store_unchanged(f->store, with, 1760000000, &f->err), 0);
	assert_int_equal(ask(f, "SELECT value FROM meta WHERE key = 'facts'"), changes + 1);
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
	assert_int_equal(mined(f, id).mined, 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM gone_commit"), 2);
	assert_int_equal(ask(f, "SELECT count(*) FROM tip_ledger WHERE tip IS NULL AND n = 2"
			       " AND commits_new = 0 AND commits_gone = 2"), 1);
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

static int see_flag(void *payload, const struct quarry_stored_flag *flag, struct quarry_error *err)
{
	struct seen *s = payload;

	str_addf(&s->text, "%s %s %d\n", flag->slug, flag->flag, (int)flag->n);
	return s->stop;
}

static void what_is_odd_is_told(void **state)
{
	struct quarry_commit odd[2];
	struct quarry_history h = two_commits;
	struct seen s = { STR_INIT, 0 };
	struct fixture *f = *state;

	memcpy(odd, commits, sizeof(odd));
	odd[0].flags = (1 << 14) - 1;
	odd[1].author_s = -1;
	odd[1].flags = QUARRY_COMMIT_NUL;
	h.commits = odd;
	open_store(f);
	put(f, repo(f, "o/b"), &h);
	put(f, repo(f, "o/a"), &two_commits);
	assert_int_equal(quarry_store_each_flag(f->store, see_flag, &s, &f->err), 0);
	assert_string_equal(s.text.buf, "o/a damaged_commits 1\no/a deep_trees 5\no/a future_times 1\n"
			    "o/a missing_trees 2\n"
			    "o/a not_utf8 1\no/a shallow 1\n"
			    "o/b bad_author 1\no/b bad_committer 1\no/b cut 1\no/b damaged_commits 1\n"
			    "o/b deep_trees 5\no/b missing_trees 2\no/b negative_time 1\n"
			    "o/b no_author_time 1\no/b no_committer_time 1\no/b no_email 1\n"
			    "o/b no_parent 1\no/b not_utf8 1\no/b nul 2\no/b partial 1\no/b shallow 1\n"
			    "o/b two_authors 1\no/b unknown_encoding 1\n");
	str_clear(&s.text);
	s.stop = 7;
	assert_int_equal(quarry_store_each_flag(f->store, see_flag, &s, &f->err), 7);
	assert_string_equal(s.text.buf, "o/a damaged_commits 1\n");
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

/* A history too large for the pages that are left. */
static struct quarry_history *large(void)
{
	struct quarry_history *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	*h = one_commit;
	h->n_paths = 20000;
	h->paths = calloc(h->n_paths, sizeof(*h->paths));
	assert_non_null(h->paths);
	for (size_t i = 0; i < h->n_paths; i++) {
		char *name = str_dupf("a/rather/long/name/of/the/file/%06zu", i);

		assert_non_null(name);
		h->paths[i] = (struct quarry_path){ name, strlen(name) };
	}
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
	for (size_t i = 0; i < h->n_paths; i++)
		free((char *)(uintptr_t)h->paths[i].name);
	free(h->paths);
	free(h);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_put_can_be_read),
		TEST(how_far_it_is_mined_is_known),
		TEST(what_is_odd_is_told),
		TEST(a_repository_with_a_future_is_looked_at_anew),
		TEST(facts_are_replaced_whole),
		TEST(an_empty_repository_has_no_facts),
		TEST(a_repository_is_known_by_its_url),
		TEST(problems_stand_beside_the_facts),
		TEST(what_lasts_has_one_row_until_it_ends),
		TEST(another_detail_is_another_event),
		TEST(what_happens_has_a_row_each_time),
		TEST(when_it_was_brought_is_known),
		TEST(what_is_no_store_is_refused_and_left_alone),
		TEST(an_empty_file_becomes_a_store),
		TEST(a_full_disk_leaves_the_old_facts),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
