#include "mine/diff.h"

#include <string.h>

#include "util/banned.h"

void diff_init(struct diff *d, struct odb_reader *reader)
{
	*d = (struct diff){ .reader = reader, .path = STR_INIT, .texts = STR_INIT };
}

void diff_release(struct diff *d)
{
	str_release(&d->path);
	str_release(&d->texts);
	vec_release(&d->deltas);
}

/* A path of the result: the folder at hand and the entry's name. */
static int emit(struct diff *d, char status, const struct tree_entry *old,
		const struct tree_entry *new)
{
	const struct tree_entry *e = new ? new : old;
	struct delta x = { .status = status, .path = d->texts.len };

	if (d->deltas.n >= DIFF_ENTRIES_MAX || d->texts.len >= DIFF_TEXT_MAX) {
		d->loss.too_many = true;
		return 0;
	}
	str_add(&d->texts, d->path.buf, d->path.len);
	str_add(&d->texts, e->name, e->name_len);
	x.path_len = (uint32_t)(d->texts.len - x.path);
	if (new) {
		x.mode = new->mode;
		memcpy(x.oid, new->oid, QUARRY_OID_SIZE);
	}
	if (old) {
		x.old_mode = old->mode;
		memcpy(x.old_oid, old->oid, QUARRY_OID_SIZE);
	}
	return d->texts.oom ? -1 : vec_push(&d->deltas, x);
}

static int walk(struct diff *d, const unsigned char *old_oid, const unsigned char *new_oid,
		unsigned depth, struct quarry_error *err);

/* What lies below a folder that is on one side, or differs. */
static int enter(struct diff *d, const struct tree_entry *old, const struct tree_entry *new,
		 unsigned depth, struct quarry_error *err)
{
	const struct tree_entry *e = new ? new : old;
	size_t mark = d->path.len;
	int rc;

	str_add(&d->path, e->name, e->name_len);
	str_addc(&d->path, '/');
	rc = d->path.oom ? quarry_error_nomem(err)
			 : walk(d, old ? old->oid : NULL, new ? new->oid : NULL, depth + 1, err);
	if (!d->path.oom) {
		d->path.len = mark;
		d->path.buf[mark] = '\0';
	}
	return rc;
}

static bool is_too_long(struct diff *d, const struct tree_entry *e)
{
	if (e->name_len <= DIFF_NAME_MAX && d->path.len + e->name_len <= DIFF_PATH_MAX)
		return false;
	d->loss.long_names++;
	return true;
}

/* An entry that is on one side only; all that is below a tree, one by one. */
static int one_side(struct diff *d, const struct tree_entry *old, const struct tree_entry *new,
		    unsigned depth, struct quarry_error *err)
{
	const struct tree_entry *e = new ? new : old;

	if (is_too_long(d, e))
		return 0;
	if (mode_is_tree(e->mode))
		return enter(d, old, new, depth, err);
	return emit(d, new ? 'A' : 'D', old, new) < 0 ? quarry_error_nomem(err) : 0;
}

/* The same name on both sides, either both trees or both something else. */
static int both_sides(struct diff *d, const struct tree_entry *a, const struct tree_entry *b,
		      unsigned depth, struct quarry_error *err)
{
	bool same = memcmp(a->oid, b->oid, QUARRY_OID_SIZE) == 0;
	char status = (a->mode & MODE_TYPE) == (b->mode & MODE_TYPE) ? 'M' : 'T';

	if ((same && a->mode == b->mode) || is_too_long(d, b))
		return 0;
	if (mode_is_tree(b->mode))
		return enter(d, a, b, depth, err);
	return emit(d, status, a, b) < 0 ? quarry_error_nomem(err) : 0;
}

/* How many bytes of two buffers are equal from the beginning. */
static size_t common_prefix(const char *a, const char *b, size_t len)
{
	size_t n = 0;

	while (len - n >= sizeof(uint64_t)) {
		uint64_t x, y;

		memcpy(&x, a + n, sizeof(x));
		memcpy(&y, b + n, sizeof(y));
		if (x != y)
			break;
		n += sizeof(x);
	}
	while (n < len && a[n] == b[n])
		n++;
	return n;
}

/* Both at the beginning of an entry: move them behind the entries that are equal. */
static void skip_equal(struct tree_cursor *old, struct tree_cursor *new)
{
	size_t a = (size_t)(old->end - old->p), b = (size_t)(new->end - new->p);
	size_t same = common_prefix(old->p, new->p, a < b ? a : b);
	const char *start = old->p, *limit = start + same;
	struct tree_cursor probe = *old;
	struct tree_entry e;

	if (a == b && same == a) {
		old->p = old->end;
		new->p = new->end;
		return;
	}
	while (probe.p < limit && tree_next(&e, &probe) && probe.p <= limit)
		old->p = probe.p;
	new->p += old->p - start;
}

/* The merge-walk itself: the entry that sorts first is on its side only. */
static int merge(struct diff *d, struct tree_cursor *old, struct tree_cursor *new,
		 unsigned depth, struct quarry_error *err)
{
	struct tree_entry a, b;
	bool has_a, has_b;
	int rc = 0;

	skip_equal(old, new);
	has_a = tree_next(&a, old);
	has_b = tree_next(&b, new);
	/* Behind what is broken the other side has no partner: it would invent touches. */
	while (!rc && (has_a || has_b) && !old->broken && !new->broken && !d->loss.too_many) {
		int order = !has_a ? 1 : !has_b ? -1 : tree_entry_order(&a, &b);

		if (order == 0)
			rc = both_sides(d, &a, &b, depth, err);
		else if (order < 0)
			rc = one_side(d, &a, NULL, depth, err);
		else
			rc = one_side(d, NULL, &b, depth, err);
		if (order == 0)
			skip_equal(old, new);
		if (order <= 0)
			has_a = tree_next(&a, old);
		if (order >= 0)
			has_b = tree_next(&b, new);
	}
	d->loss.damaged += old->broken + new->broken;
	return rc;
}

/* Read a tree; one that is not there counts and reads as empty. */
static int read_tree(struct odb_object *out, struct diff *d, const unsigned char *oid,
		     struct quarry_error *err)
{
	struct quarry_oid id;
	int rc;

	*out = (struct odb_object){ .data = "" };
	if (!oid)
		return 0;
	memcpy(id.id, oid, QUARRY_OID_SIZE);
	rc = odb_read(out, d->reader, &id, ODB_TREE, /* err= */ NULL);
	if (rc == QUARRY_ENOMEM)
		return quarry_error_nomem(err);
	d->loss.missing += rc == QUARRY_ENOTFOUND;
	d->loss.damaged += rc == QUARRY_EFAIL;
	return 0;
}

static int compare(struct diff *d, const unsigned char *old_oid, const unsigned char *new_oid,
		   unsigned depth, struct quarry_error *err)
{
	struct odb_object old = { 0 }, new = { 0 };
	struct tree_cursor a, b;
	int64_t lost = d->loss.missing + d->loss.damaged;
	int rc;

	rc = read_tree(&old, d, old_oid, err);
	if (!rc)
		rc = read_tree(&new, d, new_oid, err);
	/* Half a comparison would invent touches: without one side there are none. */
	if (!rc && d->loss.missing + d->loss.damaged == lost) {
		a = (struct tree_cursor){ old.data, old.data + old.len, false };
		b = (struct tree_cursor){ new.data, new.data + new.len, false };
		rc = merge(d, &a, &b, depth, err);
	}
	odb_object_release(&new);
	odb_object_release(&old);
	return rc;
}

static int walk(struct diff *d, const unsigned char *old_oid, const unsigned char *new_oid,
		unsigned depth, struct quarry_error *err)
{
	if (depth > DIFF_DEPTH_MAX) {
		d->loss.deep++;
		return 0;
	}
	if (d->n_trees++ >= DIFF_TREES_MAX) {
		d->loss.too_many = true;
		return 0;
	}
	return compare(d, old_oid, new_oid, depth, err);
}

int diff_trees(struct diff *d, const struct quarry_oid *old_tree,
	       const struct quarry_oid *new_tree, struct quarry_error *err)
{
	int rc;

	d->deltas.n = 0;
	d->n_trees = 0;
	d->loss = (struct diff_loss){ 0 };
	str_clear(&d->path);
	str_clear(&d->texts);
	if (old_tree && new_tree && memcmp(old_tree->id, new_tree->id, QUARRY_OID_SIZE) == 0)
		return 0;
	str_add(&d->path, "", 0);
	if (d->path.oom)
		return quarry_error_nomem(err);
	rc = walk(d, old_tree ? old_tree->id : NULL, new_tree ? new_tree->id : NULL, 0, err);
	if (d->loss.too_many)
		d->deltas.n = 0;
	return rc;
}
