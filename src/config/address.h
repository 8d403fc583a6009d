/*
 * The address of a repository, made canonical, so that one repository has one
 * spelling:
 *
 *	https://GitHub.com/Owner/Name.git/   https://github.com/Owner/Name
 *	git@github.com:owner/name            ssh://git@github.com/owner/name
 *	../repos/name.git                    /where/repos/name.git
 *
 * What a URL may hold is told in util/url.h, by whose rules a canonical one is read
 * again wherever it is used.  Here are more ways of writing one: "/" and ".git" at its
 * end, user@host:path, a path that is relative or has "." and ".." in it.
 *
 * Addresses come from files that strangers may write: no message repeats an address
 * that was refused, since it may hold a password.
 */
#ifndef QUARRY_CONFIG_ADDRESS_H
#define QUARRY_CONFIG_ADDRESS_H

#include "util/arena.h"
#include "util/str.h"

/* All in the arena; quarry/universe.h says what each part is. */
struct address {
	const char *url, *host, *owner, *name, *slug;
	/* Equal for two addresses of one repository: host/owner/name in lower case; a
	 * local path as it is. */
	const char *key;
};

/*
 * Read `text`. `base` is the absolute folder that relative paths start from;
 * NULL: local paths, file://, http:// and git:// are refused.
 * On QUARRY_EUSAGE *why completes the sentence "'url' ...".
 */
int address_parse(struct address *out, struct arena *arena, const char *text, const char *base,
		  const char **why);

/* Append the way from folder `base` to `path`, both absolute: ../repos/a. */
void address_relative(struct str *out, const char *base, const char *path);

#endif
