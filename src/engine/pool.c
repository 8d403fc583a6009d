/*
 * Worker threads: each takes the next number until none is left.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/engine.h"
#include "util/banned.h"

#define JOBS_MAX 256

struct pool {
	const struct quarry_engine *engine;
	size_t n;
	int (*work)(void *payload, size_t i, struct quarry_error *err);
	void *payload;
	atomic_size_t next;
	atomic_bool ended;
	pthread_mutex_t lock; /* rc and err */
	int rc;
	struct quarry_error *err;
};

static void end(struct pool *p, int rc, const struct quarry_error *err)
{
	(void)pthread_mutex_lock(&p->lock); /* a valid default mutex cannot fail */
	if (!p->rc) {
		p->rc = rc;
		if (p->err)
			*p->err = *err;
	}
	(void)pthread_mutex_unlock(&p->lock);
	atomic_store(&p->ended, true);
}

static void *work(void *payload)
{
	struct pool *p = payload;
	struct quarry_error err = QUARRY_ERROR_INIT;

	while (!atomic_load(&p->ended)) {
		size_t i = atomic_fetch_add(&p->next, 1);
		int rc = 0;

		if (i >= p->n)
			break;
		rc = engine_stopped(p->engine) ? engine_interrupted(&err)
					       : p->work(p->payload, i, &err);
		if (rc)
			end(p, rc, &err);
	}
	return NULL;
}

unsigned pool_threads(unsigned wanted)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (!wanted)
		wanted = cores > 0 && cores < JOBS_MAX ? (unsigned)cores : cores > 0 ? JOBS_MAX : 1;
	return wanted < JOBS_MAX ? wanted : JOBS_MAX;
}

int pool_run(const struct quarry_engine *e, unsigned jobs, size_t n,
	     int (*job)(void *payload, size_t i, struct quarry_error *err), void *payload,
	     struct quarry_error *err)
{
	struct pool p = { .engine = e, .n = n, .work = job, .payload = payload, .err = err };
	size_t most = pool_threads(jobs) < n ? pool_threads(jobs) : n, started = 0;
	pthread_t *threads = calloc(most + 1, sizeof(*threads));

	if (!threads)
		return quarry_error_nomem(err);
	(void)pthread_mutex_init(&p.lock, NULL); /* default attributes cannot fail here */
	/* Where the system grants no further thread, fewer do the work; this thread
	 * always takes part, so one is enough. */
	while (started + 1 < most && pthread_create(&threads[started], NULL, work, &p) == 0)
		started++;
	(void)work(&p);
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL); /* it was created and is joined once */
	(void)pthread_mutex_destroy(&p.lock);
	free(threads);
	return p.rc;
}
