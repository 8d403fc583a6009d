/*
 * One repository being read, in pieces.
 *
 *	next      walk -> facts -> piece      one thread, the walk's
 *	touch     piece -> touches            any threads, each with a toucher
 *	finish    -> the last piece           when all of that is over
 *
 * `next` and `touch` share nothing but the shallow ids, which do not change, and what
 * the lock guards.
 *
 * Where stored commits are all that is wanted (options.only) there is no tip, and nothing
 * is walked: `next` hands these out, and `finish` says what they met.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "mine/known.h"
#include "mine/miner.h"
#include "mine/tip.h"
#include "mine/window.h"
#include "util/banned.h"

/*
 * Commits of a piece.  How many touches they have shows only later, so the first pieces
 * are small and the next ones grow as long as touches are few: a history of enormous
 * commits is read a few at a time.
 */
#define PIECE_FIRST 64
#define PIECE_MOST 1024
#define PIECE_SIZE_MAX (16u << 20)
#define PIECE_TOUCHES_MAX (64u << 10)

struct quarry_miner {
	struct quarry_mine_options options;
	struct odb *odb;
	char *name;            /* of the reference that is followed */
	char *branch;          /* full name of the one that this leads to; NULL: not followed yet */
	struct odb_reader *reader; /* the walk's */
	struct quarry_oid tip;     /* with `branch` */
	struct walk walk;
	struct facts facts, carry; /* the piece at hand, and the first commit of the next one */
	bool has_carry;
	struct known known;
	bool walked;
	size_t next_known;     /* of the known commits, or of options.only, the next to be looked at */
	pthread_mutex_t lock;  /* the rest */
	struct toucher *free_touchers;
	int64_t flags[QUARRY_FLAG_N];
	size_t piece_commits;  /* how many the next piece may have */
};

static int open_parts(struct quarry_miner *m, const char *gitdir, const char *branch,
		      struct quarry_error *err)
{
	m->name = branch ? str_dupf("refs/heads/%s", branch) : str_dupf("HEAD");
	if (!m->name)
		return quarry_error_nomem(err);
	/* Whether borrowed objects may be read is asked when some are. */
	return odb_open(&m->odb, gitdir, ODB_ALTERNATES, err);
}

int quarry_miner_open(struct quarry_miner **out, const char *gitdir, const char *branch,
		      struct quarry_error *err)
{
	struct quarry_miner *m = calloc(1, sizeof(*m));
	int rc;

	if (!m)
		return quarry_error_nomem(err);
	(void)pthread_mutex_init(&m->lock, NULL); /* default attributes cannot fail here */
	m->piece_commits = PIECE_FIRST;
	rc = open_parts(m, gitdir, branch, err);
	if (rc) {
		quarry_miner_free(m);
		return rc;
	}
	*out = m;
	return 0;
}

int quarry_miner_tip(struct quarry_oid *out, struct quarry_miner *m, struct quarry_error *err)
{
	int rc = m->branch ? 0 : odb_resolve(&m->tip, &m->branch, m->odb, m->name, err);

	if (!rc)
		*out = m->tip;
	return rc;
}

int quarry_miner_start(struct quarry_miner *m, const struct quarry_mine_options *options,
		       struct quarry_error *err)
{
	unsigned flags = options ? options->flags : 0;
	struct quarry_oid tip;
	int rc;

	if (options)
		m->options = *options;
	rc = odb_set_flags(m->odb, (flags & QUARRY_MINE_ALTERNATES ? ODB_ALTERNATES : 0) |
			   (flags & QUARRY_MINE_LIBGIT2 ? ODB_LIBGIT2 : 0), err);
	if (!rc && !m->options.only)
		rc = quarry_miner_tip(&tip, m, err);
	if (!rc)
		rc = odb_reader_open(&m->reader, m->odb, err);
	if (!rc)
		rc = walk_init(&m->walk, odb_gitdir(m->odb), &m->options, m->reader, m->flags, err);
	if (!rc && !m->options.only)
		rc = walk_start(&m->walk, &tip, err);
	return rc;
}

void quarry_miner_free(struct quarry_miner *m)
{
	if (!m)
		return;
	while (m->free_touchers) {
		struct toucher *next = m->free_touchers->next;

		toucher_free(m->free_touchers);
		m->free_touchers = next;
	}
	facts_release(&m->facts);
	facts_release(&m->carry);
	known_release(&m->known);
	walk_release(&m->walk);
	odb_reader_close(m->reader);
	odb_close(m->odb);
	(void)pthread_mutex_destroy(&m->lock);
	free(m->name);
	free(m->branch);
	free(m);
}

static size_t piece_limit(struct quarry_miner *m)
{
	size_t n;

	(void)pthread_mutex_lock(&m->lock); /* a valid default mutex cannot fail */
	n = m->piece_commits;
	(void)pthread_mutex_unlock(&m->lock);
	return n;
}

static bool is_full(const struct facts *f, size_t limit)
{
	return f->commits.n >= limit || facts_size(f) >= PIECE_SIZE_MAX;
}

/* Known commits whose touches are wanted now. */
static int add_known(struct quarry_miner *m, size_t limit, struct quarry_error *err)
{
	const struct quarry_known *all = m->options.known;

	for (; all && m->next_known < all->n_commits && !is_full(&m->facts, limit); m->next_known++) {
		const struct quarry_known_commit *c = &all->commits[m->next_known];

		if (known_wants(&m->known, &m->walk, m->next_known) &&
		    facts_add_known(&m->facts, &c->oid, c->number) < 0)
			return quarry_error_nomem(err);
	}
	return 0;
}

static int add_only(struct quarry_miner *m, size_t limit, struct quarry_error *err)
{
	for (; m->next_known < m->options.n_only && !is_full(&m->facts, limit); m->next_known++) {
		const struct quarry_stored_commit *c = &m->options.only[m->next_known];

		if (facts_add_known(&m->facts, &c->oid, c->number) < 0)
			return quarry_error_nomem(err);
	}
	return 0;
}

/* The old tree of the last commit is the next one's tree: read that one, too. */
static int look_ahead(struct quarry_miner *m, struct quarry_error *err)
{
	int rc;

	if (!walk_goes_on(&m->walk))
		return 0;
	if (facts_init(&m->carry) < 0)
		return quarry_error_nomem(err);
	rc = walk_step(&m->walk, &m->carry, err);
	m->has_carry = rc > 0;
	if (rc <= 0)
		facts_release(&m->carry);
	return rc < 0 ? rc : 0;
}

static int end_walk(struct quarry_miner *m, struct quarry_error *err)
{
	m->walked = true;
	return known_init(&m->known, &m->walk) < 0 ? quarry_error_nomem(err) : 0;
}

static int fill(struct quarry_miner *m, size_t limit, struct quarry_error *err)
{
	int rc = 1;

	while (!m->walked && rc > 0 && !is_full(&m->facts, limit))
		rc = walk_step(&m->walk, &m->facts, err);
	if (rc > 0 && !m->walked)
		rc = look_ahead(m, err);
	else if (rc == 0 && !m->walked)
		rc = end_walk(m, err);
	if (rc < 0)
		return rc;
	walk_complete(&m->walk, &m->facts);
	return m->walked ? add_known(m, limit, err) : 0;
}

static int begin_piece(struct quarry_miner *m, struct quarry_error *err)
{
	if (m->has_carry) {
		m->facts = m->carry;
		m->carry = (struct facts){ 0 };
		m->has_carry = false;
		return 0;
	}
	return facts_init(&m->facts) < 0 ? quarry_error_nomem(err) : 0;
}

int miner_next(struct quarry_history **out, struct quarry_miner *m, size_t limit,
	       struct quarry_error *err)
{
	struct quarry_history *piece = NULL;
	int rc = begin_piece(m, err);

	if (!rc)
		rc = m->options.only ? add_only(m, limit, err) : fill(m, limit, err);
	if (!rc && m->facts.commits.n && !(piece = facts_finish(&m->facts)))
		rc = quarry_error_nomem(err);
	facts_release(&m->facts);
	if (!rc)
		*out = piece;
	return rc;
}

int quarry_miner_next(struct quarry_history **out, struct quarry_miner *m,
		      struct quarry_error *err)
{
	return miner_next(out, m, piece_limit(m), err);
}

static int take_toucher(struct toucher **out, struct quarry_miner *m, struct quarry_error *err)
{
	struct toucher *t;

	(void)pthread_mutex_lock(&m->lock);
	t = m->free_touchers;
	if (t)
		m->free_touchers = t->next;
	(void)pthread_mutex_unlock(&m->lock);
	if (!t)
		return toucher_open(out, m->odb, m->options.flags, err);
	*out = t;
	return 0;
}

static void adapt(struct quarry_miner *m, const struct quarry_history *piece)
{
	if (piece->n_touches > PIECE_TOUCHES_MAX && m->piece_commits > 1)
		m->piece_commits /= 2;
	else if (piece->n_touches < PIECE_TOUCHES_MAX / 4 && m->piece_commits < PIECE_MOST)
		m->piece_commits *= 2;
}

static void give_back(struct quarry_miner *m, struct toucher *t, const struct quarry_history *piece)
{
	(void)pthread_mutex_lock(&m->lock);
	for (int i = 0; i < QUARRY_FLAG_N; i++)
		m->flags[i] += t->flags[i];
	adapt(m, piece);
	t->next = m->free_touchers;
	m->free_touchers = t;
	(void)pthread_mutex_unlock(&m->lock);
}

int quarry_miner_touch(struct quarry_miner *m, struct quarry_history *piece,
		       struct quarry_error *err)
{
	struct toucher *t = NULL;
	int rc = take_toucher(&t, m, err);

	if (rc)
		return rc;
	rc = toucher_run(t, piece, &m->walk, &m->options, err);
	give_back(m, t, piece);
	return rc;
}

static int64_t lost_of(const int64_t *flags)
{
	return flags[QUARRY_FLAG_MISSING_COMMITS] + flags[QUARRY_FLAG_DAMAGED_COMMITS] +
	       flags[QUARRY_FLAG_MISSING_TREES] + flags[QUARRY_FLAG_DAMAGED_TREES];
}

static int tell_tip(struct quarry_history *h, struct quarry_miner *m, struct toucher *t,
		    struct quarry_error *err)
{
	struct quarry_oid tree;
	int rc = toucher_tree_of(&tree, t, &m->tip, err);

	if (rc < 0)
		return rc;
	rc = tip_read(h, t, m->odb, rc ? &tree : NULL, m->options.flags, err);
	if (!rc)
		rc = odb_state(&h->objects, odb_gitdir(m->odb), err);
	if (!rc && known_changes(h, &m->known, &m->walk) < 0)
		rc = quarry_error_nomem(err);
	return rc;
}

static int tell_all(struct quarry_history *h, struct quarry_miner *m, struct quarry_error *err)
{
	struct toucher *t = NULL;
	int rc = take_toucher(&t, m, err);

	if (rc)
		return rc;
	h->tip = m->tip;
	h->since = window_is_open(m->options.since) ? INT32_MIN : m->options.since;
	h->lines = (m->options.flags & QUARRY_MINE_LINES) != 0;
	h->shallow = h->flags[QUARRY_FLAG_SHALLOW] > 0;
	h->branch = arena_copy(&facts_piece(h)->arena, m->branch, strlen(m->branch));
	rc = h->branch ? tell_tip(h, m, t, err) : quarry_error_nomem(err);
	toucher_free(t);
	return rc;
}

int miner_tell(struct quarry_history *h, struct quarry_miner *m, struct quarry_error *err)
{
	int rc = 0;

	memcpy(h->flags, m->flags, sizeof(h->flags));
	h->last = 1;
	if (m->options.only)
		h->flags[QUARRY_FLAG_SHALLOW] = 0; /* of the repository, not of these */
	else
		rc = tell_all(h, m, err);
	h->missing_objects = lost_of(h->flags);
	return rc;
}

int quarry_miner_finish(struct quarry_history **out, struct quarry_miner *m,
			struct quarry_error *err)
{
	struct quarry_history *h = NULL;
	struct facts f;
	int rc = facts_init(&f) < 0 || !(h = facts_finish(&f)) ? quarry_error_nomem(err) : 0;

	if (!rc)
		rc = miner_tell(h, m, err);
	if (rc) {
		quarry_history_free(h);
		facts_release(&f);
		return rc;
	}
	*out = h;
	return 0;
}
