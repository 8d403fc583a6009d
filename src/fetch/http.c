/*
 * A link over smart HTTP:
 *
 *	1. GET <base>/info/refs, within link_open_http() up to the head of the answer.
 *	   Redirects are followed here and not by libcurl, so that one place decides what
 *	   may go to which host.
 *	2. Each request is one POST to <base>/git-upload-pack, where <base> is the place
 *	   that answered the GET.
 */
#include "fetch/http.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "fetch/credential.h"
#include "fetch/http_answer.h"
#include "fetch/http_exchange.h"
#include "fetch/http_place.h"
#include "fetch/http_pool.h"
#include "fetch/link.h"
#include "util/str.h"

#define REDIRECTS_MAX 5

struct http {
	struct link link; /* first: a link of this file is a struct http */
	struct http_place asked, place; /* at the beginning, and after redirects */
	struct credential credential; /* for place's host alone */
	bool has_credential;
	int version;
	char *key; /* of `multi` in the pool */
	CURLM *multi;
	struct http_exchange exchange;
	struct str body; /* of a request */
	bool is_writing; /* it is not yet sent */
};

static int nomem(struct http *h)
{
	return guard_fail(h->link.guard, GUARD_NOMEM, "out of memory");
}

static int fail_status(struct http *h)
{
	return http_fail_status(h->link.guard, h->exchange.status,
				h->has_credential ? h->place.host_port : NULL,
				http_exchange_retry_after_s(&h->exchange));
}

static int send_request(struct http *h, enum http_method method)
{
	struct http_request request = { method, h->version, &h->place,
					h->has_credential ? &h->credential : NULL, &h->body };

	return http_exchange_send(&h->exchange, &request);
}

/* --- The GET ----------------------------------------------------------------- */

static void forget_credential(struct http *h)
{
	credential_release(&h->credential);
	h->has_credential = false;
}

static int read_redirect(struct http_place *to, struct http *h)
{
	struct guard *g = h->link.guard;
	const char *location = http_exchange_location(&h->exchange);

	if (!location)
		return fail_status(h);
	switch (http_place_follow(to, &h->place, location)) {
	case HTTP_PLACE_READ:
		break;
	case HTTP_PLACE_ODD:
		return guard_fail(g, GUARD_FINAL, "it redirects to something that is no repository");
	case HTTP_PLACE_NOMEM:
		return nomem(h);
	}
	if (!strcmp(h->place.scheme, "https") && strcmp(to->scheme, "https"))
		return guard_fail(g, GUARD_FINAL, "it redirects from https to http");
	return 0;
}

static int follow(struct http *h)
{
	struct http_place to = HTTP_PLACE_INIT;
	int rc = read_redirect(&to, h);

	if (rc == 0) {
		/* It was for that host alone. */
		if (!http_place_same_origin(&h->place, &to))
			forget_credential(h);
		http_place_release(&h->place);
		h->place = to;
		to = (struct http_place)HTTP_PLACE_INIT;
	}
	http_place_release(&to);
	return rc;
}

/* 0: there is one for the host that asked, which had none yet. */
static int find_credential(struct http *h)
{
	struct guard *g = h->link.guard;
	int found;

	if (h->has_credential)
		return fail_status(h);
	if (!strcmp(h->place.scheme, "http") && !http_place_is_loopback(&h->place))
		return guard_fail(g, GUARD_AUTH, "the server wants credentials, which are sent "
				  "over https only");
	found = credential_find(&h->credential, h->place.scheme, h->place.host_port,
				h->place.path + strspn(h->place.path, "/"), g);
	if (found == 0)
		return fail_status(h);
	h->has_credential = found > 0;
	return found > 0 ? 0 : -1;
}

/* Leaves h->place at the host that has the repository. */
static int get(struct http *h)
{
	for (int n_redirects = 0;;) {
		long status;

		if (send_request(h, HTTP_GET) < 0)
			return -1;
		status = h->exchange.status;
		if (status == 200)
			return 0;
		if (status >= 300 && status < 400) {
			if (++n_redirects > REDIRECTS_MAX)
				return guard_fail(h->link.guard, GUARD_FINAL,
						  "it redirects more than %d times", REDIRECTS_MAX);
			if (follow(h) < 0)
				return -1;
		} else if (status == 401) {
			if (find_credential(h) < 0)
				return -1;
		} else {
			return fail_status(h);
		}
	}
}

/* What a server sends us on to ends in reports and in files. */
static int note_move(struct http *h)
{
	struct url url = URL_INIT;
	enum url_fault fault;

	if (http_place_same(&h->asked, &h->place))
		return 0;
	h->link.moved_to = http_place_canonical(&h->place);
	if (!h->link.moved_to)
		return nomem(h);
	fault = url_read(&url, h->link.moved_to);
	url_release(&url);
	if (fault == URL_NO_MEMORY)
		return nomem(h);
	if (fault != URL_FINE)
		return guard_fail(h->link.guard, GUARD_FINAL,
				  "it redirects to something that is no repository");
	return 0;
}

/* --- The link ---------------------------------------------------------------- */

static int http_request(struct link *l, int version)
{
	struct http *h = (struct http *)l;

	http_exchange_finish(&h->exchange);
	str_clear(&h->body);
	h->version = version;
	h->is_writing = true;
	return guard_check(l->guard);
}

static int http_write(struct link *l, const void *data, size_t len)
{
	struct http *h = (struct http *)l;

	assert(h->is_writing);
	str_add(&h->body, data, len);
	return h->body.oom ? nomem(h) : 0;
}

static int post(struct http *h)
{
	h->is_writing = false;
	if (send_request(h, HTTP_POST) < 0)
		return -1;
	return h->exchange.status == 200 ? 0 : fail_status(h);
}

static ssize_t http_read(struct link *l, void *buf, size_t len)
{
	struct http *h = (struct http *)l;

	if (guard_check(l->guard) < 0 || (h->is_writing && post(h) < 0))
		return -1;
	return http_exchange_read(&h->exchange, buf, len);
}

static void http_free(struct link *l)
{
	struct http *h = (struct http *)l;

	http_exchange_release(&h->exchange);
	if (h->multi)
		http_pool_give(h->key, h->multi);
	free(h->key);
	forget_credential(h);
	http_place_release(&h->asked);
	http_place_release(&h->place);
	str_release(&h->body);
	free(h);
}

static int read_place(struct http_place *out, struct http *h, const struct url *url)
{
	char *address = str_dupf("%s" HTTP_INFO_REFS, url->text);
	enum http_place_status status = address ? http_place_read(out, address) : HTTP_PLACE_NOMEM;

	free(address);
	if (status == HTTP_PLACE_ODD)
		return guard_fail(h->link.guard, GUARD_FINAL, "its address is not understood");
	return status == HTTP_PLACE_NOMEM ? nomem(h) : 0;
}

static int set_up(struct http *h, const struct url *url)
{
	if (read_place(&h->asked, h, url) < 0 || read_place(&h->place, h, url) < 0)
		return -1;
	h->key = http_place_origin(&h->place);
	if (!h->key)
		return nomem(h);
	h->multi = http_pool_take(h->key);
	return h->multi ? http_exchange_init(&h->exchange, h->link.guard, h->multi) : nomem(h);
}

int link_open_http(struct link **out, struct guard *g, const struct url *url, int version)
{
	struct http *h;

	if (guard_check(g) < 0)
		return -1;
	h = calloc(1, sizeof(*h));
	if (!h)
		return guard_fail(g, GUARD_NOMEM, "out of memory");
	h->link = (struct link){ g, true, NULL, http_request, http_write, http_read, http_free };
	h->version = version;
	if (set_up(h, url) < 0 || get(h) < 0 || note_move(h) < 0) {
		link_free(&h->link);
		return -1;
	}
	*out = &h->link;
	return 0;
}

int http_start(struct quarry_error *err)
{
	CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (rc != CURLE_OK)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot start libcurl: %s",
					curl_easy_strerror(rc));
	return 0;
}

void http_stop(void)
{
	http_pool_clear();
	curl_global_cleanup();
}
