#include "engine/steps.h"

#include "util/banned.h"

void step_lock(struct step *s)
{
	(void)pthread_mutex_lock(&s->engine->lock); /* a valid default mutex cannot fail */
}

void step_unlock(struct step *s)
{
	(void)pthread_mutex_unlock(&s->engine->lock);
}

/* Under the lock. */
static void report(struct step *s, const char *current)
{
	const struct quarry_engine_options *o = &s->engine->options;
	struct quarry_progress p = {
		.step = s->name, .total = s->summary->n_total, .amount = s->amount,
		.done = s->summary->n_done + s->summary->n_unchanged + s->summary->n_failed,
		.unit = s->unit, .current = current,
	};

	if (o->progress)
		o->progress(o->payload, &p);
}

void step_progress(struct step_work *w, uint64_t amount)
{
	step_lock(w->step);
	w->step->amount += amount - w->amount;
	w->amount = amount;
	report(w->step, w->target->slug);
	step_unlock(w->step);
}

/* Under the lock. */
static int note(struct step_work *w, int rc, bool unchanged, const struct quarry_error *why,
		struct quarry_error *err)
{
	struct step *s = w->step;
	int store_rc = quarry_store_problem(s->engine->store, w->target->repo, s->which,
					    rc ? why->text : NULL, err);

	if (store_rc)
		return store_rc;
	if (rc)
		return summary_fail(s->summary, w->target->slug, why) ? quarry_error_nomem(err) : 0;
	if (unchanged)
		s->summary->n_unchanged++;
	else
		s->summary->n_done++;
	return 0;
}

int step_done(struct step_work *w, int rc, bool unchanged, struct quarry_error *err)
{
	struct quarry_error why = *err;

	if (rc == QUARRY_EINTR || rc == QUARRY_ENOMEM)
		return rc;
	if (rc)
		quarry_log_say(&w->step->engine->options.log, QUARRY_LOG_DEBUG, "%s: %s",
			       w->target->slug, why.text);
	step_lock(w->step);
	rc = note(w, rc, unchanged, &why, err);
	report(w->step, w->target->slug);
	step_unlock(w->step);
	return rc;
}

struct run {
	struct step *step;
	int (*work)(struct step_work *w, struct quarry_error *err);
};

static int run_one(void *payload, size_t i, struct quarry_error *err)
{
	struct run *run = payload;
	struct step_work w = { .step = run->step, .target = &run->step->engine->targets.at[i] };

	return run->work(&w, err);
}

int step_run(struct step *s, int (*work)(struct step_work *w, struct quarry_error *err),
	     struct quarry_error *err)
{
	struct run run = { s, work };
	int rc;

	if (!s->engine->universe)
		return quarry_error_set(err, QUARRY_EUSAGE, "no universe is loaded");
	s->summary->n_total = s->engine->targets.n;
	rc = pool_run(s->engine, s->engine->targets.n, run_one, &run, err);
	summary_sort(s->summary);
	return rc;
}
