/*
 * Two trees, the first up to the byte 0xff 0xfe 0xfd.  Every entry lies inside its tree,
 * the tree is used up or broken, and the order of entries is an order, as long as no
 * name has a '/': git's own order, too, holds the folder 'a' and a file 'a/b' for equal.
 */
#include "fuzz.h"
#include "mine/tree.h"

#define KEPT 64 /* entries that are compared with one another */

struct entries {
	struct tree_entry at[KEPT];
	size_t n;
};

static bool known_mode(unsigned mode)
{
	return mode == 0100644 || mode == 0100755 || mode == MODE_LINK || mode == MODE_TREE ||
	       mode == MODE_GITLINK;
}

static void read_tree(struct entries *out, const char *data, size_t size)
{
	struct tree_cursor c = { data, data + size, false };
	struct tree_entry e;

	while (tree_next(&e, &c)) {
		MUST(known_mode(e.mode));
		MUST(e.name_len > 0 && lies_in(e.name, e.name_len, data, size));
		MUST(!memchr(e.name, '\0', e.name_len));
		MUST(lies_in(e.oid, QUARRY_OID_SIZE, data, size));
		MUST(c.p == (const char *)e.oid + QUARRY_OID_SIZE);
		if (out->n < KEPT && !memchr(e.name, '/', e.name_len))
			out->at[out->n++] = e;
	}
	MUST(c.broken || c.p == c.end);
	MUST(!tree_next(&e, &c));
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const char *second = memmem(text, size, "\xff\xfe\xfd", 3);
	struct entries all = { .n = 0 };
	size_t first = second ? (size_t)(second - text) : size;

	read_tree(&all, text, first);
	if (second)
		read_tree(&all, second + 3, size - first - 3);
	for (size_t i = 0; i < all.n; i++) {
		MUST(tree_entry_order(&all.at[i], &all.at[i]) == 0);
		for (size_t j = 0; j < i; j++) {
			int order = tree_entry_order(&all.at[i], &all.at[j]);

			MUST(sign(order) == -sign(tree_entry_order(&all.at[j], &all.at[i])));
			if (j && sign(order) == sign(tree_entry_order(&all.at[j], &all.at[j - 1])))
				MUST(sign(tree_entry_order(&all.at[i], &all.at[j - 1])) ==
				     sign(order));
		}
	}
	return 0;
}
