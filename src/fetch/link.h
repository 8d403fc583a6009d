/*
 * A conversation with git-upload-pack at one repository: bytes out, bytes in, over
 * HTTP, a TCP connection or a child process (ssh).
 *
 *	link_open(&l, guard, &url, 2);
 *	... l->read until the flush packet: what the server advertises ...
 *	l->request(l, 2);  l->write(l, ...);  l->read(l, ...)
 *	link_free(l);
 *
 * Over HTTP nothing is kept between requests: what is written after request() is
 * collected and sent as one POST by the first read, and read returns 0 at the end of
 * an answer.  Elsewhere request() does nothing and a read of 0 means that the server
 * has hung up.
 *
 * Every function returns -1 after guard_fail(); the guard of a link bounds each wait.
 */
#ifndef QUARRY_FETCH_LINK_H
#define QUARRY_FETCH_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "fetch/guard.h"
#include "util/url.h"

struct link {
	struct guard *guard;
	bool stateless;       /* HTTP: each request stands for itself */
	/* Where the repository is now, to be freed by link_free(), when the server sent us
	 * on; NULL: where it was thought to be. A URL like the one that was asked for. */
	char *moved_to;

	/* Begin a request in this version of the protocol (0 or 2). */
	int (*request)(struct link *l, int version);
	int (*write)(struct link *l, const void *data, size_t len);
	/* 1 to `len` bytes; 0: see above. */
	ssize_t (*read)(struct link *l, void *buf, size_t len);
	void (*free)(struct link *l);
};

/* One a transport: what url->scheme says. `version` is asked for; the first packet that
 * is read tells what the server speaks. */
int link_open(struct link **out, struct guard *g, const struct url *url, int version);
int link_open_http(struct link **out, struct guard *g, const struct url *url, int version);
int link_open_git(struct link **out, struct guard *g, const struct url *url, int version);
int link_open_ssh(struct link **out, struct guard *g, const struct url *url, int version);
void link_free(struct link *l); /* NULL: nothing */

#endif
