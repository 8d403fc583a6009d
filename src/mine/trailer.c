#include "mine/trailer.h"

#include <string.h>
#include <sys/types.h>

#include "util/ascii.h"
#include "util/banned.h"

/*
 * Keys that are kept: those that name a person or an agent behind the work, and
 * those by which exports from other systems are known.  A later identity rule
 * may use any of them without mining again.
 */
static const char *const kept_keys[] = {
	"Co-authored-by", "Co-author", "Co-developed-by", "Reviewed-by", "Pair",
	/* Whose work it is, where somebody else commits it. */
	"Author", "Authored-by", "Original-author", "Originally-authored-by",
	/* What helped.  Editors and agents write these by themselves; the last three lead to
	 * an agent's session, and may be the only sign of it. */
	"Assisted-by", "Generated-by", "Made-with", "Authored-with", "AI-assisted",
	"Claude-Session", "Copilot-Session", "Agent-Logs-Url",
	"Differential-Revision", "PiperOrigin-RevId", "GitOrigin-RevId", NULL
};

static const char *const git_generated[] = { "Signed-off-by: ", "(cherry picked from commit ", NULL };

static const char scissors[] = "# ------------------------ >8 ------------------------\n";

/* White space as git has it: no vertical tab, no form feed. */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_key_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

static bool starts_with(const char *s, const char *end, const char *prefix)
{
	size_t n = strlen(prefix);

	return (size_t)(end - s) >= n && memcmp(s, prefix, n) == 0;
}

/* Start of the line behind the one at p; `end` where there is none. */
static const char *next_line(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf ? lf + 1 : end;
}

static bool is_blank(const char *p, const char *end)
{
	while (p < end && *p != '\n' && is_space(*p))
		p++;
	return p == end || *p == '\n';
}

/* Start of the last line of buf[0..len), -1 for none; a final LF belongs to it. */
static ssize_t last_line(const char *buf, size_t len)
{
	if (len == 0)
		return -1;
	for (ssize_t i = (ssize_t)len - 2; i >= 0; i--)
		if (buf[i] == '\n')
			return i + 1;
	return 0;
}

/* Where the key ends in "key : value", -1 where the line is no trailer. */
static ssize_t find_separator(const char *line, const char *end)
{
	bool space = false;

	for (const char *c = line; c < end; c++) {
		if (*c == ':')
			return c - line;
		if (!space && is_key_char(*c))
			continue;
		if (c == line || (*c != ' ' && *c != '\t'))
			return -1;
		space = true;
	}
	return -1;
}

/* Length without a scissors line and all behind it. */
static size_t cut_at_scissors(const char *buf, size_t len)
{
	const char *p;

	if (starts_with(buf, buf + len, scissors))
		return 0;
	for (p = buf; (p = memmem(p, (size_t)(buf + len - p), scissors, sizeof(scissors) - 1)); p++)
		if (p[-1] == '\n')
			return (size_t)(p - buf);
	return len;
}

/* Where trailers may end: before comments, blank lines and an old "Conflicts:" list. */
static size_t find_trailer_end(const char *buf, size_t len)
{
	size_t cutoff = cut_at_scissors(buf, len), tail = 0;
	const char *end = buf + len, *p = buf;
	bool conflicts = false;

	while ((size_t)(p - buf) < cutoff) {
		if (*p == '#' || *p == '\n') {
			if (!tail)
				tail = (size_t)(p - buf);
		} else if (starts_with(p, end, "Conflicts:\n")) {
			conflicts = true;
			if (!tail)
				tail = (size_t)(p - buf);
		} else if (!(conflicts && *p == '\t') && tail) {
			tail = 0;
			conflicts = false;
		}
		p = next_line(p, end);
	}
	return tail ? tail : cutoff;
}

struct block {
	int trailers, others, maybe_continued;
	bool generated; /* a line that git itself writes was seen */
	bool only_blank;
};

static bool is_generated(const char *line, const char *end)
{
	for (size_t i = 0; git_generated[i]; i++)
		if (starts_with(line, end, git_generated[i]))
			return true;
	return false;
}

static void count_line(struct block *b, const char *line, const char *end)
{
	b->only_blank = false;
	if (is_generated(line, end)) {
		b->generated = true;
		b->trailers++;
		b->maybe_continued = 0;
	} else if (!is_space(line[0]) && find_separator(line, end) >= 1) {
		b->trailers++;
		b->maybe_continued = 0;
	} else if (is_space(line[0])) {
		b->maybe_continued++;
	} else {
		b->others += 1 + b->maybe_continued;
		b->maybe_continued = 0;
	}
}

static size_t end_of_title(const char *buf, const char *end)
{
	const char *p = buf;

	while (p < end && (*p == '#' || !is_blank(p, end)))
		p = next_line(p, end);
	return (size_t)(p - buf);
}

/*
 * The block is the last paragraph, never the title, where all lines are trailers,
 * or where git wrote one of them and at least a quarter are trailers.
 */
static size_t find_trailer_start(const char *buf, size_t len)
{
	const char *end = buf + len;
	ssize_t title = (ssize_t)end_of_title(buf, end);
	struct block b = { .only_blank = true };

	for (ssize_t l = last_line(buf, len); l >= title; l = last_line(buf, (size_t)l)) {
		const char *line = buf + l;

		if (*line == '#') {
			b.others += b.maybe_continued;
			b.maybe_continued = 0;
			continue;
		}
		if (!is_blank(line, end)) {
			count_line(&b, line, end);
			continue;
		}
		if (b.only_blank)
			continue;
		b.others += b.maybe_continued;
		if ((b.generated && b.trailers * 3 >= b.others) || (b.trailers && !b.others))
			return (size_t)(next_line(line, end) - buf);
		return len;
	}
	return len;
}

static const char *kept_key(const char *key, size_t len)
{
	for (size_t i = 0; kept_keys[i]; i++)
		if (strlen(kept_keys[i]) == len && ascii_ncasecmp(kept_keys[i], key, len) == 0)
			return kept_keys[i];
	return NULL;
}

/* Fill `out` from a trailer and its continuation lines; false where it is not kept. */
static bool read_trailer(struct trailer_line *out, const char *line, const char *end)
{
	ssize_t key_len = find_separator(line, end);
	const char *value;

	if (key_len < 1)
		return false;
	value = line + key_len + 1;
	while (key_len > 0 && is_space(line[key_len - 1]))
		key_len--;
	out->key = kept_key(line, (size_t)key_len);
	if (!out->key)
		return false;
	while (value < end && is_space(*value))
		value++;
	while (end > value && is_space(end[-1]))
		end--;
	out->value = value;
	out->value_len = (size_t)(end - value);
	return true;
}

void trailer_block_find(struct trailer_block *out, const char *message, size_t len)
{
	size_t stop = find_trailer_end(message, len);

	out->begin = message + find_trailer_start(message, stop);
	out->end = message + stop;
}

bool trailer_block_keeps(const struct trailer_block *b, const char *line, const char *end)
{
	struct trailer_line t;

	return line >= b->begin && line < b->end && read_trailer(&t, line, end);
}

int trailers_read(const struct trailer_block *b,
		  int (*found)(void *payload, const struct trailer_line *line), void *payload)
{
	const char *p = b->begin, *end = b->end;

	while (p < end) {
		const char *next = next_line(p, end);
		struct trailer_line line;
		int rc;

		/* Lines that begin with white space continue a trailer, and only that. */
		if (find_separator(p, end) >= 1)
			while (next < end && is_space(*next))
				next = next_line(next, end);
		if (read_trailer(&line, p, next) && (rc = found(payload, &line)))
			return rc;
		p = next;
	}
	return 0;
}

void trailer_unfold(struct str *out, const char *value, size_t len)
{
	for (size_t i = 0; i < len;) {
		char c = value[i++];

		while (c == '\n' && i < len && is_space(value[i]))
			i++;
		str_addc(out, c == '\n' ? ' ' : c);
	}
}
