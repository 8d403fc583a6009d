/*
 * Exact renames, chosen as git chooses them (diffcore-rename.c at -M100%, without
 * copies), because the choice decides which old path is left:
 *
 *  1. for each added path, in tree order,
 *  2. look at the deleted paths of the same content, in tree order, that are not
 *     used yet and whose kind fits: files pair with files, others need equal modes;
 *  3. take the first with the same base name, else the first one; git gives up
 *     looking for the base name after a hundred candidates.
 */
#include <stdlib.h>
#include <string.h>

#include "mine/diff.h"
#include "util/banned.h"

#define CANDIDATES_MAX 100

struct source {
	const struct delta *delta;
	size_t order; /* its place in the deltas */
	bool used;
};

static int by_content(const void *a, const void *b)
{
	const struct source *x = a, *y = b;
	int order = memcmp(x->delta->old_oid, y->delta->old_oid, QUARRY_OID_SIZE);

	return order ? order : (x->order > y->order) - (x->order < y->order);
}

static bool same_base_name(const struct diff *d, const struct delta *x, const struct delta *y)
{
	const char *a = diff_path(d, x), *b = diff_path(d, y);
	size_t i = x->path_len, j = y->path_len;

	while (i && j && a[i - 1] == b[j - 1]) {
		if (a[i - 1] == '/')
			return true;
		i--;
		j--;
	}
	return (!i || a[i - 1] == '/') && (!j || b[j - 1] == '/');
}

static bool same_path(const struct diff *d, const struct delta *x, const struct delta *y)
{
	return x->path_len == y->path_len &&
	       memcmp(diff_path(d, x), diff_path(d, y), x->path_len) == 0;
}

static bool is_file(unsigned mode)
{
	return (mode & MODE_TYPE) == 0100000;
}

static bool fits(const struct source *s, const struct delta *added)
{
	if (s->used)
		return false;
	return (is_file(s->delta->old_mode) && is_file(added->mode)) ||
	       s->delta->old_mode == added->mode;
}

/* First source with the content of `added`; n where there is none. */
static size_t lower_bound(const struct source *sources, size_t n, const struct delta *added)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (memcmp(sources[mid].delta->old_oid, added->oid, QUARRY_OID_SIZE) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct source *choose(const struct diff *d, struct source *sources, size_t n,
			     const struct delta *added)
{
	struct source *best = NULL;
	int seen = 0;

	for (size_t i = lower_bound(sources, n, added); i < n; i++) {
		struct source *s = &sources[i];

		if (memcmp(s->delta->old_oid, added->oid, QUARRY_OID_SIZE) != 0)
			break;
		if (!fits(s, added))
			continue;
		if (same_base_name(d, s->delta, added))
			return s;
		if (!best)
			best = s;
		if (++seen == CANDIDATES_MAX)
			break;
	}
	return best;
}

static size_t collect_sources(struct source *sources, const struct diff *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->deltas.n; i++)
		if (d->deltas.at[i].status == 'D')
			sources[n++] = (struct source){ &d->deltas.at[i], i, false };
	qsort(sources, n, sizeof(*sources), by_content);
	return n;
}

static void drop_used(struct diff *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->deltas.n; i++)
		if (d->deltas.at[i].status)
			d->deltas.at[kept++] = d->deltas.at[i];
	d->deltas.n = kept;
}

int diff_fold_renames(struct diff *d, struct quarry_error *err)
{
	struct source *sources;
	size_t n_deleted = 0, n_added = 0, n;

	for (size_t i = 0; i < d->deltas.n; i++) {
		n_deleted += d->deltas.at[i].status == 'D';
		n_added += d->deltas.at[i].status == 'A';
	}
	if (!n_deleted || !n_added)
		return 0;
	sources = calloc(n_deleted, sizeof(*sources));
	if (!sources)
		return quarry_error_nomem(err);
	n = collect_sources(sources, d);
	for (size_t i = 0; i < d->deltas.n; i++) {
		struct delta *added = &d->deltas.at[i];
		struct source *s = added->status == 'A' ? choose(d, sources, n, added) : NULL;

		if (!s)
			continue;
		s->used = true;
		if (same_path(d, s->delta, added)) {
			/* A tree out of order has it twice: nothing changed but its mode, if that. */
			added->status = s->delta->old_mode == added->mode ? '\0' : 'M';
			continue;
		}
		added->status = 'R';
		added->old_path = s->delta->path;
		added->old_path_len = s->delta->path_len;
		added->old_mode = s->delta->old_mode;
		memcpy(added->old_oid, s->delta->old_oid, QUARRY_OID_SIZE);
	}
	for (size_t i = 0; i < n; i++)
		if (sources[i].used)
			d->deltas.at[sources[i].order].status = '\0';
	drop_used(d);
	free(sources);
	return 0;
}
