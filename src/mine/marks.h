/*
 * Lines of a commit message that are no trailers and yet say whose work it is.
 *
 *	line    says that something or somebody made it, or helped: it begins with a word
 *	        like "generated" or "co-authored", then a blank or a hyphen, then "by",
 *	        "using" or "with".  The letters' case does not matter, nor do up to 32 bytes
 *	        before them that are neither letters nor digits of ASCII (an emoji, an
 *	        asterisk).  Most are not about agents at all: rules decide later.
 *	by      copybara's "SHA by NAME <EMAIL>:", which stands above each commit of somebody
 *	        that an export makes one; the value is "NAME <EMAIL>".
 *
 * The first line of a message is never one, nor is one with which a trailer begins that
 * is kept.
 */
#ifndef QUARRY_MINE_MARKS_H
#define QUARRY_MINE_MARKS_H

#include "mine/trailer.h"

/* The keys: `found` gets one of these two pointers. */
extern const char mark_line[], mark_by[];

/*
 * Call `found` for each, in order: at most 8 lines and 64 by, equal ones once. Non-zero
 * from it stops the reading and is returned.
 * @param message  as for trailer_block_find()
 * @param block    that of the message
 */
int marks_read(const char *message, size_t len, const struct trailer_block *block,
	       int (*found)(void *payload, const struct trailer_line *line), void *payload);

#endif
