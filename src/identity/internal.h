/*
 * What the files of this layer share.  The steps of quarry_identity_resolve:
 *
 *	1. resolve.c    each use through its repository's .mailmap to its nodes; mailmaps.c:
 *	                what the other ones say of it
 *	2. people.c     what people.yaml says of signatures (L0): edges and labels
 *	3. mailmaps.c   lines without conflict are edges for all (L2); the others move uses
 *	4. edges.c      edges of L1 and L2
 *	5. noreply.c    edges of L3
 *	6. edges.c      nodes ranked by text; edges tried in order, each held back that
 *	                would join what people.yaml keeps apart
 *	7. persons.c    persons numbered by key
 *	8. alarms.c, bridges.c
 *	9. lenient.c    persons joined by full name within a repository (L4)
 *	10. evidence.c  the edges as rows
 *
 * A *node* is a text: a signature, "name <email>", or an e-mail's key.  A use stands at
 * its signature, which L1 joins to its e-mail unless that is generic; so a generic e-mail
 * is a person a signature.  A use that a .mailmap moves in its repository alone stands at a
 * node of its own, one for each (signature, where it lands), which an edge joins to where
 * it lands.  Persons are the sets of joined nodes on which a use stands.
 */
#ifndef QUARRY_IDENTITY_INTERNAL_H
#define QUARRY_IDENTITY_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/apart.h"
#include "identity/mailmap.h"
#include "identity/ruleset.h"
#include "identity/texts.h"
#include "identity/unions.h"
#include "quarry/identity.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/str.h"
#include "util/vec.h"

#define NONE UINT32_MAX
#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

enum node_kind { NODE_EMAIL = 'e', NODE_SIGNATURE = 's', NODE_MOVED = 'm' };

struct node {
	const char *text;
	const char *name; /* signatures: without the e-mail */
	const char *rule; /* e-mails: what makes `to` of it; NULL at the end */
	/* E-mails: the next step of normalisation, or itself.  Signatures: the e-mail.
	 * Moved: where it lands. */
	uint32_t to;
	uint32_t signature; /* moved: whose; signatures: itself */
	char kind;
	bool generic;  /* e-mails: joins no signatures */
	bool standing; /* a use stands here, or one that was moved landed here */
};

struct edge {
	int64_t repo;     /* or -1 */
	const char *rule;
	uint32_t a, b;    /* by rank, once they are ranked */
	uint8_t level;
	bool promoted, held;
	bool shown;       /* as evidence */
};

/* An edge that was not drawn, and between whom. */
struct held {
	struct edge edge;
	struct apart_conflict why;
};

struct use {
	struct quarry_identity_use out;
	const char *name, *email; /* as added */
	int64_t first_s, last_s;
	uint32_t signature;       /* node */
	uint32_t own, land;       /* e-mails' nodes before and after .mailmap; of a generic
				   * one the signature's */
	uint32_t at;              /* where it stands */
	bool automated;           /* no person: not joined on a name */
	bool has_entry;           /* the repository's .mailmap has a line for the e-mail */
	bool disputed;            /* another one's, where nobody uses it, leads elsewhere */
	uint32_t named;           /* entry of people.yaml that names the signature, or NONE */
};

/* What people.yaml says of an e-mail or a signature. */
struct said {
	uint32_t email;   /* node, normalised */
	const char *name; /* folded; NULL: any */
	uint32_t split, member;
	unsigned line;
	bool used;        /* somebody is meant */
};

struct quarry_identity {
	struct ruleset rules;
	const struct quarry_people *people; /* or NULL */
	struct arena arena;              /* names, e-mails */
	struct map repos;                /* repository: index of `mailmaps` */
	VEC(struct mailmap *) mailmaps;
	VEC(struct use) uses;
	struct str scratch;              /* of node_email */
	struct texts texts;              /* a text's number is its node's */
	VEC(struct node) nodes;          /* after those of texts, the moved ones */
	struct map moved;                /* (signature, landing): node */
	VEC(struct said) said;           /* by e-mail, once it is read */
	uint32_t *rank;                  /* of each node, by text */
	VEC(struct edge) edges;          /* L0 to L3, those of L4 after them */
	VEC(struct held) held;
	struct unions unions;
	struct apart apart;
	VEC(const char *) keys;          /* of each person */
	VEC(uint32_t) person_node;       /* one node of each */
	VEC(size_t) entries;             /* of each person */
	VEC(unsigned) unused;            /* lines of people.yaml that mean nobody */
	VEC(struct quarry_link) links;
	VEC(struct quarry_alarm) alarms;
	bool resolved;
};

/* All below return 0, or -1 without memory, if they return an int. */

/* resolve.c: the node of an e-mail, with those to which it normalises. */
int node_email(uint32_t *out, struct quarry_identity *id, const char *email, size_t len);
/* The end of its normalisation; of a signature, of its e-mail's. */
uint32_t node_mailbox(const struct quarry_identity *id, uint32_t node);

/* Is the e-mail, or one to which it normalises, generic? */
bool node_is_shared(const struct quarry_identity *id, uint32_t email);

/* people.c */
int people_read(struct quarry_identity *id, struct quarry_error *err); /* id->people into `said` */
int people_apply(struct quarry_identity *id);
/* Does an entry name this signature's person? */
bool people_name(const struct quarry_identity *id, uint32_t signature);

/* mailmaps.c */
int mailmaps_ask(struct quarry_identity *id);
int mailmaps_apply(struct quarry_identity *id);
int mailmaps_alarm(struct quarry_identity *id);

/* edges.c */
int edge_add(struct quarry_identity *id, int level, const char *rule, uint32_t a, uint32_t b);
int edges_of_emails(struct quarry_identity *id);
int edges_rank(struct quarry_identity *id);
/* Order the edges from `first` on. */
void edges_sort(struct quarry_identity *id, size_t first);
/* Draw the edges from `first` on, in that order where it matters. */
int edges_draw(struct quarry_identity *id, size_t first);

int noreply_add(struct quarry_identity *id);
int persons_number(struct quarry_identity *id);
int bridges_find(struct quarry_identity *id);
int alarms_find(struct quarry_identity *id);
int alarms_end(struct quarry_identity *id); /* those of edges held back; sorts all */
int evidence_choose(struct quarry_identity *id); /* while only L0 to L3 are drawn */
int lenient_number(struct quarry_identity *id);
int evidence_collect(struct quarry_identity *id);

#endif
