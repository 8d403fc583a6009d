/*
 * Data quality of an edition: what was repaired, missing or left out, and how the
 * headline would read under the other choices.
 */
#include "aggregate/edition.h"
#include "util/banned.h"

struct count {
	const char *id;
	const char *text;
	const char *sql; /* ?1 is the quarter, ?2 the time before which histories are stale */
};

#define IN_QUARTER \
	" FROM commit_kind k JOIN commits c USING (commit_id) JOIN commit_time ct USING (commit_id)" \
	" JOIN tracked t ON t.repo = k.repo WHERE k.quarter = ?1 AND (" CATEGORY_AT_1 ") IS NOT NULL"

/* A number that needs the touches of the quarter; NULL where not all were read. */
#define IF_READ(number) \
	"SELECT iif(EXISTS(SELECT 1" IN_QUARTER " AND k.kind = 0 AND (c.n_touches IS NULL" \
	"  OR k.quarter < (SELECT since FROM repo WHERE repo.repo = k.repo))), NULL, (" number "))"

/* Touches of counted commits with one of enum quarry_lines in place of lines. */
#define WITHOUT_LINES(code) \
	IF_READ("SELECT coalesce(sum((SELECT count(*) FROM touch WHERE touch.commit_id = c.commit_id" \
		" AND added = " code ")), 0)" IN_QUARTER " AND k.kind = 0")

#define AUTHOR_IS(class) \
	"(SELECT class FROM signature_class sc WHERE sc.signature = c.author) = '" class "'"
#define NOT_EXPORTED " AND k.commit_id NOT IN (SELECT commit_id FROM export)"

#define NOT_OPTED_OUT \
	" AND coalesce((SELECT NOT opted_out FROM person p WHERE p.person = alarm.person), 1)"
#define ALARMS(kind) "SELECT count(*) FROM alarm WHERE kind = '" kind "' AND ?1 = ?1" NOT_OPTED_OUT

static const struct count counts[] = {
	{ "repositories_failed", "repositories that could not be brought or read in the last run",
	  "SELECT count(*) FROM repo JOIN tracked t USING (repo) WHERE fetch_problem || mine_problem <> '' AND ?1 = ?1" },
	{ "repositories_never", "repositories never mined so far",
	  "SELECT count(*) FROM repo JOIN tracked t USING (repo) WHERE state = 0 AND ?1 = ?1" },
	{ "repositories_empty", "repositories without any commit",
	  "SELECT count(*) FROM repo JOIN tracked t USING (repo) WHERE state = 2 AND ?1 = ?1" },
	{ "repositories_shallow", "repositories whose history is cut off: who is new there is unknown",
	  "SELECT count(*) FROM repo JOIN tracked t USING (repo) WHERE shallow AND ?1 = ?1" },
	{ "repositories_broken", "repositories whose history misses commits, or has damaged ones: who is new there"
	  " is unknown",
	  "SELECT count(*) FROM repo JOIN tracked t USING (repo) WHERE " BROKEN " AND ?1 = ?1" },
	{ "commits_unread", "commits that are missing or damaged, in all quarters: what lies behind them is lost",
	  "SELECT coalesce(sum(n), 0) FROM repo_flag JOIN tracked t USING (repo)"
	  " WHERE flag IN ('missing_commits', 'damaged_commits') AND ?1 = ?1" },
	{ "repositories_windowed", "repositories whose touches were read of the last quarters only: figures of files"
	  " before are n/a",
	  "SELECT count(*) FROM repo JOIN tracked t USING (repo) WHERE " WINDOWED
	  " AND (" CATEGORY_AT_1 ") IS NOT NULL" },
	{ "repositories_ended", "repositories read in place whose newest commit is older than the quarter: quiet since,"
	  " or an old copy",
	  "SELECT count(*) FROM tracked t JOIN repo USING (repo) WHERE state = 1 AND facts_s = 0"
	  " AND (" CATEGORY_AT_1 ") IS NOT NULL AND (SELECT max(quarter) FROM commits c"
	  " JOIN commit_time USING (commit_id) WHERE c.repo = t.repo) < ?1" },
	{ "repositories_stale", "repositories that are not up to date: their copy was fetched before the quarter ended (in"
	  " one that is not over, before the snapshot), and what came since is missing",
	  "SELECT count(*) FROM tracked t WHERE known_s > 0 AND known_s < ?2"
	  " AND (" CATEGORY_AT_1 ") IS NOT NULL" },
	{ "trees_unread", "trees that could not be read, in all quarters: their touches are missing",
	  "SELECT coalesce(sum(missing_objects - (SELECT coalesce(sum(n), 0) FROM repo_flag f"
	  " WHERE f.repo = t.repo AND flag IN ('missing_commits', 'damaged_commits'))), 0)"
	  " FROM repo JOIN tracked t USING (repo) WHERE ?1 = ?1" },
	{ "mailmaps_missing", "repositories whose .mailmap is not in the local copy",
	  "SELECT count(*) FROM repo JOIN tracked t USING (repo) WHERE mailmap_missing AND ?1 = ?1" },
	{ "time_fixed", "commits of the quarter whose recorded time was implausible and was repaired",
	  "SELECT coalesce(sum(ct.time_fixed), 0)" IN_QUARTER " AND k.kind <> 4" },
	{ "not_utf8", "commits of the quarter whose text had to be decoded",
	  "SELECT coalesce(sum((c.flags & 64) <> 0), 0)" IN_QUARTER " AND k.kind <> 4" },
	{ "bad_identity", "commits of the quarter without a readable author line",
	  "SELECT coalesce(sum((c.flags & 4) <> 0), 0)" IN_QUARTER " AND k.kind <> 4" },
	{ "patch_duplicates", "commits of the quarter that are the work of another one under an id of"
	  " their own, and count there",
	  "SELECT count(*)" IN_QUARTER " AND c.commit_id IN (SELECT commit_id FROM same_work)" },
	{ "group_commits", "counted commits of the quarter whose author signs for several people: credited to"
	  " nobody",
	  "SELECT count(*)" IN_QUARTER " AND k.kind = 0 AND " AUTHOR_IS("group") NOT_EXPORTED },
	{ "group_accounts", "such authors: how many people each of them hides is unknown",
	  "SELECT count(DISTINCT c.author)" IN_QUARTER " AND k.kind = 0 AND " AUTHOR_IS("group") NOT_EXPORTED },
	{ "placeholder_commits", "counted commits of the quarter whose author is nobody in particular: credited to"
	  " nobody",
	  "SELECT count(*)" IN_QUARTER " AND k.kind = 0 AND " AUTHOR_IS("placeholder") NOT_EXPORTED },
	{ "exported_commits", "counted commits of the quarter that an export signed: credited to the human whom it"
	  " names",
	  "SELECT count(*)" IN_QUARTER " AND k.kind = 0 AND k.commit_id IN (SELECT commit_id FROM export)" },
	{ "opted_out", "persons who have opted out: credited with nothing",
	  "SELECT count(*) FROM person WHERE opted_out AND ?1 = ?1" },
	{ "bulk_commits", "counted commits of the quarter that touch more paths than the bulk threshold",
	  IF_READ("SELECT coalesce(sum(k.kind = 0 AND c.n_touches > (SELECT CAST(value AS INTEGER)"
		  " FROM meta WHERE key = 'bulk_paths')), 0)" IN_QUARTER) },
	{ "lines_binary", "touches of counted commits of the quarter without lines, because a side is binary",
	  WITHOUT_LINES("-2") },
	{ "lines_oversized", "touches whose lines were not counted, because a side is larger than 64 MiB or has more"
	  " than a million lines",
	  WITHOUT_LINES("-3") },
	{ "lines_missing", "touches whose lines could not be counted, because a side is not in the local copy",
	  WITHOUT_LINES("-4") },
	{ "handed_over", "counted commits of the quarter before whose repository is no member any more, while"
	  " a member holds them too: the base lacks them",
	  /* Few have left, and ids are found a repository at a time: CROSS keeps that order. */
	  "SELECT count(*) FROM tracked t CROSS JOIN commit_kind k ON k.repo = t.repo"
	  " AND k.quarter = ?1 - 1 AND k.kind = 0 JOIN commits c USING (commit_id)"
	  " WHERE (" CATEGORY_AT_1 ") IS NULL AND EXISTS (SELECT 1 FROM tracked t"
	  " CROSS JOIN commits c2 ON c2.repo = t.repo AND c2.oid = c.oid WHERE t.repo <> c.repo"
	  " AND (" CATEGORY_AT_1 ") IS NOT NULL)" },
	{ "root_commits", "counted commits of the quarter without a parent",
	  "SELECT coalesce(sum(k.kind = 0 AND c.n_parents = 0), 0)" IN_QUARTER },
	{ "persons_many_emails", "persons with more than 12 e-mails or 6 names: perhaps several people",
	  "SELECT count(DISTINCT person) FROM alarm WHERE kind IN ('many_emails', 'many_names') AND ?1 = ?1"
	  NOT_OPTED_OUT },
	{ "identity_bridges", "signatures or e-mails that alone hold a large person together: perhaps several people",
	  ALARMS("bridge") },
	{ "identity_conflicts", "evidence about people that contradicts other evidence, and joins nobody",
	  "SELECT count(*) FROM alarm WHERE kind IN ('login_ids', 'mailmaps', 'split', 'entries')"
	  " AND ?1 = ?1" },
	{ "near_bots", "humans whose name, but not the address, is like that of a bot or an agent",
	  ALARMS("near_bot") },
	{ "regular_humans", "humans nearly all of whose subjects are one: perhaps bots", ALARMS("regular") },
};

#define N_COUNTS (sizeof(counts) / sizeof(counts[0]))

static int read_counts(struct edition_reader *r, struct quarry_error *err)
{
	int rc = 0;

	r->e->quality = arena_alloc(r->arena, N_COUNTS * sizeof(*r->e->quality));
	if (!r->e->quality)
		return quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < N_COUNTS; i++) {
		struct quarry_quality *q = &r->e->quality[i];

		*q = (struct quarry_quality){ .id = counts[i].id, .text = counts[i].text };
		rc = edition_number(&q->count, r, counts[i].sql, r->e->quarter, r->stale_before_s,
				    err);
	}
	r->e->n_quality = N_COUNTS;
	return rc;
}

/* Members of the edition's quarter ?1, commits of quarter ?2 by the other basis. */
static const char other_commits[] =
	"SELECT count(*) FROM commit_kind k JOIN commit_time ct USING (commit_id)"
	" JOIN tracked t USING (repo) WHERE kind = 0 AND other_quarter = ?2"
	" AND (" CATEGORY_AT_1 ") IS NOT NULL";
static const char other_contributors[] =
	"SELECT count(DISTINCT person) FROM credit JOIN commit_kind k USING (commit_id)"
	" JOIN commit_time ct USING (commit_id) JOIN tracked t USING (repo)"
	" WHERE other_quarter = ?2 AND (" CATEGORY_AT_1 ") IS NOT NULL";

static int other_basis(struct edition_reader *r, struct quarry_error *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < 2; i++) {
		rc = edition_number(&r->e->other_commits[i], r, other_commits, r->e->quarter,
				    r->e->quarter - i, err);
		if (!rc)
			rc = edition_number(&r->e->other_contributors[i], r, other_contributors,
					    r->e->quarter, r->e->quarter - i, err);
	}
	return rc;
}

static int other_taxonomy(struct edition_reader *r, struct quarry_error *err)
{
	/* The base under the membership that the edition did not choose. */
	int32_t members_of = r->as_of ? r->e->quarter : r->e->quarter - 1;
	int rc;

	r->e->other_taxonomy_commits[0] = r->e->scopes[0].now.commits;
	r->e->other_taxonomy_contributors[0] = r->e->scopes[0].now.contributors;
	rc = edition_number(&r->e->other_taxonomy_commits[1], r,
			    "SELECT commits FROM scope_quarter"
			    " WHERE scope = 0 AND quarter = ?1 AND members_of = ?2",
			    r->e->quarter - 1, members_of, err);
	if (!rc)
		rc = edition_number(&r->e->other_taxonomy_contributors[1], r,
				    "SELECT contributors FROM scope_quarter"
				    " WHERE scope = 0 AND quarter = ?1 AND members_of = ?2",
				    r->e->quarter - 1, members_of, err);
	return rc;
}

int edition_quality(struct edition_reader *r, struct quarry_error *err)
{
	int rc = read_counts(r, err);

	if (!rc)
		rc = other_basis(r, err);
	if (!rc)
		rc = other_taxonomy(r, err);
	if (!rc)
		rc = db_scalar(&r->e->newest_s, r->db,
			       "SELECT max(activity_s) FROM commit_time JOIN commit_kind USING (commit_id)"
			       " WHERE NOT time_fixed", 0, err);
	return rc;
}
