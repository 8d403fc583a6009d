#include "mine/refs.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "mine/commit.h"
#include "util/banned.h"
#include "util/str.h"

static const char *cause(void)
{
	const git_error *e = git_error_last();

	return e && e->message ? e->message : "unknown cause";
}

static int refs_failed(const char *gitdir, struct quarry_error *err)
{
	return quarry_error_set(err, QUARRY_EFAIL, "cannot read the references of '%s': %s", gitdir,
				cause());
}

int odb_count_replacements(int64_t *out, struct odb *odb, struct quarry_error *err)
{
	git_reference_iterator *refs = NULL;
	const char *name;
	int64_t n = 0;
	int rc = git_reference_iterator_glob_new(&refs, odb_repository(odb), "refs/replace/*");

	while (rc == 0 && (rc = git_reference_next_name(&name, refs)) == 0)
		n++;
	if (rc == GIT_ITEROVER) {
		*out = n;
		rc = 0;
	} else {
		rc = refs_failed(odb_gitdir(odb), err);
	}
	git_reference_iterator_free(refs);
	return rc;
}

/* Seconds of the first line of an object that begins with `key`; -1: there is none. */
static int64_t time_of(const struct odb_object *object, const char *key)
{
	const char *p = object->data, *end = p + object->len, *eol;
	size_t n = strlen(key);
	struct ident ident;

	for (; p < end && *p != '\n'; p = eol < end ? eol + 1 : end) {
		eol = memchr(p, '\n', (size_t)(end - p));
		if (!eol)
			eol = end;
		if ((size_t)(eol - p) > n && memcmp(p, key, n) == 0 &&
		    ident_split(&ident, p + n, (size_t)(eol - p) - n) && ident.has_time)
			return ident.time_s;
	}
	return -1;
}

/* What "object <id>" of a tag object names; false: it names nothing. */
static bool target_of(struct quarry_oid *out, const struct odb_object *tag)
{
	return tag->len >= 7 + 2 * QUARRY_OID_SIZE && memcmp(tag->data, "object ", 7) == 0 &&
	       commit_read_oid(out, tag->data + 7, 2 * QUARRY_OID_SIZE);
}

/* A commit: its time is the tag's, unless that has one. 1: it is; 0: it is none that can be read. */
static int read_commit(struct odb_tag *out, struct odb_reader *r, const struct quarry_oid *id)
{
	struct odb_object object;
	int rc = odb_read(&object, r, id, ODB_COMMIT, /* err= */ NULL);

	if (rc)
		return rc == QUARRY_ENOMEM ? rc : 0;
	if (out->tagged_s < 0)
		out->tagged_s = time_of(&object, "committer ");
	out->commit = *id;
	odb_object_release(&object);
	return 1;
}

/* A tag object: *id becomes what it names. 1: it is one; 0: it is none that can be read. */
static int read_tag(struct odb_tag *out, struct odb_reader *r, struct quarry_oid *id)
{
	struct odb_object object;
	int rc = odb_read(&object, r, id, ODB_TAG, /* err= */ NULL);
	bool leads;

	if (rc)
		return rc == QUARRY_ENOMEM ? rc : 0;
	if (out->tagged_s < 0)
		out->tagged_s = time_of(&object, "tagger ");
	leads = target_of(id, &object);
	odb_object_release(&object);
	return leads;
}

#define TAGS_OF_TAGS_MAX 16

/* Follow tags of tags to a commit; the first tagger's time counts. 1: found; 0: it leads
 * to something else, or to nothing that is there. */
static int peel(struct odb_tag *out, struct odb_reader *r, struct quarry_oid id)
{
	int rc = 1;

	out->tagged_s = -1;
	for (int i = 0; rc == 1 && i < TAGS_OF_TAGS_MAX; i++) {
		int found = read_commit(out, r, &id);

		if (found)
			return found;
		rc = read_tag(out, r, &id);
	}
	return rc < 0 ? rc : 0;
}

static int tell_tag(git_repository *repo, struct odb_reader *r, const char *name,
		    int (*fn)(void *payload, const struct odb_tag *tag), void *payload)
{
	struct odb_tag tag = { .name = name };
	char *full = str_dupf("refs/tags/%s", name);
	struct quarry_oid id;
	git_oid target;
	int rc;

	if (!full)
		return QUARRY_ENOMEM;
	rc = git_reference_name_to_id(&target, repo, full);
	free(full);
	if (rc < 0)
		return 0;
	memcpy(id.id, target.id, QUARRY_OID_SIZE);
	rc = peel(&tag, r, id);
	return rc == 1 ? fn(payload, &tag) : rc;
}

int odb_each_tag(struct odb *odb, struct odb_reader *reader,
		 int (*fn)(void *payload, const struct odb_tag *tag), void *payload,
		 struct quarry_error *err)
{
	git_repository *repo = odb_repository(odb);
	git_strarray names = { 0 };
	int rc = git_tag_list(&names, repo) < 0 ? refs_failed(odb_gitdir(odb), err) : 0;

	for (size_t i = 0; !rc && i < names.count; i++) {
		rc = tell_tag(repo, reader, names.strings[i], fn, payload);
		if (rc == QUARRY_ENOMEM)
			(void)quarry_error_nomem(err);
	}
	git_strarray_dispose(&names);
	return rc;
}
