#include "util/url.h"

#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"
#include "util/utf8.h"

#define URL_LEN_MAX 2048
/* With its port it is the name of a folder in the cache. */
#define HOST_LEN_MAX 253
#define LABEL_LEN_MAX 63
/* A part is a file name on the disk, with ".git.tmp-XXXXXX" behind it. */
#define PART_LEN_MAX 200

#define DIGITS "0123456789"
#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS
#define USER_CHARS ALNUM "._-"
#define LABEL_CHARS ALNUM "-"
#define PART_CHARS ALNUM "._-+~"

static const struct {
	const char *name;
	unsigned port;
} schemes[] = {
	[URL_HTTPS] = { "https", 443 },
	[URL_SSH] = { "ssh", 22 },
	[URL_HTTP] = { "http", 80 },
	[URL_GIT] = { "git", 9418 },
	[URL_LOCAL] = { "file", 0 },
};

static const char *const reasons[] = {
	[URL_FINE] = "is well-formed",
	[URL_NO_MEMORY] = "cannot be read without memory",
	[URL_EMPTY] = "is empty",
	[URL_LONG] = "is longer than 2048 bytes",
	[URL_OPTION] = "begins with '-'",
	[URL_PROGRAM] = "holds '::', by which git means a program to run",
	[URL_CONTROL] = "has a control character",
	[URL_SPACE] = "has a space",
	[URL_NO_FORM] = "is neither a URL nor an absolute path",
	[URL_SHORT] = "has no scheme; write ssh://user@host/path",
	[URL_NO_SCHEME] = "has a scheme that is not https or ssh",
	[URL_NOT_UTF8] = "is not UTF-8",
	[URL_CREDENTIALS] = "has a user name or password, which only ssh may have",
	[URL_PASSWORD] = "has a password; use a key in ssh-agent",
	[URL_USER] = "has a user name that is empty, begins with '-' or holds a character "
		     "other than letters, digits and . _ -",
	[URL_HOST] = "has no well-formed host",
	[URL_PORT] = "has a port that is not one of 1 to 65535",
	[URL_QUERY] = "has a '?' or a '#'",
	[URL_FILE_HOST] = "names a host, which a file URL may not",
	[URL_PERCENT] = "has a '%' without two digits, or one that stands for a control "
			"character",
	[URL_NO_PATH] = "has no path behind its host",
	[URL_PART_DOTS] = "has a part of its path that is empty, '.' or '..'",
	[URL_PART_LONG] = "has a part of its path that is longer than 200 bytes",
	[URL_PART_CHARS] = "has a part of its path that begins with '-' or holds a character "
			   "other than letters, digits and . _ - + ~",
	[URL_PART_GIT] = "has a part of its path with no name before '.git'",
	[URL_PART_INNER_GIT] = "has a part of its path, other than the last, that ends in '.git'",
};

static size_t scheme_len(const char *text)
{
	return strspn(text, ALNUM "+-.");
}

/* A refused URL as a message shows it.  Where it was not understood, all before
 * the last '@' and behind a '?' may be a secret. */
static char *show_refused(const char *text)
{
	size_t head = scheme_len(text), len;
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

static enum url_fault check_text(const char *text)
{
	if (!*text)
		return URL_EMPTY;
	if (strlen(text) > URL_LEN_MAX)
		return URL_LONG;
	if (*text == '-')
		return URL_OPTION;
	if (strstr(text, "::"))
		return URL_PROGRAM;
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p < 0x20 || *p == 0x7F)
			return URL_CONTROL;
		if (*p == ' ' && *text != '/')
			return URL_SPACE;
	}
	return URL_FINE;
}

/* The length without ".git" at the end, however often it stands there. */
static size_t stem_len(const char *s, size_t len)
{
	while (len >= 4 && !ascii_ncasecmp(s + len - 4, ".git", 4))
		len -= 4;
	return len;
}

/* "", "." or ".." */
static bool is_no_name(const char *s, size_t len)
{
	return len <= 2 && strspn(s, ".") >= len;
}

static enum url_fault check_part(const char *part, size_t len, enum url_scheme scheme)
{
	size_t stem = stem_len(part, len);

	if (is_no_name(part, len))
		return URL_PART_DOTS;
	if (len > PART_LEN_MAX)
		return URL_PART_LONG;
	if (scheme != URL_LOCAL && (*part == '-' || strspn(part, PART_CHARS) < len))
		return URL_PART_CHARS;
	if (is_no_name(part, stem))
		return URL_PART_GIT;
	/* Its folder would lie inside the repository of that name. */
	if (stem < len && part[len] == '/')
		return URL_PART_INNER_GIT;
	return URL_FINE;
}

static enum url_fault check_path(const char *path, enum url_scheme scheme)
{
	enum url_fault fault = URL_FINE;

	if (*path != '/')
		return URL_NO_PATH;
	while (!fault && *path) {
		size_t len = strcspn(path + 1, "/");

		fault = check_part(path + 1, len, scheme);
		path += 1 + len;
	}
	return fault;
}

static enum url_fault check_user(const char *user, size_t len, enum url_scheme scheme)
{
	if (scheme != URL_SSH)
		return URL_CREDENTIALS;
	if (memchr(user, ':', len))
		return URL_PASSWORD;
	return len == 0 || *user == '-' || strspn(user, USER_CHARS) < len ? URL_USER : URL_FINE;
}

/* A character that no label may have stands behind the host. */
static enum url_fault check_host(const char *host, size_t len)
{
	size_t label;

	if (*host == '-')
		return URL_HOST;
	for (size_t at = 0; at <= len; at += label + 1) {
		label = strspn(host + at, LABEL_CHARS);
		if (label == 0 || label > LABEL_LEN_MAX ||
		    (at + label < len && host[at + label] != '.'))
			return URL_HOST;
	}
	return URL_FINE;
}

static enum url_fault read_port(unsigned *out, const char *port, size_t len)
{
	unsigned n = 0;

	if (len == 0 || len > 5 || *port == '0' || strspn(port, DIGITS) < len)
		return URL_PORT;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (unsigned)(port[i] - '0');
	if (n > 65535)
		return URL_PORT;
	*out = n;
	return URL_FINE;
}

static enum url_fault read_host(struct url *u, const char *host, size_t len)
{
	const char *colon = memchr(host, ':', len);
	size_t name = colon ? (size_t)(colon - host) : len;
	enum url_fault fault = len > HOST_LEN_MAX ? URL_HOST : check_host(host, name);

	if (!fault && colon)
		fault = read_port(&u->port, colon + 1, len - name - 1);
	if (fault)
		return fault;
	u->host = str_dupf("%.*s", (int)len, host);
	if (!u->host)
		return URL_NO_MEMORY;
	for (char *p = u->host; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	u->hostname = str_dupf("%.*s", (int)name, u->host);
	return u->hostname ? URL_FINE : URL_NO_MEMORY;
}

static enum url_fault read_network(struct url *u, const char *rest)
{
	size_t len = strcspn(rest, "/"), user;
	const char *at = memrchr(rest, '@', len), *path = rest + len;
	enum url_fault fault = URL_FINE;

	user = at ? (size_t)(at - rest) : 0;
	if (at)
		fault = check_user(rest, user, u->scheme);
	else if (strchr(path, '@')) /* of a password that holds a '/' */
		fault = URL_CREDENTIALS;
	if (!fault && strpbrk(rest, "?#"))
		fault = URL_QUERY;
	if (!fault && at && !(u->user = str_dupf("%.*s", (int)user, rest)))
		fault = URL_NO_MEMORY;
	if (!fault)
		fault = at ? read_host(u, at + 1, len - user - 1) : read_host(u, rest, len);
	if (!fault)
		fault = check_path(path, u->scheme);
	if (!fault && !(u->path = strdup(path)))
		fault = URL_NO_MEMORY;
	return fault;
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static enum url_fault decode(char *s)
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
			return URL_PERCENT;
		*to++ = (char)(high * 16 + low);
		s += 3;
	}
	*to = '\0';
	return URL_FINE;
}

static enum url_fault read_path(struct url *u, const char *path, bool is_encoded)
{
	enum url_fault fault = URL_FINE;

	u->host = strdup("");
	u->hostname = strdup("");
	u->path = strdup(path);
	if (!u->host || !u->hostname || !u->path)
		return URL_NO_MEMORY;
	if (is_encoded)
		fault = decode(u->path);
	if (!fault && strstr(u->path, "::"))
		fault = URL_PROGRAM;
	/* Reports show it. */
	if (!fault && !utf8_valid(u->path, strlen(u->path)))
		fault = URL_NOT_UTF8;
	return fault ? fault : check_path(u->path, URL_LOCAL);
}

static enum url_fault read_file(struct url *u, const char *rest)
{
	if (!strncmp(rest, "localhost/", 10))
		rest += 9;
	if (*rest != '/')
		return URL_FILE_HOST;
	return strpbrk(rest, "?#") ? URL_QUERY : read_path(u, rest, /* is_encoded= */ true);
}

static enum url_fault read_form(struct url *u, const char *text)
{
	size_t len = scheme_len(text);

	if (*text == '/') {
		u->scheme = URL_LOCAL;
		return read_path(u, text, /* is_encoded= */ false);
	}
	if (strncmp(text + len, "://", 3))
		return text[strcspn(text, ":/")] == ':' ? URL_SHORT : URL_NO_FORM;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (strlen(schemes[i].name) != len || ascii_ncasecmp(text, schemes[i].name, len))
			continue;
		u->scheme = (enum url_scheme)i;
		return u->scheme == URL_LOCAL ? read_file(u, text + len + 3)
					      : read_network(u, text + len + 3);
	}
	return URL_NO_SCHEME;
}

int url_parse(struct url *out, const char *text, struct quarry_error *err)
{
	enum url_fault fault = url_read(out, text);
	char *shown;
	int rc;

	if (fault == URL_FINE)
		return 0;
	shown = fault == URL_NO_MEMORY ? NULL : show_refused(text);
	if (!shown)
		return quarry_error_nomem(err);
	rc = quarry_error_set(err, QUARRY_EUSAGE, "cannot use the URL '%.300s': it %s", shown,
			      url_reason(fault));
	free(shown);
	return rc;
}

void url_release(struct url *u)
{
	free(u->text);
	free(u->host);
	free(u->path);
	free(u->user);
	free(u->hostname);
	*u = (struct url)URL_INIT;
}

enum url_fault url_read(struct url *out, const char *text)
{
	struct url u = URL_INIT;
	enum url_fault fault = check_text(text);

	if (!fault)
		fault = read_form(&u, text);
	if (!fault && !(u.text = strdup(text)))
		fault = URL_NO_MEMORY;
	if (fault)
		url_release(&u);
	else
		*out = u;
	return fault;
}

enum url_fault url_read_short(struct url *out, const char *text)
{
	size_t len = strcspn(text, ":/");
	enum url_fault fault = check_text(text);
	const char *path = text + len + 1;
	char *full;

	if (fault)
		return fault;
	if (text[len] != ':' || !memchr(text, '@', len))
		return URL_NO_FORM;
	full = str_dupf("ssh://%.*s/%s", (int)len, text, path + (*path == '/'));
	if (!full)
		return URL_NO_MEMORY;
	fault = url_read(out, full);
	free(full);
	return fault;
}

const char *url_reason(enum url_fault fault)
{
	return reasons[fault];
}

bool url_is_public(const struct url *u)
{
	return u->scheme == URL_HTTPS || u->scheme == URL_SSH;
}

const char *url_scheme_name(enum url_scheme scheme)
{
	return schemes[scheme].name;
}

unsigned url_scheme_port(enum url_scheme scheme)
{
	return schemes[scheme].port;
}

char *url_slug(const struct url *u)
{
	size_t len = stem_len(u->path, strlen(u->path)), from = 1;

	if (u->scheme == URL_LOCAL) {
		const char *slash = memrchr(u->path, '/', len);

		slash = memrchr(u->path, '/', (size_t)(slash - u->path));
		from += slash ? (size_t)(slash - u->path) : 0;
	}
	return str_dupf("%.*s", (int)(len - from), u->path + from);
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
