/*
 * Allocations that fail when a test says so.
 *
 * The linker sends our objects' calls here (-Wl,--wrap); those of the libraries go
 * past.  Live pieces are counted, so that a leak shows without a sanitizer too.  It
 * defines what the linker looks for: one file of a program includes it.
 *
 *	mode = ONCE;
 *	fail_each(work, payload, 50);
 */
#ifndef QUARRY_TESTS_FAILING_H
#define QUARRY_TESTS_FAILING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "quarry/error.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void __real_free(void *p);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);
void __wrap_free(void *p);

static long until_failure = -1; /* allocations that still succeed; -1: all */
static long n_live;
static bool failed;
static enum { ONCE, FROM_THEN_ON } mode;

static bool fails(void)
{
	if (until_failure < 0 || until_failure-- > 0)
		return false;
	failed = true;
	until_failure = mode == ONCE ? -1 : 0;
	return true;
}

static void *count(void *p)
{
	n_live += p != NULL;
	return p;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : count(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : count(__real_calloc(n, size));
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
	return fails() ? NULL : count(__real_aligned_alloc(align, size));
}

void *__wrap_realloc(void *p, size_t size)
{
	void *q = fails() ? NULL : __real_realloc(p, size);

	n_live += !p && q;
	return q;
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : count(__real_strdup(s));
}

void __wrap_free(void *p)
{
	n_live -= p != NULL;
	__real_free(p);
}

/*
 * Let the n-th allocation of `work` fail, for every n until none is left to fail.  It must
 * report that and leave nothing behind; and it must have had more than `least`, or the
 * wrapping does not work.
 */
static void fail_each(int (*work)(void *payload, struct quarry_error *err), void *payload,
		      long least)
{
	long n = 0;

	do {
		struct quarry_error err = QUARRY_ERROR_INIT;
		long live = n_live;
		int rc;

		failed = false;
		until_failure = n;
		rc = work(payload, &err);
		until_failure = -1;
		if (rc != (failed ? QUARRY_ENOMEM : 0))
			fail_msg("allocation %ld: %d '%s'", n, rc, err.text);
		assert_int_equal(err.code, rc);
		assert_string_equal(err.text, rc ? "out of memory" : "");
		if (n_live != live)
			fail_msg("allocation %ld: %ld pieces leaked", n, n_live - live);
		n++;
	} while (failed && n < 100000);
	assert_false(failed);
	assert_true(n > least);
}

#endif
