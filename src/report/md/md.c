/*
 * The edition in Markdown, as it is printed: a title, the three figures that
 * head it, the snapshot table, then one section a question.
 */
#include "report/md/md.h"

#include <string.h>

#include "report/format.h"
#include "report/model.h"
#include "util/banned.h"

static const struct md_column snapshot[] = {
	{ "Category", MD_LABEL },
	{ "Commits", MD_COUNT, MD_FIELD(commits) },
	{ "QoQ", MD_QOQ, MD_FIELD(commits) },
	{ "Contributors", MD_RANGE },
	{ "QoQ", MD_QOQ, MD_FIELD(contributors) },
	{ "New", MD_COUNT, MD_FIELD(new_contributors) },
	{ "Active / tracked", MD_OF, MD_FIELD(active), MD_FIELD(tracked) },
	{ "File touches", MD_COUNT, MD_FIELD(file_touches) },
	{ "QoQ", MD_QOQ, MD_FIELD(file_touches) },
	{ NULL },
};

static void write_title(struct md *m)
{
	const struct quarry_edition *e = m->e;

	str_adds(m->out, "# ");
	md_text(m->out, e->title && *e->title ? e->title : e->universe);
	str_adds(m->out, ": ");
	md_quarter(m, e->quarter);
	str_adds(m->out, "\n\n");
}

static void headline_qoq(struct md *m, int64_t now, int64_t before)
{
	str_adds(m->out, " (");
	md_qoq(m, now, before);
	str_addc(m->out, ')');
}

static void write_headline(struct md *m)
{
	const struct quarry_scope *all = report_universe(m->e);

	str_adds(m->out, "**");
	md_count(m, all->now.tracked);
	/* No QoQ: like for like the base has the same members. */
	str_adds(m->out, " tracked repositories** · **");
	md_count(m, all->now.commits);
	str_adds(m->out, " commits**");
	headline_qoq(m, all->now.commits, all->before.commits);
	str_adds(m->out, " · **");
	md_range(m, &all->now);
	str_adds(m->out, " contributors**");
	headline_qoq(m, all->now.contributors, all->before.contributors);
	str_adds(m->out, "\n\n");
}

/* A copy that ends too early makes silence, and a fall, of what is none. */
static void write_stale(struct md *m, const struct report_stale *stale, const char *before)
{
	char day[32];

	str_addf(m->out, "%sThe copies of ", before);
	md_count(m, stale->n);
	str_addf(m->out, " of the tracked repositories were fetched before the %s, the oldest on %s: what "
		 "came since is in no figure below%s.",
		 m->e->to_date ? "snapshot" : "end of the quarter",
		 quarry_date_format(day, sizeof(day), stale->oldest_s),
		 m->e->to_date ? "" : ", and a fall may not be one");
}

/* Who prints the figures must not have to look for what they leave out. */
static void write_incomplete(struct md *m)
{
	struct report_stale stale = report_stale_of(m->e, NULL);
	size_t n_never = 0, n_failed = 0;

	for (size_t i = 0; i < m->e->n_repos; i++) {
		n_never += m->e->repos[i].state == QUARRY_REPO_NEVER;
		n_failed += m->e->repos[i].state == QUARRY_REPO_FAILED;
	}
	if (n_never) {
		str_adds(m->out, "**Incomplete.** ");
		md_count(m, (int64_t)n_never);
		str_adds(m->out, " of the tracked repositories were never read: nothing of them is in the "
			 "figures below.\n\n");
	}
	if (n_failed || stale.n)
		str_adds(m->out, "**Not up to date.** ");
	if (n_failed) {
		md_count(m, (int64_t)n_failed);
		str_adds(m->out, " of the tracked repositories could not be brought or read in the last "
			 "run: they stand with what was read before.");
	}
	if (stale.n)
		write_stale(m, &stale, n_failed ? " " : "");
	if (n_failed || stale.n)
		str_adds(m->out, "\n\n");
}

/* A figure that was made to see what a rule does must not be taken for another one. */
void md_without(struct str *out, const char *without)
{
	if (!without || !*without)
		return;
	str_adds(out, "**Not to be published.** People were counted without the rules ");
	md_text(out, without);
	str_adds(out, ", to see what these do. Run 'quarry derive UNIVERSE' for the figures under all "
		 "rules.\n\n");
}

/* The remedy for every n/a of a figure of files. */
static void write_unread(struct md *m)
{
	const struct quarry_edition *e = m->e;

	if (!report_lacks_files(e))
		return;
	str_adds(m->out, "**Figures of files are missing.** ");
	if (e->touches_since && e->touches_since >= e->quarter) {
		str_adds(m->out, "The touches of some repositories are read from ");
		md_quarter(m, e->touches_since);
		str_adds(m->out, " on only, so what needs earlier ones is n/a. To have it, run "
			 "'quarry mine UNIVERSE --since ");
		md_quarter(m, e->quarter - 1);
		str_adds(m->out, "', then 'quarry derive UNIVERSE'.\n\n");
		return;
	}
	str_adds(m->out, "The touches of some commits could not be read, because trees are missing or "
		 "damaged, so what needs them is n/a. 'quarry doctor' names the repositories.\n\n");
}

/* A base that misses commits makes growth of what is none. */
static void write_handed_over(struct md *m)
{
	for (size_t i = 0; i < m->e->n_quality; i++) {
		const struct quarry_quality *q = &m->e->quality[i];

		if (strcmp(q->id, "handed_over") != 0 || !q->count)
			continue;
		str_adds(m->out, "**The base is too small.** ");
		md_count(m, q->count);
		str_adds(m->out, " commits of the quarter before are in no QoQ: their repository was "
			 "handed over to another one. Name it once, under its new address, without "
			 "'from' and 'until'.\n\n");
	}
}

static void write_standing(struct md *m)
{
	char day[32];

	quarry_date_format(day, sizeof(day), m->e->snapshot_s);
	if (m->e->to_date) {
		str_adds(m->out, "**To date.** ");
		md_quarter(m, m->e->quarter);
		str_addf(m->out, " was not over at the snapshot of %s: its figures still grow, and "
			 "none is compared with the quarter before.", day);
	} else {
		str_addf(m->out, "Snapshot of %s. QoQ is the change from ", day);
		md_quarter(m, m->e->quarter - 1);
		str_adds(m->out, ", recomputed under the same rules.");
	}
	str_adds(m->out, " The range in brackets is the same count of people under lenient "
		 "identity and by e-mail alone: what the rules of identity do to it, not bounds of the "
		 "truth. These counts describe categories and repositories; they are not fit for "
		 "judging individuals.\n");
}

static void write_snapshot(struct md *m)
{
	md_scope_table(m, snapshot);
	md_footnote(m);
	str_adds(m->out, "\nCommits and touches of the categories sum to the universe; a person who "
		 "works in two categories counts once in each and once in the universe.\n");
}

static const struct {
	const char *heading;
	void (*write)(struct md *m);
	bool (*is_there)(const struct md *m); /* NULL: always */
} sections[] = {
	{ "Snapshot", write_snapshot },
	{ "What is moving", md_moving },
	{ "Quiet corners", md_quiet },
	{ "People", md_people },
	{ "Depth", md_depth },
	{ "Where talent is moving", md_movement },
	{ "Overlap", md_overlap },
	{ "Work", md_work },
	{ "Agents and automation", md_agents },
	{ "Affiliations", md_cohorts, md_has_cohorts },
	{ "Repositories", md_repositories },
	{ "Data quality", md_quality },
	{ "Definitions used", md_definitions },
};

static int write_edition(struct str *out, const struct quarry_edition *e, const char *table,
			 struct quarry_error *err)
{
	struct md m = { .out = out, .e = e };

	write_title(&m);
	write_headline(&m);
	md_without(out, e->without);
	write_incomplete(&m);
	write_handed_over(&m);
	write_unread(&m);
	write_standing(&m);
	md_footnote(&m);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (sections[i].is_there && !sections[i].is_there(&m))
			continue;
		str_addf(out, "\n## %s\n\n", sections[i].heading);
		sections[i].write(&m);
	}
	return 0;
}

const struct quarry_format report_md = {
	.name = "md",
	.extension = "md",
	.edition = write_edition,
	.overlap = md_write_overlap,
	.has_tables = false,
};
