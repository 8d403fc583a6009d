/* Who: new and retained, depth, and movement between categories. */
#include "report/md/md.h"

#include "report/model.h"
#include "util/banned.h"

#define N_MOVES 10

static const struct md_column people[] = {
	{ "Category", MD_LABEL },
	{ "Contributors", MD_RANGE },
	{ "QoQ", MD_QOQ, MD_FIELD(contributors) },
	{ "New", MD_COUNT, MD_FIELD(new_contributors) },
	{ "Retained", MD_COUNT, MD_FIELD(retained) },
	{ "Reactivated", MD_COUNT, MD_FIELD(reactivated) },
	{ "Retention", MD_RETENTION },
	{ "New to the universe", MD_COUNT, MD_FIELD(new_to_universe) },
	{ NULL },
};

static const struct md_column depth[] = {
	{ "Category", MD_LABEL },
	{ "Contributors", MD_RANGE },
	{ "Mean", MD_WEEKS, MD_FIELD(weeks_mean) },
	{ "Median", MD_WEEKS, MD_FIELD(weeks_median) },
	{ "Weighted", MD_WEEKS, MD_FIELD(weeks_weighted) },
	{ "One-time", MD_SHARE, MD_FIELD(one_time), MD_FIELD(contributors) },
	{ "Casual", MD_SHARE, MD_FIELD(casual), MD_FIELD(contributors) },
	{ "Regular", MD_SHARE, MD_FIELD(regular), MD_FIELD(contributors) },
	{ "Deep", MD_SHARE, MD_FIELD(deep), MD_FIELD(contributors) },
	{ "Full-time", MD_COUNT, MD_FIELD(full_time) },
	{ NULL },
};

/* The numbers come from struct quarry_flow, not from the measures. */
static const struct md_column flow[] = {
	{ "Category", MD_LABEL },
	{ "Start", MD_COUNT },
	{ "New", MD_COUNT },
	{ "In", MD_COUNT },
	{ "Reactivated", MD_COUNT },
	{ "Out", MD_COUNT },
	{ "Dormant", MD_COUNT },
	{ "End", MD_COUNT },
	{ NULL },
};

static const struct md_column moves[] = {
	{ "From", MD_LABEL },
	{ "To", MD_LABEL },
	{ "Persons", MD_COUNT },
	{ NULL },
};

void md_people(struct md *m)
{
	md_scope_table(m, people);
	md_footnote(m);
	str_adds(m->out, "\nContributors = new + retained + reactivated. New means the first counted "
		 "activity ever in that category; new to the universe, the first in any.\n");
}

void md_depth(struct md *m)
{
	md_scope_table(m, depth);
	str_adds(m->out, "\nActive weeks out of 13, on the basis of contributors; weighted is by a "
		 "person's commits. One-time is 1 week, casual 2 to 3, regular 4 to 9, deep 10 or "
		 "more. Full-time counts persons with 10 active days in some 28.\n");
}

static void write_flow_row(struct md *m, size_t scope, const struct quarry_flow *of)
{
	md_scope_label(m, scope);
	for (const struct report_field *f = report_flows; f->name; f++) {
		str_adds(m->out, " | ");
		md_count(m, report_int(of, f));
	}
	str_adds(m->out, " |\n");
}

static void write_moves(struct md *m)
{
	size_t n = m->e->n_moves < N_MOVES ? m->e->n_moves : N_MOVES;

	if (!n) {
		str_adds(m->out, "\nNobody's home moved from one category to another.\n");
		return;
	}
	str_addf(m->out, "\nThe largest moves (%zu of %zu):\n\n", n, m->e->n_moves);
	md_table_head(m, moves);
	for (size_t i = 0; i < n; i++) {
		const struct quarry_move *move = &m->e->moves[i];

		md_scope_label(m, move->from);
		str_addc(m->out, ' ');
		md_scope_label(m, move->to);
		str_adds(m->out, " | ");
		md_count(m, move->persons);
		str_adds(m->out, " |\n");
	}
}

void md_movement(struct md *m)
{
	str_adds(m->out, "A person's home is the category of most active weeks. Start + new + in + "
		 "reactivated - out - dormant = end.");
	str_adds(m->out, m->e->to_date ? " The quarter is not over: some of the dormant will yet "
					 "be active."
				       : " Who is dormant has been silent for one quarter, which is "
					 "not yet a departure.");
	if (report_stale_of(m->e, NULL).n)
		str_adds(m->out, " So may look who works in a repository that is not up to date.");
	str_adds(m->out, "\n\n");
	md_table_head(m, flow);
	for (size_t i = 1; i < m->e->n_scopes; i++)
		write_flow_row(m, i, &m->e->scopes[i].flow);
	write_flow_row(m, 0, &report_universe(m->e)->flow);
	write_moves(m);
}
