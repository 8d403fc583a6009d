/*
 * The smart transport of libgit2, on our own links, and blobless.
 *
 * libgit2 negotiates and indexes; what it reads and writes passes through here:
 *
 *	references   Over HTTP, version 2 of the protocol lists the few that are wanted
 *	             where version 0 lists all (30,000 at jax-ml/jax); libgit2 gets them
 *	             as a list of version 0, which is all that it reads.
 *	the request  The capability `filter` and the line `filter blob:none` are put in.
 *	             Over HTTP it is one of version 0 whatever listed the references:
 *	             a server keeps nothing between requests.
 *
 *	smart_start(&s, guard, &url);  s.branch = ...
 *	callbacks.transport = smart_transport;  callbacks.payload = &s;
 *	... git_remote_connect(), git_remote_download() ...
 *	smart_release(&s);            after git_remote_free()
 */
#ifndef QUARRY_FETCH_SMART_H
#define QUARRY_FETCH_SMART_H

#include <git2.h>
#include <git2/sys/transport.h>
#include <stdbool.h>

#include "fetch/advert.h"
#include "fetch/guard.h"
#include "fetch/link.h"
#include "util/url.h"

struct smart {
	struct guard *guard;
	const struct url *url;
	const char *branch; /* short name of the one that is wanted; NULL: HEAD's */
	bool releases;      /* tags are wanted */
	bool blobless;      /* ask for no blobs, where the server takes a filter */
	bool partial;       /* the repository lacks blobs: they cannot be bases of deltas */

	bool filtered;      /* the server takes a filter, and one was asked for */
	struct link *link;  /* NULL before connecting */
	struct advert advert;
	git_smart_subtransport_definition definition;
};

/* Nothing is opened yet; what is pointed to must outlive it. */
void smart_start(struct smart *s, struct guard *g, const struct url *url);
void smart_release(struct smart *s);

/* A git_transport_cb. @param smart  struct smart */
int smart_transport(git_transport **out, git_remote *owner, void *smart);

#endif
