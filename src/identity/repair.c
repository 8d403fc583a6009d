#include "identity/repair.h"

#include <string.h>

#include "identity/email.h"
#include "util/ascii.h"
#include "util/banned.h"

/* One '@' with something before it and, after it, a host with a dot inside. */
static bool is_address(const char *s, size_t len)
{
	const char *at = len ? memchr(s, '@', len) : NULL;
	const char *end = s + len, *dot;

	if (!at || at == s || memchr(at + 1, '@', (size_t)(end - at - 1)))
		return false;
	for (const char *p = s; p < end; p++)
		if (ascii_is_space(*p) || *p == '<' || *p == '>')
			return false;
	dot = memchr(at + 1, '.', (size_t)(end - at - 1));
	return dot && dot > at + 1 && end[-1] != '.';
}

/* Has an address a beginning or an end that no mailbox has? */
static bool is_odd(const char *s, size_t len)
{
	return (len > 7 && !memcmp(s, "mailto:", 7)) || memchr("\"'(),.;", s[0], 7) ||
	       memchr("\"'(),.;", s[len - 1], 7);
}

static void wrap(struct str *out, const char *s, size_t len)
{
	while (len && (ascii_is_space(*s) || memchr("<>\"'(),.;", *s, 9))) {
		s++;
		len--;
	}
	while (len && (ascii_is_space(s[len - 1]) || memchr("<>\"'(),.;", s[len - 1], 9)))
		len--;
	str_add(out, s, len);
}

static void mailto(struct str *out, const char *s, size_t len)
{
	if (len > 7 && !memcmp(s, "mailto:", 7))
		str_add(out, s + 7, len - 7);
}

/* The length of a `word` written for a sign at `s`: " at ", "(at)", " [at] "; or 0. */
static size_t spelt(const char *s, size_t len, const char *word)
{
	size_t i = 0, n = strlen(word);
	char close = 0;
	bool gap = false;

	for (; i < len && s[i] == ' '; i++)
		gap = true;
	if (i < len && (s[i] == '(' || s[i] == '['))
		close = s[i++] == '(' ? ')' : ']';
	if ((!gap && !close) || len - i < n || memcmp(s + i, word, n) != 0)
		return 0;
	i += n;
	if (close && (i >= len || s[i++] != close))
		return 0;
	if (!close && (i >= len || s[i] != ' '))
		return 0;
	while (i < len && s[i] == ' ')
		i++;
	return i;
}

static void spell_at(struct str *out, const char *s, size_t len)
{
	if (memchr(s, '@', len))
		return;
	for (size_t i = 0; i < len;) {
		size_t at = spelt(s + i, len - i, "at"), dot = spelt(s + i, len - i, "dot");

		if (at || dot)
			str_addc(out, at ? '@' : '.');
		else
			str_addc(out, s[i]);
		i += at ? at : dot ? dot : 1;
	}
}

static bool is_uuid(const char *s, size_t len)
{
	if (len != 36)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !(ascii_is_digit(s[i]) || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	}
	return true;
}

static void uuid(struct str *out, const char *s, size_t len)
{
	struct email_parts p = email_split(s, len);

	if (p.host && is_uuid(p.host, p.host_len))
		str_add(out, p.local, p.local_len);
}

static void twice(struct str *out, const char *s, size_t len)
{
	struct email_parts p = email_split(s, len), q = email_split(p.local, p.local_len);

	if (p.host && q.host && p.host_len == q.host_len && !memcmp(p.host, q.host, p.host_len))
		str_add(out, p.local, p.local_len);
}

static void (*const repairs[])(struct str *, const char *, size_t) = {
	[QUARRY_REPAIR_WRAP] = wrap,
	[QUARRY_REPAIR_MAILTO] = mailto,
	[QUARRY_REPAIR_AT] = spell_at,
	[QUARRY_REPAIR_UUID] = uuid,
	[QUARRY_REPAIR_TWICE] = twice,
};

bool email_repair(struct str *out, enum quarry_repair_step step, const char *key, size_t len)
{
	if (step == QUARRY_REPAIR_NONE || (is_address(key, len) && !is_odd(key, len)))
		return false;
	repairs[step](out, key, len);
	return !out->oom && out->len && out->len < len && is_address(out->buf, out->len);
}
