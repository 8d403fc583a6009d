#include "identity/noreply_form.h"

#include <string.h>

#include "identity/email.h"
#include "identity/words.h"
#include "util/ascii.h"
#include "util/banned.h"

/* Digits, `sign`, a login: or the other way round. */
static bool numbered(struct noreply *out, const struct email_parts *p, char sign)
{
	size_t n = 0;

	while (n < p->local_len && ascii_is_digit(p->local[n]))
		n++;
	if (!n || n + 1 >= p->local_len || p->local[n] != sign)
		return false;
	out->id = p->local;
	out->id_len = n;
	out->login = p->local + n + 1;
	out->login_len = p->local_len - n - 1;
	return !memchr(out->login, '+', out->login_len);
}

static bool numbered_after(struct noreply *out, const struct email_parts *p)
{
	size_t n = p->local_len;

	while (n && ascii_is_digit(p->local[n - 1]))
		n--;
	if (n < 2 || n == p->local_len || p->local[n - 1] != '+')
		return false;
	out->id = p->local + n;
	out->id_len = p->local_len - n;
	out->login = p->local;
	out->login_len = n - 1;
	return !memchr(out->login, '+', out->login_len);
}

static bool read_form(struct noreply *out, unsigned forms, const struct email_parts *p)
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
	struct email_parts p = email_split(key, len);
	struct noreply read;

	if (!p.host || !p.local_len || memchr(p.local, '@', p.local_len))
		return false;
	for (size_t i = 0; i < set->rules->n_rules; i++) {
		const struct quarry_identity_rule *r = ruleset_get(set, i, QUARRY_IDENTITY_NOREPLY);

		if (!r || !hosts_have(p.host, p.host_len, &r->hosts))
			continue;
		read = (struct noreply){ .host = p.host };
		if (!read_form(&read, r->forms, &p))
			return false;
		*out = read;
		return true;
	}
	return false;
}
