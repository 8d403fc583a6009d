#include "mine/walk.h"

#include <stdlib.h>
#include <string.h>

#include "mine/window.h"
#include "util/banned.h"
#include "util/file.h"

#define SHALLOW_FILE_MAX (64u << 20)
#define PROGRESS_EVERY 1024

static struct oid_array node_ids(const struct walk *w)
{
	return (struct oid_array){ w->nodes.at, sizeof(*w->nodes.at) };
}

static struct oid_array shallow_ids(const struct walk *w)
{
	return (struct oid_array){ w->shallow_ids.at, sizeof(*w->shallow_ids.at) };
}

static struct oid_array known_ids(const struct walk *w)
{
	const struct quarry_known *k = w->options->known;

	return (struct oid_array){ k ? k->commits : NULL, sizeof(struct quarry_known_commit) };
}

void walk_release(struct walk *w)
{
	oidmap_release(&w->index);
	oidmap_release(&w->shallow);
	oidmap_release(&w->known);
	vec_release(&w->nodes);
	vec_release(&w->open);
	vec_release(&w->shallow_ids);
	vec_release(&w->entries);
}

static int add_shallow(struct walk *w, const char *text, struct quarry_error *err)
{
	const char *lf;

	for (const char *line = text; *line; line = *lf ? lf + 1 : lf) {
		struct quarry_oid oid;

		lf = strchrnul(line, '\n');
		if (!commit_read_oid(&oid, line, (size_t)(lf - line)) ||
		    oidmap_find(&w->shallow, shallow_ids(w), &oid) != OIDMAP_NONE)
			continue;
		if (vec_push(&w->shallow_ids, oid) < 0 ||
		    oidmap_add(&w->shallow, shallow_ids(w), (uint32_t)w->shallow_ids.n - 1) < 0)
			return quarry_error_nomem(err);
	}
	w->flags[QUARRY_FLAG_SHALLOW] = (int64_t)w->shallow_ids.n;
	return 0;
}

static int read_shallow(struct walk *w, const char *gitdir, struct quarry_error *err)
{
	char *path = str_dupf("%s/shallow", gitdir), *text = NULL;
	struct quarry_error cause = QUARRY_ERROR_INIT;
	size_t len;
	int rc;

	if (!path)
		return quarry_error_nomem(err);
	rc = file_read(&text, &len, path, SHALLOW_FILE_MAX, &cause);
	if (rc == QUARRY_ENOTFOUND)
		rc = 0; /* the usual case: nothing is cut off */
	else if (rc)
		rc = quarry_error_set(err, rc, "%s", cause.text);
	else
		rc = add_shallow(w, text, err);
	free(text);
	free(path);
	return rc;
}

static int index_known(struct walk *w, struct quarry_error *err)
{
	const struct quarry_known *k = w->options->known;

	for (size_t i = 0; k && i < k->n_commits; i++)
		if (oidmap_add(&w->known, known_ids(w), (uint32_t)i) < 0)
			return quarry_error_nomem(err);
	return 0;
}

int walk_init(struct walk *w, const char *gitdir, const struct quarry_mine_options *options,
	      struct odb_reader *reader, int64_t *flags, struct quarry_error *err)
{
	int rc;

	*w = (struct walk){ .options = options, .reader = reader, .flags = flags,
			    .next = OIDMAP_NONE, .landed_known = OIDMAP_NONE, .landed = true };
	rc = read_shallow(w, gitdir, err);
	return rc ? rc : index_known(w, err);
}

bool walk_is_cut(const struct walk *w, const struct quarry_oid *oid)
{
	return oidmap_find(&w->shallow, shallow_ids(w), oid) != OIDMAP_NONE;
}

/* Where a commit that another one leads to stands: its node, which *fresh says was made
 * now, or its place among the known ones; the other is OIDMAP_NONE. */
static int discover(uint32_t *node, uint32_t *known, bool *fresh, struct walk *w,
		    const struct quarry_oid *oid)
{
	struct walk_node found = { .oid = *oid, .state = WALK_FOUND };

	*fresh = false;
	*node = OIDMAP_NONE;
	*known = oidmap_find(&w->known, known_ids(w), oid);
	if (*known != OIDMAP_NONE)
		return vec_push(&w->entries, *known);
	*node = oidmap_find(&w->index, node_ids(w), oid);
	if (*node != OIDMAP_NONE)
		return 0;
	*fresh = true;
	*node = (uint32_t)w->nodes.n;
	if (vec_push(&w->nodes, found) < 0)
		return -1;
	return oidmap_add(&w->index, node_ids(w), *node);
}

int walk_start(struct walk *w, const struct quarry_oid *tip, struct quarry_error *err)
{
	bool fresh;

	if (discover(&w->next, &w->landed_known, &fresh, w, tip) < 0)
		return quarry_error_nomem(err);
	return 0;
}

/* The other parents wait, the last one on top. */
static int discover_others(struct walk *w, const struct raw_commit *raw)
{
	for (size_t i = 1; i < raw->n_parents; i++) {
		struct quarry_oid parent = commit_parent(raw, i);
		uint32_t node, known;
		bool fresh;

		if (discover(&node, &known, &fresh, w, &parent) < 0 ||
		    (fresh && vec_push(&w->open, node) < 0))
			return -1;
	}
	return 0;
}

/* The first parent is next, unless it has been read. */
static int discover_first(struct walk *w, const struct raw_commit *raw)
{
	struct quarry_oid parent;
	uint32_t known;
	bool fresh;

	w->next = OIDMAP_NONE;
	if (!raw->n_parents)
		return 0;
	parent = commit_parent(raw, 0);
	if (discover(&w->next, &known, &fresh, w, &parent) < 0)
		return -1;
	if (w->landed)
		w->landed_known = known;
	if (w->next != OIDMAP_NONE && w->nodes.at[w->next].state != WALK_FOUND)
		w->next = OIDMAP_NONE;
	return 0;
}

static struct job job_of(const struct walk *w, const struct raw_commit *raw)
{
	struct job job = { .tree = raw->tree, .flags = JOB_TREE };

	if (raw->n_parents < 2 && window_has_raw(w->options, raw))
		job.flags |= JOB_WANTED;
	if (raw->n_parents) {
		job.parent = commit_parent(raw, 0);
		job.flags |= JOB_PARENT;
	}
	return job;
}

static int add(struct walk *w, struct facts *facts, uint32_t number, const struct odb_object *object,
	       struct raw_commit *raw, struct quarry_error *err)
{
	struct walk_node *node = &w->nodes.at[number];
	struct quarry_oid oid = node->oid;
	struct job job;

	if (walk_is_cut(w, &oid))
		raw->n_parents = 0; /* git reads it as a root, too */
	node->state = WALK_READ;
	node->tree = raw->tree;
	job = job_of(w, raw);
	if (facts_add_commit(facts, &oid, raw, &job) < 0 || discover_others(w, raw) < 0 ||
	    discover_first(w, raw) < 0)
		return quarry_error_nomem(err);
	if (w->landed)
		facts->commits.at[facts->commits.n - 1].flags |= QUARRY_COMMIT_LANDED;
	if (object->len < object->total)
		facts->commits.at[facts->commits.n - 1].flags |= QUARRY_COMMIT_CUT;
	if (w->next == OIDMAP_NONE)
		w->landed = false; /* what is read now is reached by another parent */
	return 1;
}

/* The tip itself, which is the first node, must be there. */
static int lose(struct walk *w, uint32_t number, enum quarry_flag flag, struct quarry_error *err)
{
	if (number == 0)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot read the commit at the tip: it %s",
					flag == QUARRY_FLAG_MISSING_COMMITS ? "is not there" : "is damaged");
	w->nodes.at[number].state = WALK_LOST;
	w->flags[flag]++;
	w->next = OIDMAP_NONE;
	w->landed = false;
	return 0;
}

/* 1: added; 0: it is lost. */
static int read_node(struct walk *w, struct facts *facts, uint32_t number, struct quarry_error *err)
{
	struct quarry_oid oid = w->nodes.at[number].oid;
	struct odb_object object;
	struct raw_commit raw;
	int rc = odb_read(&object, w->reader, &oid, ODB_COMMIT, /* err= */ NULL);

	if (rc == QUARRY_ENOMEM)
		return quarry_error_nomem(err);
	if (rc)
		return lose(w, number, rc == QUARRY_ENOTFOUND ? QUARRY_FLAG_MISSING_COMMITS
							      : QUARRY_FLAG_DAMAGED_COMMITS, err);
	if (commit_parse(&raw, object.data, object.len))
		rc = add(w, facts, number, &object, &raw, err);
	else
		rc = lose(w, number, QUARRY_FLAG_DAMAGED_COMMITS, err);
	odb_object_release(&object);
	return rc;
}

static int check_stop(const struct walk *w, struct quarry_error *err)
{
	const struct quarry_mine_options *o = w->options;

	if (w->n_read % PROGRESS_EVERY)
		return 0;
	if (o->progress)
		o->progress(o->payload, (int64_t)w->n_read);
	if (o->stop && atomic_load(o->stop))
		return quarry_error_set(err, QUARRY_EINTR, "interrupted");
	return 0;
}

int walk_step(struct walk *w, struct facts *facts, struct quarry_error *err)
{
	int rc = 0;

	while (!rc) {
		uint32_t number = w->next;

		if (number == OIDMAP_NONE) {
			if (!w->open.n)
				return 0;
			number = w->open.at[--w->open.n];
			if (w->nodes.at[number].state != WALK_FOUND)
				continue;
		}
		rc = check_stop(w, err);
		if (!rc)
			rc = read_node(w, facts, number, err);
		w->n_read += rc > 0;
	}
	return rc;
}

bool walk_goes_on(const struct walk *w)
{
	return w->next != OIDMAP_NONE;
}

void walk_complete(const struct walk *w, struct facts *facts)
{
	for (size_t i = 0; i < facts->jobs.n; i++) {
		struct job *job = &facts->jobs.at[i];
		uint32_t parent;

		if ((job->flags & (JOB_WANTED | JOB_PARENT)) != (JOB_WANTED | JOB_PARENT))
			continue;
		parent = oidmap_find(&w->index, node_ids(w), &job->parent);
		if (parent != OIDMAP_NONE && w->nodes.at[parent].state == WALK_LOST)
			job->flags |= JOB_LOST;
		if (parent == OIDMAP_NONE || w->nodes.at[parent].state != WALK_READ)
			continue;
		job->old_tree = w->nodes.at[parent].tree;
		job->flags |= JOB_OLD_TREE;
	}
}
