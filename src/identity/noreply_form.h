/*
 * The forms of addresses that code hosts give out: a login, with or without the number of
 * the account.  What follows from two of them is noreply.c's.
 */
#ifndef QUARRY_IDENTITY_NOREPLY_FORM_H
#define QUARRY_IDENTITY_NOREPLY_FORM_H

#include "identity/ruleset.h"

struct noreply {
	const char *host;
	const char *id; /* digits, NULL: without */
	size_t id_len;
	const char *login;
	size_t login_len;
};

/* Is a key, as email_fold gives it, such an address? The parts point into it. */
bool email_noreply(struct noreply *out, const struct ruleset *set, const char *key, size_t len);

#endif
