#include "mine/commit.h"

#include <string.h>

#include "util/banned.h"

#define HEX (2 * QUARRY_OID_SIZE)
#define PARENT_LINE (7 + HEX + 1) /* "parent " id LF */

/* Of each byte its value as a digit; NO_DIGIT where it is none. */
#define NO_DIGIT 0x80

static const unsigned char digits[256] = {
	[0 ... '0' - 1] = NO_DIGIT,
	['0'] = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
	['9' + 1 ... 'A' - 1] = NO_DIGIT,
	['A'] = 10, 11, 12, 13, 14, 15,
	['F' + 1 ... 'a' - 1] = NO_DIGIT,
	['a'] = 10, 11, 12, 13, 14, 15,
	['f' + 1 ... 255] = NO_DIGIT,
};

/* Upper case is read, too, as git does. */
static bool read_oid(struct quarry_oid *out, const char *hex)
{
	const unsigned char *p = (const unsigned char *)hex;
	unsigned all = 0;

	for (size_t i = 0; i < QUARRY_OID_SIZE; i++, p += 2) {
		unsigned hi = digits[p[0]], lo = digits[p[1]];

		all |= hi | lo;
		out->id[i] = (unsigned char)(hi << 4 | lo);
	}
	return !(all & NO_DIGIT);
}

bool commit_read_oid(struct quarry_oid *out, const char *text, size_t len)
{
	return len == HEX && read_oid(out, text);
}

/* "key " id LF at p? The caller has the bounds. */
static bool read_oid_line(struct quarry_oid *out, const char *p, const char *end,
			  const char *key, size_t key_len)
{
	if ((size_t)(end - p) < key_len + HEX + 1 || memcmp(p, key, key_len) != 0)
		return false;
	return p[key_len + HEX] == '\n' && read_oid(out, p + key_len);
}

struct quarry_oid commit_parent(const struct raw_commit *c, size_t i)
{
	struct quarry_oid oid = { { 0 } };

	(void)read_oid(&oid, c->parents + i * PARENT_LINE); /* checked by commit_parse */
	return oid;
}

static bool key_is(const char *line, size_t len, const char *key)
{
	size_t n = strlen(key);

	return len > n && memcmp(line, key, n) == 0 && line[n] == ' ';
}

/* One header line behind the parents. Of several persons the last counts, of several
 * encodings the first, as in `git log`. */
static void read_header(struct raw_commit *out, const char *line, size_t len)
{
	if (key_is(line, len, "author")) {
		out->doubled |= out->has_author;
		out->has_author = ident_split(&out->author, line + 7, len - 7);
	} else if (key_is(line, len, "committer")) {
		out->doubled |= out->has_committer;
		out->has_committer = ident_split(&out->committer, line + 10, len - 10);
	} else if (!out->encoding && key_is(line, len, "encoding")) {
		out->encoding = line + 9;
		out->encoding_len = len - 9;
	}
}

/* Where the line at p ends: at its LF, and at a NUL, as in git.  Whatever lies behind is
 * not looked at: of a commit full of NULs each would be looked at again and again. */
static const char *end_of_line(const char *p, const char *end, bool has_nul)
{
	const char *lf;

	if (has_nul) {
		while (p < end && *p != '\n' && *p != '\0')
			p++;
		return p;
	}
	lf = memchr(p, '\n', (size_t)(end - p));
	return lf ? lf : end;
}

bool commit_parse(struct raw_commit *out, const char *data, size_t len)
{
	const char *p = data, *end = data + len;
	struct quarry_oid parent;

	*out = (struct raw_commit){ 0 };
	out->has_tree = read_oid_line(&out->tree, p, end, "tree ", 5);
	if (!out->has_tree)
		return false;
	p += 5 + HEX + 1;
	out->parents = p + 7;
	while (read_oid_line(&parent, p, end, "parent ", 7)) {
		out->n_parents++;
		p += PARENT_LINE;
	}
	/* A parent that cannot be read must not make the commit a root. */
	if ((size_t)(end - p) >= 7 && memcmp(p, "parent ", 7) == 0)
		return false;
	out->has_nul = memchr(data, '\0', len) != NULL;
	while (p < end && *p != '\n' && *p != '\0') {
		const char *eol = end_of_line(p, end, out->has_nul);

		read_header(out, p, (size_t)(eol - p));
		p = eol < end ? eol + 1 : end;
	}
	out->message = p < end && *p == '\n' ? p + 1 : end;
	out->message_len = (size_t)(end - out->message);
	return true;
}
