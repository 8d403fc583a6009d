/*
 * Text for a parser in memory that ends exactly behind it, so that ASan sees a read
 * beyond; without one the test still runs.  To be freed.  Include it after cmocka.h.
 */
#ifndef QUARRY_TESTS_EXACT_H
#define QUARRY_TESTS_EXACT_H

#include <stdlib.h>
#include <string.h>

static inline char *exact(const char *s, size_t len)
{
	char *p = malloc(len ? len : 1);

	assert_non_null(p);
	memcpy(p, s, len);
	return p;
}

#endif
