/*
 * Ask the credential helpers that the user set up for git, by running
 * `git credential fill`.
 */
#ifndef QUARRY_FETCH_CREDENTIAL_HELPER_H
#define QUARRY_FETCH_CREDENTIAL_HELPER_H

#include "fetch/credential.h"

/* As credential_find(). No git, or none that knows: 0. */
int credential_ask_git(struct credential *out, const char *scheme, const char *host_port,
		       const char *path, struct guard *g);

#endif
