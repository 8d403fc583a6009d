/*
 * Dossiers: who somebody is, found by what one knows of them.
 *
 *  1. Read who has opted out: they are not found, and named in nobody's dossier.
 *  2. Find the persons of whom a signature fits (dossier_find.c).
 *  3. Read all that these signed, and where; what they signed together; their credits
 *     (dossier_uses.c).
 *  4. Follow the evidence (dossier_links.c), read the alarms, and with whom lenient
 *     identity joins them.
 */
#include "aggregate/dossier.h"

#include <stdlib.h>
#include <string.h>

#include "aggregate/edition.h"
#include "quarry/quarter.h"
#include "util/banned.h"

const char *dossier_copy(struct dossier_reader *r, const char *text)
{
	return arena_copy(r->arena, text, strlen(text));
}

int dossier_head(const char **universe, const char **without, struct quarry_db *db,
		 struct arena *arena, struct quarry_error *err)
{
	struct quarry_edition e = { 0 };
	struct edition_reader reader = { .e = &e, .arena = arena, .db = db };
	int rc = edition_meta(&reader, QUARRY_QUARTER_NONE, err);

	if (!rc) {
		*universe = e.universe;
		*without = e.without;
	}
	return rc;
}

/* By commits falling; the texts are in order already. */
static int by_commits(const void *pa, const void *pb)
{
	const struct quarry_dossier_signature *a = pa, *b = pb;

	if (a->commits != b->commits)
		return a->commits < b->commits ? 1 : -1;
	/* The order in the arena's array is by text. */
	return (a->repos > b->repos) - (a->repos < b->repos);
}

/* The signature of uses[i...end), which are of one text. */
static int fill_signature(struct quarry_dossier_signature *s, struct dossier_reader *r, size_t i,
			  size_t end, const char **slugs)
{
	const struct dossier_use *u = &r->uses.at[i];

	*s = (struct quarry_dossier_signature){ .label = names_label(&r->names, u->text),
						.class = u->class, .rule = u->rule, .repos = slugs };
	for (; i < end; i++) {
		s->commits += r->uses.at[i].commits;
		if (!s->n_repos || strcmp(slugs[s->n_repos - 1], r->uses.at[i].slug) != 0)
			slugs[s->n_repos++] = r->uses.at[i].slug;
	}
	return s->label ? 0 : -1;
}

/* The signatures of uses[from...to), which are of one person. */
static int fill_signatures(struct dossier_reader *r, size_t from, size_t to)
{
	struct quarry_dossier *d = &r->out->at[r->uses.at[from].of];
	const char **slugs = arena_alloc(r->arena, (to - from) * sizeof(*slugs));

	d->signatures = arena_alloc(r->arena, (to - from) * sizeof(*d->signatures));
	if (!slugs || !d->signatures)
		return -1;
	for (size_t i = from, end; i < to; i = end) {
		for (end = i + 1; end < to; end++)
			if (strcmp(r->uses.at[end].text, r->uses.at[i].text) != 0)
				break;
		if (fill_signature(&d->signatures[d->n_signatures++], r, i, end, slugs + (i - from)))
			return -1;
	}
	qsort(d->signatures, d->n_signatures, sizeof(*d->signatures), by_commits);
	return 0;
}

static int count_repos(struct dossier_reader *r)
{
	struct map seen = MAP_INIT;
	int rc = 0;

	for (size_t i = 0; !rc && i < r->uses.n; i++) {
		int64_t pair[2] = { (int64_t)r->uses.at[i].of, r->uses.at[i].repo };
		int64_t *n = map_at(&seen, pair, sizeof(pair), 0);

		if (!n)
			rc = -1;
		else if (!(*n)++)
			r->out->at[r->uses.at[i].of].n_repos++;
	}
	map_release(&seen);
	return rc;
}

/* The classes of its signatures, each once, in this order. */
static int fill_class(struct quarry_dossier *d, struct dossier_reader *r)
{
	static const char *const classes[] = { "human", "bot", "agent", "group", "placeholder" };
	struct str s = STR_INIT;

	for (size_t c = 0; c < sizeof(classes) / sizeof(classes[0]); c++)
		for (size_t i = 0; i < d->n_signatures; i++)
			if (!strcmp(d->signatures[i].class, classes[c])) {
				str_addf(&s, "%s%s", s.len ? ", " : "", classes[c]);
				break;
			}
	d->class = s.oom ? NULL : dossier_copy(r, s.buf ? s.buf : "");
	str_release(&s);
	return d->class ? 0 : -1;
}

static int fill_names(struct quarry_dossier *d, struct dossier_reader *r,
		      const struct dossier_person *p)
{
	char pseudonym[NAMES_PSEUDONYM];

	names_pseudonym(pseudonym, &r->names, 'p', p->key);
	d->pseudonym = dossier_copy(r, pseudonym);
	if (r->names.naming->names && !names_hides_part(&r->names, p->key))
		d->name = p->key;
	if (r->names.naming->names && *p->called)
		d->called = p->called;
	return d->pseudonym ? 0 : -1;
}

static int fill(struct dossier_reader *r, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0, end; !rc && i < r->uses.n; i = end) {
		for (end = i + 1; end < r->uses.n && r->uses.at[end].of == r->uses.at[i].of;)
			end++;
		rc = fill_signatures(r, i, end);
	}
	for (size_t i = 0; !rc && i < r->persons.n; i++) {
		rc = fill_class(&r->out->at[i], r);
		if (!rc)
			rc = fill_names(&r->out->at[i], r, &r->persons.at[i]);
	}
	if (!rc)
		rc = count_repos(r);
	return rc ? quarry_error_nomem(err) : 0;
}

/* --- lenient identity ------------------------------------------------------ */

/* A person whom lenient identity may join with one that was found. */
struct peer {
	int64_t person, lenient;
	const char *label;
};

struct peers {
	VEC(struct peer) list;
};

static bool is_asked_for(const struct dossier_reader *r, int64_t lenient)
{
	for (size_t i = 0; i < r->persons.n; i++)
		if (r->persons.at[i].lenient == lenient)
			return true;
	return false;
}

static int read_peers(struct peers *p, struct dossier_reader *r, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, "SELECT person, lenient, key FROM person WHERE NOT opted_out"
			    " ORDER BY person", err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		struct peer x = { db_int(st, 0), db_int(st, 1), NULL };

		rc = 0;
		if (!is_asked_for(r, x.lenient))
			continue;
		x.label = names_person(&r->names, db_text(st, 2));
		if (!x.label || vec_push(&p->list, x))
			rc = quarry_error_nomem(err);
	}
	db_finish(st);
	return rc;
}

/* The first of them, the one with the smallest key, gives its label to all. */
static int join_peers(struct quarry_dossier *d, struct dossier_reader *r,
		      const struct dossier_person *self, const struct peers *p)
{
	d->lenient = d->pseudonym;
	d->with = arena_alloc(r->arena, (p->list.n + 1) * sizeof(*d->with));
	if (!d->with)
		return -1;
	for (size_t i = p->list.n; i-- > 0;)
		if (p->list.at[i].lenient == self->lenient)
			d->lenient = p->list.at[i].label;
	for (size_t i = 0; i < p->list.n; i++)
		if (p->list.at[i].lenient == self->lenient && p->list.at[i].person != self->person)
			d->with[d->n_with++] = p->list.at[i].label;
	return 0;
}

static int fill_lenient(struct dossier_reader *r, struct quarry_error *err)
{
	struct peers p = { { 0 } };
	int rc = read_peers(&p, r, err);

	for (size_t i = 0; !rc && i < r->persons.n; i++)
		if (join_peers(&r->out->at[i], r, &r->persons.at[i], &p))
			rc = quarry_error_nomem(err);
	vec_release(&p.list);
	return rc;
}

/* --- alarms ---------------------------------------------------------------- */

struct taken_alarm {
	size_t of;
	struct quarry_suspicion s;
};

struct taken_alarms {
	const struct dossier_reader *r;
	VEC(struct taken_alarm) list;
};

static int take_alarm(void *payload, const struct dossier_alarm *a, struct quarry_error *err)
{
	struct taken_alarms *t = payload;
	ptrdiff_t of = dossier_find(t->r, a->person);
	struct taken_alarm x = { (size_t)of, a->s };

	return of >= 0 && vec_push(&t->list, x) ? quarry_error_nomem(err) : 0;
}

static int fill_suspicions(struct dossier_reader *r, struct quarry_error *err)
{
	struct taken_alarms t = { .r = r };
	int rc = dossier_each_alarm(&r->names, r->db, take_alarm, &t, err);

	for (size_t i = 0; !rc && i < r->persons.n; i++) {
		struct quarry_dossier *d = &r->out->at[i];

		d->suspicions = arena_alloc(r->arena, (t.list.n + 1) * sizeof(*d->suspicions));
		if (!d->suspicions)
			rc = quarry_error_nomem(err);
		for (size_t k = 0; !rc && k < t.list.n; k++)
			if (t.list.at[k].of == i)
				d->suspicions[d->n_suspicions++] = t.list.at[k].s;
	}
	vec_release(&t.list);
	return rc;
}

/* --- all of it ------------------------------------------------------------- */

static int make_room(struct dossier_reader *r, struct quarry_error *err)
{
	r->out->n = r->persons.n;
	r->out->at = arena_alloc(r->arena, r->persons.n * sizeof(*r->out->at));
	if (!r->out->at)
		return quarry_error_nomem(err);
	memset(r->out->at, 0, r->persons.n * sizeof(*r->out->at));
	return 0;
}

static int read_all(struct dossier_reader *r, const char *who, struct quarry_error *err)
{
	static int (*const steps[])(struct dossier_reader *, struct quarry_error *) = {
		make_room, dossier_uses, dossier_commits, dossier_credits, fill, fill_lenient,
		dossier_evidence, fill_suspicions,
	};
	int rc = dossier_head(&r->out->universe, &r->out->without, r->db, r->arena, err);

	if (!rc)
		rc = names_load(&r->names, r->db, err);
	if (!rc)
		rc = dossier_persons(r, who, err);
	for (size_t i = 0; !rc && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](r, err);
	return rc;
}

int quarry_aggregate_explain(struct quarry_dossiers **out, struct quarry_db *db, const char *who,
			     const struct quarry_naming *naming, struct quarry_error *err)
{
	struct dossier_reader r = { .db = db, .out = calloc(1, sizeof(*r.out)),
				    .arena = calloc(1, sizeof(*r.arena)) };
	int rc;

	if (!r.out || !r.arena) {
		free(r.out);
		free(r.arena);
		return quarry_error_nomem(err);
	}
	r.out->memory = r.arena;
	r.names.naming = naming;
	r.names.arena = r.arena;
	rc = db_begin_read(db, err);
	if (!rc)
		rc = read_all(&r, who, err);
	db_rollback(db);
	names_release(&r.names);
	vec_release(&r.persons);
	vec_release(&r.uses);
	if (rc)
		quarry_dossiers_free(r.out);
	else
		*out = r.out;
	return rc;
}

static void free_memory(void *memory)
{
	struct arena *a = memory;

	if (a)
		arena_release(a);
	free(a);
}

void quarry_dossiers_free(struct quarry_dossiers *d)
{
	if (d)
		free_memory(d->memory);
	free(d);
}

void quarry_suspicions_free(struct quarry_suspicions *s)
{
	if (s)
		free_memory(s->memory);
	free(s);
}

void quarry_suggestions_free(struct quarry_suggestions *s)
{
	if (s)
		free_memory(s->memory);
	free(s);
}
