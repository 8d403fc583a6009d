/*
 * Signatures and domains: how they are written, and when two are the same.
 */
#include <string.h>

#include "config/people.h"
#include "util/ascii.h"
#include "util/banned.h"
#include "util/utf8.h"

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* A copy without the white space around it; NULL without memory. */
static const char *copy_trimmed(struct arena *arena, const char *s, size_t len)
{
	while (len && is_space(*s)) {
		s++;
		len--;
	}
	while (len && is_space(s[len - 1]))
		len--;
	return arena_copy(arena, s, len);
}

const char *people_who_read(const char **name, const char **email, struct arena *arena,
			    const char *text)
{
	size_t len = strlen(text);
	const char *open = strchr(text, '<');

	*name = *email = NULL;
	if (!open) {
		if (!strchr(text, '@') || strpbrk(text, " \t>"))
			return "is no signature";
		*email = arena_copy(arena, text, len);
		return NULL;
	}
	if (text[len - 1] != '>' || strpbrk(open + 1, "<>") != text + len - 1 ||
	    memchr(text, '>', (size_t)(open - text)))
		return "is no signature";
	*name = copy_trimmed(arena, text, (size_t)(open - text));
	if (*name)
		*email = copy_trimmed(arena, open + 1, (size_t)(text + len - 1 - open - 1));
	if (!*email)
		return NULL;
	if (!**name && !**email)
		return "means everybody without an e-mail";
	if (strlen(*name) + strlen(*email) + strlen(" <>") > PEOPLE_TEXT_MAX)
		return "is too long"; /* `Name<a@b.c>` is written with a space */
	if (!**name)
		*name = NULL;
	return NULL;
}

/* `<...>` where it would not be read without. */
void people_who_write(struct str *out, const char *name, const char *email)
{
	if (name)
		str_addf(out, "%s <%s>", name, email);
	else if (strchr(email, '@') && !strpbrk(email, " \t"))
		str_adds(out, email);
	else
		str_addf(out, "<%s>", email);
}

static void add_lower(struct str *out, const char *s)
{
	for (; *s; s++)
		str_addc(out, ascii_low(*s));
}

/* An e-mail holds no LF, so that no e-mail passes for one with a name. */
void people_who_key(struct str *out, const char *name, const char *email)
{
	add_lower(out, email);
	if (!name)
		return;
	str_addc(out, '\n');
	utf8_fold(out, name, strlen(name));
}

int people_who_compare(const struct quarry_who *a, const struct quarry_who *b)
{
	int order = strcmp(a->email, b->email);

	if (order)
		return order;
	if (!a->name || !b->name)
		return !!a->name - !!b->name;
	return strcmp(a->name, b->name);
}

bool people_same_text(const char *a, const char *b)
{
	while (*a && ascii_low(*a) == ascii_low(*b)) {
		a++;
		b++;
	}
	return ascii_low(*a) == ascii_low(*b);
}

bool people_is_domain(const char *s)
{
	if (strlen(s) > PEOPLE_DOMAIN_MAX)
		return false;
	for (;;) {
		size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-_");

		if (!n)
			return false;
		s += n;
		if (!*s)
			return true;
		if (*s++ != '.')
			return false;
	}
}
