/*
 * JSON: the whole edition under the names of its structs.  The order of keys is
 * the order of the code.  Characters beyond ASCII are written as \u escapes, so
 * that nothing is lost and no bidi or control character reaches a terminal;
 * reals have ten significant digits; what is not defined is null.
 */
#include <jansson.h>

#include "report/format.h"
#include "report/json/people.h"
#include "report/json/tree.h"
#include "report/model.h"
#include "util/banned.h"

/* null for no time. */
static void put_day(struct tree *t, json_t *object, const char *key, int64_t time_s)
{
	char day[32];

	if (time_s)
		tree_put_text(t, object, key, quarry_date_format(day, sizeof(day), time_s));
	else
		tree_put(t, object, key, json_null());
}

static json_t *ints(struct tree *t, const int64_t *n, size_t len)
{
	json_t *array = json_array();

	for (size_t i = 0; i < len; i++)
		tree_append(t, array, json_integer(n[i]));
	return array;
}

/* The fields of one plain struct. */
static json_t *fields(struct tree *t, const void *of, const struct report_field *f)
{
	json_t *object = json_object();

	for (; f->name; f++) {
		if (f->kind == REPORT_REAL)
			tree_put_real(t, object, f->name, report_real(of, f));
		else if (!report_is_known(of, f))
			tree_put(t, object, f->name, json_null());
		else if (f->kind != REPORT_BINS)
			tree_put_int(t, object, f->name, report_int(of, f));
		else
			tree_put(t, object, f->name, ints(t, ((const struct quarry_measures *)of)->bins,
						     QUARRY_QUARTER_BINS));
	}
	return object;
}

/* null where one of the two is not known. */
static json_t *qoq(struct tree *t, const struct quarry_edition *e, const struct report_field *f,
		   const struct quarry_measures *now, const struct quarry_measures *before)
{
	static const char *const kinds[] = {
		[QUARRY_QOQ_PERCENT] = "percent",
		[QUARRY_QOQ_NEW] = "new",
		[QUARRY_QOQ_NONE] = "none",
	};
	struct quarry_qoq q;
	json_t *object;

	if (!report_is_known(now, f) || !report_is_known(before, f))
		return json_null();
	q = quarry_qoq_of(report_int(now, f), report_int(before, f), e->small_base);
	object = json_object();
	tree_put_text(t, object, "kind", kinds[q.kind]);
	tree_put(t, object, "percent",
	    q.kind == QUARRY_QOQ_PERCENT ? json_integer(q.percent) : json_null());
	tree_put(t, object, "small_base", json_boolean(q.small_base));
	return object;
}

/* now, before and, where they can be compared, what changed in percent. */
static void put_measures(struct tree *t, json_t *object, const struct quarry_edition *e,
			 bool compared, const struct quarry_measures *now,
			 const struct quarry_measures *before)
{
	json_t *all = compared ? json_object() : json_null();

	tree_put(t, object, "now", fields(t, now, report_measures));
	tree_put(t, object, "before", fields(t, before, report_measures));
	for (const struct report_field *f = report_measures; f->name && compared; f++)
		if (f->compared)
			tree_put(t, all, f->name, qoq(t, e, f, now, before));
	tree_put(t, object, "qoq", all);
}

/* null where the parts are not known. */
static json_t *change(struct tree *t, const struct quarry_change *c)
{
	return c->unknown ? json_null() : fields(t, c, report_changes);
}

static json_t *scopes(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_scopes; i++) {
		const struct quarry_scope *s = &e->scopes[i];
		json_t *object = json_object();

		tree_put_text(t, object, "id", s->id);
		tree_put_text(t, object, "title", s->title);
		tree_put_text(t, object, "layer", s->layer);
		put_measures(t, object, e, !e->to_date, &s->now, &s->before);
		tree_put(t, object, "commits", change(t, &s->commits));
		tree_put(t, object, "file_touches", change(t, &s->file_touches));
		tree_put(t, object, "contributors", change(t, &s->contributors));
		tree_put(t, object, "flow", fields(t, &s->flow, report_flows));
		tree_append(t, array, object);
	}
	return array;
}

static json_t *repos(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_repos; i++) {
		const struct quarry_repo_row *r = &e->repos[i];
		json_t *object = json_object();

		tree_put_text(t, object, "slug", r->slug);
		tree_put_text(t, object, "url", r->url);
		tree_put_text(t, object, "category", r->category);
		tree_put_text(t, object, "state", report_state(r->state));
		tree_put_text(t, object, "problem", r->problem);
		tree_put_int(t, object, "newest_s", r->newest_s);
		put_day(t, object, "facts_until", r->known_s);
		tree_put(t, object, "stale", json_boolean(r->stale));
		tree_put_quarter(t, object, "touches_since", r->touches_since);
		put_measures(t, object, e, !e->to_date && !r->stale, &r->now, &r->before);
		tree_append(t, array, object);
	}
	return array;
}

static json_t *overlap(struct tree *t, const struct quarry_edition *e)
{
	size_t n = report_n_categories(e);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		tree_append(t, array, ints(t, e->overlap + i * n, n));
	return array;
}

static json_t *moves(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_moves; i++) {
		json_t *object = json_object();

		tree_put_text(t, object, "from", e->scopes[e->moves[i].from].id);
		tree_put_text(t, object, "to", e->scopes[e->moves[i].to].id);
		tree_put_int(t, object, "persons", e->moves[i].persons);
		tree_append(t, array, object);
	}
	return array;
}

/* null for what is withheld. */
static void put_shown(struct tree *t, json_t *object, const char *key,
		      const struct quarry_cohort *c, int64_t n)
{
	tree_put(t, object, key, c->withheld ? json_null() : json_integer(n));
}

static json_t *cohorts(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_scopes * e->n_groups; i++) {
		const struct quarry_cohort *c = &e->cohorts[i];
		json_t *object = json_object();

		tree_put_text(t, object, "scope", e->scopes[i / e->n_groups].id);
		tree_put_text(t, object, "affiliation", e->groups[i % e->n_groups].id);
		tree_put_text(t, object, "title", e->groups[i % e->n_groups].title);
		put_shown(t, object, "contributors", c, c->contributors);
		put_shown(t, object, "commits", c, c->commits);
		tree_put(t, object, "withheld", json_boolean(c->withheld));
		tree_append(t, array, object);
	}
	return array;
}

static json_t *series(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_series; i++) {
		const struct quarry_series *s = &e->series[i];
		json_t *object = json_object();

		tree_put_text(t, object, "scope", e->scopes[s->scope].id);
		tree_put_quarter(t, object, "quarter", s->quarter);
		tree_put_int(t, object, "human", s->human);
		tree_put_int(t, object, "assisted", s->assisted);
		tree_put_int(t, object, "agent", s->agent);
		tree_put_int(t, object, "automation", s->automation);
		tree_append(t, array, object);
	}
	return array;
}

static json_t *quality(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_quality; i++) {
		json_t *object = json_object();

		tree_put_text(t, object, "id", e->quality[i].id);
		tree_put_text(t, object, "text", e->quality[i].text);
		tree_put(t, object, "count", e->quality[i].count == QUARRY_UNKNOWN
		    ? json_null() : json_integer(e->quality[i].count));
		tree_append(t, array, object);
	}
	return array;
}

static void put_head(struct tree *t, json_t *root, const struct quarry_edition *e)
{
	tree_put_text(t, root, "universe", e->universe);
	tree_put_text(t, root, "title", e->title);
	tree_put_quarter(t, root, "quarter", e->quarter);
	tree_put(t, root, "to_date", json_boolean(e->to_date));
	tree_put_text(t, root, "date_basis", e->date_basis);
	tree_put_text(t, root, "taxonomy", e->taxonomy);
	tree_put_text(t, root, "without", e->without);
	tree_put_int(t, root, "small_base", e->small_base);
	tree_put_int(t, root, "min_cell", QUARRY_MIN_CELL);
	tree_put_int(t, root, "snapshot_s", e->snapshot_s);
	tree_put_int(t, root, "newest_s", e->newest_s);
	tree_put_quarter(t, root, "touches_since", e->touches_since);
	tree_put_text(t, root, "taxonomy_hash", e->taxonomy_hash);
	tree_put_text(t, root, "rules_hash", e->rules_hash);
	tree_put_text(t, root, "tips_hash", e->tips_hash);
}

static int write_edition(struct str *out, const struct quarry_edition *e, const char *table,
			 struct quarry_error *err)
{
	json_t *root = json_object();
	struct tree t = { false };

	put_head(&t, root, e);
	tree_put(&t, root, "scopes", scopes(&t, e));
	tree_put(&t, root, "repos", repos(&t, e));
	tree_put(&t, root, "overlap", overlap(&t, e));
	tree_put(&t, root, "moves", moves(&t, e));
	tree_put(&t, root, "series", series(&t, e));
	tree_put(&t, root, "cohorts", cohorts(&t, e));
	tree_put(&t, root, "quality", quality(&t, e));
	tree_put(&t, root, "other_commits", ints(&t, e->other_commits, 2));
	tree_put(&t, root, "other_contributors", ints(&t, e->other_contributors, 2));
	tree_put(&t, root, "other_taxonomy_commits", ints(&t, e->other_taxonomy_commits, 2));
	tree_put(&t, root, "other_taxonomy_contributors", ints(&t, e->other_taxonomy_contributors, 2));
	return tree_dump(out, &t, root, err);
}

static int write_overlap(struct str *out, const struct quarry_overlap *o,
			 struct quarry_error *err)
{
	json_t *root = json_object(), *pools = json_array();
	struct tree t = { false };

	tree_put_text(&t, root, "universe", o->universe);
	tree_put_quarter(&t, root, "quarter", o->quarter);
	tree_put_without(&t, root, o->without);
	for (size_t i = 0; i < o->n; i++) {
		json_t *pool = json_object();

		tree_put_text(&t, pool, "id", o->ids[i]);
		tree_put_text(&t, pool, "title", o->titles[i]);
		tree_put_int(&t, pool, "contributors", o->sizes[i]);
		tree_put_real(&t, pool, "share", report_ratio((double)o->both, (double)o->sizes[i]));
		tree_append(&t, pools, pool);
	}
	tree_put(&t, root, "pools", pools);
	tree_put_int(&t, root, "everyone", o->everyone);
	tree_put_int(&t, root, "both", o->both);
	tree_put_int(&t, root, "both_lo", o->both_lo);
	tree_put_int(&t, root, "both_hi", o->both_hi);
	tree_put_int(&t, root, "any", o->any);
	tree_put_real(&t, root, "jaccard", o->jaccard);
	tree_put_real(&t, root, "coefficient", o->coefficient);
	tree_put_real(&t, root, "expected", o->expected);
	tree_put_real(&t, root, "lift", o->lift);
	return tree_dump(out, &t, root, err);
}

const struct quarry_format report_json = {
	.name = "json",
	.extension = "json",
	.edition = write_edition,
	.overlap = write_overlap,
	.dossiers = json_dossiers,
	.suspicions = json_suspicions,
	.has_tables = false,
};
