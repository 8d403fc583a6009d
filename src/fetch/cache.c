/*
 * From a URL to the folder of its repository in the cache:
 *
 *	https://github.com/Owner/Name        <cache>/github.com/owner/name.git
 *	ssh://git@example.org:2222/a/b/c     <cache>/example.org+2222/a/b/c.git
 *	/srv/Name, file:///srv/Name          <cache>/local/srv/Name.git
 *	/srv/Name.git                        <cache>/local/srv/Name.git.git
 *
 * A port is set off by '+', which no host name has, so that no two hosts share a
 * folder.  Owner and name are in lower case: the large hosts ignore case, and one
 * repository spelled in two ways must not be there, and counted, twice.  The
 * scheme and the user do not matter, as they lead to the same repository.  Local
 * paths keep their case and their ".git", as disks do.
 */
#include "quarry/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/url.h"
#include "util/banned.h"
#include "util/str.h"

static void add_host(struct str *s, const char *host)
{
	for (; *host; host++)
		str_addc(s, *host == ':' ? '+' : *host);
}

static void add_path(struct str *s, const struct url *u)
{
	size_t len = strlen(u->path);

	if (u->scheme != URL_LOCAL && len > 4 && !ascii_casecmp(u->path + len - 4, ".git"))
		len -= 4;
	for (size_t i = 0; i < len; i++) {
		char c = u->path[i];

		if (u->scheme != URL_LOCAL && c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		str_addc(s, c);
	}
}

int quarry_fetch_path(char **out, const char *cache, const char *url, struct quarry_error *err)
{
	struct url u = URL_INIT;
	struct str s = STR_INIT;
	size_t len = strlen(cache);
	int rc;

	if (len == 0)
		return quarry_error_set(err, QUARRY_EUSAGE, "the name of the cache is empty");
	rc = url_parse(&u, url, err);
	if (rc)
		return rc;
	while (len && cache[len - 1] == '/')
		len--;
	str_add(&s, cache, len);
	str_addc(&s, '/');
	if (u.scheme == URL_LOCAL)
		str_adds(&s, "local");
	else
		add_host(&s, u.host);
	/* A host of this name, too, has a folder of its own. */
	if (!strcmp(u.host, "local"))
		str_addc(&s, '+');
	add_path(&s, &u);
	str_adds(&s, ".git");
	*out = s.oom ? NULL : str_detach(&s);
	if (!*out)
		rc = quarry_error_nomem(err);
	str_release(&s);
	url_release(&u);
	return rc;
}
