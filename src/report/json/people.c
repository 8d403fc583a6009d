/* Persons as JSON: dossiers, and what looks wrong. */
#include "report/json/people.h"

#include "report/json/tree.h"
#include "util/banned.h"

/* null for "" and for none. */
static void put_some(struct tree *t, json_t *object, const char *key, const char *text)
{
	if (text && *text)
		tree_put_text(t, object, key, text);
	else
		tree_put(t, object, key, json_null());
}

static void put_list(struct tree *t, json_t *object, const char *key, const char *const *texts,
		     size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		tree_append(t, array, tree_text(texts[i]));
	tree_put(t, object, key, array);
}

static json_t *suspicions(struct tree *t, const struct quarry_suspicion *s, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_object();

		tree_put_text(t, one, "kind", s[i].kind);
		tree_put_text(t, one, "text", s[i].text);
		put_some(t, one, "person", s[i].person);
		put_some(t, one, "signature", s[i].signature);
		tree_put_int(t, one, "n", s[i].n);
		put_some(t, one, "unit", s[i].unit);
		put_some(t, one, "what", s[i].what);
		tree_put_text(t, one, "remedy", s[i].remedy);
		tree_append(t, array, one);
	}
	return array;
}

static json_t *signatures(struct tree *t, const struct quarry_dossier *d)
{
	json_t *array = json_array();

	for (size_t i = 0; i < d->n_signatures; i++) {
		const struct quarry_dossier_signature *s = &d->signatures[i];
		json_t *one = json_object();

		tree_put_text(t, one, "signature", s->label);
		tree_put_text(t, one, "class", s->class);
		put_some(t, one, "rule", s->rule);
		tree_put_int(t, one, "commits", s->commits);
		put_list(t, one, "repositories", s->repos, s->n_repos);
		tree_append(t, array, one);
	}
	return array;
}

static json_t *evidence(struct tree *t, const struct quarry_dossier *d)
{
	json_t *array = json_array();

	for (size_t i = 0; i < d->n_evidence; i++) {
		const struct quarry_dossier_evidence *e = &d->evidence[i];
		json_t *one = json_object();

		tree_put_int(t, one, "level", e->level);
		put_some(t, one, "rule", e->rule);
		put_some(t, one, "repository", e->repo);
		tree_put(t, one, "promoted", json_boolean(e->promoted));
		tree_put_text(t, one, "a", e->a);
		tree_put_text(t, one, "b", e->b);
		tree_put_text(t, one, "text", e->text);
		tree_append(t, array, one);
	}
	return array;
}

static json_t *dossier(struct tree *t, const struct quarry_dossier *d)
{
	json_t *one = json_object();

	tree_put_text(t, one, "person", d->pseudonym);
	put_some(t, one, "name", d->name);
	put_some(t, one, "called", d->called);
	tree_put_text(t, one, "class", d->class);
	tree_put_int(t, one, "repositories", (int64_t)d->n_repos);
	tree_put_quarter(t, one, "first_quarter", d->first_quarter);
	tree_put_quarter(t, one, "last_quarter", d->last_quarter);
	tree_put_int(t, one, "authored", d->authored);
	tree_put_int(t, one, "co_authored", d->co_authored);
	tree_put(t, one, "signatures", signatures(t, d));
	tree_put(t, one, "evidence", evidence(t, d));
	tree_put(t, one, "alarms", suspicions(t, d->suspicions, d->n_suspicions));
	tree_put_text(t, one, "lenient", d->lenient);
	put_list(t, one, "lenient_with", d->with, d->n_with);
	return one;
}

int json_dossiers(struct str *out, const struct quarry_dossiers *d, struct quarry_error *err)
{
	json_t *root = json_object(), *array = json_array();
	struct tree t = { false };

	tree_put_text(&t, root, "universe", d->universe);
	tree_put_without(&t, root, d->without);
	for (size_t i = 0; i < d->n; i++)
		tree_append(&t, array, dossier(&t, &d->at[i]));
	tree_put(&t, root, "persons", array);
	return tree_dump(out, &t, root, err);
}

int json_suspicions(struct str *out, const struct quarry_suspicions *s, struct quarry_error *err)
{
	json_t *root = json_object();
	struct tree t = { false };

	tree_put_text(&t, root, "universe", s->universe);
	tree_put_without(&t, root, s->without);
	tree_put(&t, root, "alarms", suspicions(&t, s->at, s->n));
	return tree_dump(out, &t, root, err);
}
