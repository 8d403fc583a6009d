#include "quarry/edition.h"

#include "util/banned.h"

/*
 * 100 * part / whole, rounded half up, exact for every part >= 0, whole > 0.
 *
 * Schoolbook: 100 is taken bit by bit from the top; quotient and rest are
 * doubled, and the part's own quotient and rest added where the bit is set.  The
 * rest stays below whole < 2^63, so its double never leaves 64 bits.
 */
static int64_t percent_of(uint64_t part, uint64_t whole)
{
	const uint64_t factor = 100;
	uint64_t quotient = 0, rest = 0;

	if (part / whole >= INT64_MAX / factor)
		return INT64_MAX;
	for (int bit = 6; bit >= 0; bit--) {
		quotient = quotient * 2 + rest * 2 / whole;
		rest = rest * 2 % whole;
		if (factor >> bit & 1) {
			rest += part % whole;
			quotient += part / whole + rest / whole;
			rest %= whole;
		}
	}
	return (int64_t)(quotient + (rest >= whole - rest));
}

struct quarry_qoq quarry_qoq_of(int64_t v1, int64_t v0, int64_t small_base)
{
	struct quarry_qoq q = { QUARRY_QOQ_NONE, 0, 0 };

	if (v0 <= 0) {
		q.kind = v1 > 0 ? QUARRY_QOQ_NEW : QUARRY_QOQ_NONE;
		return q;
	}
	if (v1 < 0)
		v1 = 0;
	q.kind = QUARRY_QOQ_PERCENT;
	q.percent = v1 >= v0 ? percent_of((uint64_t)(v1 - v0), (uint64_t)v0)
			     : -percent_of((uint64_t)(v0 - v1), (uint64_t)v0);
	q.small_base = v0 < small_base;
	return q;
}
