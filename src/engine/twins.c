#include "engine/twins.h"

#include <stdlib.h>

#include "util/banned.h"
#include "util/hash.h"

#define NOTES_MAX 2000000 /* some 100 MB */

static void end_notes(struct twins *t)
{
	vec_release(&t->written);
	t->notes = false;
}

void twins_release(struct twins *t)
{
	end_notes(t);
	vec_release(&t->repos);
	vec_release(&t->commits);
}

int twins_begin(struct twins *t, struct quarry_store *s, struct quarry_error *err)
{
	t->seed = hash_seed();
	t->changes = quarry_store_changes(s);
	if (!t->notes_max)
		t->notes_max = NOTES_MAX;
	return quarry_store_is_new(&t->notes, s, err);
}

static uint64_t add_text(uint64_t hash, const char *s, size_t len)
{
	return hash_bytes(hash_bytes(hash, &len, sizeof(len)), s ? s : "", len);
}

/* Signatures that are one in the store have one, in whatever piece. */
static uint64_t key_of(const struct twins *t, const struct quarry_signature *author,
		       const struct quarry_commit *c)
{
	uint64_t hash = hash_bytes(t->seed, &c->author_s, sizeof(c->author_s));

	hash = add_text(hash, author->name, author->name_len);
	hash = add_text(hash, author->email, author->email_len);
	hash = add_text(hash, author->raw_name, author->raw_name_len);
	hash = add_text(hash, author->raw_email, author->raw_email_len);
	return add_text(hash, c->subject, c->subject_len);
}

void twins_note(struct twins *t, int64_t repo, const struct quarry_history *piece, int64_t first)
{
	const unsigned none = QUARRY_COMMIT_NO_AUTHOR_TIME | QUARRY_COMMIT_PARTIAL;

	for (size_t i = 0; t->notes && i < piece->n_commits; i++) {
		const struct quarry_commit *c = &piece->commits[i];
		struct quarry_twin x = { .repo = repo, .oid = c->oid, .unread = !c->touched };

		if (c->known) { /* by whom? the store was empty */
			end_notes(t);
			return;
		}
		x.commit_id = first++;
		if (c->n_parents > 1 || c->flags & none)
			continue;
		x.key = key_of(t, &piece->signatures[c->author], c);
		if (t->written.n == t->notes_max || vec_push(&t->written, x) < 0)
			end_notes(t); /* there may be memory for what is needed more */
	}
}

void twins_forget(struct twins *t, int64_t repo)
{
	while (t->written.n && t->written.at[t->written.n - 1].repo == repo)
		t->written.n--;
}

static int keep(struct twins *t, const struct quarry_twin *at, size_t n, struct quarry_error *err)
{
	for (size_t i = 0; i < n; i++) {
		struct quarry_stored_commit c = { .number = at[i].commit_id, .oid = at[i].oid };

		if (vec_push(&t->repos, at[i].repo) < 0 || vec_push(&t->commits, c) < 0)
			return quarry_error_nomem(err);
	}
	return 0;
}

/* Is all that the store has noted? Another run may have written to it. */
static bool is_noted(struct twins *t, const struct quarry_store *s)
{
	return t->notes && t->facts == quarry_store_changes(s) - t->changes;
}

int twins_find(struct twins *t, struct quarry_store *s, struct quarry_error *err)
{
	struct quarry_db *db = quarry_store_db(s);
	struct quarry_twin *found = NULL;
	size_t n = 0;
	int rc = quarry_aggregate_twins_are_due(&t->facts, db, err);

	if (rc || t->facts < 0)
		return rc;
	if (is_noted(t, s)) {
		rc = quarry_aggregate_keep_unread_twins(t->written.at, &t->written.n, err);
		if (!rc)
			rc = keep(t, t->written.at, t->written.n, err);
	} else {
		rc = quarry_aggregate_unread_twins(&found, &n, &t->facts, db, err);
		if (!rc)
			rc = keep(t, found, n, err);
		free(found);
	}
	end_notes(t);
	return rc;
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
