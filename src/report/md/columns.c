#include "report/md/md.h"

#include <math.h>
#include <string.h>

#include "report/model.h"
#include "report/text.h"
#include "util/banned.h"

void md_count(struct md *m, int64_t n)
{
	text_grouped(m->out, n);
}

void md_delta(struct md *m, int64_t n)
{
	if (n > 0)
		str_addc(m->out, '+');
	md_count(m, n);
}

void md_qoq(struct md *m, int64_t now, int64_t before)
{
	struct quarry_qoq q = quarry_qoq_of(now, before, m->e->small_base);

	if (m->e->to_date) {
		str_adds(m->out, "to date");
	} else if (m->stale) {
		str_adds(m->out, "n/a");
	} else if (q.kind == QUARRY_QOQ_NEW) {
		str_adds(m->out, "new");
	} else if (q.kind == QUARRY_QOQ_NONE) {
		str_adds(m->out, "–");
	} else {
		md_delta(m, q.percent);
		str_addc(m->out, '%');
		if (q.small_base) {
			str_adds(m->out, " †");
			m->marked = true;
		}
	}
}

void md_range(struct md *m, const struct quarry_measures *of)
{
	md_count(m, of->contributors);
	str_adds(m->out, " (");
	md_count(m, of->contributors_lo);
	str_adds(m->out, "–");
	md_count(m, of->contributors_hi);
	str_addc(m->out, ')');
}

void md_decimals(struct md *m, double x, int decimals)
{
	if (isfinite(x))
		text_fixed(m->out, x, decimals);
	else
		str_adds(m->out, "n/a");
}

void md_share(struct md *m, int64_t part, int64_t whole)
{
	if (whole > 0) {
		md_count(m, (int64_t)(100.0 * (double)part / (double)whole + 0.5));
		str_addc(m->out, '%');
	} else {
		str_adds(m->out, "n/a");
	}
}

void md_quarter(struct md *m, int32_t quarter)
{
	char buf[QUARRY_QUARTER_TEXT];

	str_adds(m->out, quarry_quarter_format(buf, quarter));
}

void md_footnote(struct md *m)
{
	if (!m->marked)
		return;
	str_adds(m->out, "\n† The base is below ");
	md_count(m, m->e->small_base);
	str_adds(m->out, "; the percentage says little.\n");
	m->marked = false;
}

static int64_t field(const struct quarry_measures *of, size_t offset)
{
	struct report_field f = { .offset = offset };

	return report_int(of, &f);
}

static double real_field(const struct quarry_measures *of, size_t offset)
{
	struct report_field f = { .offset = offset };

	return report_real(of, &f);
}

static bool unknown(const struct quarry_measures *of, size_t offset)
{
	return field(of, offset) == QUARRY_UNKNOWN;
}

/* Whether a cell needs a value that is not known. */
static bool lacks(const struct md_column *col, const struct quarry_measures *now,
		  const struct quarry_measures *before)
{
	switch (col->kind) {
	case MD_COUNT:
		return unknown(now, col->a);
	case MD_QOQ:
		return unknown(now, col->a) || unknown(before, col->a);
	case MD_SHARE:
	case MD_RATIO:
	case MD_RATE:
		return unknown(now, col->a) || unknown(now, col->b);
	default:
		return false;
	}
}

static void ratio_cell(struct md *m, int64_t part, int64_t whole, int decimals)
{
	md_decimals(m, report_ratio((double)part, (double)whole), decimals);
}

static void cell(struct md *m, const struct md_column *col, const struct quarry_measures *now,
		 const struct quarry_measures *before)
{
	switch (col->kind) {
	case MD_LABEL:
		break;
	case MD_COUNT:
		md_count(m, field(now, col->a));
		break;
	case MD_QOQ:
		md_qoq(m, field(now, col->a), field(before, col->a));
		break;
	case MD_RANGE:
		md_range(m, now);
		break;
	case MD_OF:
		md_count(m, field(now, col->a));
		str_adds(m->out, " / ");
		md_count(m, field(now, col->b));
		break;
	case MD_SHARE:
		md_share(m, field(now, col->a), field(now, col->b));
		break;
	case MD_RATIO:
		ratio_cell(m, field(now, col->a), field(now, col->b), 1);
		break;
	case MD_RATE:
		ratio_cell(m, field(now, col->a), field(now, col->b), 2);
		break;
	case MD_WEEKS:
		md_decimals(m, now->contributors ? real_field(now, col->a) : NAN, 1);
		break;
	case MD_REACHABLE:
		md_count(m, report_reachable(now));
		break;
	case MD_RETENTION:
		/* Retained are persons of the quarter's own membership; with each quarter's
		 * own taxonomy the base beside it is of another one. */
		if (m->e->to_date)
			str_adds(m->out, "to date");
		else if (m->e->taxonomy && strcmp(m->e->taxonomy, "as-of") == 0)
			str_adds(m->out, "n/a");
		else
			md_share(m, now->retained, before->contributors);
		break;
	}
}

void md_table_head(struct md *m, const struct md_column *columns)
{
	for (const struct md_column *c = columns; c->heading; c++)
		str_addf(m->out, "| %s ", c->heading);
	str_adds(m->out, "|\n");
	for (const struct md_column *c = columns; c->heading; c++)
		str_adds(m->out, c->kind == MD_LABEL ? "| :--- " : "| ---: ");
	str_adds(m->out, "|\n");
}

void md_cells(struct md *m, const struct md_column *columns, const struct quarry_measures *now,
	      const struct quarry_measures *before)
{
	for (const struct md_column *c = columns; c->heading; c++) {
		if (c->kind == MD_LABEL)
			continue;
		str_adds(m->out, " | ");
		if (lacks(c, now, before) && !(c->kind == MD_QOQ && m->e->to_date))
			str_adds(m->out, "n/a");
		else
			cell(m, c, now, before);
	}
	str_adds(m->out, " |\n");
}

void md_scope_label(struct md *m, size_t scope)
{
	str_adds(m->out, "| ");
	if (scope)
		md_text(m->out, report_title(&m->e->scopes[scope]));
	else
		str_adds(m->out, "**Universe**");
}

void md_scope_table(struct md *m, const struct md_column *columns)
{
	const struct quarry_scope *all = report_universe(m->e);

	md_table_head(m, columns);
	for (size_t i = 1; i < m->e->n_scopes; i++) {
		md_scope_label(m, i);
		md_cells(m, columns, &m->e->scopes[i].now, &m->e->scopes[i].before);
	}
	md_scope_label(m, 0);
	md_cells(m, columns, &all->now, &all->before);
}

size_t md_top(size_t *top, size_t max, size_t n, const struct quarry_edition *e,
	      int64_t (*score)(const struct quarry_edition *e, size_t i))
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t s = score(e, i);
		size_t at = found;

		if (s <= 0)
			continue;
		while (at && score(e, top[at - 1]) < s)
			at--;
		if (at == max)
			continue;
		if (found < max)
			found++;
		memmove(top + at + 1, top + at, (found - at - 1) * sizeof(*top));
		top[at] = i;
	}
	return found;
}
