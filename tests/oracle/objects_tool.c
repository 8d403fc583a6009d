/*
 * Read every commit and tree of repositories twice, by our own reader and by libgit2, in
 * the order of their packs and against it, and compare the bytes.
 *
 *	objects-tool REPOSITORY ...      one line each; 1 when some object differs
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <git2.h>

#include "odb/odb.h"
#include "util/vec.h"

struct id {
	struct quarry_oid oid;
	enum odb_type type;
};

struct ids {
	struct id *at;
	size_t n, cap;
	git_odb *db;
};

/* All that libgit2 knows, blobs left out. */
static int add(const git_oid *id, void *payload)
{
	struct ids *ids = payload;
	git_object_t type;
	struct id one;
	size_t len;

	if (git_odb_read_header(&len, &type, ids->db, id) < 0)
		return -1;
	if (type == GIT_OBJECT_BLOB)
		return 0;
	memcpy(one.oid.id, id->id, QUARRY_OID_SIZE);
	one.type = type == GIT_OBJECT_COMMIT ? ODB_COMMIT : type == GIT_OBJECT_TREE ? ODB_TREE : ODB_TAG;
	return vec_push(ids, one);
}

static int list(struct ids *out, const char *gitdir)
{
	git_repository *repo = NULL;
	int rc = git_repository_open_bare(&repo, gitdir);

	if (rc == 0)
		rc = git_repository_odb(&out->db, repo);
	if (rc == 0)
		rc = git_odb_foreach(out->db, add, out);
	git_odb_free(out->db);
	git_repository_free(repo);
	return rc;
}

/* 1: they are equal. */
static int compare(struct odb_reader *own, struct odb_reader *reference, const struct id *id)
{
	struct odb_object a = { 0 }, b = { 0 };
	int rc_a = odb_read(&a, own, &id->oid, id->type, NULL);
	int rc_b = odb_read(&b, reference, &id->oid, id->type, NULL);
	int equal = rc_a == rc_b && a.len == b.len && a.total == b.total &&
		    (!a.len || memcmp(a.data, b.data, a.len) == 0);

	odb_object_release(&a);
	odb_object_release(&b);
	return equal;
}

static int check(const char *gitdir, struct quarry_error *err)
{
	struct odb *odbs[2] = { NULL, NULL };
	struct odb_reader *readers[2] = { NULL, NULL };
	struct ids ids = { 0 };
	size_t wrong = 0;
	int rc = 0;

	for (unsigned i = 0; i < 2 && !rc; i++) {
		rc = odb_open(&odbs[i], gitdir, ODB_ALTERNATES | (i ? ODB_LIBGIT2 : 0), err);
		if (!rc)
			rc = odb_reader_open(&readers[i], odbs[i], err);
	}
	if (!rc && list(&ids, gitdir) < 0)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot list the objects of '%s'", gitdir);
	for (size_t i = 0; !rc && i < ids.n; i++)
		wrong += !compare(readers[0], readers[1], &ids.at[i]);
	for (size_t i = rc ? 0 : ids.n; i-- > 0;)
		wrong += !compare(readers[0], readers[1], &ids.at[i]);
	if (!rc)
		printf("%s: %zu objects, %zu differ\n", gitdir, ids.n, wrong);
	if (!rc && wrong)
		rc = quarry_error_set(err, QUARRY_EFAIL, "'%s' is read otherwise", gitdir);
	vec_release(&ids);
	for (unsigned i = 0; i < 2; i++) {
		odb_reader_close(readers[i]);
		odb_close(odbs[i]);
	}
	return rc;
}

int main(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	int failed = 0;

	if (odb_init(&err)) {
		fprintf(stderr, "objects-tool: %s\n", err.text);
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		if (check(argv[i], &err)) {
			fprintf(stderr, "objects-tool: %s\n", err.text);
			failed = 1;
		}
	}
	odb_shutdown();
	return failed;
}
