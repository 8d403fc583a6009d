#include "mine/tip.h"

#include <stdlib.h>
#include <string.h>

#include "mine/refs.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/tip_name.h"

#define MAILMAP_MAX (8u << 20)
#define TEXT_MAX (64u << 10)
#define TEXTS_MAX 64 /* of one tip: there are some twenty manifests */
#define LIST_MAX (16u << 20)

static struct arena *arena_of(const struct quarry_history *h)
{
	return &facts_piece(h)->arena;
}

/* A tree that is missing at the tip is missing in the commits that lead there: it was
 * counted, unless none of those was looked at. */
static void note_loss(struct quarry_history *h, const struct diff_loss *l)
{
	const struct { enum quarry_flag flag; int64_t n; } losses[] = {
		{ QUARRY_FLAG_MISSING_TREES, l->missing }, { QUARRY_FLAG_DAMAGED_TREES, l->damaged },
		{ QUARRY_FLAG_DEEP_TREES, l->deep }, { QUARRY_FLAG_LONG_NAMES, l->long_names },
		{ QUARRY_FLAG_MANY_ENTRIES, l->too_many },
	};

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (!h->flags[losses[i].flag])
			h->flags[losses[i].flag] = losses[i].n;
}

/* The files of the tip are what a comparison with the empty tree adds. */
static int list_files(struct quarry_history *h, struct toucher *t, const struct quarry_oid *tree,
		      struct quarry_error *err)
{
	const struct diff *d = &t->diff;
	int rc = diff_trees(&t->diff, NULL, tree, err);

	if (rc)
		return rc;
	note_loss(h, &d->loss);
	h->tip_paths = calloc(d->deltas.n + 1, sizeof(*h->tip_paths));
	if (!h->tip_paths)
		return quarry_error_nomem(err);
	for (size_t i = 0; i < d->deltas.n; i++) {
		const struct delta *x = &d->deltas.at[i];
		const char *name = arena_copy(arena_of(h), diff_path(d, x), x->path_len);

		if (!name)
			return quarry_error_nomem(err);
		h->tip_paths[h->n_tip_paths++] = (struct quarry_path){ name, x->path_len };
	}
	h->files_at_tip = (int64_t)h->n_tip_paths;
	return 0;
}

/* The blob, cut at `max`, into the arena; *out stays NULL where it is not there. */
static int copy_blob(const char **out, size_t *len, struct quarry_history *h, struct odb_reader *r,
		     const unsigned char *oid, size_t max, struct quarry_error *err)
{
	struct odb_object blob;
	struct quarry_oid id;
	int rc;

	memcpy(id.id, oid, QUARRY_OID_SIZE);
	rc = odb_read(&blob, r, &id, ODB_BLOB, /* err= */ NULL);
	if (rc)
		return rc == QUARRY_ENOMEM ? quarry_error_nomem(err) : 0;
	*len = blob.len < max ? blob.len : max;
	*out = arena_copy(arena_of(h), blob.data, *len);
	odb_object_release(&blob);
	return *out ? 0 : quarry_error_nomem(err);
}

static int keep_mailmap(struct quarry_history *h, struct odb_reader *r, const unsigned char *oid,
			struct quarry_error *err)
{
	int rc = copy_blob(&h->mailmap, &h->mailmap_len, h, r, oid, MAILMAP_MAX, err);

	h->mailmap_missing = !h->mailmap; /* a blobless clone: said in the data quality */
	return rc;
}

static int keep_text(struct quarry_history *h, struct odb_reader *r, const char *name,
		     const unsigned char *oid, struct quarry_error *err)
{
	struct quarry_tip_text text = { .path = name, .path_len = strlen(name) };
	int rc;

	if (h->n_tip_texts == TEXTS_MAX)
		return 0;
	if (!h->tip_texts && !(h->tip_texts = calloc(TEXTS_MAX, sizeof(*h->tip_texts))))
		return quarry_error_nomem(err);
	rc = copy_blob(&text.text, &text.len, h, r, oid, TEXT_MAX, err);
	if (!rc)
		h->tip_texts[h->n_tip_texts++] = text;
	return rc;
}

static int keep_root_file(struct quarry_history *h, struct odb_reader *r,
			  const struct tree_entry *e, struct quarry_error *err)
{
	const char *name;

	if ((e->mode & MODE_TYPE) != 0100000)
		return 0;
	name = arena_copy(arena_of(h), e->name, e->name_len);
	if (!name)
		return quarry_error_nomem(err);
	if (strcmp(name, ".mailmap") == 0)
		return keep_mailmap(h, r, e->oid, err);
	return tip_name_tells(name) ? keep_text(h, r, name, e->oid, err) : 0;
}

/* Files of the root: .mailmap, as `git log` reads HEAD:.mailmap, README, manifests. */
static int read_root(struct quarry_history *h, struct odb_reader *r, const struct quarry_oid *tree,
		     struct quarry_error *err)
{
	struct odb_object root;
	struct tree_cursor cursor;
	struct tree_entry e;
	int rc = odb_read(&root, r, tree, ODB_TREE, /* err= */ NULL);

	if (rc)
		return rc == QUARRY_ENOMEM ? quarry_error_nomem(err) : 0; /* listing the files has counted it */
	cursor = (struct tree_cursor){ root.data, root.data + root.len, false };
	while (!rc && tree_next(&e, &cursor))
		rc = keep_root_file(h, r, &e, err);
	odb_object_release(&root);
	return rc;
}

struct releases {
	struct quarry_history *h;
	VEC(struct quarry_release) list;
};

static int add_release(void *payload, const struct odb_tag *tag)
{
	struct releases *r = payload;
	struct quarry_release release = { .name_len = strlen(tag->name), .commit = tag->commit,
					  .tagged_s = tag->tagged_s };

	release.name = arena_copy(arena_of(r->h), tag->name, release.name_len);
	if (!release.name || vec_push(&r->list, release) < 0)
		return QUARRY_ENOMEM;
	return 0;
}

static int read_releases(struct quarry_history *h, struct odb_reader *reader, struct odb *odb,
			 struct quarry_error *err)
{
	struct releases r = { .h = h };
	int rc = quarry_mine_tags(&h->tags, odb_gitdir(odb), err);

	if (!rc)
		rc = odb_each_tag(odb, reader, add_release, &r, err);
	if (rc) {
		vec_release(&r.list);
		return rc == QUARRY_ENOMEM ? quarry_error_nomem(err) : rc;
	}
	h->releases = r.list.at;
	h->n_releases = r.list.n;
	return 0;
}

/* Lines of a file that say something. What is ignored may be unreadable. */
static int count_lines(int64_t *out, const char *gitdir, const char *name,
		       struct quarry_error *err)
{
	char *path = str_dupf("%s/%s", gitdir, name), *text = NULL;
	size_t len;
	int rc;

	if (!path)
		return quarry_error_nomem(err);
	rc = file_read(&text, &len, path, LIST_MAX, /* err= */ NULL);
	for (const char *line = text; rc == 0 && *line; line = strchrnul(line, '\n')) {
		line += *line == '\n';
		*out += *line && *line != '#' && *line != '\n';
	}
	free(text);
	free(path);
	return rc == QUARRY_ENOMEM ? quarry_error_nomem(err) : 0;
}

int tip_read(struct quarry_history *h, struct toucher *t, struct odb *odb,
	     const struct quarry_oid *tree, unsigned mine_flags, struct quarry_error *err)
{
	const char *gitdir = odb_gitdir(odb);
	int rc = tree ? list_files(h, t, tree, err) : 0;

	if (!rc && tree)
		rc = read_root(h, t->reader, tree, err);
	if (!rc && (mine_flags & QUARRY_MINE_RELEASES))
		rc = read_releases(h, t->reader, odb, err);
	if (!rc)
		rc = odb_count_replacements(&h->flags[QUARRY_FLAG_REPLACE_REFS], odb, err);
	if (!rc)
		rc = count_lines(&h->flags[QUARRY_FLAG_GRAFTS], gitdir, "info/grafts", err);
	if (!rc && (mine_flags & QUARRY_MINE_ALTERNATES))
		rc = count_lines(&h->flags[QUARRY_FLAG_ALTERNATES], gitdir,
				 "objects/info/alternates", err);
	return rc;
}
