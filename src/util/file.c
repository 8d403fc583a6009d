#include "util/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/banned.h"
#include "util/str.h"

static int fail(struct quarry_error *err, const char *what, const char *path)
{
	int code = errno == ENOENT ? QUARRY_ENOTFOUND : QUARRY_EFAIL;

	return quarry_error_set(err, code, "cannot %s '%s': %s", what, path, strerror(errno));
}

static int read_all(char *buf, size_t size, int fd)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(fd, buf + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		got += (size_t)n;
	}
	return 0;
}

int file_read(char **out, size_t *len, const char *path, size_t limit, struct quarry_error *err)
{
	struct stat st;
	char *buf = NULL;
	int fd, rc;

	/* Without O_NONBLOCK a pipe in its place would be waited for. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fail(err, "open", path);
	if (fstat(fd, &st) < 0) {
		rc = fail(err, "read", path);
	} else if (!S_ISREG(st.st_mode)) {
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s': it is no regular file", path);
	} else if ((size_t)st.st_size > limit) {
		rc = quarry_error_set(err, QUARRY_EFAIL,
				      "cannot read '%s': larger than the limit of %zu bytes",
				      path, limit);
	} else if (!(buf = malloc((size_t)st.st_size + 1))) {
		rc = quarry_error_nomem(err);
	} else if (read_all(buf, (size_t)st.st_size, fd) < 0) {
		rc = quarry_error_set(err, QUARRY_EFAIL,
				      "cannot read '%s': it ended early or could not be read", path);
	} else {
		buf[st.st_size] = '\0';
		*out = buf;
		*len = (size_t)st.st_size;
		buf = NULL;
		rc = 0;
	}
	free(buf);
	(void)close(fd); /* nothing was written */
	return rc;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * A file without a name in the folder of `path`, so that a killed process leaves
 * nothing; -1 where the file system has no such files.
 */
static int open_nameless(const char *path)
{
	char *dir = strdup(path), *slash = dir ? strrchr(dir, '/') : NULL;
	int fd;

	if (!dir)
		return -1;
	if (slash)
		*(slash == dir ? slash + 1 : slash) = '\0';
	fd = open(slash ? dir : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	free(dir);
	return fd;
}

/* Give the nameless file the name `tmp`. */
static int give_name(int fd, const char *tmp)
{
	char self[64];

	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, AT_FDCWD, tmp, AT_SYMLINK_FOLLOW);
}

enum named { NAMELESS, NAMED };

/* Write whole under the name that it is renamed from. */
static int write_tmp(const char *tmp, enum named how, const char *path, const char *data,
		     size_t len)
{
	int fd, rc;

	(void)unlink(tmp); /* of a killed process with our number, if any */
	fd = how == NAMELESS ? open_nameless(path)
			     : open(tmp, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	rc = write_all(fd, data, len) < 0 || fchmod(fd, 0644) < 0 || fsync(fd) < 0 ? -1 : 0;
	if (!rc && how == NAMELESS)
		rc = give_name(fd, tmp);
	return close(fd) < 0 ? -1 : rc;
}

int file_write(const char *path, const char *data, size_t len, struct quarry_error *err)
{
	char *tmp = str_dupf("%s.tmp-%ld", path, (long)getpid());
	int rc = 0;

	if (!tmp)
		return quarry_error_nomem(err);
	/* Not every file system has nameless files, nor every container a /proc. */
	if ((write_tmp(tmp, NAMELESS, path, data, len) < 0 &&
	     write_tmp(tmp, NAMED, path, data, len) < 0) || rename(tmp, path) < 0) {
		rc = fail(err, "write", path);
		(void)unlink(tmp); /* best effort: the first failure is reported */
	}
	free(tmp);
	return rc;
}

int file_mkdirs(const char *path, struct quarry_error *err)
{
	char *copy = str_dupf("%s", path);
	int rc = 0;

	if (!copy)
		return quarry_error_nomem(err);
	for (char *p = copy + 1; !rc && copy[0]; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(copy, 0777) < 0 && errno != EEXIST)
			rc = fail(err, "make the folder", copy);
		*p = c;
		if (c == '\0')
			break;
	}
	if (!rc && !file_is_dir(path))
		rc = quarry_error_set(err, QUARRY_EFAIL,
				      "cannot make the folder '%s': a file is in its place", path);
	free(copy);
	return rc;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

int file_remove_tree(const char *path, struct quarry_error *err)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		return fail(err, "remove", path);
	return 0;
}

bool file_is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}
