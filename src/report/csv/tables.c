/*
 * The tables of an edition.  A column has the name of the struct's field it
 * holds; before_ is the quarter before, _qoq the change in whole percent, empty
 * where there is none: on a base of 0, in a quarter that is not over, of a repository
 * that is not up to date, and of what is not known. facts_until is the day of known_s.
 */
#include "report/csv/csv.h"

#include <math.h>
#include <string.h>

#include "report/format.h"
#include "report/model.h"
#include "util/banned.h"

static void names(struct csv *c, const char *const *list)
{
	for (; *list; list++)
		csv_name(c, "", *list);
}

static void quarter_cell(struct csv *c, const struct quarry_edition *e)
{
	char buf[QUARRY_QUARTER_TEXT];

	csv_text(c, quarry_quarter_format(buf, e->quarter));
}

static void measure_names(struct csv *c, const char *prefix)
{
	for (const struct report_field *f = report_measures; f->name; f++)
		if (f->kind != REPORT_BINS) /* the table `weeks` has them */
			csv_name(c, prefix, f->name);
}

static void measure_cells(struct csv *c, const struct quarry_measures *m)
{
	for (const struct report_field *f = report_measures; f->name; f++) {
		if (f->kind == REPORT_REAL)
			csv_real(c, report_real(m, f));
		else if (!report_is_known(m, f))
			csv_missing(c);
		else if (f->kind != REPORT_BINS)
			csv_int(c, report_int(m, f));
	}
}

static void both_names(struct csv *c)
{
	measure_names(c, "");
	measure_names(c, "before_");
	for (const struct report_field *f = report_measures; f->name; f++)
		if (f->compared)
			csv_name(c, f->name, "_qoq");
	csv_end(c);
}

static void both_cells(struct csv *c, const struct quarry_edition *e,
		       bool compared, const struct quarry_measures *now,
		       const struct quarry_measures *before)
{
	measure_cells(c, now);
	measure_cells(c, before);
	for (const struct report_field *f = report_measures; f->name; f++) {
		struct quarry_qoq q;

		if (!f->compared)
			continue;
		q = quarry_qoq_of(report_int(now, f), report_int(before, f), e->small_base);
		if (!compared || !report_is_known(now, f) || !report_is_known(before, f) ||
		    q.kind != QUARRY_QOQ_PERCENT)
			csv_missing(c);
		else
			csv_int(c, q.percent);
	}
	csv_end(c);
}

static void write_snapshot(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "id", "title", "layer", "quarter", NULL };

	names(c, head);
	both_names(c);
	for (size_t i = 0; i < e->n_scopes; i++) {
		const struct quarry_scope *s = &e->scopes[i];

		csv_text(c, s->id);
		csv_text(c, s->title);
		csv_text(c, s->layer);
		quarter_cell(c, e);
		both_cells(c, e, !e->to_date, &s->now, &s->before);
	}
}

static void write_repositories(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "slug", "url", "category", "state", "problem",
					    "newest_s", "facts_until", "stale", "touches_since", "quarter",
					    NULL };
	char day[32], since[QUARRY_QUARTER_TEXT];

	names(c, head);
	both_names(c);
	for (size_t i = 0; i < e->n_repos; i++) {
		const struct quarry_repo_row *r = &e->repos[i];

		csv_text(c, r->slug);
		csv_text(c, r->url);
		csv_text(c, r->category);
		csv_text(c, report_state(r->state));
		csv_text(c, r->problem);
		csv_int(c, r->newest_s);
		csv_text(c, r->known_s ? quarry_date_format(day, sizeof(day), r->known_s) : "");
		csv_int(c, r->stale);
		csv_text(c, r->touches_since ? quarry_quarter_format(since, r->touches_since) : "");
		quarter_cell(c, e);
		both_cells(c, e, !e->to_date && !r->stale, &r->now, &r->before);
	}
}

static void write_overlap(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "a", "b", "a_contributors", "b_contributors", "both",
					    "any", "jaccard", "coefficient", "expected", "lift",
					    NULL };
	size_t n = report_n_categories(e);

	names(c, head);
	csv_end(c);
	for (size_t a = 0; a < n; a++) {
		for (size_t b = a + 1; b < n; b++) {
			struct report_pair p = report_pair_of(e, a, b);

			csv_text(c, e->scopes[a + 1].id);
			csv_text(c, e->scopes[b + 1].id);
			csv_int(c, p.a);
			csv_int(c, p.b);
			csv_int(c, p.both);
			csv_int(c, p.any);
			csv_real(c, p.jaccard);
			csv_real(c, p.coefficient);
			csv_real(c, p.expected);
			csv_real(c, p.lift);
			csv_end(c);
		}
	}
}

static void known_cell(struct csv *c, int64_t n, bool known)
{
	if (known)
		csv_int(c, n);
	else
		csv_missing(c);
}

static void change_row(struct csv *c, const char *id, const char *measure,
		       const struct quarry_change *change, int64_t now, int64_t before)
{
	csv_text(c, id);
	csv_text(c, measure);
	known_cell(c, before, before != QUARRY_UNKNOWN);
	known_cell(c, now, now != QUARRY_UNKNOWN);
	known_cell(c, now - before, before != QUARRY_UNKNOWN && now != QUARRY_UNKNOWN);
	for (const struct report_field *f = report_changes; f->name; f++)
		known_cell(c, report_int(change, f), !change->unknown);
	csv_end(c);
}

static void write_changes(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "id", "measure", "before", "now", "change", NULL };

	names(c, head);
	for (const struct report_field *f = report_changes; f->name; f++)
		csv_name(c, "", f->name);
	csv_end(c);
	for (size_t i = 0; i < e->n_scopes; i++) {
		const struct quarry_scope *s = &e->scopes[i];

		change_row(c, s->id, "commits", &s->commits, s->now.commits, s->before.commits);
		change_row(c, s->id, "file_touches", &s->file_touches, s->now.file_touches,
			   s->before.file_touches);
		change_row(c, s->id, "contributors", &s->contributors, s->now.contributors,
			   s->before.contributors);
	}
}

static void write_flow(struct csv *c, const struct quarry_edition *e)
{
	csv_name(c, "", "id");
	for (const struct report_field *f = report_flows; f->name; f++)
		csv_name(c, "", f->name);
	csv_end(c);
	for (size_t i = 0; i < e->n_scopes; i++) {
		csv_text(c, e->scopes[i].id);
		for (const struct report_field *f = report_flows; f->name; f++)
			csv_int(c, report_int(&e->scopes[i].flow, f));
		csv_end(c);
	}
}

static void write_moves(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "from", "to", "persons", NULL };

	names(c, head);
	csv_end(c);
	for (size_t i = 0; i < e->n_moves; i++) {
		csv_text(c, e->scopes[e->moves[i].from].id);
		csv_text(c, e->scopes[e->moves[i].to].id);
		csv_int(c, e->moves[i].persons);
		csv_end(c);
	}
}

static void write_weeks(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "id", "weeks", "persons", "before_persons", NULL };

	names(c, head);
	csv_end(c);
	for (size_t i = 0; i < e->n_scopes; i++) {
		for (int bin = 0; bin < QUARRY_QUARTER_BINS; bin++) {
			csv_text(c, e->scopes[i].id);
			csv_int(c, bin + 1);
			csv_int(c, e->scopes[i].now.bins[bin]);
			csv_int(c, e->scopes[i].before.bins[bin]);
			csv_end(c);
		}
	}
}

static void write_series(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "id", "quarter", "human", "assisted", "agent", "automation",
					    NULL };
	char buf[QUARRY_QUARTER_TEXT];

	names(c, head);
	csv_end(c);
	for (size_t i = 0; i < e->n_series; i++) {
		const struct quarry_series *s = &e->series[i];

		csv_text(c, e->scopes[s->scope].id);
		csv_text(c, quarry_quarter_format(buf, s->quarter));
		csv_int(c, s->human);
		csv_int(c, s->assisted);
		csv_int(c, s->agent);
		csv_int(c, s->automation);
		csv_end(c);
	}
}

/* share: of the contributors of the scope. */
static void write_cohorts(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "id", "affiliation", "title", "contributors", "share",
					    "commits", "withheld", NULL };

	names(c, head);
	csv_end(c);
	for (size_t i = 0; i < e->n_scopes * e->n_groups; i++) {
		const struct quarry_scope *s = &e->scopes[i / e->n_groups];
		const struct quarry_cohort *co = &e->cohorts[i];

		csv_text(c, s->id);
		csv_text(c, e->groups[i % e->n_groups].id);
		csv_text(c, e->groups[i % e->n_groups].title);
		known_cell(c, co->contributors, !co->withheld);
		csv_real(c, co->withheld ? NAN : report_ratio((double)co->contributors,
							      (double)s->now.contributors));
		known_cell(c, co->commits, !co->withheld);
		csv_int(c, co->withheld != 0);
		csv_end(c);
	}
}

static void write_quality(struct csv *c, const struct quarry_edition *e)
{
	static const char *const head[] = { "id", "text", "count", NULL };

	names(c, head);
	csv_end(c);
	for (size_t i = 0; i < e->n_quality; i++) {
		csv_text(c, e->quality[i].id);
		csv_text(c, e->quality[i].text);
		known_cell(c, e->quality[i].count, e->quality[i].count != QUARRY_UNKNOWN);
		csv_end(c);
	}
}

/* Each table once, so that the list of names and the writers cannot differ. */
#define TABLES(X) \
	X(snapshot) X(repositories) X(overlap) X(changes) X(flow) X(moves) X(weeks) X(series) X(cohorts) \
	X(quality)

#define AS_NAME(table) #table,
const char *const report_csv_tables[] = { TABLES(AS_NAME) NULL };

#define AS_WRITER(table) write_##table,
static void (*const writers[])(struct csv *c, const struct quarry_edition *e) = {
	TABLES(AS_WRITER)
};

int csv_table(struct csv *c, const struct quarry_edition *e, const char *name)
{
	for (size_t i = 0; report_csv_tables[i]; i++) {
		if (!strcmp(report_csv_tables[i], name)) {
			writers[i](c, e);
			return 0;
		}
	}
	return -1;
}
