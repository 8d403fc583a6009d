#include "odb/folders.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/file.h"
#include "util/hash.h"
#include "util/str.h"
#include "util/banned.h"

enum {
	TEXT_MAX = 1 << 20,
	FOLDERS_MAX = 64, /* in all; each of them may borrow, too */
};

static bool is_known(const struct odb_folders *f, const char *path)
{
	for (size_t i = 0; i < f->list.n; i++) {
		if (strcmp(f->list.at[i], path) == 0)
			return true;
	}
	return false;
}

/* `path` is handed over. */
static int add(struct odb_folders *f, char *path)
{
	char *packs;

	if (!path)
		return QUARRY_ENOMEM;
	if (f->list.n == FOLDERS_MAX || is_known(f, path)) {
		free(path);
		return 0;
	}
	packs = str_dupf("%s/pack", path);
	if (!packs || vec_push(&f->packs, packs)) {
		free(packs);
		free(path);
		return QUARRY_ENOMEM;
	}
	if (vec_push(&f->list, path)) {
		free(path);
		return QUARRY_ENOMEM;
	}
	return 0;
}

/* The folders that `folder` names. */
static int add_alternates(struct odb_folders *f, const char *folder)
{
	char *path = str_dupf("%s/info/alternates", folder), *text = NULL;
	size_t len;
	int rc = path ? file_read(&text, &len, path, TEXT_MAX, NULL) : QUARRY_ENOMEM;

	free(path);
	if (rc == QUARRY_ENOTFOUND)
		return 0;
	for (char *line = text, *next; !rc && line && *line; line = next) {
		size_t end = strcspn(line, "\n");

		next = line + end + !!line[end];
		line[end] = '\0';
		if (!end || *line == '#')
			continue;
		f->n_borrowed++;
		rc = add(f, *line == '/' ? str_dupf("%s", line) : str_dupf("%s/%s", folder, line));
	}
	free(text);
	return rc;
}

int odb_folders_refuse(struct quarry_error *err, const char *gitdir)
{
	return quarry_error_set(err, QUARRY_EFAIL, "'%s' borrows objects of other folders "
				"(objects/info/alternates): pass --alternates to read them", gitdir);
}

int odb_folders_find(struct odb_folders *out, const char *gitdir, bool allowed,
		     struct quarry_error *err)
{
	struct odb_folders f = { 0 };
	int rc = add(&f, str_dupf("%s/objects", gitdir));

	for (size_t i = 0; !rc && i < f.list.n && (allowed || i == 0); i++)
		rc = add_alternates(&f, f.list.at[i]);
	if (rc == QUARRY_ENOMEM)
		(void)quarry_error_nomem(err);
	else if (rc)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read the alternates of '%s'", gitdir);
	else if (f.n_borrowed && !allowed)
		rc = odb_folders_refuse(err, gitdir);
	if (rc)
		odb_folders_release(&f);
	else
		*out = f;
	return rc;
}

void odb_folders_release(struct odb_folders *f)
{
	for (size_t i = 0; i < f->list.n; i++)
		free(f->list.at[i]);
	vec_release(&f->list);
	for (size_t i = 0; i < f->packs.n; i++)
		free(f->packs.at[i]);
	vec_release(&f->packs);
}

uint64_t odb_folders_stamp(const struct odb_folders *f)
{
	uint64_t stamp = 0;

	for (size_t i = 0; i < f->packs.n; i++) {
		struct stat st;

		if (stat(f->packs.at[i], &st) == 0) {
			stamp = hash_bytes(stamp, &st.st_mtim.tv_sec, sizeof(st.st_mtim.tv_sec));
			stamp = hash_bytes(stamp, &st.st_mtim.tv_nsec, sizeof(st.st_mtim.tv_nsec));
		}
	}
	return stamp;
}
