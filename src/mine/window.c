#include "mine/window.h"

#include "quarry/quarter.h"
#include "util/banned.h"

#define EARLIEST_S INT64_C(631152000) /* 1990-01-01 */
#define OFFSET_MAX_MIN (14 * 60)

bool window_is_open(int32_t since)
{
	return since == 0 || since == INT32_MIN;
}

static bool believable(const struct quarry_mine_options *o, bool has_time, int64_t time_s,
		       int32_t offset_min)
{
	return has_time && time_s >= (o->earliest_s ? o->earliest_s : EARLIEST_S) && offset_min >= -OFFSET_MAX_MIN &&
	       offset_min <= OFFSET_MAX_MIN;
}

bool window_has_raw(const struct quarry_mine_options *o, const struct raw_commit *raw)
{
	const struct ident *a = &raw->author, *c = &raw->committer;
	int64_t start_s;

	if (window_is_open(o->since))
		return true;
	start_s = quarry_quarter_start(o->since);
	if ((raw->has_author && a->time_s >= start_s) || (raw->has_committer && c->time_s >= start_s))
		return true;
	return !believable(o, raw->has_author && a->has_time, a->time_s, a->offset_min) ||
	       !believable(o, raw->has_committer && c->has_time, c->time_s, c->offset_min);
}

bool window_has_known(const struct quarry_mine_options *o, const struct quarry_known_commit *k)
{
	int64_t start_s;

	if (window_is_open(o->since))
		return true;
	start_s = quarry_quarter_start(o->since);
	return k->author_s >= start_s || k->committer_s >= start_s ||
	       !believable(o, true, k->author_s, 0) || !believable(o, true, k->committer_s, 0);
}
