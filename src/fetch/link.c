#include "fetch/link.h"

#include <stdlib.h>

#include "util/banned.h"

typedef int open_link(struct link **out, struct guard *g, const struct url *url, int version);

/* A local path is read by libgit2 itself. */
static open_link *const openers[] = {
	[URL_HTTPS] = link_open_http,
	[URL_SSH] = link_open_ssh,
	[URL_HTTP] = link_open_http,
	[URL_GIT] = link_open_git,
	[URL_LOCAL] = NULL,
};

int link_open(struct link **out, struct guard *g, const struct url *url, int version)
{
	open_link *opener = openers[url->scheme];

	if (!opener)
		return guard_fail(g, GUARD_FINAL, "a local path has no server");
	return opener(out, g, url, version);
}

void link_free(struct link *l)
{
	char *moved_to;

	if (!l)
		return;
	moved_to = l->moved_to;
	l->free(l);
	free(moved_to);
}
