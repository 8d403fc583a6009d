#include "fetch/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/banned.h"

#define HANGUP_MS 1000 /* for it to end when its input has ended */
#define TERM_MS 500    /* for it to end when it is told to */
#define STEP_MS 5

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* nothing that is not sent yet is of interest */
	*fd = -1;
}

/* 0, or an errno. The child's ends lie above the three that it will know them by, even if
 * those are closed here. */
static int lift(int *fd)
{
	int high;

	if (*fd > STDERR_FILENO)
		return 0;
	high = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (high < 0)
		return errno;
	close_fd(fd);
	*fd = high;
	return 0;
}

static int set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? errno : 0;
}

/* 0, or an errno: `io` and `err` are the child's ends. */
static int make_ends(struct child *c, int *io, int *err)
{
	int pair[2], complaints[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return errno;
	c->fd = pair[0];
	*io = pair[1];
	if (pipe2(complaints, O_CLOEXEC) < 0)
		return errno;
	c->err_fd = complaints[0];
	*err = complaints[1];
	rc = set_nonblocking(c->fd);
	if (!rc)
		rc = set_nonblocking(c->err_fd);
	if (!rc)
		rc = lift(io);
	return rc ? rc : lift(err);
}

static int set_files(posix_spawn_file_actions_t *files, int io, int err)
{
	int rc = posix_spawn_file_actions_adddup2(files, io, STDIN_FILENO);

	if (!rc)
		rc = posix_spawn_file_actions_adddup2(files, io, STDOUT_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(files, err, STDERR_FILENO);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	/* Ours all close by themselves; this is for those of libraries. */
	if (!rc)
		rc = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
#endif
	return rc;
}

/* The thread that starts it blocks signals, and SIGPIPE may be ignored: neither is for the
 * child. */
static int set_attributes(posix_spawnattr_t *attr)
{
	sigset_t set;
	int rc;

	(void)sigemptyset(&set); /* cannot fail, nor can the next one */
	rc = posix_spawnattr_setsigmask(attr, &set);
	(void)sigfillset(&set);
	if (!rc)
		rc = posix_spawnattr_setsigdefault(attr, &set);
	if (!rc)
		rc = posix_spawnattr_setpgroup(attr, 0);
	return rc ? rc : posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
						  POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

static int spawn(struct child *c, char *const argv[], char *const envp[], int io, int err)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc = posix_spawn_file_actions_init(&files);

	if (rc)
		return rc;
	rc = posix_spawnattr_init(&attr);
	if (rc)
		goto done;
	rc = set_files(&files, io, err);
	if (!rc)
		rc = set_attributes(&attr);
	if (!rc)
		rc = posix_spawnp(&c->pid, argv[0], &files, &attr, argv, envp);
	if (rc)
		c->pid = 0; /* undefined after a failure */
	(void)posix_spawnattr_destroy(&attr); /* cannot fail for one that was made */
done:
	(void)posix_spawn_file_actions_destroy(&files); /* as above */
	return rc;
}

int child_start(struct child *c, char *const argv[], char *const envp[])
{
	int io = -1, err = -1, rc;

	rc = make_ends(c, &io, &err);
	if (!rc)
		rc = spawn(c, argv, envp, io, err);
	close_fd(&io);
	close_fd(&err);
	return rc;
}

void child_drain(struct child *c)
{
	char buf[4096];
	ssize_t n;

	if (c->err_fd < 0)
		return;
	n = read(c->err_fd, buf, sizeof(buf));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_fd(&c->err_fd);
		return;
	}
	str_add(&c->tail, buf, (size_t)n); /* without memory we know less of the cause */
	if (!c->tail.oom && c->tail.len > CHILD_TAIL_MAX) {
		memmove(c->tail.buf, c->tail.buf + c->tail.len - CHILD_TAIL_MAX,
			CHILD_TAIL_MAX + 1);
		c->tail.len = CHILD_TAIL_MAX;
	}
}

bool child_has_ended(struct child *c)
{
	pid_t pid;

	if (c->pid == 0)
		return true;
	do
		pid = waitpid(c->pid, &c->status, WNOHANG);
	while (pid < 0 && errno == EINTR);
	if (pid == 0)
		return false;
	/* Where SIGCHLD is ignored nobody learns the status. */
	if (pid < 0)
		c->status = -1;
	c->pid = 0;
	return true;
}

static bool ends_within(struct child *c, int ms)
{
	const struct timespec step = { 0, STEP_MS * 1000000L };

	for (; ms > 0 && !child_has_ended(c); ms -= STEP_MS) {
		child_drain(c); /* it may hang on its complaints */
		(void)nanosleep(&step, NULL); /* a shorter sleep does no harm */
	}
	return child_has_ended(c);
}

void child_end(struct child *c)
{
	close_fd(&c->fd);
	/* Its process group keeps its number until the child is waited for. */
	if (!ends_within(c, HANGUP_MS)) {
		(void)kill(-c->pid, SIGTERM); /* it ended just now, or it is told */
		if (!ends_within(c, TERM_MS)) {
			(void)kill(-c->pid, SIGKILL);
			while (!ends_within(c, TERM_MS))
				; /* nothing outlives that for long */
		}
	}
	close_fd(&c->err_fd);
	str_release(&c->tail);
}
