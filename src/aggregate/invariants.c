/*
 * What must hold of every run (metrics.md 12).  Each check is a query of its own
 * over tables that the figures did not come from where there are any, and returns
 * a row for each breach: what, scope, quarter, and the two numbers that differ.
 */
#include <stdio.h>

#include "aggregate/derive.h"
#include "util/banned.h"

struct invariant {
	const char *id;
	const char *says;
	const char *sql; /* rows: scope id, quarter, got, expected */
};

/* A sum with a part that is not known (NULL) is not known. */
#define CATEGORY_SUM(metric) \
	"SELECT '" metric "', u.quarter, sum(c." metric "), u." metric \
	" FROM scope_quarter u JOIN scope_quarter c USING (quarter, members_of)" \
	" JOIN scope ON scope.scope = c.scope AND scope.kind = 'category'" \
	" WHERE u.scope = 0 GROUP BY u.quarter, u.members_of" \
	" HAVING iif(count(c." metric ") = count(*), sum(c." metric "), NULL) IS NOT u." metric

/* A repository's category when membership is taken at the quarter itself. */
#define OWN_CATEGORY \
	"CASE WHEN t.from_q IS NOT NULL AND quarter < t.from_q THEN t.moved_from" \
	" WHEN t.until_q IS NOT NULL AND quarter > t.until_q THEN NULL ELSE t.category END"

static const struct invariant invariants[] = {
	{ "1a", "the commits of the categories sum to the universe's", CATEGORY_SUM("commits") },
	{ "1b", "the touches of the categories sum to the universe's", CATEGORY_SUM("file_touches") },
	{ "1c", "the raw touches of the categories sum to the universe's",
	  CATEGORY_SUM("file_touches_raw") },
	{ "1d", "commits of the universe are the counted commits of its members",
	  "SELECT 'universe', quarter, sq.commits, coalesce(n, 0) FROM scope_quarter sq LEFT JOIN"
	  " (SELECT quarter, sum((" OWN_CATEGORY ") IS NOT NULL) AS n FROM commit_kind"
	  "  JOIN tracked t USING (repo) WHERE kind = 0 GROUP BY quarter) USING (quarter)"
	  " WHERE sq.scope = 0 AND sq.members_of = quarter AND sq.commits <> coalesce(n, 0)" },
	{ "1e", "raw touches of the universe are the touches of its counted commits, where all were read",
	  "SELECT 'universe', quarter, sq.file_touches_raw, coalesce(n, 0) FROM scope_quarter sq"
	  " LEFT JOIN (SELECT k.quarter, sum(c.n_touches) AS n,"
	  "  max(c.n_touches IS NULL OR k.quarter < r.since) AS unread FROM commit_kind k"
	  "  JOIN commits c USING (commit_id) JOIN tracked t ON t.repo = k.repo"
	  "  JOIN repo r ON r.repo = k.repo"
	  "  WHERE kind = 0 AND (" OWN_CATEGORY ") IS NOT NULL GROUP BY k.quarter) USING (quarter)"
	  " WHERE sq.scope = 0 AND sq.members_of = quarter"
	  " AND sq.file_touches_raw IS NOT iif(unread, NULL, coalesce(n, 0))" },
	{ "1f", "every reachable commit is exactly one of the five kinds",
	  "SELECT r.slug, 0, (SELECT count(*) FROM commit_kind k WHERE k.repo = t.repo),"
	  " (SELECT count(*) FROM commits c WHERE c.repo = t.repo)"
	  " FROM tracked t JOIN repo r USING (repo) WHERE NOT t.excluded AND"
	  " (SELECT count(*) FROM commit_kind k WHERE k.repo = t.repo) <>"
	  " (SELECT count(*) FROM commits c WHERE c.repo = t.repo)" },
	{ "1g", "the lines of the categories sum to the universe's", CATEGORY_SUM("lines_churn") },
	{ "1h", "the raw lines of the categories sum to the universe's", CATEGORY_SUM("lines_churn_raw") },
	{ "1i", "the commits of all affiliations, and those nobody is credited with, are a scope's",
	  "WITH own AS (SELECT k.quarter, " OWN_CATEGORY " AS c,"
	  "  k.commit_id NOT IN (SELECT commit_id FROM credit WHERE role = 0) AS uncredited"
	  "  FROM commit_kind k JOIN tracked t USING (repo) WHERE k.kind = 0 AND c IS NOT NULL),"
	  " rest AS (SELECT 0 AS scope, quarter, sum(uncredited) AS n FROM own GROUP BY 1, 2"
	  "  UNION ALL SELECT 1 + c, quarter, sum(uncredited) FROM own GROUP BY 1, 2)"
	  " SELECT scope.id, sq.quarter, (SELECT coalesce(sum(commits), 0) FROM cohort co"
	  "  WHERE co.scope = sq.scope AND co.quarter = sq.quarter) + coalesce(rest.n, 0) AS found,"
	  " sq.commits FROM scope_quarter sq JOIN scope USING (scope)"
	  " LEFT JOIN rest USING (scope, quarter)"
	  " WHERE scope.kind <> 'repository' AND sq.members_of = sq.quarter AND found <> sq.commits"
	  " AND EXISTS(SELECT 1 FROM affiliation_group)" },
	{ "1j", "contributors are those without an affiliation and, since these overlap, at most the others",
	  "SELECT scope.id, quarter, sum(iif(affiliation = '', co.contributors, 0))"
	  " + max(iif(affiliation = '', 0, co.contributors)) AS n, sq.contributors FROM cohort co"
	  " JOIN scope_quarter sq USING (scope, quarter) JOIN scope USING (scope)"
	  " WHERE sq.members_of = quarter GROUP BY co.scope, quarter"
	  " HAVING n > sq.contributors OR sum(co.contributors) < sq.contributors" },
	{ "1k", "each touch is one commit's",
	  "WITH seen AS (SELECT (SELECT coalesce(sum(n_touches), 0) FROM commits) AS of_commits,"
	  "  (SELECT count(*) FROM touch) AS shown, (SELECT count(*) FROM touch_row) AS stored)"
	  " SELECT 'commits', 0, of_commits, stored FROM seen WHERE of_commits <> stored"
	  " UNION ALL SELECT 'touch', 0, shown, stored FROM seen WHERE shown <> stored"
	  " UNION ALL SELECT 'overlapping', 0, first_touch, behind FROM (SELECT first_touch,"
	  "  lag(first_touch + n_touches) OVER (ORDER BY first_touch) AS behind FROM commits"
	  "  WHERE n_touches > 0) WHERE first_touch < behind" },
	{ "2", "contributors of the categories less the universe's are the persons' further categories",
	  "WITH place AS (SELECT DISTINCT a.person, a.quarter, " OWN_CATEGORY " AS c"
	  "  FROM activity a JOIN tracked t USING (repo) WHERE c IS NOT NULL),"
	  " further AS (SELECT quarter, count(*) - count(DISTINCT person) AS n FROM place GROUP BY quarter)"
	  " SELECT 'universe', u.quarter, sum(c.contributors) - u.contributors, coalesce(n, 0)"
	  " FROM scope_quarter u JOIN scope_quarter c USING (quarter, members_of)"
	  " JOIN scope ON scope.scope = c.scope AND scope.kind = 'category'"
	  " LEFT JOIN further USING (quarter)"
	  " WHERE u.scope = 0 AND u.members_of = u.quarter GROUP BY u.quarter"
	  " HAVING sum(c.contributors) - u.contributors <> coalesce(n, 0)" },
	{ "3a", "contributors are retained, reactivated and new ones",
	  "SELECT scope.id, quarter, retained + reactivated + new_contributors, contributors"
	  " FROM scope_quarter JOIN scope USING (scope)"
	  " WHERE retained + reactivated + new_contributors <> contributors" },
	{ "3b", "stock and flow close",
	  "SELECT scope.id, quarter, start + entered + \"in\" + reactivated - out - dormant, \"end\""
	  " FROM scope_flow JOIN scope USING (scope)"
	  " WHERE start + entered + \"in\" + reactivated - out - dormant <> \"end\"" },
	{ "3c", "the parts of a change sum to it",
	  "SELECT scope.id || ' ' || metric, ch.quarter, organic + new_repos + revived + gone + stale,"
	  " CASE metric WHEN 'commits' THEN a.commits - b.commits"
	  "  WHEN 'file_touches' THEN a.file_touches - b.file_touches"
	  "  ELSE a.contributors - b.contributors END AS change"
	  " FROM scope_change ch JOIN scope USING (scope)"
	  " JOIN scope_quarter a ON a.scope = ch.scope AND a.quarter = ch.quarter"
	  "  AND a.members_of = ch.quarter"
	  " JOIN scope_quarter b ON b.scope = ch.scope AND b.quarter = ch.quarter - 1"
	  "  AND b.members_of = ch.quarter"
	  " WHERE organic + new_repos + revived + gone + stale IS NOT change" },
	{ "3d", "the homes of a quarter are its contributors",
	  "SELECT 'universe', quarter, \"end\", contributors FROM scope_flow JOIN scope_quarter"
	  " USING (scope, quarter) WHERE scope = 0 AND members_of = quarter AND \"end\" <> contributors" },
	{ "4a", "the overlap matrix is symmetric",
	  "SELECT x.a || ' ' || x.b, x.quarter, x.persons, coalesce(y.persons, 0) FROM overlap x"
	  " LEFT JOIN overlap y ON y.quarter = x.quarter AND y.a = x.b AND y.b = x.a"
	  " WHERE x.persons <> coalesce(y.persons, 0)" },
	{ "4b", "the diagonal of the overlap matrix is the contributors",
	  "SELECT scope.id, sq.quarter, coalesce(o.persons, 0), sq.contributors FROM scope_quarter sq"
	  " JOIN scope USING (scope)"
	  " LEFT JOIN overlap o ON o.quarter = sq.quarter AND o.a = scope.category AND o.b = o.a"
	  " WHERE scope.kind = 'category' AND sq.members_of = sq.quarter"
	  " AND coalesce(o.persons, 0) <> sq.contributors" },
	{ "4c", "an intersection is no larger than either set",
	  "SELECT o.a || ' ' || o.b, o.quarter, o.persons, d.persons FROM overlap o"
	  " JOIN overlap d ON d.quarter = o.quarter AND d.a = o.a AND d.b = o.a"
	  " WHERE o.persons > d.persons" },
	{ "5a", "robust figures are no larger than raw ones",
	  "SELECT scope.id, quarter, file_touches, file_touches_raw FROM scope_quarter"
	  " JOIN scope USING (scope) WHERE file_touches > file_touches_raw"
	  " OR distinct_files > distinct_files_raw OR top5_touches > file_touches_raw"
	  " OR lines_churn > lines_churn_raw" },
	{ "5b", "lenient contributors <= strict ones <= e-mails",
	  "SELECT scope.id, quarter, contributors_lo, contributors_hi FROM scope_quarter"
	  " JOIN scope USING (scope) WHERE NOT (contributors_lo <= contributors"
	  " AND contributors <= contributors_hi AND authors <= contributors)" },
	{ "5c", "of files all is known or nothing, and lines only where they are",
	  "SELECT scope.id, quarter, (file_touches IS NULL) + (distinct_files_raw IS NULL)"
	  " + (distinct_files IS NULL) + (top5_touches IS NULL) AS n, 4 * (file_touches_raw IS NULL)"
	  " AS all_of_them FROM scope_quarter JOIN scope USING (scope) WHERE n <> all_of_them"
	  " OR (lines_churn IS NULL) <> (lines_churn_raw IS NULL)"
	  " OR file_touches_raw IS NULL AND lines_churn IS NOT NULL" },
	{ "7", "the bins hold every contributor once",
	  "SELECT scope.id, quarter, bins_1 + bins_2 + bins_3 + bins_4 + bins_5 + bins_6 + bins_7"
	  " + bins_8 + bins_9 + bins_10 + bins_11 + bins_12 + bins_13 AS n, contributors"
	  " FROM scope_quarter JOIN scope USING (scope) WHERE n <> contributors" },
};

/* A number of a breach; what is not known is NULL. */
static const char *shown(char buf[32], struct db_stmt *st, int col)
{
	if (db_is_null(st, col))
		return "n/a";
	(void)snprintf(buf, 32, "%lld", (long long)db_int(st, col)); /* always fits */
	return buf;
}

static int check(struct quarry_derive *d, const struct invariant *i, struct quarry_error *err)
{
	char quarter[QUARRY_QUARTER_TEXT], got[32], expected[32];
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, i->sql, err);

	if (!rc)
		rc = db_step(st, err);
	if (rc > 0)
		rc = quarry_error_set(err, QUARRY_EFAIL,
				      "broken invariant %s (%s): '%s' in %s has %s, expected %s; "
				      "nothing was written", i->id, i->says, db_text(st, 0),
				      quarry_quarter_format(quarter, (int32_t)db_int(st, 1)),
				      shown(got, st, 2), shown(expected, st, 3));
	db_finish(st);
	return rc;
}

int derive_invariants(struct quarry_derive *d, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(invariants) / sizeof(invariants[0]); i++)
		rc = check(d, &invariants[i], err);
	return rc;
}
