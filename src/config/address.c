#include "config/address.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "quarry/error.h"
#include "util/banned.h"
#include "util/str.h"

/*
 *	address = scheme "://" [user "@"] host [":" port] "/" path
 *	        | user "@" host ":" path                    means ssh
 *	        | local path
 *	path    = owner {"/" owner} "/" name [".git"] ["/"]
 */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HOST_CHARS LETTERS DIGITS ".-"
#define USER_CHARS LETTERS DIGITS "._-"
#define PATH_CHARS LETTERS DIGITS "._-+~"

#define WHY_FORM "must be https://HOST/OWNER/NAME, ssh://USER@HOST/OWNER/NAME or USER@HOST:OWNER/NAME"
#define WHY_LOCAL "is a local path or an unencrypted address, which is read only where local ones are allowed"
#define WHY_SECRET "holds a user or a password; a file of repositories may not (credentials belong to git)"
#define WHY_HOST "has no well-formed host"
#define WHY_PORT "has no well-formed port"
#define WHY_USER "has no well-formed user"
#define WHY_PARTS "needs at least OWNER/NAME after the host"
#define WHY_PART "has a part that is empty, '.', '..' or '.git', begins with '-', or holds a character other than letters, digits and . _ - + ~"
#define WHY_SCHEME "has a scheme that is not https or ssh"

static const struct scheme {
	const char *name;
	const char *port; /* its default */
	bool user;
	bool local; /* only where local addresses are allowed */
} schemes[] = {
	{ "https", "443", false, false },
	{ "ssh", "22", true, false },
	{ "http", "80", false, true },
	{ "git", "9418", false, true },
};

struct piece {
	const char *s;
	size_t len;
};

struct parts {
	const struct scheme *scheme;
	struct piece user, host, port, path;
};

static int refuse(const char **why, const char *text)
{
	*why = text;
	return QUARRY_EUSAGE;
}

static bool all_of(struct piece p, const char *chars)
{
	for (size_t i = 0; i < p.len; i++)
		if (!p.s[i] || !strchr(chars, p.s[i]))
			return false;
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void add_lower(struct str *out, struct piece p)
{
	for (size_t i = 0; i < p.len; i++)
		str_addc(out, lower(p.s[i]));
}

/* Cut "/" and ".git" off the end for as long as there is one. */
static void trim_path(struct piece *p)
{
	for (;;) {
		if (p->len && p->s[p->len - 1] == '/')
			p->len--;
		else if (p->len > 4 && p->s[p->len - 5] != '/' &&
			 strncasecmp(p->s + p->len - 4, ".git", 4) == 0)
			p->len -= 4;
		else
			return;
	}
}

static bool part_is_good(struct piece p)
{
	return p.len && p.s[0] != '-' && all_of(p, PATH_CHARS) &&
	       !(p.len == 1 && p.s[0] == '.') && !(p.len == 2 && p.s[0] == '.' && p.s[1] == '.') &&
	       !(p.len == 4 && strncasecmp(p.s, ".git", 4) == 0);
}

static int check_path(struct piece path, const char **why)
{
	size_t n = 0;

	for (size_t at = 0; at <= path.len; n++) {
		const char *slash = memchr(path.s + at, '/', path.len - at);
		size_t end = slash ? (size_t)(slash - path.s) : path.len;
		struct piece part = { path.s + at, end - at };

		if (path.len && !part_is_good(part))
			return refuse(why, WHY_PART);
		at = end + 1;
	}
	return n < 2 ? refuse(why, WHY_PARTS) : 0;
}

static int check_authority(const struct parts *p, const char **why)
{
	unsigned port = 0;

	if (p->user.s && !p->scheme->user)
		return refuse(why, WHY_SECRET);
	if (p->user.s && memchr(p->user.s, ':', p->user.len))
		return refuse(why, WHY_SECRET);
	if (p->user.s && (!p->user.len || p->user.s[0] == '-' || !all_of(p->user, USER_CHARS)))
		return refuse(why, WHY_USER);
	if (!p->host.len || p->host.s[0] == '-' || p->host.s[0] == '.' ||
	    p->host.s[p->host.len - 1] == '.' || memmem(p->host.s, p->host.len, "..", 2) ||
	    !all_of(p->host, HOST_CHARS))
		return refuse(why, WHY_HOST);
	if (!p->port.s)
		return 0;
	if (!p->port.len || p->port.len > 5 || p->port.s[0] == '0' || !all_of(p->port, DIGITS))
		return refuse(why, WHY_PORT);
	for (size_t i = 0; i < p->port.len; i++)
		port = port * 10 + (unsigned)(p->port.s[i] - '0');
	return port > 65535 ? refuse(why, WHY_PORT) : 0;
}

/* scheme "://" authority "/" path; `rest` begins at the authority. */
static int split_url(struct parts *p, const char *rest, const char **why)
{
	size_t len = strcspn(rest, "/");
	struct piece host = { rest, len };
	const char *at, *colon;

	at = memrchr(rest, '@', len);
	/* A password may hold '/': then the '@' comes later. */
	if (!at && strchr(rest, '@'))
		return refuse(why, WHY_SECRET);
	if (at) {
		p->user = (struct piece){ rest, (size_t)(at - rest) };
		host = (struct piece){ at + 1, len - p->user.len - 1 };
	}
	colon = memchr(host.s, ':', host.len);
	if (colon) {
		p->port = (struct piece){ colon + 1, host.len - (size_t)(colon + 1 - host.s) };
		host.len = (size_t)(colon - host.s);
	}
	p->host = host;
	p->path = (struct piece){ rest + len, strlen(rest + len) };
	if (p->path.len) {
		p->path.s++;
		p->path.len--;
	}
	return 0;
}

static char *copy(struct arena *a, const struct str *s)
{
	return s->oom || !s->buf ? NULL : arena_copy(a, s->buf, s->len);
}

/* owner, name and slug from a path without slash at its ends. */
static int set_slug(struct address *out, struct arena *a, struct piece path)
{
	const char *slash = memrchr(path.s, '/', path.len);
	size_t owner = (size_t)(slash - path.s);

	out->owner = arena_copy(a, path.s, owner);
	out->name = arena_copy(a, slash + 1, path.len - owner - 1);
	out->slug = arena_copy(a, path.s, path.len);
	return out->owner && out->name && out->slug ? 0 : QUARRY_ENOMEM;
}

static int make_remote(struct address *out, struct arena *a, const struct parts *p)
{
	struct str s = STR_INIT;
	struct address u = { 0 };
	size_t host; /* where the host begins in s */
	bool port = p->port.s && !(p->port.len == strlen(p->scheme->port) &&
				   memcmp(p->port.s, p->scheme->port, p->port.len) == 0);
	int rc = QUARRY_ENOMEM;

	str_addf(&s, "%s://", p->scheme->name);
	if (p->user.s) {
		str_add(&s, p->user.s, p->user.len);
		str_addc(&s, '@');
	}
	host = s.len;
	add_lower(&s, p->host);
	if (port) {
		str_addc(&s, ':');
		str_add(&s, p->port.s, p->port.len);
	}
	if (s.oom)
		goto done;
	u.host = arena_copy(a, s.buf + host, s.len - host);
	str_addc(&s, '/');
	str_add(&s, p->path.s, p->path.len);
	u.url = copy(a, &s);
	str_clear(&s);
	add_lower(&s, (struct piece){ u.host ? u.host : "", u.host ? strlen(u.host) : 0 });
	str_addc(&s, '/');
	add_lower(&s, p->path);
	u.key = copy(a, &s);
	if (!u.host || !u.url || !u.key || set_slug(&u, a, p->path))
		goto done;
	*out = u;
	rc = 0;
done:
	str_release(&s);
	return rc;
}

/* Append `path` to the absolute `out`, part by part; ".." goes up, never above "/". */
static void join(struct str *out, const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && path[0] == '.' && path[1] == '.') {
			while (out->len && out->buf[--out->len] != '/')
				;
			if (out->buf)
				out->buf[out->len] = '\0';
		} else if (n && !(n == 1 && path[0] == '.')) {
			str_addc(out, '/');
			str_add(out, path, n);
		}
		path += n + (path[n] == '/');
	}
}

/* A path is kept as it is, so that it can be opened; its slug is the last two parts. */
static int make_local(struct address *out, struct arena *a, const char *path, const char *base,
		      const char **why)
{
	struct str s = STR_INIT;
	struct address u = { .host = "" };
	struct piece tail;
	const char *slash;
	int rc;

	if (strchr(path, ':')) /* a scheme or a host to whoever reads it again */
		return refuse(why, WHY_FORM);
	if (path[0] != '/')
		join(&s, base);
	join(&s, path);
	while (!s.oom && s.len > 5 && strcmp(s.buf + s.len - 5, "/.git") == 0)
		s.buf[s.len -= 5] = '\0';
	u.url = u.key = s.len ? copy(a, &s) : "";
	if (s.oom || !u.url) {
		rc = QUARRY_ENOMEM;
		goto done;
	}
	tail = (struct piece){ u.url, s.len };
	trim_path(&tail);
	slash = tail.len ? memrchr(tail.s, '/', tail.len) : NULL;
	if (!slash || slash == tail.s) {
		rc = refuse(why, "needs at least OWNER/NAME at its end");
		goto done;
	}
	slash = memrchr(tail.s, '/', (size_t)(slash - tail.s));
	tail = (struct piece){ slash + 1, tail.len - (size_t)(slash + 1 - tail.s) };
	rc = set_slug(&u, a, tail);
	if (!rc)
		*out = u;
done:
	str_release(&s);
	return rc;
}

static const struct scheme *find_scheme(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strlen(schemes[i].name) == len && strncasecmp(text, schemes[i].name, len) == 0)
			return &schemes[i];
	return NULL;
}

static int parse_file(struct address *out, struct arena *a, const char *rest, const char *base,
		      const char **why)
{
	if (!base)
		return refuse(why, WHY_LOCAL);
	if (strncmp(rest, "localhost/", 10) == 0)
		rest += 9;
	if (rest[0] != '/')
		return refuse(why, "has a file:// address that does not begin with file:///");
	return make_local(out, a, rest, base, why);
}

/* No scheme: user@host:path, or a local path. */
static int parse_short(struct parts *p, const char *text, const char **why)
{
	size_t len = strcspn(text, ":/");
	const char *at = memrchr(text, '@', len), *path = text + len + 1;

	/* github.com/owner/name wants its scheme, not permission for local paths. */
	if (text[len] != ':' || !at)
		return refuse(why, text[len] == ':' || strchr(text, '@') ||
				   (text[len] == '/' && text[0] != '.' && memchr(text, '.', len))
				   ? WHY_FORM : WHY_LOCAL);
	p->scheme = find_scheme("ssh", 3);
	p->user = (struct piece){ text, (size_t)(at - text) };
	p->host = (struct piece){ at + 1, len - p->user.len - 1 };
	path += *path == '/';
	p->path = (struct piece){ path, strlen(path) };
	return 0;
}

int address_parse(struct address *out, struct arena *arena, const char *text, const char *base,
		  const char **why)
{
	const char *sep = strstr(text, "://");
	struct parts p = { 0 };
	int rc;

	/* ext::COMMAND would be run by git, -x read as an option. */
	if (text[0] == '-' || strstr(text, "::"))
		return refuse(why, WHY_FORM);
	if (sep) {
		size_t len = (size_t)(sep - text);

		if (len == 4 && strncasecmp(text, "file", 4) == 0)
			return parse_file(out, arena, sep + 3, base, why);
		p.scheme = find_scheme(text, len);
		if (!p.scheme)
			return refuse(why, WHY_SCHEME);
		rc = split_url(&p, sep + 3, why);
	} else if (base && !strchr(text, ':')) {
		return make_local(out, arena, text, base, why);
	} else {
		rc = parse_short(&p, text, why);
	}
	if (!rc)
		rc = check_authority(&p, why);
	if (!rc && p.scheme->local && !base)
		rc = refuse(why, WHY_LOCAL);
	if (rc)
		return rc;
	trim_path(&p.path);
	rc = check_path(p.path, why);
	return rc ? rc : make_remote(out, arena, &p);
}

void address_relative(struct str *out, const char *base, const char *path)
{
	size_t same = 0; /* length of the common parts, without the slash after them */

	for (size_t i = 0;; i++) {
		bool end_base = !base[i] || base[i] == '/', end_path = !path[i] || path[i] == '/';

		if (end_base && end_path)
			same = i;
		if (base[i] != path[i] || !base[i])
			break;
	}
	for (const char *p = base + same; *p; p++)
		if (*p == '/' && p[1])
			str_adds(out, "../");
	str_adds(out, path[same] ? path + same + 1 : ".");
}
