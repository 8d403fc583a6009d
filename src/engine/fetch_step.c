/*
 * Fetching: every repository that no mirror holds.
 */
#include "engine/steps.h"
#include "quarry/fetch.h"
#include "util/banned.h"
#include "util/file.h"

static void on_bytes(void *payload, uint64_t bytes)
{
	step_progress(payload, bytes);
}

static int fetch(struct quarry_fetch_result *out, struct step_work *w, struct quarry_error *err)
{
	const struct quarry_engine_options *o = &w->step->engine->options;
	struct quarry_fetch_options options = {
		.stop = o->stop, .progress = on_bytes, .payload = w, .allow_local = o->allow_local,
	};

	*out = (struct quarry_fetch_result){ .outcome = QUARRY_FETCH_UNCHANGED };
	if (w->target->mirrored)
		return 0;
	if (o->offline)
		return file_is_dir(w->target->gitdir) ? 0 : quarry_error_set(err, QUARRY_ENOTFOUND,
			"'%s' is neither in the mirror nor in the cache, and the network may not "
			"be used", w->target->url);
	return quarry_fetch(out, w->target->gitdir, w->target->url, w->target->branch, &options, err);
}

static int fetch_work(struct step_work *w, struct quarry_error *err)
{
	struct quarry_fetch_result result;
	int rc = fetch(&result, w, err);
	bool unchanged;

	if (!rc && !w->target->mirrored && !w->step->engine->options.offline) {
		step_lock(w->step);
		w->step->summary->bytes += result.bytes;
		rc = quarry_store_fetched(w->step->engine->store, w->target->repo, engine_now_s(), err);
		step_unlock(w->step);
		if (rc) {
			quarry_fetch_result_release(&result);
			return rc;
		}
	}
	unchanged = result.outcome == QUARRY_FETCH_UNCHANGED;
	quarry_fetch_result_release(&result);
	return step_done(w, rc, unchanged, err);
}

int quarry_engine_fetch(struct quarry_engine *e, struct quarry_summary *out,
			struct quarry_error *err)
{
	struct step step = { .engine = e, .summary = out, .name = "fetching", .unit = "bytes",
			     .which = QUARRY_STORE_FETCH };

	*out = (struct quarry_summary){ 0 };
	if (file_is_dir(e->options.cache) && !e->options.offline) {
		int rc = quarry_fetch_tidy(e->options.cache, err);

		if (rc)
			return rc;
	}
	return step_run(&step, fetch_work, err);
}
