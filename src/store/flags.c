#include "store/flags.h"

#include "util/banned.h"

const char *const store_flag_names[QUARRY_FLAG_N] = {
	[QUARRY_FLAG_SHALLOW] = "shallow",
	[QUARRY_FLAG_MISSING_COMMITS] = "missing_commits",
	[QUARRY_FLAG_DAMAGED_COMMITS] = "damaged_commits",
	[QUARRY_FLAG_MISSING_TREES] = "missing_trees",
	[QUARRY_FLAG_DAMAGED_TREES] = "damaged_trees",
	[QUARRY_FLAG_DEEP_TREES] = "deep_trees",
	[QUARRY_FLAG_MANY_ENTRIES] = "many_entries",
	[QUARRY_FLAG_DOUBLE_ENTRIES] = "double_entries",
	[QUARRY_FLAG_LONG_NAMES] = "long_names",
	[QUARRY_FLAG_REPLACE_REFS] = "replace_refs",
	[QUARRY_FLAG_GRAFTS] = "grafts",
	[QUARRY_FLAG_ALTERNATES] = "alternates",
};

/* Most commits have none of the flags behind the first two, so few rows meet the list. */
static const char all_flags[] =
	"WITH odd(name, bit) AS (VALUES('bad_author', 4), ('bad_committer', 8),"
	" ('no_author_time', 16), ('no_committer_time', 32), ('not_utf8', 64), ('cut', 128),"
	" ('two_authors', 256), ('no_email', 512), ('nul', 1024), ('unknown_encoding', 2048),"
	" ('partial', 4096), ('no_parent', 8192))"
	" SELECT slug, flag, n FROM"
	" (SELECT repo, flag, n FROM repo_flag UNION ALL"
	"  SELECT repo, name, count(*) FROM commits JOIN odd ON flags & bit"
	"   WHERE flags > 3 GROUP BY repo, name UNION ALL"
	"  SELECT repo, 'negative_time', count(*) FROM commits WHERE author_s < 0 GROUP BY repo)"
	" JOIN repo USING (repo) ORDER BY slug, url, flag";

_Static_assert(QUARRY_COMMIT_BAD_AUTHOR == 4 && QUARRY_COMMIT_NOT_UTF8 == 64 &&
	       QUARRY_COMMIT_CUT == 128 && QUARRY_COMMIT_TWO_AUTHORS == 256 &&
	       QUARRY_COMMIT_NO_EMAIL == 512 && QUARRY_COMMIT_NUL == 1024 &&
	       QUARRY_COMMIT_ENCODING == 2048 && QUARRY_COMMIT_PARTIAL == 4096 &&
	       QUARRY_COMMIT_NO_PARENT == 8192, "all_flags names these bits");

int quarry_store_each_flag(struct quarry_store *s,
			   int (*fn)(void *payload, const struct quarry_stored_flag *flag,
				     struct quarry_error *err),
			   void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc;

	if (s->version < 3)
		return 0; /* one that is only read, of before there were flags */
	rc = db_prepare(&st, s->db, all_flags, err);
	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_stored_flag f = {
			.slug = db_text(st, 0), .flag = db_text(st, 1), .n = db_int(st, 2),
		};

		rc = fn(payload, &f, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}
