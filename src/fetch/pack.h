/*
 * A pack, by the command "fetch" of version 2 of the protocol: what is wanted, less what
 * the repository has already.
 */
#ifndef QUARRY_FETCH_PACK_H
#define QUARRY_FETCH_PACK_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>

#include "fetch/advert.h"
#include "fetch/link.h"
#include "util/vec.h"

/* Ids. */
struct pack_ids {
	VEC(git_oid) ids;
};

struct pack_request {
	const git_oid *wants; /* at least one */
	size_t n_wants;
	bool blobless; /* leave out blobs that are not wanted themselves */
	bool thin;     /* deltas may build on objects of the repository */
	bool haves;    /* tell what its references lead to, for the server to leave out */
	/* Takes the commits whose parents the server lacks itself: its copy is shallow.
	 * NULL: they do not matter. */
	struct pack_ids *shallow;
};

/*
 * Bring a pack into a repository.
 * @param a  what the server advertises: version 2
 * @return 1: it has come; 0: the server says that a wanted id is none of its own; -1 after
 *         guard_fail()
 */
int pack_fetch(struct link *l, const struct advert *a, git_repository *repo,
	       const struct pack_request *request);

#endif
