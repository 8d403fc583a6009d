#include "fetch/http_answer.h"

#include <string.h>

#include "util/banned.h"

/* A host that says "too many" and not until when is left alone for so long. */
#define BUSY_S 10

static const struct status {
	long code;
	enum guard_cause cause;
	const char *words;
} statuses[] = {
	{ 400, GUARD_FINAL, "bad request" },
	{ 401, GUARD_AUTH, "unauthorized" },
	{ 403, GUARD_AUTH, "forbidden" },
	{ 404, GUARD_GONE, "not found" },
	{ 407, GUARD_AUTH, "proxy authentication required" },
	{ 408, GUARD_LATER, "request timeout" },
	{ 410, GUARD_GONE, "gone" },
	{ 429, GUARD_LATER, "too many requests" },
	{ 451, GUARD_FINAL, "unavailable for legal reasons" },
	{ 500, GUARD_LATER, "internal server error" },
	{ 502, GUARD_LATER, "bad gateway" },
	{ 503, GUARD_LATER, "service unavailable" },
	{ 504, GUARD_LATER, "gateway timeout" },
};

static struct status find_status(long code)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].code == code)
			return statuses[i];
	return (struct status){ code, code >= 500 && code < 600 ? GUARD_LATER : GUARD_FINAL, NULL };
}

/* A host that hides what is private answers alike for what does not exist. */
static int fail_auth(struct guard *g, long code, const char *used_for)
{
	if (code == 407)
		return guard_fail(g, GUARD_AUTH, "the proxy wants other credentials");
	if (used_for)
		return guard_fail(g, GUARD_AUTH, "the server refuses the credentials for %s",
				  used_for);
	return guard_fail(g, GUARD_HIDDEN, "not found or private: check its name, or give a token "
			  "(see CREDENTIALS in the manual)");
}

int http_fail_status(struct guard *g, long code, const char *used_for, int64_t retry_after_s)
{
	struct status s = find_status(code);

	if (g->cause)
		return -1;
	/* So some hosts say that it was too much. */
	if (code == 403 && retry_after_s >= 0)
		s.cause = GUARD_LATER;
	if (s.cause == GUARD_AUTH)
		return fail_auth(g, code, used_for);
	if (s.cause == GUARD_LATER)
		g->retry_after_s = code == 429 && retry_after_s < 0 ? BUSY_S : retry_after_s;
	if (!s.words)
		return guard_fail(g, s.cause, "the server answers %ld", code);
	return guard_fail(g, s.cause, "the server answers %ld (%s)", code, s.words);
}

enum detail { CURLS_DETAIL, CURLS_WORDS };

/* Which failures are worth another try. */
static const struct failure {
	CURLcode code;
	enum guard_cause cause;
	enum detail detail;
	const char *prefix;
} failures[] = {
	{ CURLE_COULDNT_RESOLVE_PROXY, GUARD_LATER, CURLS_WORDS, "" },
	{ CURLE_COULDNT_RESOLVE_HOST, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_COULDNT_CONNECT, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_OPERATION_TIMEDOUT, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_PARTIAL_FILE, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_GOT_NOTHING, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_SEND_ERROR, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_RECV_ERROR, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_HTTP2, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_HTTP2_STREAM, GUARD_LATER, CURLS_DETAIL, "" },
	{ CURLE_SSL_CONNECT_ERROR, GUARD_LATER, CURLS_DETAIL, "no TLS with the server: " },
	{ CURLE_PROXY, GUARD_LATER, CURLS_WORDS, "" },
	{ CURLE_PEER_FAILED_VERIFICATION, GUARD_FINAL, CURLS_DETAIL,
	  "the certificate of its host is not valid: " },
	{ CURLE_SSL_ISSUER_ERROR, GUARD_FINAL, CURLS_DETAIL,
	  "the certificate of its host is not valid: " },
	{ CURLE_SSL_INVALIDCERTSTATUS, GUARD_FINAL, CURLS_DETAIL,
	  "the certificate of its host is not valid: " },
	{ CURLE_SSL_CACERT_BADFILE, GUARD_FINAL, CURLS_WORDS,
	  "cannot read the file of trusted certificates: " },
	{ CURLE_OUT_OF_MEMORY, GUARD_NOMEM, CURLS_WORDS, "" },
};

/* libcurl's sentences begin as such; ours go on from there. */
static char begin(const char *sentence)
{
	size_t word = *sentence ? 1 + strspn(sentence + 1, "abcdefghijklmnopqrstuvwxyz'") : 0;

	if (word > 1 && sentence[word] == ' ' && *sentence >= 'A' && *sentence <= 'Z')
		return (char)(*sentence - 'A' + 'a');
	return *sentence;
}

int http_fail_curl(struct guard *g, CURL *easy, CURLcode code, const char *detail)
{
	struct failure f = { code, GUARD_FINAL, CURLS_WORDS, "" };
	long proxy_status = 0;

	if (curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status) == CURLE_OK &&
	    proxy_status == 407)
		return fail_auth(g, proxy_status, /* used_for= */ NULL);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].code == code)
			f = failures[i];
	/* An address of the proxy may hold its password. */
	if (f.detail == CURLS_WORDS || !*detail || strchr(detail, '@'))
		detail = curl_easy_strerror(code);
	return guard_fail(g, f.cause, "%s%c%s", f.prefix, begin(detail), detail + 1);
}
