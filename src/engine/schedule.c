#include "engine/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/map.h"

#define NO_HOST SIZE_MAX
#define FIRST_PAUSE_MS 1000
#define LAST_PAUSE_MS 60000
#define PUT_OFF_MAX_MS (SCHEDULE_PUT_OFF_MAX_S * (int64_t)1000)

enum state { WAITING, RUNNING, OVER };

struct schedule_task {
	enum state state;
	size_t host;           /* or NO_HOST */
	unsigned tries;        /* how often it was begun */
	int64_t not_before_ms;
	int64_t put_off_ms;    /* by its server, in all */
};

struct schedule_host {
	unsigned running;
	int64_t not_before_ms;
	int64_t put_off_ms;    /* since a task of it succeeded last */
	bool closed;           /* see schedule_is_closed() */
};

/* Give equal names one number. */
static int number_hosts(struct schedule *s, const char *const *names, struct quarry_error *err)
{
	struct map known = MAP_INIT;
	int rc = 0;

	for (size_t i = 0; i < s->n_tasks; i++) {
		int64_t *at;

		s->tasks[i].host = NO_HOST;
		if (!names[i])
			continue;
		at = map_at(&known, names[i], strlen(names[i]), (int64_t)s->n_hosts);
		if (!at) {
			rc = quarry_error_nomem(err);
			break;
		}
		s->tasks[i].host = (size_t)*at;
		s->n_hosts = known.n;
	}
	map_release(&known);
	return rc;
}

int schedule_init(struct schedule *s, const char *const *hosts, size_t n,
		  const struct schedule_limits *limits, struct quarry_error *err)
{
	int rc;

	*s = (struct schedule){ .limits = *limits, .n_tasks = n, .random = limits->seed | 1 };
	s->tasks = calloc(n + 1, sizeof(*s->tasks));
	rc = s->tasks ? number_hosts(s, hosts, err) : quarry_error_nomem(err);
	if (!rc) {
		s->hosts = calloc(s->n_hosts + 1, sizeof(*s->hosts));
		rc = s->hosts ? 0 : quarry_error_nomem(err);
	}
	if (rc)
		schedule_release(s);
	return rc;
}

void schedule_release(struct schedule *s)
{
	free(s->tasks);
	free(s->hosts);
	*s = (struct schedule){ 0 };
}

static struct schedule_host *host_of(const struct schedule *s, const struct schedule_task *t)
{
	return t->host == NO_HOST ? NULL : &s->hosts[t->host];
}

/* When the task may start; INT64_MAX: not before another one of its host ends. */
static int64_t start_ms(const struct schedule *s, const struct schedule_task *t)
{
	const struct schedule_host *h = host_of(s, t);

	if (!h)
		return t->not_before_ms;
	if (h->running >= s->limits.per_host)
		return INT64_MAX;
	return h->not_before_ms > t->not_before_ms ? h->not_before_ms : t->not_before_ms;
}

static unsigned n_beside(const struct schedule *s, const struct schedule_task *t)
{
	const struct schedule_host *h = host_of(s, t);

	return h ? h->running : 0;
}

static void start(struct schedule *s, struct schedule_task *t)
{
	struct schedule_host *h = host_of(s, t);

	s->n_retrying -= t->tries > 0;
	t->state = RUNNING;
	t->tries++;
	if (h)
		h->running++;
}

enum schedule_next schedule_take(size_t *task, int64_t *until_ms, struct schedule *s,
				 int64_t now_ms)
{
	struct schedule_task *best = NULL;
	int64_t soonest = INT64_MAX;

	if (s->n_over == s->n_tasks)
		return SCHEDULE_OVER;
	while (s->tasks[s->first].state == OVER)
		s->first++;
	for (size_t i = s->first; i < s->n_tasks; i++) {
		struct schedule_task *t = &s->tasks[i];
		int64_t from = t->state == WAITING ? start_ms(s, t) : INT64_MAX;

		if (from > now_ms) {
			soonest = from < soonest ? from : soonest;
			continue;
		}
		if (!best || n_beside(s, t) < n_beside(s, best))
			best = t;
		if (!n_beside(s, best))
			break; /* there is no better one */
	}
	if (!best) {
		*until_ms = soonest;
		return SCHEDULE_WAIT;
	}
	start(s, best);
	*task = (size_t)(best - s->tasks);
	return SCHEDULE_TAKEN;
}

/* It runs no more. */
static void stop(struct schedule *s, struct schedule_task *t, enum state state)
{
	struct schedule_host *h = host_of(s, t);

	t->state = state;
	if (h)
		h->running--;
	if (state == OVER)
		s->n_over++;
	else
		s->n_retrying++;
}

void schedule_done(struct schedule *s, size_t task, enum schedule_end end)
{
	struct schedule_task *t = &s->tasks[task];
	struct schedule_host *h = host_of(s, t);

	stop(s, t, OVER);
	if (h && end == SCHEDULE_SUCCEEDED) {
		h->put_off_ms = 0;
		h->closed = false;
	}
}

/* Up to an eighth more, so that tasks that failed together do not come back together
 * (xorshift32). */
static int64_t with_jitter(struct schedule *s, int64_t ms)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 17;
	s->random ^= s->random << 5;
	return ms + (int64_t)(s->random % (uint32_t)(ms / 8 + 1));
}

static int64_t pause_ms(struct schedule *s, unsigned tries)
{
	int64_t ms = FIRST_PAUSE_MS;

	while (--tries && ms < LAST_PAUSE_MS)
		ms *= 2;
	return with_jitter(s, ms < LAST_PAUSE_MS ? ms : LAST_PAUSE_MS);
}

/* Let the host's tasks wait; false: it would be for too long. */
static bool put_off(struct schedule_task *t, struct schedule_host *h, int64_t now_ms,
		    int64_t retry_after_s)
{
	int64_t until_ms, more_ms;

	if (retry_after_s > SCHEDULE_PUT_OFF_MAX_S) {
		if (h)
			h->closed = true;
		return false;
	}
	until_ms = now_ms + retry_after_s * 1000;
	/* Several tasks are told the same at once: only what is new counts. */
	more_ms = !h ? 0 : until_ms - (h->not_before_ms > now_ms ? h->not_before_ms : now_ms);
	if (h && more_ms > 0 && h->put_off_ms + more_ms > PUT_OFF_MAX_MS) {
		h->closed = true;
		return false;
	}
	if (t->put_off_ms + retry_after_s * 1000 > PUT_OFF_MAX_MS)
		return false;
	t->put_off_ms += retry_after_s * 1000;
	if (h && more_ms > 0) {
		h->put_off_ms += more_ms;
		h->not_before_ms = until_ms;
	}
	return true;
}

bool schedule_again(struct schedule *s, size_t task, int64_t now_ms, int64_t retry_after_s)
{
	struct schedule_task *t = &s->tasks[task];
	int64_t pause;

	/* What the host wishes holds for its other tasks, too, if this one was its last try. */
	if ((retry_after_s >= 0 && !put_off(t, host_of(s, t), now_ms, retry_after_s)) ||
	    t->tries > s->limits.retries)
		return false;
	pause = pause_ms(s, t->tries);
	if (retry_after_s > 0 && retry_after_s * 1000 > pause)
		pause = retry_after_s * 1000;
	t->not_before_ms = now_ms + pause;
	stop(s, t, WAITING);
	return true;
}

bool schedule_is_closed(const struct schedule *s, size_t task)
{
	const struct schedule_host *h = host_of(s, &s->tasks[task]);

	return h && h->closed;
}

unsigned schedule_tries(const struct schedule *s, size_t task)
{
	return s->tasks[task].tries;
}

size_t schedule_n_retrying(const struct schedule *s)
{
	return s->n_retrying;
}
