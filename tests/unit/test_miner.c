/*
 * A history in pieces, by several threads, and step by step as its tip moves, is the same
 * as a history read whole.
 *
 * The model of a store is a list of entries, one a commit; after each step it must be
 * what reading the new tip from scratch gives.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/history.h"
#include "quarry/mine.h"
#include "quarry/quarter.h"
#include "util/vec.h"

#define COMMITS 160
#define STEPS 20
#define THREADS 3
#define FIRST_S INT64_C(1600000000) /* in 2020Q3 */
#define APART_S 600000              /* a commit a week: thirteen quarters */

/* What the model knows of a commit. */
struct entry {
	struct quarry_oid oid;
	struct quarry_oid parents[4];
	struct quarry_commit commit;
	char *touches; /* sorted lines; NULL: not read */
};

struct model {
	VEC(struct entry) entries;
	int64_t next_number;
};

static uint64_t state;

static unsigned below(unsigned n)
{
	uint64_t z = state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (unsigned)((z ^ (z >> 31)) % n);
}

/* Branch b<n> is at commit n. Some merge, a few begin anew. */
static void make_history(const struct history *h, unsigned seed)
{
	struct str s = STR_INIT;

	state = seed;
	for (unsigned n = 0; n < COMMITS; n++) {
		unsigned parent = n ? n - 1 - below(n < 4 ? n : 4) : 0, other = n ? below(n) : 0;
		int64_t when = FIRST_S + (int64_t)n * APART_S;

		str_addf(&s, "commit refs/heads/b%u\nmark :%u\n"
			 "author A%u <a%u@x> %lld +0000\ncommitter C <c@x> %lld +0000\ndata 4\n%03u\n",
			 n, n + 1, below(5), below(5), (long long)when,
			 (long long)(when + (below(6) ? 0 : 5000000)), n);
		if (n && below(30))
			str_addf(&s, "from :%u\n", parent + 1);
		if (n && other != parent && below(5) == 0)
			str_addf(&s, "merge :%u\n", other + 1);
		for (unsigned i = below(4); i > 0; i--)
			str_addf(&s, "M 644 inline d%u/f%u\ndata 2\n%u\n\n", below(4), below(6), below(9));
		if (n && below(6) == 0)
			str_addf(&s, "D d%u\n", below(4));
	}
	assert_false(s.oom);
	history_import(h, s.buf);
	str_release(&s);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The touches of a commit as sorted lines, to be freed. */
static char *touches_text(const struct quarry_history *h, const struct quarry_commit *c)
{
	char **lines = calloc(c->n_touches + 1, sizeof(*lines));
	struct str s = STR_INIT;

	assert_non_null(lines);
	for (uint32_t i = 0; i < c->n_touches; i++) {
		const struct quarry_touch *t = &h->touches[c->first_touch + i];

		lines[i] = str_dupf("%c %s %s", t->status, h->paths[t->path].name,
				    t->old_path == QUARRY_NO_PATH ? "" : h->paths[t->old_path].name);
	}
	qsort(lines, c->n_touches, sizeof(*lines), by_text);
	str_add(&s, "", 0);
	for (uint32_t i = 0; i < c->n_touches; i++) {
		str_addf(&s, "%s\n", lines[i]);
		free(lines[i]);
	}
	free(lines);
	return str_detach(&s);
}

static struct entry *find(struct model *m, const struct quarry_oid *oid)
{
	for (size_t i = 0; i < m->entries.n; i++)
		if (memcmp(m->entries.at[i].oid.id, oid->id, QUARRY_OID_SIZE) == 0)
			return &m->entries.at[i];
	return NULL;
}

static struct entry *find_number(struct model *m, int64_t number)
{
	for (size_t i = 0; i < m->entries.n; i++)
		if (m->entries.at[i].commit.known == number)
			return &m->entries.at[i];
	fail_msg("the store has no commit %d", (int)number);
	return NULL;
}

static void add_commit(struct model *m, const struct quarry_history *h,
		       const struct quarry_commit *c)
{
	struct entry e = { .oid = c->oid, .commit = *c };

	assert_null(find(m, &c->oid));
	e.commit.known = ++m->next_number;
	for (uint32_t i = 0; i < c->n_parents; i++)
		e.parents[i] = h->parents[c->first_parent_oid + i];
	e.touches = c->touched ? touches_text(h, c) : NULL;
	assert_int_equal(vec_push(&m->entries, e), 0);
}

static void add_piece(struct model *m, const struct quarry_history *h)
{
	for (size_t i = 0; i < h->n_commits; i++) {
		const struct quarry_commit *c = &h->commits[i];

		if (!c->known) {
			add_commit(m, h, c);
		} else {
			struct entry *e = find_number(m, c->known);

			assert_null(e->touches);
			e->touches = touches_text(h, c);
			e->commit.touched = 1;
			e->commit.n_touches = c->n_touches;
			e->commit.changes = c->changes;
		}
	}
}

static void add_last(struct model *m, const struct quarry_history *h)
{
	for (size_t i = 0; i < h->n_gone; i++) {
		struct entry *e = find_number(m, h->gone[i]);

		free(e->touches);
		*e = m->entries.at[--m->entries.n];
	}
	for (size_t i = 0; i < h->n_landed; i++)
		find_number(m, h->landed[i])->commit.flags |= QUARRY_COMMIT_LANDED;
	for (size_t i = 0; i < h->n_landed_no_more; i++)
		find_number(m, h->landed_no_more[i])->commit.flags &= ~(unsigned)QUARRY_COMMIT_LANDED;
}

static void model_release(struct model *m)
{
	for (size_t i = 0; i < m->entries.n; i++)
		free(m->entries.at[i].touches);
	vec_release(&m->entries);
}

static int by_oid(const void *a, const void *b)
{
	return memcmp(a, b, QUARRY_OID_SIZE); /* both begin with it */
}

/* What a store would hand to the next run. */
static struct quarry_known *known_of(struct model *m)
{
	struct quarry_known *k = calloc(1, sizeof(*k));

	assert_non_null(k);
	if (m->entries.n)
		qsort(m->entries.at, m->entries.n, sizeof(*m->entries.at), by_oid);
	k->commits = calloc(m->entries.n + 1, sizeof(*k->commits));
	k->parents = calloc(4 * m->entries.n + 1, sizeof(*k->parents));
	assert_true(k->commits && k->parents);
	for (size_t i = 0; i < m->entries.n; i++) {
		const struct entry *e = &m->entries.at[i];

		k->commits[k->n_commits++] = (struct quarry_known_commit){
			.oid = e->oid, .number = e->commit.known, .author_s = e->commit.author_s,
			.committer_s = e->commit.committer_s, .n_parents = e->commit.n_parents,
			.first_parent = k->n_parents, .flags = e->commit.flags,
			.touched = e->commit.touched,
		};
		memcpy(&k->parents[k->n_parents], e->parents,
		       e->commit.n_parents * sizeof(*k->parents));
		k->n_parents += e->commit.n_parents;
	}
	return k;
}

static void free_known(struct quarry_known *k)
{
	free(k->commits);
	free(k->parents);
	free(k);
}

struct job {
	pthread_t thread;
	struct quarry_miner *miner;
	struct quarry_history *piece;
	int rc;
};

static void *touch(void *payload)
{
	struct job *j = payload;
	struct quarry_error err = QUARRY_ERROR_INIT;

	j->rc = quarry_miner_touch(j->miner, j->piece, &err);
	return NULL;
}

/* Up to THREADS pieces at once. 0: there were none left. */
static size_t take_pieces(struct model *m, struct quarry_miner *miner)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct job jobs[THREADS];
	size_t n = 0;

	while (n < THREADS) {
		jobs[n] = (struct job){ .miner = miner };
		assert_int_equal(quarry_miner_next(&jobs[n].piece, miner, &err), 0);
		if (!jobs[n].piece)
			break;
		assert_int_equal(pthread_create(&jobs[n].thread, NULL, touch, &jobs[n]), 0);
		n++;
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(pthread_join(jobs[i].thread, NULL), 0);
		assert_int_equal(jobs[i].rc, 0);
		add_piece(m, jobs[i].piece);
		quarry_history_free(jobs[i].piece);
	}
	return n;
}

/* Returns the last piece, to be freed. */
static struct quarry_history *mine_by(struct model *m, const char *gitdir,
				      const struct quarry_mine_options *options)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *last = NULL;
	struct quarry_miner *miner = NULL;

	if (quarry_miner_open(&miner, gitdir, NULL, &err) ||
	    quarry_miner_start(miner, options, &err))
		fail_msg("%s", err.text);
	while (take_pieces(m, miner))
		;
	assert_int_equal(quarry_miner_finish(&last, miner, &err), 0);
	assert_int_equal(last->last, 1);
	quarry_miner_free(miner);
	return last;
}

static void mine_pieces(struct model *m, const char *gitdir, int32_t since)
{
	struct quarry_known *known = known_of(m);
	struct quarry_mine_options options = { .since = since, .known = known };
	struct quarry_history *last = mine_by(m, gitdir, &options);

	add_last(m, last);
	quarry_history_free(last);
	free_known(known);
}

static void mine_whole(struct model *m, const char *gitdir, int32_t since)
{
	struct quarry_mine_options options = { .since = since };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *h = NULL;

	if (quarry_mine(&h, gitdir, NULL, &options, &err))
		fail_msg("%s", err.text);
	add_piece(m, h);
	quarry_history_free(h);
}

static void check_same(struct model *got, struct model *want, unsigned seed, unsigned step)
{
	assert_int_equal(got->entries.n, want->entries.n);
	for (size_t i = 0; i < want->entries.n; i++) {
		const struct entry *w = &want->entries.at[i];
		const struct entry *g = find(got, &w->oid);

		if (!g || g->commit.flags != w->commit.flags)
			fail_msg("seed %u step %u: %.3s: flags", seed, step, w->commit.subject);
		/* A window that was wider before has more. */
		if (w->touches && (!g->touches || strcmp(g->touches, w->touches)))
			fail_msg("seed %u step %u: %.3s: touches", seed, step, w->commit.subject);
		assert_int_equal(g->commit.author_s, w->commit.author_s);
		if (w->touches)
			assert_true(g->commit.changes == w->commit.changes);
	}
}

static void set_tip(const struct history *h, unsigned n)
{
	char *branch = str_dupf("refs/heads/b%u", n);

	HISTORY_GIT(NULL, h, "update-ref", "refs/heads/main", branch);
	free(branch);
}

static void steps_are_the_whole(void **state_)
{
	int32_t first_q = quarry_quarter_of(FIRST_S);

	for (unsigned seed = 1; seed <= 6; seed++) {
		struct model got = { 0 };
		struct history h;

		history_init(&h);
		make_history(&h, seed);
		for (unsigned step = 0; step < STEPS; step++) {
			int32_t since = first_q + (int32_t)below(14);
			struct model want = { 0 };

			set_tip(&h, below(3) ? COMMITS - 1 - below(30) : below(COMMITS));
			mine_pieces(&got, h.gitdir, since);
			mine_whole(&want, h.gitdir, since);
			check_same(&got, &want, seed, step);
			model_release(&want);
		}
		model_release(&got);
		history_release(&h);
	}
}

static void a_commit_outside_of_the_window_has_no_touches(void **state_)
{
	int32_t since = quarry_quarter_of(FIRST_S) + 6;
	struct model all = { 0 }, some = { 0 };
	size_t n_untouched = 0;
	struct history h;

	history_init(&h);
	make_history(&h, 7);
	set_tip(&h, COMMITS - 1);
	mine_whole(&all, h.gitdir, 0);
	mine_pieces(&some, h.gitdir, since);
	assert_int_equal(all.entries.n, some.entries.n);
	for (size_t i = 0; i < some.entries.n; i++) {
		const struct quarry_commit *c = &some.entries.at[i].commit;
		bool inside = quarry_quarter_of(c->author_s) >= since ||
			      quarry_quarter_of(c->committer_s) >= since;

		assert_int_equal(c->touched, inside || c->n_parents > 1);
		n_untouched += !c->touched;
	}
	assert_true(n_untouched > 10);
	check_same(&all, &some, 7, 0);
	model_release(&all);
	model_release(&some);
	history_release(&h);
}

/* What the last piece of options.only may say. */
static void check_flags_alone(const struct quarry_history *last, int64_t n_missing)
{
	for (int i = 0; i < QUARRY_FLAG_N; i++)
		assert_int_equal(last->flags[i], i == QUARRY_FLAG_MISSING_TREES ? n_missing : 0);
	assert_int_equal(last->missing_objects, n_missing);
	assert_int_equal(last->n_gone + last->n_landed + last->n_landed_no_more, 0);
	assert_int_equal(last->n_tip_paths + last->n_tip_texts + last->n_commits, 0);
}

static void stored_commits_are_read_alone(void **state_)
{
	struct model all = { 0 }, some = { 0 };
	VEC(struct quarry_stored_commit) only = { 0 };
	struct quarry_mine_options options = { .since = quarry_quarter_of(FIRST_S) + 12 };
	struct quarry_history *last;
	struct history h;

	history_init(&h);
	make_history(&h, 8);
	set_tip(&h, COMMITS - 1);
	mine_whole(&all, h.gitdir, 0);
	mine_pieces(&some, h.gitdir, options.since);
	for (size_t i = 0; i < some.entries.n; i++) {
		const struct quarry_commit *c = &some.entries.at[i].commit;
		struct quarry_stored_commit stored = { c->oid, c->known };

		if (!c->touched)
			assert_int_equal(vec_push(&only, stored), 0);
	}
	assert_true(only.n > 20);
	HISTORY_GIT(NULL, &h, "update-ref", "-d", "refs/heads/main"); /* no tip is needed */
	options.only = only.at;
	options.n_only = only.n;
	last = mine_by(&some, h.gitdir, &options);
	check_flags_alone(last, 0);
	quarry_history_free(last);
	for (size_t i = 0; i < some.entries.n; i++)
		assert_true(some.entries.at[i].commit.touched);
	check_same(&some, &all, 8, 0);
	model_release(&all);
	model_release(&some);
	vec_release(&only);
	history_release(&h);
}

static void a_stored_commit_that_is_not_there_is_counted(void **state_)
{
	struct quarry_stored_commit only[] = { { .oid = { "\xff" }, .number = 1 } };
	struct quarry_mine_options options = { .only = only, .n_only = 1 };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *piece = NULL;
	struct history h;
	char *path;
	FILE *file;

	history_init(&h);
	make_history(&h, 9);
	path = str_dupf("%s/shallow", h.gitdir);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("ffffffffffffffffffffffffffffffffffffffff\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	if (quarry_mine(&piece, h.gitdir, NULL, &options, &err))
		fail_msg("%s", err.text);
	assert_int_equal(piece->n_commits, 1);
	assert_int_equal(piece->commits[0].known, 1);
	assert_int_equal(piece->commits[0].touched, 0);
	piece->n_commits = 0;
	check_flags_alone(piece, 1);
	quarry_history_free(piece);
	free(path);
	history_release(&h);
}

int main(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_the_whole),
		cmocka_unit_test(a_commit_outside_of_the_window_has_no_touches),
		cmocka_unit_test(stored_commits_are_read_alone),
		cmocka_unit_test(a_stored_commit_that_is_not_there_is_counted),
	};
	int failed;

	if (quarry_mine_init(&err))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	quarry_mine_shutdown();
	return failed;
}
