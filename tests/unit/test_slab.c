/* Slabs: who gets which, how many are kept, and threads that share them. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "odb/pack_cache.h"
#include "odb/slab.h"

#ifdef QUARRY_DEBUG_ARENA
#define IN_SLABS 0 /* each object is a malloc of its own */
#else
#define IN_SLABS 1
#endif

/* `n` of them, each filled with its number. */
static struct slab *take(unsigned n)
{
	struct slab *list = NULL;

	for (unsigned i = 0; i < n; i++) {
		struct slab *s = slab_take();

		if (!s)
			abort();
		memset(s->data, (int)i, SLAB_ROOM);
		s->next = list;
		list = s;
	}
	return list;
}

static void slabs_that_were_given_are_taken_first(void **state)
{
	struct slab *first, *list;

	slab_clear();
	first = take(3);
	slab_give(first);
	assert_int_equal(slab_kept(), 3);
	list = take(3);
	assert_int_equal(slab_kept(), 0);
	assert_true(first == list || first == list->next || first == list->next->next);
	slab_give(list);
	slab_give(NULL);
	assert_int_equal(slab_kept(), 3);
}

static void no_more_are_kept_than_is_said(void **state)
{
	struct slab *list = take(SLAB_KEPT_MAX + 8), *late = take(1);

	slab_give(list);
	assert_int_equal(slab_kept(), SLAB_KEPT_MAX);
	slab_clear();
	assert_int_equal(slab_kept(), 0);
	/* Others may still have some. */
	slab_give(late);
	assert_int_equal(slab_kept(), 1);
	slab_clear();
	assert_int_equal(slab_kept(), 0);
}

static bool all_are(const char *p, size_t n, char byte)
{
	while (n && p[n - 1] == byte)
		n--;
	return n == 0;
}

/* More objects than `limit` bytes of slabs have room for. Where the first of them was; 0:
 * somebody else wrote to one. */
static uintptr_t use_cache(size_t limit, int byte)
{
	enum { LEN = 10000 };
	size_t n = limit / LEN + 50;
	struct pack_cache *c = pack_cache_new(limit);
	struct object **all = calloc(n, sizeof(struct object *));
	uintptr_t first;
	bool fine = true;

	for (size_t i = 0; i < n; i++) {
		all[i] = object_new(c, LEN);
		memset(all[i]->data, byte + (int)(i & 7), LEN);
	}
	first = (uintptr_t)all[0];
	for (size_t i = 0; i < n; i++) {
		fine = fine && all_are(all[i]->data, LEN, (char)(byte + (int)(i & 7)));
		object_release(all[i]);
	}
	free(all);
	pack_cache_free(c);
	return fine ? first : 0;
}

static void slabs_pass_from_one_cache_to_the_next(void **state)
{
	size_t limit = 3 * SLAB_SIZE + SLAB_SIZE / 2;
	uintptr_t first, second;

	slab_clear();
	first = use_cache(limit, 10);
	assert_int_equal(slab_kept(), IN_SLABS ? 3 : 0);
	second = use_cache(limit, 20);
	assert_int_equal(slab_kept(), IN_SLABS ? 3 : 0);
	assert_true(first && second);
	if (IN_SLABS)
		assert_true(first == second);
	assert_true(use_cache(SLAB_SIZE - 1, 30)); /* it may take none */
	assert_int_equal(slab_kept(), IN_SLABS ? 3 : 0);
	assert_true(use_cache((SLAB_KEPT_MAX + 4) * SLAB_SIZE, 40));
	assert_int_equal(slab_kept(), IN_SLABS ? SLAB_KEPT_MAX : 0);
	slab_clear();
}

struct sharer {
	pthread_t thread;
	int number;
	bool fine;
};

/* cmocka's assertions are for the main thread. */
static void *share(void *payload)
{
	struct sharer *t = payload;

	t->fine = true;
	for (int i = 0; i < 10; i++) {
		unsigned n = 3 + (unsigned)(t->number + i) % 9;
		struct slab *list = take(n);

		if (!use_cache(2 * SLAB_SIZE, 8 * t->number))
			t->fine = false;
		for (struct slab *s = list; s; s = s->next)
			t->fine = t->fine && all_are((char *)s->data, SLAB_ROOM, (char)--n);
		if (i % 8 == t->number)
			slab_clear();
		slab_give(list);
	}
	return NULL;
}

static void threads_share_slabs_and_none_has_another_s(void **state)
{
	struct sharer all[] = { { .number = 0 }, { .number = 1 }, { .number = 2 }, { .number = 3 } };

	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&all[i].thread, NULL, share, &all[i]), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(all[i].thread, NULL), 0);
		assert_true(all[i].fine);
	}
	assert_in_range(slab_kept(), 1, SLAB_KEPT_MAX);
	slab_clear();
	assert_int_equal(slab_kept(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slabs_that_were_given_are_taken_first),
		cmocka_unit_test(no_more_are_kept_than_is_said),
		cmocka_unit_test(slabs_pass_from_one_cache_to_the_next),
		cmocka_unit_test(threads_share_slabs_and_none_has_another_s),
	};

	return cmocka_run_group_tests_name("slab", tests, NULL, NULL);
}
