#include "report/model.h"

#include <math.h>
#include <string.h>

#include "util/banned.h"

#define INT(type, f) { #f, offsetof(struct type, f), REPORT_INT, false }
#define M(f) INT(quarry_measures, f)
#define M_QOQ(f) { #f, offsetof(struct quarry_measures, f), REPORT_INT, true }
#define M_KNOWN(f) { #f, offsetof(struct quarry_measures, f), REPORT_KNOWN, false }
#define M_KNOWN_QOQ(f) { #f, offsetof(struct quarry_measures, f), REPORT_KNOWN, true }
#define M_REAL(f) { #f, offsetof(struct quarry_measures, f), REPORT_REAL, false }

const struct report_field report_measures[] = {
	M_QOQ(tracked),
	M_QOQ(active),
	M_QOQ(commits),
	M(merge_commits),
	M(bot_commits),
	M(agent_commits),
	M(duplicate_commits),
	M(landed),
	M(assisted_commits),
	M_QOQ(authors),
	M_QOQ(contributors),
	M(contributors_lo),
	M(contributors_hi),
	M(retained),
	M_KNOWN(reactivated),
	M_KNOWN(new_contributors),
	M_KNOWN(new_to_universe),
	{ "bins", offsetof(struct quarry_measures, bins), REPORT_BINS, false },
	M(weeks_sum),
	M_REAL(weeks_mean),
	M_REAL(weeks_median),
	M_REAL(weeks_weighted),
	M(one_time),
	M(casual),
	M(regular),
	M(deep),
	M(full_time),
	M_KNOWN(file_touches_raw),
	M_KNOWN_QOQ(file_touches),
	M_KNOWN(distinct_files_raw),
	M_KNOWN_QOQ(distinct_files),
	M_KNOWN(top5_touches),
	M_KNOWN(lines_churn_raw),
	M_KNOWN_QOQ(lines_churn),
	M(files_at_tip),
	{ NULL },
};

/* Every member has eight bytes; one that is added to the struct must be added above. */
_Static_assert(sizeof(report_measures) / sizeof(report_measures[0]) - 2 + QUARRY_QUARTER_BINS ==
	       sizeof(struct quarry_measures) / 8, "report_measures misses a measure");

const struct report_field report_changes[] = {
	INT(quarry_change, organic),
	INT(quarry_change, new_repos),
	INT(quarry_change, revived),
	INT(quarry_change, gone),
	INT(quarry_change, stale),
	INT(quarry_change, reclassified),
	{ NULL },
};

const struct report_field report_flows[] = {
	INT(quarry_flow, start),
	INT(quarry_flow, entered),
	INT(quarry_flow, in),
	INT(quarry_flow, reactivated),
	INT(quarry_flow, out),
	INT(quarry_flow, dormant),
	INT(quarry_flow, end),
	{ NULL },
};

int64_t report_int(const void *of, const struct report_field *f)
{
	int64_t n;

	memcpy(&n, (const char *)of + f->offset, sizeof(n));
	return n;
}

bool report_is_known(const void *of, const struct report_field *f)
{
	return f->kind != REPORT_KNOWN || report_int(of, f) != QUARRY_UNKNOWN;
}

double report_real(const void *of, const struct report_field *f)
{
	double x;

	memcpy(&x, (const char *)of + f->offset, sizeof(x));
	return x;
}

bool report_has_lines(const struct quarry_edition *e)
{
	for (size_t i = 0; i < e->n_scopes; i++)
		if (e->scopes[i].now.lines_churn_raw > 0 || e->scopes[i].before.lines_churn_raw > 0)
			return true;
	return false;
}

bool report_lacks_files(const struct quarry_edition *e)
{
	for (size_t i = 0; i < e->n_scopes; i++)
		if (e->scopes[i].now.file_touches_raw == QUARRY_UNKNOWN ||
		    e->scopes[i].before.file_touches_raw == QUARRY_UNKNOWN)
			return true;
	return false;
}

const struct quarry_scope *report_universe(const struct quarry_edition *e)
{
	static const struct quarry_scope none = { .id = "", .title = "", .layer = "" };

	return e->n_scopes ? &e->scopes[0] : &none;
}

const struct quarry_scope *report_category(const struct quarry_edition *e, const char *id)
{
	for (size_t i = 1; id && i < e->n_scopes; i++)
		if (e->scopes[i].id && !strcmp(e->scopes[i].id, id))
			return &e->scopes[i];
	return NULL;
}

const char *report_title(const struct quarry_scope *s)
{
	return s->title && *s->title ? s->title : s->id;
}

size_t report_n_categories(const struct quarry_edition *e)
{
	return e->n_scopes ? e->n_scopes - 1 : 0;
}

int64_t report_reachable(const struct quarry_measures *m)
{
	return m->commits + m->merge_commits + m->bot_commits + m->agent_commits +
	       m->duplicate_commits;
}

const char *report_state(enum quarry_repo_state state)
{
	static const char *const names[] = {
		[QUARRY_REPO_OK] = "ok",
		[QUARRY_REPO_EMPTY] = "empty",
		[QUARRY_REPO_FAILED] = "failed",
		[QUARRY_REPO_NEVER] = "never",
	};

	return names[state];
}

struct report_stale report_stale_of(const struct quarry_edition *e, const char *category)
{
	struct report_stale s = { 0 };

	for (size_t i = 0; i < e->n_repos; i++) {
		const struct quarry_repo_row *r = &e->repos[i];

		if (!r->stale || (category && strcmp(category, r->category) != 0))
			continue;
		if (!s.n || r->known_s < s.oldest_s)
			s.oldest_s = r->known_s;
		s.n++;
		s.n_quiet += !r->now.commits;
	}
	return s;
}

double report_ratio(double part, double whole)
{
	return whole == 0 ? NAN : part / whole;
}

struct report_pair report_pair_of(const struct quarry_edition *e, size_t a, size_t b)
{
	size_t n = report_n_categories(e);
	struct report_pair p = {
		.a = e->overlap[a * n + a],
		.b = e->overlap[b * n + b],
		.both = e->overlap[a * n + b],
	};

	p.any = p.a + p.b - p.both;
	p.jaccard = report_ratio((double)p.both, (double)p.any);
	p.coefficient = report_ratio((double)p.both, (double)(p.a < p.b ? p.a : p.b));
	p.expected = report_ratio((double)p.a * (double)p.b,
				  (double)report_universe(e)->now.contributors);
	p.lift = isnan(p.expected) ? NAN : report_ratio((double)p.both, p.expected);
	return p;
}
