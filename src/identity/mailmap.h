/*
 * One .mailmap, read and looked up exactly as git 2.39 does it for a blob.
 *
 *	struct mailmap *mm = NULL;
 *	rc = mailmap_new(&mm, text, len, err);
 *	rc = mailmap_map(&match, mm, name, name_len, email, email_len, err);
 *	mailmap_free(mm);
 *
 * It says what a .mailmap says, byte for byte: it decodes nothing, trims no
 * e-mail and never follows one mapping with another.  Use from one thread.
 */
#ifndef QUARRY_IDENTITY_MAILMAP_H
#define QUARRY_IDENTITY_MAILMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "quarry/error.h"

struct mailmap;

/* The largest public ones have some thousand lines; beyond these it is an attack. */
#define MAILMAP_MAX_BYTES (4 * 1024 * 1024)
#define MAILMAP_MAX_LINES 100000

struct mailmap_match {
	const char *name;  /* the proper one, else the one given; no NUL after it */
	size_t name_len;
	const char *email; /* likewise */
	size_t email_len;
	bool has_entry;    /* the map has a line for this e-mail, matching the name or not */
};

/* Read `text` up to its first NUL. QUARRY_EFAIL beyond the limits above. */
int mailmap_new(struct mailmap **out, const char *text, size_t len, struct quarry_error *err);
void mailmap_free(struct mailmap *mm); /* NULL is fine */

/* Map one contact; the result points into `mm` or at what was given. */
int mailmap_map(struct mailmap_match *out, struct mailmap *mm, const char *name,
		size_t name_len, const char *email, size_t email_len, struct quarry_error *err);

#endif
