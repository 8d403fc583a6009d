#include "aggregate/derive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/hash.h"

int32_t derive_category_of(const struct derive_repo *r, int32_t quarter)
{
	if (r->from != QUARRY_QUARTER_NONE && quarter < r->from)
		return r->moved_from;
	if (r->until != QUARRY_QUARTER_NONE && quarter > r->until)
		return NO_CATEGORY;
	return r->category;
}

static int set_meta(struct quarry_db *db, const char *key, const char *value,
		    struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, db, "INSERT OR REPLACE INTO meta(key, value) VALUES(?1, ?2)", err);

	if (rc)
		return rc;
	db_bind_text(st, 1, key, strlen(key));
	db_bind_text(st, 2, value, strlen(value));
	rc = db_run(st, err);
	db_finish(st);
	return rc;
}

static int set_meta_int(struct quarry_db *db, const char *key, int64_t value,
			struct quarry_error *err)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	return set_meta(db, key, text, err);
}

/* Classes found under other rules are worth nothing. */
static int keep_path_rules(struct quarry_db *db, const char *hash, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, db,
			    "SELECT 1 FROM meta WHERE key = 'path_rules' AND value = ?1", err);
	int same = 0;

	if (!rc) {
		db_bind_text(st, 1, hash, strlen(hash));
		same = db_step(st, err);
	}
	db_finish(st);
	if (rc || same < 0)
		return rc ? rc : same;
	if (same)
		return 0;
	rc = db_exec(db, "DELETE FROM path_class", err);
	return rc ? rc : set_meta(db, "path_rules", hash, err);
}

int derive_has_store(int64_t *out, struct quarry_db *db, struct quarry_error *err)
{
	return db_scalar(out, db, "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'", 0, err);
}

int64_t derive_shape(void)
{
	return (int64_t)(hash_bytes(0, quarry_derived_sql, strlen(quarry_derived_sql)) >> 1);
}

static int keep_meta(struct quarry_derive *d, const struct quarry_derive_options *o,
		     struct quarry_error *err)
{
	const struct quarry_universe *u = d->universe;
	int rc = set_meta(d->db, "universe", u->id, err);

	if (!rc)
		rc = set_meta_int(d->db, "derived_shape", derive_shape(), err);
	if (!rc)
		rc = set_meta(d->db, "title", u->title, err);
	if (!rc)
		rc = set_meta(d->db, "taxonomy_hash", u->hash, err);
	if (!rc)
		rc = set_meta(d->db, "signature_rules", o->signature_rules_hash, err);
	if (!rc)
		rc = set_meta(d->db, "identity_rules", o->identity_rules_hash, err);
	if (!rc)
		rc = set_meta(d->db, "people", o->people_hash, err);
	if (!rc)
		rc = set_meta(d->db, "date_basis", d->by_committer ? "committer" : "author", err);
	if (!rc)
		rc = set_meta(d->db, "without", o->without, err);
	if (!rc)
		rc = set_meta_int(d->db, "small_base", u->small_base, err);
	if (!rc)
		rc = set_meta_int(d->db, "earliest_s", u->earliest_s, err);
	if (!rc)
		rc = set_meta_int(d->db, "bulk_paths", u->bulk_paths, err);
	return rc ? rc : keep_path_rules(d->db, o->path_rules_hash, err);
}

int quarry_derive_begin(struct quarry_derive **out, struct quarry_db *db,
			const struct quarry_universe *universe,
			const struct quarry_derive_options *options, struct quarry_error *err)
{
	struct quarry_derive *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return quarry_error_nomem(err);
	d->db = db;
	d->universe = universe;
	d->by_committer = options->by_committer;
	rc = db_begin(db, err);
	d->in_transaction = rc == 0;
	if (!rc)
		rc = db_exec(db, quarry_derived_sql, err);
	if (!rc)
		rc = keep_meta(d, options, err);
	if (!rc)
		rc = derive_taxonomy(d, err);
	if (!rc)
		rc = derive_times(d, err);
	if (!rc) {
		*out = d;
		d = NULL;
	}
	quarry_derive_free(d);
	return rc;
}

static int keep_range(struct quarry_derive *d, struct quarry_error *err)
{
	int rc = set_meta_int(d->db, "first_quarter", d->lo, err);

	if (!rc)
		rc = set_meta_int(d->db, "last_quarter", d->hi, err);
	if (!rc)
		rc = set_meta_int(d->db, "snapshot_s", d->snapshot_s, err);
	if (!rc)
		rc = set_meta_int(d->db, "grace_s", d->grace_s, err);
	/* Which state of the facts these figures are of. */
	return rc ? rc : db_exec(d->db, "INSERT OR REPLACE INTO meta(key, value)"
				 " SELECT 'derived_facts', value FROM meta WHERE key = 'facts'", err);
}

int quarry_derive_finish(struct quarry_derive *d, struct quarry_error *err)
{
	static int (*const steps[])(struct quarry_derive *, struct quarry_error *) = {
		derive_snapshot, derive_tip, derive_kinds, derive_regular, derive_activity, derive_raw_authors, derive_figures,
		derive_cohorts, keep_range, derive_invariants,
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](d, err);
	if (!rc)
		rc = db_commit(d->db, err);
	if (!rc)
		d->in_transaction = false;
	return rc;
}

void quarry_derive_free(struct quarry_derive *d)
{
	if (!d)
		return;
	for (int i = 0; i < DS_N; i++)
		db_finish(d->stmts[i]);
	if (d->in_transaction)
		db_rollback(d->db);
	derive_tip_free(d->tip);
	vec_release(&d->repos);
	free(d);
}
