/*
 * A rewriter of the requests that libgit2 makes: it puts in that no blobs are wanted.
 *
 *	request    = wants flush *OCTET         version 0
 *	wants      = *( want / other )
 *	want       = "want " id [ " " capabilities ]
 *
 * The first want gets the capability "filter", and before the flush comes a packet
 * "filter blob:none".  All else stays as it is.
 *
 *	struct request r = REQUEST_INIT;
 *	request_begin(&r, filter, also);        for a connection, or for each POST
 *	request_feed(&r, &out, data, len);      in pieces of any size
 *	... send out, str_clear(&out) ...
 *	request_release(&r);
 */
#ifndef QUARRY_FETCH_REQUEST_H
#define QUARRY_FETCH_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

/* Where in the request. */
enum request_part {
	REQUEST_REST, /* behind the wants */
	REQUEST_FIRST, /* no want seen yet */
	REQUEST_WANTS, /* one seen at least */
};

struct request {
	enum request_part part;
	const char *also; /* NULL: nothing */
	struct str begun;  /* the beginning of a packet */
};

#define REQUEST_INIT { REQUEST_REST, NULL, STR_INIT }

/*
 * @param filter  false: all passes unchanged
 * @param also    other capabilities for the first want, as "no-progress"; they must outlive
 *                the request; NULL: none
 */
void request_begin(struct request *r, bool filter, const char *also);

/* Append to `out` what may be sent of it by now. 0; -1 when this is no request. Without
 * memory out->oom is set. */
int request_feed(struct request *r, struct str *out, const void *data, size_t len);
void request_release(struct request *r);

#endif
