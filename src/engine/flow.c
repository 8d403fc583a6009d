#include <stdlib.h>

#include "engine/flow_state.h"
#include "util/banned.h"
#include "util/clock.h"

static void lock(struct flow *f)
{
	(void)pthread_mutex_lock(&f->lock); /* a valid default mutex cannot fail */
}

static void unlock(struct flow *f)
{
	(void)pthread_mutex_unlock(&f->lock);
}

/* --- pieces ---------------------------------------------------------------- */

static void resize(struct flow *f, struct piece *p, size_t size)
{
	f->bytes += size - p->size;
	p->size = size;
}

/* Without the lock or with it. */
static void free_piece(const struct flow *f, struct piece *p)
{
	if (p && p->data)
		f->calls->drop(f->payload, p->data);
	free(p);
}

static void drop(struct flow *f, struct piece *p)
{
	resize(f, p, 0);
	free_piece(f, p);
}

static void drop_all(struct flow *f, struct job *j)
{
	struct piece *p;

	while ((p = pieces_shift(&j->waiting)) || (p = pieces_shift(&j->touched))) {
		j->n_pieces--;
		drop(f, p);
	}
	if (j->end)
		drop(f, j->end);
	j->end = NULL;
}

/* --- how things end -------------------------------------------------------- */

/* Everything ends, for the first failure; be it that all was done but for keep(). */
static void stop_all(struct flow *f, int rc, const struct quarry_error *err)
{
	if (!f->rc && f->err)
		*f->err = *err;
	if (!f->rc)
		f->rc = rc;
	f->ended = true;
}

/* A repository fails. */
static void fail(struct flow *f, struct job *j, int rc, struct quarry_error *err)
{
	if (rc == QUARRY_ENOMEM || rc == QUARRY_EINTR) {
		stop_all(f, rc, err);
		return;
	}
	if (!j->why) {
		j->why = malloc(sizeof(*j->why));
		if (j->why)
			*j->why = *err;
		else
			stop_all(f, quarry_error_nomem(err), err);
	}
	drop_all(f, j);
}

/* Call it after each task of a repository: once nobody reads it and nothing is left to
 * be read, it is the writer's. */
static void settle(struct flow *f, struct job *j)
{
	size_t i = 0;

	if (j->over || j->reading || j->writing || j->n_touching)
		return;
	if (!j->why && !j->nothing && !j->finished)
		return;
	j->over = true;
	while (f->open[i] != j)
		i++;
	for (f->n_open--; i < f->n_open; i++)
		f->open[i] = f->open[i + 1];
	if (j == f->current)
		return;
	*(f->last_ready ? &f->last_ready->next : &f->ready) = j;
	f->last_ready = j;
}

/* --- the tasks: each is called under the lock, and opens it meanwhile ------- */

static void do_open(struct flow *f, struct job *j, struct quarry_error *err)
{
	int rc;

	unlock(f);
	rc = f->calls->open(f->payload, j->i, err);
	lock(f);
	j->reading = false;
	if (rc < 0)
		fail(f, j, rc, err);
	else
		j->nothing = rc == FLOW_NOTHING;
}

static void do_walk(struct flow *f, struct job *j, struct quarry_error *err)
{
	struct piece *p;
	size_t size = 0;
	int rc;

	unlock(f);
	p = calloc(1, sizeof(*p));
	rc = p ? f->calls->walk(&p->data, &size, f->payload, j->i, err) : quarry_error_nomem(err);
	lock(f);
	j->reading = false;
	if (rc)
		fail(f, j, rc, err);
	if (!rc && !j->why && p->data) {
		resize(f, p, size);
		pieces_push(&j->waiting, p);
		return;
	}
	j->walked |= !rc && !p->data;
	j->n_pieces--;
	free_piece(f, p);
}

static void do_touch(struct flow *f, struct job *j, struct piece *p, struct quarry_error *err)
{
	size_t size = p->size;
	int rc;

	unlock(f);
	rc = f->calls->touch(&size, f->payload, j->i, p->data, err);
	lock(f);
	j->n_touching--;
	if (rc)
		fail(f, j, rc, err);
	if (!rc && !j->why) {
		resize(f, p, size);
		pieces_push(&j->touched, p);
		return;
	}
	j->n_pieces--;
	drop(f, p);
}

static void do_finish(struct flow *f, struct job *j, struct quarry_error *err)
{
	struct piece *p;
	size_t size = 0;
	int rc;

	unlock(f);
	p = calloc(1, sizeof(*p));
	rc = p ? f->calls->finish(&p->data, &size, f->payload, j->i, err) : quarry_error_nomem(err);
	lock(f);
	j->reading = false;
	if (rc)
		fail(f, j, rc, err);
	if (!rc && !j->why) {
		resize(f, p, size);
		j->end = p;
		j->finished = true;
	} else {
		free_piece(f, p);
	}
}

/* Close what is written or noted. */
static void close_job(struct flow *f, struct job *j)
{
	drop_all(f, j);
	unlock(f);
	f->calls->close(f->payload, j->i);
	lock(f);
	free(j->why);
	j->why = NULL;
	j->closed = true;
	f->current = NULL;
	if (!f->unkept)
		f->unkept_since = clock_ms();
	f->unkept = true;
	if (++f->n_closed == f->n)
		f->ended = true;
}

/* Tell why it is not written. */
static int note(const struct flow *f, const struct job *j, bool begun, struct quarry_error *err)
{
	if (begun)
		f->calls->cancel(f->payload, j->i);
	return f->calls->note(f->payload, j->i, j->why, err);
}

/* A piece, or the end. */
static int write_next(const struct flow *f, const struct job *j, const struct piece *p,
		      bool begun, bool whole, struct quarry_error *err)
{
	int rc = begun ? 0 : f->calls->begin(f->payload, j->i, whole, err);

	if (rc)
		return rc;
	if (p)
		return f->calls->write(f->payload, j->i, p->data, err);
	return f->calls->end(f->payload, j->i, j->end->data, err);
}

static void do_write(struct flow *f, struct job *j, struct piece *p, struct quarry_error *err)
{
	bool noted = !p && (j->why || j->nothing), begun = j->begun, whole = j->over;
	int rc;

	j->begun = !noted;
	unlock(f);
	rc = noted ? note(f, j, begun, err) : write_next(f, j, p, begun, whole, err);
	lock(f);
	if (p) {
		j->n_pieces--;
		drop(f, p);
	}
	if (rc < 0) {
		stop_all(f, rc, err);
	} else if (rc == FLOW_REFUSED) {
		fail(f, j, err->code, err);
	} else if (!p) {
		j->begun = false;
		close_job(f, j);
	}
	f->writing = j->writing = false;
}

static void do_keep(struct flow *f, struct quarry_error *err)
{
	int rc;

	f->unkept = false;
	f->keeping = true;
	(void)pthread_cond_signal(&f->keeps);
	unlock(f);
	rc = f->calls->keep(f->payload, err);
	lock(f);
	f->keeping = f->writing = false;
	if (rc)
		stop_all(f, rc, err);
}

static void perform(struct flow *f, const struct task *t, struct quarry_error *err)
{
	switch (t->kind) {
	case OPEN:
		do_open(f, t->job, err);
		break;
	case WALK:
		do_walk(f, t->job, err);
		break;
	case TOUCH:
		do_touch(f, t->job, t->piece, err);
		break;
	case FINISH:
		do_finish(f, t->job, err);
		break;
	case WRITE:
		do_write(f, t->job, t->piece, err);
		break;
	case KEEP:
		do_keep(f, err);
		flow_wake(f);
		return;
	case WAIT:
		f->n_idle++;
		/* Somebody is in a call, and wakes us when it returns, be it that he was
		 * told to stop: the lock is held since we looked. */
		(void)pthread_cond_wait(&f->changed, &f->lock);
		f->n_idle--;
		return;
	}
	settle(f, t->job);
	flow_wake(f);
}

/* One task. `last`: what this thread walked last. */
static void go_on(struct flow *f, struct job **last, struct quarry_error *err)
{
	struct task t = { WAIT, NULL, NULL };

	if (f->options->stop && atomic_load(f->options->stop)) {
		stop_all(f, quarry_error_set(err, QUARRY_EINTR, "interrupted"), err);
		return;
	}
	(void)flow_choose(&t, f, *last); /* or there is nothing to do but to wait */
	if (t.kind == WALK)
		*last = t.job;
	perform(f, &t, err);
}

/* The others may be idle, one of them for the end of keep(). */
static void leave(struct flow *f)
{
	(void)pthread_cond_signal(&f->keeps);
	flow_wake(f);
	unlock(f);
}

static void *work(void *payload)
{
	struct flow *f = payload;
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct job *last = NULL;

	lock(f);
	while (!f->ended)
		go_on(f, &last, &err);
	leave(f);
	return NULL;
}

static void *stand_in(void *payload)
{
	struct flow *f = payload;
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct job *last = NULL;

	lock(f);
	while (!f->ended) {
		if (f->keeping)
			go_on(f, &last, &err);
		else
			(void)pthread_cond_wait(&f->keeps, &f->lock);
	}
	leave(f);
	return NULL;
}

/* --- beginning and end ----------------------------------------------------- */

/* What an end before the end left open, and what is to be kept; no thread works any more. */
static void release(struct flow *f)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	for (size_t i = 0; f->jobs && i < f->next; i++) {
		struct job *j = &f->jobs[i];

		if (j->closed)
			continue;
		if (j->begun)
			f->calls->cancel(f->payload, j->i);
		drop_all(f, j);
		f->calls->close(f->payload, j->i);
		free(j->why);
	}
	lock(f);
	if (f->unkept)
		do_keep(f, &err);
	unlock(f);
	free(f->jobs);
	free(f->open);
}

/* This thread always takes part, so that no other one is needed.  How many began. */
static size_t begin_threads(pthread_t *out, struct flow *f)
{
	size_t n = 0;

	while (n + 1 < f->options->threads && pthread_create(&out[n], NULL, work, f) == 0)
		n++;
	if (n && pthread_create(&out[n], NULL, stand_in, f) == 0)
		n++;
	return n;
}

int flow_run(const struct flow_options *options, size_t n, const struct flow_calls *calls,
	     void *payload, struct quarry_error *err)
{
	struct flow f = { .options = options, .calls = calls, .payload = payload, .n = n,
			  .err = err, .ended = n == 0 };
	pthread_t *threads = calloc(options->threads, sizeof(*threads));
	size_t started = 0;

	f.jobs = calloc(n + 1, sizeof(*f.jobs));
	f.open = calloc((size_t)options->threads + 1, sizeof(struct job *));
	(void)pthread_mutex_init(&f.lock, NULL); /* these cannot fail with default attributes */
	(void)pthread_cond_init(&f.changed, NULL);
	(void)pthread_cond_init(&f.keeps, NULL);
	if (!threads || !f.jobs || !f.open) {
		f.rc = quarry_error_nomem(err);
		goto done;
	}
	started = begin_threads(threads, &f);
	(void)work(&f);
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL); /* it was created and is joined once */
done:
	release(&f);
	(void)pthread_cond_destroy(&f.keeps);
	(void)pthread_cond_destroy(&f.changed);
	(void)pthread_mutex_destroy(&f.lock);
	free(threads);
	return f.rc;
}
