#include "fetch/http_place.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/str.h"

#define TAIL "/info/refs"
#define QUERY "service=git-upload-pack"

static enum http_place_status status_of(CURLUcode code)
{
	if (code == CURLUE_OK)
		return HTTP_PLACE_READ;
	return code == CURLUE_OUT_OF_MEMORY ? HTTP_PLACE_NOMEM : HTTP_PLACE_ODD;
}

/* A copy in our own memory: libcurl's must be freed in another way. */
static enum http_place_status get(char **out, CURLU *u, CURLUPart part)
{
	char *text = NULL;
	enum http_place_status status = status_of(curl_url_get(u, part, &text, 0));

	if (status == HTTP_PLACE_READ && !(*out = strdup(text)))
		status = HTTP_PLACE_NOMEM;
	curl_free(text);
	return status;
}

static bool has(CURLU *u, CURLUPart part)
{
	char *text = NULL;
	bool is = curl_url_get(u, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return is;
}

static enum http_place_status read_host(struct http_place *p, CURLU *u)
{
	char *host = NULL, *port = NULL;
	enum http_place_status status = get(&host, u, CURLUPART_HOST);
	CURLUcode code;

	if (status != HTTP_PLACE_READ)
		return status;
	code = curl_url_get(u, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
	if (code != CURLUE_OK && code != CURLUE_NO_PORT) {
		status = status_of(code);
	} else {
		p->host_port = port ? str_dupf("%s:%s", host, port) : strdup(host);
		status = p->host_port ? HTTP_PLACE_READ : HTTP_PLACE_NOMEM;
	}
	for (char *c = p->host_port; c && *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	curl_free(port);
	free(host);
	return status;
}

/* Cut "/info/refs" off. */
static enum http_place_status read_path(struct http_place *p, CURLU *u)
{
	char *query = NULL;
	enum http_place_status status = get(&p->path, u, CURLUPART_PATH);
	size_t len;

	if (status == HTTP_PLACE_READ)
		status = get(&query, u, CURLUPART_QUERY);
	if (status == HTTP_PLACE_READ && strcmp(query, QUERY))
		status = HTTP_PLACE_ODD;
	free(query);
	if (status != HTTP_PLACE_READ)
		return status;
	len = strlen(p->path);
	if (len < strlen(TAIL) || strcmp(p->path + len - strlen(TAIL), TAIL))
		return HTTP_PLACE_ODD;
	p->path[len - strlen(TAIL)] = '\0';
	return HTTP_PLACE_READ;
}

static enum http_place_status read_parts(struct http_place *p, CURLU *u)
{
	enum http_place_status status = get(&p->scheme, u, CURLUPART_SCHEME);

	if (status != HTTP_PLACE_READ)
		return status;
	if (strcmp(p->scheme, "http") && strcmp(p->scheme, "https"))
		return HTTP_PLACE_ODD;
	if (has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD) || has(u, CURLUPART_FRAGMENT) ||
	    has(u, CURLUPART_ZONEID))
		return HTTP_PLACE_ODD;
	status = read_host(p, u);
	return status == HTTP_PLACE_READ ? read_path(p, u) : status;
}

/* `base`: what `address` may be relative to; NULL: nothing. */
static enum http_place_status read_address(struct http_place *out, const char *base,
					   const char *address)
{
	struct http_place p = HTTP_PLACE_INIT;
	enum http_place_status status = HTTP_PLACE_READ;
	CURLU *u = curl_url();

	if (!u)
		return HTTP_PLACE_NOMEM;
	if (base)
		status = status_of(curl_url_set(u, CURLUPART_URL, base, 0));
	if (status == HTTP_PLACE_READ)
		status = status_of(curl_url_set(u, CURLUPART_URL, address, 0));
	if (status == HTTP_PLACE_READ)
		status = read_parts(&p, u);
	curl_url_cleanup(u);
	if (status == HTTP_PLACE_READ) {
		*out = p;
		p = (struct http_place)HTTP_PLACE_INIT;
	}
	http_place_release(&p);
	return status;
}

enum http_place_status http_place_read(struct http_place *out, const char *address)
{
	return read_address(out, /* base= */ NULL, address);
}

enum http_place_status http_place_follow(struct http_place *out, const struct http_place *from,
					 const char *address)
{
	char *base = http_place_url(from, HTTP_INFO_REFS);
	enum http_place_status status = base ? read_address(out, base, address) : HTTP_PLACE_NOMEM;

	free(base);
	return status;
}

void http_place_release(struct http_place *p)
{
	free(p->scheme);
	free(p->host_port);
	free(p->path);
	*p = (struct http_place)HTTP_PLACE_INIT;
}

char *http_place_url(const struct http_place *p, const char *tail)
{
	return str_dupf("%s://%s%s%s", p->scheme, p->host_port, p->path, tail);
}

char *http_place_origin(const struct http_place *p)
{
	return str_dupf("%s://%s", p->scheme, p->host_port);
}

static size_t canonical_len(const char *path)
{
	size_t len = strlen(path);

	while (len && path[len - 1] == '/')
		len--;
	if (len > 4 && !memcmp(path + len - 4, ".git", 4))
		len -= 4;
	return len;
}

char *http_place_canonical(const struct http_place *p)
{
	return str_dupf("%s://%s%.*s", p->scheme, p->host_port, (int)canonical_len(p->path),
			p->path);
}

bool http_place_same_origin(const struct http_place *a, const struct http_place *b)
{
	return !strcmp(a->scheme, b->scheme) && !strcmp(a->host_port, b->host_port);
}

bool http_place_same(const struct http_place *a, const struct http_place *b)
{
	size_t len = canonical_len(a->path);

	return http_place_same_origin(a, b) && len == canonical_len(b->path) &&
	       !memcmp(a->path, b->path, len);
}

bool http_place_is_loopback(const struct http_place *p)
{
	size_t len = strcspn(p->host_port, ":");
	char four[INET_ADDRSTRLEN];
	struct in_addr address;

	if (!strcmp(p->host_port, "[::1]") || !strncmp(p->host_port, "[::1]:", 6))
		return true;
	if (len == strlen("localhost") && !memcmp(p->host_port, "localhost", len))
		return true;
	if (len >= sizeof(four))
		return false;
	memcpy(four, p->host_port, len);
	four[len] = '\0';
	return inet_pton(AF_INET, four, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}
