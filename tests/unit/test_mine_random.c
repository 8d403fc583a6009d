/*
 * Touches of random histories against `git log --raw -M100%`, to the byte.
 *
 * A history is a walk over file tables: each commit copies the table of its
 * first parent and changes a few entries.  Names and contents come from small
 * pools, so that equal contents, equal base names, and files in the place of
 * folders are frequent.  Seeds are fixed; a failure names its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/touches.h"
#include "quarry/mine.h"

#define HISTORIES 60
#define COMMITS 40
#define FILES_MAX 48
#define PATH_MAX_LEN 32

enum mode { FILE_PLAIN, FILE_RUN, LINK, SUBMODULE };

struct file {
	char path[PATH_MAX_LEN];
	enum mode mode;
	unsigned content;
};

struct table {
	struct file files[FILES_MAX];
	size_t n;
};

struct maker {
	uint64_t random;
	struct str stream;
	struct table tables[COMMITS];
};

/* splitmix64: the same numbers on every machine. */
static unsigned below(struct maker *m, unsigned n)
{
	uint64_t z = m->random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (unsigned)((z ^ (z >> 31)) % n);
}

static void random_path(char out[PATH_MAX_LEN], struct maker *m)
{
	static const char *const folders[] = { "", "", "a/", "a.b/", "a-/", "b/", "a/b/", "b/a/c/",
					       "\xe9/", "a/b/c/d/" };
	static const char *const names[] = { "a", "b", "c", "a.b", "a-", "a0", "\xff", "init", "B" };

	(void)snprintf(out, PATH_MAX_LEN, "%s%s", folders[below(m, 10)], names[below(m, 9)]);
}

/* Does one path lie below the other, or are they equal? */
static bool excludes(const char *a, const char *b)
{
	size_t n = strlen(a), k = strlen(b);

	if (strncmp(a, b, n < k ? n : k) != 0)
		return false;
	return n == k || (n < k ? b[n] : a[k]) == '/';
}

static void put(struct table *t, const struct file *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->n; i++)
		if (!excludes(t->files[i].path, f->path))
			t->files[kept++] = t->files[i];
	t->n = kept;
	if (t->n < FILES_MAX)
		t->files[t->n++] = *f;
}

static void add_one(struct maker *m, struct table *t)
{
	struct file f;

	random_path(f.path, m);
	f.mode = below(m, 8) ? FILE_PLAIN : (enum mode)below(m, 4);
	f.content = below(m, 6);
	put(t, &f);
}

/* All that lies below a folder of one file goes to another folder. */
static void move_folder(struct maker *m, struct table *t, const char *path)
{
	static const char *const to[] = { "m", "n/m", "a", "c" };
	const char *slash = strchr(path, '/'), *target = to[below(m, 4)];
	struct table old = *t;
	size_t len = slash ? (size_t)(slash - path) : 0;
	char folder[PATH_MAX_LEN];

	if (!slash)
		return;
	memcpy(folder, path, len);
	folder[len] = '\0';
	t->n = 0;
	for (size_t i = 0; i < old.n; i++)
		if (strncmp(old.files[i].path, folder, len) || old.files[i].path[len] != '/')
			put(t, &old.files[i]);
	for (size_t i = 0; i < old.n; i++) {
		struct file f = old.files[i];

		if (strncmp(f.path, folder, len) || f.path[len] != '/')
			continue;
		(void)snprintf(f.path, sizeof(f.path), "%s%.20s", target, old.files[i].path + len);
		put(t, &f);
	}
}

static void change(struct maker *m, struct table *t)
{
	unsigned what = below(m, 16);
	size_t at = t->n ? below(m, (unsigned)t->n) : 0;
	struct file f;

	if (!t->n || what < 6) {
		add_one(m, t);
		return;
	}
	f = t->files[at];
	if (what < 8 || what == 11) /* deleted, or moved */
		t->files[at] = t->files[--t->n];
	if (what == 8)
		t->files[at].content = below(m, 6);
	else if (what == 9)
		t->files[at].mode = f.mode == FILE_PLAIN ? FILE_RUN : FILE_PLAIN;
	else if (what == 10)
		t->files[at].mode = (enum mode)below(m, 4);
	else if (what == 15)
		move_folder(m, t, f.path);
	if (what == 11 || what >= 12) { /* moved, or copied */
		random_path(f.path, m);
		put(t, &f);
	}
}

static void write_file(struct str *s, const struct file *f)
{
	static const char *const modes[] = { "100644", "100755", "120000" };

	if (f->mode == SUBMODULE) {
		str_addf(s, "M 160000 %040x \"", f->content + 1);
	} else {
		str_addf(s, "M %s inline \"", modes[f->mode]);
	}
	str_adds(s, f->path);
	str_adds(s, "\"\n");
	if (f->mode == SUBMODULE)
		return;
	/* Content 0 is the empty file; a symbolic link cannot be that. */
	if (f->content || f->mode == LINK)
		str_addf(s, "data 2\n%u\n\n", f->content);
	else
		str_adds(s, "data 0\n");
}

static void write_commit(struct maker *m, unsigned n)
{
	unsigned parent = n ? n - 1 - below(m, n < 3 ? n : 3) : 0, other = n ? below(m, n) : 0;
	struct table *t = &m->tables[n];
	bool merge = n > 2 && other != parent && below(m, 8) == 0;
	bool root = n == 0 || (n > 3 && below(m, 40) == 0);

	str_addf(&m->stream, "commit refs/heads/b%u\nmark :%u\ncommitter " WHO "\ndata 2\n%02u\n", n,
		 n + 1, n);
	if (!root)
		str_addf(&m->stream, "from :%u\n", parent + 1);
	if (merge && !root)
		str_addf(&m->stream, "merge :%u\n", other + 1);
	if (root)
		t->n = 0;
	else
		*t = m->tables[parent];
	for (unsigned i = below(m, 10); i > 0; i--)
		change(m, t);
	str_adds(&m->stream, "deleteall\n");
	for (size_t i = 0; i < t->n; i++)
		write_file(&m->stream, &t->files[i]);
}

/* A last merge brings all branches together, so that each commit is reached. */
static void make_history(struct maker *m, unsigned seed)
{
	m->random = seed;
	str_clear(&m->stream);
	for (unsigned n = 0; n < COMMITS; n++)
		write_commit(m, n);
	str_addf(&m->stream, "commit refs/heads/main\ncommitter " WHO "\ndata 3\nend\nfrom :%u\n",
		 COMMITS);
	for (unsigned n = 1; n < COMMITS && n <= 15; n++)
		str_addf(&m->stream, "merge :%u\n", COMMITS - n);
	assert_false(m->stream.oom);
}

static void touches_of_random_histories_are_git_s(void **state)
{
	struct maker *m = calloc(1, sizeof(*m));
	size_t n_renames = 0;

	assert_non_null(m);
	for (unsigned seed = 1; seed <= HISTORIES; seed++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_history *facts = NULL;
		char *ours, *theirs;
		struct history h;

		make_history(m, seed);
		history_init(&h);
		history_import(&h, m->stream.buf);
		assert_int_equal(quarry_mine(&facts, h.gitdir, NULL, NULL, &err), 0);
		ours = touches_of_facts(facts);
		theirs = touches_of_git(&h);
		if (strcmp(ours, theirs)) {
			print_error("seed %u\n", seed);
			assert_string_equal(ours, theirs);
		}
		for (size_t i = 0; i < facts->n_touches; i++)
			n_renames += facts->touches[i].status == 'R';
		free(theirs);
		free(ours);
		quarry_history_free(facts);
		history_release(&h);
	}
	/* The generator does what it is for. */
	assert_true(n_renames > 1000);
	str_release(&m->stream);
	free(m);
}

int main(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(touches_of_random_histories_are_git_s),
	};
	int failed;

	if (quarry_mine_init(&err))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	quarry_mine_shutdown();
	return failed;
}
