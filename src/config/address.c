#include "config/address.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "quarry/error.h"
#include "util/ascii.h"
#include "util/banned.h"
#include "util/str.h"
#include "util/url.h"

#define WHY_FORM "must be https://HOST/OWNER/NAME, ssh://USER@HOST/OWNER/NAME or USER@HOST:OWNER/NAME"
#define WHY_LOCAL "is a local path or an unencrypted address, which is read only where local ones are allowed"
#define WHY_SECRET "holds a user or a password; a file of repositories may not (credentials belong to git)"
#define WHY_PARTS "needs at least OWNER/NAME after the host"
#define WHY_PARTS_LOCAL "needs at least OWNER/NAME at its end"

static int refuse(const char **why, const char *text)
{
	*why = text;
	return QUARRY_EUSAGE;
}

/* In the words of this kind of file, where it has any. */
static int refuse_fault(const char **why, enum url_fault fault)
{
	switch (fault) {
	case URL_NO_MEMORY:
		return QUARRY_ENOMEM;
	case URL_CREDENTIALS:
	case URL_PASSWORD:
		return refuse(why, WHY_SECRET);
	case URL_OPTION:
	case URL_PROGRAM:
	case URL_NO_FORM:
	case URL_SHORT:
		return refuse(why, WHY_FORM);
	case URL_NO_PATH:
		return refuse(why, WHY_PARTS);
	default:
		return refuse(why, url_reason(fault));
	}
}

/* The length without "/" and ".git" at the end, as often as they stand there. */
static size_t cut_len(const char *s, size_t len)
{
	for (;;) {
		if (len > 1 && s[len - 1] == '/')
			len--;
		else if (len > 4 && s[len - 5] != '/' && ascii_ncasecmp(s + len - 4, ".git", 4) == 0)
			len -= 4;
		else
			return len;
	}
}

/* The same of a path on the disk: there "a.git" is a name, and "a/.git" is in "a". */
static size_t cut_len_local(const char *s, size_t len)
{
	for (;;) {
		if (len > 1 && s[len - 1] == '/')
			len--;
		else if (len > 5 && memcmp(s + len - 5, "/.git", 5) == 0)
			len -= 5;
		else
			return len;
	}
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

/* A path that may be relative to the folder `base`, both without a scheme. */
static enum url_fault read_path(struct url *out, const char *text, const char *base)
{
	enum url_fault fault = URL_NO_MEMORY;
	struct str s = STR_INIT;

	if (text[0] != '/')
		join(&s, base);
	join(&s, text);
	if (!s.len)
		str_addc(&s, '/');
	if (!s.oom) {
		s.buf[cut_len_local(s.buf, s.len)] = '\0';
		fault = url_read(out, s.buf);
	}
	str_release(&s);
	return fault;
}

/* A URL or user@host:path. */
static enum url_fault read_url(struct url *out, const char *text)
{
	const char *sep = strstr(text, "://");
	size_t head = sep ? (size_t)(sep - text) + 3 : 0;
	bool is_file = head == 7 && ascii_ncasecmp(text, "file", 4) == 0;
	size_t len = strlen(text + head);
	enum url_fault fault;
	char *cut;

	len = is_file ? cut_len_local(text + head, len) : cut_len(text + head, len);
	cut = strndup(text, head + len);
	if (!cut)
		return URL_NO_MEMORY;
	fault = url_read(out, cut);
	if (fault == URL_SHORT)
		fault = url_read_short(out, cut);
	free(cut);
	return fault;
}

/* Whether somebody left the scheme away: github.com/owner/name wants it, and not
 * permission for local paths. */
static bool looks_remote(const char *text)
{
	size_t len = strcspn(text, "/");

	return strchr(text, '@') || (text[len] && text[0] != '.' && memchr(text, '.', len));
}

static char *copy(struct arena *a, const char *s)
{
	return arena_copy(a, s, strlen(s));
}

static int set_slug(struct address *out, struct arena *a, const struct url *u, const char **why)
{
	char *slug = url_slug(u), *slash = slug ? strrchr(slug, '/') : NULL;
	int rc = QUARRY_ENOMEM;

	if (!slug)
		goto done;
	if (!slash) {
		rc = refuse(why, u->scheme == URL_LOCAL ? WHY_PARTS_LOCAL : WHY_PARTS);
		goto done;
	}
	out->slug = copy(a, slug);
	out->owner = arena_copy(a, slug, (size_t)(slash - slug));
	out->name = copy(a, slash + 1);
	if (out->slug && out->owner && out->name)
		rc = 0;
done:
	free(slug);
	return rc;
}

/* A path is kept as it is, so that it can be opened. */
static int set_local(struct address *out, struct arena *a, const struct url *u)
{
	out->host = "";
	out->url = out->key = copy(a, u->path);
	return out->url ? 0 : QUARRY_ENOMEM;
}

static int set_remote(struct address *out, struct arena *a, const struct url *u)
{
	bool has_port = u->port && u->port != url_scheme_port(u->scheme);
	struct str s = STR_INIT;
	size_t host; /* where the host begins in s */
	char *key = NULL;

	str_addf(&s, "%s://", url_scheme_name(u->scheme));
	if (u->user)
		str_addf(&s, "%s@", u->user);
	host = s.len;
	str_adds(&s, has_port ? u->host : u->hostname);
	if (!s.oom)
		out->host = copy(a, s.buf + host);
	str_adds(&s, u->path);
	if (!s.oom) {
		out->url = copy(a, s.buf);
		out->key = key = copy(a, s.buf + host);
	}
	for (char *p = key; p && *p; p++)
		*p = ascii_low(*p);
	str_release(&s);
	return out->host && out->url && out->key ? 0 : QUARRY_ENOMEM;
}

int address_parse(struct address *out, struct arena *arena, const char *text, const char *base,
		  const char **why)
{
	/* A path with ':' is a scheme or a host to whoever reads it again. */
	bool is_path = text[0] && text[0] != '-' && !strchr(text, ':');
	struct url u = URL_INIT;
	struct address address = { 0 };
	enum url_fault fault;
	int rc;

	if (is_path && !base)
		return refuse(why, looks_remote(text) ? WHY_FORM : WHY_LOCAL);
	fault = is_path ? read_path(&u, text, base) : read_url(&u, text);
	if (fault)
		return refuse_fault(why, fault);
	if (!base && !url_is_public(&u))
		rc = refuse(why, WHY_LOCAL);
	else if (!is_path && u.scheme == URL_LOCAL && strchr(u.path, ':'))
		rc = refuse(why, WHY_FORM);
	else
		rc = set_slug(&address, arena, &u, why);
	if (!rc)
		rc = u.scheme == URL_LOCAL ? set_local(&address, arena, &u)
					   : set_remote(&address, arena, &u);
	if (!rc)
		*out = address;
	url_release(&u);
	return rc;
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
