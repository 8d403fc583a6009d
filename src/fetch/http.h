/*
 * Smart HTTP over libcurl: the process-wide part.  The conversation itself is
 * link_open_http() of fetch/link.h.
 *
 *	http_start(&err);      before the first link, in one thread
 *	... links, in any number of threads ...
 *	http_stop();           after the last
 */
#ifndef QUARRY_FETCH_HTTP_H
#define QUARRY_FETCH_HTTP_H

#include "quarry/error.h"

int http_start(struct quarry_error *err);
void http_stop(void);

#endif
