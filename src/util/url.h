/*
 * The URL of a repository, taken apart and checked.  Its grammar stands here alone:
 * what config reads from a file and what fetch is told obey one set of rules.
 *
 *	url     = scheme "://" [ user "@" ] host [ ":" port ] path
 *	        / "file://" [ "localhost" ] path        percent-encoded
 *	        / path                                  absolute, as it is on the disk
 *	short   = user "@" host ":" path                stands for ssh://
 *	scheme  = "https" / "ssh" / "http" / "git"
 *	user    = 1*( letter / digit / "." / "_" / "-" )            with ssh only
 *	host    = label *( "." label )
 *	label   = 1*63( letter / digit / "-" )
 *	port    = "1" ... "65535"
 *	path    = 1*( "/" part )
 *	part    = 1*200( letter / digit / "." / "_" / "-" / "+" / "~" )
 *
 * A part of a local path holds any UTF-8 but control characters.  No part is empty, "."
 * or "..", or such with ".git" behind it, and none but the last ends in ".git".  Neither
 * user nor host nor a part behind a host begins with "-", which ssh or git would take for
 * an option, and there is no "::" anywhere, with which git runs a program (ext::); so an
 * IPv6 address is no host.  None has a password, a query or a fragment: what is secret
 * would end in a message or in a file.  All of it has 2048 bytes at most, host and port 253.
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
	char *user; /* with ssh only; NULL: none is named */
	char *hostname; /* host without its port; "" for a local path */
	unsigned port;  /* 0: none is named, so that it is the scheme's */
};

#define URL_INIT { URL_HTTPS, NULL, NULL, NULL, NULL, NULL, 0 }

/* Why a text is no URL. */
enum url_fault {
	URL_FINE,
	URL_NO_MEMORY,
	URL_EMPTY,
	URL_LONG,
	URL_OPTION,
	URL_PROGRAM,
	URL_CONTROL,
	URL_SPACE,
	URL_NO_FORM,
	URL_SHORT, /* nor is it; but url_read_short() may know it */
	URL_NO_SCHEME,
	URL_NOT_UTF8,
	URL_CREDENTIALS,
	URL_PASSWORD,
	URL_USER,
	URL_HOST,
	URL_PORT,
	URL_QUERY,
	URL_FILE_HOST,
	URL_PERCENT,
	URL_NO_PATH,
	URL_PART_DOTS,
	URL_PART_LONG,
	URL_PART_CHARS,
	URL_PART_GIT,
	URL_PART_INNER_GIT,
};

/* QUARRY_EUSAGE for all that the grammar does not allow, the short form included; the
 * sentence shows no user name, password or query. */
int url_parse(struct url *out, const char *text, struct quarry_error *err);
void url_release(struct url *u);

/* The same without a sentence. */
enum url_fault url_read(struct url *out, const char *text);

/* Read user@host:path; `out` is that of ssh://user@host/path. */
enum url_fault url_read_short(struct url *out, const char *text);

/* What completes "it ...", "'url' ...": "has a control character". */
const char *url_reason(enum url_fault fault);

/* Whether it may be fetched without allow_local. */
bool url_is_public(const struct url *u);

const char *url_scheme_name(enum url_scheme scheme); /* "https" */
unsigned url_scheme_port(enum url_scheme scheme);    /* 443; 0 for a local path */

/* owner/name, to be freed: all behind the host, of a local path the last two parts, and
 * no ".git" at the end; name alone where the path has one part. NULL without memory. */
char *url_slug(const struct url *u);

/* What libgit2 is told, to be freed; NULL without memory. A local path becomes a
 * file URL: libgit2 takes a path with ':' for the address of an ssh host. */
char *url_for_libgit2(const struct url *u);

#endif
