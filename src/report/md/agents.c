/* Who or what committed: people, people with agents, agents, automation. */
#include "report/md/md.h"

#include "report/model.h"
#include "util/banned.h"

static const struct md_column classes[] = {
	{ "Category", MD_LABEL },
	{ "Commits", MD_COUNT, MD_FIELD(commits) },
	{ "Agent", MD_COUNT, MD_FIELD(agent_commits) },
	{ "Bot", MD_COUNT, MD_FIELD(bot_commits) },
	{ "Merge", MD_COUNT, MD_FIELD(merge_commits) },
	{ "Duplicate", MD_COUNT, MD_FIELD(duplicate_commits) },
	{ "All reachable", MD_REACHABLE },
	{ "Assisted", MD_COUNT, MD_FIELD(assisted_commits) },
	{ "Assisted share", MD_SHARE, MD_FIELD(assisted_commits), MD_FIELD(commits) },
	{ "Landed", MD_COUNT, MD_FIELD(landed) },
	{ NULL },
};

static const struct md_column series[] = {
	{ "Universe", MD_LABEL },
	{ "Human", MD_COUNT },
	{ "Human with an agent", MD_COUNT },
	{ "Agent", MD_COUNT },
	{ "Automation", MD_COUNT },
	{ "With or by an agent", MD_SHARE },
	{ NULL },
};

static void write_quarter(struct md *m, const struct quarry_series *s)
{
	int64_t agents = s->assisted + s->agent;

	str_adds(m->out, "| ");
	md_quarter(m, s->quarter);
	for (int i = 0; i < 4; i++) {
		const int64_t values[] = { s->human, s->assisted, s->agent, s->automation };

		str_adds(m->out, " | ");
		md_count(m, values[i]);
	}
	str_adds(m->out, " | ");
	md_share(m, agents, s->human + agents);
	str_adds(m->out, " |\n");
}

/* The universe's; those of the categories are in the other formats. */
static void write_series(struct md *m)
{
	if (!m->e->n_series || m->e->series[0].scope)
		return;
	str_addc(m->out, '\n');
	md_table_head(m, series);
	for (size_t i = 0; i < m->e->n_series && !m->e->series[i].scope; i++)
		write_quarter(m, &m->e->series[i]);
	str_adds(m->out, "\nQuarter by quarter, merges and duplicates left out; the share is of commits by people "
		 "and agents. Both columns of agents are a floor.\n");
}

void md_agents(struct md *m)
{
	md_scope_table(m, classes);
	str_adds(m->out, "\nCommits + agent + bot + merge + duplicate = all reachable. Agent (an agent "
		 "is the author) and assisted (a person's commit that names an agent) are a floor: "
		 "they count only what a commit declares. Assisted is part of commits; landed, the "
		 "commits on the first-parent line, stands beside the others and is not summed.\n");
	write_series(m);
}
