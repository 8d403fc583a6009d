/*
 * What identity and classification are fed with.
 */
#include "aggregate/derive.h"
#include "util/banned.h"

int quarry_derive_each_mailmap(struct quarry_derive *d,
			       int (*fn)(void *payload, int64_t repo, const char *text, size_t len,
					 struct quarry_error *err),
			       void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db,
			    "SELECT repo, mailmap FROM repo JOIN tracked USING (repo)"
			    " WHERE mailmap IS NOT NULL ORDER BY repo", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		size_t len;
		const char *text = db_blob(st, 1, &len);

		rc = fn(payload, db_int(st, 0), text, len, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}

/* Authors, of merges too, because each commit has a kind; and whom trailers name. */
#define USES \
	" (SELECT c.repo AS repo, author AS signature, activity_s FROM commits c" \
	"   JOIN tracked USING (repo) JOIN commit_time USING (commit_id)" \
	"  UNION ALL" \
	"  SELECT c.repo, t.signature, activity_s FROM trailer t JOIN commits c USING (commit_id)" \
	"   JOIN tracked USING (repo) JOIN commit_time USING (commit_id)" \
	"   WHERE t.signature IS NOT NULL)"

static int each_row(struct quarry_derive *d, const char *sql,
		    int (*fn)(void *payload, const struct quarry_derive_use *use,
			      struct quarry_error *err),
		    void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, sql, err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_derive_use use = {
			.repo = db_int(st, 0), .signature = db_int(st, 1),
			.first_s = db_int(st, 4), .last_s = db_int(st, 5),
		};

		use.name = db_blob(st, 2, &use.name_len);
		use.email = db_blob(st, 3, &use.email_len);
		rc = fn(payload, &use, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}

int quarry_derive_each_use(struct quarry_derive *d,
			   int (*fn)(void *payload, const struct quarry_derive_use *use,
				     struct quarry_error *err),
			   void *payload, struct quarry_error *err)
{
	return each_row(d,
			"SELECT repo, signature, name, email, first_s, last_s FROM"
			" (SELECT repo, signature, min(activity_s) AS first_s, max(activity_s) AS last_s"
			"  FROM" USES " GROUP BY repo, signature) JOIN signature USING (signature)"
			" ORDER BY repo, signature", fn, payload, err);
}

int quarry_derive_each_signature(struct quarry_derive *d,
				 int (*fn)(void *payload, const struct quarry_derive_use *use,
					   struct quarry_error *err),
				 void *payload, struct quarry_error *err)
{
	return each_row(d,
			"SELECT 0, signature, name, email, 0, 0 FROM signature"
			" WHERE signature IN (SELECT signature FROM identity) ORDER BY signature",
			fn, payload, err);
}

int quarry_derive_each_path(struct quarry_derive *d,
			    int (*fn)(void *payload, int64_t path, const char *name, size_t len,
				      struct quarry_error *err),
			    void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db,
			    "SELECT path, name FROM path JOIN tracked USING (repo)"
			    " WHERE path NOT IN (SELECT path FROM path_class)", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		size_t len;
		const char *name = db_blob(st, 1, &len);

		rc = fn(payload, db_int(st, 0), name, len, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}
