/*
 * Text from outside in Markdown.  It must come out as the same plain text with
 * every reader (CommonMark, GitHub, pandoc): nothing in it may begin a block,
 * mark up a span, close a table cell, start HTML or link somewhere.  A backslash
 * before ASCII punctuation is literal in all of them.
 */
#include "report/md/md.h"

#include <string.h>

#include "report/text.h"
#include "util/banned.h"

/* What an escape depends on: where in the text a character stands. */
struct position {
	size_t n;        /* characters written */
	int32_t last;    /* the one before, 0 at the start */
	bool word;       /* only letters and digits so far: a dot would make it a list item */
	unsigned ws;     /* letters w just before: www. becomes a link by itself */
};

static bool is_word(int32_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Where a character can do no harm it stays bare: slugs and titles read better. */
static bool needs_escape(int32_t c, int32_t next, const struct position *p)
{
	switch (c) {
	case '\\': case '`': case '*': case '{': case '}': case '[': case ']': case '<': case '>':
	case '|': case '~': case '#': case '$': case '^': case '@':
		return true;
	case '_': /* inside a word it opens and closes nothing */
		return !is_word(p->last) || !is_word(next);
	case '&': /* an entity? */
		return is_word(next) || next == '#';
	case ':': /* :name: is an emoji */
		return !p->n || is_word(next) || next == '+' || next == '-';
	case '+': case '-': case '=': case '%': case '(':
		return !p->n;
	case '.': case ')':
		return (p->word && (next == ' ' || next < 0)) || (c == '.' && p->ws >= 3);
	case '/': /* http:// becomes a link by itself */
		return p->last == ':';
	default:
		return false;
	}
}

static void add(struct str *out, int32_t c, int32_t next, struct position *p)
{
	if (needs_escape(c, next, p))
		str_addc(out, '\\');
	text_put(out, c);
	p->word = p->word && (is_word(c) || c >= 0x80);
	p->ws = c == 'w' || c == 'W' ? p->ws + 1 : 0;
	p->last = c;
	p->n++;
}

static int32_t peek(const char *at, const char *end)
{
	return text_next(&at, end);
}

/* White space is trimmed and runs of it are one space: four could be code. */
void md_text(struct str *out, const char *s)
{
	const char *at = s ? s : "", *end = at + strlen(at);
	struct position p = { .word = true };
	bool space = false;
	int32_t c;

	while ((c = text_next(&at, end)) >= 0) {
		if (c == ' ') {
			space = p.n > 0;
			continue;
		}
		if (p.n >= MD_TEXT_MAX) {
			str_adds(out, "…");
			break;
		}
		if (space)
			add(out, ' ', c, &p);
		add(out, c, peek(at, end), &p);
		space = false;
	}
}

/* Characters that mean nothing inside a link's destination; no user part either. */
static bool is_plain_url(const char *url)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_.~/:%+";

	return url && !strncmp(url, "https://", 8) && url[8] && strspn(url, safe) == strlen(url);
}

void md_link(struct str *out, const char *text, const char *url)
{
	bool link = is_plain_url(url);

	if (link)
		str_addc(out, '[');
	md_text(out, text);
	if (link)
		str_addf(out, "](%s)", url);
}

void md_hash(struct str *out, const char *s)
{
	size_t n = s ? strlen(s) : 0;

	if (n && strspn(s, "0123456789abcdefABCDEF") == n)
		str_addf(out, "`%s`", s);
	else if (n)
		md_text(out, s);
	else
		str_adds(out, "n/a");
}
