/* Who writes when: while what was written is made to last, as many threads read as otherwise;
 * and while little waits, repositories are read to their end first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "engine/flow.h"

#define REPOS 12
#define PIECES 6
#define PATIENCE_MS 10000

struct play {
	unsigned threads;
	int n_walked[REPOS];
	atomic_bool keeping;      /* who reads waits for the others */
	atomic_uint n_readers;    /* that have come since */
	unsigned most_readers;
	bool kept;
	size_t n_whole;           /* begun when they were read to their end */
};

static void wait_ms(void)
{
	const struct timespec t = { 0, 1000000 };

	(void)nanosleep(&t, NULL);
}

static void read_something(struct play *p)
{
	if (!atomic_load(&p->keeping))
		return;
	atomic_fetch_add(&p->n_readers, 1);
	while (atomic_load(&p->keeping))
		wait_ms();
}

static int on_open(void *payload, size_t i, struct quarry_error *err)
{
	read_something(payload);
	return 0;
}

static int on_walk(void **piece, size_t *size, void *payload, size_t i, struct quarry_error *err)
{
	struct play *p = payload;

	read_something(p);
	if (p->n_walked[i]++ == PIECES)
		return 0;
	*size = 1;
	*piece = malloc(1);
	return *piece ? 0 : quarry_error_nomem(err);
}

static int on_touch(size_t *size, void *payload, size_t i, void *piece, struct quarry_error *err)
{
	read_something(payload);
	return 0;
}

static int on_finish(void **last, size_t *size, void *payload, size_t i, struct quarry_error *err)
{
	read_something(payload);
	*last = malloc(1);
	return *last ? 0 : quarry_error_nomem(err);
}

static int on_begin(void *payload, size_t i, bool whole, struct quarry_error *err)
{
	struct play *p = payload;

	p->n_whole += whole;
	return 0;
}

static int on_write(void *payload, size_t i, const void *piece, struct quarry_error *err)
{
	return 0;
}

static void on_cancel(void *payload, size_t i)
{
}

static int on_note(void *payload, size_t i, const struct quarry_error *why,
		   struct quarry_error *err)
{
	return 0;
}

/* The first time, when much is left to be read, until all threads do. */
static int on_keep(void *payload, struct quarry_error *err)
{
	struct play *p = payload;

	if (p->kept)
		return 0;
	p->kept = true;
	atomic_store(&p->keeping, true);
	for (int i = 0; i < PATIENCE_MS && atomic_load(&p->n_readers) < p->threads; i++)
		wait_ms();
	p->most_readers = atomic_load(&p->n_readers);
	atomic_store(&p->keeping, false);
	return 0;
}

static void on_drop(void *payload, void *piece)
{
	free(piece);
}

static void on_close(void *payload, size_t i)
{
}

static const struct flow_calls calls = {
	on_open, on_walk, on_touch, on_finish, on_begin, on_write, on_write, on_cancel, on_note,
	on_keep, on_drop, on_close,
};

static void play(struct play *p, unsigned threads, size_t budget)
{
	struct flow_options options = { .threads = threads, .budget = budget, .pieces_max = 64 };
	struct quarry_error err = QUARRY_ERROR_INIT;

	*p = (struct play){ .threads = threads };
	assert_int_equal(flow_run(&options, REPOS, &calls, p, &err), 0);
	assert_true(p->kept);
}

static void another_thread_stands_in(void **state)
{
	struct play p;

	for (unsigned threads = 2; threads <= 3; threads++) {
		play(&p, threads, 1000);
		assert_int_equal(p.most_readers, threads);
	}
}

/* A 32nd of the budget is five repositories, and then a piece. */
static void while_little_waits_they_are_read_to_the_end(void **state)
{
	struct play p;

	play(&p, 1, 1000);
	assert_int_equal(p.n_whole, REPOS);
	play(&p, 1, 32);
	assert_int_equal(p.n_whole, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_thread_stands_in),
		cmocka_unit_test(while_little_waits_they_are_read_to_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
