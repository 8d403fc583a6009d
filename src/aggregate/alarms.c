/*
 * What somebody should look at before people are counted on (metrics.md alarms).
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/alarm_kinds.h"
#include "aggregate/derive.h"
#include "aggregate/dossier.h"
#include "util/banned.h"

static const char alarm_rows[] =
	"SELECT a.kind, a.person, a.n, a.what, p.key, s.name, s.email"
	" FROM alarm a LEFT JOIN person p USING (person) LEFT JOIN signature s USING (signature)"
	" WHERE NOT coalesce(p.opted_out, 0)"
	" ORDER BY a.kind, a.n DESC, p.key, a.what, s.email, s.name";

/* The signature of a row; "" for none. */
static int row_signature(struct str *out, struct db_stmt *st)
{
	str_clear(out);
	str_add(out, "", 0); /* none needs a buffer, too */
	if (!db_is_null(st, 5))
		names_signature(out, db_text(st, 5), db_text(st, 6));
	return out->oom ? -1 : 0;
}

static int fill(struct dossier_alarm *a, struct names *n, struct db_stmt *st, const char *signature)
{
	const struct alarm_kind *kind = alarm_kind_get(db_text(st, 0));
	/* Evidence that joined nobody may name who has opted out by an e-mail that no use has. */
	bool secret = db_is_null(st, 1) && !*signature && n->texts.n;
	const char *what = secret ? "" : db_text(st, 3);

	a->person = db_is_null(st, 1) ? -1 : db_int(st, 1);
	a->s = (struct quarry_suspicion){
		.kind = arena_copy(n->arena, db_text(st, 0), strlen(db_text(st, 0))),
		.text = kind->text,
		.person = db_is_null(st, 4) ? "" : names_person(n, db_text(st, 4)),
		.signature = names_label(n, signature),
		.n = db_int(st, 2),
		.unit = kind->unit,
		.what = kind->names_rule ? arena_copy(n->arena, what, strlen(what))
					 : names_label(n, what),
		.remedy = kind->remedy,
	};
	return a->s.kind && a->s.person && a->s.signature && a->s.what ? 0 : -1;
}

int dossier_each_alarm(struct names *n, struct quarry_db *db,
		       int (*fn)(void *payload, const struct dossier_alarm *a,
				 struct quarry_error *err),
		       void *payload, struct quarry_error *err)
{
	struct str signature = STR_INIT;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, db, alarm_rows, err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		struct dossier_alarm a;

		rc = row_signature(&signature, st) ? quarry_error_nomem(err) : 0;
		if (rc || names_hides_part(n, signature.buf) || names_hides_part(n, db_text(st, 3)))
			continue;
		rc = fill(&a, n, st, signature.buf) ? quarry_error_nomem(err) : fn(payload, &a, err);
	}
	db_finish(st);
	str_release(&signature);
	return rc;
}

/* --- all of them ----------------------------------------------------------- */

struct listing {
	struct names names;
	VEC(struct quarry_suspicion) list;
};

static int add(void *payload, const struct dossier_alarm *a, struct quarry_error *err)
{
	struct listing *l = payload;

	return vec_push(&l->list, a->s) ? quarry_error_nomem(err) : 0;
}

static int list(struct listing *l, struct quarry_suspicions *out, struct quarry_db *db,
		struct quarry_error *err)
{
	int rc = dossier_head(&out->universe, &out->without, db, l->names.arena, err);

	if (!rc)
		rc = names_load(&l->names, db, err);
	if (!rc)
		rc = dossier_each_alarm(&l->names, db, add, l, err);
	if (rc)
		return rc;
	out->n = l->list.n;
	out->at = arena_alloc(l->names.arena, (out->n + 1) * sizeof(*out->at));
	if (!out->at)
		return quarry_error_nomem(err);
	if (out->n)
		memcpy(out->at, l->list.at, out->n * sizeof(*out->at));
	return 0;
}

int quarry_aggregate_suspicions(struct quarry_suspicions **out, struct quarry_db *db,
				const struct quarry_naming *naming, struct quarry_error *err)
{
	struct quarry_suspicions *s = calloc(1, sizeof(*s));
	struct listing l = { .names = { .naming = naming, .arena = calloc(1, sizeof(struct arena)) } };
	int rc;

	if (!s || !l.names.arena) {
		free(s);
		free(l.names.arena);
		return quarry_error_nomem(err);
	}
	s->memory = l.names.arena;
	rc = db_begin_read(db, err);
	if (!rc)
		rc = list(&l, s, db, err);
	db_rollback(db);
	names_release(&l.names);
	vec_release(&l.list);
	if (rc)
		quarry_suspicions_free(s);
	else
		*out = s;
	return rc;
}

/* --- how many -------------------------------------------------------------- */

/* Were the tables made by this program, from the facts that are there? */
static int is_current(int64_t *current, struct quarry_db *db, struct quarry_error *err)
{
	struct str shape = STR_INIT;
	struct db_stmt *st = NULL;
	int rc = derive_has_store(current, db, err);

	if (rc || !*current)
		return rc;
	str_addf(&shape, "%lld", (long long)derive_shape());
	if (shape.oom)
		return quarry_error_nomem(err);
	rc = db_prepare(&st, db, "SELECT (SELECT value FROM meta WHERE key = 'derived_shape') IS ?1"
			" AND (SELECT value FROM meta WHERE key = 'facts')"
			" IS (SELECT value FROM meta WHERE key = 'derived_facts')", err);
	if (!rc) {
		db_bind_text(st, 1, shape.buf, shape.len);
		rc = db_step(st, err);
		*current = rc > 0 ? db_int(st, 0) : 0;
	}
	db_finish(st);
	str_release(&shape);
	return rc < 0 ? rc : 0;
}

int quarry_aggregate_each_alarm_kind(struct quarry_db *db,
				     int (*fn)(void *payload, const struct quarry_alarm_count *count,
					       struct quarry_error *err),
				     void *payload, struct quarry_error *err)
{
	static const struct quarry_naming naming = { .names = 1 }; /* nobody is named */
	struct quarry_suspicions *s = NULL;
	int64_t current = 0;
	int rc = is_current(&current, db, err);

	if (rc || !current)
		return rc;
	rc = quarry_aggregate_suspicions(&s, db, &naming, err);
	for (size_t i = 0, end; !rc && i < s->n; i = end) {
		const struct alarm_kind *kind = alarm_kind_get(s->at[i].kind);

		for (end = i + 1; end < s->n && !strcmp(s->at[end].kind, s->at[i].kind);)
			end++;
		rc = fn(payload, &(struct quarry_alarm_count){ s->at[i].kind, (int64_t)(end - i),
							       kind->one, kind->many }, err);
	}
	quarry_suspicions_free(s);
	return rc;
}
