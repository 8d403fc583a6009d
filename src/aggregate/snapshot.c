/*
 * The snapshot: the day up to which the histories are known (metrics.md quarter: a
 * quarter that is not over at the snapshot is labelled to date).
 *
 *  1. What quarry has fetched and read is known up to the day of the newest such fetch.
 *     One that cannot be brought any more must not hold back all the others: it is
 *     stale for the quarters that ended after its own fetch, and named as such.
 *  2. How fresh a mirror is nobody says.  Its histories are known up to the day of
 *     its newest commit, over all repositories; since people rest at times, a
 *     quarter that ended within GRACE_S after it is taken for whole.
 *  3. Of the two the earlier day counts, and no grace leads beyond the later one.
 *
 * Stale for a quarter that is over is what is known to a time before its end.  For one
 * that is not over it is what was fetched before the day before the snapshot's: a run
 * may go on past midnight.
 */
#include "aggregate/derive.h"
#include "quarry/quarter.h"
#include "util/banned.h"

#define DAY_S 86400
#define GRACE_S (14 * DAY_S)

int derive_snapshot(struct quarry_derive *d, struct quarry_error *err)
{
	int64_t fetched = 0, in_place = 0, ahead;
	int rc;

	rc = db_scalar(&fetched, d->db, "SELECT coalesce(max(facts_s), 0) FROM repo"
		       " JOIN tracked USING (repo) WHERE state = 1", 0, err);
	if (!rc)
		rc = db_scalar(&in_place, d->db, d->by_committer
			       ? "SELECT coalesce(max(activity_s), 0) FROM commit_time"
				 " JOIN commits USING (commit_id) JOIN tracked USING (repo)"
				 " JOIN repo USING (repo) WHERE facts_s = 0"
			       : "SELECT coalesce(max(other_s), 0) FROM commit_time"
				 " JOIN commits USING (commit_id) JOIN tracked USING (repo)"
				 " JOIN repo USING (repo) WHERE facts_s = 0", 0, err);
	if (rc)
		return rc;
	fetched = fetched / DAY_S * DAY_S;
	in_place = in_place / DAY_S * DAY_S;
	ahead = fetched ? fetched - in_place : GRACE_S;
	d->grace_s = in_place && ahead > 0 ? (ahead < GRACE_S ? ahead : GRACE_S) : 0;
	d->snapshot_s = d->grace_s ? in_place : fetched;
	return 0;
}

int64_t derive_stale_before(int32_t quarter, int64_t snapshot_s, int64_t grace_s)
{
	int64_t end_s = quarry_quarter_start(quarter + 1);

	return end_s <= snapshot_s + grace_s ? end_s : snapshot_s - DAY_S;
}

bool derive_is_stale(const struct quarry_derive *d, const struct derive_repo *r, int32_t quarter)
{
	return r->known_s > 0 &&
	       r->known_s < derive_stale_before(quarter, d->snapshot_s, d->grace_s);
}
