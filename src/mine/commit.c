#include "mine/commit.h"

#include <string.h>

#include "util/banned.h"

#define HEX (2 * QUARRY_OID_SIZE)
#define PARENT_LINE (7 + HEX + 1) /* "parent " id LF */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
		return (c & 7) + 9;
	return -1;
}

/* Upper case is read, too, as git does. */
static bool read_oid(struct quarry_oid *out, const char *hex)
{
	for (size_t i = 0; i < QUARRY_OID_SIZE; i++) {
		int hi = hex_value(hex[2 * i]), lo = hi < 0 ? -1 : hex_value(hex[2 * i + 1]);

		if (lo < 0)
			return false;
		out->id[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
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

/* Where the line at p ends: at its LF, and at a NUL, as in git. */
static const char *end_of_line(const char *p, const char *end)
{
	while (p < end && *p != '\n' && *p != '\0')
		p++;
	return p;
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
	while (p < end && *p != '\n' && *p != '\0') {
		const char *eol = end_of_line(p, end);

		read_header(out, p, (size_t)(eol - p));
		p = eol < end ? eol + 1 : end;
	}
	out->has_nul = memchr(data, '\0', len) != NULL;
	out->message = p < end && *p == '\n' ? p + 1 : end;
	out->message_len = (size_t)(end - out->message);
	return true;
}
