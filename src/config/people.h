/*
 * What the parts that read, check, import and write a people.yaml share.
 */
#ifndef QUARRY_CONFIG_PEOPLE_H
#define QUARRY_CONFIG_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>

#include "quarry/people.h"
#include "util/arena.h"
#include "util/str.h"

#define PEOPLE_TEXT_MAX 1024      /* bytes of a signature, a name, a title */
#define PEOPLE_DOMAIN_MAX 253     /* bytes of a domain (RFC 1035) */
#define PEOPLE_NODES_MAX 6000000  /* YAML values of a file: below 2 GiB while it is read */

/* What is handed out is the first member of this. */
struct people_own {
	struct quarry_people people;
	struct arena arena; /* holds all of it */
};

/*
 * A signature as it is written: `a@b.c`, `Name <a@b.c>`, `<no address>`.  Both are copied
 * into the arena, *name is NULL for any.  Returns what is wrong with it, a phrase, or NULL.
 * Without memory *email is NULL.
 */
const char *people_who_read(const char **name, const char **email, struct arena *arena,
			    const char *text);

/* Append it as it is written. */
void people_who_write(struct str *out, const char *name, const char *email);

/* Append the key under which two spellings are one signature. */
void people_who_key(struct str *out, const char *name, const char *email);

/* By e-mail, then name, bytewise; any name comes first. */
int people_who_compare(const struct quarry_who *a, const struct quarry_who *b);

/* Equal but for the case of ASCII letters, in any locale? */
bool people_same_text(const char *a, const char *b);

/* Labels of small letters, digits, '-' and '_', with dots between them. */
bool people_is_domain(const char *s);

/* The rules that hold between entries; sorts the affiliations of each person. */
int people_check(struct quarry_people *people, const char *file, struct quarry_error *err);

#endif
