#include "mine/tree.h"

#include <string.h>

#include "util/banned.h"

/* Old programs wrote group-writable and other modes: git reads them so too. */
static unsigned canonical(unsigned mode)
{
	switch (mode & MODE_TYPE) {
	case 0100000: return 0100644 | (mode & 0100 ? 0111 : 0);
	case MODE_LINK: return MODE_LINK;
	case MODE_TREE: return MODE_TREE;
	default: return MODE_GITLINK;
	}
}

/* A mode as trees have it, with the space behind it. */
struct form {
	char text[8];
	unsigned len, mode;
};

/* The modes of nearly all entries, which need not be read digit by digit. */
static const struct form forms[] = {
	{ "100644 ", 7, 0100644 }, { "40000 ", 6, MODE_TREE }, { "100755 ", 7, 0100755 },
};

/* The mode at p, which is left behind the space. False: there is none. */
static bool read_mode(unsigned *out, const char **p, const char *end)
{
	const char *at = *p;
	unsigned mode = 0;

	for (size_t i = 0; end - at >= 8 && i < sizeof(forms) / sizeof(forms[0]); i++)
		if (memcmp(at, forms[i].text, 6) == 0 && at[forms[i].len - 1] == ' ') {
			*out = forms[i].mode;
			*p = at + forms[i].len;
			return true;
		}
	for (; at < end && *at >= '0' && *at <= '7' && mode < 0200000; at++)
		mode = mode * 8 + (unsigned)(*at - '0');
	if (at == *p || at == end || *at != ' ')
		return false;
	*out = canonical(mode);
	*p = at + 1;
	return true;
}

bool tree_next(struct tree_entry *out, struct tree_cursor *c)
{
	const char *p = c->p, *nul;

	if (p == c->end || c->broken)
		return false;
	if (!read_mode(&out->mode, &p, c->end))
		goto broken;
	nul = memchr(p, 0, (size_t)(c->end - p));
	if (!nul || nul == p || (size_t)(c->end - nul) < 1 + QUARRY_OID_SIZE)
		goto broken;
	out->name = p;
	out->name_len = (size_t)(nul - p);
	out->oid = (const unsigned char *)nul + 1;
	c->p = nul + 1 + QUARRY_OID_SIZE;
	return true;
broken:
	c->broken = true;
	return false;
}

int tree_entry_order(const struct tree_entry *a, const struct tree_entry *b)
{
	size_t n = a->name_len < b->name_len ? a->name_len : b->name_len;
	int order = memcmp(a->name, b->name, n);
	unsigned char x, y;

	if (order)
		return order;
	x = a->name_len > n ? (unsigned char)a->name[n] : mode_is_tree(a->mode) ? '/' : 0;
	y = b->name_len > n ? (unsigned char)b->name[n] : mode_is_tree(b->mode) ? '/' : 0;
	if (x != y)
		return x < y ? -1 : 1;
	/* A folder `a` and a file of the name `a/b`, which no git makes, are not the same. */
	return (a->name_len > b->name_len) - (a->name_len < b->name_len);
}
