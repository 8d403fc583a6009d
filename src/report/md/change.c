/* What is moving, and what is not. */
#include "report/md/md.h"

#include "report/model.h"
#include "util/banned.h"

#define N_MOVING 5

static int64_t change_of(const struct quarry_scope *s)
{
	return s->now.commits - s->before.commits;
}

/* The universe, scope 0, is told apart from its categories. */
static int64_t absolute_change(const struct quarry_edition *e, size_t i)
{
	int64_t change = i ? change_of(&e->scopes[i]) : 0;

	return change < 0 ? -change : change;
}

/* The parts that are not 0, which sum to the change. */
static void write_parts(struct md *m, const struct quarry_change *c)
{
	const struct { int64_t n; const char *what; } parts[] = {
		{ c->organic, "organic" },
		{ c->new_repos, "from new repositories" },
		{ c->revived, "from revived ones" },
		{ c->gone, "from those gone silent" },
		{ c->stale, "from those not up to date" },
		{ c->reclassified, "by reclassification" },
	};
	const char *before = ": ";

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].n)
			continue;
		str_adds(m->out, before);
		md_delta(m, parts[i].n);
		str_addf(m->out, " %s", parts[i].what);
		before = ", ";
	}
	str_adds(m->out, ".\n");
}

static void write_change(struct md *m, const struct quarry_scope *s)
{
	int64_t change = change_of(s);

	if (change) {
		str_adds(m->out, change > 0 ? " rose by " : " fell by ");
		md_count(m, change < 0 ? -change : change);
		str_adds(m->out, change == 1 || change == -1 ? " commit, from " : " commits, from ");
	} else {
		str_adds(m->out, " stayed level in commits, from ");
	}
	md_count(m, s->before.commits);
	str_adds(m->out, " to ");
	md_count(m, s->now.commits);
	str_adds(m->out, " (");
	md_qoq(m, s->now.commits, s->before.commits);
	str_addc(m->out, ')');
	write_parts(m, &s->commits);
}

void md_moving(struct md *m)
{
	size_t top[N_MOVING], n;

	if (m->e->to_date) {
		str_adds(m->out, "The quarter is not over: what moves is told when it is.\n");
		return;
	}
	str_adds(m->out, "The universe");
	write_change(m, report_universe(m->e));
	n = md_top(top, N_MOVING, m->e->n_scopes, m->e, absolute_change);
	str_adds(m->out, n ? "\nThe categories that changed most, by commits; the parts of a "
			     "change sum to it:\n\n"
			   : "\nNo category changed.\n");
	for (size_t i = 0; i < n; i++) {
		str_addf(m->out, "%zu. **", i + 1);
		md_text(m->out, report_title(&m->e->scopes[top[i]]));
		str_adds(m->out, "**");
		write_change(m, &m->e->scopes[top[i]]);
	}
	md_footnote(m);
}

static bool is_quiet(const struct md *m, const struct quarry_scope *s)
{
	return !s->now.commits || (!m->e->to_date && change_of(s) < 0);
}

static void write_quiet(struct md *m, const struct quarry_scope *s)
{
	int64_t n_stale = report_stale_of(m->e, s->id).n;

	str_adds(m->out, "- **");
	md_text(m->out, report_title(s));
	str_adds(m->out, "**: ");
	if (s->now.commits) {
		md_count(m, s->now.commits);
		str_adds(m->out, " commits after ");
		md_count(m, s->before.commits);
		str_adds(m->out, " (");
		md_qoq(m, s->now.commits, s->before.commits);
		str_adds(m->out, "), ");
	} else {
		str_adds(m->out, m->e->to_date ? "no commit so far, " : "no commit, ");
	}
	md_count(m, s->now.active);
	str_adds(m->out, " of ");
	md_count(m, s->now.tracked);
	str_adds(m->out, " repositories active");
	if (n_stale) {
		str_adds(m->out, ", ");
		md_count(m, n_stale);
		str_adds(m->out, " not up to date");
	}
	str_adds(m->out, ".\n");
}

/* What was never read, or only up to some day before, may be anything but silent. */
static void write_silent(struct md *m)
{
	const struct quarry_measures *all = &report_universe(m->e)->now;
	struct report_stale stale = report_stale_of(m->e, NULL);
	int64_t n_never = 0;

	for (size_t i = 0; i < m->e->n_repos; i++)
		n_never += m->e->repos[i].state == QUARRY_REPO_NEVER;
	str_adds(m->out, "\nSilent repositories: ");
	md_count(m, all->tracked - all->active - n_never - stale.n_quiet);
	str_adds(m->out, " of ");
	md_count(m, all->tracked - n_never - stale.n);
	str_adds(m->out, stale.n ? " that are up to date have no counted commit"
				 : " that were read have no counted commit");
	str_adds(m->out, m->e->to_date ? " so far" : " in the quarter");
	if (stale.n_quiet) {
		str_adds(m->out, "; of ");
		md_count(m, stale.n_quiet);
		str_adds(m->out, " more it cannot be told, because they are not up to date");
	}
	str_adds(m->out, ".\n");
}

void md_quiet(struct md *m)
{
	bool any = false;

	for (size_t i = 1; i < m->e->n_scopes; i++) {
		if (!is_quiet(m, &m->e->scopes[i]))
			continue;
		write_quiet(m, &m->e->scopes[i]);
		any = true;
	}
	if (!any)
		str_adds(m->out, m->e->to_date ? "Every category has commits.\n"
					       : "No category lost commits.\n");
	write_silent(m);
	md_footnote(m);
}
