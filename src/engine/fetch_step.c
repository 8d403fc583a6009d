/*
 * Fetching: every repository that no mirror holds.  Workers take targets from a queue
 * that spares hosts and puts off what failed; what the mirror or the cache already
 * holds has no host, and passes through.
 */
#include <stdlib.h>

#include "engine/events.h"
#include "engine/queue.h"
#include "engine/steps.h"
#include "util/banned.h"
#include "util/clock.h"
#include "util/file.h"

/* The network, not the processors, is what fetching waits for. */
#define JOBS 8
#define PER_HOST 4

struct fetching {
	struct step step;
	struct queue queue;
	struct step_work *works; /* one a target */
};

static bool is_remote(const struct step_work *w)
{
	return !w->target->mirrored && !w->step->engine->options.offline;
}

static void on_bytes(void *payload, uint64_t bytes)
{
	step_progress(payload, bytes);
}

static bool is_out_of_time(const struct step_work *w)
{
	int64_t total_s = w->step->engine->options.fetch.total_s;

	return total_s && w->ran_ms >= total_s * 1000;
}

static int fetch(struct quarry_fetch_result *out, struct step_work *w, struct quarry_error *err)
{
	const struct quarry_engine_options *o = &w->step->engine->options;
	struct quarry_fetch_options options = {
		.stop = o->stop, .progress = on_bytes, .payload = w, .allow_local = o->allow_local,
		.releases = o->fetch.releases, .tip_files = o->fetch.tip_files,
		.connect_s = o->fetch.connect_s, .stall_s = o->fetch.stall_s,
		.total_s = o->fetch.total_s, .bytes_max = o->fetch.bytes_max,
		/* All tries share these two. */
		.spent_s = (unsigned)(w->ran_ms / 1000), .spent_bytes = w->came,
	};

	*out = (struct quarry_fetch_result){ .outcome = QUARRY_FETCH_UNCHANGED,
					     .retry_after_s = -1 };
	if (w->target->mirrored)
		return 0;
	if (o->offline)
		return file_is_dir(w->target->gitdir) ? 0 : quarry_error_set(err, QUARRY_ENOTFOUND,
			"'%s' is neither in the mirror nor in the cache, and the network may not "
			"be used", w->target->url);
	return quarry_fetch(out, w->target->gitdir, w->target->url, w->target->branch, &options, err);
}

/* One attempt; what it brought counts, however it ended. */
static int attempt(struct quarry_fetch_result *out, struct step_work *w, struct quarry_error *err)
{
	int rc;

	step_begin(w);
	rc = fetch(out, w, err);
	step_end(w);
	step_lock(w->step);
	w->came += out->bytes;
	w->step->summary->bytes += out->bytes;
	step_unlock(w->step);
	return rc;
}

/* Is there to be another attempt? If so the work may be another thread's from now on. */
static bool put_back(struct fetching *f, size_t task, const struct quarry_fetch_result *result,
		     const struct quarry_error *why)
{
	const struct quarry_log *log = &f->step.engine->options.log;
	const char *slug = f->works[task].target->slug;

	if (!result->may_retry || is_out_of_time(&f->works[task]) ||
	    !queue_again(&f->queue, task, result->retry_after_s))
		return false;
	quarry_log_say(log, QUARRY_LOG_DEBUG, "%s: %s; it will be tried again", slug, why->text);
	step_lock(&f->step);
	f->step.summary->n_retries++;
	step_unlock(&f->step);
	return true;
}

/* Note how the fetch of a target ended. */
static int conclude(struct step_work *w, int rc, const struct quarry_fetch_result *result,
		    unsigned tries, struct quarry_error *err)
{
	bool came = result->outcome == QUARRY_FETCH_CLONED ||
		    result->outcome == QUARRY_FETCH_UPDATED;
	struct quarry_error why = *err;
	int store_rc = 0;

	if (is_remote(w)) {
		step_lock(w->step);
		store_rc = event_note(w, rc, result, err);
		if (!store_rc && !rc)
			store_rc = quarry_store_fetched(w->step->engine->store, w->target->repo,
							engine_now_s(), err);
		step_unlock(w->step);
	}
	if (store_rc)
		return store_rc;
	if (rc && tries > 1)
		(void)quarry_error_set(err, rc, "%s (tried %u times)", why.text, tries);
	return step_done(w, rc, !came, err);
}

/* Its host wants to be left alone for longer than we wait: it is not asked. */
static int spare_host(struct quarry_fetch_result *out, const struct step_work *w,
		      struct quarry_error *err)
{
	*out = (struct quarry_fetch_result){ .outcome = QUARRY_FETCH_UNCHANGED };
	return quarry_error_set(err, QUARRY_EFAIL,
				"not asked for '%s': its host wants fewer requests; run again later, "
				"or with --per-host 1", w->target->url);
}

static int fetch_one(struct fetching *f, size_t task, struct quarry_error *err)
{
	struct step_work *w = &f->works[task];
	struct quarry_fetch_result result;
	unsigned tries;
	int rc = queue_is_closed(&f->queue, task) ? spare_host(&result, w, err)
						   : attempt(&result, w, err);

	if (rc == QUARRY_EINTR || rc == QUARRY_ENOMEM) {
		; /* no repository's fault */
	} else if (rc && put_back(f, task, &result, err)) {
		rc = 0;
	} else {
		tries = queue_done(&f->queue, task, rc ? SCHEDULE_FAILED : SCHEDULE_SUCCEEDED);
		rc = conclude(w, rc, &result, tries, err);
	}
	quarry_fetch_result_release(&result);
	return rc;
}

/* What each thread does. */
static int take_and_fetch(void *payload, size_t thread, struct quarry_error *err)
{
	struct fetching *f = payload;
	size_t task;
	int rc;

	while ((rc = queue_take(&task, &f->queue, err)) > 0) {
		rc = fetch_one(f, task, err);
		if (rc)
			break;
	}
	if (rc)
		queue_end(&f->queue);
	return rc == QUARRY_EINTR ? engine_interrupted(err) : rc;
}

static int start(struct fetching *f, struct quarry_error *err)
{
	const struct quarry_engine_options *o = &f->step.engine->options;
	struct schedule_limits limits = {
		.per_host = o->fetch.per_host ? o->fetch.per_host : PER_HOST,
		.retries = o->fetch.retries, .seed = (uint32_t)clock_ms(),
	};
	size_t n = f->step.engine->targets.n;
	const char **hosts = calloc(n + 1, sizeof(*hosts));
	int rc;

	f->works = calloc(n + 1, sizeof(*f->works));
	if (!f->works || !hosts) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	for (size_t i = 0; i < n; i++) {
		f->works[i].step = &f->step;
		f->works[i].target = &f->step.engine->targets.at[i];
		hosts[i] = is_remote(&f->works[i]) ? f->works[i].target->host : NULL;
	}
	rc = queue_init(&f->queue, hosts, n, &limits, o->stop, err);
done:
	free(hosts);
	return rc;
}

int quarry_engine_fetch(struct quarry_engine *e, struct quarry_summary *out,
			struct quarry_error *err)
{
	struct fetching f = { .step = { .engine = e, .summary = out, .name = "fetching",
					.unit = "bytes", .which = QUARRY_STORE_FETCH } };
	unsigned jobs = e->options.jobs ? e->options.jobs : JOBS;
	int rc = libraries_start_fetch(&e->libraries, err);

	*out = (struct quarry_summary){ 0 };
	if (!rc && file_is_dir(e->options.cache) && !e->options.offline)
		rc = quarry_fetch_tidy(e->options.cache, err);
	if (!rc)
		rc = start(&f, err);
	if (!rc) {
		f.step.queue = &f.queue;
		/* Each thread's work is to take and fetch until nothing is left. */
		rc = step_pool(&f.step, jobs, jobs < e->targets.n ? jobs : e->targets.n,
			       take_and_fetch, &f, err);
		queue_release(&f.queue);
	}
	free(f.works);
	return rc;
}
