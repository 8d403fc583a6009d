#include "lib/history.h"

#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/file.h"

#define OUTPUT_MAX (1u << 30)
#define ARGS_MAX 32

extern char **environ;

static void isolate(const char *root)
{
	static const char *const values[][2] = {
		{ "GIT_CONFIG_NOSYSTEM", "1" }, { "GIT_CONFIG_GLOBAL", "/dev/null" },
		{ "GIT_TERMINAL_PROMPT", "0" }, { "GIT_NO_LAZY_FETCH", "1" },
		{ "GIT_AUTHOR_NAME", "A U Thor" }, { "GIT_AUTHOR_EMAIL", "a@example.org" },
		{ "GIT_AUTHOR_DATE", "1700000000 +0000" },
		{ "GIT_COMMITTER_NAME", "C O Mitter" }, { "GIT_COMMITTER_EMAIL", "c@example.org" },
		{ "GIT_COMMITTER_DATE", "1700000000 +0000" },
		{ "LC_ALL", "C" }, { "TZ", "UTC" },
	};
	static const char *const unwanted[] = {
		"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY",
		"GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_NO_REPLACE_OBJECTS",
		"GIT_REPLACE_REF_BASE", "GIT_TRACE", "XDG_CONFIG_HOME",
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_int_equal(setenv(values[i][0], values[i][1], 1), 0);
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		assert_int_equal(unsetenv(unwanted[i]), 0);
	assert_int_equal(setenv("HOME", root, 1), 0);
}

static int wait_for(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Input and output through files: nothing can block, whatever their size. */
static void run(const struct history *h, const char *in, const char *out, char **argv)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int status;

	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 0, in, O_RDONLY, 0), 0);
	assert_int_equal(posix_spawn_file_actions_addopen(&actions, 1, out,
							  O_WRONLY | O_CREAT | O_TRUNC, 0600), 0);
	assert_int_equal(posix_spawnp(&pid, "git", &actions, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions); /* frees only */
	status = wait_for(pid);
	if (status)
		fail_msg("git %s in %s ended with %d", argv[3], h->gitdir, status);
}

void history_git(struct str *out, const struct history *h, const char *in, size_t in_len,
		 const char *const *args)
{
	char *in_path = str_dupf("%s/in", h->root), *out_path = str_dupf("%s/out", h->root);
	char *argv[ARGS_MAX] = { (char *)"git", (char *)"-C", h->gitdir }, *text = NULL;
	struct quarry_error err = QUARRY_ERROR_INIT;
	FILE *f = fopen(in_path, "wb");
	size_t n = 3, len;

	for (; *args; args++) {
		assert_true(n + 1 < ARGS_MAX);
		argv[n++] = (char *)*args;
	}
	assert_non_null(f);
	assert_int_equal(fwrite(in, 1, in_len, f), in_len);
	assert_int_equal(fclose(f), 0);
	run(h, in_path, out_path, argv);
	if (out) {
		assert_int_equal(file_read(&text, &len, out_path, OUTPUT_MAX, &err), 0);
		str_clear(out);
		str_add(out, text, len);
		assert_false(out->oom);
	}
	free(text);
	free(out_path);
	free(in_path);
}

char *history_ask(const struct history *h, const char *const *args)
{
	struct str out = STR_INIT;
	char *line, *lf;

	history_git(&out, h, "", 0, args);
	line = str_detach(&out);
	assert_non_null(line);
	lf = strchr(line, '\n');
	if (lf)
		*lf = '\0';
	return line;
}

void history_init(struct history *h)
{
	const char *tmp = getenv("TMPDIR");

	h->root = str_dupf("%s/quarry-test-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
	assert_non_null(h->root);
	assert_non_null(mkdtemp(h->root));
	h->gitdir = str_dupf("%s", h->root);
	isolate(h->root);
	HISTORY_GIT(NULL, h, "init", "--quiet", "--bare", "--initial-branch=main", "repo.git");
	free(h->gitdir);
	h->gitdir = str_dupf("%s/repo.git", h->root);
}

void history_release(struct history *h)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	if (file_remove_tree(h->root, &err))
		fail_msg("%s", err.text);
	free(h->gitdir);
	free(h->root);
}

void history_import(const struct history *h, const char *stream)
{
	static const char *const args[] = {
		"-c", "fastimport.unpackLimit=100", "fast-import", "--quiet", "--force", NULL
	};

	history_git(NULL, h, stream, strlen(stream), args);
}

char *history_object(const struct history *h, const char *type, const char *data, size_t len)
{
	const char *const args[] = { "hash-object", "-t", type, "--literally", "-w", "--stdin",
				     NULL };
	struct str out = STR_INIT;

	history_git(&out, h, data, len, args);
	assert_int_equal(out.len, 2 * QUARRY_OID_SIZE + 1);
	out.buf[2 * QUARRY_OID_SIZE] = '\0';
	return str_detach(&out);
}

void history_lose(const struct history *h, const char *hex)
{
	char *path = str_dupf("%s/objects/%.2s/%s", h->gitdir, hex, hex + 2);

	if (unlink(path) < 0)
		fail_msg("no loose object %s", path);
	free(path);
}
