/* Repositories that share a transaction. */
#include "made.h"
#include "pieces.h"
#include "stored.h"

/* One that cannot be taken back without its group. */
static void begin_surely(struct fixture *f, int64_t id)
{
	if (quarry_store_put_begin(f->store, id, QUARRY_PUT_REPLACE, QUARRY_UNDO_GROUP, MINED_S, &f->err))
		fail_msg("%s", f->err.text);
}

static int64_t others_see(struct fixture *f)
{
	struct fixture other = { .folder = f->folder, .path = f->path };
	int64_t n;

	open_store(&other);
	n = ask(&other, "SELECT count(*) FROM repo WHERE state = 1");
	quarry_store_free(other.store);
	return n;
}

static void a_group_is_seen_when_it_ends(void **state)
{
	struct fixture *f = *state;
	int64_t a, b, c;
	struct made m;

	open_store(f);
	a = repo(f, "o/a");
	b = repo(f, "o/b");
	c = repo(f, "o/c");
	assert_int_equal(quarry_store_group_end(f->store, &f->err), 0); /* there is none */
	assert_int_equal(quarry_store_group_begin(f->store, &f->err), 0);
	put(f, a, make(&m, whole));
	begin(f, b, QUARRY_PUT_REPLACE, MINED_S);
	piece(f, make(&m, whole), 0, 34);
	quarry_store_put_cancel(f->store); /* takes back its own alone */
	assert_int_equal(quarry_store_group_begin(f->store, &f->err), 0); /* goes on */
	put(f, c, make(&m, whole));
	assert_int_equal(others_see(f), 0);
	begin(f, b, QUARRY_PUT_REPLACE, MINED_S); /* cancelled by the end */
	assert_int_equal(quarry_store_group_end(f->store, &f->err), 0);
	assert_int_equal(others_see(f), 2);
	check_same(f, "o/a", "o/c");
	assert_int_equal(ask(f, "SELECT count(*) FROM commits"), 68);
	put(f, b, make(&m, whole)); /* the signatures are known, whatever was cancelled */
	check_same(f, "o/a", "o/b");
	assert_int_equal(others_see(f), 3);
}

/* A group in which o/a is written, and `n` commits of o/b. */
static void write_group(struct fixture *f, struct made *m, size_t n)
{
	int64_t a = repo(f, "o/a"), b = repo(f, "o/b");

	assert_int_equal(quarry_store_group_begin(f->store, &f->err), 0);
	put(f, a, make(m, whole));
	begin_surely(f, b);
	piece(f, &m->h, 0, n);
	assert_int_equal(others_see(f), 0);
}

static void one_of_a_group_may_take_it_back(void **state)
{
	struct fixture *f = *state;
	struct made m;

	open_store(f);
	write_group(f, &m, 34);
	quarry_store_put_cancel(f->store);
	assert_int_equal(ask(f, "SELECT count(*) FROM commits"), 0);
	assert_int_equal(quarry_store_group_end(f->store, &f->err), 0); /* there is none any more */
	/* Outside of a group it is as any other one. */
	begin_surely(f, repo(f, "o/b"));
	piece(f, &m.h, 0, 34);
	quarry_store_put_cancel(f->store);
	assert_int_equal(ask(f, "SELECT count(*) FROM commits"), 0);
	write_group(f, &m, 34);
	end(f, &m.h);
	assert_int_equal(others_see(f), 0);
	assert_int_equal(quarry_store_group_end(f->store, &f->err), 0);
	assert_int_equal(others_see(f), 2);
	check_same(f, "o/a", "o/b");
}

/* The end of a group that is in the middle of such a one says that it is lost. */
static void the_middle_of_one_is_no_end(void **state)
{
	struct fixture *f = *state;
	struct made m;

	open_store(f);
	write_group(f, &m, 20);
	assert_int_equal(quarry_store_group_end(f->store, &f->err), QUARRY_EFAIL);
	assert_non_null(strstr(f->err.text, "run the same command again"));
	assert_int_equal(others_see(f), 0);
}

static void a_group_that_is_lost_says_so(void **state)
{
	struct fixture *f = *state;
	int64_t a;
	struct made m;

	open_store(f);
	a = repo(f, "o/a");
	assert_int_equal(quarry_store_group_begin(f->store, &f->err), 0);
	put(f, a, make(&m, whole));
	db_rollback(quarry_store_db(f->store)); /* as SQLite does when the disk is full */
	assert_int_equal(quarry_store_group_end(f->store, &f->err), QUARRY_EFAIL);
	assert_non_null(strstr(f->err.text, "run the same command again"));
	assert_int_equal(others_see(f), 0);
	put(f, a, make(&m, whole));
	assert_int_equal(others_see(f), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_group_is_seen_when_it_ends),
		TEST(one_of_a_group_may_take_it_back),
		TEST(the_middle_of_one_is_no_end),
		TEST(a_group_that_is_lost_says_so),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
