#include "util/zeroed.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

#define LINE 64

void *zeroed(size_t n, size_t size)
{
	size_t total;
	void *p;

	if (__builtin_mul_overflow(n, size, &total) || total > SIZE_MAX - LINE)
		return NULL;
	total = (total + LINE - 1) / LINE * LINE;
	/* Of malloc() and memset() compilers would make calloc(). */
	p = aligned_alloc(LINE, total ? total : LINE);
	if (p)
		memset(p, 0, total);
	return p;
}
