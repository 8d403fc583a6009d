/*
 * One HTTP request and its answer at a time, over libcurl.
 *
 *	struct http_exchange x;
 *	http_exchange_init(&x, guard, multi)
 *	http_exchange_send(&x, &request)      until the head of the answer is there
 *	if (x.status == 200)
 *		http_exchange_read(&x, ...)   its body, in pieces
 *	http_exchange_release(&x);
 *
 * libcurl pushes, these functions pull: it works only within them, and a body that
 * nobody reads makes it pause.  Redirects are not followed.  What can fail returns -1
 * after guard_fail().
 */
#ifndef QUARRY_FETCH_HTTP_EXCHANGE_H
#define QUARRY_FETCH_HTTP_EXCHANGE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "fetch/credential.h"
#include "fetch/guard.h"
#include "fetch/http_place.h"
#include "util/str.h"

enum http_method { HTTP_GET, HTTP_POST };

struct http_request {
	enum http_method method;
	int version; /* of git's protocol: 2, or none is asked for */
	const struct http_place *place;
	const struct credential *credential; /* NULL: none is sent */
	const struct str *body; /* of a POST; must outlive the exchange */
};

struct http_exchange {
	struct guard *guard;
	CURLM *multi;
	CURL *easy;

	/* Of the last request: */
	enum http_method method;
	struct curl_slist *headers;
	bool is_running; /* `easy` is in `multi` */
	bool is_paused;
	bool is_ended;
	bool is_lingering; /* what still comes is dropped */
	CURLcode result; /* when it has ended */
	long status;     /* 0: the head of the answer is not yet whole */
	int64_t status_ms;
	int64_t since_ms;   /* of the last sign of life */
	curl_off_t n_moved; /* bytes there and back by then */
	size_t n_unwanted;
	struct str in; /* what has come and was not yet read, */
	size_t in_at;  /* from here */
	char detail[CURL_ERROR_SIZE];
};

int http_exchange_init(struct http_exchange *x, struct guard *g, CURLM *multi);
/* Safe for one that is all zeros; leaves nothing in the multi handle, which stays. */
void http_exchange_release(struct http_exchange *x);

/* What is left of the answer before is dropped. On success x->status is 200 and what
 * the answer says it is is git's; or it is another one, whose body is dropped. */
int http_exchange_send(struct http_exchange *x, const struct http_request *request);

/* 1 to `len` bytes; 0 at the end. */
ssize_t http_exchange_read(struct http_exchange *x, void *buf, size_t len);

/* Drop what is left of the answer, and with it the connection, unless the end is near. */
void http_exchange_finish(struct http_exchange *x);

/* Where a redirect leads, until the next send; NULL: it does not say. */
const char *http_exchange_location(const struct http_exchange *x);
/* In how many seconds to come again; -1: it does not say. */
int64_t http_exchange_retry_after_s(const struct http_exchange *x);

#endif
