/*
 * Files: touches, distinct files and lines of counted commits, raw and robust
 * (metrics.md 6).
 *
 * Robust leaves out root commits, bulk commits, and paths of class lock, generated
 * or vendored.  Distinct files keep their identity over exact renames within the
 * quarter: paths are joined by union-find, and the sets are counted.  A robust file
 * is a set with a robust touch: the renames that robust leaves out still say that two
 * paths are one file, else there could be more robust files than raw ones.
 *
 * Where touches of a quarter were not read, or lines of one not counted, the sums are
 * of what there is, and the quarter is marked: nobody may see them.
 */
#include <stdlib.h>
#include <string.h>

#include "aggregate/figures.h"
#include "quarry/history.h"
#include "util/banned.h"
#include "util/map.h"

#define BULK_LINES 50000 /* a commit that adds and deletes more is bulk, for lines alone */

struct node {
	uint32_t parent; /* union-find; a root is its own parent */
	bool robust;     /* of a root: the set has a robust touch */
};

/* The distinct files of one repository and quarter. */
struct fileset {
	struct map index; /* path to its node */
	VEC(struct node) nodes;
};

struct files {
	struct figures *f;
	struct map robust_out; /* paths that robust leaves out */
	struct map members;    /* repo.repo to member */
	struct db_stmt *touches;
	struct fileset set;
};

static void fileset_clear(struct fileset *s)
{
	map_release(&s->index);
	s->nodes.n = 0;
}

static int64_t fileset_node(struct fileset *s, int64_t path)
{
	int64_t *at = map_at(&s->index, &path, sizeof(path), -1);

	if (!at)
		return -1;
	if (*at < 0) {
		*at = (int64_t)s->nodes.n;
		if (vec_push(&s->nodes, ((struct node){ (uint32_t)*at, false })) < 0)
			return -1;
	}
	return *at;
}

static uint32_t fileset_root(struct fileset *s, uint32_t node)
{
	while (s->nodes.at[node].parent != node) {
		s->nodes.at[node].parent = s->nodes.at[s->nodes.at[node].parent].parent;
		node = s->nodes.at[node].parent;
	}
	return node;
}

/* Add a touch of a path, and its old name (-1: none) as the same file. */
static int fileset_add(struct fileset *s, int64_t path, int64_t old_path, bool robust)
{
	int64_t a = fileset_node(s, path), b = old_path < 0 ? a : fileset_node(s, old_path);
	uint32_t x, y;

	if (a < 0 || b < 0)
		return -1;
	x = fileset_root(s, (uint32_t)a);
	y = fileset_root(s, (uint32_t)b);
	s->nodes.at[y].robust |= s->nodes.at[x].robust || robust;
	s->nodes.at[x].parent = y;
	return 0;
}

static void fileset_count(const struct fileset *s, struct repo_quarter *q)
{
	for (size_t i = 0; i < s->nodes.n; i++)
		if (s->nodes.at[i].parent == i) {
			q->distinct_raw++;
			q->distinct += s->nodes.at[i].robust;
		}
}

/* Lines that a touch adds and deletes; -1: not counted. */
static int64_t lines_of(struct db_stmt *touch)
{
	int64_t added = db_int(touch, 2), deleted = db_int(touch, 3);

	if (db_is_null(touch, 2) || db_is_null(touch, 3))
		return -1;
	if (added == QUARRY_LINES_BINARY)
		return 0;
	return added < 0 || deleted < 0 ? -1 : added + deleted;
}

/* What one commit changed. */
struct sums {
	uint32_t touches, touches_robust;
	int64_t lines, lines_robust;
};

static void add_sums(struct repo_quarter *q, const struct sums *s, bool bulk)
{
	q->touches_raw += s->touches;
	q->lines_raw += s->lines;
	figures_keep_top5(q->top5, s->touches);
	if (bulk)
		return;
	q->touches += s->touches_robust;
	if (s->lines <= BULK_LINES)
		q->lines += s->lines_robust;
}

/* @param bulk  robust leaves the commit out */
static int add_touches(struct files *x, struct repo_quarter *q, int64_t commit, bool bulk,
		       struct quarry_error *err)
{
	struct sums s = { 0 };
	int rc;

	db_bind_int(x->touches, 1, commit);
	while ((rc = db_step(x->touches, err)) > 0) {
		int64_t path = db_int(x->touches, 0);
		int64_t old = db_is_null(x->touches, 1) ? -1 : db_int(x->touches, 1);
		int64_t lines = lines_of(x->touches);
		bool robust = !map_find(&x->robust_out, &path, sizeof(path));

		s.touches++;
		s.touches_robust += robust;
		if (lines < 0) {
			q->uncounted = true;
		} else {
			s.lines += lines;
			s.lines_robust += robust ? lines : 0;
		}
		if (fileset_add(&x->set, path, old, robust && !bulk) < 0) {
			db_reset(x->touches);
			return quarry_error_nomem(err);
		}
	}
	add_sums(q, &s, bulk);
	return rc;
}

static int load_robust_out(struct files *x, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, x->f->d->db,
			    "SELECT path FROM path_class WHERE class IN ('lock', 'generated', 'vendored')",
			    err);

	while (!rc && (rc = db_step(st, err)) > 0) {
		int64_t path = db_int(st, 0);

		rc = map_at(&x->robust_out, &path, sizeof(path), 1) ? 0 : quarry_error_nomem(err);
	}
	db_finish(st);
	return rc;
}

static void close_quarter(struct files *x, struct repo_quarter *q)
{
	if (q)
		fileset_count(&x->set, q);
	fileset_clear(&x->set);
}

/*
 * Before `since` some touches may have been read, too, of commits whose two times lie on
 * either side of it: a part of a quarter is no figure of it.
 */
static void mark_unread(struct figures *f)
{
	for (size_t i = 0; i < f->d->n_members; i++)
		for (int32_t q = f->d->lo; q <= f->d->hi && q < f->d->repos.at[i].since; q++) {
			struct repo_quarter *r = figures_repo(f, i, q);

			r->unread = r->kinds[KIND_COUNTED] > 0;
		}
}

/* Go through the counted commits of lo..hi, a repository and quarter at a time. */
static int read_commits(struct files *x, struct quarry_error *err)
{
	struct quarry_derive *d = x->f->d;
	struct repo_quarter *current = NULL;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, d->db,
			    "SELECT k.repo, k.quarter, k.commit_id, c.n_touches, c.flags"
			    " FROM commit_kind k JOIN commits c USING (commit_id)"
			    " WHERE k.kind = 0 AND k.quarter BETWEEN ?1 AND ?2"
			    " ORDER BY k.repo, k.quarter", err);

	if (rc)
		return rc;
	db_bind_int(st, 1, d->lo);
	db_bind_int(st, 2, d->hi);
	while ((rc = db_step(st, err)) > 0) {
		int64_t id = db_int(st, 0), n = db_int(st, 3);
		int64_t *member = map_find(&x->members, &id, sizeof(id));
		struct repo_quarter *q = figures_repo(x->f, (size_t)*member, (int32_t)db_int(st, 1));
		bool bulk = (db_int(st, 4) & QUARRY_COMMIT_ROOT) || n > d->universe->bulk_paths;

		if (q != current)
			close_quarter(x, current);
		current = q;
		q->unread = q->unread || db_is_null(st, 3);
		if (q->unread)
			continue;
		rc = add_touches(x, q, db_int(st, 2), bulk, err);
		if (rc)
			break;
	}
	close_quarter(x, current);
	db_finish(st);
	return rc;
}

int figures_files(struct figures *f, struct quarry_error *err)
{
	struct files x = { .f = f, .robust_out = MAP_INIT, .members = MAP_INIT,
			   .set = { .index = MAP_INIT } };
	int rc = load_robust_out(&x, err);

	mark_unread(f);
	for (size_t i = 0; !rc && i < f->d->n_members; i++)
		if (!map_at(&x.members, &f->d->repos.at[i].id, sizeof(int64_t), (int64_t)i))
			rc = quarry_error_nomem(err);
	if (!rc)
		rc = db_prepare(&x.touches, f->d->db,
				"SELECT path, old_path, added, deleted FROM touch WHERE commit_id = ?1", err);
	if (!rc)
		rc = read_commits(&x, err);
	db_finish(x.touches);
	map_release(&x.robust_out);
	map_release(&x.members);
	map_release(&x.set.index);
	vec_release(&x.set.nodes);
	return rc;
}
