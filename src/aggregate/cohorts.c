/*
 * People by affiliation (metrics.md cohort):
 *
 *  1. each credit gets its affiliation: the override of its person that holds at the
 *     commit's activity time, else what its signature's e-mail tells then, else '';
 *  2. these are summed by repository, quarter and person;
 *  3. and counted, of the universe and of each category, as the quarter's membership has it.
 */
#include "aggregate/derive.h"
#include "util/banned.h"

/* The span that begins last before the time: since spans do not overlap, no other can hold. */
#define HOLDS(table, who) \
	"(SELECT iif(ct.activity_s < a.until_s, a.affiliation, NULL) FROM " table " a WHERE a." who \
	" = cr." who " AND a.from_s <= ct.activity_s ORDER BY a.from_s DESC LIMIT 1)"

static const char make_affiliated[] =
	"CREATE TEMP TABLE affiliated(repo INTEGER, quarter INTEGER, person INTEGER,"
	" affiliation TEXT, commits INTEGER);"
	"INSERT INTO temp.affiliated"
	" SELECT k.repo, k.quarter, cr.person, coalesce(" HOLDS("person_affiliation", "person")
	" , " HOLDS("signature_affiliation", "signature") ", '') AS affiliation, sum(cr.role = 0)"
	" FROM credit cr JOIN commit_kind k USING (commit_id) JOIN commit_time ct USING (commit_id)"
	" GROUP BY k.repo, k.quarter, cr.person, affiliation";

/* Quarters ?1 to ?2. Of '' who has an affiliation elsewhere in the scope is no contributor,
 * and the commits are there all the same. */
static const char fill_cohorts[] =
	"INSERT INTO cohort(scope, quarter, affiliation, contributors, commits)"
	" WITH own AS (SELECT a.*, CASE WHEN t.from_q IS NOT NULL AND quarter < t.from_q"
	"   THEN t.moved_from WHEN t.until_q IS NOT NULL AND quarter > t.until_q THEN NULL"
	"   ELSE t.category END AS category"
	"  FROM temp.affiliated a JOIN tracked t USING (repo) WHERE quarter BETWEEN ?1 AND ?2),"
	" placed AS (SELECT 0 AS scope, quarter, person, affiliation, commits FROM own"
	"   WHERE category IS NOT NULL"
	"  UNION ALL SELECT 1 + category, quarter, person, affiliation, commits FROM own"
	"   WHERE category IS NOT NULL),"
	" by_person AS (SELECT scope, quarter, person, affiliation, sum(commits) AS commits"
	"  FROM placed GROUP BY 1, 2, 3, 4),"
	" marked AS (SELECT *, affiliation = max(affiliation) OVER"
	"   (PARTITION BY scope, quarter, person) OR affiliation <> '' AS counts FROM by_person)"
	" SELECT scope, quarter, affiliation, sum(counts), sum(commits) FROM marked GROUP BY 1, 2, 3";

static int fill(struct quarry_derive *d, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, fill_cohorts, err);

	if (!rc) {
		db_bind_int(st, 1, d->lo);
		db_bind_int(st, 2, d->hi);
		rc = db_run(st, err);
	}
	db_finish(st);
	return rc;
}

int derive_cohorts(struct quarry_derive *d, struct quarry_error *err)
{
	int64_t n_groups = 0;
	int rc = db_scalar(&n_groups, d->db, "SELECT count(*) FROM affiliation_group", 0, err);

	if (rc || !n_groups)
		return rc;
	rc = db_exec(d->db, make_affiliated, err);
	if (!rc)
		rc = fill(d, err);
	return rc ? rc : db_exec(d->db, "DROP TABLE temp.affiliated", err);
}
