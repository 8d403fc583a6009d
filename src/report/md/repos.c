/* Every repository that did something or is not up to date, and those that could not be read. */
#include "report/md/md.h"

#include <string.h>

#include "report/model.h"
#include "util/banned.h"

static const struct md_column repositories[] = {
	{ "Category", MD_LABEL },
	{ "Repository", MD_LABEL },
	{ "Newest commit", MD_LABEL },
	{ "Known until", MD_LABEL },
	{ "Commits", MD_COUNT, MD_FIELD(commits) },
	{ "QoQ", MD_QOQ, MD_FIELD(commits) },
	{ "Contributors", MD_RANGE },
	{ "Authors", MD_COUNT, MD_FIELD(authors) },
	{ "New", MD_COUNT, MD_FIELD(new_contributors) },
	{ "Weeks, mean", MD_WEEKS, MD_FIELD(weeks_mean) },
	{ "File touches", MD_COUNT, MD_FIELD(file_touches) },
	{ NULL },
};

static const struct md_column problems[] = {
	{ "Repository", MD_LABEL },
	{ "Category", MD_LABEL },
	{ "State", MD_LABEL },
	{ "Problem", MD_LABEL },
	{ NULL },
};

/* What is not up to date is listed even so: it may have been active. */
static bool is_listed(const struct quarry_repo_row *r)
{
	return r->now.commits || r->before.commits || r->stale;
}

static void day_cell(struct md *m, int64_t time_s)
{
	char day[32];

	str_adds(m->out, " | ");
	if (time_s)
		str_adds(m->out, quarry_date_format(day, sizeof(day), time_s));
}

/* A day, where the history was fetched: of one read in place nobody knows. */
static void known_until(struct md *m, const struct quarry_repo_row *r)
{
	day_cell(m, r->known_s);
	if (r->stale)
		str_adds(m->out, ", not up to date");
}

static void category_title(struct md *m, const char *id)
{
	const struct quarry_scope *s = report_category(m->e, id);

	md_text(m->out, s ? report_title(s) : id);
}

static void write_listed(struct md *m)
{
	md_table_head(m, repositories);
	for (size_t i = 0; i < m->e->n_repos; i++) {
		const struct quarry_repo_row *r = &m->e->repos[i];

		if (!is_listed(r))
			continue;
		str_adds(m->out, "| ");
		category_title(m, r->category);
		str_adds(m->out, " | ");
		md_link(m->out, r->slug, r->url);
		day_cell(m, r->newest_s);
		known_until(m, r);
		m->stale = r->stale;
		md_cells(m, repositories, &r->now, &r->before);
		m->stale = false;
	}
	md_footnote(m);
	str_addc(m->out, '\n');
}

/* Read before, but not in the last run, or empty: one row each with the reason. */
static bool has_problem(const struct quarry_repo_row *r)
{
	return r->state == QUARRY_REPO_FAILED || r->state == QUARRY_REPO_EMPTY;
}

static void write_problems(struct md *m)
{
	static const char *const states[] = {
		[QUARRY_REPO_OK] = "",
		[QUARRY_REPO_EMPTY] = "empty",
		[QUARRY_REPO_FAILED] = "failed; earlier facts are kept",
		[QUARRY_REPO_NEVER] = "",
	};

	str_adds(m->out, "\nRepositories that the last run could not read, or that hold nothing:\n\n");
	md_table_head(m, problems);
	for (size_t i = 0; i < m->e->n_repos; i++) {
		const struct quarry_repo_row *r = &m->e->repos[i];

		if (!has_problem(r))
			continue;
		str_adds(m->out, "| ");
		md_link(m->out, r->slug, r->url);
		str_adds(m->out, " | ");
		category_title(m, r->category);
		str_addf(m->out, " | %s | ", states[r->state]);
		md_text(m->out, r->problem);
		str_adds(m->out, " |\n");
	}
}

/* Never read: there may be hundreds, so their names stand in one item a category. */
static void write_never(struct md *m)
{
	const char *category = NULL;

	str_adds(m->out, "\nRepositories that were never read, so that nothing of them is counted:\n");
	for (size_t i = 0; i < m->e->n_repos; i++) {
		const struct quarry_repo_row *r = &m->e->repos[i];

		if (r->state != QUARRY_REPO_NEVER)
			continue;
		if (!category || strcmp(category, r->category) != 0) {
			str_adds(m->out, "\n- **");
			category_title(m, r->category);
			str_adds(m->out, "**: ");
		} else {
			str_adds(m->out, ", ");
		}
		category = r->category;
		md_text(m->out, r->slug);
	}
	str_addc(m->out, '\n');
}

void md_repositories(struct md *m)
{
	size_t n_listed = 0, n_problems = 0, n_never = 0;

	for (size_t i = 0; i < m->e->n_repos; i++) {
		n_listed += is_listed(&m->e->repos[i]);
		n_problems += has_problem(&m->e->repos[i]);
		n_never += m->e->repos[i].state == QUARRY_REPO_NEVER;
	}
	if (n_listed)
		write_listed(m);
	md_count(m, (int64_t)(m->e->n_repos - n_listed - n_never));
	str_adds(m->out, n_listed ? " more repositories" : " repositories");
	str_adds(m->out, " that were read have no counted commit in this quarter or the one before.\n");
	if (n_problems)
		write_problems(m);
	if (n_never)
		write_never(m);
}
