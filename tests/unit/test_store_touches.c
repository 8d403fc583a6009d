/* The touches of commits that are stored are added, and nothing else is changed. */
#include "made.h"

static const int list[] = { 1, 2, 3, 4, 0 };

static struct quarry_history *make_unread(struct made *m, size_t n_unread)
{
	struct quarry_history *h = make(m, list);

	for (size_t i = 0; i < n_unread; i++) {
		m->commits[i].touched = 0;
		m->commits[i].n_touches = 0;
	}
	h->tip_paths = names;
	h->n_tip_paths = 2;
	h->since = 8095;
	h->mailmap = "A <a@y> <a@x>\n";
	h->mailmap_len = 14;
	h->flags[QUARRY_FLAG_GRAFTS] = 7;
	h->flags[QUARRY_FLAG_DEEP_TREES] = 1;
	return h;
}

static int64_t number_of(struct fixture *f, int i)
{
	char *sql = str_dupf("SELECT commit_id FROM commits WHERE repo = 1 AND hex(oid) LIKE '%02X%%'",
			     (unsigned)i);
	int64_t n = ask(f, sql);

	free(sql);
	return n;
}

/* The first `n` commits of `m`, which are those of the numbers behind `from`. */
static int add_touches_of(struct fixture *f, struct made *m, size_t n, int from,
			  const struct quarry_history *last)
{
	int rc = quarry_store_put_begin(f->store, 1, QUARRY_PUT_TOUCHES, QUARRY_UNDO_OWN, MINED_S + 5, &f->err);

	m->h.n_commits = n;
	for (size_t i = 0; i < n; i++)
		m->commits[i].known = number_of(f, from + (int)i + 1);
	if (!rc)
		rc = quarry_store_put_piece(f->store, &m->h, &f->err);
	return rc ? rc : quarry_store_put_end(f->store, last, &f->err);
}

static void touches_alone_are_added(void **state)
{
	static const char facts[] = "SELECT value FROM meta WHERE key = 'facts'";
	struct quarry_history last = { .last = 1 };
	struct fixture *f = *state;
	struct quarry_history *h;
	char *got, *want;
	struct made m;
	int64_t n;

	open_store(f);
	put(f, repo(f, "o/r"), make_unread(&m, 2));
	n = ask(f, facts);
	last.flags[QUARRY_FLAG_DEEP_TREES] = 2;
	make(&m, list);
	m.commits[0].subject_len = 0; /* what else it says is not looked at */
	m.commits[0].flags |= QUARRY_COMMIT_LANDED;
	assert_int_equal(add_touches_of(f, &m, 2, 0, &last), 0);
	assert_int_equal(ask(f, facts), n + 1);
	h = make_unread(&m, 0);
	h->flags[QUARRY_FLAG_DEEP_TREES] += 2;
	put(f, repo(f, "o/anew"), h);
	got = dump(f, "o/r");
	want = dump(f, "o/anew");
	assert_string_equal(strchr(got, '|'), strchr(want, '|')); /* but for the URL */
	free(got);
	free(want);
	check_rows(f, "SELECT n, mined_s, commits_new FROM tip_ledger WHERE repo = 1",
		   "1|1750000000|4|\n");
}

static void what_was_missing_is_added(void **state)
{
	static const struct { int64_t n_trees; int32_t added; const char *want; } cases[] = {
		{ 0, QUARRY_LINES_BINARY, "0|1||\n" },
		{ 0, QUARRY_LINES_MISSING, "0|0||\n" },
		{ 2, QUARRY_LINES_NONE, "2|0|2|\n" },
		{ 1, QUARRY_LINES_NONE, "3|0|3|\n" },
		{ 0, QUARRY_LINES_NONE, "3|0|3|\n" }, /* and is missing still */
	};
	struct fixture *f = *state;
	struct made m;

	open_store(f);
	put(f, repo(f, "o/r"), make_unread(&m, 2));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_history last = { .last = 1 };

		last.flags[QUARRY_FLAG_MISSING_TREES] = cases[i].n_trees;
		make(&m, list);
		m.touches[0].added = cases[i].added;
		assert_int_equal(add_touches_of(f, &m, 1, 0, &last), 0);
		check_rows(f, "SELECT missing_objects, complete, (SELECT n FROM repo_flag f"
			   " WHERE f.repo = 1 AND flag = 'missing_trees') FROM repo", cases[i].want);
	}
}

/* Another run has written the repository anew, and given the number to another commit. */
static void a_number_of_another_commit_is_refused(void **state)
{
	struct quarry_history last = { .last = 1 };
	struct fixture *f = *state;
	char *before, *after;
	struct made m;

	open_store(f);
	put(f, repo(f, "o/r"), make_unread(&m, 2));
	before = dump(f, "o/r");
	make(&m, list);
	assert_int_equal(add_touches_of(f, &m, 1, 1, &last), QUARRY_EFAIL);
	assert_non_null(strstr(f->err.text, "run the same command again"));
	after = dump(f, "o/r");
	assert_string_equal(before, after);
	free(before);
	free(after);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(touches_alone_are_added),
		TEST(what_was_missing_is_added),
		TEST(a_number_of_another_commit_is_refused),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
