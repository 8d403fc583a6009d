/*
 * Inside of aggregate: homes, the repositories in which work counts that several of
 * them hold (metrics.md 4), and the commits that so count elsewhere.
 *
 *	struct homes h = { .d = d };
 *	rc = homes_count(&h, err);              who shares how much with whom
 *	rc = homes_mark(&h, err);               shared ids: one home each
 *	rc = homes_mark_same_work(&h, err);     the same under another id
 *	rc = homes_write_forks(&h, err);
 *	homes_release(&h);
 *
 * Repositories are indices into d->repos, which stand in order of their URLs.
 */
#ifndef QUARRY_AGGREGATE_HOMES_H
#define QUARRY_AGGREGATE_HOMES_H

#include "aggregate/derive.h"
#include "quarry/history.h"
#include "util/map.h"

/* One of the places in which some work lies. */
struct copy {
	size_t repo;
	int64_t commit;
	int32_t quarter;
};

/* A commit id in a repository. */
struct holding {
	unsigned char oid[QUARRY_OID_SIZE];
	uint32_t repo;
	int64_t commit;
};

/* Commit ids that the very same repositories hold. */
struct sharing {
	size_t first, n;        /* of these repositories, in homes.sharers */
	int64_t commits, roots; /* roots: without a parent, among the commits */
};

struct homes {
	struct quarry_derive *d;
	struct map repo_index;           /* repo.repo to index into d->repos */
	int64_t *n_commits, *not_shared; /* of a repository; the latter: that no other one has */
	bool *candidate;                 /* of a repository; all false between two choices */
	VEC(struct holding) holdings;    /* by id, then repository */
	struct map sharing_index;        /* set of repositories to index into sharings */
	VEC(struct sharing) sharings;
	VEC(uint32_t) sharers;
	VEC(int64_t) duplicates;         /* copies of shared ids that count elsewhere, by commit_id */
};

int homes_count(struct homes *h, struct quarry_error *err);
int homes_mark(struct homes *h, struct quarry_error *err);
int homes_mark_same_work(struct homes *h, struct quarry_error *err);
int homes_write_forks(struct homes *h, struct quarry_error *err);
void homes_release(struct homes *h);

/* The index of repo.repo; -1: it is not tracked. */
int64_t homes_index(const struct homes *h, int64_t repo);

/* Is the copy's repository a member in the copy's quarter? */
bool homes_is_member(const struct homes *h, const struct copy *c);

/* Is `above` the upstream of `repo`, at any distance? */
bool homes_is_upstream(const struct homes *h, size_t above, size_t repo);

/* Negative where a is the better home, upstreams left aside; never 0. */
int homes_compare(const struct homes *h, size_t a, size_t b);

/* The copy that counts, of at least one; copies by repository, one in each. */
size_t homes_choose(struct homes *h, const struct copy *copies, size_t n);

#endif
