/*
 * SortingHat's JSON export:
 *
 *	{ "organizations": { NAME: [ { "domain": TEXT, "is_top": BOOL }, ... ], ... },
 *	  "uidentities": { UUID: {
 *	      "profile": null | { "name": TEXT, "is_bot": BOOL, ... },
 *	      "identities": [ { "name": TEXT, "email": TEXT, "username": TEXT, ... }, ... ],
 *	      "enrollments": [ { "organization": NAME, "start": TIME, "end": TIME }, ... ] }, ... },
 *	  "blacklist": [ TEXT, ... ] }
 *
 * One unique identity is one person, by the e-mails of its identities; an e-mail that
 * several of them have is each one's under the names beside it alone.  1900-01-01 and
 * 2100-01-01 stand for times without a beginning or an end.
 *
 * jansson keeps no positions: an error names the key that stands above it, and its line.
 */
#include <jansson.h>
#include <string.h>

#include "config/import.h"
#include "config/schema.h"
#include "util/banned.h"

#define DAY_S 86400
#define EVER_S INT64_C(-2208988800)   /* 1900-01-01 */
#define FOR_EVER_S INT64_C(4102444800) /* 2100-01-01 */
#define SEVERAL (-2)

struct hat {
	struct import *im;
	const char *key;  /* the uidentity or organization that is read */
	struct map users; /* key of an e-mail: number of the uidentity, or SEVERAL */
	struct str scratch;
};

/* The line where the key stands; 1 where it is written with escapes. */
static unsigned line_of_key(struct hat *h)
{
	const char *text = h->im->text, *at;
	unsigned line = 1;

	str_clear(&h->scratch);
	str_addf(&h->scratch, "\"%s\"", h->key);
	if (h->scratch.oom)
		return 1;
	at = memmem(text, h->im->len, h->scratch.buf, h->scratch.len);
	for (; at && text < at; text++)
		line += *text == '\n';
	return line;
}

static int refuse(struct hat *h, const char *why)
{
	return schema_fail(h->im->err, h->im->file, line_of_key(h), "in \"%s\": %s", h->key, why);
}

/* NULL for a null, a missing key, and a text that is empty or cannot be written. */
static int get_text(const char **out, struct hat *h, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	int rc;

	*out = NULL;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_string(v))
		return refuse(h, "a name, an e-mail or a domain is no text");
	rc = import_text(out, h->im, json_string_value(v), json_string_length(v));
	if (!rc && !*out && json_string_length(v))
		rc = import_lose(h->im, "texts that cannot be written", 0);
	return rc;
}

/* A member of another kind is refused; NULL where it is null or missing. */
static int get_member(json_t **out, struct hat *h, const json_t *object, const char *key,
		      json_type type)
{
	json_t *v = json_object_get(object, key);

	*out = v && !json_is_null(v) ? v : NULL;
	if (!*out || json_typeof(v) == type)
		return 0;
	return refuse(h, type == JSON_ARRAY ? "'identities' and 'enrollments' must be arrays" :
					      "'profile' must be an object");
}

static int64_t *user_of(struct hat *h, const char *email)
{
	str_clear(&h->scratch);
	people_who_key(&h->scratch, /* name= */ NULL, email);
	return h->scratch.oom ? NULL : map_at(&h->users, h->scratch.buf, h->scratch.len, -1);
}

/* Which uidentity has each e-mail? */
static int note_users(struct hat *h, const json_t *identities, int64_t number)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < json_array_size(identities); i++) {
		const json_t *email = json_object_get(json_array_get(identities, i), "email");
		const char *text = NULL;
		int64_t *at;

		if (json_is_string(email))
			rc = import_text(&text, h->im, json_string_value(email),
					 json_string_length(email));
		if (rc || !text)
			continue;
		at = user_of(h, text);
		if (!at)
			rc = quarry_error_nomem(h->im->err);
		else
			*at = *at == -1 || *at == number ? number : SEVERAL;
	}
	return rc;
}

static int read_identity(struct hat *h, uint32_t person, const json_t *identity)
{
	const char *name, *email;
	const int64_t *at;
	int rc;

	if (!json_is_object(identity))
		return refuse(h, "an identity must be an object");
	rc = get_text(&name, h, identity, "name");
	if (!rc)
		rc = get_text(&email, h, identity, "email");
	if (rc)
		return rc;
	if (!email)
		return import_lose(h->im, "identities without an e-mail", 0);
	at = user_of(h, email);
	if (!at)
		return quarry_error_nomem(h->im->err);
	if (*at != SEVERAL)
		return import_claim(h->im, person, /* name= */ NULL, email, 0);
	if (!name)
		return import_lose(h->im, "e-mails of several persons without a name", 0);
	return import_claim(h->im, person, name, email, 0);
}

/* `2020-01-31T12:00:00`, to the nearest midnight: what follows then still follows. */
static int read_time(int64_t *out, const json_t *v)
{
	const char *s = json_string_value(v);
	size_t len = s ? json_string_length(v) : 0;

	if (len < 10 || import_date(out, s, 10) || (len > 10 && s[10] != 'T' && s[10] != ' '))
		return -1;
	if (len > 12 && s[11] >= '1' && s[11] <= '2' && !(s[11] == '1' && s[12] < '2'))
		*out += DAY_S;
	return 0;
}

static int read_enrollment(struct hat *h, uint32_t person, const json_t *enrollment)
{
	struct import_term t = { .owner = person };
	const char *title;
	int rc;

	if (!json_is_object(enrollment))
		return refuse(h, "an enrollment must be an object");
	rc = get_text(&title, h, enrollment, "organization");
	if (rc)
		return rc;
	if (!title)
		return refuse(h, "an enrollment has no 'organization'");
	if (read_time(&t.from_s, json_object_get(enrollment, "start")) ||
	    read_time(&t.until_s, json_object_get(enrollment, "end")))
		return refuse(h, "'start' or 'end' of an enrollment is no time like 2020-01-31T00:00:00");
	if (import_is_unknown(title))
		return import_lose(h->im, "employers that are not known", 0);
	if (t.from_s >= t.until_s)
		return import_lose(h->im, "enrollments that end before they begin", 0);
	if (t.from_s <= EVER_S)
		t.from_s = QUARRY_SINCE_EVER;
	if (t.until_s >= FOR_EVER_S)
		t.until_s = QUARRY_FOR_EVER;
	if (t.from_s >= t.until_s)
		return import_lose(h->im, "enrollments that end before they begin", 0);
	rc = import_group(&t.group, h->im, title);
	return rc ? rc : import_term(h->im, &t);
}

static int read_profile(struct hat *h, uint32_t person, const json_t *profile)
{
	const json_t *is_bot = json_object_get(profile, "is_bot");
	int rc = get_text(&h->im->persons.at[person].name, h, profile, "name");

	if (rc)
		return rc;
	if (is_bot && !json_is_boolean(is_bot) && !json_is_null(is_bot))
		return refuse(h, "'is_bot' must be true or false");
	if (json_is_true(is_bot))
		h->im->persons.at[person].class = "bot";
	if (json_is_object(json_object_get(profile, "country")))
		rc = import_lose(h->im, "countries of persons", 0);
	if (!rc && json_is_string(json_object_get(profile, "gender")))
		rc = import_lose(h->im, "genders of persons", 0);
	return rc;
}

static int read_uidentity(struct hat *h, const json_t *uid)
{
	json_t *profile, *identities, *enrollments;
	uint32_t person;
	int rc = get_member(&profile, h, uid, "profile", JSON_OBJECT);

	if (!rc)
		rc = get_member(&identities, h, uid, "identities", JSON_ARRAY);
	if (!rc)
		rc = get_member(&enrollments, h, uid, "enrollments", JSON_ARRAY);
	if (!rc)
		rc = import_person(&person, h->im, 0);
	if (!rc && profile)
		rc = read_profile(h, person, profile);
	for (size_t i = 0; !rc && i < json_array_size(identities); i++)
		rc = read_identity(h, person, json_array_get(identities, i));
	for (size_t i = 0; !rc && i < json_array_size(enrollments); i++)
		rc = read_enrollment(h, person, json_array_get(enrollments, i));
	return rc;
}

static int read_domain(struct hat *h, uint32_t group, const json_t *v)
{
	const struct import_term t = { 0, group, QUARRY_SINCE_EVER, QUARRY_FOR_EVER, 0 };
	const char *domain;
	int rc;

	if (!json_is_object(v) || !json_is_string(json_object_get(v, "domain")))
		return refuse(h, "an organization must be an array of objects with a 'domain'");
	rc = get_text(&domain, h, v, "domain");
	if (rc || !domain)
		return rc;
	if (json_is_false(json_object_get(v, "is_top")))
		rc = import_lose(h->im, "limits of a domain to itself (those below it are meant, too)", 0);
	return rc ? rc : import_domain(h->im, domain, &t);
}

static int read_organization(struct hat *h, const json_t *domains)
{
	const char *title = NULL;
	uint32_t group;
	int rc;

	if (!json_is_array(domains))
		return refuse(h, "an organization must be an array of objects with a 'domain'");
	rc = import_text(&title, h->im, h->key, strlen(h->key));
	if (rc)
		return rc;
	if (!title)
		return import_lose(h->im, "organizations with names that cannot be written", 0);
	if (import_is_unknown(title))
		return json_array_size(domains) ?
		       import_lose(h->im, "employers that are not known", 0) : 0;
	rc = import_group(&group, h->im, title);
	for (size_t i = 0; !rc && i < json_array_size(domains); i++)
		rc = read_domain(h, group, json_array_get(domains, i));
	return rc;
}

static int read_excluded(struct hat *h, const json_t *v)
{
	const char *text = NULL;
	int rc = 0;

	if (json_is_string(v))
		rc = import_text(&text, h->im, json_string_value(v), json_string_length(v));
	if (rc)
		return rc;
	if (!text || !strchr(text, '@') || strpbrk(text, " \t"))
		return import_lose(h->im, "excluded names", 0);
	return import_shared(h->im, text, 0);
}

/* The three parts; iterators of jansson want what is not const. */
static int read_root(struct hat *h, json_t *orgs, json_t *uids, const json_t *excluded)
{
	const char *key;
	json_t *v;
	int64_t number = 0;
	int rc = 0;

	json_object_foreach(orgs, key, v) {
		h->key = key;
		rc = read_organization(h, v);
		if (rc)
			return rc;
	}
	json_object_foreach(uids, key, v) {
		h->key = key;
		rc = json_is_object(v) ? note_users(h, json_object_get(v, "identities"), number++) :
		     refuse(h, "a unique identity must be an object");
		if (rc)
			return rc;
	}
	json_object_foreach(uids, key, v) {
		h->key = key;
		rc = read_uidentity(h, v);
		if (rc)
			return rc;
	}
	for (size_t i = 0; !rc && i < json_array_size(excluded); i++)
		rc = read_excluded(h, json_array_get(excluded, i));
	return rc;
}

static int not_json(struct import *im, const json_error_t *error)
{
	if (json_error_code(error) == json_error_out_of_memory)
		return quarry_error_nomem(im->err);
	return schema_fail(im->err, im->file, error->line > 0 ? (unsigned)error->line : 1,
			   "not JSON: %s", error->text);
}

int import_sortinghat(struct import *im)
{
	struct hat h = { .im = im };
	json_error_t error;
	json_t *root = json_loadb(im->text, im->len, JSON_REJECT_DUPLICATES, &error);
	json_t *orgs, *uids;
	int rc;

	if (!root)
		return not_json(im, &error);
	orgs = json_object_get(root, "organizations");
	uids = json_object_get(root, "uidentities");
	if (!json_is_object(orgs) && !json_is_object(uids))
		rc = schema_fail(im->err, im->file, 1, "not SortingHat's: neither 'uidentities' nor "
				 "'organizations' is an object");
	else
		rc = read_root(&h, orgs, uids, json_object_get(root, "blacklist"));
	map_release(&h.users);
	str_release(&h.scratch);
	json_decref(root);
	return rc;
}
