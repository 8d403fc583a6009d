/*
 * The order in which histories are read and written, by threads, with repositories that
 * are played here.  What threads see wrong they count, and the test tells afterwards.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "engine/flow.h"

#define MANY 40      /* repositories at most */
#define THREADS 8
#define SIZE 1000    /* bytes of a piece at most */
#define NOBODY SIZE_MAX

enum call { OPEN, WALK, TOUCH, FINISH, BEGIN, WRITE, END, NOTE, N_CALLS };

struct fake_piece {
	size_t repo, size;
	bool last;
	atomic_bool touched, written;
};

/* One repository, and what was done to it. */
struct repo {
	size_t n_pieces;
	bool nothing;                  /* open() finds nothing to read */
	int fails[N_CALLS];            /* code of its failure there; 0: none */
	size_t fails_at;               /* by which piece */
	size_t n_walked;
	atomic_size_t n_touched, n_written, n_touching;
	atomic_bool opened, reading, walked, begun, whole, cancelled, finished, ended, noted, closed;
};

struct play {
	struct repo repos[MANY];
	size_t n;
	unsigned threads;
	size_t budget, pieces_max;
	bool slowly;
	atomic_uint random;
	atomic_bool writing;           /* one of the writer's calls runs */
	atomic_size_t current;         /* between begin() and end(); or NOBODY */
	atomic_size_t n_unkept;        /* ended or noted since keep() */
	unsigned keep_ms;
	int keep_fails;                /* code of its failure; 0: none */
	atomic_size_t bytes, most_bytes, n_alive, n_open, most_open;
	atomic_size_t n_calls;
	size_t stop_at;                /* so many calls, then the flag is set; 0: never */
	atomic_bool stop;
	atomic_int wrong;              /* line of the first thing that was; 0: none */
	atomic_size_t order[MANY];     /* as they were opened */
	atomic_size_t n_opened;
};

#define check(p, x) \
	do { \
		int none_ = 0; \
		if (!(x)) \
			(void)atomic_compare_exchange_strong(&(p)->wrong, &none_, __LINE__); \
	} while (0)

static unsigned roll(unsigned *x, unsigned n)
{
	*x ^= *x << 13;
	*x ^= *x >> 17;
	*x ^= *x << 5;
	return *x % n;
}

/* What each call begins with: it takes a while, and may be the one at which all stops. */
static void spend(struct play *p)
{
	unsigned x = atomic_fetch_add(&p->random, 2654435761u) | 1;
	size_t n = atomic_fetch_add(&p->n_calls, 1) + 1;
	const struct timespec t = { 0, roll(&x, 50000) };

	if (p->stop_at && n == p->stop_at)
		atomic_store(&p->stop, true);
	if (p->slowly && roll(&x, 3) == 0)
		(void)nanosleep(&t, NULL);
	else if (roll(&x, 3) == 0)
		(void)sched_yield();
}

static int fails(const struct repo *r, enum call call, struct quarry_error *err)
{
	if (!r->fails[call])
		return 0;
	return quarry_error_set(err, r->fails[call], "call %d fails", (int)call);
}

static void raise_to(atomic_size_t *most, size_t value)
{
	size_t seen = atomic_load(most);

	while (seen < value && !atomic_compare_exchange_weak(most, &seen, value))
		;
}

static void add_bytes(struct play *p, size_t more)
{
	raise_to(&p->most_bytes, atomic_fetch_add(&p->bytes, more) + more);
}

static struct fake_piece *new_piece(struct play *p, size_t i, size_t size, bool last)
{
	struct fake_piece *x = calloc(1, sizeof(*x));

	check(p, x);
	x->repo = i;
	x->size = size;
	x->last = last;
	add_bytes(p, size);
	atomic_fetch_add(&p->n_alive, 1);
	return x;
}

/* open(), walk() and finish() of one repository do not meet. */
static struct repo *begin_reading(struct play *p, size_t i)
{
	struct repo *r = &p->repos[i];

	check(p, !atomic_exchange(&r->reading, true));
	check(p, !atomic_load(&r->closed));
	check(p, !atomic_load(&r->finished));
	spend(p);
	return r;
}

static int end_reading(struct repo *r, int rc)
{
	atomic_store(&r->reading, false);
	return rc;
}

/* --- the calls ------------------------------------------------------------- */

static int on_open(void *payload, size_t i, struct quarry_error *err)
{
	struct play *p = payload;
	struct repo *r = begin_reading(p, i);

	check(p, !atomic_exchange(&r->opened, true));
	atomic_store(&p->order[atomic_fetch_add(&p->n_opened, 1)], i);
	raise_to(&p->most_open, atomic_fetch_add(&p->n_open, 1) + 1);
	if (fails(r, OPEN, err) || r->nothing)
		atomic_fetch_sub(&p->n_open, 1);
	return end_reading(r, r->fails[OPEN] ? r->fails[OPEN] : r->nothing ? FLOW_NOTHING : 0);
}

static int on_walk(void **out, size_t *size, void *payload, size_t i, struct quarry_error *err)
{
	struct play *p = payload;
	struct repo *r = begin_reading(p, i);

	check(p, atomic_load(&r->opened) && !atomic_load(&r->walked));
	if (r->n_walked == r->fails_at && fails(r, WALK, err))
		return end_reading(r, r->fails[WALK]);
	if (r->n_walked == r->n_pieces) {
		atomic_store(&r->walked, true);
		return end_reading(r, 0);
	}
	check(p, r->n_walked + 1 <= atomic_load(&r->n_written) + p->pieces_max);
	r->n_walked++;
	*size = 1 + (i * 7 + r->n_walked * 13) % (SIZE / 2);
	*out = new_piece(p, i, *size, false);
	return end_reading(r, 0);
}

static int on_touch(size_t *size, void *payload, size_t i, void *piece, struct quarry_error *err)
{
	struct play *p = payload;
	struct repo *r = &p->repos[i];
	struct fake_piece *x = piece;

	atomic_fetch_add(&r->n_touching, 1);
	spend(p);
	check(p, x->repo == i && x->size == *size && !x->last);
	check(p, !atomic_exchange(&x->touched, true));
	check(p, !atomic_load(&r->finished) && !atomic_load(&r->closed));
	atomic_fetch_sub(&r->n_touching, 1);
	if (atomic_fetch_add(&r->n_touched, 1) == r->fails_at && fails(r, TOUCH, err))
		return r->fails[TOUCH];
	add_bytes(p, x->size);
	*size = x->size *= 2;
	return 0;
}

static int on_finish(void **last, size_t *size, void *payload, size_t i, struct quarry_error *err)
{
	struct play *p = payload;
	struct repo *r = begin_reading(p, i);

	check(p, atomic_load(&r->walked) && !atomic_load(&r->n_touching));
	check(p, atomic_load(&r->n_touched) == r->n_pieces);
	if (fails(r, FINISH, err))
		return end_reading(r, r->fails[FINISH]);
	*size = SIZE / 2;
	*last = new_piece(p, i, *size, true);
	atomic_store(&r->finished, true);
	atomic_fetch_sub(&p->n_open, 1);
	return end_reading(r, 0);
}

static struct repo *begin_writing(struct play *p, size_t i)
{
	struct repo *r = &p->repos[i];

	check(p, !atomic_exchange(&p->writing, true));
	check(p, atomic_load(&r->opened) && !atomic_load(&r->closed));
	check(p, !atomic_load(&r->ended) && !atomic_load(&r->noted));
	spend(p);
	return r;
}

static int end_writing(struct play *p, int rc)
{
	atomic_store(&p->writing, false);
	return rc;
}

static int on_begin(void *payload, size_t i, bool whole, struct quarry_error *err)
{
	struct play *p = payload;
	struct repo *r = begin_writing(p, i);

	check(p, !whole || (atomic_load(&r->finished) && !atomic_load(&r->reading)));
	atomic_store(&r->whole, whole);

	check(p, atomic_exchange(&p->current, i) == NOBODY);
	check(p, !atomic_exchange(&r->begun, true));
	if (r->fails[BEGIN] == FLOW_REFUSED)
		(void)quarry_error_set(err, QUARRY_EFAIL, "refused");
	else
		(void)fails(r, BEGIN, err);
	return end_writing(p, r->fails[BEGIN]);
}

static int on_write(void *payload, size_t i, const void *piece, struct quarry_error *err)
{
	struct play *p = payload;
	struct repo *r = begin_writing(p, i);
	struct fake_piece *x = (struct fake_piece *)piece;

	check(p, atomic_load(&p->current) == i && x->repo == i && !x->last);
	check(p, atomic_load(&x->touched) && !atomic_exchange(&x->written, true));
	if (atomic_fetch_add(&r->n_written, 1) == r->fails_at && fails(r, WRITE, err))
		return end_writing(p, r->fails[WRITE]);
	return end_writing(p, 0);
}

static int on_end(void *payload, size_t i, const void *last, struct quarry_error *err)
{
	struct play *p = payload;
	struct repo *r = begin_writing(p, i);
	const struct fake_piece *x = last;

	check(p, atomic_load(&p->current) == i && x->last && x->repo == i);
	check(p, atomic_load(&r->n_written) == r->n_pieces && atomic_load(&r->finished));
	if (fails(r, END, err))
		return end_writing(p, r->fails[END]);
	atomic_store(&r->ended, true);
	atomic_fetch_add(&p->n_unkept, 1);
	atomic_store(&p->current, NOBODY);
	return end_writing(p, 0);
}

static void on_cancel(void *payload, size_t i)
{
	struct play *p = payload;
	struct repo *r = begin_writing(p, i);

	check(p, atomic_exchange(&p->current, NOBODY) == i);
	check(p, atomic_load(&r->begun) && !atomic_exchange(&r->cancelled, true));
	(void)end_writing(p, 0);
}

static bool has_failed(const struct repo *r)
{
	return r->fails[OPEN] || r->fails[WALK] || r->fails[TOUCH] || r->fails[FINISH] ||
	       r->fails[BEGIN];
}

static int on_note(void *payload, size_t i, const struct quarry_error *why,
		   struct quarry_error *err)
{
	struct play *p = payload;
	struct repo *r = begin_writing(p, i);

	check(p, atomic_load(&p->current) == NOBODY);
	check(p, !atomic_load(&r->reading) && !atomic_load(&r->n_touching));
	check(p, why ? has_failed(r) : r->nothing);
	check(p, !why || (why->code == QUARRY_EFAIL && *why->text));
	check(p, atomic_load(&r->cancelled) == atomic_load(&r->begun));
	check(p, !atomic_load(&r->whole) || r->fails[BEGIN]); /* else it is written */
	if (fails(r, NOTE, err))
		return end_writing(p, r->fails[NOTE]);
	atomic_store(&r->noted, true);
	atomic_fetch_add(&p->n_unkept, 1);
	return end_writing(p, 0);
}

static int on_keep(void *payload, struct quarry_error *err)
{
	struct play *p = payload;

	check(p, !atomic_exchange(&p->writing, true));
	check(p, atomic_load(&p->current) == NOBODY);
	check(p, atomic_exchange(&p->n_unkept, 0) > 0);
	if (p->keep_fails)
		(void)quarry_error_set(err, p->keep_fails, "cannot keep");
	return end_writing(p, p->keep_fails);
}

static void on_drop(void *payload, void *piece)
{
	struct play *p = payload;
	struct fake_piece *x = piece;

	atomic_fetch_sub(&p->bytes, x->size);
	atomic_fetch_sub(&p->n_alive, 1);
	free(x);
}

static void on_close(void *payload, size_t i)
{
	struct play *p = payload;
	struct repo *r = &p->repos[i];

	check(p, atomic_load(&r->opened) && !atomic_load(&r->reading));
	check(p, atomic_load(&p->current) != i && !atomic_load(&r->n_touching));
	check(p, !atomic_exchange(&r->closed, true));
}

static const struct flow_calls calls = {
	on_open, on_walk, on_touch, on_finish, on_begin, on_write, on_end, on_cancel, on_note,
	on_keep, on_drop, on_close,
};

/* --- playing --------------------------------------------------------------- */

static int run(struct play *p, struct quarry_error *err)
{
	struct flow_options options = { .threads = p->threads, .budget = p->budget,
					.pieces_max = p->pieces_max, .keep_ms = p->keep_ms,
					.stop = &p->stop };
	int rc;

	atomic_store(&p->current, NOBODY);
	rc = flow_run(&options, p->n, &calls, p, err);
	assert_int_equal(atomic_load(&p->wrong), 0);
	assert_int_equal(atomic_load(&p->n_alive), 0);
	assert_int_equal(atomic_load(&p->bytes), 0);
	assert_int_equal(atomic_load(&p->current), NOBODY);
	assert_int_equal(atomic_load(&p->n_unkept), 0);
	assert_true(atomic_load(&p->most_bytes) <= p->budget + (4 * p->threads + 3) * SIZE);
	for (size_t i = 0; i < p->n; i++) {
		struct repo *r = &p->repos[i];

		assert_int_equal(atomic_load(&r->closed), atomic_load(&r->opened));
		assert_int_equal(atomic_load(&r->begun),
				 atomic_load(&r->ended) || atomic_load(&r->cancelled));
	}
	return rc;
}

/* Each repository was written whole or noted. */
static void all_done(struct play *p)
{
	for (size_t i = 0; i < p->n; i++) {
		struct repo *r = &p->repos[i];
		bool written = !has_failed(r) && !r->nothing;

		assert_true(atomic_load(&r->closed));
		assert_int_equal(atomic_load(&r->ended), written);
		assert_int_equal(atomic_load(&r->noted), !written);
	}
}

static void set_up(struct play *p, unsigned seed)
{
	static const size_t budgets[] = { 1, SIZE, 5 * SIZE, 40 * SIZE, 100000 * SIZE };
	static const size_t bounds[] = { 1, 2, 5, 64 };
	unsigned x = seed * 2654435761u | 1;

	memset(p, 0, sizeof(*p));
	for (unsigned i = 0; i < 20; i++)
		(void)roll(&x, 2);
	p->threads = 1 + roll(&x, THREADS);
	p->n = roll(&x, MANY + 1);
	p->budget = budgets[roll(&x, sizeof(budgets) / sizeof(budgets[0]))];
	p->pieces_max = bounds[roll(&x, sizeof(bounds) / sizeof(bounds[0]))];
	p->slowly = roll(&x, 2);
	p->keep_ms = roll(&x, 2) ? 0 : 100000;
	atomic_store(&p->random, x);
	for (size_t i = 0; i < p->n; i++) {
		p->repos[i].nothing = roll(&x, 8) == 0;
		p->repos[i].n_pieces = roll(&x, roll(&x, 5) ? 6 : 40);
	}
}

/* Let one of them fail in that call. */
static struct repo *let_fail(struct play *p, unsigned *x, enum call call, int code)
{
	struct repo *r = &p->repos[roll(x, (unsigned)p->n)];

	memset(r->fails, 0, sizeof(r->fails));
	r->fails[call] = code;
	r->nothing = call == NOTE;
	if (!r->n_pieces)
		r->n_pieces = 1;
	r->fails_at = roll(x, (unsigned)r->n_pieces);
	return r;
}

#define SEEDS 150

static void all_are_written(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	static struct play p;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		set_up(&p, seed);
		if (seed == 5)
			p.n = 0; /* nothing to do is done, too */
		assert_int_equal(run(&p, &err), 0);
		all_done(&p);
		assert_true(atomic_load(&p.most_open) <= p.threads + 1);
	}
}

static void one_that_fails_ends_alone(void **state)
{
	static const enum call where[] = { OPEN, WALK, TOUCH, FINISH, BEGIN };
	struct quarry_error err = QUARRY_ERROR_INIT;
	static struct play p;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		unsigned x = seed * 7919 + 1;

		set_up(&p, seed);
		for (size_t k = 0; p.n && k < 1 + p.n / 4; k++) {
			enum call call = where[(seed + k) % 5];

			(void)let_fail(&p, &x, call, call == BEGIN ? FLOW_REFUSED : QUARRY_EFAIL);
		}
		assert_int_equal(run(&p, &err), 0);
		all_done(&p);
	}
}

static void what_is_no_fault_of_one_ends_all(void **state)
{
	static const int codes[] = { QUARRY_ENOMEM, QUARRY_EINTR, QUARRY_EFAIL };
	struct quarry_error err;
	static struct play p;

	for (unsigned seed = 0; seed < SEEDS * 2; seed++) {
		enum call call = (enum call)(seed % N_CALLS);
		int code = codes[seed / N_CALLS % (call >= BEGIN ? 3 : 2)];
		unsigned x = seed * 7919 + 1;

		set_up(&p, seed);
		err = (struct quarry_error)QUARRY_ERROR_INIT;
		if (!p.n)
			continue;
		(void)let_fail(&p, &x, call, code);
		assert_int_equal(run(&p, &err), code);
		assert_int_equal(err.code, code);
		assert_non_null(strstr(err.text, "fails"));
	}
}

/* Be it the last time, when all is written and only that it lasts is left to do. */
static void what_cannot_be_kept_ends_all(void **state)
{
	struct quarry_error err;
	static struct play p;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		set_up(&p, seed);
		p.keep_fails = seed % 2 ? QUARRY_EFAIL : QUARRY_EINTR;
		err = (struct quarry_error)QUARRY_ERROR_INIT;
		if (!p.n)
			continue;
		assert_int_equal(run(&p, &err), p.keep_fails);
		assert_string_equal(err.text, "cannot keep");
	}
}

static void it_stops(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	static struct play p;
	size_t n_calls, n_stopped = 0;

	for (unsigned seed = 0; seed < SEEDS; seed++) {
		int rc;

		set_up(&p, seed);
		assert_int_equal(run(&p, &err), 0);
		n_calls = atomic_load(&p.n_calls);
		set_up(&p, seed);
		p.stop_at = n_calls ? 1 + seed % n_calls : 1;
		rc = run(&p, &err);
		assert_true(rc == 0 || rc == QUARRY_EINTR);
		n_stopped += rc != 0;
	}
	assert_true(n_stopped > SEEDS / 2);
}

static void one_thread_opens_them_in_order(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	static struct play p;

	set_up(&p, 1);
	p.threads = 1;
	p.n = 12;
	assert_int_equal(run(&p, &err), 0);
	all_done(&p);
	for (size_t i = 0; i < p.n; i++)
		assert_int_equal(atomic_load(&p.order[i]), i);
}

static void one_larger_than_the_budget_is_written(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	static struct play p;

	for (unsigned threads = 1; threads <= THREADS; threads++) {
		set_up(&p, 3);
		p.threads = threads;
		p.n = 2;
		p.budget = 3 * SIZE;
		p.pieces_max = 64;
		p.repos[0] = (struct repo){ .n_pieces = 2000 };
		p.repos[1] = (struct repo){ .n_pieces = 0 };
		assert_int_equal(run(&p, &err), 0);
		all_done(&p);
		assert_true(!atomic_load(&p.repos[0].whole) && atomic_load(&p.repos[1].whole));
	}
}

/* No stack is large enough for a thread: none is granted. */
static void where_no_thread_is_granted_one_does_it(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	pthread_attr_t before, huge;
	static struct play p;

	assert_int_equal(pthread_getattr_default_np(&before), 0);
	assert_int_equal(pthread_attr_init(&huge), 0);
	assert_int_equal(pthread_attr_setstacksize(&huge, (size_t)1 << 46), 0);
	if (pthread_setattr_default_np(&huge))
		skip();
	set_up(&p, 7);
	p.threads = 4;
	p.n = 20;
	assert_int_equal(run(&p, &err), 0);
	all_done(&p);
	assert_int_equal(pthread_setattr_default_np(&before), 0);
	assert_int_equal(pthread_attr_destroy(&before), 0);
	assert_int_equal(pthread_attr_destroy(&huge), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_written),
		cmocka_unit_test(one_that_fails_ends_alone),
		cmocka_unit_test(what_is_no_fault_of_one_ends_all),
		cmocka_unit_test(what_cannot_be_kept_ends_all),
		cmocka_unit_test(it_stops),
		cmocka_unit_test(one_thread_opens_them_in_order),
		cmocka_unit_test(one_larger_than_the_budget_is_written),
		cmocka_unit_test(where_no_thread_is_granted_one_does_it),
	};

	return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
