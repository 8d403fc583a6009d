/*
 * A link over one socket that carries both ways: a TCP connection (link_git.c) or a child
 * process (link_ssh.c).
 *
 *	d->link.guard = guard;
 *	d->fd = ...;                       a connected, non-blocking stream socket
 *	d->link.read = duplex_read; ...
 *
 * No wait is longer than a slice of the guard, and silence is counted within a call: what
 * the caller does between two calls is no fault of the server.
 */
#ifndef QUARRY_FETCH_DUPLEX_H
#define QUARRY_FETCH_DUPLEX_H

#include <stddef.h>
#include <sys/types.h>

#include "fetch/guard.h"
#include "fetch/link.h"
#include "util/url.h"

struct duplex {
	struct link link; /* first: a link of these functions is a duplex */
	int fd;
	/* Something else to empty while waiting; -1: nothing. What came is for drain(), which
	 * reads once, and sets side_fd to -1 at its end. */
	int side_fd;
	void (*drain)(struct duplex *d);
	/* The other side hung up: 0; or -1 after guard_fail() when it is known why. May be
	 * NULL. */
	int (*ended)(struct duplex *d);
};

int duplex_request(struct link *l, int version);
int duplex_write(struct link *l, const void *data, size_t len);
ssize_t duplex_read(struct link *l, void *buf, size_t len);

/* The path as the server is told: as git does it, without the '/' before a "~user". */
const char *duplex_path(const struct url *url);

#endif
