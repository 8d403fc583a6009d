/*
 * Objects by their ids, with the command "fetch" of version 2 of the protocol.
 */
#ifndef QUARRY_FETCH_OBJECTS_H
#define QUARRY_FETCH_OBJECTS_H

#include <git2.h>
#include <stddef.h>

#include "fetch/advert.h"
#include "fetch/link.h"

/*
 * Bring blobs into a repository, in a pack of their own.
 * @param l  a link of version 2
 * @param a  what the server advertises on it, read to its end
 * @return 1: all are there; 0: the server speaks version 0 alone, or says that an id is not
 *         one of its own: it gives none that way, or has lost that one; -1 after guard_fail()
 */
int objects_fetch(struct link *l, const struct advert *a, git_repository *repo,
		  const git_oid *ids, size_t n);

#endif
