/*
 * An ear on what a server answers to libgit2, for its last words: libgit2 1.5 passes over
 * "ERR <text>" in an answer, and over band 3, by which a server says why a pack ends in
 * the middle, and would wait for what never comes.
 *
 *	answer  = *packet                  as in fetch/pktline.h
 *	payload = "ERR " text / %x03 text / other
 *
 *	struct watch w = WATCH_INIT;
 *	watch_begin(&w, true);             for a connection, or for each answer
 *	watch_feed(&w, guard, data, len);  in pieces of any size
 *	watch_release(&w);
 */
#ifndef QUARRY_FETCH_WATCH_H
#define QUARRY_FETCH_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "fetch/guard.h"
#include "util/str.h"

struct watch {
	bool on;
	char head[4];    /* the length of a packet, as far as it has come */
	size_t n_head;
	size_t left;     /* of its payload; 0: a length comes next */
	bool fresh;      /* nothing of this payload has come */
	bool keeps;      /* it may be last words: it goes to `kept` */
	struct str kept;
};

#define WATCH_INIT { .kept = STR_INIT }

/* @param on  false: what comes is not looked at */
void watch_begin(struct watch *w, bool on);
/* 0; or -1 after guard_fail(): the server has said why it ends, or this is no packet. */
int watch_feed(struct watch *w, struct guard *g, const char *data, size_t len);
void watch_release(struct watch *w);

#endif
