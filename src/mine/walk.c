#include "mine/walk.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/file.h"

#define SHALLOW_FILE_MAX (64u << 20)
#define PROGRESS_EVERY 1024

void walk_release(struct walk *w)
{
	map_release(&w->index);
	map_release(&w->shallow);
	vec_release(&w->ids);
	vec_release(&w->nodes);
}

static int add_shallow(struct walk *w, char *text, struct quarry_error *err)
{
	for (char *line = text, *lf; *line; line = lf) {
		char commit[5 + 2 * QUARRY_OID_SIZE + 2] = "tree ";
		struct raw_commit raw;
		size_t len;

		lf = strchrnul(line, '\n');
		len = (size_t)(lf - line);
		if (*lf)
			lf++;
		if (len != 2 * QUARRY_OID_SIZE)
			continue;
		/* The commit parser knows how to read an id. */
		memcpy(commit + 5, line, len);
		commit[5 + len] = '\n';
		if (commit_parse(&raw, commit, 6 + len) &&
		    !map_at(&w->shallow, raw.tree.id, QUARRY_OID_SIZE, 1))
			return quarry_error_nomem(err);
	}
	return 0;
}

int walk_read_shallow(struct walk *w, const char *gitdir, struct quarry_error *err)
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

/* The index of a commit, queued for reading when it is new; -1 without memory. */
static int64_t discover(struct walk *w, const struct quarry_oid *oid)
{
	int64_t *at = map_at(&w->index, oid->id, QUARRY_OID_SIZE, -1);

	if (!at)
		return -1;
	if (*at < 0) {
		*at = (int64_t)w->ids.n;
		if (vec_push(&w->ids, *oid) < 0)
			return -1;
	}
	return *at;
}

static int read_commit(struct walk *w, struct facts *facts, struct odb *odb,
		       const struct quarry_oid *oid, struct quarry_error *err)
{
	struct odb_object object;
	struct raw_commit raw;
	struct walk_node node = { .first_parent = SIZE_MAX };
	int rc = odb_read(&object, odb, oid, ODB_COMMIT, err);

	if (rc)
		return rc;
	if (!commit_parse(&raw, object.data, object.len)) {
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read a commit: it names no tree, or a parent "
				      "that is no object id");
		goto done;
	}
	if (map_find(&w->shallow, oid->id, QUARRY_OID_SIZE))
		raw.n_parents = 0; /* git reads it as a root, too */
	node.tree = raw.tree;
	for (size_t i = raw.n_parents; i-- > 0;) {
		struct quarry_oid parent = commit_parent(&raw, i);
		int64_t at = discover(w, &parent);

		if (at < 0) {
			rc = quarry_error_nomem(err);
			goto done;
		}
		node.first_parent = (size_t)at;
	}
	if (facts_add_commit(facts, oid, &raw) < 0 || vec_push(&w->nodes, node) < 0)
		rc = quarry_error_nomem(err);
done:
	odb_object_release(&object);
	return rc;
}

/* Mark the tip, its first parent, that one's first parent, and so on. */
static void mark_landed(struct walk *w, struct facts *facts)
{
	size_t i = 0;

	/* Ids are not verified, so a forged commit may be its own ancestor. */
	while (i != SIZE_MAX && !(facts->commits.at[i].flags & QUARRY_COMMIT_LANDED)) {
		facts->commits.at[i].flags |= QUARRY_COMMIT_LANDED;
		i = w->nodes.at[i].first_parent;
	}
}

static int check_stop(const struct quarry_mine_options *options, size_t n,
		      struct quarry_error *err)
{
	if (!options || n % PROGRESS_EVERY)
		return 0;
	if (options->progress)
		options->progress(options->payload, (int64_t)n);
	if (options->stop && atomic_load(options->stop))
		return quarry_error_set(err, QUARRY_EINTR, "interrupted");
	return 0;
}

int walk_commits(struct walk *w, struct facts *facts, struct odb *odb,
		 const struct quarry_oid *tip, const struct quarry_mine_options *options,
		 struct quarry_error *err)
{
	int rc = 0;

	if (discover(w, tip) < 0)
		return quarry_error_nomem(err);
	/* ids is the queue and the result: a commit found is read in its turn. */
	for (size_t i = 0; !rc && i < w->ids.n; i++) {
		struct quarry_oid oid = w->ids.at[i];

		rc = check_stop(options, i, err);
		if (!rc)
			rc = read_commit(w, facts, odb, &oid, err);
	}
	if (!rc)
		mark_landed(w, facts);
	return rc;
}
