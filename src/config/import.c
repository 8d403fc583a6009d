#include "config/import.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config/schema.h"
#include "util/banned.h"
#include "util/sha256.h"
#include "util/utf8.h"

#define GROUP_ID_MAX 60

int import_lose(struct import *im, const char *why, unsigned line)
{
	struct quarry_people_loss loss = { why, 1, line };

	for (size_t i = 0; i < im->losses.n; i++)
		if (strcmp(im->losses.at[i].why, why) == 0) {
			im->losses.at[i].n++;
			return 0;
		}
	return vec_push(&im->losses, loss) ? quarry_error_nomem(im->err) : 0;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

int import_text(const char **out, struct import *im, const char *s, size_t len)
{
	*out = NULL;
	while (len && is_space(*s)) {
		s++;
		len--;
	}
	while (len && is_space(s[len - 1]))
		len--;
	str_clear(&im->scratch);
	utf8_decode(&im->scratch, s, len, /* encoding= */ NULL);
	if (im->scratch.oom)
		return quarry_error_nomem(im->err);
	len = im->scratch.len;
	if (!len || len > PEOPLE_TEXT_MAX || !schema_text_is_clean(im->scratch.buf, len))
		return 0;
	*out = arena_copy(im->arena, im->scratch.buf, len);
	return *out ? 0 : quarry_error_nomem(im->err);
}

int import_person(uint32_t *out, struct import *im, unsigned line)
{
	struct import_person person = { NULL, NULL, line };

	if (vec_push(&im->persons, person))
		return quarry_error_nomem(im->err);
	*out = (uint32_t)im->persons.n - 1;
	return 0;
}

int import_claim(struct import *im, uint32_t person, const char *name, const char *email,
		 unsigned line)
{
	struct import_claim claim = { person, { name, email, line } };

	if (strpbrk(email, "<>") || (name && strpbrk(name, "<>")))
		return import_lose(im, "signatures with < or > in them", line);
	if (!*email && !name)
		return import_lose(im, "claims on everybody without an e-mail", line);
	if (strlen(email) + (name ? strlen(name) : 0) + strlen(" <>") > PEOPLE_TEXT_MAX)
		return import_lose(im, "signatures that are too long", line);
	return vec_push(&im->claims, claim) ? quarry_error_nomem(im->err) : 0;
}

/* An id of a title: letters and digits of ASCII, '-' for the rest; a digest for none. */
static void make_id(struct str *id, const char *title)
{
	struct str folded = STR_INIT;
	char hex[SHA256_HEX];

	utf8_fold(&folded, title, strlen(title));
	for (size_t i = 0; i < folded.len && id->len < GROUP_ID_MAX; i++) {
		char c = folded.buf[i];

		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			str_addc(id, c);
		else if (id->len && id->buf[id->len - 1] != '-')
			str_addc(id, '-');
	}
	while (id->len && id->buf[id->len - 1] == '-')
		id->buf[--id->len] = '\0';
	id->oom |= folded.oom;
	str_release(&folded);
	if (id->len || id->oom)
		return;
	sha256_hex(hex, title, strlen(title));
	str_addf(id, "group-%.8s", hex);
}

/* An id that no other group has: NAME, NAME-2, NAME-3. */
static const char *new_group_id(struct import *im, const char *title)
{
	struct str id = STR_INIT;
	const char *copy = NULL;
	int64_t *n, *taken;
	size_t len;

	make_id(&id, title);
	n = id.oom ? NULL : map_at(&im->group_ids, id.buf, id.len, 0);
	len = id.len;
	while (n && !id.oom) {
		if (++*n > 1) {
			id.len = len;
			id.buf[len] = '\0';
			str_addf(&id, "-%lld", (long long)*n);
			taken = id.oom ? NULL : map_at(&im->group_ids, id.buf, id.len, 0);
			if (!taken)
				break;
			if ((*taken)++)
				continue;
		}
		copy = arena_copy(im->arena, id.buf, id.len);
		break;
	}
	str_release(&id);
	return copy;
}

int import_group(uint32_t *out, struct import *im, const char *title)
{
	struct import_group group = { NULL, title };
	struct str key = STR_INIT;
	int64_t *at;
	int rc = 0;

	utf8_fold(&key, title, strlen(title));
	at = key.oom ? NULL : map_at(&im->titles, key.buf ? key.buf : "", key.len, -1);
	if (at && *at < 0) {
		group.id = new_group_id(im, title);
		if (!group.id || vec_push(&im->groups, group))
			at = NULL;
		else
			*at = (int64_t)im->groups.n - 1;
	}
	if (at)
		*out = (uint32_t)*at;
	else
		rc = quarry_error_nomem(im->err);
	str_release(&key);
	return rc;
}

int import_term(struct import *im, const struct import_term *term)
{
	return vec_push(&im->terms, *term) ? quarry_error_nomem(im->err) : 0;
}

int import_domain(struct import *im, const char *domain, const struct import_term *term)
{
	struct import_term t = *term;
	char *lower = arena_copy(im->arena, domain, strlen(domain));
	int64_t *at;

	if (!lower)
		return quarry_error_nomem(im->err);
	for (char *p = lower; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 'a' - 'A') : *p;
	if (!people_is_domain(lower))
		return import_lose(im, "domains that are none", term->line);
	at = map_at(&im->domain_ids, lower, strlen(lower), -1);
	if (!at || (*at < 0 && vec_push(&im->domains, lower)))
		return quarry_error_nomem(im->err);
	if (*at < 0)
		*at = (int64_t)im->domains.n - 1;
	t.owner = (uint32_t)*at;
	return vec_push(&im->domain_terms, t) ? quarry_error_nomem(im->err) : 0;
}

int import_shared(struct import *im, const char *email, unsigned line)
{
	struct quarry_who who = { NULL, email, line };

	if (strpbrk(email, "<>"))
		return import_lose(im, "signatures with < or > in them", line);
	return vec_push(&im->shared, who) ? quarry_error_nomem(im->err) : 0;
}

bool import_is_unknown(const char *title)
{
	static const char *const words[] = { "NotFound", "(NotFound)", "Unknown", "(Unknown)", "?" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (people_same_text(title, words[i]))
			return true;
	return false;
}

int import_date(int64_t *out, const char *s, size_t len)
{
	struct tm tm = { 0 };
	int part[3] = { 0 }, n = 0;
	int64_t time_s;

	if (len > 10)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '-' && i && s[i - 1] != '-' && n < 2)
			n++;
		else if (s[i] >= '0' && s[i] <= '9')
			part[n] = part[n] * 10 + (s[i] - '0');
		else
			return -1;
	}
	if (n != 2 || s[len - 1] == '-' || part[0] > 9999 || part[1] > 12 || part[2] > 31)
		return -1;
	tm.tm_year = part[0] - 1900;
	tm.tm_mon = part[1] - 1;
	tm.tm_mday = part[2];
	/* timegm turns February 30 into March 1: only a real date stays what it was. */
	time_s = (int64_t)timegm(&tm);
	if (tm.tm_mon != part[1] - 1 || tm.tm_mday != part[2])
		return -1;
	*out = time_s;
	return 0;
}

static void release(struct import *im)
{
	vec_release(&im->persons);
	vec_release(&im->claims);
	vec_release(&im->terms);
	vec_release(&im->domain_terms);
	vec_release(&im->domains);
	vec_release(&im->groups);
	vec_release(&im->shared);
	vec_release(&im->losses);
	map_release(&im->domain_ids);
	map_release(&im->titles);
	map_release(&im->group_ids);
	str_release(&im->scratch);
}

static int check_size(const struct import *im)
{
	if (im->len <= QUARRY_PEOPLE_FILE_MAX)
		return 0;
	return quarry_error_set(im->err, QUARRY_EUSAGE,
				"cannot read '%s': larger than the limit of %zu bytes", im->file,
				QUARRY_PEOPLE_FILE_MAX);
}

/* A file of another format altogether: much was lost, and nothing was got. */
static int check_any(const struct import *im, const char *format)
{
	const struct quarry_people *p = &im->own->people;

	if (p->n_persons || p->n_splits || p->n_affiliations || !im->losses.n)
		return 0;
	return schema_fail(im->err, im->file, im->losses.at[0].line ? im->losses.at[0].line : 1,
			   "nothing in it can be used as %s (%s: %zu)", format, im->losses.at[0].why,
			   im->losses.at[0].n);
}

int quarry_people_import(struct quarry_people **out, enum quarry_people_format format,
			 const char *text, size_t len, const char *file, struct quarry_error *err)
{
	static const struct {
		const char *name;
		int (*read)(struct import *im);
	} formats[] = {
		[QUARRY_PEOPLE_MAILMAP] = { ".mailmap", import_mailmap },
		[QUARRY_PEOPLE_GITDM] = { "gitdm's", import_gitdm },
		[QUARRY_PEOPLE_SORTINGHAT] = { "SortingHat's", import_sortinghat },
	};
	struct people_own *own = calloc(1, sizeof(*own));
	struct import im = { .own = own, .text = text, .len = len, .file = file, .err = err };
	int rc;

	if (!own)
		return quarry_error_nomem(err);
	im.arena = &own->arena;
	if ((size_t)format >= sizeof(formats) / sizeof(formats[0]))
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot read '%s': unknown format %d", file,
				      (int)format);
	else
		rc = check_size(&im);
	if (!rc)
		rc = formats[format].read(&im);
	if (!rc)
		rc = import_finish(&im);
	if (!rc)
		rc = check_any(&im, formats[format].name);
	if (rc)
		goto done;
	sha256_hex(own->people.hash, text, len);
	*out = &own->people;
	own = NULL;
done:
	release(&im);
	quarry_people_free(own ? &own->people : NULL);
	return rc;
}
