/*
 * What the outcome of one HTTP exchange means for the fetch.  Nothing that a server
 * wrote ends in these sentences.
 */
#ifndef QUARRY_FETCH_HTTP_ANSWER_H
#define QUARRY_FETCH_HTTP_ANSWER_H

#include <curl/curl.h>

#include "fetch/guard.h"

/*
 * A status other than 200 as failure; -1.
 * @param used_for       the host that credentials were sent to; NULL: none were
 * @param retry_after_s  -1: the server named no time
 */
int http_fail_status(struct guard *g, long status, const char *used_for, int64_t retry_after_s);

/* No answer, or half of one; -1.
 * @param detail  libcurl's sentence, "" for none */
int http_fail_curl(struct guard *g, CURL *easy, CURLcode code, const char *detail);

#endif
