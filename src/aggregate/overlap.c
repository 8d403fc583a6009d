/*
 * Persons of several categories at once (metrics.md 10), for any number of them.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/edition.h"
#include "util/arena.h"
#include "util/banned.h"
#include "util/str.h"

#define CATEGORIES_MAX 64 /* a person's categories are a mask */

struct overlap_reader {
	struct quarry_overlap *o;
	struct arena *arena;
	struct quarry_db *db;
	int64_t *categories; /* numbers of the ids */
};

static int unknown(struct overlap_reader *r, const char *id, struct quarry_error *err)
{
	struct str known = STR_INIT;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, "SELECT id FROM category ORDER BY category", err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		str_addf(&known, "%s%s", known.len ? ", " : "", db_text(st, 0));
		rc = 0;
	}
	db_finish(st);
	if (!rc)
		rc = quarry_error_set(err, QUARRY_EUSAGE, "unknown category '%s' (known here: %s)", id,
				      known.oom || !known.buf ? "" : known.buf);
	str_release(&known);
	return rc;
}

static int find_categories(struct overlap_reader *r, const char *const *ids,
			   struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, "SELECT category, title FROM category WHERE id = ?1", err);

	for (size_t i = 0; !rc && i < r->o->n; i++) {
		db_bind_text(st, 1, ids[i], strlen(ids[i]));
		rc = db_step(st, err);
		if (rc == 0)
			rc = unknown(r, ids[i], err);
		if (rc < 0)
			break;
		r->categories[i] = db_int(st, 0);
		r->o->ids[i] = arena_copy(r->arena, ids[i], strlen(ids[i]));
		r->o->titles[i] = arena_copy(r->arena, db_text(st, 1), strlen(db_text(st, 1)));
		rc = r->o->ids[i] && r->o->titles[i] ? 0 : quarry_error_nomem(err);
		for (size_t j = 0; !rc && j < i; j++)
			if (r->categories[j] == r->categories[i])
				rc = quarry_error_set(err, QUARRY_EUSAGE,
						      "category '%s' is given twice", ids[i]);
		db_reset(st);
	}
	db_finish(st);
	return rc;
}

/* Rows: key, category, by key; ?1 the quarter. */
#define PLACES(key) \
	"SELECT " key ", (" CATEGORY_AT_1 ") AS c FROM activity a JOIN tracked t USING (repo)" \
	" JOIN person p USING (person) WHERE a.quarter = ?1 AND c IS NOT NULL ORDER BY 1"

struct counted {
	int64_t everyone, both, any, sizes[CATEGORIES_MAX];
};

static void count_key(struct counted *c, uint64_t mask, size_t n)
{
	uint64_t all = n == 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;

	c->everyone++;
	c->both += mask == all;
	c->any += mask != 0;
	for (size_t i = 0; i < n; i++)
		c->sizes[i] += mask >> i & 1;
}

static int count(struct counted *out, struct overlap_reader *r, const char *sql,
		 struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int64_t current = -1;
	uint64_t mask = 0;
	int rc = db_prepare(&st, r->db, sql, err);

	if (rc)
		return rc;
	*out = (struct counted){ 0 };
	db_bind_int(st, 1, r->o->quarter);
	while ((rc = db_step(st, err)) > 0) {
		if (db_int(st, 0) != current && current >= 0)
			count_key(out, mask, r->o->n);
		if (db_int(st, 0) != current)
			mask = 0;
		current = db_int(st, 0);
		for (size_t i = 0; i < r->o->n; i++)
			if (r->categories[i] == db_int(st, 1))
				mask |= (uint64_t)1 << i;
	}
	if (current >= 0)
		count_key(out, mask, r->o->n);
	db_finish(st);
	return rc;
}

static void derive(struct quarry_overlap *o)
{
	int64_t smallest = INT64_MAX;

	o->expected = (double)o->everyone;
	for (size_t i = 0; i < o->n; i++) {
		smallest = o->sizes[i] < smallest ? o->sizes[i] : smallest;
		o->expected *= o->everyone ? (double)o->sizes[i] / (double)o->everyone : 0;
	}
	o->jaccard = o->any ? (double)o->both / (double)o->any : 0;
	o->coefficient = smallest ? (double)o->both / (double)smallest : 0;
	o->lift = o->expected > 0 ? (double)o->both / o->expected : 0;
}

static int fill(struct overlap_reader *r, struct quarry_error *err)
{
	struct quarry_overlap *o = r->o;
	struct counted strict, lenient, email;
	int rc = count(&strict, r, PLACES("a.person"), err);

	if (!rc)
		rc = count(&lenient, r, PLACES("p.lenient"), err);
	/* A pair of numbers as one key: e-mails of one person stay apart. */
	if (!rc)
		rc = count(&email, r, PLACES("a.person << 32 | a.email"), err);
	if (rc)
		return rc;
	o->everyone = strict.everyone;
	o->both = strict.both;
	o->any = strict.any;
	for (size_t i = 0; i < o->n; i++)
		o->sizes[i] = strict.sizes[i];
	o->both_lo = email.both < lenient.both ? email.both : lenient.both;
	o->both_hi = email.both < lenient.both ? lenient.both : email.both;
	o->both_lo = strict.both < o->both_lo ? strict.both : o->both_lo;
	o->both_hi = strict.both > o->both_hi ? strict.both : o->both_hi;
	derive(o);
	return 0;
}

/* The edition knows which quarters there are, and which is meant by default. */
static int head(struct overlap_reader *r, int32_t quarter, struct quarry_error *err)
{
	struct quarry_edition e = { 0 };
	struct edition_reader reader = { .e = &e, .arena = r->arena, .db = r->db };
	int rc = edition_meta(&reader, quarter, err);

	if (!rc) {
		r->o->universe = e.universe;
		r->o->without = e.without;
		r->o->quarter = e.quarter;
	}
	return rc;
}

int quarry_aggregate_overlap(struct quarry_overlap **out, struct quarry_db *db,
			     const char *const *ids, size_t n, int32_t quarter,
			     struct quarry_error *err)
{
	struct overlap_reader r = { .db = db, .o = calloc(1, sizeof(*r.o)),
				    .arena = calloc(1, sizeof(*r.arena)) };
	int rc;

	if (!r.o || !r.arena) {
		free(r.o);
		free(r.arena);
		return quarry_error_nomem(err);
	}
	r.o->memory = r.arena;
	r.o->n = n;
	r.categories = arena_alloc(r.arena, n * sizeof(*r.categories));
	r.o->ids = arena_alloc(r.arena, n * sizeof(*r.o->ids));
	r.o->titles = arena_alloc(r.arena, n * sizeof(*r.o->titles));
	r.o->sizes = arena_alloc(r.arena, n * sizeof(*r.o->sizes));
	if (n < 2 || n > CATEGORIES_MAX)
		rc = quarry_error_set(err, QUARRY_EUSAGE, "overlap takes 2 to %d categories",
				      CATEGORIES_MAX);
	else if (!r.categories || !r.o->ids || !r.o->titles || !r.o->sizes)
		rc = quarry_error_nomem(err);
	else
		rc = db_begin_read(db, err);
	if (!rc)
		rc = head(&r, quarter, err);
	if (!rc)
		rc = find_categories(&r, ids, err);
	if (!rc)
		rc = fill(&r, err);
	db_rollback(db);
	if (rc)
		quarry_overlap_free(r.o);
	else
		*out = r.o;
	return rc;
}
