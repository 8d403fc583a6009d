#include "identity/normal.h"

#include <stdbool.h>
#include <string.h>

#include "identity/email.h"
#include "identity/noreply_form.h"
#include "identity/repair.h"
#include "identity/words.h"
#include "util/ascii.h"
#include "util/banned.h"
#include "util/utf8.h"

/* All that the rule has must match. */
static bool is_generic_by(const struct quarry_identity_rule *r, const struct email_parts *p)
{
	bool half = !p->local_len || (p->host && !p->host_len);

	if (r->empty)
		return half;
	if (r->words.n)
		return !p->host && words_have(p->local, p->local_len, &r->words);
	if (!p->host || half || (r->locals.n && !words_have(p->local, p->local_len, &r->locals)))
		return false;
	if (r->dotless && !memchr(p->host, '.', p->host_len))
		return true;
	return r->hosts.n ? hosts_have(p->host, p->host_len, &r->hosts) : !r->dotless;
}

const char *email_generic_rule(const struct ruleset *set, const char *email, size_t len)
{
	struct noreply unused;
	struct email_parts p;

	while (len && ascii_is_space(email[0])) {
		email++;
		len--;
	}
	while (len && ascii_is_space(email[len - 1]))
		len--;
	p = email_split(email, len);
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

static bool alias(struct str *out, const struct quarry_identity_rule *r,
		  const struct email_parts *p)
{
	if (!p->host || !p->local_len || !words_have(p->host, p->host_len, &r->hosts))
		return false;
	str_add(out, p->local, p->local_len + 1);
	str_adds(out, r->host);
	return true;
}

static bool plus(struct str *out, const struct quarry_identity_rule *r,
		 const struct email_parts *p)
{
	const char *tag;

	if (!p->host || !p->local_len || !words_have(p->host, p->host_len, &r->hosts))
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
	struct email_parts p = email_split(key, len);

	for (size_t i = 0; i < set->rules->n_rules; i++) {
		const struct quarry_identity_rule *r = &set->rules->rules[i];
		bool changed;

		if (!ruleset_get(set, i, r->kind))
			continue;
		str_clear(out);
		changed = r->kind == QUARRY_IDENTITY_REPAIR ? email_repair(out, r->step, key, len) :
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
		if (words_have(folded, strlen(folded), &r->words) ||
		    in_words_swapped(folded, &r->words))
			return true;
	}
	return false;
}
