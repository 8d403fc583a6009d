/*
 * Where a repository is asked for over HTTP:
 *
 *	https://example.org:8443/a/b/info/refs?service=git-upload-pack
 *	scheme  host_port        path
 *
 * Both the address that was given and every redirect are read into this form, by the
 * parser that libcurl sends with, and all requests are built from it: no user name,
 * password or fragment of a redirect lives on.
 */
#ifndef QUARRY_FETCH_HTTP_PLACE_H
#define QUARRY_FETCH_HTTP_PLACE_H

#include <stdbool.h>

struct http_place {
	char *scheme;    /* "http" or "https" */
	char *host_port; /* in lower case; the scheme's own port is left out */
	char *path;      /* of the repository, from the first '/' */
};

#define HTTP_PLACE_INIT { NULL, NULL, NULL }
#define HTTP_INFO_REFS "/info/refs?service=git-upload-pack"

enum http_place_status { HTTP_PLACE_READ, HTTP_PLACE_ODD, HTTP_PLACE_NOMEM };

/* HTTP_PLACE_ODD for all that is no address ending in HTTP_INFO_REFS, and for one with
 * a user name. Untouched unless HTTP_PLACE_READ. */
enum http_place_status http_place_read(struct http_place *out, const char *address);
/* The same for an address that may be relative to that of `from`. */
enum http_place_status http_place_follow(struct http_place *out, const struct http_place *from,
					 const char *address);
void http_place_release(struct http_place *p);

/* "https://example.org:8443/a/b" and `tail`, to be freed; NULL without memory. */
char *http_place_url(const struct http_place *p, const char *tail);
/* "https://example.org:8443", likewise. */
char *http_place_origin(const struct http_place *p);
/* The URL of the repository as a user would write it: without ".git". Likewise. */
char *http_place_canonical(const struct http_place *p);

bool http_place_same_origin(const struct http_place *a, const struct http_place *b);
/* Whether both lead to one repository: a ".git" or a '/' at the end does not matter. */
bool http_place_same(const struct http_place *a, const struct http_place *b);
/* Whether what is sent there stays on this machine. */
bool http_place_is_loopback(const struct http_place *p);

#endif
