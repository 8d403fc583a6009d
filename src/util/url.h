/*
 * The URL of a repository, taken apart and checked.
 *
 *	url     = scheme "://" [ user "@" ] host [ ":" port ] path
 *	        / "file://" [ "localhost" ] path        percent-encoded
 *	        / path                                  absolute, as it is on the disk
 *	scheme  = "https" / "ssh" / "http" / "git"
 *	path    = 1*( "/" part )
 *
 * Only ssh may name a user, and none a password or a query: what is secret
 * would end in a message or in a file.  No part of a path is empty, "." or "..",
 * and nothing that ssh would take for an option begins with "-".
 */
#ifndef QUARRY_UTIL_URL_H
#define QUARRY_UTIL_URL_H

#include <stdbool.h>

#include "quarry/error.h"

enum url_scheme { URL_HTTPS, URL_SSH, URL_HTTP, URL_GIT, URL_LOCAL };

struct url {
	enum url_scheme scheme;
	char *text; /* as it was given; holds no secret */
	char *host; /* in lower case, ":port" with it; "" for a local path */
	char *path; /* from the first '/'; a local one is decoded */
};

#define URL_INIT { URL_HTTPS, NULL, NULL, NULL }

/* QUARRY_EUSAGE for all that the grammar does not allow; the sentence shows no
 * user name, password or query. */
int url_parse(struct url *out, const char *text, struct quarry_error *err);
void url_release(struct url *u);

/* Whether it may be fetched without allow_local. */
bool url_is_public(const struct url *u);

/* What libgit2 is told, to be freed; NULL without memory. A local path becomes a
 * file URL: libgit2 takes a path with ':' for the address of an ssh host. */
char *url_for_libgit2(const struct url *u);

#endif
