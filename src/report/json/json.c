/*
 * JSON: the whole edition under the names of its structs.  The order of keys is
 * the order of the code.  Characters beyond ASCII are written as \u escapes, so
 * that nothing is lost and no bidi or control character reaches a terminal;
 * reals have ten significant digits; what is not defined is null.
 */
#include <math.h>

#include <jansson.h>

#include "report/format.h"
#include "report/model.h"
#include "report/text.h"
#include "util/banned.h"

#define DUMP_FLAGS (JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(10))

/* A tree under construction: each call after a failed allocation still works. */
struct tree {
	bool oom;
};

static void put(struct tree *t, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value))
		t->oom = true;
}

static void append(struct tree *t, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value))
		t->oom = true;
}

static void put_text(struct tree *t, json_t *object, const char *key, const char *s)
{
	struct str valid = STR_INIT;

	text_valid(&valid, s);
	put(t, object, key, valid.oom ? NULL : json_stringn(valid.buf ? valid.buf : "", valid.len));
	str_release(&valid);
}

static void put_int(struct tree *t, json_t *object, const char *key, int64_t n)
{
	put(t, object, key, json_integer(n));
}

static void put_real(struct tree *t, json_t *object, const char *key, double x)
{
	put(t, object, key, isfinite(x) ? json_real(x == 0 ? 0 : x) : json_null());
}

/* null for quarter 0. */
static void put_quarter(struct tree *t, json_t *object, const char *key, int32_t quarter)
{
	char buf[QUARRY_QUARTER_TEXT];

	if (quarter)
		put_text(t, object, key, quarry_quarter_format(buf, quarter));
	else
		put(t, object, key, json_null());
}

/* null for no time. */
static void put_day(struct tree *t, json_t *object, const char *key, int64_t time_s)
{
	char day[32];

	if (time_s)
		put_text(t, object, key, quarry_date_format(day, sizeof(day), time_s));
	else
		put(t, object, key, json_null());
}

static json_t *ints(struct tree *t, const int64_t *n, size_t len)
{
	json_t *array = json_array();

	for (size_t i = 0; i < len; i++)
		append(t, array, json_integer(n[i]));
	return array;
}

/* The fields of one plain struct. */
static json_t *fields(struct tree *t, const void *of, const struct report_field *f)
{
	json_t *object = json_object();

	for (; f->name; f++) {
		if (f->kind == REPORT_REAL)
			put_real(t, object, f->name, report_real(of, f));
		else if (!report_is_known(of, f))
			put(t, object, f->name, json_null());
		else if (f->kind != REPORT_BINS)
			put_int(t, object, f->name, report_int(of, f));
		else
			put(t, object, f->name, ints(t, ((const struct quarry_measures *)of)->bins,
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
	put_text(t, object, "kind", kinds[q.kind]);
	put(t, object, "percent",
	    q.kind == QUARRY_QOQ_PERCENT ? json_integer(q.percent) : json_null());
	put(t, object, "small_base", json_boolean(q.small_base));
	return object;
}

/* now, before and, where they can be compared, what changed in percent. */
static void put_measures(struct tree *t, json_t *object, const struct quarry_edition *e,
			 bool compared, const struct quarry_measures *now,
			 const struct quarry_measures *before)
{
	json_t *all = compared ? json_object() : json_null();

	put(t, object, "now", fields(t, now, report_measures));
	put(t, object, "before", fields(t, before, report_measures));
	for (const struct report_field *f = report_measures; f->name && compared; f++)
		if (f->compared)
			put(t, all, f->name, qoq(t, e, f, now, before));
	put(t, object, "qoq", all);
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

		put_text(t, object, "id", s->id);
		put_text(t, object, "title", s->title);
		put_text(t, object, "layer", s->layer);
		put_measures(t, object, e, !e->to_date, &s->now, &s->before);
		put(t, object, "commits", change(t, &s->commits));
		put(t, object, "file_touches", change(t, &s->file_touches));
		put(t, object, "contributors", change(t, &s->contributors));
		put(t, object, "flow", fields(t, &s->flow, report_flows));
		append(t, array, object);
	}
	return array;
}

static json_t *repos(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_repos; i++) {
		const struct quarry_repo_row *r = &e->repos[i];
		json_t *object = json_object();

		put_text(t, object, "slug", r->slug);
		put_text(t, object, "url", r->url);
		put_text(t, object, "category", r->category);
		put_text(t, object, "state", report_state(r->state));
		put_text(t, object, "problem", r->problem);
		put_int(t, object, "newest_s", r->newest_s);
		put_day(t, object, "facts_until", r->known_s);
		put(t, object, "stale", json_boolean(r->stale));
		put_quarter(t, object, "touches_since", r->touches_since);
		put_measures(t, object, e, !e->to_date && !r->stale, &r->now, &r->before);
		append(t, array, object);
	}
	return array;
}

static json_t *overlap(struct tree *t, const struct quarry_edition *e)
{
	size_t n = report_n_categories(e);
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		append(t, array, ints(t, e->overlap + i * n, n));
	return array;
}

static json_t *moves(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_moves; i++) {
		json_t *object = json_object();

		put_text(t, object, "from", e->scopes[e->moves[i].from].id);
		put_text(t, object, "to", e->scopes[e->moves[i].to].id);
		put_int(t, object, "persons", e->moves[i].persons);
		append(t, array, object);
	}
	return array;
}

static json_t *quality(struct tree *t, const struct quarry_edition *e)
{
	json_t *array = json_array();

	for (size_t i = 0; i < e->n_quality; i++) {
		json_t *object = json_object();

		put_text(t, object, "id", e->quality[i].id);
		put_text(t, object, "text", e->quality[i].text);
		put(t, object, "count", e->quality[i].count == QUARRY_UNKNOWN
		    ? json_null() : json_integer(e->quality[i].count));
		append(t, array, object);
	}
	return array;
}

static void put_head(struct tree *t, json_t *root, const struct quarry_edition *e)
{
	put_text(t, root, "universe", e->universe);
	put_text(t, root, "title", e->title);
	put_quarter(t, root, "quarter", e->quarter);
	put(t, root, "to_date", json_boolean(e->to_date));
	put_text(t, root, "date_basis", e->date_basis);
	put_text(t, root, "taxonomy", e->taxonomy);
	put_text(t, root, "without", e->without);
	put_int(t, root, "small_base", e->small_base);
	put_int(t, root, "snapshot_s", e->snapshot_s);
	put_int(t, root, "newest_s", e->newest_s);
	put_quarter(t, root, "touches_since", e->touches_since);
	put_text(t, root, "taxonomy_hash", e->taxonomy_hash);
	put_text(t, root, "rules_hash", e->rules_hash);
	put_text(t, root, "tips_hash", e->tips_hash);
}

static int add_piece(const char *text, size_t len, void *payload)
{
	struct str *out = payload;

	str_add(out, text, len);
	return out->oom ? -1 : 0;
}

/*
 * Append the tree's text and free the tree.  jansson 2.14 does not look whether
 * a key could be written, so json_dumps may lose one without memory; `out`
 * remembers that it failed.
 */
static int dump(struct str *out, struct tree *t, json_t *root, struct quarry_error *err)
{
	int rc = t->oom ? -1 : json_dump_callback(root, add_piece, out, DUMP_FLAGS);

	json_decref(root);
	if (rc)
		return quarry_error_nomem(err);
	str_addc(out, '\n');
	return 0;
}

static int write_edition(struct str *out, const struct quarry_edition *e, const char *table,
			 struct quarry_error *err)
{
	json_t *root = json_object();
	struct tree t = { false };

	put_head(&t, root, e);
	put(&t, root, "scopes", scopes(&t, e));
	put(&t, root, "repos", repos(&t, e));
	put(&t, root, "overlap", overlap(&t, e));
	put(&t, root, "moves", moves(&t, e));
	put(&t, root, "quality", quality(&t, e));
	put(&t, root, "other_commits", ints(&t, e->other_commits, 2));
	put(&t, root, "other_contributors", ints(&t, e->other_contributors, 2));
	put(&t, root, "other_taxonomy_commits", ints(&t, e->other_taxonomy_commits, 2));
	put(&t, root, "other_taxonomy_contributors", ints(&t, e->other_taxonomy_contributors, 2));
	return dump(out, &t, root, err);
}

static int write_overlap(struct str *out, const struct quarry_overlap *o,
			 struct quarry_error *err)
{
	json_t *root = json_object(), *pools = json_array();
	struct tree t = { false };

	put_text(&t, root, "universe", o->universe);
	put_quarter(&t, root, "quarter", o->quarter);
	for (size_t i = 0; i < o->n; i++) {
		json_t *pool = json_object();

		put_text(&t, pool, "id", o->ids[i]);
		put_text(&t, pool, "title", o->titles[i]);
		put_int(&t, pool, "contributors", o->sizes[i]);
		put_real(&t, pool, "share", report_ratio((double)o->both, (double)o->sizes[i]));
		append(&t, pools, pool);
	}
	put(&t, root, "pools", pools);
	put_int(&t, root, "everyone", o->everyone);
	put_int(&t, root, "both", o->both);
	put_int(&t, root, "both_lo", o->both_lo);
	put_int(&t, root, "both_hi", o->both_hi);
	put_int(&t, root, "any", o->any);
	put_real(&t, root, "jaccard", o->jaccard);
	put_real(&t, root, "coefficient", o->coefficient);
	put_real(&t, root, "expected", o->expected);
	put_real(&t, root, "lift", o->lift);
	return dump(out, &t, root, err);
}

const struct quarry_format report_json = {
	.name = "json",
	.extension = "json",
	.edition = write_edition,
	.overlap = write_overlap,
	.has_tables = false,
};
