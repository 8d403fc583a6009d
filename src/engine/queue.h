/*
 * A schedule that threads share: they wait in queue_take() until there is something
 * to do, and are all woken when there is not, or when the work is to stop.
 *
 *	struct queue q;
 *	rc = queue_init(&q, hosts, n, &limits, stop, err);
 *	while ((rc = queue_take(&i, &q, err)) > 0)        in each thread
 *		...
 *	queue_release(&q);
 */
#ifndef QUARRY_ENGINE_QUEUE_H
#define QUARRY_ENGINE_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>

#include "engine/schedule.h"

struct queue {
	struct schedule schedule;  /* under the lock */
	bool ended;                /* under the lock */
	const atomic_bool *stop;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

/* @param stop  set from outside, be it a signal handler; NULL: never */
int queue_init(struct queue *q, const char *const *hosts, size_t n,
	       const struct schedule_limits *limits, const atomic_bool *stop,
	       struct quarry_error *err);
void queue_release(struct queue *q);

/* 1: *task is this thread's until it gives it back by the two below; 0: all is done, or
 * ended; QUARRY_EINTR. */
int queue_take(size_t *task, struct queue *q, struct quarry_error *err);

/* schedule_done() and schedule_again(); the first tells how often it was begun. */
unsigned queue_done(struct queue *q, size_t task, enum schedule_end end);
bool queue_again(struct queue *q, size_t task, int64_t retry_after_s);

bool queue_is_closed(struct queue *q, size_t task);
size_t queue_n_retrying(struct queue *q);

/* Hand out nothing any more. */
void queue_end(struct queue *q);

#endif
