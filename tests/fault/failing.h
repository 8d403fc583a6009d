/*
 * Allocations that fail when a test says so.
 *
 * The linker sends our objects' calls here (-Wl,--wrap); those of the libraries go
 * past.  Live pieces are counted, so that a leak shows without a sanitizer too.  It
 * defines what the linker looks for: one file of a program includes it.
 */
#ifndef QUARRY_TESTS_FAILING_H
#define QUARRY_TESTS_FAILING_H

#include <stdbool.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void __real_free(void *p);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
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

#endif
