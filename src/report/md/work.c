/* What was done: files and lines. */
#include "report/md/md.h"

#include "report/model.h"
#include "util/banned.h"

static const struct md_column work[] = {
	{ "Category", MD_LABEL },
	{ "Touches, raw", MD_COUNT, MD_FIELD(file_touches_raw) },
	{ "Touches, robust", MD_COUNT, MD_FIELD(file_touches) },
	{ "QoQ", MD_QOQ, MD_FIELD(file_touches) },
	{ "Top 5 commits", MD_SHARE, MD_FIELD(top5_touches), MD_FIELD(file_touches_raw) },
	{ "Distinct files", MD_COUNT, MD_FIELD(distinct_files) },
	{ "Footprint", MD_RATIO, MD_FIELD(distinct_files), MD_FIELD(contributors) },
	{ "Files at the tip", MD_COUNT, MD_FIELD(files_at_tip) },
	{ "Relative churn", MD_RATE, MD_FIELD(file_touches), MD_FIELD(files_at_tip) },
	{ NULL },
};

static const struct md_column lines[] = {
	{ "Category", MD_LABEL },
	{ "Lines, raw", MD_COUNT, MD_FIELD(lines_churn_raw) },
	{ "Lines, robust", MD_COUNT, MD_FIELD(lines_churn) },
	{ "QoQ", MD_QOQ, MD_FIELD(lines_churn) },
	{ NULL },
};

/* Only where lines were counted at all. */
static void write_lines(struct md *m)
{
	if (!report_has_lines(m->e))
		return;
	str_addc(m->out, '\n');
	md_scope_table(m, lines);
	md_footnote(m);
	str_adds(m->out, "\nLines are those added and deleted, as git counts them; binary files have none. "
		 "Robust leaves out what it leaves out above, and commits of more than 50,000 lines.\n");
}

void md_work(struct md *m)
{
	md_scope_table(m, work);
	md_footnote(m);
	str_adds(m->out, "\nRobust leaves out root commits, bulk commits and vendored, generated and "
		 "lock files. Top 5 commits is the share of the five largest in the raw touches. "
		 "Footprint is distinct files per contributor; relative churn, robust touches over "
		 "files at the tip.\n");
	write_lines(m);
}
