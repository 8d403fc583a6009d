/*
 * Packets for tests, and a link over them.
 *
 * A conversation is written as one string: "version 2|fetch=filter|." is two data packets,
 * each with a newline at its end, and a flush.  Of the pieces between '|':
 *
 *	.	a flush		,	a delimiter
 *	=text	these bytes as they are, in no packet
 *	text\	a data packet without a newline
 *	text	a data packet
 *
 * and '~' is a NUL everywhere.  Include it after cmocka.h.
 */
#ifndef QUARRY_TESTS_WIRE_H
#define QUARRY_TESTS_WIRE_H

#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "fetch/pktline.h"

#define A10 "aaaaaaaaaa"
#define B10 "bbbbbbbbbb"
#define C10 "cccccccccc"
#define Z10 "0000000000"
#define A40 A10 A10 A10 A10
#define B40 B10 B10 B10 B10
#define C40 C10 C10 C10 C10
#define Z40 Z10 Z10 Z10 Z10
#define A64 A40 A10 A10 "aaaa"
#define B64 B40 B10 B10 "bbbb"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static inline void add_piece(struct str *out, const char *piece, size_t len)
{
	struct str s = STR_INIT;

	for (size_t i = 0; i < len; i++)
		str_addc(&s, piece[i] == '~' ? '\0' : piece[i]);
	str_addc(&s, '\n');
	if (len == 1 && *piece == '.')
		pkt_flush(out);
	else if (len == 1 && *piece == ',')
		pkt_delim(out);
	else if (len && *piece == '=')
		str_add(out, s.buf + 1, len - 1);
	else if (len && piece[len - 1] == '\\')
		pkt_add(out, s.buf, len - 1);
	else
		pkt_add(out, s.buf, s.len);
	str_release(&s);
}

/* The bytes of a conversation. */
static inline void spell(struct str *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "|");

		add_piece(out, text, len);
		text += len + (text[len] == '|');
	}
	assert_false(out->oom);
}

/* And back, as far as they are packets; what is none is left out. */
static inline void unspell(struct str *out, const char *buf, size_t len)
{
	static const char *const marks[] = {
		[PKT_FLUSH] = ".", [PKT_DELIM] = ",", [PKT_END] = ";",
	};
	struct pkt p;
	ssize_t n;

	for (; len && (n = pkt_parse(&p, buf, len)) > 0; buf += n, len -= (size_t)n) {
		if (out->len)
			str_addc(out, '|');
		if (p.kind != PKT_DATA) {
			str_adds(out, marks[p.kind]);
			continue;
		}
		for (size_t i = 0; i < pkt_line_len(&p); i++)
			str_addc(out, p.data[i] ? p.data[i] : '~');
		if (pkt_line_len(&p) == p.len)
			str_addc(out, '\\');
	}
	assert_false(out->oom);
}

/* A server whose answer is known, and comes in pieces of `chunk` bytes at most. */
struct fake {
	struct link link;
	struct guard guard;
	struct quarry_fetch_options options;
	char *bytes; /* in memory that ends exactly behind them */
	size_t len, at, chunk;
	bool broken; /* its end is a failure of the link */
};

static inline ssize_t fake_read(struct link *l, void *buf, size_t len)
{
	struct fake *f = (struct fake *)l;

	if (len > f->chunk)
		len = f->chunk;
	if (len > f->len - f->at)
		len = f->len - f->at;
	if (!len)
		return f->broken ? guard_fail(&f->guard, GUARD_LATER, "the line broke") : 0;
	memcpy(buf, f->bytes + f->at, len);
	f->at += len;
	return (ssize_t)len;
}

static inline void fake_start(struct fake *f, const char *bytes, size_t len, size_t chunk)
{
	*f = (struct fake){ .bytes = exact(bytes, len), .len = len, .chunk = chunk };
	f->link.read = fake_read;
	f->link.guard = &f->guard;
	guard_start(&f->guard, &f->options);
}

static inline void fake_release(struct fake *f)
{
	free(f->bytes);
}

/* splitmix64: the same numbers on every machine. */
static inline size_t below(uint64_t *random, size_t n)
{
	uint64_t z = *random += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (size_t)((z ^ (z >> 31)) % n);
}

/* Change a few bytes of `s`: one of them, or a piece taken out, doubled, or cut off. */
static inline void mutate(struct str *s, uint64_t *random)
{
	static const char bytes[] = "0123456789abcdef \n\0\x01\x7f\xff:=^{}/";

	for (size_t n = 1 + below(random, 4); n > 0 && s->len; n--) {
		size_t at = below(random, s->len), len = 1 + below(random, 12);

		if (len > s->len - at)
			len = s->len - at;
		switch (below(random, 8)) {
		case 0: /* take out */
			memmove(s->buf + at, s->buf + at + len, s->len - at - len);
			s->len -= len;
			break;
		case 1: { /* double, at the end */
			char *piece = exact(s->buf + at, len);

			str_add(s, piece, len);
			free(piece);
			break;
		}
		case 2: /* cut off */
			s->len = below(random, 4) ? s->len : at;
			break;
		default:
			s->buf[at] = bytes[below(random, sizeof(bytes) - 1)];
		}
	}
}

#endif
