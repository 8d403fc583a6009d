#include "fetch/watch.h"

#include <string.h>

#include "fetch/pktline.h"
#include "util/banned.h"

#define BAND_LAST_WORDS 3

void watch_begin(struct watch *w, bool on)
{
	w->on = on;
	w->n_head = 0;
	w->left = 0;
	str_clear(&w->kept);
}

void watch_release(struct watch *w)
{
	str_release(&w->kept);
}

/* A length is whole. */
static int begin_packet(struct watch *w, struct guard *g)
{
	ssize_t n = pkt_payload_len(w->head);

	w->n_head = 0;
	if (n < 0)
		return pkt_garbage(g);
	w->left = (size_t)n;
	w->fresh = true;
	return 0;
}

/* What a payload begins with tells whether it matters: packs come in band 1. */
static bool matters(char first)
{
	return first == BAND_LAST_WORDS || first == 'E';
}

static int end_packet(struct watch *w, struct guard *g)
{
	struct pkt p = { PKT_DATA, w->kept.buf, w->kept.len };
	int rc = 0;

	if (w->kept.oom)
		return guard_fail(g, GUARD_NOMEM, "out of memory");
	if (!w->kept.len)
		return 0;
	if (p.data[0] == BAND_LAST_WORDS)
		rc = pkt_said(g, p.data + 1, p.len - 1, GUARD_LATER);
	else
		rc = pkt_check_error(&p, g);
	str_clear(&w->kept);
	return rc;
}

/* The bytes of `data` that belong to the packet that has begun. */
static size_t take_payload(struct watch *w, const char *data, size_t len)
{
	size_t n = len < w->left ? len : w->left;

	if (w->fresh)
		w->keeps = matters(data[0]);
	w->fresh = false;
	if (w->keeps)
		str_add(&w->kept, data, n);
	w->left -= n;
	return n;
}

int watch_feed(struct watch *w, struct guard *g, const char *data, size_t len)
{
	while (w->on && len) {
		size_t n = 1;

		if (w->left) {
			n = take_payload(w, data, len);
			if (!w->left && end_packet(w, g) < 0)
				return -1;
		} else {
			w->head[w->n_head++] = *data;
			if (w->n_head == sizeof(w->head) && begin_packet(w, g) < 0)
				return -1;
		}
		data += n;
		len -= n;
	}
	return 0;
}
