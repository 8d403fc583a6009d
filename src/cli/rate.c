#include "cli/rate.h"

#include "util/banned.h"

#define SAMPLE_MS 1000
#define SETTLE_MS 2000 /* over less a rate is noise */

void rate_note(struct rate *r, int64_t now_ms, uint64_t amount)
{
	size_t last = (r->next + RATE_SAMPLES - 1) % RATE_SAMPLES;

	if (r->n && now_ms - r->at[last].ms < SAMPLE_MS)
		return;
	r->at[r->next].ms = now_ms;
	r->at[r->next].amount = amount;
	r->next = (r->next + 1) % RATE_SAMPLES;
	if (r->n < RATE_SAMPLES)
		r->n++;
}

bool rate_per_s(uint64_t *out, const struct rate *r, int64_t now_ms, uint64_t amount)
{
	size_t oldest = (r->next + RATE_SAMPLES - r->n) % RATE_SAMPLES;
	int64_t ms = r->n ? now_ms - r->at[oldest].ms : 0;

	if (ms < SETTLE_MS || amount < r->at[oldest].amount)
		return false;
	*out = (uint64_t)((double)(amount - r->at[oldest].amount) * 1000 / (double)ms);
	return true;
}
