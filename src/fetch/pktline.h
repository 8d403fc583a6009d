/*
 * Packets: the frames in which git's protocol speaks.
 *
 *	packet  = length *OCTET         the length in 4 hex digits, itself included
 *	        / "0000"                flush: the end of a list or of a request
 *	        / "0001"                delimiter: between the parts of a list (version 2)
 *	        / "0002"                the end of an answer (version 2)
 *
 *	struct pkt_reader r = PKT_READER_INIT(link);
 *	while ((rc = pkt_read(&p, &r)) > 0 && p.kind == PKT_DATA) ...
 *	pkt_reader_release(&r);
 *
 * A payload is as the other side sent it: it may hold any byte and need not end in a
 * newline.
 */
#ifndef QUARRY_FETCH_PKTLINE_H
#define QUARRY_FETCH_PKTLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "fetch/link.h"
#include "util/str.h"

#define PKT_DATA_MAX 65516 /* bytes of payload */

enum pkt_kind { PKT_DATA, PKT_FLUSH, PKT_DELIM, PKT_END };

struct pkt {
	enum pkt_kind kind;
	const char *data; /* the payload, not NUL-terminated */
	size_t len;
};

/* The packet at the beginning of `buf`, whose memory it shares. The bytes it takes there;
 * 0: it is not whole yet; -1: this is no packet. */
ssize_t pkt_parse(struct pkt *out, const char *buf, size_t len);

/* The length of the payload that follows these 4 bytes, 0 for what is no data packet; -1:
 * they begin no packet. */
ssize_t pkt_payload_len(const char *head);

/* The payload of a data packet without the newline at its end. */
size_t pkt_line_len(const struct pkt *p);

/* Whether it says "ERR <text>": the server refuses. The text shares the packet's memory and
 * has no newline at its end. */
bool pkt_is_error(const struct pkt *p, const char **text, size_t *len);

/* Fail with what the server says, its last word. Always -1, after guard_fail().
 * @param otherwise  the cause, where the text is none of the known ones */
int pkt_said(struct guard *g, const char *text, size_t len, enum guard_cause otherwise);

/* 0; or -1 after guard_fail() when the packet says "ERR <text>". */
int pkt_check_error(const struct pkt *p, struct guard *g);
/* -1 after guard_fail(): what came is not what the protocol allows there. */
int pkt_garbage(struct guard *g);

/* Append a packet. A payload of more than PKT_DATA_MAX bytes sets `oom`. */
void pkt_add(struct str *s, const char *data, size_t len);
void pkt_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pkt_flush(struct str *s);
void pkt_delim(struct str *s);

/* Reads ahead: buf.buf[at] to buf.buf[buf.len - 1] has come from the link, but is not
 * looked at yet. */
struct pkt_reader {
	struct link *link;
	struct str buf;
	size_t at;
};

#define PKT_READER_INIT(l) { (l), STR_INIT, 0 }

/* 1: a packet, whose bytes live until the next call; 0: the link ended between two
 * packets; -1 after guard_fail(). */
int pkt_read(struct pkt *out, struct pkt_reader *r);
/* The same, where the link must not end yet: 0, or -1 after guard_fail(). */
int pkt_need(struct pkt *out, struct pkt_reader *r);
void pkt_reader_release(struct pkt_reader *r);

#endif
