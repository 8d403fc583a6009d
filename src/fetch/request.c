#include "fetch/request.h"

#include <string.h>

#include "fetch/pktline.h"
#include "util/banned.h"

#define WANT "want "

void request_begin(struct request *r, bool filter, const char *also)
{
	r->part = filter ? REQUEST_FIRST : REQUEST_REST;
	r->also = also;
	str_clear(&r->begun);
}

void request_release(struct request *r)
{
	str_release(&r->begun);
	*r = (struct request)REQUEST_INIT;
}

static bool is_want(const struct pkt *p)
{
	return p->len >= strlen(WANT) && memcmp(p->data, WANT, strlen(WANT)) == 0;
}

/* libgit2 leaves a space behind its last capability. */
static int add_first_want(struct request *r, struct str *out, const struct pkt *p)
{
	struct str line = STR_INIT;
	size_t len = pkt_line_len(p);
	int rc = 0;

	while (len && p->data[len - 1] == ' ')
		len--;
	str_add(&line, p->data, len);
	str_adds(&line, " filter");
	if (r->also)
		str_addf(&line, " %s", r->also);
	str_addc(&line, '\n');
	if (line.oom)
		out->oom = true;
	else if (line.len > PKT_DATA_MAX)
		rc = -1;
	else
		pkt_add(out, line.buf, line.len);
	str_release(&line);
	return rc;
}

/* One packet of the wants, which takes `whole_len` bytes at `whole`. */
static int pass(struct request *r, struct str *out, const struct pkt *p, const char *whole,
		size_t whole_len)
{
	if (p->kind == PKT_DATA && r->part == REQUEST_FIRST && is_want(p)) {
		if (add_first_want(r, out, p) < 0)
			return -1;
		r->part = REQUEST_WANTS;
		return 0;
	}
	if (p->kind == PKT_FLUSH) {
		/* Without a want it is the farewell of a client that wants nothing: a
		 * server would refuse a filter that no want has announced. */
		if (r->part == REQUEST_WANTS)
			pkt_addf(out, "filter blob:none\n");
		r->part = REQUEST_REST;
	} else if (p->kind != PKT_DATA) {
		return -1;
	}
	str_add(out, whole, whole_len);
	return 0;
}

int request_feed(struct request *r, struct str *out, const void *data, size_t len)
{
	size_t at = 0;
	int rc = 0;

	if (r->part == REQUEST_REST) {
		str_add(out, data, len);
		return 0;
	}
	str_add(&r->begun, data, len);
	if (r->begun.oom) {
		out->oom = true;
		return 0;
	}
	while (!rc && r->part != REQUEST_REST && at < r->begun.len) {
		struct pkt p;
		ssize_t n = pkt_parse(&p, r->begun.buf + at, r->begun.len - at);

		if (n == 0)
			break;
		rc = n < 0 ? -1 : pass(r, out, &p, r->begun.buf + at, (size_t)n);
		if (!rc)
			at += (size_t)n;
	}
	if (r->part == REQUEST_REST) {
		str_add(out, r->begun.buf + at, r->begun.len - at);
		at = r->begun.len;
	}
	r->begun.len -= at;
	memmove(r->begun.buf, r->begun.buf + at, r->begun.len + 1); /* its NUL, too */
	return rc;
}
