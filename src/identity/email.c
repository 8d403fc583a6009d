/*
 * Which e-mails are shared by strangers.  An address is generic when it is
 *
 *	1. one of the words that tools write for want of an address, or
 *	2. at a host that is not the same machine everywhere, or
 *	3. one that a service gives to all its users, or
 *	4. a word from an instruction ("you", "test") at a host from one.
 *
 * The rules err on the side of generic: a person wrongly found generic is
 * counted once a signature, but strangers wrongly joined cannot be told apart
 * any more.  <id>+<login>@users.noreply.github.com is a person's own, as is an
 * ordinary name at example.org.
 */
#include "identity/email.h"

#include <stdbool.h>
#include <string.h>

#include "quarry/identity.h"
#include "util/banned.h"

/* 1. Whole texts, none with an '@'. */
static const char *const words[] = {
	"",
	"(no author)", /* git-svn, of revisions without svn:author */
	"(none)",      /* a host name that could not be found out */
	"devnull", "email", "example", "localhost", "n/a", "no author", "no-reply", "nobody",
	"none", "noreply", "null", "root", "test", "undefined", "unknown", "user", "you",
	"your email",
};

/* 2. Hosts; one that begins with a dot stands for all names that end so. */
static const char *const hosts[] = {
	"(none)", ".(none)",         /* git's own guess without a domain */
	"invalid", "none", "unknown", /* importers */
	"localhost", "localhost.localdomain",
	".localdomain",              /* the domain of a fresh Linux installation */
	".local",                    /* multicast DNS: every office has its MacBook-Pro.local */
	".lan",                      /* the same, of home routers */
	".internal",                 /* cloud machines: ip-10-0-0-1.ec2.internal is in each account */
};

/* 3. Local parts, at any host. */
static const char *const services[] = {
	"do-not-reply", "donotreply",
	"no-reply", "no_reply", "noreply", /* noreply@github.com of the web editor */
};

/* 4. Local parts and hosts of instructions; a host without a dot counts too. */
static const char *const samples[] = {
	"admin", "bar", "email", "foo", "me", "name", "nobody", "none", "root", "test", "ubuntu",
	"user", "user.name", "username", "you", "your", "your-email", "your-name", "your.email",
	"your.name", "your_email", "your_name", "youremail", "yourname",
};
static const char *const sample_hosts[] = {
	"domain.com", "email.com", "example.com", "example.net", "example.org",
	"your-domain.com", "yourdomain.com",
};

#define LIST(a) (a), sizeof(a) / sizeof((a)[0])

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim(const char **s, size_t *len)
{
	while (*len && is_space((*s)[0])) {
		(*s)++;
		(*len)--;
	}
	while (*len && is_space((*s)[*len - 1]))
		(*len)--;
}

void ascii_lower(struct str *out, const char *s, size_t len)
{
	size_t start = out->len;

	str_add(out, s, len);
	if (out->oom)
		return;
	for (size_t i = start; i < out->len; i++)
		out->buf[i] = lower(out->buf[i]);
}

void email_fold(struct str *out, const char *s, size_t len)
{
	trim(&s, &len);
	ascii_lower(out, s, len);
}

/* Is `s` the lower-case text `want`, in any case? */
static bool same(const char *s, size_t len, const char *want)
{
	if (strlen(want) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (lower(s[i]) != want[i])
			return false;
	return true;
}

static bool in_list(const char *s, size_t len, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t tail = strlen(list[i]);

		if (same(s, len, list[i]))
			return true;
		if (list[i][0] == '.' && len > tail && same(s + len - tail, tail, list[i]))
			return true;
	}
	return false;
}

int quarry_email_is_generic(const char *email, size_t len)
{
	const char *at, *host;
	size_t host_len, local_len;

	trim(&email, &len);
	at = len ? memrchr(email, '@', len) : NULL;
	if (!at)
		return in_list(email, len, LIST(words));
	local_len = (size_t)(at - email);
	host = at + 1;
	host_len = len - local_len - 1;
	if (!local_len || !host_len || in_list(host, host_len, LIST(hosts)))
		return true;
	if (same(host, host_len, "users.noreply.github.com"))
		return false; /* even of the one whose login is "noreply" */
	if (in_list(email, local_len, LIST(services)))
		return true;
	return in_list(email, local_len, LIST(samples)) &&
	       (!memchr(host, '.', host_len) || in_list(host, host_len, LIST(sample_hosts)));
}
