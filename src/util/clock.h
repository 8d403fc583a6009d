/* How long things take: a clock that nobody sets. */
#ifndef QUARRY_UTIL_CLOCK_H
#define QUARRY_UTIL_CLOCK_H

#include <stdint.h>

/* Milliseconds of the monotonic clock. */
int64_t clock_ms(void);

#endif
