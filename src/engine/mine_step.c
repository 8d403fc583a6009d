/*
 * Mining: a few threads read histories piece by piece (engine/flow.h), and one at a time
 * writes.  The store has a lock of its own, which the writer holds for a piece at most,
 * so that a repository can be opened meanwhile; that of the step is for summary and
 * progress alone.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/flow.h"
#include "engine/mine_step.h"
#include "util/banned.h"
#include "util/file.h"

#define BUDGET ((size_t)256 << 20) /* bytes of pieces that wait to be written */
#define PIECES_MAX 64              /* of one repository */
/* Small repositories share a transaction: some milliseconds each otherwise. Longer than a
 * tenth of a second is hardly cheaper, and other runs wait for it. */
#define KEEP_MS 100

static void lock(struct mining *m)
{
	(void)pthread_mutex_lock(&m->store_lock); /* a valid default mutex cannot fail */
}

static void unlock(struct mining *m)
{
	(void)pthread_mutex_unlock(&m->store_lock);
}

/* --- reading --------------------------------------------------------------- */

/* Is all that is wanted of it stored? */
static int is_current(bool *out, struct reading *r, const struct quarry_oid *tip,
		      struct quarry_error *err)
{
	const struct quarry_mined *s = &r->stored;
	const char *gitdir = r->work.target->gitdir;
	uint64_t now;
	int rc = 0;

	/* One with holes is read, and said to have them, each time. */
	*out = s->mined && !s->cut && memcmp(&s->tip, tip, sizeof(*tip)) == 0 &&
	       s->since <= r->options.since && (s->lines || !(r->options.flags & QUARRY_MINE_LINES));
	/* What was missing may have been brought since, and tags, without another tip. */
	if (s->mined && !s->complete) {
		rc = quarry_mine_objects(&now, gitdir, err);
		r->same_objects = !rc && now == s->objects;
		*out &= r->same_objects;
	}
	if (!rc && *out && (r->options.flags & QUARRY_MINE_RELEASES)) {
		rc = quarry_mine_tags(&now, gitdir, err);
		*out = !rc && now == s->tags;
	}
	return rc;
}

/* Once wanted, ever kept up: else figures would rest on a part of the commits. */
static void widen(struct reading *r)
{
	if (!r->stored.mined)
		return;
	if (r->stored.since < r->options.since)
		r->options.since = r->stored.since;
	if (r->stored.lines)
		r->options.flags |= QUARRY_MINE_LINES;
	if (r->stored.tags)
		r->options.flags |= QUARRY_MINE_RELEASES;
}

/* Can what is stored stay, and the rest be added? Lines that are newly counted, and what
 * was missing, concern commits that are there. */
static bool can_add(const struct reading *r)
{
	return r->stored.mined && !r->stored.cut &&
	       (r->stored.complete || r->same_objects) &&
	       (r->stored.lines || !(r->options.flags & QUARRY_MINE_LINES));
}

/* FLOW_NOTHING: there is nothing to read. */
static int compare(struct reading *r, struct quarry_error *err)
{
	const struct target *t = r->work.target;
	bool current = false;
	int rc = quarry_miner_tip(&r->tip, r->miner, err);

	r->empty = rc == QUARRY_ENOTFOUND && !t->branch;
	/* References may be lost; who takes all commits away on purpose removes the facts, too. */
	if (r->empty && r->stored.mined)
		return quarry_error_set(err, QUARRY_EFAIL, "'%s' has no commit any more: what was read "
					"before is kept; if it is meant to be empty, take it out of the "
					"universe", t->url);
	if (r->empty)
		return FLOW_NOTHING;
	if (rc)
		return rc;
	widen(r);
	rc = is_current(&current, r, &r->tip, err);
	return rc ? rc : current ? FLOW_NOTHING : 0;
}

static int load_known(struct mining *m, struct reading *r, struct quarry_error *err)
{
	int rc;

	if (!can_add(r))
		return 0;
	lock(m);
	rc = quarry_store_known(&r->known, m->store, r->work.target->repo, err);
	unlock(m);
	r->options.known = r->known;
	return rc;
}

/* Commits that are stored, wherever the tip is now. */
static void prepare_again(struct reading *r)
{
	widen(r);
	r->tip = r->stored.tip;
}

/* Else all that the tip leads to and is not stored. */
static int prepare(struct mining *m, struct reading *r, struct quarry_error *err)
{
	int rc;

	if (r->again) {
		prepare_again(r);
		return 0;
	}
	rc = compare(r, err);
	return rc ? rc : load_known(m, r, err);
}

static void close_miner(struct reading *r)
{
	quarry_miner_free(r->miner);
	r->miner = NULL;
}

static int on_open(void *payload, size_t i, struct quarry_error *err)
{
	struct mining *m = payload;
	struct reading *r = &m->readings[i];
	const struct target *t = r->work.target;
	int rc;

	step_begin(&r->work);
	r->running = true;
	r->mined_s = engine_now_s();
	r->there = file_is_dir(t->gitdir);
	if (!r->there)
		return quarry_error_set(err, QUARRY_ENOTFOUND,
					"'%s' has no local history: bring it with 'quarry fetch', "
					"or name a --mirror that holds it", t->url);
	rc = quarry_miner_open(&r->miner, t->gitdir, t->branch, err);
	if (!rc)
		rc = prepare(m, r, err);
	if (!rc)
		rc = quarry_miner_start(r->miner, &r->options, err);
	if (rc)
		close_miner(r); /* it may wait to be noted */
	return rc;
}

static int on_walk(void **piece, size_t *size, void *payload, size_t i, struct quarry_error *err)
{
	struct reading *r = &((struct mining *)payload)->readings[i];
	struct quarry_history *h = NULL;
	int rc = quarry_miner_next(&h, r->miner, err);

	if (rc || !h)
		return rc;
	r->n_read += h->n_commits;
	step_progress(&r->work, r->n_read);
	*size = quarry_history_size(h);
	*piece = h;
	return 0;
}

static int on_touch(size_t *size, void *payload, size_t i, void *piece, struct quarry_error *err)
{
	struct reading *r = &((struct mining *)payload)->readings[i];
	int rc = quarry_miner_touch(r->miner, piece, err);

	if (!rc)
		*size = quarry_history_size(piece);
	return rc;
}

/* It may wait to be written; what reading it needed goes now. */
static void end_reading(struct reading *r)
{
	close_miner(r);
	quarry_known_free(r->known);
	r->known = NULL;
	if (r->running)
		step_end(&r->work);
	r->running = false;
}

/* A history with a hole in it ends there: nobody knows what lies behind. */
static int say_holes(const struct reading *r, const struct quarry_history *h, const char *end,
		     struct quarry_error *err)
{
	const int64_t *n = h->flags;

	return quarry_error_set(err, QUARRY_EFAIL, "the history of '%s' has holes (missing commits: %lld, "
				"damaged ones: %lld; trees: %lld, %lld): %s", r->work.target->url,
				(long long)n[QUARRY_FLAG_MISSING_COMMITS],
				(long long)n[QUARRY_FLAG_DAMAGED_COMMITS],
				(long long)n[QUARRY_FLAG_MISSING_TREES],
				(long long)n[QUARRY_FLAG_DAMAGED_TREES], end);
}

static bool is_cut(const struct quarry_history *h)
{
	return h->flags[QUARRY_FLAG_MISSING_COMMITS] || h->flags[QUARRY_FLAG_DAMAGED_COMMITS];
}

/* What was whole must not give way to what is not: commits by fewer, touches by none. */
static bool loses(const struct reading *r, const struct quarry_history *h)
{
	if (!r->stored.mined)
		return false;
	return (is_cut(h) && !r->stored.cut) ||
	       (h->missing_objects && r->stored.complete && !can_add(r));
}

static int on_finish(void **last, size_t *size, void *payload, size_t i, struct quarry_error *err)
{
	struct reading *r = &((struct mining *)payload)->readings[i];
	struct quarry_history *h = NULL;
	int rc = quarry_miner_finish(&h, r->miner, err);

	if (rc)
		return rc;
	if (loses(r, h)) {
		rc = say_holes(r, h, "what was read before is kept", err);
		quarry_history_free(h);
		return rc;
	}
	*size = quarry_history_size(h);
	*last = h;
	end_reading(r);
	return 0;
}

/* Once a repository, and not the second time, for its twins. */
static int count(struct reading *r, int rc, bool unchanged, struct quarry_error *err)
{
	return r->again ? 0 : step_count(&r->work, rc, unchanged, err);
}

/* --- writing --------------------------------------------------------------- */

/* Under the store's lock. */
static int note_success(struct mining *m, const struct reading *r, struct quarry_error *err)
{
	const struct target *t = r->work.target;
	int rc = 0;

	if (r->again)
		return 0; /* a hole that was told stays told */
	if (t->mirrored)
		rc = quarry_store_fetched(m->store, t->repo, 0, err);
	return rc ? rc : quarry_store_problem(m->store, t->repo, QUARRY_STORE_MINE, NULL, err);
}

static bool same(const struct quarry_mined *a, const struct quarry_mined *b)
{
	return a->mined == b->mined && a->complete == b->complete && a->lines == b->lines &&
	       a->since == b->since && a->objects == b->objects && a->tags == b->tags &&
	       memcmp(&a->tip, &b->tip, sizeof(a->tip)) == 0;
}

/* Has it all that this one wants, too? */
static bool suffices(const struct quarry_mined *now, const struct reading *r)
{
	unsigned flags = r->options.flags;

	return now->mined && memcmp(&now->tip, &r->tip, sizeof(now->tip)) == 0 &&
	       now->since <= r->options.since && (now->lines || !(flags & QUARRY_MINE_LINES)) &&
	       (now->tags || !(flags & QUARRY_MINE_RELEASES));
}

/* Several runs may share a store: what is written rests on what it held before, and must
 * not take away what another one has written since. */
static int check_same(struct mining *m, struct reading *r, struct quarry_error *err)
{
	struct quarry_mined now;
	int rc = quarry_store_mined(&now, m->store, r->work.target->repo, err);

	if (rc || same(&r->stored, &now))
		return rc;
	r->done = suffices(&now, r);
	r->overtaken = !r->done;
	(void)quarry_error_set(err, QUARRY_EFAIL, "another run has read '%s' meanwhile: run the same "
			       "command again", r->work.target->url);
	return FLOW_REFUSED;
}

static int on_begin(void *payload, size_t i, bool whole, struct quarry_error *err)
{
	struct mining *m = payload;
	struct reading *r = &m->readings[i];
	enum quarry_put_mode mode = r->again ? QUARRY_PUT_TOUCHES
				  : can_add(r) ? QUARRY_PUT_ADD : QUARRY_PUT_REPLACE;
	enum quarry_put_undo undo = whole ? QUARRY_UNDO_GROUP : QUARRY_UNDO_OWN;
	int rc;

	lock(m);
	rc = quarry_store_group_begin(m->store, err);
	if (!rc) /* first: to cancel what has begun may take the group */
		rc = check_same(m, r, err);
	if (!rc)
		rc = quarry_store_put_begin(m->store, r->work.target->repo, mode, undo, r->mined_s, err);
	if (!rc)
		rc = note_success(m, r, err);
	unlock(m);
	return rc;
}

static int on_write(void *payload, size_t i, const void *piece, struct quarry_error *err)
{
	struct mining *m = payload;
	struct reading *r = &m->readings[i];
	const struct quarry_history *h = piece;
	int64_t first;
	int rc;

	lock(m);
	first = quarry_store_next_commit(m->store);
	rc = quarry_store_put_piece(m->store, h, err);
	unlock(m);
	if (rc)
		return rc;
	r->n_written += (int64_t)h->n_commits;
	twins_note(&m->twins, r->work.target->repo, h, first);
	return 0;
}

static int on_end(void *payload, size_t i, const void *last, struct quarry_error *err)
{
	struct mining *m = payload;
	struct reading *r = &m->readings[i];
	const struct quarry_history *h = last;
	struct quarry_error cut = QUARRY_ERROR_INIT;
	int rc = 0;

	if (is_cut(h))
		(void)say_holes(r, h, "what could be read is stored", &cut);
	lock(m);
	if (cut.code)
		rc = quarry_store_problem(m->store, r->work.target->repo, QUARRY_STORE_MINE, cut.text,
					  err);
	if (!rc)
		rc = quarry_store_put_end(m->store, h, err);
	unlock(m);
	if (rc)
		return rc;
	r->put = true;
	step_lock(&m->step);
	m->step.summary->commits += r->again ? 0 : r->n_written;
	step_unlock(&m->step);
	if (cut.code)
		*err = cut;
	return count(r, cut.code, false, err);
}

static void on_cancel(void *payload, size_t i)
{
	struct mining *m = payload;

	lock(m);
	quarry_store_put_cancel(m->store);
	unlock(m);
	twins_forget(&m->twins, m->readings[i].work.target->repo);
}

/* A cached copy that has lost a pack is brought up to date at its end alone. */
static void add_remedy(const struct reading *r, struct quarry_error *why)
{
	struct quarry_error text = *why;

	if (why->code == QUARRY_EFAIL && !r->overtaken && !r->work.target->mirrored)
		(void)quarry_error_set(why, text.code, "%s; if that lasts, remove '%s', and it is "
				       "fetched anew", text.text, r->work.target->gitdir);
}

static int note_failure(struct mining *m, struct reading *r, const struct quarry_error *why,
			struct quarry_error *err)
{
	const struct target *t = r->work.target;
	struct quarry_error text = *why;
	int rc;

	add_remedy(r, &text);
	lock(m);
	rc = quarry_store_group_begin(m->store, err);
	if (!rc && t->mirrored && r->there)
		rc = quarry_store_fetched(m->store, t->repo, 0, err);
	if (!rc && !r->overtaken)
		rc = quarry_store_problem(m->store, t->repo, QUARRY_STORE_MINE, text.text, err);
	unlock(m);
	if (rc)
		return rc;
	*err = text;
	return count(r, why->code, false, err);
}

static int on_note(void *payload, size_t i, const struct quarry_error *why,
		   struct quarry_error *err)
{
	struct mining *m = payload;
	struct reading *r = &m->readings[i];
	int rc = 0;

	r->failed = why && !r->done;
	if (r->failed)
		return note_failure(m, r, why, err);
	if (r->done)
		return count(r, 0, true, err);
	lock(m);
	rc = quarry_store_group_begin(m->store, err);
	if (rc)
		goto done;
	if (r->empty)
		rc = quarry_store_put_empty(m->store, r->work.target->repo, r->mined_s, err);
	else
		rc = quarry_store_unchanged(m->store, r->work.target->repo, r->mined_s, err);
	if (!rc)
		rc = note_success(m, r, err);
done:
	unlock(m);
	return rc ? rc : count(r, 0, !r->empty, err);
}

static int on_keep(void *payload, struct quarry_error *err)
{
	struct mining *m = payload;
	int rc;

	lock(m);
	rc = quarry_store_group_end(m->store, err);
	unlock(m);
	return rc;
}

static void on_drop(void *payload, void *piece)
{
	quarry_history_free(piece);
}

static void on_close(void *payload, size_t i)
{
	end_reading(&((struct mining *)payload)->readings[i]);
}

static const struct flow_calls calls = {
	.open = on_open, .walk = on_walk, .touch = on_touch, .finish = on_finish,
	.begin = on_begin, .write = on_write, .end = on_end, .cancel = on_cancel, .note = on_note,
	.keep = on_keep, .drop = on_drop, .close = on_close,
};

/* --- the step -------------------------------------------------------------- */

/* All at once, before anybody writes: a thread that opens one must not wait for the
 * writer's piece. */
static int load_stored(struct mining *m, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < m->n; i++)
		rc = quarry_store_mined(&m->readings[i].stored, m->store,
					m->readings[i].work.target->repo, err);
	return rc;
}

static int read_all(struct mining *m, struct quarry_error *err)
{
	struct quarry_engine *e = m->step.engine;
	struct flow_options options = {
		.threads = pool_threads(e->options.jobs), .budget = BUDGET,
		.pieces_max = PIECES_MAX, .keep_ms = KEEP_MS, .stop = e->options.stop,
	};
	int rc = flow_run(&options, m->n, &calls, m, err), end_rc;

	/* An early end may leave one of which nothing was to be kept: others wait for it. */
	end_rc = quarry_store_group_end(m->store, rc ? /* err= */ NULL : err);
	return rc ? rc : end_rc;
}

/*
 * Which commits are the same work as others can be told of those alone whose touches are
 * read.  Before the window that is nobody's, and no figure may hang on where that begins:
 * so those that may be are read, too, once the rest is known.
 */
static int read_twins(struct mining *m, struct quarry_error *err)
{
	size_t n_read = 0, n_put = 0;
	int rc = load_stored(m, err); /* first: what another run writes from now on is seen */

	if (!rc)
		rc = twins_find(&m->twins, m->store, err);
	if (!rc) {
		mining_keep_wanted(m);
		rc = m->n ? read_all(m, err) : 0;
	}
	for (size_t i = 0; i < m->n; i++) {
		n_read += m->readings[i].put ? m->readings[i].options.n_only : 0;
		n_put += m->readings[i].put;
	}
	return rc ? rc : twins_settle(&m->twins, n_read, n_put, quarry_store_db(m->store), err);
}

static int run(void *payload, struct quarry_error *err)
{
	struct mining *m = payload;
	int rc;

	m->store = m->step.engine->store;
	rc = mining_list(m, err);
	if (!rc)
		rc = load_stored(m, err);
	if (!rc)
		rc = twins_begin(&m->twins, m->store, err);
	if (!rc)
		rc = libraries_start_mine(&m->step.engine->libraries, err);
	if (!rc)
		rc = read_all(m, err);
	if (!rc)
		rc = read_twins(m, err);
	return rc == QUARRY_EINTR ? engine_interrupted(err) : rc;
}

int quarry_engine_mine(struct quarry_engine *e, struct quarry_summary *out,
		       struct quarry_error *err)
{
	struct mining m = { .step = { .engine = e, .summary = out, .name = "mining",
				      .unit = "commits", .which = QUARRY_STORE_MINE } };
	int rc;

	*out = (struct quarry_summary){ 0 };
	(void)pthread_mutex_init(&m.store_lock, NULL); /* default attributes cannot fail here */
	rc = step_run(&m.step, run, &m, err);
	(void)pthread_mutex_destroy(&m.store_lock);
	twins_release(&m.twins);
	free(m.readings);
	return rc;
}
