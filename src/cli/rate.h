/*
 * How fast something grows now: over the last ten seconds, not since it began.
 *
 *	struct rate r = RATE_INIT;
 *	rate_note(&r, now_ms, bytes);       from time to time
 *	if (rate_per_s(&per_s, &r, now_ms, bytes))
 *		...
 */
#ifndef QUARRY_CLI_RATE_H
#define QUARRY_CLI_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATE_SAMPLES 11 /* one a second */

struct rate {
	struct { int64_t ms; uint64_t amount; } at[RATE_SAMPLES]; /* a ring */
	size_t n, next;
};

#define RATE_INIT { .n = 0 }

/* The amount at a time; both never fall. Times less than a second apart count once. */
void rate_note(struct rate *r, int64_t now_ms, uint64_t amount);

/* How much a second; false: it is too early to tell. */
bool rate_per_s(uint64_t *out, const struct rate *r, int64_t now_ms, uint64_t amount);

#endif
