/* How far the figures can be trusted, and what each word means. */
#include "report/md/md.h"

#include <string.h>

#include "report/model.h"
#include "util/banned.h"

static const struct md_column quality[] = {
	{ "What", MD_LABEL },
	{ "Id", MD_LABEL },
	{ "Count", MD_COUNT },
	{ NULL },
};

/* One line an id; docs/metrics.md has the whole of each. */
static const struct definition { const char *id, *meaning; } definitions[] = {
	{ "quarter", "UTC calendar quarter, its end excluded; *to date* when not over at the snapshot" },
	{ "activity_time", "the author time, or the committer time under that date basis; "
			   "implausible ones are repaired (`time_fixed`)" },
	{ "commits", "distinct commits reachable from the default branch, at most one parent, by "
		     "a person, not a duplicate" },
	{ "merge_commits", "commits with two parents or more" },
	{ "bot_commits", "commits by automation" },
	{ "agent_commits", "commits whose author is an AI coding agent; a floor" },
	{ "assisted_commits", "of `commits`: those with an agent trailer; a floor" },
	{ "duplicate_commits", "commits that count in another repository" },
	{ "landed", "commits on the first-parent line of the default branch" },
	{ "contributors", "distinct persons with a counted commit as author or co-author, strict "
			  "identity" },
	{ "authors", "the same, as author alone" },
	{ "contributors_lo", "contributors under lenient identity: the low end of the range" },
	{ "contributors_hi", "contributors by e-mail alone: the high end of the range" },
	{ "new_contributors", "first counted activity ever in the scope" },
	{ "retained", "active in the quarter before too" },
	{ "reactivated", "active earlier, not in the quarter before" },
	{ "retention", "retained over the contributors of the quarter before" },
	{ "new_to_universe", "first counted activity ever in the universe" },
	{ "tracked", "repositories that are members in the quarter" },
	{ "active", "tracked repositories with a counted commit" },
	{ "active_weeks", "of the quarter's 13 weeks, those with a counted commit" },
	{ "depth", "one-time 1 week, casual 2 to 3, regular 4 to 9, deep 10 or more" },
	{ "full_time", "10 active days or more in some 28-day window" },
	{ "file_touches", "changed entries between a counted commit and its first parent; robust "
			  "unless called raw" },
	{ "distinct_files", "distinct paths touched in the quarter, robust" },
	{ "footprint", "distinct_files / contributors" },
	{ "relative_churn", "file_touches / files at the tip" },
	{ "top5_share", "share of the five largest commits in the raw touches" },
	{ "qoq", "100 × (now - before) / before, half away from zero; `new` on a base of 0, – "
		 "where both are 0" },
	{ "decomposition", "a change split into organic (active in both quarters), new, revived, "
			   "gone, stale and reclassified repositories" },
	{ "home", "a person's category of most active weeks, then commits, then the previous home" },
	{ "overlap", "persons with a counted commit in each; a combined pool is the union" },
	{ "expected", "the overlap that independence in the universe would give" },
	{ "lift", "overlap / expected" },
};

/* Stands where lines were counted. */
static const struct definition lines = {
	"lines_churn", "lines added and deleted, as git counts them; binary files have none; robust "
		       "unless called raw",
};

static void write_rows(struct md *m)
{
	if (!m->e->n_quality) {
		str_adds(m->out, "Nothing is recorded.\n");
		return;
	}
	md_table_head(m, quality);
	for (size_t i = 0; i < m->e->n_quality; i++) {
		str_adds(m->out, "| ");
		md_text(m->out, m->e->quality[i].text);
		str_adds(m->out, " | ");
		md_text(m->out, m->e->quality[i].id);
		str_adds(m->out, " | ");
		if (m->e->quality[i].count == QUARRY_UNKNOWN)
			str_adds(m->out, "n/a");
		else
			md_count(m, m->e->quality[i].count);
		str_adds(m->out, " |\n");
	}
}

static void write_other(struct md *m, int64_t now, int64_t before, int64_t here, const char *what)
{
	md_count(m, now);
	str_addf(m->out, " %s (", what);
	md_delta(m, now - here);
	if (!m->e->to_date) {
		str_adds(m->out, "; QoQ ");
		md_qoq(m, now, before);
	}
	str_addc(m->out, ')');
}

/* The headline again under another rule, each with its difference from the headline. */
static void write_sensitivity(struct md *m, const int64_t commits[2],
			      const int64_t contributors[2])
{
	const struct quarry_measures *all = &report_universe(m->e)->now;

	md_quarter(m, m->e->quarter);
	str_adds(m->out, " has ");
	write_other(m, commits[0], commits[1], all->commits, "commits");
	str_adds(m->out, " and ");
	write_other(m, contributors[0], contributors[1], all->contributors, "contributors");
	str_adds(m->out, ".\n");
}

static bool is(const char *s, const char *what)
{
	return s && !strcmp(s, what);
}

void md_quality(struct md *m)
{
	write_rows(m);
	str_adds(m->out, is(m->e->date_basis, "committer")
		 ? "\n- *Date basis.* By author time instead of committer time, "
		 : "\n- *Date basis.* By committer time instead of author time, ");
	write_sensitivity(m, m->e->other_commits, m->e->other_contributors);
	str_adds(m->out, is(m->e->taxonomy, "as-of")
		 ? "- *Taxonomy.* With today's taxonomy for both quarters, "
		 : "- *Taxonomy.* With each quarter's own taxonomy instead of today's, ");
	write_sensitivity(m, m->e->other_taxonomy_commits, m->e->other_taxonomy_contributors);
	md_footnote(m);
}

static void write_time(struct md *m, const char *label, int64_t time_s)
{
	char buf[64];

	str_addf(m->out, "| %s | %s |\n", label, quarry_time_format(buf, sizeof(buf), time_s));
}

static void write_provenance(struct md *m)
{
	const struct quarry_edition *e = m->e;
	const struct { const char *label, *hash; } hashes[] = {
		{ "Taxonomy hash", e->taxonomy_hash },
		{ "Rules hash", e->rules_hash },
		{ "Tips hash", e->tips_hash },
	};

	str_adds(m->out, "| This edition | |\n| :--- | :--- |\n| Universe | ");
	md_text(m->out, e->universe);
	str_adds(m->out, " |\n| Date basis | ");
	md_text(m->out, e->date_basis);
	str_adds(m->out, " |\n| Taxonomy | ");
	md_text(m->out, e->taxonomy);
	str_adds(m->out, " |\n| Small base | below ");
	md_count(m, e->small_base);
	str_adds(m->out, " |\n");
	write_time(m, "Snapshot", e->snapshot_s);
	if (e->newest_s)
		write_time(m, "Newest commit", e->newest_s);
	if (e->touches_since) {
		str_adds(m->out, "| Touches read from | ");
		md_quarter(m, e->touches_since);
		str_adds(m->out, " on |\n");
	}
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		str_addf(m->out, "| %s | ", hashes[i].label);
		md_hash(m->out, hashes[i].hash);
		str_adds(m->out, " |\n");
	}
}

static void write_definition(struct md *m, const struct definition *d)
{
	str_addf(m->out, "| `%s` | %s |\n", d->id, d->meaning);
}

void md_definitions(struct md *m)
{
	str_adds(m->out, "| Id | Meaning |\n| :--- | :--- |\n");
	for (size_t i = 0; i < sizeof(definitions) / sizeof(definitions[0]); i++)
		write_definition(m, &definitions[i]);
	if (report_has_lines(m->e))
		write_definition(m, &lines);
	str_addc(m->out, '\n');
	write_provenance(m);
}
