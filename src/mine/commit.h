/*
 * A commit object, read leniently: what is missing is missing, and what is odd
 * never stops the reading of the rest.
 *
 *	commit  = "tree" SP oid LF *( "parent" SP oid LF )
 *	          "author" SP ident LF "committer" SP ident LF
 *	          *( header LF *( SP continuation LF ) ) LF message
 */
#ifndef QUARRY_MINE_COMMIT_H
#define QUARRY_MINE_COMMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "mine/ident.h"
#include "quarry/history.h"

struct raw_commit {
	struct quarry_oid tree;
	bool has_tree;
	size_t n_parents;
	const char *parents;      /* the first parent's hexadecimal id; see commit_parent */
	bool has_author, has_committer;
	bool doubled;             /* more than one author or committer line */
	bool has_nul;             /* a NUL somewhere: the line or the message ends there */
	struct ident author, committer;
	const char *encoding;     /* declared, not NUL-terminated; NULL: UTF-8 */
	size_t encoding_len;
	const char *message;
	size_t message_len;
};

/* All pointers lead into `data`. False when there is no tree line, or a parent line
 * that cannot be read: git refuses such a history, too. */
bool commit_parse(struct raw_commit *out, const char *data, size_t len);

/* A hexadecimal id that is all of the text. */
bool commit_read_oid(struct quarry_oid *out, const char *text, size_t len);

/* The i-th parent, i < n_parents. */
struct quarry_oid commit_parent(const struct raw_commit *c, size_t i);

#endif
