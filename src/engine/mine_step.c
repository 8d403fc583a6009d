/*
 * Mining: workers read histories, and take turns at the store.  A worker holds one
 * history at a time, so memory is bounded by the largest ones times the workers.
 */
#include <string.h>

#include "engine/steps.h"
#include "quarry/mine.h"
#include "util/banned.h"
#include "util/file.h"

static void on_commits(void *payload, int64_t n)
{
	step_progress(payload, (uint64_t)n);
}

/* 1: the store has this tip already; *empty: there is nothing to read. */
static int is_current(bool *empty, struct step_work *w, struct quarry_error *err)
{
	struct quarry_oid tip;
	struct quarry_mined mined;
	int rc;

	rc = quarry_mine_tip(&tip, w->target->gitdir, w->target->branch, err);
	if (rc == QUARRY_ENOTFOUND && !w->target->branch) {
		*empty = true;
		return 0;
	}
	if (rc)
		return rc;
	step_lock(w->step);
	rc = quarry_store_mined(&mined, w->step->engine->store, w->target->repo, err);
	step_unlock(w->step);
	if (rc)
		return rc;
	return mined.mined && memcmp(&mined.tip, &tip, sizeof(tip)) == 0;
}

static int store_empty(struct step_work *w, struct quarry_error *err)
{
	int rc;

	step_lock(w->step);
	rc = quarry_store_put_empty(w->step->engine->store, w->target->repo, engine_now_s(), err);
	step_unlock(w->step);
	return rc;
}

/* Read and store one history. *fatal: the store itself failed. */
static int read_history(bool *fatal, struct step_work *w, struct quarry_error *err)
{
	struct quarry_mine_options options = {
		.stop = w->step->engine->options.stop, .progress = on_commits, .payload = w,
	};
	struct quarry_history *h = NULL;
	int64_t mined_s = engine_now_s();
	int rc = quarry_mine(&h, w->target->gitdir, w->target->branch, &options, err);

	if (!rc) {
		step_progress(w, h->n_commits);
		step_lock(w->step);
		rc = quarry_store_put(w->step->engine->store, w->target->repo, h, mined_s, err);
		*fatal = rc != 0;
		w->step->summary->commits += rc ? 0 : (int64_t)h->n_commits;
		step_unlock(w->step);
	}
	quarry_history_free(h);
	return rc;
}

/* A cached copy that has lost a pack is brought up to date at its end alone. */
static void add_remedy(const struct step_work *w, struct quarry_error *err)
{
	struct quarry_error why = *err;

	(void)quarry_error_set(err, why.code, "%s; if that lasts, remove '%s', and it is fetched anew",
			       why.text, w->target->gitdir);
}

static int mine_work(struct step_work *w, struct quarry_error *err)
{
	bool empty = false, fatal = false;
	int rc;

	if (!file_is_dir(w->target->gitdir)) {
		rc = quarry_error_set(err, QUARRY_ENOTFOUND,
				      "'%s' has no local history: bring it with 'quarry fetch', or "
				      "name a --mirror that holds it", w->target->url);
		return step_done(w, rc, false, err);
	}
	if (w->target->mirrored) {
		step_lock(w->step);
		rc = quarry_store_fetched(w->step->engine->store, w->target->repo, 0, err);
		step_unlock(w->step);
		if (rc)
			return rc;
	}
	rc = is_current(&empty, w, err);
	if (rc == 1)
		return step_done(w, 0, true, err);
	if (!rc && empty) {
		rc = store_empty(w, err);
		fatal = rc != 0;
	} else if (!rc) {
		rc = read_history(&fatal, w, err);
	}
	/* A full disk fails every repository: say it once and stop. */
	if (rc && fatal)
		return rc;
	if (rc == QUARRY_EFAIL && !w->target->mirrored)
		add_remedy(w, err);
	return step_done(w, rc, false, err);
}

int quarry_engine_mine(struct quarry_engine *e, struct quarry_summary *out,
		       struct quarry_error *err)
{
	struct step step = { .engine = e, .summary = out, .name = "mining", .unit = "commits",
			     .which = QUARRY_STORE_MINE };

	*out = (struct quarry_summary){ 0 };
	return step_run(&step, mine_work, err);
}
