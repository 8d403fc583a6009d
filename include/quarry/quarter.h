/**
 * Calendar quarters, UTC, half-open: [start, next start).
 *
 * A quarter is an integer, year * 4 + (0..3), so that quarters subtract and
 * compare; 2024Q1 is 8096.  It is written `2024Q1` (metrics.md 1).
 */
#ifndef QUARRY_QUARTER_H
#define QUARRY_QUARTER_H

#include <stddef.h>
#include <stdint.h>

/** "No quarter given". */
#define QUARRY_QUARTER_NONE INT32_MIN

/** Bytes that hold any quarter that is written, the NUL included. */
#define QUARRY_QUARTER_TEXT 24

/** Seven-day bins in a quarter; the last one has 6 to 8 days. */
#define QUARRY_QUARTER_BINS 13

/** The quarter of a time in seconds since 1970-01-01 UTC; any value is allowed. */
int32_t quarry_quarter_of(int64_t time_s);

/** First second of a quarter. */
int64_t quarry_quarter_start(int32_t quarter);

/** The bin, 0..12, of a time that lies in `quarter` (metrics.md 7). */
int quarry_quarter_bin(int32_t quarter, int64_t time_s);

/** Read `2024Q1` (a lower-case q too); 0, or -1 when it is not one. */
int quarry_quarter_parse(int32_t *out, const char *text);

/** Write it into `buf` and return `buf`. */
char *quarry_quarter_format(char buf[QUARRY_QUARTER_TEXT], int32_t quarter);

/** Write a time as `2025-06-30` or `2025-06-30T12:00:00Z`; returns `buf`. */
char *quarry_date_format(char *buf, size_t size, int64_t time_s);
char *quarry_time_format(char *buf, size_t size, int64_t time_s);

#endif
