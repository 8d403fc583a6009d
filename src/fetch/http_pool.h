/*
 * Connections that outlive a link: libcurl keeps them in its "multi" handles, and
 * idle handles wait here, by the host they were used for, for the next repository
 * of that host.
 *
 *	CURLM *m = http_pool_take("https://example.org");
 *	...
 *	http_pool_give("https://example.org", m);
 *
 * A handle belongs to one thread from take to give.
 */
#ifndef QUARRY_FETCH_HTTP_POOL_H
#define QUARRY_FETCH_HTTP_POOL_H

#include <curl/curl.h>

/* An idle handle of this key, else a new one; NULL without memory. */
CURLM *http_pool_take(const char *key);
/* No transfer may be left in it. NULL: nothing. */
void http_pool_give(const char *key, CURLM *multi);
void http_pool_clear(void);

#endif
