/*
 * Stores of older versions: brought up to this one by what writes, and read as they
 * are by what only reads.
 *
 *	version 5   had touches as a table in the order of commits
 *	version 4   had a row for each file of a tip, and an index of paths by repository
 *	version 3   kept fewer keys of trailers, and no lines of messages that are none
 *	version 2   had no table of what version 3 says of tips, flags and commits that went,
 *	            and n_touches was never NULL
 *	version 1   nor repo_event
 */
#include "store/store.h"
#include "util/banned.h"

/* Before the tables of this version are made.  A column cannot lose its NOT NULL, so
 * commits is made anew; legacy_alter_table leaves alone what refers to it by name. */
static const char from_2_before[] =
	"PRAGMA legacy_alter_table = ON;"
	"ALTER TABLE repo ADD COLUMN since INTEGER NOT NULL DEFAULT -2147483648;"
	"ALTER TABLE repo ADD COLUMN lines INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE repo ADD COLUMN objects INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE repo ADD COLUMN tags INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE repo ADD COLUMN complete INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE touch ADD COLUMN added INTEGER;"
	"ALTER TABLE touch ADD COLUMN deleted INTEGER;"
	"ALTER TABLE commits RENAME TO commits_2;"
	"DROP INDEX commits_by_repo;"
	"DROP INDEX commits_by_oid;"
	"DROP INDEX path_by_repo;"
	"PRAGMA legacy_alter_table = OFF";

/* After that.  When a commit was first seen is not known: when it was read last will do,
 * as a store of version 2 was read whole each time. */
static const char from_2_after[] =
	"INSERT INTO commits(commit_id, repo, oid, author, committer, author_s, author_offset_min,"
	" committer_s, committer_offset_min, author_quarter, author_bin, n_parents, parents,"
	" subject, flags, n_touches, first_seen_s)"
	" SELECT commit_id, repo, oid, author, committer, author_s, author_offset_min,"
	" committer_s, committer_offset_min, author_quarter, author_bin, n_parents, parents,"
	" subject, flags, n_touches, mined_s FROM commits_2 JOIN repo USING (repo)"
	" ORDER BY commit_id;"
	"DROP TABLE commits_2;"
	"INSERT INTO tip_ledger(repo, n, tip, branch, mined_s, commits_new, commits_gone)"
	" SELECT repo, 1, tip, branch, mined_s,"
	" (SELECT count(*) FROM commits c WHERE c.repo = r.repo), 0 FROM repo r WHERE state = 1";

/* Before the tables of this version are made, and after that: its ranges and runs are
 * those of numbers that follow each other. */
static const char from_4_before[] =
	"DROP INDEX path_by_repo;"
	"PRAGMA legacy_alter_table = ON;"
	"ALTER TABLE tip_path RENAME TO tip_path_4;"
	"PRAGMA legacy_alter_table = OFF";
static const char paths_after[] =
	"INSERT INTO path_range(repo, first, last) SELECT repo, min(path), max(path) FROM"
	" (SELECT repo, path, row_number() OVER (ORDER BY path)"
	"  - row_number() OVER (PARTITION BY repo ORDER BY path) AS run FROM path)"
	" GROUP BY repo, run";
static const char from_4_after[] =
	"INSERT INTO tip_run(repo, first, last) SELECT repo, min(path), max(path) FROM"
	" (SELECT repo, path, path - row_number() OVER (PARTITION BY repo ORDER BY path) AS run"
	"  FROM tip_path_4) GROUP BY repo, run;"
	"DROP TABLE tip_path_4";

/* Likewise, of any version: its touches in their order get numbers from 1 on. */
static const char from_5_before[] =
	"PRAGMA legacy_alter_table = ON;"
	"ALTER TABLE touch RENAME TO touch_5;"
	"PRAGMA legacy_alter_table = OFF";
static const char from_5_commits[] = "ALTER TABLE commits ADD COLUMN first_touch INTEGER";
static const char from_5_after[] =
	"INSERT INTO touch_row(path, status, old_path, added, deleted)"
	" SELECT path, status, old_path, added, deleted FROM touch_5 ORDER BY commit_id, path;"
	"UPDATE commits SET first_touch = f.first FROM"
	" (SELECT commit_id, 1 + sum(n) OVER (ORDER BY commit_id) - n AS first FROM"
	"  (SELECT commit_id, count(*) AS n FROM touch_5 GROUP BY commit_id)) AS f"
	" WHERE commits.commit_id = f.commit_id;"
	"DROP TABLE touch_5";

/*
 * What each message holds besides is read once more, with all else of the repository: it
 * looks as if something had been missing, and had come since.
 */
static const char from_3[] = "UPDATE repo SET complete = 0, objects = 0 WHERE state = 1";

static int before(struct quarry_store *s, int64_t version, struct quarry_error *err)
{
	int rc = 0;

	if (version <= 2)
		rc = db_exec(s->db, from_2_before, err);
	else
		rc = db_exec(s->db, from_5_commits, err);
	if (!rc && (version == 3 || version == 4))
		rc = db_exec(s->db, from_4_before, err);
	return rc ? rc : db_exec(s->db, from_5_before, err);
}

static int after(struct quarry_store *s, int64_t version, struct quarry_error *err)
{
	int rc = 0;

	if (version <= 2)
		rc = db_exec(s->db, from_2_after, err);
	if (!rc && version <= 4)
		rc = db_exec(s->db, paths_after, err);
	if (!rc && (version == 3 || version == 4))
		rc = db_exec(s->db, from_4_after, err);
	if (!rc)
		rc = db_exec(s->db, from_5_after, err);
	if (!rc && version == 3)
		rc = db_exec(s->db, from_3, err);
	return rc;
}

int store_upgrade(struct quarry_store *s, int64_t version, struct quarry_error *err)
{
	bool is_old = version > 0 && version < STORE_VERSION;
	int rc = is_old ? before(s, version, err) : 0;

	if (!rc)
		rc = db_exec(s->db, quarry_schema_sql, err);
	return rc || !is_old ? rc : after(s, version, err);
}

/*
 * What version 2 has not, and 3 has, for this connection alone: its views hide tables of the same
 * name in the file.
 */
static const char as_if_3[] =
	"PRAGMA query_only = OFF;"
	"CREATE TEMP VIEW repo AS SELECT *, -2147483648 AS since, 0 AS lines, 0 AS objects,"
	" 0 AS tags, 0 AS complete FROM main.repo;"
	"CREATE TEMP VIEW commits AS SELECT c.*, NULL AS changes, r.mined_s AS first_seen_s"
	" FROM main.commits c JOIN main.repo r USING (repo);"
	"CREATE TEMP VIEW touch AS SELECT *, NULL AS added, NULL AS deleted FROM main.touch;"
	"CREATE TEMP VIEW repo_flag AS SELECT 0 AS repo, '' AS flag, 0 AS n WHERE 0;"
	"CREATE TEMP VIEW tip_ledger AS SELECT 0 AS repo, 0 AS n, NULL AS tip, '' AS branch,"
	" 0 AS mined_s, 0 AS commits_new, 0 AS commits_gone WHERE 0;"
	"CREATE TEMP VIEW gone_commit AS SELECT 0 AS repo, x'' AS oid, 0 AS first_seen_s,"
	" 0 AS gone_s WHERE 0;"
	"CREATE TEMP VIEW tip_path AS SELECT 0 AS repo, 0 AS path WHERE 0;"
	"CREATE TEMP VIEW tip_text AS SELECT 0 AS repo, '' AS path, NULL AS text WHERE 0;"
	"CREATE TEMP VIEW release AS SELECT 0 AS repo, '' AS name, x'' AS oid, 0 AS tagged_s WHERE 0;"
	"PRAGMA query_only = ON";

int store_read_older(struct quarry_store *s, struct quarry_error *err)
{
	return s->version == 1 || s->version == 2 ? db_exec(s->db, as_if_3, err) : 0;
}
