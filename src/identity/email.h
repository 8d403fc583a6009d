/*
 * E-mail addresses as keys: folding, and their parts.  ASCII only and without the locale,
 * so that the same history gives the same persons everywhere.
 */
#ifndef QUARRY_IDENTITY_EMAIL_H
#define QUARRY_IDENTITY_EMAIL_H

#include <stddef.h>

#include "util/str.h"

/* Append `s` with A-Z made a-z. */
void ascii_lower(struct str *out, const char *s, size_t len);

/* The same without the ASCII white space around it: an e-mail's key. */
void email_fold(struct str *out, const char *s, size_t len);

/* An e-mail at its last '@'. */
struct email_parts {
	const char *local, *host; /* host is NULL without an '@' */
	size_t local_len, host_len;
};

/* They point into `s`. */
struct email_parts email_split(const char *s, size_t len);

#endif
