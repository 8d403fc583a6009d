#include "quarry/mine.h"

#include <stdlib.h>
#include <string.h>

#include "mine/diff.h"
#include "mine/facts.h"
#include "mine/tree.h"
#include "mine/walk.h"
#include "util/banned.h"

#define MAILMAP_MAX (8u << 20)

int quarry_mine_init(struct quarry_error *err)
{
	return odb_init(err);
}

void quarry_mine_shutdown(void)
{
	odb_shutdown();
}

static int resolve(struct quarry_oid *out, char **full, struct odb *odb, const char *branch,
		   struct quarry_error *err)
{
	char *name = branch ? str_dupf("refs/heads/%s", branch) : str_dupf("HEAD");
	int rc;

	if (!name)
		return quarry_error_nomem(err);
	rc = odb_resolve(out, full, odb, name, err);
	free(name);
	return rc;
}

int quarry_mine_tip(struct quarry_oid *out, const char *gitdir, const char *branch,
		    struct quarry_error *err)
{
	struct odb *odb = NULL;
	int rc = odb_open(&odb, gitdir, err);

	if (!rc)
		rc = resolve(out, NULL, odb, branch, err);
	odb_close(odb);
	return rc;
}

/* 1 where a commit touches a path for the first time, 0 for a second, -1 without memory. */
static int mark_touched(struct facts *f, uint32_t path, size_t commit)
{
	while (f->touched_by.n <= path)
		if (vec_push(&f->touched_by, SIZE_MAX) < 0)
			return -1;
	if (f->touched_by.at[path] == commit)
		return 0;
	f->touched_by.at[path] = commit;
	return 1;
}

/* A path counts once a commit; a broken tree may name it twice. */
static int add_touches(struct facts *f, struct quarry_commit *c, struct diff *d)
{
	c->first_touch = f->touches.n;
	for (size_t i = 0; i < d->deltas.n; i++) {
		const struct delta *x = &d->deltas.at[i];
		struct quarry_touch t = { .old_path = QUARRY_NO_PATH, .status = x->status };
		int first;

		if (facts_path(&t.path, f, x->path, x->path_len) < 0)
			return -1;
		first = mark_touched(f, t.path, (size_t)(c - f->commits.at));
		if (first < 0)
			return -1;
		if (!first) {
			d->unread++;
			continue;
		}
		if (x->old_path && facts_path(&t.old_path, f, x->old_path, x->old_path_len) < 0)
			return -1;
		if (vec_push(&f->touches, t) < 0)
			return -1;
	}
	c->n_touches = (uint32_t)(f->touches.n - c->first_touch);
	return 0;
}

/* The touches of each commit that is no merge, against its first parent. */
static int diff_all(struct quarry_history *h, struct facts *f, const struct walk *w,
		    struct odb *odb, const struct quarry_mine_options *options,
		    struct quarry_error *err)
{
	struct diff d;
	int rc = 0;

	diff_init(&d, odb);
	for (size_t i = 0; !rc && i < f->commits.n; i++) {
		const struct walk_node *node = &w->nodes.at[i];
		const struct quarry_oid *old = NULL;

		if (f->commits.at[i].n_parents > 1)
			continue;
		if (options && options->stop && atomic_load(options->stop)) {
			rc = quarry_error_set(err, QUARRY_EINTR, "interrupted");
			break;
		}
		if (node->first_parent != SIZE_MAX)
			old = &w->nodes.at[node->first_parent].tree;
		rc = diff_trees(&d, old, &node->tree, err);
		if (!rc)
			rc = diff_fold_renames(&d, err);
		if (!rc && add_touches(f, &f->commits.at[i], &d) < 0)
			rc = quarry_error_nomem(err);
	}
	h->missing_objects += d.unread;
	diff_release(&d);
	return rc;
}

/* How many files the tip has: what a comparison with the empty tree adds. */
static int count_files(struct quarry_history *h, const struct facts *f, struct odb *odb,
		       const struct quarry_oid *tree, struct quarry_error *err)
{
	struct diff d;
	int rc;

	diff_init(&d, odb);
	rc = diff_trees(&d, NULL, tree, err);
	h->files_at_tip = (int64_t)d.deltas.n;
	/* The trees of other tips were counted when they were compared. */
	if (f->commits.at[0].n_parents > 1)
		h->missing_objects += d.unread;
	diff_release(&d);
	return rc;
}

static int keep_mailmap(struct quarry_history *h, struct facts *f, struct odb *odb,
			const unsigned char *oid, struct quarry_error *err)
{
	struct odb_object blob;
	struct quarry_oid id;
	int rc;

	memcpy(id.id, oid, QUARRY_OID_SIZE);
	rc = odb_read(&blob, odb, &id, ODB_BLOB, /* err= */ NULL);
	if (rc) {
		h->mailmap_missing = 1; /* a blobless clone: said in the data quality */
		return 0;
	}
	h->mailmap_len = blob.len < MAILMAP_MAX ? blob.len : MAILMAP_MAX;
	h->mailmap = arena_copy(f->arena, blob.data, h->mailmap_len);
	odb_object_release(&blob);
	return h->mailmap ? 0 : quarry_error_nomem(err);
}

/* The .mailmap of the tip's root tree, as `git log` reads HEAD:.mailmap. */
static int read_mailmap(struct quarry_history *h, struct facts *f, struct odb *odb,
			const struct quarry_oid *tree, struct quarry_error *err)
{
	struct odb_object root;
	struct tree_cursor cursor;
	struct tree_entry e;
	int rc = 0;

	if (odb_read(&root, odb, tree, ODB_TREE, /* err= */ NULL) < 0)
		return 0; /* the diff has counted it as missing */
	cursor = (struct tree_cursor){ root.data, root.data + root.len, false };
	while (!rc && tree_next(&e, &cursor))
		if (e.name_len == 8 && memcmp(e.name, ".mailmap", 8) == 0 &&
		    (e.mode & MODE_TYPE) == 0100000)
			rc = keep_mailmap(h, f, odb, e.oid, err);
	odb_object_release(&root);
	return rc;
}

static int mine(struct quarry_history *h, struct facts *f, struct odb *odb, const char *gitdir,
		const struct quarry_mine_options *options, struct quarry_error *err)
{
	struct walk w = { 0 };
	int rc;

	rc = walk_read_shallow(&w, gitdir, err);
	if (!rc)
		rc = walk_commits(&w, f, odb, &h->tip, options, err);
	if (!rc)
		rc = diff_all(h, f, &w, odb, options, err);
	if (!rc)
		rc = count_files(h, f, odb, &w.nodes.at[0].tree, err);
	if (!rc)
		rc = read_mailmap(h, f, odb, &w.nodes.at[0].tree, err);
	h->shallow = w.shallow.n > 0;
	walk_release(&w);
	return rc;
}

int quarry_mine(struct quarry_history **out, const char *gitdir, const char *branch,
		const struct quarry_mine_options *options, struct quarry_error *err)
{
	struct quarry_history *h = calloc(1, sizeof(*h));
	struct odb *odb = NULL;
	struct facts f = { 0 };
	char *full = NULL;
	int rc;

	if (!h || facts_init(&f) < 0) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	rc = odb_open(&odb, gitdir, err);
	if (!rc)
		rc = resolve(&h->tip, &full, odb, branch, err);
	if (!rc)
		rc = mine(h, &f, odb, gitdir, options, err);
	if (!rc && !(h->branch = arena_copy(f.arena, full, strlen(full))))
		rc = quarry_error_nomem(err);
	if (rc)
		goto done;
	facts_finish(h, &f);
	*out = h;
	h = NULL;
done:
	free(full);
	odb_close(odb);
	facts_release(&f);
	quarry_history_free(h);
	return rc;
}
