/*
 * What is to be mined: which repositories, in which order, and from which quarter on.
 */
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "engine/mine_step.h"
#include "quarry/quarter.h"
#include "util/banned.h"
#include "util/str.h"

#define WINDOW 4                   /* quarters before the current one */
#define BASELINE 2                 /* quarters before the reported one that it is compared with */

/* The first quarter whose touches are wanted: of a universe that ends, all of its quarters;
 * else those of a year up to today; and what the reported quarter is compared with. */
static int32_t first_quarter(const struct quarry_engine *e)
{
	const struct quarry_engine_options *o = &e->options;
	const struct quarry_universe *u = e->universe;
	int32_t since = quarry_quarter_of(engine_now_s()) - WINDOW;

	if (o->mine.since)
		return o->mine.since;
	if (u->until != QUARRY_QUARTER_NONE)
		since = u->from == QUARRY_QUARTER_NONE ? INT32_MIN : u->from - BASELINE;
	if (o->mine.quarter && o->mine.quarter != QUARRY_QUARTER_NONE &&
	    o->mine.quarter - BASELINE < since)
		since = o->mine.quarter - BASELINE;
	return since;
}

/* Bytes of the packs of a repository; 0 too where that cannot be known. */
static int size_of(uint64_t *out, const char *gitdir, struct quarry_error *err)
{
	char *path = str_dupf("%s/objects/pack", gitdir);
	DIR *dir = path ? opendir(path) : NULL;
	const struct dirent *entry;
	struct stat st;

	*out = 0;
	if (!path)
		return quarry_error_nomem(err);
	free(path);
	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		if (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
			*out += (uint64_t)st.st_size;
	(void)closedir(dir); /* it was only read */
	return 0;
}

/* The largest first: what takes longest must not begin last. */
static int by_size(const void *a, const void *b)
{
	const struct reading *x = a, *y = b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	return (x->work.target->repo > y->work.target->repo) -
	       (x->work.target->repo < y->work.target->repo);
}

int mining_list(struct mining *m, struct quarry_error *err)
{
	struct quarry_engine *e = m->step.engine;
	unsigned flags = (e->options.mine.lines ? QUARRY_MINE_LINES : 0) |
			 (e->options.mine.alternates ? QUARRY_MINE_ALTERNATES : 0) |
			 (e->options.mine.releases ? QUARRY_MINE_RELEASES : 0);
	int rc = 0;

	m->n = e->targets.n;
	m->readings = calloc(m->n + 1, sizeof(*m->readings));
	if (!m->readings)
		return quarry_error_nomem(err);
	for (size_t i = 0; !rc && i < m->n; i++) {
		struct reading *r = &m->readings[i];

		r->work = (struct step_work){ .step = &m->step, .target = &e->targets.at[i] };
		r->options = (struct quarry_mine_options){
			.stop = e->options.stop, .flags = flags, .since = first_quarter(e),
			.earliest_s = e->universe->earliest_s,
		};
		rc = size_of(&r->bytes, r->work.target->gitdir, err);
	}
	if (!rc)
		qsort(m->readings, m->n, sizeof(*m->readings), by_size);
	return rc;
}

void mining_keep_wanted(struct mining *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct reading *old = &m->readings[i];
		struct reading r = { .work = { .step = &m->step, .target = old->work.target },
				     .bytes = old->bytes, .stored = old->stored,
				     .options = old->options, .again = true };

		r.options.known = NULL;
		r.options.only = twins_of(&r.options.n_only, &m->twins, r.work.target->repo);
		if (r.options.n_only && old->there && !old->failed)
			m->readings[kept++] = r;
	}
	m->n = kept;
}
