#include "engine/twins.h"

#include <string.h>

#include "util/banned.h"

void twins_release(struct twins *t)
{
	vec_release(&t->repos);
	vec_release(&t->commits);
}

static int add(void *payload, const struct quarry_unread_twin *twin, struct quarry_error *err)
{
	struct quarry_stored_commit c = { .number = twin->commit_id };
	struct twins *t = payload;

	memcpy(c.oid.id, twin->oid, QUARRY_OID_SIZE);
	if (vec_push(&t->repos, twin->repo) < 0 || vec_push(&t->commits, c) < 0)
		return quarry_error_nomem(err);
	return 0;
}

int twins_find(struct twins *t, struct quarry_db *db, struct quarry_error *err)
{
	return quarry_aggregate_each_unread_twin(&t->facts, db, add, t, err);
}

int twins_settle(const struct twins *t, size_t n_read, size_t n_put, struct quarry_db *db,
		 struct quarry_error *err)
{
	if (t->facts < 0 || n_read != t->commits.n)
		return 0;
	return quarry_aggregate_twins_are_read(db, t->facts + (int64_t)n_put, err);
}

const struct quarry_stored_commit *twins_of(size_t *n, const struct twins *t, int64_t repo)
{
	size_t from = 0, to;

	while (from < t->repos.n && t->repos.at[from] < repo)
		from++;
	for (to = from; to < t->repos.n && t->repos.at[to] == repo; to++)
		;
	*n = to - from;
	return t->commits.at ? t->commits.at + from : NULL;
}
