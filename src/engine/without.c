#include "engine/without.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

void without_release(struct without *w)
{
	free(w->text);
	free(w->names);
	*w = (struct without)WITHOUT_INIT;
}

static bool drop_rules(struct quarry_rules *r, const char *name)
{
	size_t kept = 0, n = r->n_rules;

	for (size_t i = 0; i < n; i++)
		if (strcmp(r->rules[i].id, name) != 0 && strcmp(r->rules[i].class, name) != 0)
			r->rules[kept++] = r->rules[i];
	r->n_rules = kept;
	return kept < n;
}

static bool drop_assists(struct quarry_rules *r, const char *name)
{
	bool all = !strcmp(name, "assists");
	size_t kept = 0, n = r->n_assists;

	for (size_t i = 0; i < n; i++)
		if (!all && strcmp(r->assists[i].id, name) != 0)
			r->assists[kept++] = r->assists[i];
	r->n_assists = kept;
	return all || kept < n;
}

static bool drop_exports(struct quarry_rules *r, const char *name)
{
	bool all = !strcmp(name, "exports");
	size_t kept = 0, n = r->n_exports;

	for (size_t i = 0; i < n; i++)
		if (!all && strcmp(r->exports[i].id, name) != 0)
			r->exports[kept++] = r->exports[i];
	r->n_exports = kept;
	return all || kept < n;
}

/* Was it a rule of classes, and is it out now? */
static bool drop(struct quarry_rules *r, const char *name)
{
	bool rule = drop_rules(r, name), assist = drop_assists(r, name);

	return drop_exports(r, name) || rule || assist;
}

int without_split(struct without *out, const char *list, struct quarry_rules *rules,
		  struct quarry_error *err)
{
	struct without w = WITHOUT_INIT;
	char *rest = NULL;

	if (!list)
		return 0;
	w.text = strdup(list);
	w.names = calloc(strlen(list) + 1, sizeof(*w.names));
	if (!w.text || !w.names) {
		without_release(&w);
		return quarry_error_nomem(err);
	}
	for (char *name = strtok_r(w.text, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
		if (!drop(rules, name))
			w.names[w.n_names++] = name;
	*out = w;
	return 0;
}
