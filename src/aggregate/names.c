#include "aggregate/names.h"

#include <stdio.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"
#include "util/hmac.h"

void names_signature(struct str *out, const char *name, const char *email)
{
	str_adds(out, name);
	str_adds(out, *name ? " <" : "<");
	str_adds(out, email);
	str_addc(out, '>');
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void names_fold(struct str *out, const char *email)
{
	const char *end = email + strlen(email);

	while (is_space(*email))
		email++;
	while (end > email && is_space(end[-1]))
		end--;
	str_add(out, "", 0); /* an empty key needs a buffer, too */
	for (; email < end; email++)
		str_addc(out, *email >= 'A' && *email <= 'Z' ? (char)(*email - 'A' + 'a') : *email);
}

void names_pseudonym(char out[NAMES_PSEUDONYM], const struct names *n, char kind, const char *text)
{
	unsigned char digest[SHA256_SIZE];
	size_t at = 0;

	hmac_sha256(digest, n->naming->key, n->naming->key_len, text, strlen(text));
	out[at++] = kind;
	out[at++] = '-';
	for (size_t i = 0; at + 2 < NAMES_PSEUDONYM; i++) {
		out[at++] = "0123456789abcdef"[digest[i] >> 4];
		out[at++] = "0123456789abcdef"[digest[i] & 15];
	}
	out[at] = '\0';
}

static const char *pseudonym(struct names *n, char kind, const char *text)
{
	char out[NAMES_PSEUDONYM];

	names_pseudonym(out, n, kind, text);
	return arena_copy(n->arena, out, strlen(out));
}

static const char *label(struct names *n, char kind, const char *text)
{
	if (n->naming->names || !*text)
		return arena_copy(n->arena, text, strlen(text));
	return pseudonym(n, kind, text);
}

const char *names_label(struct names *n, const char *text)
{
	size_t len = strlen(text);

	if (len && text[len - 1] == '>' && strchr(text, '<'))
		return label(n, 's', text);
	return label(n, strchr(text, '@') ? 'e' : 'l', text);
}

/* --- who has opted out ----------------------------------------------------- */

static int hide(struct names *n, const char *text)
{
	return *text && !map_at(&n->texts, text, strlen(text), 0) ? -1 : 0;
}

/* The account that an address of a code host names: 123+login@users.noreply.host. */
static int hide_login(struct names *n, const char *email)
{
	const char *at = strchr(email, '@'), *plus = strchr(email, '+');
	const char *from = plus && plus < at ? plus + 1 : email;

	if (!at || !strstr(at, "noreply"))
		return 0;
	return at > from && !map_at(&n->texts, from, (size_t)(at - from), 0) ? -1 : 0;
}

static int hide_email(struct names *n, const char *email, struct str *scratch)
{
	int64_t *known;

	str_clear(scratch);
	names_fold(scratch, email);
	if (scratch->oom)
		return -1;
	if (!scratch->len)
		return 0;
	known = map_at(&n->texts, scratch->buf, scratch->len, 0);
	if (!known)
		return -1;
	if (!*known && strchr(scratch->buf, '@') && vec_push(&n->within, map_key(known)))
		return -1;
	*known = 1;
	return hide_login(n, scratch->buf);
}

static int hide_use(struct names *n, struct db_stmt *st, struct str *scratch)
{
	int64_t email = db_int(st, 4);

	str_clear(scratch);
	names_signature(scratch, db_text(st, 0), db_text(st, 1));
	if (scratch->oom || hide(n, scratch->buf))
		return -1;
	if (hide_email(n, db_text(st, 1), scratch) || hide_email(n, db_text(st, 2), scratch))
		return -1;
	if (hide(n, db_text(st, 3)) || !map_at(&n->emails, &email, sizeof(email), 0))
		return -1;
	return 0;
}

int names_load(struct names *n, struct quarry_db *db, struct quarry_error *err)
{
	struct str scratch = STR_INIT;
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, db, "SELECT s.name, s.email, i.email_key, p.key, i.email FROM person p"
			    " JOIN identity i USING (person) JOIN signature s USING (signature)"
			    " WHERE p.opted_out", err);

	while (!rc && (rc = db_step(st, err)) > 0)
		rc = hide_use(n, st, &scratch) ? quarry_error_nomem(err) : 0;
	db_finish(st);
	str_release(&scratch);
	return rc;
}

void names_release(struct names *n)
{
	map_release(&n->texts);
	map_release(&n->emails);
	vec_release(&n->within);
}

bool names_hides(const struct names *n, const char *text)
{
	return n->texts.n && map_find(&n->texts, text, strlen(text));
}

bool names_hides_email(const struct names *n, int64_t email)
{
	return map_find(&n->emails, &email, sizeof(email)) != NULL;
}

static bool is_of_email(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr("._%+-", c));
}

/* A '.' or '-' that nothing follows is none of it. */
static bool ends_email(const char *at)
{
	return *at == '+' || !is_of_email(*at) || (strchr(".-_%", *at) && !is_of_email(at[1]));
}

/* As an e-mail of its own: ed@x.example is not within fred@x.example. */
static bool is_within(const char *text, const char *email)
{
	size_t len = strlen(email);

	for (const char *at = text; (at = ascii_casestr(at, email)); at++)
		if ((at == text || !is_of_email(at[-1])) && ends_email(at + len))
			return true;
	return false;
}

bool names_hides_part(const struct names *n, const char *text)
{
	for (size_t i = 0; i < n->within.n; i++)
		if (is_within(text, n->within.at[i]))
			return true;
	return names_hides(n, text);
}

const char *names_person(struct names *n, const char *key)
{
	return names_hides_part(n, key) ? pseudonym(n, 'p', key) : label(n, 'p', key);
}
