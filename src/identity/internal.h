/*
 * What the files of this layer share.  The steps of quarry_identity_resolve:
 *
 *	1. resolve.c    each use through its repository's .mailmap to two nodes
 *	2. resolve.c    nodes ranked by text, so that no order of input shows
 *	3. resolve.c    .mailmap targets without conflict joined everywhere (L2)
 *	4. resolve.c    persons numbered by key
 *	5. lenient.c    persons joined by full name within a repository (L4)
 *	6. evidence.c   links of L1 and L2; all links sorted, each kept once
 *
 * A *node* is what persons are made of: an e-mail key or, for a generic
 * e-mail, the whole "name <email>".  It is the number of that text in `texts`;
 * the two kinds do not meet, for an e-mail holds no '<'.  A use has its *own*
 * node and the one it *lands* on after the .mailmap; L1 needs no join, since
 * equal e-mails are one node.
 */
#ifndef QUARRY_IDENTITY_INTERNAL_H
#define QUARRY_IDENTITY_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/mailmap.h"
#include "identity/texts.h"
#include "identity/unions.h"
#include "quarry/identity.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/vec.h"

struct use {
	struct quarry_identity_use out;
	const char *name, *email; /* as added */
	int64_t first_s, last_s;
	uint32_t own, land;       /* nodes */
	uint32_t signature;       /* text of the own "name <email>" */
	bool own_generic, land_generic;
	bool automated;           /* no person: not joined on a name */
	bool has_entry;           /* the repository's .mailmap has a line for the e-mail */
};

struct quarry_identity {
	struct arena arena;              /* names, e-mails, keys, evidence */
	struct map repos;                /* repository: index of `mailmaps` */
	VEC(struct mailmap *) mailmaps;
	VEC(struct use) uses;
	struct texts texts;
	uint32_t *rank;                  /* of each node, by text */
	struct unions nodes;             /* joined by L2 promotion */
	VEC(const char *) keys;          /* of each person */
	VEC(struct quarry_link) links;
	bool resolved;
};

/* These return 0, or -1 without memory. */
int lenient_number(struct quarry_identity *id);
int evidence_collect(struct quarry_identity *id);
/* Add a link between two different texts, which must outlive `id`'s links. */
int evidence_add(struct quarry_identity *id, enum quarry_link_level level, int64_t repo,
		 const char *a, const char *b, int promoted);

#endif
