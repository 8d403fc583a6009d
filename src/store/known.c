/*
 * What is stored of a repository, for the miner.
 */
#include <stdlib.h>
#include <string.h>

#include "store/store.h"
#include "util/banned.h"
#include "util/vec.h"

/* Its parts while they grow. */
struct builder {
	VEC(struct quarry_known_commit) commits;
	VEC(struct quarry_oid) parents;
};

static int by_oid(const void *a, const void *b)
{
	const struct quarry_known_commit *x = a, *y = b;

	return memcmp(x->oid.id, y->oid.id, QUARRY_OID_SIZE);
}

static int add_commit(struct builder *b, struct db_stmt *st, struct quarry_error *err)
{
	struct quarry_known_commit c = {
		.number = db_int(st, 0), .author_s = db_int(st, 2), .committer_s = db_int(st, 3),
		.first_parent = b->parents.n, .flags = (unsigned)db_int(st, 5),
		.touched = db_int(st, 6) != 0,
	};
	size_t len;
	const char *blob = db_blob(st, 1, &len);

	if (len != QUARRY_OID_SIZE)
		return quarry_error_set(err, QUARRY_EFAIL, "the store is damaged: commit %lld has no id",
					(long long)c.number);
	memcpy(c.oid.id, blob, len);
	blob = db_blob(st, 4, &len);
	for (; len >= QUARRY_OID_SIZE; len -= QUARRY_OID_SIZE, blob += QUARRY_OID_SIZE) {
		struct quarry_oid parent;

		memcpy(parent.id, blob, QUARRY_OID_SIZE);
		if (vec_push(&b->parents, parent) < 0)
			return quarry_error_nomem(err);
		c.n_parents++;
	}
	return vec_push(&b->commits, c) < 0 ? quarry_error_nomem(err) : 0;
}

static int read_commits(struct builder *b, struct quarry_store *s, int64_t repo,
			struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_KNOWN, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	while ((rc = db_step(st, err)) > 0) {
		rc = add_commit(b, st, err);
		if (rc)
			break;
	}
	db_reset(st);
	if (!rc && b->commits.n)
		qsort(b->commits.at, b->commits.n, sizeof(*b->commits.at), by_oid);
	return rc;
}

/* Give back the room that an array has grown into and does not need. */
static void *shrunk(void *at, size_t size)
{
	void *p = size ? realloc(at, size) : at;

	return p ? p : at;
}

int quarry_store_known(struct quarry_known **out, struct quarry_store *s, int64_t repo,
		       struct quarry_error *err)
{
	struct quarry_known *k = calloc(1, sizeof(*k));
	struct quarry_mined mined;
	struct builder b = { { 0 }, { 0 } };
	int rc;

	if (!k)
		return quarry_error_nomem(err);
	rc = quarry_store_mined(&mined, s, repo, err);
	if (!rc)
		rc = read_commits(&b, s, repo, err);
	if (!rc)
		k->tip = mined.tip;
	k->commits = shrunk(b.commits.at, b.commits.n * sizeof(*b.commits.at));
	k->n_commits = b.commits.n;
	k->parents = shrunk(b.parents.at, b.parents.n * sizeof(*b.parents.at));
	k->n_parents = b.parents.n;
	if (rc)
		quarry_known_free(k);
	else
		*out = k;
	return rc;
}

void quarry_known_free(struct quarry_known *k)
{
	if (!k)
		return;
	free(k->commits);
	free(k->parents);
	free(k);
}
