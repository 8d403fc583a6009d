#include "fetch/tidy.h"

#include <errno.h>
#include <fts.h>
#include <string.h>
#include <unistd.h>

#include "fetch/lock.h"
#include "quarry/fetch.h"
#include "util/banned.h"
#include "util/file.h"

static bool ends_with(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && !memcmp(s + len - n, end, n);
}

/* Calls `visit` for all below `top`; a top that is missing is an empty one. */
static int walk(const char *top, void (*visit)(FTS *fts, FTSENT *e), struct quarry_error *err)
{
	char *paths[] = { (char *)top, NULL }; /* fts_open(3) only lacks the const */
	FTS *fts;
	FTSENT *e;
	int rc = 0;

	if (!file_is_dir(top))
		return 0;
	fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	if (!fts)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s': %s", top,
					strerror(errno));
	while ((e = fts_read(fts)))
		if (e->fts_level > 0)
			visit(fts, e);
	/* A folder that vanished or cannot be read hides no more than itself. */
	if (errno && errno != ENOENT && errno != EACCES)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s': %s", top,
				      strerror(errno));
	(void)fts_close(fts); /* nothing was written */
	return rc;
}

static void remove_leftover(FTS *fts, FTSENT *e)
{
	/* "_git2_" is in each temporary name that libgit2 makes. */
	if (e->fts_info != FTS_D && e->fts_info != FTS_DP &&
	    (ends_with(e->fts_name, e->fts_namelen, ".lock") || strstr(e->fts_name, "_git2_")))
		(void)unlink(e->fts_accpath); /* if it stays, the update says why it fails */
}

int tidy_repository(const char *gitdir, struct quarry_error *err)
{
	return walk(gitdir, remove_leftover, err);
}

static bool is_temp_name(const char *name, size_t len)
{
	const size_t suffix = strlen(TEMP_SUFFIX), random = strlen("XXXXXX");

	return len > suffix && ends_with(name, len - suffix, ".git") &&
	       !memcmp(name + len - suffix, TEMP_SUFFIX, suffix - random);
}

static void remove_temp(const char *path)
{
	int fd = -1;

	if (lock_try(&fd, path)) {
		(void)file_remove_tree(path, /* err= */ NULL); /* else the next run does */
		lock_drop(fd);
	} else {
		/* Killed before it had a lock, it is empty; else it is not ours, or in use. */
		(void)rmdir(path);
	}
}

static void visit_cache(FTS *fts, FTSENT *e)
{
	if (e->fts_info != FTS_D)
		return;
	if (is_temp_name(e->fts_name, e->fts_namelen))
		remove_temp(e->fts_accpath);
	else if (!ends_with(e->fts_name, e->fts_namelen, ".git"))
		return;
	(void)fts_set(fts, e, FTS_SKIP); /* fails only for an unknown instruction */
}

int quarry_fetch_tidy(const char *cache, struct quarry_error *err)
{
	return walk(cache, visit_cache, err);
}
