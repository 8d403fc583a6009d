/*
 * Persons that a human should look at, since lenient identity takes them for one.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/dossier.h"
#include "util/banned.h"

/* Persons of several that one number of lenient identity has; none of them has opted
 * out, and each of their signatures is a human's. */
static const char shared_rows[] =
	"WITH bad AS ("
	" SELECT p.lenient FROM person p WHERE p.opted_out UNION"
	" SELECT p.lenient FROM identity i JOIN person p USING (person)"
	" LEFT JOIN signature_class c USING (signature) WHERE c.class IS NOT 'human')"
	" SELECT lenient, key FROM person WHERE lenient NOT IN (SELECT lenient FROM bad)"
	" AND lenient IN (SELECT lenient FROM person GROUP BY lenient HAVING count(*) > 1)"
	" ORDER BY min(key) OVER (PARTITION BY lenient), key";

struct shared {
	int64_t lenient;
	const char *key;
};

struct suggester {
	struct names names;
	VEC(struct shared) list;
};

static int read_shared(struct suggester *s, struct quarry_db *db, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, db, shared_rows, err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		const char *key = db_text(st, 1);
		struct shared x = { db_int(st, 0), arena_copy(s->names.arena, key, strlen(key)) };

		rc = !x.key || vec_push(&s->list, x) ? quarry_error_nomem(err) : 0;
	}
	db_finish(st);
	return rc;
}

/* One suggestion of list[from...to), unless it would name somebody who has opted out. */
static int suggest(struct quarry_suggestions *out, struct suggester *s, size_t from, size_t to)
{
	struct quarry_suggestion *x = &out->at[out->n];

	*x = (struct quarry_suggestion){ .keys = arena_alloc(s->names.arena,
							     (to - from) * sizeof(*x->keys)) };
	if (!x->keys)
		return -1;
	for (size_t i = from; i < to; i++) {
		if (names_hides_part(&s->names, s->list.at[i].key))
			return 0;
		x->keys[x->n++] = s->list.at[i].key;
	}
	out->n++;
	return 0;
}

static int fill(struct quarry_suggestions *out, struct suggester *s)
{
	out->at = arena_alloc(s->names.arena, (s->list.n + 1) * sizeof(*out->at));
	if (!out->at)
		return -1;
	for (size_t i = 0, end; i < s->list.n; i = end) {
		for (end = i + 1; end < s->list.n; end++)
			if (s->list.at[end].lenient != s->list.at[i].lenient)
				break;
		if (suggest(out, s, i, end))
			return -1;
	}
	return 0;
}

int quarry_aggregate_suggestions(struct quarry_suggestions **out, struct quarry_db *db,
				 struct quarry_error *err)
{
	static const struct quarry_naming naming = { .names = 1 };
	struct quarry_suggestions *s = calloc(1, sizeof(*s));
	struct suggester x = { .names = { .naming = &naming, .arena = calloc(1, sizeof(struct arena)) } };
	const char *universe, *without;
	int rc;

	if (!s || !x.names.arena) {
		free(s);
		free(x.names.arena);
		return quarry_error_nomem(err);
	}
	s->memory = x.names.arena;
	rc = db_begin_read(db, err);
	if (!rc)
		rc = dossier_head(&universe, &without, db, x.names.arena, err);
	if (!rc)
		rc = names_load(&x.names, db, err);
	if (!rc)
		rc = read_shared(&x, db, err);
	if (!rc && fill(s, &x))
		rc = quarry_error_nomem(err);
	db_rollback(db);
	names_release(&x.names);
	vec_release(&x.list);
	if (rc)
		quarry_suggestions_free(s);
	else
		*out = s;
	return rc;
}
