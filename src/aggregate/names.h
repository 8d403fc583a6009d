/*
 * How persons, signatures and e-mails are called in a dossier, and who is not named.
 *
 *	struct names n = { .naming = naming, .arena = arena };
 *	rc = names_load(&n, db, &err);
 *	if (!names_hides(&n, text))
 *		label = names_label(&n, text);
 *	names_release(&n);
 */
#ifndef QUARRY_AGGREGATE_NAMES_H
#define QUARRY_AGGREGATE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "quarry/dossier.h"
#include "quarry/error.h"
#include "util/arena.h"
#include "util/db.h"
#include "util/map.h"
#include "util/str.h"
#include "util/vec.h"

/* Bytes of a pseudonym, the NUL included: p-0123456789ab. */
#define NAMES_PSEUDONYM 15

struct names {
	const struct quarry_naming *naming;
	struct arena *arena;      /* holds the labels */
	struct map texts;         /* signatures, e-mails and logins of who has opted out */
	struct map emails;        /* numbers of their e-mails */
	VEC(const char *) within; /* their e-mails, to be looked for in longer texts */
};

/* Read who has opted out. */
int names_load(struct names *n, struct quarry_db *db, struct quarry_error *err);
void names_release(struct names *n);

/* Is this the signature, e-mail or login of somebody who has opted out? */
bool names_hides(const struct names *n, const char *text);
/* The same for the number of an e-mail, as identity.email has it. */
bool names_hides_email(const struct names *n, int64_t email);
/* Does a text of any form hold such an e-mail, or is it one of these? */
bool names_hides_part(const struct names *n, const char *text);

void names_pseudonym(char out[NAMES_PSEUDONYM], const struct names *n, char kind,
		     const char *text);
/* Labels, in the arena; NULL without memory. */
const char *names_label(struct names *n, const char *text); /* a signature, an e-mail, a login */
const char *names_person(struct names *n, const char *key); /* no text that is hidden */

/* "Name <e-mail>", or "<e-mail>" without a name: as identity writes a signature. */
void names_signature(struct str *out, const char *name, const char *email);
/* An e-mail's key: trimmed of ASCII white space, ASCII letters in lower case. */
void names_fold(struct str *out, const char *email);

#endif
