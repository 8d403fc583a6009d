/*
 * The evidence of a dossier: the rows of link that make its signatures one person.
 *
 *  1. Read all rows, their ends as numbers.  Note which ends are signatures or e-mails
 *     that somebody uses: over one of another person no way leads.
 *  2. A person stands at its signatures and their e-mails; where a .mailmap takes one
 *     away in its repository alone, at the end that it is taken to.
 *  3. Follow the rows of L0 to L3 from there, until nothing new comes.
 *  4. Rows of L4 that begin at what was met tell whom lenient identity joins.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/dossier.h"
#include "util/banned.h"

#define LENIENT 4 /* the level that strict identity leaves out */
#define NO_REPO (-1)

struct row {
	size_t a, b; /* numbers of its ends */
	int level, promoted;
	int64_t repo;
	const char *rule, *slug;
	bool taken; /* for the person in hand */
};

/* A row by one of its ends. */
struct at_end {
	size_t end, row;
};

struct web {
	struct dossier_reader *r;
	struct map ends; /* text to number */
	VEC(const char *) texts;
	VEC(bool) used;
	VEC(size_t) met_by;  /* the person that has met it last, from 1; 0: nobody */
	VEC(struct row) rows;
	VEC(struct at_end) by_end; /* sorted */
	VEC(size_t) queue;
	size_t person;       /* in hand, from 1 */
};

static void release(struct web *w)
{
	map_release(&w->ends);
	vec_release(&w->texts);
	vec_release(&w->used);
	vec_release(&w->met_by);
	vec_release(&w->rows);
	vec_release(&w->by_end);
	vec_release(&w->queue);
}

/* --- 1. rows --------------------------------------------------------------- */

static int number_of(size_t *out, struct web *w, const char *text)
{
	int64_t *at = map_at(&w->ends, text, strlen(text), -1);

	if (!at)
		return -1;
	if (*at < 0) {
		if (vec_push(&w->texts, map_key(at)) || vec_push(&w->used, false) ||
		    vec_push(&w->met_by, 0))
			return -1;
		*at = (int64_t)w->texts.n - 1;
	}
	*out = (size_t)*at;
	return 0;
}

static int add_row(struct web *w, struct db_stmt *st)
{
	struct row row = {
		.level = (int)db_int(st, 0), .repo = db_is_null(st, 1) ? NO_REPO : db_int(st, 1),
		.promoted = db_int(st, 4) != 0, .rule = dossier_copy(w->r, db_text(st, 5)),
		.slug = dossier_copy(w->r, db_text(st, 6)),
	};
	struct at_end by_a, by_b;

	if (!row.rule || !row.slug || number_of(&row.a, w, db_text(st, 2)) ||
	    number_of(&row.b, w, db_text(st, 3)))
		return -1;
	by_a = (struct at_end){ row.a, w->rows.n };
	by_b = (struct at_end){ row.b, w->rows.n };
	return vec_push(&w->by_end, by_a) || vec_push(&w->by_end, by_b) || vec_push(&w->rows, row)
	     ? -1 : 0;
}

static int by_end(const void *pa, const void *pb)
{
	const struct at_end *a = pa, *b = pb;

	if (a->end != b->end)
		return a->end < b->end ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

/* In the order in which they are told. */
static int read_rows(struct web *w, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, w->r->db, "SELECT level, l.repo, a, b, promoted, rule, slug FROM link l"
			    " LEFT JOIN repo USING (repo) ORDER BY level, a, b, slug, url, rule", err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		rc = 0;
		if (names_hides_part(&w->r->names, db_text(st, 2)) ||
		    names_hides_part(&w->r->names, db_text(st, 3)))
			continue;
		if (add_row(w, st))
			rc = quarry_error_nomem(err);
	}
	db_finish(st);
	if (!rc && w->by_end.n)
		qsort(w->by_end.at, w->by_end.n, sizeof(*w->by_end.at), by_end);
	return rc;
}

static int note_used(struct web *w, const struct str *text)
{
	const int64_t *at = text->oom ? NULL : map_find(&w->ends, text->buf, text->len);

	if (at)
		w->used.at[*at] = true;
	return text->oom ? -1 : 0;
}

/* A signature, and its e-mail. */
static int note_both(struct web *w, const char *name, const char *email, struct str *scratch)
{
	str_clear(scratch);
	names_signature(scratch, name, email);
	if (note_used(w, scratch))
		return -1;
	str_clear(scratch);
	names_fold(scratch, email);
	return note_used(w, scratch);
}

static int read_used(struct web *w, struct quarry_error *err)
{
	struct str s = STR_INIT;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, w->r->db, "SELECT name, email FROM signature"
			    " WHERE signature IN (SELECT signature FROM identity)", err);

	while (!rc && (rc = db_step(st, err)) > 0)
		rc = note_both(w, db_text(st, 0), db_text(st, 1), &s) ? quarry_error_nomem(err) : 0;
	db_finish(st);
	str_release(&s);
	return rc;
}

/* --- 2. and 3. one person -------------------------------------------------- */

static int meet(struct web *w, size_t end)
{
	if (w->met_by.at[end] == w->person)
		return 0;
	w->met_by.at[end] = w->person;
	return vec_push(&w->queue, end);
}

static int meet_text(struct web *w, const char *text)
{
	const int64_t *at = map_find(&w->ends, text, strlen(text));

	return at ? meet(w, (size_t)*at) : 0;
}

/* The first of the rows at an end; by_end.n where there is none. */
static size_t first_at(const struct web *w, size_t end)
{
	size_t lo = 0, hi = w->by_end.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->by_end.at[mid].end < end)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_local(const struct row *row)
{
	return row->level == 2 && !row->promoted;
}

static bool is_signature(const char *text)
{
	size_t len = strlen(text);

	return len && text[len - 1] == '>' && strchr(text, '<');
}

/* Take the row that moves a signature in one repository alone. @param moved  set where there
 * is one, unless both ends are signatures: which of them was moved the row does not say */
static int move(bool *moved, struct web *w, const struct dossier_use *u)
{
	const int64_t *at = map_find(&w->ends, u->text, strlen(u->text));

	for (size_t i = at ? first_at(w, (size_t)*at) : w->by_end.n; i < w->by_end.n; i++) {
		struct row *row = &w->rows.at[w->by_end.at[i].row];
		size_t other = row->a == w->by_end.at[i].end ? row->b : row->a;

		if (w->by_end.at[i].end != (size_t)*at)
			break;
		if (!is_local(row) || row->repo != u->repo)
			continue;
		row->taken = true;
		*moved |= !is_signature(w->texts.at[other]);
		if (meet(w, other))
			return -1;
	}
	return 0;
}

static int stand(struct web *w, const struct dossier_use *u)
{
	bool moved = false;

	if (move(&moved, w, u))
		return -1;
	return !moved && (meet_text(w, u->text) || meet_text(w, u->email)) ? -1 : 0;
}

/* Where the person stands is met before; another's place is no way. */
static bool may_go(const struct web *w, size_t end)
{
	return w->met_by.at[end] == w->person || !w->used.at[end];
}

static int follow(struct web *w, size_t end)
{
	for (size_t i = first_at(w, end); i < w->by_end.n && w->by_end.at[i].end == end; i++) {
		struct row *row = &w->rows.at[w->by_end.at[i].row];
		size_t other = row->a == end ? row->b : row->a;

		if (row->level >= LENIENT || is_local(row) || !may_go(w, other))
			continue;
		row->taken = true;
		if (meet(w, other))
			return -1;
	}
	return 0;
}

static int follow_all(struct web *w, size_t from, size_t to)
{
	for (size_t i = 0; i < w->rows.n; i++)
		w->rows.at[i].taken = false;
	w->queue.n = 0;
	for (size_t i = from; i < to; i++)
		if (stand(w, &w->r->uses.at[i]))
			return -1;
	for (size_t i = 0; i < w->queue.n; i++)
		if (follow(w, w->queue.at[i]))
			return -1;
	for (size_t i = 0; i < w->rows.n; i++) {
		struct row *row = &w->rows.at[i];

		if (row->level == LENIENT && (w->met_by.at[row->a] == w->person ||
					      w->met_by.at[row->b] == w->person))
			row->taken = true;
	}
	return 0;
}

/* --- telling --------------------------------------------------------------- */

static const char *words(const struct row *row)
{
	switch (row->level) {
	case 0:
		return "people.yaml says so";
	case 1:
		return "the same e-mail";
	case 2:
		return row->promoted ? "its .mailmap says so, and it holds everywhere"
				     : "its .mailmap says so, for itself alone";
	case 3:
		return "one account of a code host";
	case LENIENT:
		return "the same full name within a year: lenient identity alone";
	default:
		return "";
	}
}

static int tell(struct quarry_dossier *d, struct web *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->rows.n; i++)
		n += w->rows.at[i].taken;
	d->evidence = arena_alloc(w->r->arena, (n + 1) * sizeof(*d->evidence));
	if (!d->evidence)
		return -1;
	for (size_t i = 0; i < w->rows.n; i++) {
		const struct row *row = &w->rows.at[i];
		struct quarry_dossier_evidence *e = &d->evidence[d->n_evidence];

		if (!row->taken)
			continue;
		*e = (struct quarry_dossier_evidence){
			.level = row->level, .rule = row->rule, .repo = row->slug,
			.promoted = row->promoted, .text = words(row),
			.a = names_label(&w->r->names, w->texts.at[row->a]),
			.b = names_label(&w->r->names, w->texts.at[row->b]),
		};
		if (!e->a || !e->b)
			return -1;
		d->n_evidence++;
	}
	return 0;
}

static int tell_all(struct web *w)
{
	const struct dossier_reader *r = w->r;
	size_t from = 0, to;

	for (size_t of = 0; of < r->persons.n; of++, from = to) {
		for (to = from; to < r->uses.n && r->uses.at[to].of == of;)
			to++;
		w->person = of + 1;
		if (follow_all(w, from, to) || tell(&r->out->at[of], w))
			return -1;
	}
	return 0;
}

int dossier_evidence(struct dossier_reader *r, struct quarry_error *err)
{
	struct web w = { .r = r };
	int rc = read_rows(&w, err);

	if (!rc)
		rc = read_used(&w, err);
	if (!rc && tell_all(&w))
		rc = quarry_error_nomem(err);
	release(&w);
	return rc;
}
