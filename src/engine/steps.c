#include "engine/steps.h"

#include <time.h>

#include "engine/queue.h"
#include "util/banned.h"
#include "util/clock.h"

#define SLOW_MS 5000  /* what runs that long is named */
#define TICK_MS 500   /* so often progress is told where nothing moves */

void step_lock(struct step *s)
{
	(void)pthread_mutex_lock(&s->engine->lock); /* a valid default mutex cannot fail */
}

void step_unlock(struct step *s)
{
	(void)pthread_mutex_unlock(&s->engine->lock);
}

/* Under the lock. */
static void report(struct step *s)
{
	const struct quarry_engine_options *o = &s->engine->options;
	struct quarry_progress p = {
		.step = s->name, .total = s->summary->n_total, .amount = s->amount,
		.done = s->summary->n_done + s->summary->n_unchanged + s->summary->n_failed,
		.unit = s->unit, .current = s->current ? s->current : "", .slow = "",
	};
	int64_t ran_ms;

	if (!o->progress)
		return;
	if (s->queue)
		p.n_retrying = queue_n_retrying(s->queue);
	ran_ms = s->oldest ? clock_ms() - s->oldest->began_ms : 0;
	if (ran_ms >= SLOW_MS) {
		p.slow = s->oldest->target->slug;
		p.slow_s = ran_ms / 1000;
		p.slow_amount = s->oldest->amount;
	}
	o->progress(o->payload, &p);
}

void step_begin(struct step_work *w)
{
	struct step *s = w->step;

	step_lock(s);
	w->amount = 0;
	w->began_ms = clock_ms();
	w->newer = NULL;
	w->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = w;
	s->newest = w;
	step_unlock(s);
}

void step_end(struct step_work *w)
{
	struct step *s = w->step;

	step_lock(s);
	w->ran_ms += clock_ms() - w->began_ms;
	*(w->older ? &w->older->newer : &s->oldest) = w->newer;
	*(w->newer ? &w->newer->older : &s->newest) = w->older;
	step_unlock(s);
}

void step_progress(struct step_work *w, uint64_t amount)
{
	step_lock(w->step);
	w->step->amount += amount - w->amount;
	w->amount = amount;
	w->step->current = w->target->slug;
	report(w->step);
	step_unlock(w->step);
}

/* Under the lock. */
static int count(struct step_work *w, int rc, bool unchanged, const struct quarry_error *why,
		 struct quarry_error *err)
{
	struct step *s = w->step;

	if (rc && summary_fail(s->summary, w->target->repo, w->target->slug, why))
		return quarry_error_nomem(err);
	if (rc)
		return 0;
	if (unchanged)
		s->summary->n_unchanged++;
	else
		s->summary->n_done++;
	return 0;
}

int step_count(struct step_work *w, int rc, bool unchanged, struct quarry_error *err)
{
	struct quarry_error why = *err;

	quarry_log_say(&w->step->engine->options.log, QUARRY_LOG_DEBUG, "%s %s: %s",
		       w->step->name, w->target->slug, rc ? why.text : unchanged ? "unchanged" : "done");
	step_lock(w->step);
	rc = count(w, rc, unchanged, &why, err);
	w->step->current = w->target->slug;
	report(w->step);
	step_unlock(w->step);
	return rc;
}

int step_done(struct step_work *w, int rc, bool unchanged, struct quarry_error *err)
{
	struct quarry_error why = *err;
	int store_rc;

	if (rc == QUARRY_EINTR || rc == QUARRY_ENOMEM)
		return rc;
	step_lock(w->step);
	store_rc = quarry_store_problem(w->step->engine->store, w->target->repo, w->step->which,
					rc ? why.text : NULL, err);
	step_unlock(w->step);
	return store_rc ? store_rc : step_count(w, rc, unchanged, err);
}

/* A thread that tells progress from time to time, so that a line on the screen shows
 * that, and how long, nothing comes. */
struct ticker {
	struct step *step;
	pthread_t thread;
	bool started, ended;    /* `ended` under the step's lock */
	pthread_cond_t changed;
};

static void *tick(void *payload)
{
	struct ticker *t = payload;

	step_lock(t->step);
	while (!t->ended) {
		int64_t ms = clock_ms() + TICK_MS;
		struct timespec until = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

		(void)pthread_cond_timedwait(&t->changed, &t->step->engine->lock, &until);
		if (!t->ended)
			report(t->step);
	}
	step_unlock(t->step);
	return NULL;
}

/* Without a thread to spare nothing ticks, and all else goes on. */
static void start_ticker(struct ticker *t, struct step *s)
{
	pthread_condattr_t attr;

	*t = (struct ticker){ .step = s };
	(void)pthread_condattr_init(&attr); /* these cannot fail with such arguments */
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&t->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
	if (s->engine->options.progress)
		t->started = pthread_create(&t->thread, NULL, tick, t) == 0;
}

static void end_ticker(struct ticker *t)
{
	step_lock(t->step);
	t->ended = true;
	(void)pthread_cond_signal(&t->changed);
	step_unlock(t->step);
	if (t->started)
		(void)pthread_join(t->thread, NULL); /* it was created and is joined once */
	(void)pthread_cond_destroy(&t->changed);
}

int step_run(struct step *s, int (*run)(void *payload, struct quarry_error *err), void *payload,
	     struct quarry_error *err)
{
	int64_t from_ms = clock_ms();
	struct ticker ticker;
	int rc;

	if (!s->engine->universe)
		return quarry_error_set(err, QUARRY_EUSAGE, "no universe is loaded");
	s->summary->n_total = s->engine->targets.n;
	start_ticker(&ticker, s);
	rc = run(payload, err);
	end_ticker(&ticker);
	s->summary->elapsed_ms = clock_ms() - from_ms;
	summary_sort(s->summary);
	return rc;
}

struct pool_task {
	const struct quarry_engine *engine;
	unsigned jobs;
	size_t n;
	int (*work)(void *payload, size_t i, struct quarry_error *err);
	void *payload;
};

static int run_pool(void *payload, struct quarry_error *err)
{
	struct pool_task *t = payload;

	return pool_run(t->engine, t->jobs, t->n, t->work, t->payload, err);
}

int step_pool(struct step *s, unsigned jobs, size_t n,
	      int (*work)(void *payload, size_t i, struct quarry_error *err), void *payload,
	      struct quarry_error *err)
{
	struct pool_task t = { s->engine, jobs, n, work, payload };

	return step_run(s, run_pool, &t, err);
}
