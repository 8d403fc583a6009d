/*
 * User name and password for a host that asks for them.  Looked for, in this order:
 *
 *	QUARRY_TOKENS       "example.org=token example.org:8443=token2", set apart by
 *	                    spaces or commas
 *	GITHUB_TOKEN, GH_TOKEN    for github.com alone
 *	GITLAB_TOKEN              for gitlab.com alone
 *	git credential fill       the helpers that the user set up for git; it is never
 *	                          let ask, and neither told what worked nor what did not
 *
 *	struct credential c = CREDENTIAL_INIT;
 *	if (credential_find(&c, "https", "example.org", "a/b", g) > 0) ...
 *	credential_release(&c);
 *
 * Nothing of it ends in a log, an error, an argument of a program or on the disk.
 */
#ifndef QUARRY_FETCH_CREDENTIAL_H
#define QUARRY_FETCH_CREDENTIAL_H

#include "fetch/guard.h"

struct credential {
	char *user, *password;
};

#define CREDENTIAL_INIT { NULL, NULL }

/*
 * 1: found, to be released; 0: there is none; -1: after guard_fail().
 * @param host_port  in lower case; with the port unless it is the scheme's own
 * @param path       of the repository; for helpers that tell by it
 */
int credential_find(struct credential *out, const char *scheme, const char *host_port,
		    const char *path, struct guard *g);
void credential_release(struct credential *c); /* wipes it */

#endif
