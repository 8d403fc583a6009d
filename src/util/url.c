#include "util/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"

#define URL_LEN_MAX 2048
#define HOST_LEN_MAX 253
/* A part is a file name on the disk, with ".git.tmp-XXXXXX" behind it. */
#define PART_LEN_MAX 200

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

struct scheme {
	const char *prefix;
	enum url_scheme scheme;
};

static const struct scheme schemes[] = {
	{ "https://", URL_HTTPS },
	{ "ssh://", URL_SSH },
	{ "http://", URL_HTTP },
	{ "git://", URL_GIT },
	{ "file://", URL_LOCAL },
};

static const char no_memory[] = "";

/* A refused URL as a message shows it.  Where it was not understood, all before
 * the last '@' and behind a '?' may be a secret. */
static char *show_refused(const char *text)
{
	size_t head = strspn(text, ALNUM "+-."), len;
	const char *rest, *at;

	if (*text == '/')
		return str_dupf("%s", text);
	head = strncmp(text + head, "://", 3) ? 0 : head + 3;
	rest = text + head;
	at = strrchr(rest, '@');
	rest = at ? at : rest;
	len = strcspn(rest, "?#");
	return str_dupf("%.*s%s%.*s%s", (int)head, text, at ? "***" : "", (int)len, rest,
			rest[len] ? "?***" : "");
}

/* These readers return NULL when all is well, else the reason for refusing. */

static const char *check_bytes(const char *text)
{
	if (!*text)
		return "it is empty";
	if (strlen(text) > URL_LEN_MAX)
		return "it is longer than 2048 bytes";
	if (*text == '-')
		return "it begins with '-'";
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p < 0x20 || *p == 0x7F)
			return "it has a control character";
		if (*p == ' ' && *text != '/')
			return "it has a space";
	}
	return NULL;
}

static const char *check_path(const char *path)
{
	const char *last = strrchr(path, '/');

	if (*path != '/')
		return "it has no path";
	while (*path) {
		const char *part = path + 1;
		size_t len = strcspn(part, "/");
		size_t stem = len >= 4 && !strncasecmp(part + len - 4, ".git", 4) ? len - 4 : len;

		if (len == 0 || (len == 1 && part[0] == '.') || !strncmp(part, "../", 3) ||
		    !strcmp(part, ".."))
			return "a part of its path is empty, '.' or '..'";
		if (len > PART_LEN_MAX)
			return "a part of its path is longer than 200 bytes";
		if (stem == 0)
			return "a part of its path is '.git'";
		/* Its folder would lie inside the repository of that name. */
		if (stem < len && path != last)
			return "a part of its path other than the last ends in '.git'";
		path = part + len;
	}
	return NULL;
}

static const char *check_user(const char *user, size_t len, enum url_scheme scheme)
{
	if (scheme != URL_SSH)
		return "it has a user name or password, which only ssh may have";
	if (memchr(user, ':', len))
		return "it has a password; use a key in ssh-agent";
	if (len == 0 || *user == '-' || strspn(user, ALNUM "._-+~") < len)
		return "its user name is empty, begins with '-' or has a character not allowed";
	return NULL;
}

static const char *check_port(const char *port, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len && i < 6; i++) {
		if (port[i] < '0' || port[i] > '9')
			return "its port is not a number";
		n = n * 10 + (unsigned)(port[i] - '0');
	}
	return n < 1 || n > 65535 ? "its port is not one of 1 to 65535" : NULL;
}

static const char *check_host(const char *host, size_t len)
{
	static const char reason[] = "its host is not the name or the address of a host";
	size_t name;

	if (len && *host == '[') {
		name = 1 + strspn(host + 1, "0123456789abcdefABCDEF:.");
		if (name < 3 || name >= len || host[name++] != ']')
			return reason;
	} else {
		name = strspn(host, ALNUM "._-");
		if (name == 0 || *host == '-' || *host == '.')
			return reason;
	}
	if (name > HOST_LEN_MAX || (name < len && host[name] != ':') || name > len)
		return reason;
	return name == len ? NULL : check_port(host + name + 1, len - name - 1);
}

static const char *read_network(struct url *u, const char *rest)
{
	size_t len = strcspn(rest, "/");
	const char *at = memrchr(rest, '@', len);
	const char *why = NULL;

	if (at)
		why = check_user(rest, (size_t)(at - rest), u->scheme);
	if (!why && strpbrk(rest, "?#"))
		why = "it has a '?' or a '#'";
	if (at) {
		len -= (size_t)(at + 1 - rest);
		rest = at + 1;
	}
	if (!why)
		why = check_host(rest, len);
	if (!why)
		why = check_path(rest + len);
	if (why)
		return why;
	u->host = str_dupf("%.*s", (int)len, rest);
	u->path = strdup(rest + len);
	if (!u->host || !u->path)
		return no_memory;
	for (char *p = u->host; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return NULL;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static const char *decode(char *s)
{
	char *to = s;

	while (*s) {
		int high, low;

		if (*s != '%') {
			*to++ = *s++;
			continue;
		}
		high = hex_digit(s[1]);
		low = high < 0 ? -1 : hex_digit(s[2]);
		if (low < 0 || high * 16 + low < 0x20 || high * 16 + low == 0x7F)
			return "it has a '%' without two digits, or one that stands for a control "
			       "character";
		*to++ = (char)(high * 16 + low);
		s += 3;
	}
	*to = '\0';
	return NULL;
}

static const char *read_local(struct url *u, const char *rest, bool encoded)
{
	const char *why = NULL;

	if (encoded && !strncmp(rest, "localhost/", 10))
		rest += 9;
	if (*rest != '/')
		return "it names a host, which a file URL may not";
	u->host = strdup("");
	u->path = strdup(rest);
	if (!u->host || !u->path)
		return no_memory;
	if (encoded)
		why = decode(u->path);
	return why ? why : check_path(u->path);
}

static const char *read_url(struct url *u, const char *text)
{
	const char *why = check_bytes(text);

	if (why)
		return why;
	if (*text == '/') {
		u->scheme = URL_LOCAL;
		return read_local(u, text, false);
	}
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i].prefix);

		if (strncasecmp(text, schemes[i].prefix, len))
			continue;
		u->scheme = schemes[i].scheme;
		return u->scheme == URL_LOCAL ? read_local(u, text + len, true)
					      : read_network(u, text + len);
	}
	if (!strstr(text, "://") && strchr(text, ':'))
		return "it has no scheme; write ssh://user@host/path";
	return strstr(text, "://") ? "its scheme is not https or ssh"
				   : "it is neither a URL nor an absolute path";
}

int url_parse(struct url *out, const char *text, struct quarry_error *err)
{
	struct url u = URL_INIT;
	const char *why = read_url(&u, text);
	char *shown = NULL;
	int rc = 0;

	if (!why && !(u.text = strdup(text)))
		why = no_memory;
	if (why && why != no_memory && !(shown = show_refused(text)))
		why = no_memory;
	if (why == no_memory) {
		rc = quarry_error_nomem(err);
	} else if (why) {
		rc = quarry_error_set(err, QUARRY_EUSAGE, "cannot use the URL '%.300s': %s", shown,
				      why);
	} else {
		*out = u;
		u = (struct url)URL_INIT;
	}
	free(shown);
	url_release(&u);
	return rc;
}

void url_release(struct url *u)
{
	free(u->text);
	free(u->host);
	free(u->path);
	*u = (struct url)URL_INIT;
}

bool url_is_public(const struct url *u)
{
	return u->scheme == URL_HTTPS || u->scheme == URL_SSH;
}

char *url_for_libgit2(const struct url *u)
{
	struct str s = STR_INIT;

	if (u->scheme != URL_LOCAL)
		return strdup(u->text);
	str_adds(&s, "file://");
	for (const char *p = u->path; *p; p++) {
		if (strchr(ALNUM "/._-~", *p))
			str_addc(&s, *p);
		else
			str_addf(&s, "%%%02x", (unsigned char)*p);
	}
	/* Canonical URLs have lost their ".git"; other servers than a disk know. */
	if (!file_is_dir(u->path))
		str_adds(&s, ".git");
	return str_detach(&s);
}
