/*
 * The snapshot: the day up to which the histories are known (metrics.md quarter: a
 * quarter that is not over at the snapshot is labelled to date).
 *
 *  1. What quarry has fetched and read is known up to the day of the newest such fetch:
 *     older ones failed since, and are named in the report.
 *  2. How fresh a mirror is nobody says.  Its histories are known up to the day of
 *     its newest commit, over all repositories; since people rest at times, a
 *     quarter that ended within GRACE_S after it is taken for whole.
 *  3. Of the two the earlier day counts.
 */
#include "aggregate/derive.h"
#include "util/banned.h"

#define DAY_S 86400
#define GRACE_S (14 * DAY_S)

int derive_snapshot(struct quarry_derive *d, struct quarry_error *err)
{
	int64_t fetched = 0, in_place = 0;
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
	d->grace_s = in_place && (!fetched || in_place < fetched) ? GRACE_S : 0;
	d->snapshot_s = (d->grace_s ? in_place : fetched) / DAY_S * DAY_S;
	return 0;
}
