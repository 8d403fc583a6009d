/*
 * What messages say besides their subject: who helped, and who is behind an export.
 */
#include "aggregate/derive.h"
#include "util/banned.h"

int quarry_derive_each_mark(struct quarry_derive *d,
			    int (*fn)(void *payload, const struct quarry_derive_mark *mark,
				      struct quarry_error *err),
			    void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, "SELECT t.commit_id, t.key, t.value FROM trailer t"
			    " JOIN commits c USING (commit_id) JOIN tracked USING (repo)"
			    " ORDER BY t.key, t.value", err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_derive_mark mark = {
			.commit_id = db_int(st, 0), .key = db_text(st, 1),
		};

		mark.value = db_blob(st, 2, &mark.value_len);
		rc = fn(payload, &mark, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}

/* Few authors are no humans: CROSS has SQLite begin with them. */
static const char named_rows[] =
	"SELECT c.commit_id, s.name, s.email, ac.class, t.key, t.signature"
	" FROM signature_class ac CROSS JOIN commits c ON c.author = ac.signature"
	" JOIN tracked USING (repo) JOIN signature s ON s.signature = c.author"
	" JOIN trailer t USING (commit_id)"
	" JOIN signature_class tc ON tc.signature = t.signature"
	" WHERE ac.class IN ('bot', 'group', 'placeholder') AND tc.class = 'human'"
	" ORDER BY c.commit_id, t.n";

int quarry_derive_each_named(struct quarry_derive *d,
			     int (*fn)(void *payload, const struct quarry_derive_named *named,
				       struct quarry_error *err),
			     void *payload, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db, named_rows, err);

	if (rc)
		return rc;
	while ((rc = db_step(st, err)) > 0) {
		struct quarry_derive_named named = {
			.commit_id = db_int(st, 0), .class = db_text(st, 3),
			.key = db_text(st, 4), .signature = db_int(st, 5),
		};

		named.name = db_blob(st, 1, &named.name_len);
		named.email = db_blob(st, 2, &named.email_len);
		rc = fn(payload, &named, err);
		if (rc)
			break;
	}
	db_finish(st);
	return rc;
}
