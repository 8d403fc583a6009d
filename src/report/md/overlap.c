/* Overlap: the section of the edition, and the answer to `quarry overlap`. */
#include "report/md/md.h"

#include <math.h>

#include "report/format.h"
#include "report/model.h"
#include "util/banned.h"

#define N_PAIRS 5

static const struct md_column pairs[] = {
	{ "Categories", MD_LABEL },
	{ "In both", MD_COUNT },
	{ "Combined pool", MD_COUNT },
	{ "Jaccard", MD_COUNT },
	{ "Coefficient", MD_COUNT },
	{ "Expected", MD_COUNT },
	{ "Lift", MD_COUNT },
	{ NULL },
};

/* Columns are numbered, because twelve titles do not fit on a page. */
static void write_matrix(struct md *m)
{
	size_t n = report_n_categories(m->e);

	str_adds(m->out, "| Category ");
	for (size_t i = 0; i < n; i++)
		str_addf(m->out, "| %zu ", i + 1);
	str_adds(m->out, "|\n| :--- ");
	for (size_t i = 0; i < n; i++)
		str_adds(m->out, "| ---: ");
	str_adds(m->out, "|\n");
	for (size_t a = 0; a < n; a++) {
		str_addf(m->out, "| %zu ", a + 1);
		md_text(m->out, report_title(&m->e->scopes[a + 1]));
		for (size_t b = 0; b < n; b++) {
			str_adds(m->out, " | ");
			if (b >= a)
				md_count(m, m->e->overlap[a * n + b]);
		}
		str_adds(m->out, " |\n");
	}
}

/* Pairs are numbered a * n + b; each is scored once, where a < b. */
static int64_t shared(const struct quarry_edition *e, size_t i)
{
	size_t n = report_n_categories(e);

	return i / n < i % n ? e->overlap[i] : 0;
}

static void decimal_cell(struct md *m, double x, int decimals)
{
	str_adds(m->out, " | ");
	md_decimals(m, x, decimals);
}

static void write_pair(struct md *m, size_t a, size_t b)
{
	struct report_pair p = report_pair_of(m->e, a, b);

	md_scope_label(m, a + 1);
	str_adds(m->out, " × ");
	md_text(m->out, report_title(&m->e->scopes[b + 1]));
	str_adds(m->out, " | ");
	md_count(m, p.both);
	str_adds(m->out, " | ");
	md_count(m, p.any);
	decimal_cell(m, p.jaccard, 2);
	decimal_cell(m, p.coefficient, 2);
	decimal_cell(m, p.expected, 1);
	decimal_cell(m, p.lift, 1);
	str_adds(m->out, " |\n");
}

void md_overlap(struct md *m)
{
	size_t n = report_n_categories(m->e), top[N_PAIRS], n_top;

	if (n < 2) {
		str_adds(m->out, "There are fewer than two categories.\n");
		return;
	}
	str_adds(m->out, "A cell counts the persons with a counted commit in both categories, the "
		 "intersection; the diagonal holds the contributors of each. A combined pool is "
		 "the union, which counts a person once, and never the sum.\n\n");
	write_matrix(m);
	n_top = md_top(top, N_PAIRS, n * n, m->e, shared);
	if (!n_top) {
		str_adds(m->out, "\nNobody works in two categories.\n");
		return;
	}
	str_adds(m->out, "\nThe largest overlaps. Expected is what chance would give if the two were "
		 "independent in the universe; lift is the count over it.\n\n");
	md_table_head(m, pairs);
	for (size_t i = 0; i < n_top; i++)
		write_pair(m, top[i] / n, top[i] % n);
}

static void write_pools(struct md *m, const struct quarry_overlap *o)
{
	str_adds(m->out, "| Category | Contributors | Share in all |\n| :--- | ---: | ---: |\n");
	for (size_t i = 0; i < o->n; i++) {
		str_adds(m->out, "| ");
		md_text(m->out, o->titles[i] && *o->titles[i] ? o->titles[i] : o->ids[i]);
		str_adds(m->out, " | ");
		md_count(m, o->sizes[i]);
		str_adds(m->out, " | ");
		md_share(m, o->both, o->sizes[i]);
		str_adds(m->out, " |\n");
	}
	str_adds(m->out, "| **Universe** | ");
	md_count(m, o->everyone);
	str_adds(m->out, " | ");
	md_share(m, o->both, o->everyone);
	str_adds(m->out, " |\n\n");
}

static void write_figures(struct md *m, const struct quarry_overlap *o)
{
	const struct quarry_measures both = { .contributors = o->both,
					      .contributors_lo = o->both_lo,
					      .contributors_hi = o->both_hi };
	int64_t smallest = o->n ? o->sizes[0] : 0, sum = 0;

	for (size_t i = 0; i < o->n; i++) {
		sum += o->sizes[i];
		if (o->sizes[i] < smallest)
			smallest = o->sizes[i];
	}
	str_adds(m->out, "| Figure | Value |\n| :--- | ---: |\n| In all of them | ");
	md_range(m, &both);
	str_adds(m->out, " |\n| Combined pool (union) | ");
	md_count(m, o->any);
	str_adds(m->out, " |\n| Jaccard");
	decimal_cell(m, o->any ? o->jaccard : NAN, 3);
	str_adds(m->out, " |\n| Overlap coefficient");
	decimal_cell(m, smallest ? o->coefficient : NAN, 3);
	str_adds(m->out, " |\n| Expected under independence");
	decimal_cell(m, o->everyone ? o->expected : NAN, 1);
	str_adds(m->out, " |\n| Lift");
	decimal_cell(m, o->expected > 0 ? o->lift : NAN, 2);
	str_adds(m->out, " |\n\nThe combined pool counts a person once; the contributors above sum to ");
	md_count(m, sum);
	str_adds(m->out, ". The range in brackets is the same count under lenient identity and by "
		 "e-mail alone.\n");
}

int md_write_overlap(struct str *out, const struct quarry_overlap *o, struct quarry_error *err)
{
	const struct quarry_edition none = { .quarter = o->quarter };
	struct md m = { .out = out, .e = &none };

	str_adds(out, "# Overlap: ");
	for (size_t i = 0; i < o->n; i++) {
		str_adds(out, i ? " × " : "");
		md_text(out, o->titles[i] && *o->titles[i] ? o->titles[i] : o->ids[i]);
	}
	str_adds(out, ", ");
	md_quarter(&m, o->quarter);
	str_adds(out, "\n\n");
	md_without(out, o->without);
	write_pools(&m, o);
	write_figures(&m, o);
	return 0;
}
