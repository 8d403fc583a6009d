/*
 * What the fuzz targets share.  A target is one function, which libFuzzer calls with
 * inputs of its making, and replay.c with files:
 *
 *	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
 *
 * A target does not only wait for a crash: it claims with MUST() what every caller of
 * the code relies on.
 */
#ifndef QUARRY_TESTS_FUZZ_H
#define QUARRY_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(claim) \
	do { \
		if (!(claim)) { \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #claim); \
			abort(); \
		} \
	} while (0)

/* Does s[0..len) lie inside data[0..size)? */
static inline bool lies_in(const void *s, size_t len, const void *data, size_t size)
{
	const char *p = s, *begin = data;

	return p >= begin && len <= size && p + len <= begin + size;
}

#endif
