#include "mine/diff.h"

#include <string.h>

#include "mine/tree.h"
#include "util/banned.h"

void diff_init(struct diff *d, struct odb *odb)
{
	*d = (struct diff){ .odb = odb, .path = STR_INIT };
}

void diff_release(struct diff *d)
{
	arena_release(&d->arena);
	str_release(&d->path);
	vec_release(&d->deltas);
}

static int emit(struct diff *d, char status, const struct tree_entry *e)
{
	struct delta x = { .status = status, .mode = e->mode, .path_len = d->path.len };

	if (d->deltas.n >= DIFF_ENTRIES_MAX) {
		d->unread++;
		return 0;
	}
	memcpy(x.oid, e->oid, QUARRY_OID_SIZE);
	x.path = d->path.oom ? NULL : arena_copy(&d->arena, d->path.buf, d->path.len);
	return x.path ? vec_push(&d->deltas, x) : -1;
}

static int walk(struct diff *d, const unsigned char *old_oid, const unsigned char *new_oid,
		unsigned depth, struct quarry_error *err);

static void path_cut(struct diff *d, size_t len)
{
	d->path.len = len;
	d->path.buf[len] = '\0';
}

/* An entry that is on one side only; all that is below a tree, one by one. */
static int one_side(struct diff *d, char status, const struct tree_entry *e, unsigned depth,
		    struct quarry_error *err)
{
	size_t mark = d->path.len;
	int rc;

	str_add(&d->path, e->name, e->name_len);
	if (!mode_is_tree(e->mode)) {
		rc = emit(d, status, e) < 0 ? quarry_error_nomem(err) : 0;
	} else {
		str_addc(&d->path, '/');
		rc = d->path.oom ? quarry_error_nomem(err)
		   : status == 'A' ? walk(d, NULL, e->oid, depth + 1, err)
				   : walk(d, e->oid, NULL, depth + 1, err);
	}
	if (!d->path.oom)
		path_cut(d, mark);
	return rc;
}

/* The same name on both sides, either both trees or both something else. */
static int both_sides(struct diff *d, const struct tree_entry *a, const struct tree_entry *b,
		      unsigned depth, struct quarry_error *err)
{
	bool same = memcmp(a->oid, b->oid, QUARRY_OID_SIZE) == 0;
	size_t mark = d->path.len;
	int rc = 0;

	if (same && a->mode == b->mode)
		return 0;
	str_add(&d->path, b->name, b->name_len);
	if (mode_is_tree(b->mode)) {
		str_addc(&d->path, '/');
		rc = d->path.oom ? quarry_error_nomem(err) : walk(d, a->oid, b->oid, depth + 1, err);
	} else {
		char status = (a->mode & MODE_TYPE) == (b->mode & MODE_TYPE) ? 'M' : 'T';

		rc = emit(d, status, b) < 0 ? quarry_error_nomem(err) : 0;
	}
	if (!d->path.oom)
		path_cut(d, mark);
	return rc;
}

/* The merge-walk itself: the entry that sorts first is on its side only. */
static int merge(struct diff *d, struct tree_cursor *old, struct tree_cursor *new,
		 unsigned depth, struct quarry_error *err)
{
	struct tree_entry a, b;
	bool has_a = tree_next(&a, old), has_b = tree_next(&b, new);
	int rc = 0;

	/* Behind what is broken the other side has no partner: it would invent touches. */
	while (!rc && (has_a || has_b) && !old->broken && !new->broken &&
	       d->deltas.n < DIFF_ENTRIES_MAX) {
		int order = !has_a ? 1 : !has_b ? -1 : tree_entry_order(&a, &b);

		if (order == 0)
			rc = both_sides(d, &a, &b, depth, err);
		else if (order < 0)
			rc = one_side(d, 'D', &a, depth, err);
		else
			rc = one_side(d, 'A', &b, depth, err);
		if (order <= 0)
			has_a = tree_next(&a, old);
		if (order >= 0)
			has_b = tree_next(&b, new);
	}
	if (old->broken || new->broken)
		d->unread += old->broken + new->broken;
	else if (!rc && (has_a || has_b))
		d->unread++;
	return rc;
}

/* Read a tree; one that is not there counts and reads as empty. */
static void read_tree(struct odb_object *out, struct diff *d, const unsigned char *oid)
{
	struct quarry_oid id;

	*out = (struct odb_object){ .data = "" };
	if (!oid)
		return;
	memcpy(id.id, oid, QUARRY_OID_SIZE);
	if (odb_read(out, d->odb, &id, ODB_TREE, /* err= */ NULL) < 0)
		d->unread++;
}

static int walk(struct diff *d, const unsigned char *old_oid, const unsigned char *new_oid,
		unsigned depth, struct quarry_error *err)
{
	struct odb_object old, new;
	struct tree_cursor a, b;
	int64_t unread = d->unread;
	int rc = 0;

	if (depth > DIFF_DEPTH_MAX || d->n_trees++ > DIFF_TREES_MAX) {
		d->unread++;
		return 0;
	}
	read_tree(&old, d, old_oid);
	read_tree(&new, d, new_oid);
	/* Half a comparison would invent touches: without one side there are none. */
	if (d->unread == unread) {
		a = (struct tree_cursor){ old.data, old.data + old.len, false };
		b = (struct tree_cursor){ new.data, new.data + new.len, false };
		rc = merge(d, &a, &b, depth, err);
	}
	odb_object_release(&new);
	odb_object_release(&old);
	return rc;
}

int diff_trees(struct diff *d, const struct quarry_oid *old_tree,
	       const struct quarry_oid *new_tree, struct quarry_error *err)
{
	arena_release(&d->arena);
	d->deltas.n = 0;
	d->n_trees = 0;
	str_clear(&d->path);
	if (old_tree && new_tree && memcmp(old_tree->id, new_tree->id, QUARRY_OID_SIZE) == 0)
		return 0;
	str_add(&d->path, "", 0);
	return walk(d, old_tree ? old_tree->id : NULL, new_tree ? new_tree->id : NULL, 0, err);
}
