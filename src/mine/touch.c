#include "mine/touch.h"

#include <stdlib.h>
#include <string.h>

#include "mine/churn.h"
#include "util/banned.h"
#include "util/hash.h"

int toucher_open(struct toucher **out, struct odb *odb, unsigned mine_flags,
		 struct quarry_error *err)
{
	struct toucher *t = calloc(1, sizeof(*t));
	int rc;

	if (!t)
		return quarry_error_nomem(err);
	rc = odb_reader_open(&t->reader, odb, err);
	diff_init(&t->diff, t->reader);
	if (!rc && (mine_flags & QUARRY_MINE_LINES) && lines_new(&t->lines) < 0)
		rc = quarry_error_nomem(err);
	if (rc) {
		toucher_free(t);
		return rc;
	}
	*out = t;
	return 0;
}

void toucher_free(struct toucher *t)
{
	if (!t)
		return;
	diff_release(&t->diff);
	odb_reader_close(t->reader);
	lines_free(t->lines);
	intern_release(&t->paths);
	vec_release(&t->touched_by);
	vec_release(&t->touches);
	free(t);
}

/* Read a commit for its tree, and its first parent where *parent is asked for.
 * 1: read; 0: it cannot be. */
static int read_tree_of(struct quarry_oid *tree, struct quarry_oid *parent, bool *has_parent,
			struct toucher *t, const struct quarry_oid *oid, struct quarry_error *err)
{
	struct odb_object object;
	struct raw_commit raw;
	int rc = odb_read(&object, t->reader, oid, ODB_COMMIT, /* err= */ NULL);
	bool ok;

	if (rc)
		return rc == QUARRY_ENOMEM ? quarry_error_nomem(err) : 0;
	ok = commit_parse(&raw, object.data, object.len);
	if (ok) {
		*tree = raw.tree;
		*has_parent = raw.n_parents > 0;
		if (*has_parent)
			*parent = commit_parent(&raw, 0);
	}
	odb_object_release(&object);
	return ok;
}

int toucher_tree_of(struct quarry_oid *out, struct toucher *t, const struct quarry_oid *commit,
		    struct quarry_error *err)
{
	struct quarry_oid parent;
	bool has_parent;

	return read_tree_of(out, &parent, &has_parent, t, commit, err);
}

/* Find the two trees. 1: found; 0: one of them cannot be. */
static int complete_job(struct job *job, struct toucher *t, const struct quarry_commit *c,
			const struct walk *w, struct quarry_error *err)
{
	struct quarry_oid ignored;
	bool has_parent = false;
	int rc = 1;

	if (job->flags & JOB_LOST)
		return 0;
	if (!(job->flags & JOB_TREE)) {
		rc = read_tree_of(&job->tree, &job->parent, &has_parent, t, &c->oid, err);
		if (has_parent && !walk_is_cut(w, &c->oid))
			job->flags |= JOB_PARENT;
	}
	if (rc == 1 && (job->flags & JOB_PARENT) && !(job->flags & JOB_OLD_TREE))
		rc = read_tree_of(&job->old_tree, &ignored, &has_parent, t, &job->parent, err);
	return rc;
}

/* The set of changed (path, new blob id) as one number: a sum, so that order is nothing. */
static uint64_t hash_changes(const struct diff *d)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < d->deltas.n; i++) {
		const struct delta *x = &d->deltas.at[i];

		sum += hash_bytes(hash_bytes(0, diff_path(d, x), x->path_len), x->oid,
				  QUARRY_OID_SIZE);
	}
	return sum;
}

/* 1 where a commit touches a path for the first time, 0 for a second, -1 without memory. */
static int mark_touched(struct toucher *t, uint32_t path, size_t commit)
{
	while (t->touched_by.n <= path)
		if (vec_push(&t->touched_by, 0) < 0)
			return -1;
	if (t->touched_by.at[path] == commit + 1)
		return 0;
	t->touched_by.at[path] = commit + 1;
	return 1;
}

static int count_lines(struct quarry_touch *out, struct toucher *t, const struct delta *x)
{
	struct lines_count count = { QUARRY_LINES_NONE, 0 };

	if (t->lines && churn_of(&count, t->lines, t->reader, x) < 0)
		return -1;
	out->added = count.added;
	out->deleted = count.deleted;
	return 0;
}

/* 0, or -1 without memory. */
static int add_touch(struct toucher *t, size_t commit, const struct delta *x)
{
	struct quarry_touch touch = { .old_path = QUARRY_NO_PATH, .status = x->status };
	int64_t path = intern_at(&t->paths, diff_path(&t->diff, x), x->path_len), old = 0;
	int first;

	if (path < 0 || path >= QUARRY_NO_PATH)
		return -1;
	first = mark_touched(t, (uint32_t)path, commit);
	if (first <= 0) {
		t->flags[QUARRY_FLAG_DOUBLE_ENTRIES]++;
		return first;
	}
	if (x->status == 'R')
		old = intern_at(&t->paths, diff_old_path(&t->diff, x), x->old_path_len);
	if (old < 0 || old >= QUARRY_NO_PATH)
		return -1;
	touch.path = (uint32_t)path;
	if (x->status == 'R')
		touch.old_path = (uint32_t)old;
	if (count_lines(&touch, t, x) < 0)
		return -1;
	return vec_push(&t->touches, touch);
}

static void note_loss(struct toucher *t, struct quarry_commit *c)
{
	const struct diff_loss *l = &t->diff.loss;

	t->flags[QUARRY_FLAG_MISSING_TREES] += l->missing;
	t->flags[QUARRY_FLAG_DAMAGED_TREES] += l->damaged;
	t->flags[QUARRY_FLAG_DEEP_TREES] += l->deep;
	t->flags[QUARRY_FLAG_LONG_NAMES] += l->long_names;
	t->flags[QUARRY_FLAG_MANY_ENTRIES] += l->too_many;
	if (l->missing || l->damaged || l->deep || l->long_names || l->too_many)
		c->flags |= QUARRY_COMMIT_PARTIAL;
}

static int touch_commit(struct toucher *t, struct quarry_history *h, size_t i, struct job *job,
			const struct walk *w, struct quarry_error *err)
{
	struct quarry_commit *c = &h->commits[i];
	int rc = complete_job(job, t, c, w, err);

	c->first_touch = t->touches.n;
	if (rc == 0) {
		c->flags |= QUARRY_COMMIT_NO_PARENT | QUARRY_COMMIT_PARTIAL;
		/* That of a commit that was there once, since the store has it. */
		t->flags[QUARRY_FLAG_MISSING_TREES] += !(job->flags & JOB_LOST);
	}
	if (rc <= 0)
		return rc;
	rc = diff_trees(&t->diff, job->flags & JOB_PARENT ? &job->old_tree : NULL, &job->tree, err);
	if (rc)
		return rc;
	note_loss(t, c);
	/* A part of what it touched would be a wrong number, so it is not read at all. */
	c->touched = !t->diff.loss.missing && !t->diff.loss.damaged;
	if (!c->touched)
		return 0;
	c->changes = hash_changes(&t->diff);
	rc = diff_fold_renames(&t->diff, err);
	for (size_t k = 0; !rc && k < t->diff.deltas.n; k++)
		if (add_touch(t, i, &t->diff.deltas.at[k]) < 0)
			rc = quarry_error_nomem(err);
	c->n_touches = (uint32_t)(t->touches.n - c->first_touch);
	return rc;
}

static int by_oid(const void *a, const void *b)
{
	const struct quarry_commit *x = a, *y = b;

	return memcmp(x->oid.id, y->oid.id, QUARRY_OID_SIZE);
}

/* Hand the arrays and the texts over to the piece. */
static int keep(struct toucher *t, struct quarry_history *h)
{
	struct piece *piece = facts_piece(h);

	h->paths = calloc(t->paths.keys.n + 1, sizeof(*h->paths));
	h->touches = calloc(t->touches.n + 1, sizeof(*h->touches));
	if (!h->paths || !h->touches)
		return -1;
	for (size_t i = 0; i < t->paths.keys.n; i++)
		h->paths[i] = (struct quarry_path){ t->paths.keys.at[i].s, t->paths.keys.at[i].len };
	if (t->touches.n)
		memcpy(h->touches, t->touches.at, t->touches.n * sizeof(*h->touches));
	h->n_paths = t->paths.keys.n;
	intern_hand_over(&t->paths, &piece->arena);
	h->n_touches = t->touches.n;
	if (h->n_commits)
		qsort(h->commits, h->n_commits, sizeof(*h->commits), by_oid);
	free(piece->jobs);
	piece->jobs = NULL;
	return 0;
}

int toucher_run(struct toucher *t, struct quarry_history *piece, const struct walk *w,
		const struct quarry_mine_options *options, struct quarry_error *err)
{
	int rc = 0;

	intern_clear(&t->paths); /* of a piece that failed */
	t->touches.n = 0;
	t->touched_by.n = 0;
	memset(t->flags, 0, sizeof(t->flags));
	for (size_t i = 0; !rc && i < piece->n_commits; i++) {
		struct job *job = &facts_piece(piece)->jobs[i];

		if (piece->commits[i].n_parents > 1)
			piece->commits[i].touched = 1; /* a merge has none */
		if (!(job->flags & JOB_WANTED))
			continue;
		if (options->stop && atomic_load(options->stop))
			return quarry_error_set(err, QUARRY_EINTR, "interrupted");
		rc = touch_commit(t, piece, i, job, w, err);
	}
	if (!rc && keep(t, piece) < 0)
		rc = quarry_error_nomem(err);
	return rc;
}
