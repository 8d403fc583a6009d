/*
 * Step 2 of a dossier: the persons of whom a signature fits what somebody knows of them.
 */
#include "aggregate/dossier.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/utf8.h"

const char dossier_uses_rows[] =
	"SELECT i.person, s.name, s.email, i.email_key, i.email, p.key, p.lenient, i.repo, i.signature,"
	" p.called"
	" FROM identity i JOIN signature s USING (signature) JOIN person p USING (person)"
	" WHERE NOT p.opted_out";

int dossier_signature(struct str *out, const struct dossier_reader *r, struct db_stmt *st,
			 struct quarry_error *err)
{
	str_clear(out);
	names_signature(out, db_text(st, COL_NAME), db_text(st, COL_EMAIL));
	if (out->oom)
		return quarry_error_nomem(err);
	if (names_hides(&r->names, out->buf) || names_hides_email(&r->names, db_int(st, COL_NUMBER)))
		str_clear(out);
	return 0;
}

/* What is looked for, in each form that it may be meant. */
struct wanted {
	const char *text;
	struct str email, name; /* folded */
	struct str scratch;
	bool oom;               /* memory was short in between */
	char kind;              /* of a pseudonym: 'p', 's' or 'e'; 0: it is none */
};

static char kind_of(const char *text)
{
	bool known = strlen(text) == NAMES_PSEUDONYM - 1 && strchr("pse", text[0]) && text[1] == '-' &&
		     strspn(text + 2, "0123456789abcdef") == NAMES_PSEUDONYM - 3;

	return known ? text[0] : '\0';
}

static void release_wanted(struct wanted *w)
{
	str_release(&w->email);
	str_release(&w->name);
	str_release(&w->scratch);
}

static int prepare(struct wanted *w, const char *text, struct quarry_error *err)
{
	*w = (struct wanted){ .text = text, .kind = kind_of(text) };
	names_fold(&w->email, text);
	utf8_fold(&w->name, text, strlen(text));
	str_add(&w->name, "", 0);
	if (!w->email.oom && !w->name.oom)
		return 0;
	release_wanted(w);
	return quarry_error_nomem(err);
}

static bool is_pseudonym_of(const struct dossier_reader *r, const struct wanted *w, const char *text)
{
	char pseudonym[NAMES_PSEUDONYM];

	names_pseudonym(pseudonym, &r->names, w->kind, text);
	return !strcmp(pseudonym, w->text);
}

/* @param text  the signature */
static bool fits_pseudonym(const struct dossier_reader *r, struct wanted *w, struct db_stmt *st,
			   const char *text)
{
	switch (w->kind) {
	case 'p':
		return is_pseudonym_of(r, w, db_text(st, COL_KEY));
	case 's':
		return is_pseudonym_of(r, w, text);
	case 'e':
		str_clear(&w->scratch);
		names_fold(&w->scratch, db_text(st, COL_EMAIL));
		w->oom |= w->scratch.oom;
		return is_pseudonym_of(r, w, db_text(st, COL_EMAIL_KEY)) ||
		       (!w->scratch.oom && is_pseudonym_of(r, w, w->scratch.buf));
	default:
		return false;
	}
}

/* Is the folded text what is wanted? Without memory it is not, and w->oom is set. */
static bool is_folded(struct wanted *w, const char *text, const struct str *want,
		      void (*fold)(struct str *out, const char *text))
{
	str_clear(&w->scratch);
	fold(&w->scratch, text);
	w->oom |= w->scratch.oom;
	return want->len && w->scratch.len == want->len &&
	       !memcmp(w->scratch.buf, want->buf, want->len);
}

static void fold_name(struct str *out, const char *name)
{
	utf8_fold(out, name, strlen(name));
}

static bool fits(const struct dossier_reader *r, struct wanted *w, struct db_stmt *st,
		 const char *text)
{
	return fits_pseudonym(r, w, st, text) || !strcmp(w->text, db_text(st, COL_KEY)) ||
	       is_folded(w, text, &w->name, fold_name) ||
	       is_folded(w, db_text(st, COL_NAME), &w->name, fold_name) ||
	       (*db_text(st, COL_CALLED) && is_folded(w, db_text(st, COL_CALLED), &w->name, fold_name)) ||
	       is_folded(w, db_text(st, COL_EMAIL), &w->email, names_fold) ||
	       is_folded(w, db_text(st, COL_EMAIL_KEY), &w->email, names_fold);
}

static int by_number(const void *pa, const void *pb)
{
	const struct dossier_person *a = pa, *b = pb;

	return (a->person > b->person) - (a->person < b->person);
}

static void drop_repeats(struct dossier_reader *r)
{
	size_t n = 0;

	if (r->persons.n)
		qsort(r->persons.at, r->persons.n, sizeof(*r->persons.at), by_number);
	for (size_t i = 0; i < r->persons.n; i++)
		if (!n || r->persons.at[n - 1].person != r->persons.at[i].person)
			r->persons.at[n++] = r->persons.at[i];
	r->persons.n = n;
}

static int take_person(struct dossier_reader *r, struct db_stmt *st)
{
	struct dossier_person p = { db_int(st, COL_PERSON), db_int(st, COL_LENIENT), NULL, NULL };

	if (r->persons.n && r->persons.at[r->persons.n - 1].person == p.person)
		return 0;
	p.key = dossier_copy(r, db_text(st, COL_KEY));
	p.called = dossier_copy(r, db_text(st, COL_CALLED));
	return p.key && p.called ? vec_push(&r->persons, p) : -1;
}

static int find_persons(struct dossier_reader *r, struct wanted *w, struct quarry_error *err)
{
	struct str text = STR_INIT;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, dossier_uses_rows, err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		rc = dossier_signature(&text, r, st, err);
		if (!rc && text.len && fits(r, w, st, text.buf) && take_person(r, st))
			rc = quarry_error_nomem(err);
		if (!rc && w->oom)
			rc = quarry_error_nomem(err);
	}
	db_finish(st);
	str_release(&text);
	drop_repeats(r);
	return rc;
}

int dossier_persons(struct dossier_reader *r, const char *who, struct quarry_error *err)
{
	struct wanted w;
	int rc = prepare(&w, who, err);

	if (rc)
		return rc;
	rc = find_persons(r, &w, err);
	release_wanted(&w);
	if (!rc && !r->persons.n)
		rc = quarry_error_set(err, QUARRY_ENOTFOUND, "nobody is known as '%s': give an e-mail, a "
				      "whole name, both as 'Name <e-mail>', or a pseudonym that quarry has "
				      "printed for this store", who);
	return rc;
}

ptrdiff_t dossier_find(const struct dossier_reader *r, int64_t person)
{
	struct dossier_person key = { .person = person };
	const struct dossier_person *p = !r->persons.n ? NULL
		: bsearch(&key, r->persons.at, r->persons.n, sizeof(key), by_number);

	return p ? p - r->persons.at : -1;
}
