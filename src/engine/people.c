/*
 * Persons, for whoever wants to know why they are persons: dossiers, what looks wrong, and
 * what might be joined.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "engine/secret.h"
#include "quarry/aggregate.h"
#include "quarry/people.h"
#include "util/banned.h"
#include "util/str.h"

static int load_key(unsigned char key[SECRET_SIZE], const struct quarry_engine *e,
		    struct quarry_error *err)
{
	char *path = secret_path(e->options.store);
	int rc = path ? secret_load(key, path, err) : quarry_error_nomem(err);

	free(path);
	return rc;
}

int quarry_engine_explain_person(struct quarry_dossiers **out, struct quarry_engine *e,
				 const char *who, int names, struct quarry_error *err)
{
	unsigned char key[SECRET_SIZE];
	struct quarry_naming naming = { key, sizeof(key), names };
	int rc = engine_open_store(e, err);

	if (!rc)
		rc = load_key(key, e, err);
	return rc ? rc : quarry_aggregate_explain(out, quarry_store_db(e->store), who, &naming, err);
}

int quarry_engine_suspicions(struct quarry_suspicions **out, struct quarry_engine *e, int names,
			     struct quarry_error *err)
{
	unsigned char key[SECRET_SIZE];
	struct quarry_naming naming = { key, sizeof(key), names };
	struct quarry_suspicions *s = NULL;
	int rc = engine_open_store(e, err);

	if (!rc)
		rc = load_key(key, e, err);
	if (!rc)
		rc = quarry_aggregate_suspicions(&s, quarry_store_db(e->store), &naming, err);
	if (rc)
		quarry_suspicions_free(s);
	else
		*out = s;
	return rc;
}

/* --- suggestions ----------------------------------------------------------- */

/* The suggestions in the form that people.yaml is written from. */
struct draft {
	struct quarry_people people;
	struct quarry_who *who;
	char **texts; /* copies of the keys, cut into name and e-mail */
	size_t n_texts;
};

static void release(struct draft *d)
{
	for (size_t i = 0; i < d->n_texts; i++)
		free(d->texts[i]);
	free(d->texts);
	free(d->who);
	free(d->people.persons);
}

/* Will people.yaml hold it?  Histories hold e-mails of control characters, of bidi overrides
 * that fool a terminal, and of many kilobytes: one of them would spoil the whole file. */
static int check(bool *holds, struct quarry_person *p, struct quarry_error *err)
{
	struct quarry_people alone = { .persons = p, .n_persons = 1 };
	struct quarry_people *back = NULL;
	struct quarry_error why = QUARRY_ERROR_INIT;
	char *text = NULL, *again = NULL;
	int rc = quarry_people_write(&text, &alone, err);

	if (rc)
		return rc;
	rc = quarry_people_parse(&back, text, strlen(text), "people.yaml", &why);
	*holds = false;
	if (rc) {
		rc = rc == QUARRY_EUSAGE ? 0 : quarry_error_set(err, rc, "%s", why.text);
		goto done;
	}
	rc = quarry_people_write(&again, back, err);
	*holds = !rc && !strcmp(text, again); /* and as what was meant */
done:
	quarry_people_free(back);
	free(again);
	free(text);
	return rc;
}

/* A key is an e-mail, or "Name <e-mail>" where the e-mail is many strangers'. */
static struct quarry_who cut(char *key)
{
	struct quarry_who who = { .email = key };
	size_t len = strlen(key);
	char *open = strrchr(key, '<');

	if (!open || key[len - 1] != '>' || (open > key && open[-1] != ' '))
		return who;
	key[len - 1] = '\0';
	who.email = open + 1;
	if (open > key + 1) {
		open[-1] = '\0'; /* the space before it */
		who.name = key;
	}
	return who;
}

static int draft_one(struct draft *d, struct quarry_person *p, const struct quarry_suggestion *s)
{
	*p = (struct quarry_person){ .who = d->who + d->n_texts };
	for (size_t i = 0; i < s->n; i++) {
		char *key = strdup(s->keys[i]);

		if (!key)
			return -1;
		d->texts[d->n_texts++] = key;
		p->who[p->n_who++] = cut(key);
	}
	return 0;
}

static int draft(struct draft *d, const struct quarry_suggestions *s, struct quarry_error *err)
{
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->at[i].n;
	d->who = calloc(n + 1, sizeof(*d->who));
	d->texts = calloc(n + 1, sizeof(*d->texts));
	d->people.persons = calloc(s->n + 1, sizeof(*d->people.persons));
	if (!d->who || !d->texts || !d->people.persons)
		return quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < s->n; i++) {
		struct quarry_person *p = &d->people.persons[d->people.n_persons];
		bool holds = false;

		rc = draft_one(d, p, &s->at[i]) ? quarry_error_nomem(err) : check(&holds, p, err);
		d->people.n_persons += holds;
	}
	return rc;
}

int quarry_engine_suggest(char **out, size_t *n, size_t *n_left_out, struct quarry_engine *e,
			  struct quarry_error *err)
{
	struct quarry_suggestions *s = NULL;
	struct draft d = { .who = NULL };
	int rc = engine_open_store(e, err);

	if (!rc)
		rc = quarry_aggregate_suggestions(&s, quarry_store_db(e->store), err);
	if (!rc)
		rc = draft(&d, s, err);
	if (!rc)
		rc = quarry_people_write(out, &d.people, err);
	if (!rc) {
		*n = d.people.n_persons;
		*n_left_out = s->n - d.people.n_persons;
	}
	release(&d);
	quarry_suggestions_free(s);
	return rc;
}
