/* For whom people work, where the universe says so: counts of groups, never of persons. */
#include "report/md/md.h"

#include "report/model.h"
#include "util/banned.h"

#define N_ROWS 20
#define N_COLUMNS 6

static const struct quarry_cohort *at(const struct md *m, size_t scope, size_t group)
{
	return &m->e->cohorts[scope * m->e->n_groups + group];
}

static void count_cell(struct md *m, const struct quarry_cohort *c, int64_t n)
{
	str_adds(m->out, " | ");
	if (c->withheld)
		str_adds(m->out, "withheld");
	else
		md_count(m, n);
}

static void share_cell(struct md *m, const struct quarry_cohort *c, int64_t part, int64_t whole)
{
	str_adds(m->out, " | ");
	if (c->withheld)
		str_adds(m->out, "withheld");
	else
		md_share(m, part, whole);
}

static void group_label(struct md *m, size_t group)
{
	const char *title = m->e->groups[group].title;

	if (*title)
		md_text(m->out, title);
	else
		str_adds(m->out, "*not known*");
}

static void write_group(struct md *m, size_t group)
{
	const struct quarry_measures *all = &report_universe(m->e)->now;
	const struct quarry_cohort *c = at(m, 0, group);

	str_adds(m->out, "| ");
	group_label(m, group);
	count_cell(m, c, c->contributors);
	share_cell(m, c, c->contributors, all->contributors);
	count_cell(m, c, c->commits);
	share_cell(m, c, c->commits, all->commits);
	str_adds(m->out, " |\n");
}

static int64_t size(const struct quarry_edition *e, size_t group)
{
	return e->cohorts[group].contributors;
}

static void write_scope(struct md *m, size_t scope, const size_t *groups, size_t n)
{
	const struct quarry_measures *now = &m->e->scopes[scope].now;
	size_t unknown = m->e->n_groups - 1;

	md_scope_label(m, scope);
	for (size_t i = 0; i < n; i++)
		count_cell(m, at(m, scope, groups[i]), at(m, scope, groups[i])->contributors);
	count_cell(m, at(m, scope, unknown), at(m, scope, unknown)->contributors);
	share_cell(m, at(m, scope, unknown), at(m, scope, unknown)->contributors, now->contributors);
	str_adds(m->out, " |\n");
}

/* The largest groups in the categories. */
static void write_scopes(struct md *m, const size_t *groups, size_t n)
{
	str_adds(m->out, "\n| Category");
	for (size_t i = 0; i < n; i++) {
		str_adds(m->out, " | ");
		group_label(m, groups[i]);
	}
	str_adds(m->out, " | *not known* | Share |\n| :---");
	for (size_t i = 0; i < n + 2; i++)
		str_adds(m->out, " | ---:");
	str_adds(m->out, " |\n");
	for (size_t i = 1; i < m->e->n_scopes; i++)
		write_scope(m, i, groups, n);
	if (m->e->n_scopes)
		write_scope(m, 0, groups, n);
}

/* Those that are not listed, because they are withheld or smaller than all that are. */
static void write_others(struct md *m, size_t n_listed)
{
	int64_t n_withheld = 0, n_some = 0;

	for (size_t i = 0; i + 1 < m->e->n_groups; i++) {
		n_withheld += at(m, 0, i)->withheld != 0;
		n_some += at(m, 0, i)->contributors > 0;
	}
	if (n_some > (int64_t)n_listed) {
		str_adds(m->out, "\nThe table of cohorts has ");
		md_count(m, n_some - (int64_t)n_listed);
		str_adds(m->out, " smaller groups.\n");
	}
	if (n_withheld) {
		str_adds(m->out, "\nWithheld as a whole: ");
		md_count(m, n_withheld);
		str_adds(m->out, " of the groups.\n");
	}
}

bool md_has_cohorts(const struct md *m)
{
	return m->e->n_groups > 0 && m->e->n_scopes > 0;
}

void md_cohorts(struct md *m)
{
	size_t top[N_ROWS], n;

	str_adds(m->out, "By what people.yaml says of people and of the domains of their e-mails; an "
		 "address that hides its owner tells nothing. Somebody who moved counts in two groups, "
		 "a commit in one. Not known are people without any affiliation. A group of fewer than ");
	md_count(m, QUARRY_MIN_CELL);
	str_adds(m->out, " persons is withheld, and so is what would give it away.\n\n"
		 "| Group | Contributors | Share | Commits | Share |\n"
		 "| :--- | ---: | ---: | ---: | ---: |\n");
	n = md_top(top, N_ROWS, m->e->n_groups - 1, m->e, size);
	for (size_t i = 0; i < n; i++)
		write_group(m, top[i]);
	write_group(m, m->e->n_groups - 1);
	write_others(m, n);
	str_adds(m->out, "\nContributors of the categories:\n");
	write_scopes(m, top, n < N_COLUMNS ? n : N_COLUMNS);
}
