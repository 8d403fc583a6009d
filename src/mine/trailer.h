/*
 * The trailer block of a commit message, found as git finds it (git's
 * trailer.c, without configuration and without the "---" divider, which is how
 * `git log --format=%(trailers)` reads a commit).
 */
#ifndef QUARRY_MINE_TRAILER_H
#define QUARRY_MINE_TRAILER_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

struct trailer_line {
	const char *key;      /* canonical spelling, static */
	const char *value;    /* into the message, trimmed; continuation lines included */
	size_t value_len;
};

/* A part of the message; empty where it has no trailers. */
struct trailer_block {
	const char *begin, *end;
};

/* @param message  from the first line that is not blank; no NUL inside */
void trailer_block_find(struct trailer_block *out, const char *message, size_t len);

/*
 * Call `found` for each trailer whose key is one that quarry keeps, in order.
 * Non-zero from it stops the reading and is returned.
 */
int trailers_read(const struct trailer_block *b,
		  int (*found)(void *payload, const struct trailer_line *line), void *payload);

/* Is line[0..end) of the message the first one of such a trailer? */
bool trailer_block_keeps(const struct trailer_block *b, const char *line, const char *end);

/* Append a value as one line: a line end and the white space behind it become a space. */
void trailer_unfold(struct str *out, const char *value, size_t len);

#endif
