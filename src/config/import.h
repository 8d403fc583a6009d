/*
 * What the readers of other formats fill: claims about signatures, employers and domains
 * in the order in which they are met.  import_finish() makes people of them that a
 * people.yaml can hold: contradictions are settled here, and what loses is counted.
 *
 *	one signature claimed for two persons    the first has it
 *	two employers at one time                as many terms as can be stay; those that
 *	                                         end first
 *	one employer, terms that touch           one term
 */
#ifndef QUARRY_CONFIG_IMPORT_H
#define QUARRY_CONFIG_IMPORT_H

#include <stdint.h>

#include "config/people.h"
#include "util/map.h"
#include "util/vec.h"

struct import_person {
	const char *name, *class; /* NULL: not said */
	unsigned line;
};

struct import_claim {
	uint32_t person;
	struct quarry_who who;
};

/* `owner` (a person, a domain) belongs to `group` from then until then. */
struct import_term {
	uint32_t owner, group;
	int64_t from_s, until_s;
	unsigned line;
};

struct import_group {
	const char *id, *title;
};

struct import {
	struct people_own *own;
	struct arena *arena; /* of `own` */
	const char *text;    /* what is imported */
	size_t len;
	const char *file;
	struct quarry_error *err;
	VEC(struct import_person) persons;
	VEC(struct import_claim) claims;
	VEC(struct import_term) terms;        /* of persons */
	VEC(struct import_term) domain_terms;
	VEC(const char *) domains;
	VEC(struct import_group) groups;
	VEC(struct quarry_who) shared;        /* e-mails that several people use */
	VEC(struct quarry_people_loss) losses;
	struct map domain_ids, titles, group_ids;
	struct str scratch;
};

/* The formats. Each reads import->text and makes claims. */
int import_mailmap(struct import *im);
int import_gitdm(struct import *im);
int import_sortinghat(struct import *im);

/* All below: 0 or an error code, `im->err` filled. */

/* Something that a people.yaml cannot say; `why` is a constant, a phrase in plural. */
int import_lose(struct import *im, const char *why, unsigned line);

/* A copy in UTF-8 (Latin-1 where it is none) without white space around it; NULL where it
 * is empty, longer than PEOPLE_TEXT_MAX, or no terminal should see it. */
int import_text(const char **out, struct import *im, const char *s, size_t len);

int import_person(uint32_t *out, struct import *im, unsigned line);

/* This signature is that person's. @param name  NULL: any */
int import_claim(struct import *im, uint32_t person, const char *name, const char *email,
		 unsigned line);

/* The group with this title, or nearly this one. */
int import_group(uint32_t *out, struct import *im, const char *title);

int import_term(struct import *im, const struct import_term *term);

/* @param term  without its owner, which is `domain` */
int import_domain(struct import *im, const char *domain, const struct import_term *term);

int import_shared(struct import *im, const char *email, unsigned line);

/* Does it stand for an employer that nobody knows: "NotFound", "(Unknown)"? */
bool import_is_unknown(const char *title);

/* YYYY-MM-DD, digits left out where they are 0; -1 when it is no date. */
int import_date(int64_t *out, const char *s, size_t len);

/* Make the people of all that. */
int import_finish(struct import *im);

#endif
