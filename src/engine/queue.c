#include "engine/queue.h"

#include <time.h>

#include "util/banned.h"
#include "util/clock.h"

/* A signal handler may set a flag but wake nobody: so long it may go unseen. */
#define SLICE_MS 200

int queue_init(struct queue *q, const char *const *hosts, size_t n,
	       const struct schedule_limits *limits, const atomic_bool *stop,
	       struct quarry_error *err)
{
	pthread_condattr_t attr;
	int rc;

	*q = (struct queue){ .stop = stop };
	rc = schedule_init(&q->schedule, hosts, n, limits, err);
	if (rc)
		return rc;
	/* These four cannot fail with such arguments. */
	(void)pthread_mutex_init(&q->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&q->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	return 0;
}

void queue_release(struct queue *q)
{
	(void)pthread_cond_destroy(&q->changed); /* nobody waits */
	(void)pthread_mutex_destroy(&q->lock);
	schedule_release(&q->schedule);
}

static void lock(struct queue *q)
{
	(void)pthread_mutex_lock(&q->lock); /* a valid default mutex cannot fail */
}

/* What changed may let several threads go on. */
static void unlock_and_wake(struct queue *q)
{
	(void)pthread_cond_broadcast(&q->changed);
	(void)pthread_mutex_unlock(&q->lock);
}

static bool stopped(const struct queue *q)
{
	return q->stop && atomic_load(q->stop);
}

/* Under the lock, which is open meanwhile: until something changed, or a slice is over. */
static void wait_until(struct queue *q, int64_t until_ms, int64_t now_ms)
{
	int64_t ms = until_ms < now_ms + SLICE_MS ? until_ms : now_ms + SLICE_MS;
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	(void)pthread_cond_timedwait(&q->changed, &q->lock, &t); /* the caller looks again */
}

int queue_take(size_t *task, struct queue *q, struct quarry_error *err)
{
	enum schedule_next next = SCHEDULE_WAIT;
	int64_t until_ms, now_ms;
	bool stop = false;

	lock(q);
	for (;;) {
		stop = stopped(q);
		if (stop || q->ended)
			break;
		now_ms = clock_ms();
		next = schedule_take(task, &until_ms, &q->schedule, now_ms);
		if (next != SCHEDULE_WAIT)
			break;
		wait_until(q, until_ms, now_ms);
	}
	(void)pthread_mutex_unlock(&q->lock);
	if (stop)
		return quarry_error_set(err, QUARRY_EINTR, "interrupted");
	return next == SCHEDULE_TAKEN;
}

unsigned queue_done(struct queue *q, size_t task, enum schedule_end end)
{
	unsigned tries;

	lock(q);
	tries = schedule_tries(&q->schedule, task);
	schedule_done(&q->schedule, task, end);
	unlock_and_wake(q);
	return tries;
}

bool queue_again(struct queue *q, size_t task, int64_t retry_after_s)
{
	bool again;

	lock(q);
	again = schedule_again(&q->schedule, task, clock_ms(), retry_after_s);
	unlock_and_wake(q);
	return again;
}

size_t queue_n_retrying(struct queue *q)
{
	size_t n;

	lock(q);
	n = schedule_n_retrying(&q->schedule);
	(void)pthread_mutex_unlock(&q->lock);
	return n;
}

bool queue_is_closed(struct queue *q, size_t task)
{
	bool closed;

	lock(q);
	closed = schedule_is_closed(&q->schedule, task);
	(void)pthread_mutex_unlock(&q->lock);
	return closed;
}

void queue_end(struct queue *q)
{
	lock(q);
	q->ended = true;
	unlock_and_wake(q);
}
