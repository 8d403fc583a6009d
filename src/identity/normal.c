#include "identity/normal.h"

#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"
#include "util/utf8.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Order `s`, in any case, before or after the lower-case text `want`, as strcmp does. */
static int compare(const char *s, size_t len, const char *want)
{
	for (size_t i = 0; i < len; i++) {
		int order = (unsigned char)ascii_low(s[i]) - (unsigned char)want[i];

		if (order)
			return order; /* at the NUL of `want` at the latest */
	}
	return want[len] ? -1 : 0;
}

static bool in_words(const char *s, size_t len, const struct quarry_words *w)
{
	size_t from = 0, to = w->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = compare(s, len, w->at[middle]);

		if (!order)
			return true;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return false;
}

static bool in_hosts(const char *s, size_t len, const struct quarry_words *w)
{
	if (in_words(s, len, w))
		return true;
	for (size_t i = 0; i < w->n; i++) {
		const char *host = w->at[i];
		size_t n = strlen(host);

		if (len <= n)
			continue;
		if (host[0] == '.' && !compare(s + len - n, n, host))
			return true;
		if (host[n - 1] == '.' && !compare(s, n, host))
			return true;
	}
	return false;
}

/* An e-mail at its last '@'. */
struct parts {
	const char *local, *host; /* host is NULL without an '@' */
	size_t local_len, host_len;
};

static struct parts split(const char *s, size_t len)
{
	const char *at = len ? memrchr(s, '@', len) : NULL;
	struct parts p = { s, NULL, len, 0 };

	if (!at)
		return p;
	p.local_len = (size_t)(at - s);
	p.host = at + 1;
	p.host_len = len - p.local_len - 1;
	return p;
}

/* All that the rule has must match. */
static bool is_generic_by(const struct quarry_identity_rule *r, const struct parts *p)
{
	bool half = !p->local_len || (p->host && !p->host_len);

	if (r->empty)
		return half;
	if (r->words.n)
		return !p->host && in_words(p->local, p->local_len, &r->words);
	if (!p->host || half || (r->locals.n && !in_words(p->local, p->local_len, &r->locals)))
		return false;
	if (r->dotless && !memchr(p->host, '.', p->host_len))
		return true;
	return r->hosts.n ? in_hosts(p->host, p->host_len, &r->hosts) : !r->dotless;
}

const char *email_generic_rule(const struct ruleset *set, const char *email, size_t len)
{
	struct noreply unused;
	struct parts p;

	while (len && is_space(email[0])) {
		email++;
		len--;
	}
	while (len && is_space(email[len - 1]))
		len--;
	p = split(email, len);
	for (size_t i = 0; i < set->rules->n_rules; i++) {
		const struct quarry_identity_rule *r =
			ruleset_get(set, i, QUARRY_IDENTITY_GENERIC_EMAIL);

		/* Even of the one whose login is "noreply". */
		if (r && is_generic_by(r, &p))
			return email_noreply(&unused, set, email, len) ? NULL : r->id;
	}
	return NULL;
}

const char *quarry_email_generic_rule(const struct quarry_identity_rules *rules,
				      const char *email, size_t len)
{
	const struct ruleset all = { .rules = rules };

	return email_generic_rule(&all, email, len);
}

/* One '@' with something before it and, after it, a host with a dot inside. */
static bool is_address(const char *s, size_t len)
{
	const char *at = len ? memchr(s, '@', len) : NULL;
	const char *end = s + len, *dot;

	if (!at || at == s || memchr(at + 1, '@', (size_t)(end - at - 1)))
		return false;
	for (const char *p = s; p < end; p++)
		if (is_space(*p) || *p == '<' || *p == '>')
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
	while (len && (is_space(*s) || memchr("<>\"'(),.;", *s, 9))) {
		s++;
		len--;
	}
	while (len && (is_space(s[len - 1]) || memchr("<>\"'(),.;", s[len - 1], 9)))
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

		if (dash ? s[i] != '-' : !(is_digit(s[i]) || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	}
	return true;
}

static void uuid(struct str *out, const char *s, size_t len)
{
	struct parts p = split(s, len);

	if (p.host && is_uuid(p.host, p.host_len))
		str_add(out, p.local, p.local_len);
}

static void twice(struct str *out, const char *s, size_t len)
{
	struct parts p = split(s, len), q = split(p.local, p.local_len);

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

/* A repair that comes out at an address; it is always shorter than what was broken. */
static bool repair(struct str *out, const struct quarry_identity_rule *r, const char *key,
		   size_t len)
{
	if (r->step == QUARRY_REPAIR_NONE)
		return false;
	repairs[r->step](out, key, len);
	return !out->oom && out->len && out->len < len && is_address(out->buf, out->len);
}

static bool alias(struct str *out, const struct quarry_identity_rule *r, const struct parts *p)
{
	if (!p->host || !p->local_len || !in_words(p->host, p->host_len, &r->hosts))
		return false;
	str_add(out, p->local, p->local_len + 1);
	str_adds(out, r->host);
	return true;
}

static bool plus(struct str *out, const struct quarry_identity_rule *r, const struct parts *p)
{
	const char *tag;

	if (!p->host || !p->local_len || !in_words(p->host, p->host_len, &r->hosts))
		return false;
	tag = memchr(p->local, '+', p->local_len);
	for (const char *c = p->local; c < (tag ? tag : p->local + p->local_len); c++)
		if (!r->dots || *c != '.')
			str_addc(out, *c);
	if (!out->len || out->len == p->local_len)
		return false;
	str_addc(out, '@');
	str_add(out, p->host, p->host_len);
	return true;
}

int email_step(struct str *out, const char **rule, const struct ruleset *set, const char *key,
	       size_t len)
{
	struct parts p = split(key, len);
	bool whole = is_address(key, len) && !is_odd(key, len);

	for (size_t i = 0; i < set->rules->n_rules; i++) {
		const struct quarry_identity_rule *r = &set->rules->rules[i];
		bool changed;

		if (!ruleset_get(set, i, r->kind))
			continue;
		str_clear(out);
		changed = r->kind == QUARRY_IDENTITY_REPAIR ? !whole && repair(out, r, key, len) :
			  r->kind == QUARRY_IDENTITY_HOST_ALIAS ? alias(out, r, &p) :
			  r->kind == QUARRY_IDENTITY_PLUS && plus(out, r, &p);
		if (out->oom)
			return -1;
		if (changed) {
			*rule = r->id;
			return 1;
		}
	}
	return 0;
}

/* Digits, `sign`, a login: or the other way round. */
static bool numbered(struct noreply *out, const struct parts *p, char sign)
{
	size_t n = 0;

	while (n < p->local_len && is_digit(p->local[n]))
		n++;
	if (!n || n + 1 >= p->local_len || p->local[n] != sign)
		return false;
	out->id = p->local;
	out->id_len = n;
	out->login = p->local + n + 1;
	out->login_len = p->local_len - n - 1;
	return !memchr(out->login, '+', out->login_len);
}

static bool numbered_after(struct noreply *out, const struct parts *p)
{
	size_t n = p->local_len;

	while (n && is_digit(p->local[n - 1]))
		n--;
	if (n < 2 || n == p->local_len || p->local[n - 1] != '+')
		return false;
	out->id = p->local + n;
	out->id_len = p->local_len - n;
	out->login = p->local;
	out->login_len = n - 1;
	return !memchr(out->login, '+', out->login_len);
}

static bool read_form(struct noreply *out, unsigned forms, const struct parts *p)
{
	if ((forms & QUARRY_NOREPLY_ID_PLUS_LOGIN) && numbered(out, p, '+'))
		return true;
	if ((forms & QUARRY_NOREPLY_ID_DASH_LOGIN) && numbered(out, p, '-'))
		return true;
	if ((forms & QUARRY_NOREPLY_LOGIN_PLUS_ID) && numbered_after(out, p))
		return true;
	*out = (struct noreply){ p->host, NULL, 0, p->local, p->local_len };
	return (forms & QUARRY_NOREPLY_LOGIN) && !memchr(p->local, '+', p->local_len);
}

bool email_noreply(struct noreply *out, const struct ruleset *set, const char *key, size_t len)
{
	struct parts p = split(key, len);
	struct noreply read;

	if (!p.host || !p.local_len || memchr(p.local, '@', p.local_len))
		return false;
	for (size_t i = 0; i < set->rules->n_rules; i++) {
		const struct quarry_identity_rule *r = ruleset_get(set, i, QUARRY_IDENTITY_NOREPLY);

		if (!r || !in_hosts(p.host, p.host_len, &r->hosts))
			continue;
		read = (struct noreply){ .host = p.host };
		if (!read_form(&read, r->forms, &p))
			return false;
		*out = read;
		return true;
	}
	return false;
}

void name_fold(struct str *out, const char *name)
{
	size_t len = strlen(name), start = out->len;

	str_add(out, "", 0);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)name[i] >= 0x80) {
			utf8_fold(out, name, len);
			return;
		}
	for (size_t i = 0; i < len; i++) {
		if (name[i] != ' ' && name[i] != '\t' && name[i] != '\n' && name[i] != '\r')
			str_addc(out, ascii_low(name[i]));
		else if (out->len > start && out->buf[out->len - 1] != ' ')
			str_addc(out, ' ');
	}
	if (out->len > start && out->buf[out->len - 1] == ' ')
		out->buf[--out->len] = '\0';
}

/* `name` is two words that the list has the other way round. */
static bool in_words_swapped(const char *name, const struct quarry_words *w)
{
	const char *gap = strchr(name, ' ');
	size_t family, given;

	if (!gap || strchr(gap + 1, ' '))
		return false;
	family = (size_t)(gap - name);
	given = strlen(gap + 1);
	for (size_t i = 0; i < w->n; i++)
		if (strlen(w->at[i]) == family + given + 1 && !memcmp(w->at[i], gap + 1, given) &&
		    w->at[i][given] == ' ' && !memcmp(w->at[i] + given + 1, name, family))
			return true;
	return false;
}

bool name_is_common(const struct ruleset *set, const char *folded)
{
	for (size_t i = 0; i < set->rules->n_rules; i++) {
		const struct quarry_identity_rule *r = &set->rules->rules[i];

		if (!ruleset_get(set, i, QUARRY_IDENTITY_GENERIC_NAME) &&
		    !ruleset_get(set, i, QUARRY_IDENTITY_COMMON_NAME))
			continue;
		if (in_words(folded, strlen(folded), &r->words) ||
		    in_words_swapped(folded, &r->words))
			return true;
	}
	return false;
}
