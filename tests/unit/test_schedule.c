/* The order of fetching under a clock that the test moves, and by threads. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "engine/queue.h"
#include "util/clock.h"

#define N(list) (sizeof(list) / sizeof((list)[0]))

static struct quarry_error err;

static void init(struct schedule *s, const char *const *hosts, size_t n, unsigned per_host,
		 unsigned retries)
{
	struct schedule_limits limits = { .per_host = per_host, .retries = retries, .seed = 7 };

	assert_int_equal(schedule_init(s, hosts, n, &limits, &err), 0);
}

/* The task that starts at `now_ms`. */
static size_t take(struct schedule *s, int64_t now_ms)
{
	size_t task = SIZE_MAX;
	int64_t until_ms;

	assert_int_equal(schedule_take(&task, &until_ms, s, now_ms), SCHEDULE_TAKEN);
	return task;
}

/* When the next one may start, there being none now. */
static int64_t wait_ms(struct schedule *s, int64_t now_ms)
{
	size_t task;
	int64_t until_ms = -1;

	assert_int_equal(schedule_take(&task, &until_ms, s, now_ms), SCHEDULE_WAIT);
	return until_ms;
}

static void over(struct schedule *s, int64_t now_ms)
{
	size_t task;
	int64_t until_ms;

	assert_int_equal(schedule_take(&task, &until_ms, s, now_ms), SCHEDULE_OVER);
	schedule_release(s);
}

/* It is not begun again. */
static void gives_up(struct schedule *s, size_t task, int64_t now_ms, int64_t retry_after_s)
{
	assert_false(schedule_again(s, task, now_ms, retry_after_s));
	schedule_done(s, task, SCHEDULE_FAILED);
}

static void between(int64_t value, int64_t least, int64_t most)
{
	if (value < least || value > most)
		fail_msg("%lld is not in %lld .. %lld", (long long)value, (long long)least,
			 (long long)most);
}

static void tasks_start_as_they_were_named(void **state)
{
	static const char *const hosts[] = { "a", NULL, "a", NULL };
	struct schedule s;

	init(&s, hosts, N(hosts), 4, 0);
	assert_int_equal(take(&s, 0), 0);
	assert_int_equal(take(&s, 0), 1);
	assert_int_equal(take(&s, 0), 3); /* talks to nobody: nobody is beside it */
	assert_int_equal(take(&s, 0), 2);
	assert_int_equal(wait_ms(&s, 0), INT64_MAX);
	for (size_t i = 0; i < N(hosts); i++)
		schedule_done(&s, i, SCHEDULE_SUCCEEDED);
	over(&s, 0);
	init(&s, NULL, 0, 4, 0);
	over(&s, 0);
}

static void a_full_host_holds_up_no_other(void **state)
{
	static const char *const hosts[] = { "a", "a", "a", "a", "b", "a", "b" };
	struct schedule s;

	init(&s, hosts, N(hosts), 2, 0);
	assert_int_equal(take(&s, 0), 0);
	assert_int_equal(take(&s, 0), 4); /* the host with the fewest beside it */
	assert_int_equal(take(&s, 0), 1);
	assert_int_equal(take(&s, 0), 6);
	assert_int_equal(wait_ms(&s, 0), INT64_MAX);
	schedule_done(&s, 1, SCHEDULE_FAILED);
	assert_int_equal(take(&s, 0), 2);
	assert_int_equal(wait_ms(&s, 0), INT64_MAX);
	schedule_done(&s, 4, SCHEDULE_SUCCEEDED);
	assert_int_equal(wait_ms(&s, 0), INT64_MAX); /* b has none left */
	schedule_done(&s, 0, SCHEDULE_SUCCEEDED);
	assert_int_equal(take(&s, 0), 3);
	schedule_release(&s);
}

static void local_work_has_no_limit(void **state)
{
	static const char *const hosts[] = { NULL, NULL, NULL };
	struct schedule s;

	init(&s, hosts, N(hosts), 1, 0);
	for (size_t i = 0; i < N(hosts); i++)
		assert_int_equal(take(&s, 0), i);
	for (size_t i = 0; i < N(hosts); i++)
		schedule_done(&s, i, SCHEDULE_SUCCEEDED);
	over(&s, 0);
}

static void pauses_double_up_to_a_minute(void **state)
{
	static const char *const hosts[] = { "a" };
	int64_t now = 5000, want = 1000, until;
	struct schedule s;

	init(&s, hosts, 1, 4, 9);
	for (unsigned tries = 1; tries <= 9; tries++) {
		assert_int_equal(take(&s, now), 0);
		assert_int_equal(schedule_tries(&s, 0), tries);
		assert_int_equal(schedule_n_retrying(&s), 0);
		assert_true(schedule_again(&s, 0, now, -1));
		assert_int_equal(schedule_n_retrying(&s), 1);
		until = wait_ms(&s, now);
		between(until - now, want, want + want / 8);
		assert_int_equal(wait_ms(&s, until - 1), until);
		now = until;
		want = want * 2 < 60000 ? want * 2 : 60000;
	}
	assert_int_equal(take(&s, now), 0);
	gives_up(&s, 0, now, -1);
	assert_int_equal(schedule_tries(&s, 0), 10);
	over(&s, now);
}

static void no_retries_is_one_try(void **state)
{
	static const char *const hosts[] = { "a", "a" };
	struct schedule s;

	init(&s, hosts, 2, 1, 0);
	assert_int_equal(take(&s, 0), 0);
	gives_up(&s, 0, 0, 5);
	assert_int_equal(wait_ms(&s, 0), 5000); /* its host's wish holds for the others */
	assert_int_equal(take(&s, 5000), 1);
	schedule_done(&s, 1, SCHEDULE_SUCCEEDED);
	over(&s, 0);
}

static void others_go_on_during_a_pause(void **state)
{
	static const char *const hosts[] = { "a", "a", "b" };
	struct schedule s;
	int64_t until;

	init(&s, hosts, N(hosts), 1, 3);
	assert_int_equal(take(&s, 0), 0);
	assert_true(schedule_again(&s, 0, 0, -1));
	assert_int_equal(take(&s, 0), 1);
	assert_int_equal(take(&s, 0), 2);
	assert_int_equal(wait_ms(&s, 0), INT64_MAX); /* its host is full */
	schedule_done(&s, 1, SCHEDULE_SUCCEEDED);
	until = wait_ms(&s, 0);
	between(until, 1000, 1125);
	assert_int_equal(take(&s, until), 0);
	schedule_release(&s);
}

static void a_host_that_asks_for_time_gets_it(void **state)
{
	static const char *const hosts[] = { "a", "a", "b", "a" };
	struct schedule s;

	init(&s, hosts, N(hosts), 2, 3);
	assert_int_equal(take(&s, 0), 0);
	assert_int_equal(take(&s, 0), 2);
	assert_int_equal(take(&s, 0), 1);
	assert_true(schedule_again(&s, 0, 0, 30));
	assert_true(schedule_again(&s, 1, 100, 30)); /* told the same at once */
	assert_int_equal(wait_ms(&s, 100), 30000 + 100);
	schedule_done(&s, 2, SCHEDULE_SUCCEEDED);
	assert_int_equal(wait_ms(&s, 30099), 30100);
	assert_int_equal(take(&s, 30100), 0);
	assert_int_equal(take(&s, 30100), 1);
	schedule_release(&s);
}

static void a_task_is_not_put_off_for_ever(void **state)
{
	static const char *const hosts[] = { "a", "a" };
	struct schedule s;
	int64_t now = 0;

	init(&s, hosts, N(hosts), 1, 10);
	assert_int_equal(take(&s, now), 0);
	assert_true(schedule_again(&s, 0, now, 200));
	now += 200000;
	assert_int_equal(take(&s, now), 0);
	gives_up(&s, 0, now, 101);
	/* What is left of the host's time: the next one may still use it. */
	assert_int_equal(take(&s, now), 1);
	assert_true(schedule_again(&s, 1, now, 100));
	now += 100000;
	assert_int_equal(take(&s, now), 1);
	gives_up(&s, 1, now, 1); /* none of its host has succeeded since */
	over(&s, now);
}

static void a_success_gives_its_host_time_again(void **state)
{
	static const char *const hosts[] = { "a", "a", "a" };
	struct schedule s;
	int64_t now = 0;

	init(&s, hosts, N(hosts), 2, 10);
	assert_int_equal(take(&s, now), 0);
	assert_int_equal(take(&s, now), 1);
	assert_true(schedule_again(&s, 0, now, 300));
	schedule_done(&s, 1, SCHEDULE_SUCCEEDED);
	now += 300000;
	assert_int_equal(take(&s, now), 0);
	assert_int_equal(take(&s, now), 2);
	gives_up(&s, 0, now, 1);
	assert_true(schedule_again(&s, 2, now, 300));
	schedule_release(&s);
}

static void an_absurd_wish_is_a_failure(void **state)
{
	static const char *const hosts[] = { "a", "a" };
	struct schedule s;

	init(&s, hosts, 2, 1, 10);
	assert_int_equal(take(&s, 0), 0);
	gives_up(&s, 0, 0, INT64_MAX);
	assert_int_equal(take(&s, 0), 1);
	assert_true(schedule_again(&s, 1, 0, 0)); /* "at once" still gets the usual pause */
	between(wait_ms(&s, 0), 1000, 1125);
	schedule_release(&s);
}

/* --- by threads -------------------------------------------------------------- */

#define N_TASKS 300
#define N_THREADS 8

struct work {
	struct queue queue;
	atomic_bool stop;
	atomic_uint running[3], most[3], begun[N_TASKS];
};

static size_t host_at(size_t task)
{
	return task % 7 ? 0 : 1 + task % 2; /* most talk to one */
}

static void note_start(struct work *w, size_t host)
{
	unsigned now = atomic_fetch_add(&w->running[host], 1) + 1;
	unsigned most = atomic_load(&w->most[host]);

	while (now > most && !atomic_compare_exchange_weak(&w->most[host], &most, now))
		continue;
}

static void *work(void *payload)
{
	struct quarry_error why = QUARRY_ERROR_INIT;
	struct work *w = payload;
	size_t task;
	int rc;

	while ((rc = queue_take(&task, &w->queue, &why)) > 0) {
		note_start(w, host_at(task));
		atomic_fetch_add(&w->begun[task], 1);
		sched_yield();
		atomic_fetch_sub(&w->running[host_at(task)], 1);
		assert_int_equal(queue_done(&w->queue, task, SCHEDULE_SUCCEEDED), 1);
	}
	assert_true(rc == 0 || rc == QUARRY_EINTR);
	return NULL;
}

static void start_threads(pthread_t threads[N_THREADS], void *(*fn)(void *), struct work *w)
{
	for (size_t i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fn, w), 0);
}

static void join_threads(pthread_t threads[N_THREADS])
{
	for (size_t i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void threads_do_each_task_once_and_keep_the_limit(void **state)
{
	static const char *const names[] = { "a", "b", NULL };
	static struct work w;
	struct schedule_limits limits = { .per_host = 3, .retries = 2, .seed = 1 };
	const char *hosts[N_TASKS];
	pthread_t threads[N_THREADS];

	for (size_t i = 0; i < N_TASKS; i++)
		hosts[i] = names[host_at(i)];
	assert_int_equal(queue_init(&w.queue, hosts, N_TASKS, &limits, &w.stop, &err), 0);
	start_threads(threads, work, &w);
	join_threads(threads);
	for (size_t i = 0; i < N_TASKS; i++)
		assert_int_equal(atomic_load(&w.begun[i]), 1);
	assert_true(atomic_load(&w.most[0]) <= 3);
	assert_true(atomic_load(&w.most[1]) <= 3);
	queue_release(&w.queue);
}

/* Fails each task, so that all of them wait. */
static void *fail_all(void *payload)
{
	struct quarry_error why = QUARRY_ERROR_INIT;
	struct work *w = payload;
	size_t task;

	while (queue_take(&task, &w->queue, &why) > 0)
		assert_true(queue_again(&w->queue, task, 100));
	return NULL;
}

static void wait_for_retries(struct work *w, size_t n)
{
	const struct timespec moment = { 0, 1000000 };

	while (queue_n_retrying(&w->queue) < n)
		(void)nanosleep(&moment, NULL);
}

static void stopping_wakes_all_at_once(void **state)
{
	static const char *const hosts[] = { "a", "b", "c" };
	struct schedule_limits limits = { .per_host = 1, .retries = 9, .seed = 1 };
	pthread_t threads[N_THREADS];
	int64_t from_ms;

	for (int by_flag = 0; by_flag < 2; by_flag++) {
		struct work w = { .stop = false };

		assert_int_equal(queue_init(&w.queue, hosts, 3, &limits, &w.stop, &err), 0);
		start_threads(threads, fail_all, &w);
		wait_for_retries(&w, 3);
		from_ms = clock_ms();
		if (by_flag)
			atomic_store(&w.stop, true);
		else
			queue_end(&w.queue);
		join_threads(threads);
		/* 200 ms at most; a slow machine has some more. */
		between(clock_ms() - from_ms, 0, 2000);
		queue_release(&w.queue);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_start_as_they_were_named),
		cmocka_unit_test(a_full_host_holds_up_no_other),
		cmocka_unit_test(local_work_has_no_limit),
		cmocka_unit_test(pauses_double_up_to_a_minute),
		cmocka_unit_test(no_retries_is_one_try),
		cmocka_unit_test(others_go_on_during_a_pause),
		cmocka_unit_test(a_host_that_asks_for_time_gets_it),
		cmocka_unit_test(a_task_is_not_put_off_for_ever),
		cmocka_unit_test(a_success_gives_its_host_time_again),
		cmocka_unit_test(an_absurd_wish_is_a_failure),
		cmocka_unit_test(threads_do_each_task_once_and_keep_the_limit),
		cmocka_unit_test(stopping_wakes_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
