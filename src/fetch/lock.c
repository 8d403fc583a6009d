#include "fetch/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"

#define WAIT_MS 100
#define TEMP_TRIES 16

static int open_lock(const char *folder, int flags)
{
	char *path = str_dupf("%s/" LOCK_NAME, folder);
	int fd;

	if (!path) {
		errno = ENOMEM;
		return -1;
	}
	fd = open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0666);
	free(path);
	return fd;
}

/* Between open and flock another run may have removed the file. */
static bool is_gone(int fd)
{
	struct stat st;

	return fstat(fd, &st) < 0 || st.st_nlink == 0;
}

bool lock_try(int *fd, const char *folder)
{
	int got = open_lock(folder, 0);

	if (got < 0)
		return false;
	if (flock(got, LOCK_EX | LOCK_NB) < 0 || is_gone(got)) {
		lock_drop(got);
		return false;
	}
	*fd = got;
	return true;
}

static int given_up(const char *folder, const struct guard *g, struct quarry_error *err)
{
	if (g->cause == GUARD_STOPPED)
		return quarry_error_set(err, QUARRY_EINTR,
					"stopped while another run was writing to '%s'", folder);
	return quarry_error_set(err, QUARRY_EFAIL, "cannot lock '%s': another run was writing to it "
				"all the time: %s", folder, g->text);
}

int lock_wait(int *fd, const char *folder, struct guard *g, struct quarry_error *err)
{
	struct timespec pause = { .tv_nsec = WAIT_MS * 1000000L };
	int got = open_lock(folder, O_CREAT);

	if (got < 0)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot lock '%s': %s", folder,
					strerror(errno));
	while (flock(got, LOCK_EX | LOCK_NB) < 0) {
		int cause = errno;

		if (cause != EWOULDBLOCK && cause != EINTR) {
			lock_drop(got);
			return quarry_error_set(err, QUARRY_EFAIL, "cannot lock '%s': %s", folder,
						strerror(cause));
		}
		if (guard_check(g) < 0) {
			lock_drop(got);
			return given_up(folder, g, err);
		}
		(void)nanosleep(&pause, NULL); /* cut short by a signal: look again */
	}
	*fd = got;
	return 0;
}

void lock_drop(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* nothing was written */
}

/* 0, or an errno; EAGAIN when another run that tidies was faster. */
static int take_new(struct temp *t)
{
	t->lock = open_lock(t->path, O_CREAT);
	if (t->lock < 0)
		return errno == ENOENT ? EAGAIN : errno;
	if (flock(t->lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? EAGAIN : errno;
	return is_gone(t->lock) ? EAGAIN : 0;
}

static int make_parent(const char *path, struct quarry_error *err)
{
	const char *slash = strrchr(path, '/');
	char *parent;
	int rc;

	if (!slash || slash == path)
		return 0;
	parent = str_dupf("%.*s", (int)(slash - path), path);
	if (!parent)
		return quarry_error_nomem(err);
	rc = file_mkdirs(parent, err);
	free(parent);
	return rc;
}

/* Make up the last letters of a name. 0, or an errno. */
static int randomize(char *letters, size_t n)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (size_t i = 0; i < n; i++) {
		unsigned char byte;

		if (getrandom(&byte, 1, 0) != 1)
			return errno;
		letters[i] = set[byte % (sizeof(set) - 1)];
	}
	return 0;
}

/* As mkdtemp(3) would, which lets nobody else in: who may share the cache is for the umask
 * to say. 0, or an errno; EAGAIN when the name is taken. */
static int make_temp(char *path)
{
	const size_t n = strlen("XXXXXX");
	int cause = randomize(path + strlen(path) - n, n);

	if (cause)
		return cause;
	if (mkdir(path, 0777) < 0)
		return errno == EEXIST ? EAGAIN : errno;
	return 0;
}

int temp_new(struct temp *t, const char *gitdir, struct quarry_error *err)
{
	int rc = make_parent(gitdir, err), cause = EAGAIN;

	if (rc)
		return rc;
	for (int i = 0; cause == EAGAIN && i < TEMP_TRIES; i++) {
		t->path = str_dupf("%s" TEMP_SUFFIX, gitdir);
		if (!t->path)
			return quarry_error_nomem(err);
		cause = make_temp(t->path);
		if (!cause) {
			cause = take_new(t);
		} else {
			free(t->path); /* not ours to remove */
			t->path = NULL;
		}
		if (cause)
			temp_release(t);
	}
	return cause ? quarry_error_set(err, QUARRY_EFAIL, "cannot make a folder beside '%s': %s",
					gitdir, strerror(cause))
		     : 0;
}

void temp_release(struct temp *t)
{
	/* Before the lock is dropped: what is left over then is anybody's to remove. */
	if (t->path)
		(void)file_remove_tree(t->path, /* err= */ NULL); /* else the next run does */
	lock_drop(t->lock);
	free(t->path);
	*t = (struct temp)TEMP_INIT;
}
