#include "odb/odb.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "odb/folders.h"
#include "util/sha256.h"
#include "util/str.h"
#include "util/vec.h"
#include "util/banned.h"

/* What there is: a line for each file and folder. */
struct listing {
	VEC(char *) lines;
	const char *gitdir;
	bool oom;
};

static void add(struct listing *l, const char *what)
{
	char *path = str_dupf("%s/%s", l->gitdir, what), *line = NULL;
	struct stat st;

	if (!path) {
		l->oom = true;
		return;
	}
	if (stat(path, &st) == 0) {
		/* Of a folder the length says nothing that its time does not. */
		line = str_dupf("%s %lld %lld.%09ld", what,
				S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size,
				(long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
		if (!line || vec_push(&l->lines, line)) {
			free(line);
			l->oom = true;
		}
	}
	free(path);
}

/* Add the entries of a folder that `wanted` says yes to. */
static void add_folder(struct listing *l, const char *folder, bool (*wanted)(const char *name))
{
	char *path = str_dupf("%s/%s", l->gitdir, folder);
	DIR *dir = path ? opendir(path) : NULL;
	struct dirent *e;

	l->oom |= !path || (!dir && errno == ENOMEM);
	while (dir && (e = readdir(dir))) {
		char *what = wanted(e->d_name) ? str_dupf("%s/%s", folder, e->d_name) : NULL;

		if (what)
			add(l, what);
		else
			l->oom |= wanted(e->d_name);
		free(what);
	}
	if (dir)
		(void)closedir(dir);
	free(path);
}

static bool is_no_dot(const char *name)
{
	return name[0] != '.';
}

/* And of the folders in it. */
static void add_subfolders(struct listing *l, const char *folder)
{
	size_t from = l->lines.n;

	add_folder(l, folder, is_no_dot);
	for (size_t i = from, to = l->lines.n; i < to && !l->oom; i++) {
		char *name = str_dupf("%.*s", (int)strcspn(l->lines.at[i], " "), l->lines.at[i]);

		if (name)
			add_folder(l, name, is_no_dot);
		else
			l->oom = true;
		free(name);
	}
}

static bool is_of_a_pack(const char *name)
{
	/* Temporary files come and go while somebody fetches. */
	return strncmp(name, "pack-", 5) == 0;
}

static bool is_loose_folder(const char *name)
{
	return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

static int order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The listing as a number. It is gone afterwards. */
static int digest_of(uint64_t *out, struct listing *l, struct quarry_error *err)
{
	unsigned char digest[SHA256_SIZE];
	struct sha256 h;
	uint64_t n = 0;

	if (l->lines.n)
		qsort(l->lines.at, l->lines.n, sizeof(*l->lines.at), order);
	sha256_init(&h);
	for (size_t i = 0; i < l->lines.n; i++) {
		sha256_add(&h, l->lines.at[i], strlen(l->lines.at[i]) + 1);
		free(l->lines.at[i]);
	}
	vec_release(&l->lines);
	sha256_end(&h, digest);
	for (size_t i = 0; i < sizeof(n); i++)
		n = n << 8 | digest[i];
	if (l->oom)
		return quarry_error_nomem(err);
	*out = n;
	return 0;
}

/* The packs of the folders that objects are borrowed from. */
static void add_borrowed(struct listing *l)
{
	struct odb_folders folders = { 0 };
	char *line;

	int rc = odb_folders_find(&folders, l->gitdir, /* allowed= */ true, /* err= */ NULL);

	l->oom |= rc == QUARRY_ENOMEM;
	if (rc == 0 && folders.list.n > 1) {
		line = str_dupf("borrowed %llx", (unsigned long long)odb_folders_stamp(&folders));
		if (!line || vec_push(&l->lines, line)) {
			free(line);
			l->oom = true;
		}
	}
	odb_folders_release(&folders);
}

int odb_state(uint64_t *out, const char *gitdir, struct quarry_error *err)
{
	struct listing l = { .gitdir = gitdir };

	add_folder(&l, "objects/pack", is_of_a_pack);
	add_folder(&l, "objects", is_loose_folder);
	add(&l, "objects/info/alternates");
	add(&l, "shallow");
	add_borrowed(&l);
	return digest_of(out, &l, err);
}

int odb_tags_state(uint64_t *out, const char *gitdir, struct quarry_error *err)
{
	struct listing l = { .gitdir = gitdir };

	add(&l, "packed-refs");
	add(&l, "refs/tags");
	/* Loose ones, which may lie in a folder; those that lie deeper are seen when the
	 * folder above them changes. */
	add_subfolders(&l, "refs/tags");
	return digest_of(out, &l, err);
}
