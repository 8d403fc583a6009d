/* How a store is opened to be read, and what ends a wait or a long statement. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "quarry/store.h"
#include "util/db.h"
#include "util/file.h"
#include "util/str.h"

/* What takes hours, unless it is stopped. */
#define ENDLESS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n" \
		" WHERE i < 100000000000) SELECT count(*) FROM n"

/* From the stop flag to the end; sanitizers are slow. */
#define SOON_MS 300

struct fixture {
	char *folder, *path;
	struct quarry_store *store;
	struct quarry_error err;
	pthread_t stopper;
	atomic_bool stop;
	atomic_llong stopped_ms;
	atomic_int n_said;
};

static long long now_ms(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &t), 0);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->folder = str_dupf("%s/quarry-test-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->folder));
	f->path = str_dupf("%s/what? 100%%#.db", f->folder); /* nothing of it may be taken for a URI's */
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

static void close_store(struct fixture *f)
{
	quarry_store_free(f->store);
	f->store = NULL;
}

static void open_with(struct fixture *f, const struct quarry_store_options *options)
{
	close_store(f);
	if (quarry_store_open(&f->store, f->path, options, &f->err))
		fail_msg("%s", f->err.text);
}

static void on_log(void *payload, enum quarry_log_level level, const char *text)
{
	struct fixture *f = payload;

	assert_int_equal(level, QUARRY_LOG_WARNING);
	assert_non_null(strstr(text, "waiting for another run that is writing to the store"));
	atomic_fetch_add(&f->n_said, 1);
}

static void open_to_write(struct fixture *f)
{
	struct quarry_store_options options = {
		.stop = &f->stop, .log = { QUARRY_LOG_WARNING, on_log, f },
	};

	open_with(f, &options);
}

static void open_to_read(struct fixture *f)
{
	struct quarry_store_options options = { .read_only = 1, .stop = &f->stop };

	open_with(f, &options);
}

static int64_t add_repo(struct fixture *f)
{
	int64_t id = 0;

	if (quarry_store_repo(&id, f->store, "https://h/o/r", "o/r", &f->err))
		fail_msg("%s", f->err.text);
	return id;
}

/* As another program, which knows nothing of stores. */
static struct quarry_db *open_other(struct fixture *f)
{
	struct quarry_db *db = NULL;

	if (db_open(&db, f->path, DB_READ_WRITE, &f->err))
		fail_msg("%s", f->err.text);
	return db;
}

static int count_repo(void *payload, const struct quarry_stored_repo *repo, struct quarry_error *err)
{
	++*(int *)payload;
	return 0;
}

static int count_event(void *payload, const struct quarry_stored_event *e, struct quarry_error *err)
{
	++*(int *)payload;
	return 0;
}

static void check_holds(struct fixture *f, int repos, int events)
{
	int n = 0;

	assert_int_equal(quarry_store_each_repo(f->store, count_repo, &n, &f->err), 0);
	assert_int_equal(n, repos);
	n = 0;
	assert_int_equal(quarry_store_each_event(f->store, count_event, &n, &f->err), 0);
	assert_int_equal(n, events);
	assert_int_equal(quarry_store_check(f->store, &f->err), 0);
}

/* Reads it, and fails if a byte of it changes, or a file beside it stays. */
static void check_read(struct fixture *f, int repos, int events)
{
	char *before = NULL, *after = NULL;
	size_t before_len, after_len;
	int64_t id;

	assert_int_equal(file_read(&before, &before_len, f->path, 1 << 20, &f->err), 0);
	open_to_read(f);
	check_holds(f, repos, events);
	assert_int_equal(quarry_store_repo(&id, f->store, "https://h/o/new", "o/new", &f->err),
			 QUARRY_EFAIL);
	close_store(f);
	assert_int_equal(file_read(&after, &after_len, f->path, 1 << 20, &f->err), 0);
	assert_int_equal(before_len, after_len);
	assert_memory_equal(before, after, before_len);
	free(after);
	free(before);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(rmdir(f->folder), 0);
	assert_int_equal(mkdir(f->folder, 0700), 0);
}

static void what_is_read_is_not_changed(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	open_to_write(f);
	id = add_repo(f);
	assert_int_equal(quarry_store_event(NULL, f->store, id, QUARRY_EVENT_GONE, "", 1, &f->err), 0);
	close_store(f);
	check_read(f, 1, 1);
}

static void an_empty_file_is_read_as_it_is(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(file_write(f->path, "", 0, &f->err), 0);
	check_read(f, 0, 0);
}

static void reading_makes_no_store(void **state)
{
	struct quarry_store_options options = { .read_only = 1 };
	struct fixture *f = *state;

	assert_int_equal(quarry_store_open(&f->store, f->path, &options, &f->err), QUARRY_EFAIL);
	assert_null(f->store);
	assert_int_equal(rmdir(f->folder), 0);
	assert_int_equal(mkdir(f->folder, 0700), 0);
}

static void what_another_run_writes_can_be_read(void **state)
{
	struct fixture *f = *state;
	struct quarry_db *other;

	open_to_write(f);
	add_repo(f);
	other = open_other(f);
	assert_int_equal(db_begin(other, &f->err), 0);
	assert_int_equal(db_exec(other, "DELETE FROM repo", &f->err), 0);
	open_to_read(f);
	check_holds(f, 1, 0);
	assert_int_equal(db_commit(other, &f->err), 0);
	check_holds(f, 0, 0);
	db_close(other);
}

static void *stop_later(void *payload)
{
	struct fixture *f = payload;

	(void)usleep(200000);
	atomic_store(&f->stopped_ms, now_ms());
	atomic_store(&f->stop, true);
	return NULL;
}

static void begin_stopper(struct fixture *f)
{
	assert_int_equal(pthread_create(&f->stopper, NULL, stop_later, f), 0);
}

/* `rc` is of a call that the stop flag ended. */
static void check_stopped(struct fixture *f, int rc)
{
	long long ms = now_ms();

	assert_int_equal(pthread_join(f->stopper, NULL), 0);
	assert_int_equal(rc, QUARRY_EINTR);
	assert_string_equal(f->err.text, "interrupted; run the same command to go on");
	if (ms - atomic_load(&f->stopped_ms) > SOON_MS)
		fail_msg("it took %lld ms to stop", ms - atomic_load(&f->stopped_ms));
}

static void a_wait_ends_when_stopped(void **state)
{
	struct fixture *f = *state;
	struct quarry_db *other;
	int64_t id;

	open_to_write(f);
	other = open_other(f);
	assert_int_equal(db_begin(other, &f->err), 0);
	begin_stopper(f);
	check_stopped(f, quarry_store_repo(&id, f->store, "https://h/o/r", "o/r", &f->err));
	assert_int_equal(db_commit(other, &f->err), 0);
	db_close(other);
	atomic_store(&f->stop, false);
	add_repo(f);
	assert_int_equal(atomic_load(&f->n_said), 0); /* it was short */
}

static void opening_ends_when_stopped(void **state)
{
	struct quarry_store_options options = { 0 };
	struct fixture *f = *state;
	struct quarry_db *other = open_other(f);

	options.stop = &f->stop;
	assert_int_equal(db_begin(other, &f->err), 0);
	begin_stopper(f);
	check_stopped(f, quarry_store_open(&f->store, f->path, &options, &f->err));
	assert_null(f->store);
	db_rollback(other);
	db_close(other);
}

static void *release_later(void *payload)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	(void)usleep(3500000);
	assert_int_equal(db_commit(payload, &err), 0);
	return NULL;
}

static void a_long_wait_is_told_once(void **state)
{
	struct fixture *f = *state;
	struct quarry_db *other;
	pthread_t thread;

	open_to_write(f);
	other = open_other(f);
	assert_int_equal(db_begin(other, &f->err), 0);
	assert_int_equal(pthread_create(&thread, NULL, release_later, other), 0);
	add_repo(f);
	assert_int_equal(pthread_join(thread, NULL), 0);
	db_close(other);
	assert_int_equal(atomic_load(&f->n_said), 1);
}

static void a_long_statement_ends_when_stopped(void **state)
{
	struct fixture *f = *state;
	struct quarry_db *db;
	int64_t n = 0;

	open_to_write(f);
	add_repo(f);
	db = quarry_store_db(f->store);
	assert_int_equal(db_begin(db, &f->err), 0);
	assert_int_equal(db_exec(db, "DELETE FROM repo", &f->err), 0);
	begin_stopper(f);
	check_stopped(f, db_scalar(&n, db, ENDLESS, 0, &f->err));
	db_rollback(db);
	/* Nothing of it is kept, and all goes on. */
	atomic_store(&f->stop, false);
	check_holds(f, 1, 0);
	begin_stopper(f);
	check_stopped(f, db_exec(db, ENDLESS, &f->err));
}

#define OPENERS 4

struct opener {
	pthread_t thread;
	pthread_barrier_t *barrier;
	const char *path;
	int rc;
	struct quarry_error err;
};

static void *open_it(void *payload)
{
	struct opener *o = payload;
	struct quarry_store *s = NULL;
	int64_t repo;

	(void)pthread_barrier_wait(o->barrier);
	o->rc = quarry_store_open(&s, o->path, NULL, &o->err);
	if (!o->rc)
		o->rc = quarry_store_repo(&repo, s, "https://host/a/b", "a/b", &o->err);
	quarry_store_free(s);
	return NULL;
}

/* SQLite makes nobody wait who changes to WAL while another one does. */
static void several_may_make_one_store(void **state)
{
	struct fixture *f = *state;
	pthread_barrier_t barrier;
	struct opener openers[OPENERS];

	assert_int_equal(pthread_barrier_init(&barrier, NULL, OPENERS), 0);
	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < OPENERS; i++) {
			openers[i] = (struct opener){ .barrier = &barrier, .path = f->path };
			assert_int_equal(pthread_create(&openers[i].thread, NULL, open_it,
							&openers[i]), 0);
		}
		for (int i = 0; i < OPENERS; i++)
			assert_int_equal(pthread_join(openers[i].thread, NULL), 0);
		for (int i = 0; i < OPENERS; i++)
			if (openers[i].rc)
				fail_msg("%s", openers[i].err.text);
		assert_int_equal(quarry_store_open(&f->store, f->path, NULL, &f->err), 0);
		check_holds(f, 1, 0);
		close_store(f);
		assert_int_equal(remove(f->path), 0);
	}
	assert_int_equal(pthread_barrier_destroy(&barrier), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_read_is_not_changed),
		TEST(an_empty_file_is_read_as_it_is),
		TEST(reading_makes_no_store),
		TEST(what_another_run_writes_can_be_read),
		TEST(several_may_make_one_store),
		TEST(a_wait_ends_when_stopped),
		TEST(opening_ends_when_stopped),
		TEST(a_long_wait_is_told_once),
		TEST(a_long_statement_ends_when_stopped),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
