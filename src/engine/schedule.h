/*
 * What to do next, and not before when: an order of tasks that spares hosts.
 *
 * It holds no thread, no lock and no clock (engine/queue.h adds these), so that a
 * test can play a day of it.  A task is a number, 0 .. n - 1, with the host it talks
 * to; one without a host talks to nobody and knows no limit.
 *
 *	schedule_init(&s, hosts, n, &limits, err);
 *	while ((next = schedule_take(&i, &until_ms, &s, now_ms)) != SCHEDULE_OVER) {
 *		if (next == SCHEDULE_WAIT)
 *			... until until_ms, or until a running task ends ...
 *		else if (works(i))
 *			schedule_done(&s, i, SCHEDULE_SUCCEEDED);
 *		else if (!schedule_again(&s, i, now_ms, retry_after_s))
 *			schedule_done(&s, i, SCHEDULE_FAILED);
 *	}
 *	schedule_release(&s);
 *
 * Of the tasks that may start, the one whose host has the fewest running goes first,
 * then the one that was named first: a slow host delays its own tasks alone.
 */
#ifndef QUARRY_ENGINE_SCHEDULE_H
#define QUARRY_ENGINE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"

/* For so long a server may put one task off, and so long a host may put off all of
 * its tasks before one of them succeeds. */
#define SCHEDULE_PUT_OFF_MAX_S 300

struct schedule_limits {
	unsigned per_host;    /* tasks of one host that may run at once, > 0 */
	unsigned retries;     /* how often a task may be begun again */
	uint32_t seed;        /* of the jitter */
};

struct schedule_task;
struct schedule_host;

struct schedule {
	struct schedule_limits limits;
	struct schedule_task *tasks;
	struct schedule_host *hosts;
	size_t n_tasks, n_hosts;
	size_t first;         /* all before it are over */
	size_t n_over, n_retrying;
	uint32_t random;
};

/* @param hosts  a name for each of the n tasks, NULL: no host; not kept */
int schedule_init(struct schedule *s, const char *const *hosts, size_t n,
		  const struct schedule_limits *limits, struct quarry_error *err);
void schedule_release(struct schedule *s);

enum schedule_next {
	SCHEDULE_TAKEN, /* *task runs now, until schedule_done() or schedule_again() */
	SCHEDULE_WAIT,  /* none may start before *until_ms, INT64_MAX: until one ends */
	SCHEDULE_OVER,  /* none is left, nor runs */
};

enum schedule_next schedule_take(size_t *task, int64_t *until_ms, struct schedule *s,
				 int64_t now_ms);

enum schedule_end { SCHEDULE_SUCCEEDED, SCHEDULE_FAILED };

/* The task is over. */
void schedule_done(struct schedule *s, size_t task, enum schedule_end end);

/*
 * The task failed and may go well another time: begin it again after a pause that
 * doubles from 1 second up to 60, or when its server wants to be asked again.
 * @param retry_after_s  that; its host's other tasks wait as long. -1: nothing was said
 * @return false: it has been tried often enough, or would have to wait too long; it
 *         still runs
 */
bool schedule_again(struct schedule *s, size_t task, int64_t now_ms, int64_t retry_after_s);

/* Whether the task's host has said that it wants to be left alone for longer than is
 * waited, and none of its tasks has gone well since: asking it would be in vain. */
bool schedule_is_closed(const struct schedule *s, size_t task);

/* How often it was begun. */
unsigned schedule_tries(const struct schedule *s, size_t task);

/* How many tasks wait to be begun again. */
size_t schedule_n_retrying(const struct schedule *s);

#endif
