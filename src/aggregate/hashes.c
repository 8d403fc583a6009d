#include "aggregate/hashes.h"

#include <stdio.h>
#include <string.h>

#include "aggregate/derive.h"
#include "util/banned.h"

/* Feed a query's text columns to a digest. */
static int hash_rows(char out[SHA256_HEX], struct quarry_db *db, const char *sql,
		     struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	unsigned char digest[SHA256_SIZE];
	struct sha256 h;
	int rc = db_prepare(&st, db, sql, err);

	if (rc)
		return rc;
	sha256_init(&h);
	while ((rc = db_step(st, err)) > 0)
		for (int i = 0; i < db_columns(st); i++) {
			const char *text = db_text(st, i);

			sha256_add(&h, text, strlen(text) + 1);
		}
	sha256_end(&h, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
	db_finish(st);
	return rc;
}

int hash_tips(char out[SHA256_HEX], struct quarry_db *db, struct quarry_error *err)
{
	return hash_rows(out, db, "SELECT url, hex(tip) FROM repo JOIN tracked USING (repo)"
			 " ORDER BY url", err);
}

int quarry_aggregate_has_other_people(int *out, struct quarry_db *db, const char *universe,
				      const char *hash, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int64_t tables = 0;
	int rc = derive_has_store(&tables, db, err);

	if (rc || !tables)
		return rc;
	/* NULL, and so 0, where a key is missing. */
	rc = db_prepare(&st, db, "SELECT (SELECT value FROM meta WHERE key = 'universe') = ?1"
			" AND (SELECT value FROM meta WHERE key = 'people') <> ?2", err);

	if (rc)
		return rc;
	db_bind_text(st, 1, universe, strlen(universe));
	db_bind_text(st, 2, hash, strlen(hash));
	rc = db_step(st, err);
	if (rc > 0)
		*out = db_int(st, 0) != 0;
	db_finish(st);
	return rc < 0 ? rc : 0;
}

int hash_rules(char out[SHA256_HEX], struct quarry_db *db, struct quarry_error *err)
{
	return hash_rows(out, db, "SELECT key, value FROM meta"
			 " WHERE key IN ('signature_rules', 'path_rules', 'identity_rules', 'people', 'without') ORDER BY key", err);
}
