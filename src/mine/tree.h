/*
 * A tree object, entry by entry, and the two comparisons that the merge-walk of
 * two trees needs.
 *
 *	tree  = *( mode SP name NUL id )     mode in octal, id of 20 bytes
 */
#ifndef QUARRY_MINE_TREE_H
#define QUARRY_MINE_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "quarry/history.h"

enum {
	MODE_TREE = 0040000,
	MODE_LINK = 0120000,    /* symbolic link */
	MODE_GITLINK = 0160000, /* submodule */
	MODE_TYPE = 0170000,
};

struct tree_entry {
	unsigned mode; /* canonical: files are 0100644 or 0100755 */
	const char *name;
	size_t name_len;
	const unsigned char *oid;
};

struct tree_cursor {
	const char *p, *end;
	bool broken; /* the rest of the tree could not be read */
};

/* False at the end and where the tree is broken. */
bool tree_next(struct tree_entry *out, struct tree_cursor *c);

/* Order of entries in a tree: as bytes, a folder's name as if it ended in '/'. */
int tree_entry_order(const struct tree_entry *a, const struct tree_entry *b);

static inline bool mode_is_tree(unsigned mode)
{
	return (mode & MODE_TYPE) == MODE_TREE;
}

#endif
