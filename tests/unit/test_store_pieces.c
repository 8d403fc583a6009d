/* A repository is written piece by piece: all of it, or what is new. */
#include <stdatomic.h>
#include <sys/wait.h>

#include "made.h"
#include "pieces.h"
#include "stored.h"

/* The number of a commit. */
static int64_t number_of(struct fixture *f, int i)
{
	char *sql = str_dupf("SELECT commit_id FROM commits WHERE hex(oid) LIKE '%02X%%'", (unsigned)i);
	int64_t n = ask(f, sql);

	free(sql);
	return n;
}

static void pieces_in_any_order_are_the_whole(void **state)
{
	static const size_t cuts[][3] = { { 0, 34, 34 }, { 34, 0, 34 }, { 20, 34, 1 }, { 1, 2, 3 } };
	struct fixture *f = *state;
	struct quarry_history last, *h;
	struct made m;

	open_store(f);
	h = make(&m, whole);
	last = last_of(h);
	put(f, repo(f, "o/whole"), h);
	assert_int_equal(ask(f, "SELECT count(*) FROM commits"), 34);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		char *slug = str_dupf("o/%zu", i);

		begin(f, repo(f, slug), i % 2 ? QUARRY_PUT_ADD : QUARRY_PUT_REPLACE, MINED_S);
		piece(f, h, cuts[i][0], 34);
		piece(f, h, 0, cuts[i][0]);
		end(f, &last);
		if (i % 2)
			assert_int_equal(db_exec(quarry_store_db(f->store), "UPDATE repo SET"
						 " complete = 1", &f->err), 0);
		check_same(f, "o/whole", slug);
		free(slug);
	}
}

static void what_is_new_is_added(void **state)
{
	static const int first[] = { 1, 2, 3, 4, 0 }, then[] = { 1, 2, 3, 4, 5, 6, 0 };
	struct fixture *f = *state;
	struct quarry_history last, *h;
	struct made m;
	int64_t id, kept;

	open_store(f);
	id = repo(f, "o/r");
	put(f, id, make(&m, first));
	kept = number_of(f, 3);
	h = make(&m, then);
	put(f, repo(f, "o/anew"), h);
	last = last_of(h);
	begin(f, id, QUARRY_PUT_ADD, MINED_S);
	piece(f, h, 4, 6);
	end(f, &last);
	check_same(f, "o/r", "o/anew");
	assert_int_equal(number_of(f, 3), kept);
	check_rows(f, "SELECT n, substr(hex(l.tip), 1, 2), l.branch, l.mined_s, commits_new, commits_gone"
		   " FROM tip_ledger l JOIN repo USING(repo) WHERE slug = 'o/r'",
		   "1|04|refs/heads/main|1750000000|4|0|\n2|06|refs/heads/main|1750000000|2|0|\n");
	/* The same tip again is none. */
	begin(f, id, QUARRY_PUT_ADD, MINED_S + 1);
	end(f, &last);
	put_at(f, id, h, MINED_S + 2);
	assert_int_equal(ask(f, "SELECT count(*) FROM tip_ledger WHERE repo = 1"), 2);
}

/* 3 and 4 gave way to 5, and two paths to none. */
static void a_force_push_retracts(void **state)
{
	static const int first[] = { 1, 2, 3, 4, 0 }, then[] = { 1, 2, 5, 0 };
	struct fixture *f = *state;
	struct quarry_history last, *h;
	int64_t id, gone[2];
	struct made m;

	open_store(f);
	id = repo(f, "o/r");
	put(f, id, make(&m, first));
	assert_int_equal(db_exec(quarry_store_db(f->store), "INSERT INTO path_class SELECT path, 'lock'"
				 " FROM path", &f->err), 0);
	gone[0] = number_of(f, 3);
	gone[1] = number_of(f, 4);
	h = make(&m, then);
	h->tip_paths = &names[6];
	h->n_tip_paths = 1;
	last = last_of(h);
	last.gone = gone;
	last.n_gone = 2;
	begin(f, id, QUARRY_PUT_ADD, MINED_S);
	piece(f, h, 2, 3);
	end(f, &last);
	check_rows(f, "SELECT substr(hex(oid), 1, 2), first_seen_s, gone_s FROM gone_commit",
		   "03|1750000000|1750000000|\n04|1750000000|1750000000|\n");
	check_rows(f, "SELECT commits_new, commits_gone FROM tip_ledger WHERE n = 2", "1|2|\n");
	/* 1, 2 and 5 touch five paths, and the tip has the last. */
	assert_int_equal(ask(f, "SELECT count(*) FROM path"), 6);
	assert_int_equal(ask(f, "SELECT count(*) FROM path_class"), 6);
	put(f, repo(f, "o/anew"), h);
	assert_int_equal(db_exec(quarry_store_db(f->store), "DELETE FROM path WHERE repo = 2 AND path"
				 " NOT IN (SELECT path FROM touch UNION SELECT path FROM tip_path)",
				 &f->err), 0);
	check_same(f, "o/r", "o/anew");
}

static void when_it_was_first_seen_is_kept(void **state)
{
	static const int lists[][4] = { { 1, 2, 0 }, { 1, 3, 0 }, { 1, 2, 0 }, { 1, 2, 3, 0 } };
	static const char seen[] = "SELECT substr(hex(oid), 1, 2), first_seen_s FROM commits ORDER BY oid";
	static const char gone[] = "SELECT substr(hex(oid), 1, 2), first_seen_s, gone_s FROM gone_commit";
	struct fixture *f = *state;
	struct quarry_history last;
	int64_t id, three;
	struct made m;

	open_store(f);
	id = repo(f, "o/r");
	put_at(f, id, make(&m, lists[0]), 10);
	put_at(f, id, make(&m, lists[1]), 20);
	check_rows(f, seen, "01|10|\n03|20|\n");
	check_rows(f, gone, "02|10|20|\n");
	three = number_of(f, 3);
	last = last_of(make(&m, lists[2]));
	last.gone = &three;
	last.n_gone = 1;
	begin(f, id, QUARRY_PUT_ADD, 30);
	piece(f, &m.h, 1, 2);
	end(f, &last);
	check_rows(f, seen, "01|10|\n02|10|\n");
	check_rows(f, gone, "03|20|30|\n");
	put_at(f, repo(f, "o/other"), make(&m, lists[3]), 35); /* has no part in it */
	put_at(f, id, make(&m, lists[3]), 40);
	check_rows(f, "SELECT substr(hex(oid), 1, 2), first_seen_s FROM commits WHERE repo = 1"
		   " ORDER BY oid", "01|10|\n02|10|\n03|20|\n");
	check_rows(f, gone, "");
	check_rows(f, "SELECT n, commits_new, commits_gone FROM tip_ledger WHERE repo = 1",
		   "1|2|0|\n2|1|1|\n3|1|1|\n4|1|0|\n");
	assert_int_equal(quarry_store_put_empty(f->store, id, 50, &f->err), 0);
	check_rows(f, gone, "01|10|50|\n02|10|50|\n03|20|50|\n");
	put_at(f, id, make(&m, lists[0]), 60);
	check_rows(f, gone, "03|20|50|\n");
	check_rows(f, "SELECT n, commits_new, commits_gone FROM tip_ledger WHERE repo = 1 AND n > 4",
		   "5|0|3|\n6|2|0|\n");
}

/* The first two commits lay before the window. */
static void a_wider_window_adds_touches(void **state)
{
	static const int list[] = { 1, 2, 3, 4, 0 };
	struct fixture *f = *state;
	struct quarry_history last, *h;
	struct made m;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	h = make(&m, list);
	for (int i = 0; i < 2; i++) {
		m.commits[i].touched = 0;
		m.commits[i].n_touches = 0;
	}
	h->since = 8095;
	put(f, id, h);
	assert_int_equal(ask(f, "SELECT count(*) FROM commits WHERE n_touches IS NULL"
			       " AND changes IS NULL"), 2);
	h = make(&m, list);
	last = last_of(h);
	for (int i = 0; i < 3; i++) /* the third has touches already: it has them once */
		m.commits[i].known = number_of(f, i + 1);
	m.commits[0].flags |= QUARRY_COMMIT_PARTIAL;
	m.commits[1].subject_len = 0; /* what else it says is not looked at */
	m.commits[1].flags |= QUARRY_COMMIT_LANDED;
	begin(f, id, QUARRY_PUT_ADD, MINED_S);
	piece(f, h, 0, 3);
	end(f, &last);
	h = make(&m, list);
	m.commits[0].flags |= QUARRY_COMMIT_PARTIAL;
	put(f, repo(f, "o/anew"), h);
	check_same(f, "o/r", "o/anew");
}

static void commits_land_and_land_no_more(void **state)
{
	static const int list[] = { 1, 2, 3, 0 };
	struct fixture *f = *state;
	int64_t id, one, two, others;
	struct quarry_history last;
	struct made m;

	open_store(f);
	id = repo(f, "o/r");
	last = last_of(make(&m, list));
	m.commits[0].flags |= QUARRY_COMMIT_LANDED;
	put(f, id, &m.h);
	one = number_of(f, 1);
	two = number_of(f, 2);
	put(f, repo(f, "o/other"), &m.h);
	others = ask(f, "SELECT min(commit_id) FROM commits WHERE repo = 2");
	last.landed = (int64_t[]){ two, others };
	last.n_landed = 2;
	last.landed_no_more = &one;
	last.n_landed_no_more = 1;
	begin(f, id, QUARRY_PUT_ADD, MINED_S);
	end(f, &last);
	check_rows(f, "SELECT repo, substr(hex(oid), 1, 2) FROM commits WHERE flags & 2",
		   "1|02|\n2|01|\n");
}

static void files_of_the_tip_are_replaced(void **state)
{
	static const int list[] = { 1, 0 };
	static const char tip[] = "SELECT hex(name) FROM tip_path JOIN path USING(path) ORDER BY 1";
	struct quarry_path doubled[] = { { "h", 1 }, { "new", 3 }, { "h", 1 } };
	struct fixture *f = *state;
	struct quarry_history last;
	struct made m;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	last = last_of(make(&m, list));
	put(f, id, &m.h);
	check_rows(f, tip, "61|\n62|\n632F64|\n632F65|\n67|\n68|\nFF|\n");
	last.tip_paths = doubled;
	last.n_tip_paths = 3;
	begin(f, id, QUARRY_PUT_ADD, MINED_S);
	end(f, &last);
	check_rows(f, tip, "68|\n6E6577|\n");
	/* b and \xff are touched by the commit. */
	check_rows(f, "SELECT hex(name) FROM path ORDER BY 1", "62|\n68|\n6E6577|\nFF|\n");
}

static void oddities_of_runs_add_up(void **state)
{
	static const int list[] = { 1, 0 };
	struct fixture *f = *state;
	struct quarry_history last;
	struct quarry_mined mined;
	struct made m;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	make(&m, list);
	for (int i = 0; i < QUARRY_FLAG_N; i++)
		m.h.flags[i] = i >= QUARRY_FLAG_DEEP_TREES ? 1 : 0;
	put(f, id, &m.h);
	last = last_of(&m.h);
	memset(last.flags, 0, sizeof(last.flags));
	last.flags[QUARRY_FLAG_LONG_NAMES] = 4;
	last.flags[QUARRY_FLAG_GRAFTS] = 7;
	last.flags[QUARRY_FLAG_MISSING_TREES] = 2;
	begin(f, id, QUARRY_PUT_ADD, MINED_S);
	end(f, &last);
	check_rows(f, "SELECT flag, n FROM repo_flag", "deep_trees|1|\ndouble_entries|1|\ngrafts|7|\n"
		   "long_names|5|\nmany_entries|1|\nmissing_trees|2|\n");
	/* What was missing is so until it is read anew. */
	last.flags[QUARRY_FLAG_MISSING_TREES] = 0;
	begin(f, id, QUARRY_PUT_ADD, MINED_S);
	end(f, &last);
	assert_int_equal(quarry_store_mined(&mined, f->store, id, &f->err), 0);
	assert_int_equal(mined.complete, 0);
	put(f, id, &m.h);
	assert_int_equal(quarry_store_mined(&mined, f->store, id, &f->err), 0);
	assert_int_equal(mined.complete, 1);
	check_rows(f, "SELECT count(*), max(n) FROM repo_flag", "7|1|\n");
}

static void what_is_known_can_be_asked(void **state)
{
	static const int list[] = { 9, 4, 7, 0 };
	struct quarry_known *k = NULL;
	struct fixture *f = *state;
	struct made m;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	assert_int_equal(quarry_store_known(&k, f->store, id, &f->err), 0);
	assert_int_equal(k->n_commits, 0);
	quarry_known_free(k);
	make(&m, list);
	m.commits[1].touched = 0;
	put(f, repo(f, "o/other"), &m.h);
	put(f, id, &m.h);
	assert_int_equal(quarry_store_known(&k, f->store, id, &f->err), 0);
	assert_int_equal(k->n_commits, 3);
	assert_int_equal(k->n_parents, 2);
	assert_memory_equal(&k->tip, &m.h.tip, sizeof(k->tip));
	for (size_t i = 0; i < 3; i++) {
		const struct quarry_known_commit *c = &k->commits[i];
		static const int by_oid[] = { 4, 7, 9 }, parents[] = { 9, 4, 0 };
		struct quarry_oid oid = oid_of(by_oid[i]), parent = oid_of(parents[i]);

		assert_memory_equal(&c->oid, &oid, sizeof(oid));
		assert_true(c->number > 3);
		assert_int_equal(c->author_s, 1700000000 + by_oid[i]);
		assert_int_equal(c->committer_s, 1700000000 - by_oid[i]);
		assert_int_equal(c->n_parents, parents[i] != 0);
		assert_int_equal(c->touched, by_oid[i] != 4);
		assert_int_equal(c->flags, parents[i] ? 0 : QUARRY_COMMIT_ROOT);
		if (c->n_parents)
			assert_memory_equal(&k->parents[c->first_parent], &parent, sizeof(parent));
	}
	quarry_known_free(k);
	quarry_known_free(NULL);
}

/* Begin to replace what is there by something else; nothing of it must stay. */
static void write_half(struct fixture *f, int64_t id, enum quarry_put_mode mode)
{
	static const int list[] = { 20, 21, 22, 0 };
	struct quarry_signature new[3];
	struct made m;

	memcpy(new, people, sizeof(new));
	new[1].name = "XY";
	make(&m, list);
	m.h.signatures = new;
	begin(f, id, mode, MINED_S + 1);
	piece(f, &m.h, 0, 2);
}

static void what_is_cancelled_was_not(void **state)
{
	static const int list[] = { 1, 2, 3, 0 }, other[] = { 20, 21, 22, 0 };
	struct fixture *f = *state;
	char *before, *after;
	struct made m;
	int64_t id;

	open_store(f);
	id = repo(f, "o/r");
	put(f, id, make(&m, list));
	before = dump(f, "o/r");
	for (int mode = QUARRY_PUT_REPLACE; mode <= QUARRY_PUT_ADD; mode++) {
		write_half(f, id, (enum quarry_put_mode)mode);
		assert_int_equal(quarry_store_problem(f->store, id, QUARRY_STORE_MINE, "x", &f->err), 0);
		quarry_store_put_cancel(f->store);
		quarry_store_put_cancel(f->store);
		after = dump(f, "o/r");
		assert_string_equal(before, after);
		free(after);
	}
	assert_int_equal(ask(f, "SELECT count(*) FROM repo WHERE mine_problem <> ''"), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM signature"), 3);
	/* What it had seen of signatures is forgotten, too. */
	make(&m, other);
	people[1].name = "XY";
	put(f, repo(f, "o/x"), &m.h);
	people[1].name = "AB";
	assert_int_equal(ask(f, "SELECT count(*) FROM signature"), 4);
	assert_int_equal(ask(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	free(before);
}

static void what_a_kill_cuts_off_was_not(void **state)
{
	static const int list[] = { 1, 2, 3, 0 };
	struct fixture *f = *state;
	char *before, *after;
	int status = 0;
	struct made m;
	int64_t id;
	pid_t child;

	open_store(f);
	id = repo(f, "o/r");
	put(f, id, make(&m, list));
	before = dump(f, "o/r");
	quarry_store_free(f->store);
	f->store = NULL;
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		open_store(f);
		/* So few pages that most of it is in the WAL already. */
		if (db_exec(quarry_store_db(f->store), "PRAGMA cache_size = 1", &f->err))
			_exit(2);
		write_half(f, id, QUARRY_PUT_REPLACE);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	open_store(f);
	after = dump(f, "o/r");
	assert_string_equal(before, after);
	assert_int_equal(quarry_store_check(f->store, &f->err), 0);
	free(after);
	free(before);
}

static void others_are_read_meanwhile(void **state)
{
	static const int list[] = { 1, 2, 3, 0 };
	struct quarry_known *k = NULL;
	struct fixture *f = *state;
	struct quarry_history last;
	struct quarry_mined mined;
	struct made m;
	int64_t id, b, s = -1;

	open_store(f);
	id = repo(f, "o/r");
	b = repo(f, "o/b");
	put(f, b, make(&m, list));
	last = last_of(&m.h);
	begin(f, id, QUARRY_PUT_ADD, MINED_S);
	piece(f, &m.h, 0, 1);
	assert_int_equal(quarry_store_mined(&mined, f->store, b, &f->err), 0);
	assert_int_equal(mined.mined, 1);
	assert_int_equal(quarry_store_known(&k, f->store, b, &f->err), 0);
	assert_int_equal(k->n_commits, 3);
	quarry_known_free(k);
	assert_int_equal(quarry_store_fetched_s(&s, f->store, b, &f->err), 0);
	assert_int_equal(quarry_store_problem(f->store, id, QUARRY_STORE_MINE, NULL, &f->err), 0);
	/* A second one must wait for the end. */
	assert_int_equal(quarry_store_put_begin(f->store, b, QUARRY_PUT_ADD, QUARRY_UNDO_GROUP, 1, &f->err),
			 QUARRY_EFAIL);
	piece(f, &m.h, 1, 3);
	end(f, &last);
	assert_int_equal(db_exec(quarry_store_db(f->store), "UPDATE repo SET complete = 1", &f->err), 0);
	check_same(f, "o/b", "o/r");
	assert_int_equal(quarry_store_put_piece(f->store, &m.h, &f->err), QUARRY_EFAIL);
	assert_int_equal(quarry_store_put_end(f->store, &last, &f->err), QUARRY_EFAIL);
}

static void writing_ends_when_stopped(void **state)
{
	static const int list[] = { 1, 2, 3, 0 };
	atomic_bool stop = false;
	struct quarry_store_options options = { .stop = &stop };
	struct fixture *f = *state;
	struct quarry_history last;
	char *before, *after;
	struct made m;
	int64_t id;
	int rc = 0;

	assert_int_equal(quarry_store_open(&f->store, f->path, &options, &f->err), 0);
	id = repo(f, "o/r");
	put(f, id, make(&m, whole));
	before = dump(f, "o/r");
	last = last_of(make(&m, list));
	begin(f, id, QUARRY_PUT_REPLACE, MINED_S);
	atomic_store(&stop, true);
	for (int i = 0; !rc && i < 1000; i++) {
		for (size_t k = 0; k < m.h.n_commits; k++)
			m.commits[k].oid.id[k + 1] = (unsigned char)i, m.commits[k].oid.id[5] = (unsigned char)(i >> 8);
		rc = quarry_store_put_piece(f->store, &m.h, &f->err);
	}
	assert_int_equal(rc, QUARRY_EINTR);
	atomic_store(&stop, false);
	assert_int_equal(quarry_store_put_end(f->store, &last, &f->err), QUARRY_EFAIL);
	after = dump(f, "o/r");
	assert_string_equal(before, after);
	free(after);
	free(before);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(pieces_in_any_order_are_the_whole),
		TEST(what_is_new_is_added),
		TEST(a_force_push_retracts),
		TEST(when_it_was_first_seen_is_kept),
		TEST(a_wider_window_adds_touches),
		TEST(commits_land_and_land_no_more),
		TEST(files_of_the_tip_are_replaced),
		TEST(oddities_of_runs_add_up),
		TEST(what_is_known_can_be_asked),
		TEST(what_is_cancelled_was_not),
		TEST(what_a_kill_cuts_off_was_not),
		TEST(others_are_read_meanwhile),
		TEST(writing_ends_when_stopped),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
