/*
 * The smart transport of libgit2 on one of our links, and blobless: for servers that
 * speak version 0 of the protocol alone, as libgit2 1.5 does.
 *
 * libgit2 negotiates and indexes; what it reads and writes passes through here.  It gets
 * the list of references that was read already, without those that nobody wants; into
 * its request are put the capability `filter` and the line `filter blob:none`.
 *
 *	smart_start(&s, link, &advert);  s.filtered = ...
 *	callbacks.transport = ... smart_transport(out, owner, &s);
 *	... git_remote_connect(), git_remote_download(), git_remote_free() ...
 */
#ifndef QUARRY_FETCH_SMART_H
#define QUARRY_FETCH_SMART_H

#include <git2.h>
#include <git2/sys/transport.h>
#include <stdbool.h>

#include "fetch/advert.h"
#include "fetch/link.h"

struct smart {
	struct link *link;
	const struct advert *advert; /* of version 0, read from the link */
	bool filtered; /* ask for no blobs: the server takes a filter */
	bool thin;     /* what the repository has may be the base of deltas */
	git_smart_subtransport_definition definition;
};

/* What is pointed to must outlive it. */
void smart_start(struct smart *s, struct link *link, const struct advert *advert);

/* As a git_transport_cb. */
int smart_transport(git_transport **out, git_remote *owner, struct smart *smart);

#endif
