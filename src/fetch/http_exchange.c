#include "fetch/http_exchange.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"
#include "fetch/http_answer.h"
#include "util/clock.h"

#define IN_MAX ((size_t)1024 * 1024)
/* Of a body that nobody wants so much is read, that its connection can be used again. */
#define UNWANTED_MAX ((size_t)64 * 1024)
#define UNWANTED_MS 1000
/* How long the end of an answer is waited for whose reader has all that it wants. */
#define LINGER_MS 300
#define RETRY_AFTER_MAX_S ((curl_off_t)7 * 24 * 3600)
#define USER_AGENT "git/2.0 (quarry/" QUARRY_VERSION ")" /* hosts tell git by its beginning */

static const struct {
	const char *accept, *tail;
} methods[] = {
	[HTTP_GET] = { "application/x-git-upload-pack-advertisement", HTTP_INFO_REFS },
	[HTTP_POST] = { "application/x-git-upload-pack-result", "/git-upload-pack" },
};

static int nomem(struct http_exchange *x)
{
	return guard_fail(x->guard, GUARD_NOMEM, "out of memory");
}

/* --- What libcurl calls ------------------------------------------------------ */

static size_t on_header(char *line, size_t size, size_t n, void *payload)
{
	struct http_exchange *x = payload;
	long status = 0;

	x->since_ms = clock_ms();
	if (n * size <= 2 && n * size > 0 && (*line == '\r' || *line == '\n') &&
	    curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
	    status >= 200 && !x->status) {
		x->status = status;
		x->status_ms = x->since_ms;
	}
	return n * size;
}

static bool is_smart(struct http_exchange *x)
{
	const char *want = methods[x->method].accept;
	char *type = NULL;
	size_t len = strlen(want);

	if (curl_easy_getinfo(x->easy, CURLINFO_CONTENT_TYPE, &type) != CURLE_OK || !type)
		return false;
	return !ascii_ncasecmp(type, want, len) && strchr("; \t", type[len]);
}

static size_t on_body(char *data, size_t size, size_t n, void *payload)
{
	struct http_exchange *x = payload;
	struct guard *g = x->guard;

	n *= size;
	if (x->is_lingering) {
		x->guard->bytes += n; /* no limit matters now */
		x->n_unwanted += n;
		return x->n_unwanted > UNWANTED_MAX ? 0 : n;
	}
	/* What is not taken now comes again. */
	if (x->in.len > IN_MAX) {
		x->is_paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	x->since_ms = clock_ms();
	if (guard_count(g, n) < 0)
		return 0;
	if (x->status != 200 || !is_smart(x)) {
		x->n_unwanted += n;
		return x->n_unwanted > UNWANTED_MAX ? 0 : n;
	}
	str_add(&x->in, data, n);
	if (x->in.oom) {
		(void)nomem(x);
		return 0;
	}
	return n;
}

/* Counts what goes out, and what comes and is yet to be unpacked. */
static int on_progress(void *payload, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
		       curl_off_t up)
{
	struct http_exchange *x = payload;

	if (down + up != x->n_moved) {
		x->n_moved = down + up;
		x->since_ms = clock_ms();
	}
	return 0;
}

/* No child of ours shall hold a connection. */
static int on_socket(void *payload, curl_socket_t fd, curlsocktype purpose)
{
	return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

/* --- A request ---------------------------------------------------------------- */

#define SET(option, value) \
	do { \
		if (rc == CURLE_OK) \
			rc = curl_easy_setopt(x->easy, option, value); \
	} while (0)

static CURLcode set_callbacks(struct http_exchange *x)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, x);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, x);
	SET(CURLOPT_XFERINFOFUNCTION, on_progress);
	SET(CURLOPT_XFERINFODATA, x);
	SET(CURLOPT_NOPROGRESS, 0L);
	SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
	SET(CURLOPT_ERRORBUFFER, x->detail);
	return rc;
}

static const char *certificates(void)
{
	static const char *const names[] = { "GIT_SSL_CAINFO", "SSL_CERT_FILE" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *file = getenv(names[i]);

		if (file && *file)
			return file;
	}
	return NULL;
}

static CURLcode set_connection(struct http_exchange *x)
{
	unsigned connect_s = x->guard->options->connect_s;
	const char *file = certificates();
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_QUICK_EXIT, 1L); /* else a resolver that hangs is waited for */
	/* 0 would mean libcurl's five minutes. */
	SET(CURLOPT_CONNECTTIMEOUT_MS,
	    connect_s && connect_s < INT32_MAX / 1000 ? (long)connect_s * 1000 : (long)INT32_MAX);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_BUFFERSIZE, 128L * 1024);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (file)
		SET(CURLOPT_CAINFO, file);
	return rc;
}

static CURLcode set_request(struct http_exchange *x, const struct http_request *r, const char *url)
{
	CURLcode rc = CURLE_OK;

	SET(CURLOPT_URL, url);
	SET(CURLOPT_PROTOCOLS_STR, r->place->scheme);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_USERAGENT, USER_AGENT);
	SET(CURLOPT_ACCEPT_ENCODING, ""); /* all that libcurl can unpack */
	SET(CURLOPT_HTTPHEADER, x->headers);
	if (r->method == HTTP_POST) {
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body->len);
		SET(CURLOPT_POSTFIELDS, r->body->buf ? r->body->buf : "");
	}
	if (!r->credential)
		return rc;
	SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	SET(CURLOPT_USERNAME, r->credential->user);
	SET(CURLOPT_PASSWORD, r->credential->password);
	/* In the clear they go to this machine alone, and not to a proxy. */
	if (!strcmp(r->place->scheme, "http"))
		SET(CURLOPT_PROXY, "");
	return rc;
}

static int add_header(struct http_exchange *x, const char *line)
{
	struct curl_slist *more = curl_slist_append(x->headers, line);

	if (!more)
		return nomem(x);
	x->headers = more;
	return 0;
}

static int add_headers(struct http_exchange *x, const struct http_request *r)
{
	char *accept = str_dupf("Accept: %s", methods[r->method].accept);
	int rc = accept ? add_header(x, accept) : nomem(x);

	free(accept);
	if (rc == 0 && r->version == 2)
		rc = add_header(x, "Git-Protocol: version=2");
	if (rc == 0 && r->method == HTTP_POST)
		rc = add_header(x, "Content-Type: application/x-git-upload-pack-request");
	/* A body of some size would wait for a "100 Continue" first. */
	if (rc == 0 && r->method == HTTP_POST)
		rc = add_header(x, "Expect:");
	return rc;
}

/* --- Its answer ---------------------------------------------------------------- */

static int fail_multi(struct http_exchange *x, CURLMcode rc)
{
	if (rc == CURLM_OUT_OF_MEMORY)
		return nomem(x);
	return guard_fail(x->guard, GUARD_FINAL, "%s", curl_multi_strerror(rc));
}

/* Let libcurl do what can be done without waiting. */
static int work(struct http_exchange *x)
{
	int n_running, n_left;
	CURLMcode rc = curl_multi_perform(x->multi, &n_running);
	CURLMsg *m;

	if (rc != CURLM_OK)
		return fail_multi(x, rc);
	while ((m = curl_multi_info_read(x->multi, &n_left))) {
		if (m->msg == CURLMSG_DONE) {
			x->is_ended = true;
			x->result = m->data.result;
		}
	}
	return 0;
}

enum until { STATUS, DATA, UNWANTED };

static bool is_reached(const struct http_exchange *x, enum until until)
{
	if (x->is_ended)
		return true;
	if (until == STATUS)
		return x->status;
	if (until == DATA)
		return x->in.len > x->in_at;
	return x->n_unwanted > UNWANTED_MAX || clock_ms() - x->status_ms > UNWANTED_MS;
}

static int wait_until(struct http_exchange *x, enum until until)
{
	struct guard *g = x->guard;
	CURLMcode rc;

	/* How long we were away is not the server's fault. */
	x->since_ms = clock_ms();
	if (x->is_paused && !is_reached(x, until)) {
		x->is_paused = false;
		/* A failure of on_body() in here shows in work(). */
		(void)curl_easy_pause(x->easy, CURLPAUSE_CONT);
	}
	while (!is_reached(x, until)) {
		if (work(x) < 0)
			return -1;
		if (is_reached(x, until))
			break;
		if (guard_wait(g, x->since_ms) < 0)
			return -1;
		rc = curl_multi_poll(x->multi, /* extra_fds= */ NULL, 0,
				     guard_slice_ms(g, x->since_ms), /* numfds= */ NULL);
		if (rc != CURLM_OK)
			return fail_multi(x, rc);
	}
	return g->cause ? -1 : 0;
}

/* git's reader stops at the last packet, and what marks the end of the answer may come
 * just after it. Only with that can the connection be used again. */
static void linger(struct http_exchange *x)
{
	int64_t begin_ms = clock_ms();

	x->is_lingering = true;
	if (x->is_paused)
		(void)curl_easy_pause(x->easy, CURLPAUSE_CONT); /* as in wait_until() */
	while (work(x) == 0 && !x->is_ended) {
		int64_t left_ms = begin_ms + LINGER_MS - clock_ms();

		if (left_ms <= 0 ||
		    curl_multi_poll(x->multi, /* extra_fds= */ NULL, 0, (int)left_ms,
				    /* numfds= */ NULL) != CURLM_OK)
			break;
	}
}

static int start(struct http_exchange *x, const struct http_request *r)
{
	char *url = http_place_url(r->place, methods[r->method].tail);
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	http_exchange_finish(x);
	x->method = r->method;
	x->is_paused = x->is_ended = x->is_lingering = false;
	x->status = 0;
	x->n_moved = 0;
	x->n_unwanted = 0;
	x->detail[0] = '\0';
	if (url && add_headers(x, r) == 0)
		rc = set_callbacks(x);
	if (rc == CURLE_OK)
		rc = set_connection(x);
	if (rc == CURLE_OK)
		rc = set_request(x, r, url);
	free(url);
	if (rc != CURLE_OK)
		return http_fail_curl(x->guard, x->easy, rc, x->detail);
	if (curl_multi_add_handle(x->multi, x->easy) != CURLM_OK)
		return nomem(x);
	x->is_running = true;
	return 0;
}

/* --- All of it, in the order of the header ---------------------------------------- */

int http_exchange_init(struct http_exchange *x, struct guard *g, CURLM *multi)
{
	*x = (struct http_exchange){ .guard = g, .multi = multi, .easy = curl_easy_init() };
	return x->easy ? 0 : nomem(x);
}

void http_exchange_release(struct http_exchange *x)
{
	if (x->easy) {
		http_exchange_finish(x);
		curl_easy_cleanup(x->easy);
	}
	str_release(&x->in);
	*x = (struct http_exchange){ 0 };
}

int http_exchange_send(struct http_exchange *x, const struct http_request *request)
{
	struct guard *g = x->guard;

	if (start(x, request) < 0 || wait_until(x, STATUS) < 0)
		return -1;
	if (!x->status)
		return http_fail_curl(g, x->easy, x->result, x->detail);
	if (x->status != 200)
		return wait_until(x, UNWANTED);
	/* A page to log in comes with 200, too. */
	if (!is_smart(x))
		return guard_fail(g, GUARD_FINAL, "the server does not speak git's smart HTTP "
				  "protocol");
	return 0;
}

ssize_t http_exchange_read(struct http_exchange *x, void *buf, size_t len)
{
	size_t n;

	if (wait_until(x, DATA) < 0)
		return -1;
	n = x->in.len - x->in_at;
	if (n == 0 && x->result != CURLE_OK)
		return http_fail_curl(x->guard, x->easy, x->result, x->detail);
	n = n < len ? n : len;
	if (n)
		memcpy(buf, x->in.buf + x->in_at, n);
	x->in_at += n;
	if (x->in_at == x->in.len) {
		str_clear(&x->in);
		x->in_at = 0;
	}
	return (ssize_t)n;
}

void http_exchange_finish(struct http_exchange *x)
{
	if (x->is_running && x->status == 200 && !x->is_ended && !x->guard->cause)
		linger(x);
	if (x->is_running)
		(void)curl_multi_remove_handle(x->multi, x->easy); /* it is in there */
	x->is_running = false;
	/* With this go pointers to us, and libcurl's copy of the credential. */
	curl_easy_reset(x->easy);
	curl_slist_free_all(x->headers);
	x->headers = NULL;
	str_clear(&x->in);
	x->in_at = 0;
}

/* Not CURLINFO_REDIRECT_URL: that may have our credential put in. */
const char *http_exchange_location(const struct http_exchange *x)
{
	struct curl_header *location;

	if (curl_easy_header(x->easy, "Location", 0, CURLH_HEADER, -1, &location) != CURLHE_OK)
		return NULL;
	return location->value;
}

int64_t http_exchange_retry_after_s(const struct http_exchange *x)
{
	curl_off_t s = 0;

	/* libcurl has 0 for no such header, and a date in the past is below. */
	if (curl_easy_getinfo(x->easy, CURLINFO_RETRY_AFTER, &s) != CURLE_OK || s == 0)
		return -1;
	if (s < 0)
		return 0;
	return s < RETRY_AFTER_MAX_S ? s : RETRY_AFTER_MAX_S;
}
