#include "fetch/duplex.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "util/banned.h"
#include "util/clock.h"

/* Until the socket is ready for `events`; 0, or -1 after guard_fail(). */
static int wait_for(struct duplex *d, short events, int64_t since_ms)
{
	struct guard *g = d->link.guard;

	while (guard_wait(g, since_ms) == 0) {
		struct pollfd fds[] = { { d->fd, events, 0 }, { d->side_fd, POLLIN, 0 } };

		if (poll(fds, 2, guard_slice_ms(g, since_ms)) < 0) {
			if (errno != EINTR && errno != EAGAIN)
				return guard_fail(g, GUARD_LATER, "cannot wait for the server: %s",
						  strerror(errno));
			continue;
		}
		if (fds[1].revents)
			d->drain(d);
		if (fds[0].revents)
			return 0;
	}
	return -1;
}

/* After a call of the socket that failed: 0 to wait for it, 1 when the other side is gone,
 * -1 after guard_fail(). */
static int look_at_errno(struct guard *g)
{
	switch (errno) {
	case EINTR:
	case EAGAIN:
		return 0;
	case ECONNRESET: /* it hung up before it had read all that we said */
	case EPIPE:
		return 1;
	default:
		return guard_fail(g, GUARD_LATER, "the connection is broken: %s", strerror(errno));
	}
}

/* A link that is open knows its version: the first message has said it. */
int duplex_request(struct link *l, int version)
{
	return guard_check(l->guard);
}

static int cannot_write(struct duplex *d)
{
	if (d->ended && d->ended(d) < 0)
		return -1;
	return guard_fail(d->link.guard, GUARD_LATER, "the server hung up");
}

int duplex_write(struct link *l, const void *data, size_t len)
{
	struct duplex *d = (struct duplex *)l;
	const char *at = data;
	int64_t since_ms = clock_ms();

	while (len) {
		ssize_t n;
		int rc;

		if (guard_check(l->guard) < 0)
			return -1;
		n = send(d->fd, at, len, MSG_NOSIGNAL);
		if (n >= 0) {
			at += n;
			len -= (size_t)n;
			since_ms = clock_ms();
			continue;
		}
		rc = look_at_errno(l->guard);
		if (rc)
			return rc < 0 ? -1 : cannot_write(d);
		if (wait_for(d, POLLOUT, since_ms) < 0)
			return -1;
	}
	return 0;
}

ssize_t duplex_read(struct link *l, void *buf, size_t len)
{
	struct duplex *d = (struct duplex *)l;
	int64_t since_ms = clock_ms();

	while (guard_check(l->guard) == 0) {
		ssize_t n = recv(d->fd, buf, len, 0);
		int rc = 1;

		if (n > 0)
			return guard_count(l->guard, (size_t)n) < 0 ? -1 : n;
		if (n < 0)
			rc = look_at_errno(l->guard);
		if (rc > 0)
			return d->ended ? d->ended(d) : 0;
		if (rc < 0 || wait_for(d, POLLIN, since_ms) < 0)
			break;
	}
	return -1;
}

const char *duplex_path(const struct url *url)
{
	return url->path + (url->path[1] == '~');
}
