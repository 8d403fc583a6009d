/* The cache of objects: who stays in it, and whose memory is whose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fault/failing.h"
#include "odb/pack_cache.h"
#include "odb/slab.h"

#ifdef QUARRY_DEBUG_ARENA
#define IN_SLABS 0 /* each object is a malloc of its own */
#else
#define IN_SLABS 1
#endif

struct slab *__real_slab_take(void);
struct slab *__wrap_slab_take(void);

static size_t n_taken;
static bool no_slabs;

struct slab *__wrap_slab_take(void)
{
	struct slab *s = no_slabs ? NULL : __real_slab_take();

	n_taken += s != NULL;
	return s;
}

/* `n` objects of one length, each filled with its number. */
static void hold(struct object **out, struct pack_cache *c, size_t n, size_t len)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = object_new(c, len);
		assert_non_null(out[i]);
		memset(out[i]->data, (int)(i & 0xff), len);
	}
}

static void release(struct object *const *held, size_t n)
{
	for (size_t i = 0; i < n; i++)
		object_release(held[i]);
}

static void check_room(unsigned len)
{
	enum { N = 1000 };
	struct pack_cache *c = pack_cache_new((size_t)100 * len);
	struct object *held[N], *o;
	size_t kept = 0;

	assert_non_null(c);
	hold(held, c, N, len);
	for (unsigned i = 0; i < N; i++)
		pack_cache_add(c, held[i], i & 1, 12 + i);
	for (unsigned i = 0; i < N; i++) {
		assert_null(pack_cache_find(c, 2, 12 + i));
		o = pack_cache_find(c, i & 1, 12 + i);
		assert_ptr_equal(o, held[i]);
		object_release(o);
		assert_int_equal((unsigned char)o->data[len - 1], i & 0xff);
	}
	release(held, N);
	for (unsigned i = 0; i < N; i++) {
		o = pack_cache_find(c, i & 1, 12 + i);
		kept += !!o;
		object_release(o);
	}
	assert_true(kept > 50 && kept <= 100);
	/* The one released last is there. */
	o = pack_cache_find(c, (N - 1) & 1, 12 + N - 1);
	assert_non_null(o);
	object_release(o);
	pack_cache_free(c);
}

static void held_objects_stay_and_others_make_room(void **state)
{
	static const unsigned lens[] = { 1000, 15000, 40000 };

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		check_room(lens[i]);
}

static void an_object_takes_the_place_of_one_of_its_size(void **state)
{
	enum { N = 500, ROUNDS = 100 };
	struct pack_cache *c = pack_cache_new(4 * SLAB_SIZE);
	struct object *held[N];

	assert_non_null(c);
	n_taken = 0;
	for (unsigned i = 0; i < ROUNDS; i++) {
		hold(held, c, N, 64 * 10 + i % 64);
		release(held, N);
	}
	assert_int_equal(n_taken, IN_SLABS ? 1 : 0);
	pack_cache_free(c);
}

/* All of its slabs, and as much again; then another size, which finds none left. */
static void use_beyond_slabs(size_t limit, size_t slabs)
{
	enum { N = 3000 };
	struct pack_cache *c = pack_cache_new(limit);
	struct object *held[N], *others[N];
	size_t n_in_slab = 0;
	long live;

	assert_non_null(c);
	n_taken = 0;
	hold(held, c, N, 2000);
	assert_int_equal(n_taken, slabs);
	release(held, N);
	live = n_live;
	hold(held, c, N, 2000);
	release(held, N);
	assert_int_equal(n_live, live);
	hold(others, c, N, 3000);
	hold(held, c, N, 2000);
	for (size_t i = 0; i < N; i++) {
		n_in_slab += held[i]->in_slab;
		assert_int_equal((unsigned char)held[i]->data[1999], i & 0xff);
		assert_int_equal((unsigned char)others[i]->data[2999], i & 0xff);
	}
	assert_int_equal(n_taken, slabs);
	assert_in_range(n_in_slab, slabs * 450, slabs * 550);
	release(held, N);
	release(others, N);
	pack_cache_free(c);
}

static void a_cache_beyond_its_slabs_goes_on_with_malloc(void **state)
{
	long live = n_live;

	slab_clear();
	use_beyond_slabs(0, 0);
	use_beyond_slabs(SLAB_SIZE - 1, 0);
	use_beyond_slabs(SLAB_SIZE, IN_SLABS ? 1 : 0);
	/* More than what is kept of malloc's: in slabs that does not count. */
	use_beyond_slabs(6 * SLAB_SIZE, IN_SLABS ? 6 : 0);
	assert_int_equal(n_live, live);
	assert_int_equal(slab_kept(), IN_SLABS ? 6 : 0);
	no_slabs = true;
	use_beyond_slabs(6 * SLAB_SIZE, 0);
	no_slabs = false;
	assert_int_equal(n_live, live);
	slab_clear();
}

static void little_of_what_malloc_gave_is_kept(void **state)
{
	enum { N = 20000, LEN = 1000, KEPT = (4 << 20) / LEN };
	struct pack_cache *c = pack_cache_new(0);
	struct object **held = calloc(N, sizeof(struct object *));
	long live = n_live;

	assert_non_null(c);
	assert_non_null(held);
	hold(held, c, N, LEN);
	assert_int_equal(n_live, live + N);
	release(held, N);
	assert_true(n_live <= live + KEPT);
	free(held);
	pack_cache_free(c);
}

static int fill(struct pack_cache *c, struct quarry_error *err)
{
	enum { SMALL = 100, LARGE = 20 };
	struct object *held[SMALL + LARGE];
	size_t n = 0;
	int rc = 0;

	while (!rc && n < SMALL + LARGE) {
		struct object *o = object_new(c, n < SMALL ? 16000 : 50000);

		if (o)
			held[n++] = o;
		else
			rc = quarry_error_nomem(err);
	}
	release(held, n);
	return rc;
}

static int make_and_fill(void *payload, struct quarry_error *err)
{
	struct pack_cache *c = pack_cache_new(SLAB_SIZE);
	int rc = c ? fill(c, err) : quarry_error_nomem(err);

	pack_cache_free(c);
	return rc;
}

static void memory_that_runs_out_is_reported(void **state)
{
	mode = ONCE;
	fail_each(make_and_fill, NULL, 40);
	mode = FROM_THEN_ON;
	fail_each(make_and_fill, NULL, 40);
	slab_clear();
}

static void a_length_that_no_number_holds_is_refused(void **state)
{
	struct pack_cache *c = pack_cache_new(SLAB_SIZE);

	assert_non_null(c);
	/* With what stands before it; malloc is not even asked, as sanitizers end the process. */
	for (size_t i = 0; i <= sizeof(struct object); i++)
		assert_null(object_new(c, SIZE_MAX - i));
	pack_cache_free(c);
}

/*
 * Random use, against a model that knows of each object which bytes it has, and which ones
 * must be there since somebody holds them.
 */
enum { IDS = 8000, HELD = 300, STEPS = 20000 };

struct model {
	uint64_t random;
	struct pack_cache *cache;
	struct object *held[HELD];
	uint32_t id_of[HELD];         /* of held ones */
	size_t lens[IDS];
	struct object *at[IDS];       /* the object while it is held */
	uint8_t n_held[IDS], added[IDS];
	uint32_t n_ids;
	size_t n_found;
	size_t n_beyond;              /* small objects that malloc gave */
};

/* splitmix64: the same numbers on every machine. */
static size_t below(struct model *m, size_t n)
{
	uint64_t z = m->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (size_t)((z ^ (z >> 31)) % n);
}

static size_t random_len(struct model *m)
{
	switch (below(m, 8)) {
	case 0:
		return below(m, 3);
	case 1:
		return 64 * (1 + below(m, 257)) - 1 + below(m, 3);
	case 2:
		return below(m, 20) ? below(m, 200) : 16000 + below(m, 200000);
	case 3:
		return below(m, 16384);
	default:
		return below(m, 400);
	}
}

static char byte_of(uint32_t id, size_t i)
{
	return (char)(id * 151 + (id >> 8) + i * 7 + (i >> 8));
}

static void check_bytes(const struct model *m, const struct object *o, uint32_t id)
{
	assert_int_equal(o->len, m->lens[id]);
	assert_int_equal((uintptr_t)o % _Alignof(struct object), 0);
	for (size_t i = 0; i < o->len; i++) {
		if (o->data[i] != byte_of(id, i))
			fail_msg("object %u of %zu bytes has others at %zu", id, o->len, i);
	}
}

static void hold_in(struct model *m, size_t slot, struct object *o, uint32_t id)
{
	m->held[slot] = o;
	m->id_of[slot] = id;
	m->at[id] = o;
	m->n_held[id]++;
}

static void make_one(struct model *m, size_t slot)
{
	uint32_t id = m->n_ids++;
	struct object *o;

	m->lens[id] = random_len(m);
	o = object_new(m->cache, m->lens[id]);
	assert_non_null(o);
	assert_int_equal(o->n_holders, 1);
	for (size_t i = 0; i < o->len; i++)
		o->data[i] = byte_of(id, i);
	m->n_beyond += o->size_class && !o->in_slab;
	hold_in(m, slot, o, id);
}

static void find_one(struct model *m, size_t slot)
{
	size_t newest = below(m, 4) ? 600 : IDS;
	uint32_t id = m->n_ids - 1 - (uint32_t)below(m, m->n_ids < newest ? m->n_ids : newest);
	struct object *o = pack_cache_find(m->cache, id % 3, id);

	if (m->n_held[id] && m->added[id])
		assert_ptr_equal(o, m->at[id]);
	if (!o)
		return;
	assert_true(m->added[id]);
	check_bytes(m, o, id);
	hold_in(m, slot, o, id);
	m->n_found++;
}

static void add_one(struct model *m, size_t slot)
{
	uint32_t id = m->id_of[slot];

	pack_cache_add(m->cache, m->held[slot], id % 3, id);
	m->added[id] = m->held[slot]->cached;
}

static void release_one(struct model *m, size_t slot)
{
	uint32_t id = m->id_of[slot];

	check_bytes(m, m->held[slot], id);
	object_release(m->held[slot]);
	m->held[slot] = NULL;
	m->n_held[id]--;
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)*(struct object *const *)a, y = (uintptr_t)*(struct object *const *)b;

	return (x > y) - (x < y);
}

/* Held more than once, an object is there more than once. */
static void check_overlap(const struct model *m)
{
	struct object *sorted[HELD];

	memcpy(sorted, m->held, sizeof(sorted));
	qsort(sorted, HELD, sizeof(sorted[0]), by_address);
	for (size_t i = 1; i < HELD; i++) {
		const struct object *o = sorted[i - 1];

		if (o && o != sorted[i] && o->data + o->room > (const char *)sorted[i])
			fail_msg("an object of %zu bytes reaches into another", o->len);
	}
}

static void one_step(struct model *m)
{
	size_t slot = below(m, HELD);

	if (m->held[slot]) {
		if (below(m, 3))
			add_one(m, slot);
		else
			release_one(m, slot);
	} else if (m->n_ids && (m->n_ids == IDS || below(m, 2))) {
		find_one(m, slot);
	} else {
		make_one(m, slot);
	}
}

/* What should happen did. */
static void check_run(const struct model *m, size_t limit)
{
	size_t slabs = IN_SLABS && !no_slabs ? limit / SLAB_SIZE : 0;

	assert_true(!limit || m->n_found > 100);
	assert_true(n_taken <= slabs && !!n_taken == !!slabs);
	if (IN_SLABS && slabs <= 1)
		assert_true(m->n_beyond > 100);
}

static void run_model(uint64_t seed, size_t limit)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->random = seed;
	m->cache = pack_cache_new(limit);
	assert_non_null(m->cache);
	n_taken = 0;
	for (unsigned i = 0; i < STEPS; i++) {
		one_step(m);
		if (i % 200 == 0)
			check_overlap(m);
	}
	for (size_t i = 0; i < HELD; i++) {
		if (m->held[i])
			release_one(m, i);
	}
	check_run(m, limit);
	pack_cache_free(m->cache);
	free(m);
}

static void every_object_keeps_its_own_bytes(void **state)
{
	static const size_t limits[] = { 0, 100000, SLAB_SIZE, 3 * SLAB_SIZE, 8 * SLAB_SIZE };
	long live = n_live;

	for (unsigned seed = 1; seed <= 2; seed++) {
		for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
			run_model(seed, limits[i]);
		assert_int_equal(n_live, live);
	}
	no_slabs = true;
	run_model(1, SLAB_SIZE);
	no_slabs = false;
	assert_int_equal(n_live, live);
	slab_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(held_objects_stay_and_others_make_room),
		cmocka_unit_test(an_object_takes_the_place_of_one_of_its_size),
		cmocka_unit_test(a_cache_beyond_its_slabs_goes_on_with_malloc),
		cmocka_unit_test(little_of_what_malloc_gave_is_kept),
		cmocka_unit_test(memory_that_runs_out_is_reported),
		cmocka_unit_test(a_length_that_no_number_holds_is_refused),
		cmocka_unit_test(every_object_keeps_its_own_bytes),
	};

	return cmocka_run_group_tests_name("pack cache", tests, NULL, NULL);
}
