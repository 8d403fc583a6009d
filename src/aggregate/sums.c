/*
 * What adds up over repositories: commits, files, how many are tracked and active.
 * Each repository belongs to one category at most, so categories sum to the
 * universe.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/figures.h"
#include "util/banned.h"

struct top5 {
	uint32_t at[5];
};

static void add_top5(struct top5 *into, const uint32_t from[5])
{
	for (int i = 0; i < 5; i++)
		figures_keep_top5(into->at, from[i]);
}

/* A sum with a part that is not known is not known. */
static void add_known(int64_t *sum, int64_t n, bool known)
{
	if (!known)
		*sum = QUARRY_UNKNOWN;
	else if (*sum != QUARRY_UNKNOWN)
		*sum += n;
}

static void add_files(struct quarry_measures *m, const struct repo_quarter *q)
{
	add_known(&m->file_touches_raw, q->touches_raw, !q->unread);
	add_known(&m->file_touches, q->touches, !q->unread);
	add_known(&m->distinct_files_raw, q->distinct_raw, !q->unread);
	add_known(&m->distinct_files, q->distinct, !q->unread);
	add_known(&m->lines_churn_raw, q->lines_raw, figures_lines_known(q));
	add_known(&m->lines_churn, q->lines, figures_lines_known(q));
}

static void add(struct quarry_measures *m, const struct repo_quarter *q,
		const struct derive_repo *r)
{
	m->tracked++;
	m->active += q->kinds[KIND_COUNTED] > 0;
	m->commits += q->kinds[KIND_COUNTED];
	m->merge_commits += q->kinds[KIND_MERGE];
	m->bot_commits += q->kinds[KIND_BOT];
	m->agent_commits += q->kinds[KIND_AGENT];
	m->duplicate_commits += q->kinds[KIND_DUPLICATE];
	m->landed += q->landed;
	m->assisted_commits += q->assisted;
	add_files(m, q);
	m->files_at_tip += r->files_at_tip;
}

static void finish_top5(struct quarry_measures *m, const struct top5 *t)
{
	m->top5_touches = 0;
	for (int i = 0; i < 5; i++)
		m->top5_touches += t->at[i];
	if (m->file_touches_raw == QUARRY_UNKNOWN)
		m->top5_touches = QUARRY_UNKNOWN;
}

/* All categories and the universe, for one quarter under one membership. */
static void sum_quarter(struct figures *f, int32_t quarter, enum under under, struct top5 *tops)
{
	int32_t membership = under == UNDER_OWN ? quarter : quarter + 1;

	memset(tops, 0, f->base_repo * sizeof(*tops));
	for (size_t i = 0; i < f->d->n_members; i++) {
		const struct derive_repo *r = &f->d->repos.at[i];
		const struct repo_quarter *q = figures_repo(f, i, quarter);
		int32_t category = derive_category_of(r, membership);

		if (category == NO_CATEGORY)
			continue;
		add(figures_at(f, 0, quarter, under), q, r);
		add(figures_at(f, 1 + (size_t)category, quarter, under), q, r);
		add_top5(&tops[0], q->top5);
		add_top5(&tops[1 + category], q->top5);
	}
	for (size_t s = 0; s < f->base_repo; s++)
		finish_top5(figures_at(f, s, quarter, under), &tops[s]);
}

static void sum_repo(struct figures *f, size_t member, int32_t quarter)
{
	const struct repo_quarter *q = figures_repo(f, member, quarter);
	const struct derive_repo *r = &f->d->repos.at[member];
	struct quarry_measures *m = figures_at(f, f->base_repo + member, quarter, UNDER_OWN);
	struct top5 top = { { 0 } };

	add(m, q, r);
	m->tracked = derive_category_of(r, quarter) != NO_CATEGORY;
	m->active = m->tracked && m->active;
	add_top5(&top, q->top5);
	finish_top5(m, &top);
}

int figures_sums(struct figures *f, struct quarry_error *err)
{
	struct top5 *tops = calloc(f->base_repo, sizeof(*tops));

	if (!tops)
		return quarry_error_nomem(err);
	for (int32_t q = f->d->lo; q <= f->d->hi; q++) {
		for (int under = 0; under < UNDER_N; under++)
			sum_quarter(f, q, under, tops);
		for (size_t i = 0; i < f->d->n_members; i++)
			sum_repo(f, i, q);
	}
	free(tops);
	return 0;
}
