#include "engine/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/banned.h"
#include "util/str.h"

char *secret_path(const char *store)
{
	char *real = realpath(store, NULL); /* NULL: the store is no file */
	char *path = str_dupf("%s.key", real ? real : store);

	free(real);
	return path;
}

static int check(const char *path, const struct stat *st, struct quarry_error *err)
{
	if (!S_ISREG(st->st_mode))
		return quarry_error_set(err, QUARRY_EFAIL, "cannot use '%s' as the key of pseudonyms: it is "
					"not a file; remove it", path);
	if (st->st_mode & 077)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot use '%s' as the key of pseudonyms: others "
					"may read it; make its mode 0600, or remove it for new pseudonyms",
					path);
	if (st->st_size != SECRET_SIZE)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot use '%s' as the key of pseudonyms: it has "
					"%lld bytes, not %d; remove it for new pseudonyms", path,
					(long long)st->st_size, SECRET_SIZE);
	return 0;
}

/* -1 with errno set where the file ends early, too. */
static int read_all(int fd, unsigned char key[SECRET_SIZE])
{
	size_t got = 0;

	while (got < SECRET_SIZE) {
		ssize_t n = read(fd, key + got, SECRET_SIZE - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EIO;
		if (n <= 0)
			return -1;
		got += (size_t)n;
	}
	return 0;
}

static int write_all(int fd, const unsigned char key[SECRET_SIZE])
{
	size_t done = 0;

	while (done < SECRET_SIZE) {
		ssize_t n = write(fd, key + done, SECRET_SIZE - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

/* QUARRY_ENOTFOUND, and no text, where it is not there. */
static int read_key(unsigned char key[SECRET_SIZE], const char *path, struct quarry_error *err)
{
	/* Without O_NONBLOCK a pipe in its place would be waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc;
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return QUARRY_ENOTFOUND;
	if (fd < 0 || fstat(fd, &st) < 0)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s', the key of pseudonyms: %s", path,
				      strerror(errno));
	else
		rc = check(path, &st, err);
	if (!rc && read_all(fd, key) < 0)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s', the key of pseudonyms: %s", path,
				      strerror(errno));
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
	return rc;
}

static int make_random(unsigned char key[SECRET_SIZE])
{
	ssize_t n;

	/* Up to 256 bytes come whole, or not at all. */
	do
		n = getrandom(key, SECRET_SIZE, 0);
	while (n < 0 && errno == EINTR);
	return n == SECRET_SIZE ? 0 : -1;
}

/* A whole key under a name of its own. */
static int write_tmp(const char *tmp)
{
	unsigned char key[SECRET_SIZE];
	int fd, rc;

	if (make_random(key) < 0)
		return -1;
	(void)unlink(tmp); /* of a killed process with our number, if any */
	fd = open(tmp, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	rc = write_all(fd, key) < 0 || fsync(fd) < 0 ? -1 : 0;
	return close(fd) < 0 ? -1 : rc;
}

/* link() never replaces: of several that make one, the first has made it. */
static int make(const char *path, struct quarry_error *err)
{
	char *tmp = str_dupf("%s.tmp-%ld", path, (long)getpid());
	int rc = 0;

	if (!tmp)
		return quarry_error_nomem(err);
	if (write_tmp(tmp) < 0 || (link(tmp, path) < 0 && errno != EEXIST))
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot make '%s', the key of pseudonyms: %s; it "
				      "must lie beside the store: make that folder writable, or copy the "
				      "store", path, strerror(errno));
	(void)unlink(tmp); /* best effort: the first failure is reported */
	free(tmp);
	return rc;
}

int secret_load(unsigned char key[SECRET_SIZE], const char *path, struct quarry_error *err)
{
	int rc = read_key(key, path, err);

	if (rc != QUARRY_ENOTFOUND)
		return rc;
	rc = make(path, err);
	if (!rc)
		rc = read_key(key, path, err);
	if (rc == QUARRY_ENOTFOUND)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s', the key of pseudonyms: it was "
				      "removed in the meantime", path);
	return rc;
}
