#include "aggregate/edition.h"

#include <stdlib.h>
#include <string.h>

#include "aggregate/derive.h"
#include "aggregate/hashes.h"
#include "quarry/quarter.h"
#include "util/banned.h"

const char *edition_text(struct edition_reader *r, const char *text)
{
	return arena_copy(r->arena, text, strlen(text));
}

int edition_number(int64_t *out, struct edition_reader *r, const char *sql, int32_t quarter,
		   int64_t extra, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, sql, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, quarter);
	if (strstr(sql, "?2"))
		db_bind_int(st, 2, extra);
	rc = db_step(st, err);
	if (rc > 0)
		*out = db_is_null(st, 0) ? QUARRY_UNKNOWN : db_int(st, 0);
	else if (rc == 0)
		*out = 0;
	db_finish(st);
	return rc < 0 ? rc : 0;
}

/* The value of a key of meta, "" where there is none. */
static int meta(const char **out, struct edition_reader *r, const char *key,
		struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, "SELECT value FROM meta WHERE key = ?1", err);

	if (rc)
		return rc;
	db_bind_text(st, 1, key, strlen(key));
	rc = db_step(st, err);
	if (rc >= 0) {
		*out = edition_text(r, rc > 0 ? db_text(st, 0) : "");
		rc = *out ? 0 : quarry_error_nomem(err);
	}
	db_finish(st);
	return rc;
}

static int meta_int(int64_t *out, struct edition_reader *r, const char *key,
		    struct quarry_error *err)
{
	const char *text = NULL;
	int rc = meta(&text, r, key, err);

	if (!rc)
		*out = strtoll(text, NULL, 10);
	return rc;
}

/* Verdicts name facts by row number: they must be of the facts that are there. */
static int check_facts(struct edition_reader *r, struct quarry_error *err)
{
	const char *facts = NULL, *derived = NULL;
	int rc = meta(&facts, r, "facts", err);

	if (!rc)
		rc = meta(&derived, r, "derived_facts", err);
	if (!rc && strcmp(facts, derived) != 0)
		rc = quarry_error_set(err, QUARRY_EFAIL, "the store was mined after its figures were "
				      "derived: run 'quarry derive UNIVERSE' first");
	return rc;
}

static int hashes(struct edition_reader *r, struct quarry_error *err)
{
	char tips[65], rules[65];
	int rc = check_facts(r, err);

	if (!rc)
		rc = hash_tips(tips, r->db, err);
	if (!rc)
		rc = hash_rules(rules, r->db, err);
	if (!rc)
		rc = meta(&r->e->taxonomy_hash, r, "taxonomy_hash", err);
	if (rc)
		return rc;
	r->e->tips_hash = edition_text(r, tips);
	r->e->rules_hash = edition_text(r, rules);
	return r->e->tips_hash && r->e->rules_hash ? 0 : quarry_error_nomem(err);
}

static int choose_quarter(struct edition_reader *r, int32_t quarter, struct quarry_error *err)
{
	char asked[QUARRY_QUARTER_TEXT], lo[QUARRY_QUARTER_TEXT], hi[QUARRY_QUARTER_TEXT];
	int64_t whole_s = r->e->snapshot_s + r->grace_s;
	int32_t over = quarry_quarter_of(whole_s) - 1;

	if (quarter == QUARRY_QUARTER_NONE)
		quarter = over > r->hi ? r->hi : over <= r->lo ? r->lo + 1 : over;
	if (quarter <= r->lo || quarter > r->hi)
		return quarry_error_set(err, QUARRY_EUSAGE,
					"quarter %s is not among those analysed, %s to %s (see 'quarters' "
					"in universe.yaml)", quarry_quarter_format(asked, quarter),
					quarry_quarter_format(lo, r->lo + 1),
					quarry_quarter_format(hi, r->hi));
	r->e->quarter = quarter;
	r->e->to_date = quarry_quarter_start(quarter + 1) > whole_s;
	r->stale_before_s = derive_stale_before(quarter, r->e->snapshot_s, r->grace_s);
	return 0;
}

/* Derived tables of another version have other columns, or mean something else by them. */
static int check_shape(struct edition_reader *r, struct quarry_error *err)
{
	int64_t shape = 0;
	int rc = meta_int(&shape, r, "derived_shape", err);

	if (!rc && shape != derive_shape())
		rc = quarry_error_set(err, QUARRY_EFAIL, "the figures in the store are those of another "
				      "version of quarry: run 'quarry derive UNIVERSE' once");
	return rc;
}

int edition_meta(struct edition_reader *r, int32_t quarter, struct quarry_error *err)
{
	int64_t tables = 0, lo = 0, hi = 0;
	int rc = db_scalar(&tables, r->db,
			   "SELECT count(*) FROM sqlite_schema WHERE name = 'scope_quarter'", 0, err);

	if (!rc && !tables)
		return quarry_error_set(err, QUARRY_EFAIL,
					"the store holds no figures yet: run 'quarry derive UNIVERSE' first");
	if (!rc)
		rc = check_shape(r, err);
	if (!rc)
		rc = meta(&r->e->universe, r, "universe", err);
	if (!rc)
		rc = meta(&r->e->title, r, "title", err);
	if (!rc)
		rc = meta(&r->e->date_basis, r, "date_basis", err);
	if (!rc)
		rc = meta(&r->e->without, r, "without", err);
	if (!rc)
		rc = meta_int(&r->e->small_base, r, "small_base", err);
	if (!rc)
		rc = meta_int(&r->e->snapshot_s, r, "snapshot_s", err);
	if (!rc)
		rc = meta_int(&r->grace_s, r, "grace_s", err);
	if (!rc)
		rc = meta_int(&lo, r, "first_quarter", err);
	if (!rc)
		rc = meta_int(&hi, r, "last_quarter", err);
	if (!rc)
		rc = hashes(r, err);
	if (rc)
		return rc;
	r->lo = (int32_t)lo;
	r->hi = (int32_t)hi;
	r->e->taxonomy = r->as_of ? "as-of" : "today";
	return choose_quarter(r, quarter, err);
}

int quarry_aggregate_edition(struct quarry_edition **out, struct quarry_db *db, int32_t quarter,
			     int as_of, struct quarry_error *err)
{
	static int (*const steps[])(struct edition_reader *, struct quarry_error *) = {
		edition_scopes, edition_changes, edition_movement, edition_repos,
		edition_cohorts, edition_series, edition_quality,
	};
	struct edition_reader r = { .db = db, .as_of = as_of != 0 };
	int rc;

	r.e = calloc(1, sizeof(*r.e));
	r.arena = calloc(1, sizeof(*r.arena));
	if (!r.e || !r.arena) {
		free(r.arena);
		free(r.e);
		return quarry_error_nomem(err);
	}
	r.e->memory = r.arena;
	rc = db_begin_read(db, err);
	if (!rc)
		rc = edition_meta(&r, quarter, err);
	for (size_t i = 0; !rc && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](&r, err);
	db_rollback(db);
	if (rc)
		quarry_edition_free(r.e);
	else
		*out = r.e;
	return rc;
}
