/*
 * The trailer block of a commit message, found as git finds it (git's
 * trailer.c, without configuration and without the "---" divider, which is how
 * `git log --format=%(trailers)` reads a commit).
 */
#ifndef QUARRY_MINE_TRAILER_H
#define QUARRY_MINE_TRAILER_H

#include <stddef.h>

#include "util/str.h"

struct trailer_line {
	const char *key;      /* canonical spelling, static */
	const char *value;    /* into the message, trimmed; continuation lines included */
	size_t value_len;
};

/*
 * Call `found` for each trailer whose key is one that quarry keeps, in order.
 * Non-zero from it stops the reading and is returned.
 * @param message  from the first line that is not blank; no NUL inside
 */
int trailers_read(const char *message, size_t len,
		  int (*found)(void *payload, const struct trailer_line *line), void *payload);

/* Append a value as one line: a line end and the white space behind it become a space. */
void trailer_unfold(struct str *out, const char *value, size_t len);

#endif
