#include "fetch/pktline.h"

#include <stdarg.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"

#define LENGTH_LEN 4 /* digits of the length */
#define READ_LEN 16384

/* What is known of the words of servers; the first that fits counts. */
static const struct {
	const char *text;
	enum guard_cause cause;
} known_errors[] = {
	{ "repository not exported", GUARD_GONE }, /* git daemon */
	{ "no such repository", GUARD_GONE },      /* git daemon --informative-errors */
	{ "repository not found", GUARD_GONE },    /* GitHub */
	{ "could not be found", GUARD_GONE },      /* GitLab */
	{ "not appear to be a git", GUARD_GONE },
	{ "access denied", GUARD_AUTH },
	{ "permission denied", GUARD_AUTH },
	{ "not our ref", GUARD_LATER },            /* the branch moved since it was listed */
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The number that the first digits of a length make; -1: they are no digits. So garbage
 * shows even when it is shorter than a length. */
static int parse_length(const char *buf, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < LENGTH_LEN && i < len; i++) {
		int digit = hex_digit(buf[i]);

		if (digit < 0)
			return -1;
		n = n * 16 + digit;
	}
	return n;
}

ssize_t pkt_parse(struct pkt *out, const char *buf, size_t len)
{
	static const enum pkt_kind kinds[] = { PKT_FLUSH, PKT_DELIM, PKT_END };
	int n = parse_length(buf, len);

	if (n < 0)
		return -1;
	if (len < LENGTH_LEN)
		return 0;
	if (n < LENGTH_LEN) {
		if (n >= (int)(sizeof(kinds) / sizeof(kinds[0])))
			return -1;
		*out = (struct pkt){ kinds[n], buf + LENGTH_LEN, 0 };
		return LENGTH_LEN;
	}
	if (n > LENGTH_LEN + PKT_DATA_MAX)
		return -1;
	if (len < (size_t)n)
		return 0;
	*out = (struct pkt){ PKT_DATA, buf + LENGTH_LEN, (size_t)n - LENGTH_LEN };
	return n;
}

ssize_t pkt_payload_len(const char *head)
{
	struct pkt p;
	int n = parse_length(head, LENGTH_LEN);

	if (pkt_parse(&p, head, LENGTH_LEN) < 0)
		return -1;
	return n > LENGTH_LEN ? n - LENGTH_LEN : 0;
}

size_t pkt_line_len(const struct pkt *p)
{
	return p->len && p->data[p->len - 1] == '\n' ? p->len - 1 : p->len;
}

bool pkt_is_error(const struct pkt *p, const char **text, size_t *len)
{
	static const char mark[] = "ERR ";
	size_t mark_len = sizeof(mark) - 1, line_len = pkt_line_len(p);

	if (p->kind != PKT_DATA || line_len < mark_len || memcmp(p->data, mark, mark_len) != 0)
		return false;
	*text = p->data + mark_len;
	*len = line_len - mark_len;
	return true;
}

static enum guard_cause cause_of(const char *text, enum guard_cause otherwise)
{
	for (size_t i = 0; i < sizeof(known_errors) / sizeof(known_errors[0]); i++)
		if (ascii_casestr(text, known_errors[i].text))
			return known_errors[i].cause;
	return otherwise;
}

/* What the server says may end on a terminal, and be cut anywhere before that: only
 * printable ASCII is let through. */
int pkt_said(struct guard *g, const char *text, size_t len, enum guard_cause otherwise)
{
	struct str said = STR_INIT;

	while (len && text[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++)
		str_addc(&said, text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	if (said.oom)
		(void)guard_fail(g, GUARD_NOMEM, "out of memory"); /* always -1 */
	else if (said.len)
		(void)guard_fail(g, cause_of(said.buf, otherwise), "the server says: %s", said.buf);
	else
		(void)guard_fail(g, otherwise, "the server refuses and does not say why");
	str_release(&said);
	return -1;
}

int pkt_check_error(const struct pkt *p, struct guard *g)
{
	const char *text;
	size_t len;

	return pkt_is_error(p, &text, &len) ? pkt_said(g, text, len, GUARD_FINAL) : 0;
}

int pkt_garbage(struct guard *g)
{
	return guard_fail(g, GUARD_FINAL, "the answer of the server is no git protocol");
}

/* Put the length before the payload, which begins behind four bytes at `at`. */
static void set_length(struct str *s, size_t at)
{
	static const char digits[] = "0123456789abcdef";
	size_t n;

	if (s->oom)
		return;
	n = s->len - at;
	if (n > LENGTH_LEN + PKT_DATA_MAX) {
		s->oom = true;
		return;
	}
	for (int i = LENGTH_LEN - 1; i >= 0; i--, n /= 16)
		s->buf[at + (size_t)i] = digits[n % 16];
}

void pkt_add(struct str *s, const char *data, size_t len)
{
	size_t at = s->len;

	str_adds(s, "0000");
	str_add(s, data, len);
	set_length(s, at);
}

void pkt_addf(struct str *s, const char *fmt, ...)
{
	size_t at = s->len;
	va_list ap;

	str_adds(s, "0000");
	va_start(ap, fmt);
	str_vaddf(s, fmt, ap);
	va_end(ap);
	set_length(s, at);
}

void pkt_flush(struct str *s)
{
	str_adds(s, "0000");
}

void pkt_delim(struct str *s)
{
	str_adds(s, "0001");
}

/* Forget the packets that were taken: what stays is less than one packet. */
static void drop_taken(struct pkt_reader *r)
{
	if (!r->at)
		return;
	r->buf.len -= r->at;
	memmove(r->buf.buf, r->buf.buf + r->at, r->buf.len + 1); /* its NUL, too */
	r->at = 0;
}

/* 1: more came; 0: the link ended; -1 after guard_fail(). */
static int read_more(struct pkt_reader *r)
{
	char chunk[READ_LEN];
	ssize_t n = r->link->read(r->link, chunk, sizeof(chunk));

	if (n <= 0)
		return (int)n;
	drop_taken(r);
	str_add(&r->buf, chunk, (size_t)n);
	if (r->buf.oom)
		return guard_fail(r->link->guard, GUARD_NOMEM, "out of memory");
	return 1;
}

int pkt_read(struct pkt *out, struct pkt_reader *r)
{
	struct guard *g = r->link->guard;

	for (;;) {
		size_t left = r->buf.len - r->at;
		ssize_t n = left ? pkt_parse(out, r->buf.buf + r->at, left) : 0;
		int rc;

		if (n < 0)
			return pkt_garbage(g);
		if (n > 0) {
			r->at += (size_t)n;
			return 1;
		}
		rc = read_more(r);
		if (rc == 0 && left)
			return guard_fail(g, GUARD_LATER, "the answer of the server is cut off");
		if (rc <= 0)
			return rc;
	}
}

int pkt_need(struct pkt *out, struct pkt_reader *r)
{
	int rc = pkt_read(out, r);

	if (rc == 0)
		return guard_fail(r->link->guard, GUARD_LATER,
				  "the answer of the server is cut off");
	return rc < 0 ? -1 : 0;
}

void pkt_reader_release(struct pkt_reader *r)
{
	str_release(&r->buf);
	r->at = 0;
}
