#include "mine/marks.h"

#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"

#define LINES_MAX 8
#define BY_MAX 64
#define LEAD_MAX 32 /* bytes before the first word */
#define SHA_MIN 7
#define SHA_MAX 40

const char mark_line[] = "line";
const char mark_by[] = "by";

/* No word begins another one. */
static const char *const made[] = {
	"assisted", "authored", "co-authored", "co-developed", "coauthored", "created",
	"developed", "drafted", "generated", "made", "written", NULL
};

static const char *const with[] = { "by", "using", "with", NULL };

/* What was found of one key. */
struct kept {
	struct trailer_line *at;
	size_t n, max;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Start of the line behind the one at p; `end` where there is none. */
static const char *next_line(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf ? lf + 1 : end;
}

/* Where one of the words ends that the text begins with; NULL: none. */
static const char *skip_word(const char *const *words, const char *p, const char *end)
{
	for (; *words && p < end; words++) {
		size_t len;

		if (**words != (*p | 0x20))
			continue;
		len = strlen(*words);
		if ((size_t)(end - p) >= len && ascii_ncasecmp(*words, p, len) == 0)
			return p + len;
	}
	return NULL;
}

/* Can one of `made` begin with it? Of most lines nothing else is looked at. */
static bool begins_made(char c)
{
	switch (c | 0x20) {
	case 'a': case 'c': case 'd': case 'g': case 'm': case 'w':
		return true;
	default:
		return false;
	}
}

static bool says_who_made_it(const char *line, const char *end)
{
	const char *p = line;

	while (p < end && p - line < LEAD_MAX && !is_word_char(*p))
		p++;
	if (p == end || !begins_made(*p))
		return false;
	p = skip_word(made, p, end);
	if (!p || p == end || (*p != ' ' && *p != '-'))
		return false;
	p = skip_word(with, p + 1, end);
	return p && (p == end || !is_word_char(*p));
}

static void set_value(struct trailer_line *out, const char *key, const char *s, const char *end)
{
	while (s < end && is_space(*s))
		s++;
	while (end > s && is_space(end[-1]))
		end--;
	*out = (struct trailer_line){ .key = key, .value = s, .value_len = (size_t)(end - s) };
}

static bool read_by(struct trailer_line *out, const char *line, const char *end)
{
	static const char by[] = " by ";
	const size_t by_len = sizeof(by) - 1;
	const char *p = line;

	while (p < end && p - line <= SHA_MAX && ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f')))
		p++;
	if (p - line < SHA_MIN || p - line > SHA_MAX || (size_t)(end - p) < by_len ||
	    memcmp(p, by, by_len) != 0)
		return false;
	p += by_len;
	while (end > p && is_space(end[-1]))
		end--;
	if (end - p < 2 || memcmp(end - 2, ">:", 2) != 0 || !memchr(p, '<', (size_t)(end - p)))
		return false;
	set_value(out, mark_by, p, end - 1);
	return true;
}

static bool read_mark(struct trailer_line *out, const struct trailer_block *block,
		      const char *line, const char *end)
{
	if (read_by(out, line, end))
		return true;
	if (!says_who_made_it(line, end) || trailer_block_keeps(block, line, end))
		return false;
	set_value(out, mark_line, line, end);
	return true;
}

static bool is_new(const struct kept *kept, const struct trailer_line *line)
{
	for (size_t i = 0; i < kept->n; i++)
		if (kept->at[i].value_len == line->value_len &&
		    memcmp(kept->at[i].value, line->value, line->value_len) == 0)
			return false;
	return kept->n < kept->max;
}

int marks_read(const char *message, size_t len, const struct trailer_block *block,
	       int (*found)(void *payload, const struct trailer_line *line), void *payload)
{
	struct trailer_line line_room[LINES_MAX], by_room[BY_MAX];
	struct kept lines = { line_room, 0, LINES_MAX }, by = { by_room, 0, BY_MAX };
	const char *end = message + len, *p = next_line(message, end), *next;
	int rc = 0;

	for (; !rc && p < end; p = next) {
		struct trailer_line line;
		struct kept *kept;

		next = next_line(p, end);
		if (!read_mark(&line, block, p, next))
			continue;
		kept = line.key == mark_by ? &by : &lines;
		if (is_new(kept, &line)) {
			kept->at[kept->n++] = line;
			rc = found(payload, &line);
		}
	}
	return rc;
}
