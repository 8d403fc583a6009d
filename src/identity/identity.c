#include "quarry/identity.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "util/banned.h"
#include "util/str.h"
#include "util/utf8.h"

/* Nodes are numbered with 32 bits, and a use brings five, and a few more where its e-mails
 * are written in odd ways. */
#define USES_MAX (UINT32_MAX / 16)

int quarry_identity_new(struct quarry_identity **out, const struct quarry_identity_rules *rules,
			const struct quarry_identity_options *options, struct quarry_error *err)
{
	struct quarry_identity *id = calloc(1, sizeof(*id));
	int rc;

	if (!id)
		return quarry_error_nomem(err);
	rc = ruleset_init(&id->rules, rules, options, err);
	if (rc) {
		free(id);
		return rc;
	}
	*out = id;
	return 0;
}

void quarry_identity_free(struct quarry_identity *id)
{
	if (!id)
		return;
	vec_release(&id->alarms);
	vec_release(&id->links);
	vec_release(&id->entries);
	vec_release(&id->person_node);
	vec_release(&id->keys);
	apart_release(&id->apart);
	unions_release(&id->unions);
	vec_release(&id->held);
	vec_release(&id->edges);
	free(id->rank);
	vec_release(&id->said);
	map_release(&id->moved);
	vec_release(&id->nodes);
	texts_release(&id->texts);
	str_release(&id->scratch);
	vec_release(&id->uses);
	for (size_t i = 0; i < id->mailmaps.n; i++)
		mailmap_free(id->mailmaps.at[i]);
	vec_release(&id->mailmaps);
	vec_release(&id->unused);
	map_release(&id->repos);
	arena_release(&id->arena);
	ruleset_release(&id->rules);
	free(id);
}

int quarry_identity_people(struct quarry_identity *id, const struct quarry_people *people,
			   struct quarry_error *err)
{
	assert(!id->resolved && !id->people && !id->uses.n);
	id->people = people;
	return people_read(id, err);
}

/* Names come to us as UTF-8, so a .mailmap in Latin-1 is decoded, line by line. */
static void decode_lines(struct str *out, const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		const char *next = eol ? eol + 1 : end;

		utf8_decode(out, text, (size_t)(next - text), /* encoding= */ NULL);
		text = next;
	}
}

int quarry_identity_mailmap(struct quarry_identity *id, int64_t repo, const char *text,
			    size_t len, struct quarry_error *err)
{
	struct str decoded = STR_INIT;
	struct mailmap *mm = NULL;
	int64_t *at;
	int rc;

	assert(!id->resolved);
	if (map_find(&id->repos, &repo, sizeof(repo))) {
		rc = quarry_error_set(err, QUARRY_EFAIL, "repository %lld has two mailmaps",
				      (long long)repo);
		goto done;
	}
	if (len <= MAILMAP_MAX_BYTES && !utf8_valid(text, len)) {
		decode_lines(&decoded, text, len);
		if (decoded.oom) {
			rc = quarry_error_nomem(err);
			goto done;
		}
		text = decoded.buf;
		len = decoded.len;
	}
	rc = mailmap_new(&mm, text, len, err);
	if (rc)
		goto done;
	rc = QUARRY_ENOMEM;
	if (!vec_push(&id->mailmaps, mm)) {
		mm = NULL;
		at = map_at(&id->repos, &repo, sizeof(repo), (int64_t)id->mailmaps.n - 1);
		rc = at ? 0 : QUARRY_ENOMEM;
	}
	if (rc)
		quarry_error_nomem(err);
done:
	mailmap_free(mm);
	str_release(&decoded);
	return rc;
}

/* A NUL cannot stand in a signature; what follows one is not of it. */
static const char *copy_text(struct arena *a, const char *s, size_t len)
{
	return arena_copy(a, s, len ? strnlen(s, len) : 0);
}

int quarry_identity_use(struct quarry_identity *id, const struct quarry_use *use,
			struct quarry_error *err)
{
	struct use u = { .named = NONE };

	assert(!id->resolved);
	if (id->uses.n >= USES_MAX)
		return quarry_error_set(err, QUARRY_EFAIL, "more than %u uses of signatures",
					(unsigned)USES_MAX);
	u.out.repo = use->repo;
	u.out.signature = use->signature;
	u.automated = use->class && strcmp(use->class, "human") != 0;
	u.first_s = use->first_s;
	u.last_s = use->last_s > use->first_s ? use->last_s : use->first_s;
	u.name = copy_text(&id->arena, use->name, use->name_len);
	u.email = copy_text(&id->arena, use->email, use->email_len);
	if (!u.name || !u.email || vec_push(&id->uses, u))
		return quarry_error_nomem(err);
	return 0;
}

size_t quarry_identity_n_uses(const struct quarry_identity *id)
{
	return id->uses.n;
}

const struct quarry_identity_use *quarry_identity_get(const struct quarry_identity *id, size_t i)
{
	assert(id->resolved && i < id->uses.n);
	return &id->uses.at[i].out;
}

size_t quarry_identity_n_persons(const struct quarry_identity *id)
{
	return id->keys.n;
}

const char *quarry_identity_person_key(const struct quarry_identity *id, uint32_t person)
{
	assert(person < id->keys.n);
	return id->keys.at[person];
}

size_t quarry_identity_entry(const struct quarry_identity *id, uint32_t person)
{
	assert(person < id->entries.n);
	return id->entries.at[person];
}

size_t quarry_identity_named(const struct quarry_identity *id, size_t i)
{
	assert(id->resolved && i < id->uses.n);
	return id->uses.at[i].named == NONE ? QUARRY_NO_ENTRY : id->uses.at[i].named;
}

size_t quarry_identity_n_unused(const struct quarry_identity *id)
{
	return id->unused.n;
}

unsigned quarry_identity_unused(const struct quarry_identity *id, size_t i)
{
	assert(i < id->unused.n);
	return id->unused.at[i];
}

size_t quarry_identity_n_alarms(const struct quarry_identity *id)
{
	return id->alarms.n;
}

const struct quarry_alarm *quarry_identity_alarm(const struct quarry_identity *id, size_t i)
{
	assert(i < id->alarms.n);
	return &id->alarms.at[i];
}

size_t quarry_identity_n_links(const struct quarry_identity *id)
{
	return id->links.n;
}

const struct quarry_link *quarry_identity_link(const struct quarry_identity *id, size_t i)
{
	assert(i < id->links.n);
	return &id->links.at[i];
}
