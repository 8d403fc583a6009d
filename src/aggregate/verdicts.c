/*
 * What others decided, as rows: who is who, what is what.
 */
#include <string.h>

#include "aggregate/derive.h"
#include "util/banned.h"

static const char *const sql[DS_N] = {
	[DS_PERSON] = "INSERT INTO person(person, lenient, opted_out, called, key)"
		      " VALUES(?1, ?2, ?3, ?4, ?5)",
	[DS_IDENTITY] = "INSERT INTO identity VALUES(?1, ?2, ?3, ?4, ?5)",
	[DS_LINK] = "INSERT INTO link(level, repo, a, b, promoted, rule)"
		    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	[DS_ALARM] = "INSERT INTO alarm(kind, person, signature, n, what) VALUES(?1, ?2, ?3, ?4, ?5)",
	[DS_SIGNATURE_CLASS] = "INSERT INTO signature_class(signature, class, rule) VALUES(?1, ?2, ?3)",
	[DS_ASSIST] = "INSERT INTO assist(commit_id, rule) VALUES(?1, ?2)"
		      " ON CONFLICT(commit_id) DO UPDATE SET rule = min(rule, excluded.rule)",
	[DS_EXPORT] = "INSERT OR IGNORE INTO export(commit_id, signature, rule) VALUES(?1, ?2, ?3)",
	[DS_PATH_CLASS] = "INSERT OR REPLACE INTO path_class(path, class) VALUES(?1, ?2)",
	[DS_AFFILIATION_GROUP] = "INSERT INTO affiliation_group(id, title) VALUES(?1, ?2)",
	[DS_PERSON_AFFILIATION] = "INSERT INTO person_affiliation(person, from_s, until_s, affiliation)"
				  " VALUES(?1, ?2, ?3, ?4)",
	[DS_SIGNATURE_AFFILIATION] = "INSERT INTO signature_affiliation(signature, from_s, until_s,"
				     " affiliation) VALUES(?1, ?2, ?3, ?4)",
};

/* A kept statement, reset. */
static int verdict(struct db_stmt **out, struct quarry_derive *d, enum derive_stmt which,
		   struct quarry_error *err)
{
	int rc = 0;

	if (!d->stmts[which])
		rc = db_prepare(&d->stmts[which], d->db, sql[which], err);
	if (!rc)
		db_reset(d->stmts[which]);
	*out = d->stmts[which];
	return rc;
}

static void bind_or_null(struct db_stmt *st, int at, int64_t number)
{
	if (number < 0)
		db_bind_null(st, at);
	else
		db_bind_int(st, at, number);
}

int quarry_derive_person(struct quarry_derive *d, int64_t person, int64_t lenient,
			 int opted_out, const char *called, const char *key,
			 struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_PERSON, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, person);
	db_bind_int(st, 2, lenient);
	db_bind_int(st, 3, opted_out);
	db_bind_text(st, 4, called, strlen(called));
	db_bind_text(st, 5, key, strlen(key));
	return db_run(st, err);
}

int quarry_derive_identity(struct quarry_derive *d, int64_t repo, int64_t signature,
			   const char *email_key, int64_t email, int64_t person,
			   struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_IDENTITY, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	db_bind_int(st, 2, signature);
	db_bind_text(st, 3, email_key, strlen(email_key));
	db_bind_int(st, 4, email);
	db_bind_int(st, 5, person);
	return db_run(st, err);
}

int quarry_derive_link(struct quarry_derive *d, int level, int64_t repo, const char *a,
		       const char *b, int promoted, const char *rule, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_LINK, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, level);
	bind_or_null(st, 2, repo);
	db_bind_text(st, 3, a, strlen(a));
	db_bind_text(st, 4, b, strlen(b));
	db_bind_int(st, 5, promoted);
	db_bind_text(st, 6, rule, strlen(rule));
	return db_run(st, err);
}

int quarry_derive_alarm(struct quarry_derive *d, const char *kind, int64_t person,
			int64_t signature, int64_t n, const char *what, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_ALARM, err);

	if (rc)
		return rc;
	db_bind_text(st, 1, kind, strlen(kind));
	bind_or_null(st, 2, person);
	bind_or_null(st, 3, signature);
	db_bind_int(st, 4, n);
	db_bind_text(st, 5, what, strlen(what));
	return db_run(st, err);
}

int quarry_derive_signature_class(struct quarry_derive *d, int64_t signature, const char *class,
				  const char *rule, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_SIGNATURE_CLASS, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, signature);
	db_bind_text(st, 2, class, strlen(class));
	db_bind_text(st, 3, rule, strlen(rule));
	return db_run(st, err);
}

int quarry_derive_assist(struct quarry_derive *d, int64_t commit_id, const char *rule,
			 struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_ASSIST, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, commit_id);
	db_bind_text(st, 2, rule, strlen(rule));
	return db_run(st, err);
}

int quarry_derive_export(struct quarry_derive *d, int64_t commit_id, int64_t signature,
			 const char *rule, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_EXPORT, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, commit_id);
	db_bind_int(st, 2, signature);
	db_bind_text(st, 3, rule, strlen(rule));
	return db_run(st, err);
}

int quarry_derive_path_class(struct quarry_derive *d, int64_t path, const char *class,
			     struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_PATH_CLASS, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, path);
	db_bind_text(st, 2, class, strlen(class));
	return db_run(st, err);
}

int quarry_derive_affiliation_group(struct quarry_derive *d, const char *id, const char *title,
				    struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, DS_AFFILIATION_GROUP, err);

	if (rc)
		return rc;
	db_bind_text(st, 1, id, strlen(id));
	db_bind_text(st, 2, title, strlen(title));
	return db_run(st, err);
}

/* A row of `which`: who, from when, until when, and for whom. */
static int affiliation(struct quarry_derive *d, enum derive_stmt which, int64_t whose,
		       const struct quarry_affiliation *span, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = verdict(&st, d, which, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, whose);
	db_bind_int(st, 2, span->from_s);
	db_bind_int(st, 3, span->until_s);
	db_bind_text(st, 4, span->group, strlen(span->group));
	return db_run(st, err);
}

int quarry_derive_person_affiliation(struct quarry_derive *d, int64_t person,
				     const struct quarry_affiliation *span,
				     struct quarry_error *err)
{
	return affiliation(d, DS_PERSON_AFFILIATION, person, span, err);
}

int quarry_derive_signature_affiliation(struct quarry_derive *d, int64_t signature,
					const struct quarry_affiliation *span,
					struct quarry_error *err)
{
	return affiliation(d, DS_SIGNATURE_AFFILIATION, signature, span, err);
}
