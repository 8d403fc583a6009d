#include "config/check.h"

#include <stdlib.h>
#include <string.h>

#include "config/field.h"
#include "util/banned.h"
#include "util/map.h"
#include "util/str.h"

#define SMALL_BASE 20
#define BULK_PATHS 1000
#define EARLIEST_S 631152000 /* 1990-01-01 */

struct walk {
	struct quarry_universe *u;
	struct arena *arena;
	const struct check_input *in;
	struct quarry_error *err;
};

static size_t find_layer(const struct quarry_universe *u, const char *id)
{
	for (size_t i = 0; i < u->n_layers; i++)
		if (strcmp(u->layers[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

static int check_layers(struct walk *w, const struct raw_universe *raw)
{
	const struct raw_layer *layers = raw->layers.at;
	struct field f = { raw->file, "id", w->err };
	size_t n = raw->layers.n;

	if (!n)
		return schema_fail(w->err, raw->file, raw->layers.line, "'layers' is empty");
	w->u->layers = arena_alloc(w->arena, n * sizeof(*w->u->layers));
	if (!w->u->layers)
		return quarry_error_nomem(w->err);
	for (size_t i = 0; i < n; i++) {
		int rc = field_id(&f, &layers[i].id);

		if (rc)
			return rc;
		if (find_layer(w->u, layers[i].id.s) != SIZE_MAX)
			return schema_fail(w->err, raw->file, layers[i].id.line,
					   "layer '%s' was given before", layers[i].id.s);
		w->u->layers[i] = (struct quarry_layer){ layers[i].id.s, layers[i].title.s };
		w->u->n_layers = i + 1;
	}
	return 0;
}

static int check_quarters(struct walk *w, const struct raw_universe *raw)
{
	const struct raw_quarters *q = raw->quarters;
	int rc;

	if (!q)
		return 0;
	rc = field_quarter(&w->u->from, &(struct field){ raw->file, "from", w->err }, &q->from);
	if (!rc)
		rc = field_quarter(&w->u->until, &(struct field){ raw->file, "to", w->err }, &q->to);
	if (!rc && q->from.s && q->to.s && w->u->from > w->u->until)
		rc = schema_fail(w->err, raw->file, q->to.line, "'to' (%s) is before 'from' (%s)",
				 q->to.s, q->from.s);
	return rc;
}

static int check_thresholds(struct walk *w, const struct raw_universe *raw)
{
	const struct raw_thresholds *t = raw->thresholds;
	int rc;

	if (!t)
		return 0;
	rc = field_number(&w->u->small_base, &(struct field){ raw->file, "small_base", w->err },
			  &t->small_base, 0);
	if (!rc)
		rc = field_number(&w->u->bulk_paths,
				  &(struct field){ raw->file, "bulk_paths", w->err },
				  &t->bulk_paths, 1);
	if (!rc)
		rc = field_date(&w->u->earliest_s, &(struct field){ raw->file, "earliest", w->err },
				&t->earliest);
	return rc;
}

static int unknown_layer(struct walk *w, const struct raw_category *raw)
{
	struct str known = STR_INIT;
	int rc;

	for (size_t i = 0; i < w->u->n_layers; i++)
		str_addf(&known, "%s%s", i ? ", " : "", w->u->layers[i].id);
	if (known.oom)
		rc = quarry_error_nomem(w->err);
	else
		rc = schema_fail(w->err, raw->file, raw->layer.line,
				 "'layer' is none of the universe's: '%s' (known: %s)",
				 raw->layer.s, known.buf);
	str_release(&known);
	return rc;
}

static int check_category(struct walk *w, struct quarry_category *out,
			  const struct raw_category *raw)
{
	struct field f = { raw->file, "id", w->err };
	int rc = field_id(&f, &raw->id);

	if (rc)
		return rc;
	if (strcmp(raw->id.s, raw->stem) != 0)
		return schema_fail(w->err, raw->file, raw->id.line,
				   "'id' is '%s', but the file is named '%s.yaml'", raw->id.s, raw->stem);
	out->layer = find_layer(w->u, raw->layer.s);
	if (out->layer == SIZE_MAX)
		return unknown_layer(w, raw);
	if (!raw->repositories.n)
		return schema_fail(w->err, raw->file, raw->repositories.line,
				   "'repositories' is empty; a category without one cannot be measured");
	out->id = raw->id.s;
	out->title = raw->title.s;
	out->file = raw->file;
	return 0;
}

static int by_layer(const void *a, const void *b)
{
	const struct quarry_category *x = a, *y = b;

	if (x->layer != y->layer)
		return x->layer < y->layer ? -1 : 1;
	return strcmp(x->id, y->id);
}

static int check_categories(struct walk *w)
{
	size_t n = w->in->n_categories;

	w->u->categories = arena_alloc(w->arena, (n + 1) * sizeof(*w->u->categories));
	if (!w->u->categories)
		return quarry_error_nomem(w->err);
	for (size_t i = 0; i < n; i++) {
		int rc = check_category(w, &w->u->categories[i], &w->in->categories[i]);

		if (rc)
			return rc;
	}
	w->u->n_categories = n;
	if (n)
		qsort(w->u->categories, n, sizeof(*w->u->categories), by_layer);
	return 0;
}

static int check_move(struct walk *w, struct quarry_repo *repo, const struct raw_repo *raw)
{
	if (!raw->moved_from.s)
		return 0;
	repo->moved_from = quarry_universe_category(w->u, raw->moved_from.s);
	if (repo->moved_from == SIZE_MAX)
		return schema_fail(w->err, repo->file, raw->moved_from.line,
				   "'moved_from' is no category of this universe: '%s'",
				   raw->moved_from.s);
	if (repo->moved_from == repo->category)
		return schema_fail(w->err, repo->file, raw->moved_from.line,
				   "'moved_from' is the category the repository is in: '%s'",
				   raw->moved_from.s);
	return 0;
}

/* `seen` maps the key of an address to the repository's index + 1. */
static int check_one(struct walk *w, struct map *seen, const struct raw_category *cat,
		     const struct raw_repo *raw)
{
	struct quarry_repo *repo = &w->u->repos[w->u->n_repos];
	const char *key = NULL;
	int64_t *first;
	int rc = check_repo(repo, w->arena, raw, cat->file, w->in->base, &key, w->err);

	if (rc)
		return rc;
	repo->category = quarry_universe_category(w->u, cat->id.s);
	rc = check_move(w, repo, raw);
	if (rc)
		return rc;
	first = map_at(seen, key, strlen(key), 0);
	if (!first)
		return quarry_error_nomem(w->err);
	if (*first)
		return schema_fail(w->err, cat->file, raw->line,
				   "'%s' stands already in '%s', line %u", repo->url,
				   w->u->repos[*first - 1].file, w->u->repos[*first - 1].line);
	*first = (int64_t)++w->u->n_repos;
	return 0;
}

static int by_url(const void *a, const void *b)
{
	const struct quarry_repo *x = a, *y = b;

	return strcmp(x->url, y->url);
}

static int check_repos(struct walk *w)
{
	struct map seen = MAP_INIT;
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < w->in->n_categories; i++)
		n += w->in->categories[i].repositories.n;
	w->u->repos = arena_alloc(w->arena, (n + 1) * sizeof(*w->u->repos));
	if (!w->u->repos)
		return quarry_error_nomem(w->err);
	for (size_t i = 0; !rc && i < w->in->n_categories; i++) {
		const struct raw_category *cat = &w->in->categories[i];
		const struct raw_repo *repos = cat->repositories.at;

		for (size_t k = 0; !rc && k < cat->repositories.n; k++)
			rc = check_one(w, &seen, cat, &repos[k]);
	}
	if (!rc && w->u->n_repos)
		qsort(w->u->repos, w->u->n_repos, sizeof(*w->u->repos), by_url);
	map_release(&seen);
	return rc;
}

int check_universe(struct quarry_universe *u, struct arena *arena, const struct check_input *in,
		   struct quarry_error *err)
{
	struct walk w = { u, arena, in, err };
	const struct raw_universe *raw = in->universe;
	int rc = field_id(&(struct field){ raw->file, "id", err }, &raw->id);

	u->id = raw->id.s;
	u->title = raw->title.s;
	u->from = u->until = QUARRY_QUARTER_NONE;
	u->small_base = SMALL_BASE;
	u->bulk_paths = BULK_PATHS;
	u->earliest_s = EARLIEST_S;
	if (!rc)
		rc = check_layers(&w, raw);
	if (!rc)
		rc = check_quarters(&w, raw);
	if (!rc)
		rc = check_thresholds(&w, raw);
	if (!rc)
		rc = check_categories(&w);
	return rc ? rc : check_repos(&w);
}
