/* Steps 1 to 4 of internal.h, and the order of all. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "identity/email.h"
#include "identity/internal.h"
#include "util/banned.h"
#include "util/str.h"

#define NONE UINT32_MAX
#define SEVERAL (UINT32_MAX - 1)

/* Number the text "name <email>", or "<email>" without a name. */
static int number_signature(uint32_t *out, struct quarry_identity *id, struct str *scratch,
			    const char *name, const char *email)
{
	str_clear(scratch);
	str_adds(scratch, name);
	str_adds(scratch, *name ? " <" : "<");
	str_adds(scratch, email);
	str_addc(scratch, '>');
	return scratch->oom ? -1 : texts_add(out, &id->texts, scratch->buf, scratch->len);
}

/* Number an e-mail's key. */
static int number_email(uint32_t *out, struct quarry_identity *id, struct str *scratch,
			const char *email)
{
	str_clear(scratch);
	email_fold(scratch, email, strlen(email));
	str_add(scratch, "", 0); /* an empty key needs a buffer too */
	return scratch->oom ? -1 : texts_add(out, &id->texts, scratch->buf, scratch->len);
}

/* Fill the mapped name and e-mail of a use, and whether its e-mail has a line. */
static int apply_mailmap(struct quarry_identity *id, struct use *u)
{
	const int64_t *at = map_find(&id->repos, &u->out.repo, sizeof(u->out.repo));
	struct mailmap_match m;

	u->out.mapped_name = u->name;
	u->out.mapped_email = u->email;
	if (!at)
		return 0;
	if (mailmap_map(&m, id->mailmaps.at[*at], u->name, strlen(u->name), u->email,
			strlen(u->email), /* err= */ NULL))
		return -1;
	u->has_entry = m.has_entry;
	if (m.name != u->name)
		u->out.mapped_name = arena_copy(&id->arena, m.name, m.name_len);
	if (m.email != u->email)
		u->out.mapped_email = arena_copy(&id->arena, m.email, m.email_len);
	return u->out.mapped_name && u->out.mapped_email ? 0 : -1;
}

static int find_nodes(struct quarry_identity *id, struct use *u, struct str *scratch)
{
	const char *email = u->out.mapped_email;
	uint32_t key;

	u->own_generic = quarry_email_is_generic(u->email, strlen(u->email));
	u->land_generic = quarry_email_is_generic(email, strlen(email));
	if (number_signature(&u->signature, id, scratch, u->name, u->email) ||
	    number_email(&key, id, scratch, u->email))
		return -1;
	u->own = u->own_generic ? u->signature : key;
	if (email != u->email && number_email(&key, id, scratch, email))
		return -1;
	u->out.mapped_key = id->texts.at.at[key];
	u->land = key;
	if (!u->land_generic)
		return 0;
	/* A shared e-mail stands for nobody but with the name that goes with it. */
	return number_signature(&u->land, id, scratch, u->out.mapped_name, email);
}

/* 1. */
static int map_uses(struct quarry_identity *id)
{
	struct str scratch = STR_INIT;
	int rc = 0;

	for (size_t i = 0; i < id->uses.n && !rc; i++) {
		rc = apply_mailmap(id, &id->uses.at[i]);
		if (!rc)
			rc = find_nodes(id, &id->uses.at[i], &scratch);
	}
	str_release(&scratch);
	return rc;
}

static int by_text(const void *a, const void *b, void *payload)
{
	const char *const *text = payload;

	return strcmp(text[*(const uint32_t *)a], text[*(const uint32_t *)b]);
}

/* The nodes in order of their text; *out has id->texts.at.n places. */
static size_t sort_nodes(uint32_t *out, const struct quarry_identity *id)
{
	size_t n = 0;

	/* id->rank marks those seen; its contents come after this. */
	for (size_t i = 0; i < id->uses.n; i++) {
		const uint32_t nodes[] = { id->uses.at[i].own, id->uses.at[i].land };

		for (int k = 0; k < 2; k++) {
			if (id->rank[nodes[k]] != NONE)
				continue;
			id->rank[nodes[k]] = 0;
			out[n++] = nodes[k];
		}
	}
	if (n)
		qsort_r(out, n, sizeof(*out), by_text, id->texts.at.at);
	return n;
}

/*
 * 2. Numbers of e-mails follow: the own nodes in order.  *ordered gets the
 * nodes by rank, to be freed.
 */
static int rank_nodes(uint32_t **ordered, size_t *n_ordered, struct quarry_identity *id)
{
	size_t n_texts = id->texts.at.n, n;
	uint32_t *order = calloc(n_texts + 1, sizeof(*order));
	uint32_t *number = calloc(n_texts + 1, sizeof(*number)), next = 0;

	id->rank = malloc((n_texts + 1) * sizeof(*id->rank));
	if (!order || !number || !id->rank) {
		free(order);
		free(number);
		return -1;
	}
	memset(id->rank, 0xFF, n_texts * sizeof(*id->rank)); /* NONE */
	n = sort_nodes(order, id);
	for (size_t i = 0; i < n; i++)
		id->rank[order[i]] = (uint32_t)i;

	for (size_t i = 0; i < id->uses.n; i++)
		number[id->uses.at[i].own] = 1;
	for (size_t i = 0; i < n; i++)
		if (number[order[i]])
			number[order[i]] = next++;
	for (size_t i = 0; i < id->uses.n; i++)
		id->uses.at[i].out.email = number[id->uses.at[i].own];
	free(number);
	*ordered = order;
	*n_ordered = n;
	return 0;
}

/*
 * 3. A .mailmap line x -> p holds everywhere when all repositories whose
 * .mailmap speaks of x send every use of it to p, and neither is generic.  A
 * line for some names of x only, or a proper name without a proper e-mail,
 * leaves other uses at x: x is then a target itself, and a conflict.
 */
static int promote(struct quarry_identity *id)
{
	size_t n = id->texts.at.n;
	uint32_t *target = malloc((n + 1) * sizeof(*target));

	if (!target || unions_init(&id->nodes, n)) {
		free(target);
		return -1;
	}
	memset(target, 0xFF, n * sizeof(*target)); /* NONE */
	for (size_t i = 0; i < id->uses.n; i++) {
		const struct use *u = &id->uses.at[i];

		if (u->own_generic || !u->has_entry)
			continue;
		if (target[u->own] == NONE)
			target[u->own] = u->land;
		else if (target[u->own] != u->land)
			target[u->own] = SEVERAL;
	}
	for (size_t i = 0; i < id->uses.n; i++) {
		const struct use *u = &id->uses.at[i];

		if (!u->land_generic && target[u->own] == u->land)
			unions_join(&id->nodes, u->own, u->land);
	}
	free(target);
	return 0;
}

/*
 * 4. A person is a set of joined nodes that a use landed on; its key is the
 * smallest such node, so walking the nodes by rank meets the keys in order.
 */
static int number_persons(struct quarry_identity *id, const uint32_t *order, size_t n_order)
{
	size_t n = id->texts.at.n;
	uint32_t *person = malloc((n + 1) * sizeof(*person));
	bool *landed = calloc(n + 1, sizeof(*landed));
	int rc = -1;

	if (!person || !landed)
		goto done;
	memset(person, 0xFF, n * sizeof(*person)); /* NONE */
	for (size_t i = 0; i < id->uses.n; i++)
		landed[id->uses.at[i].land] = true;
	for (size_t i = 0; i < n_order; i++) {
		uint32_t *p = &person[unions_root(&id->nodes, order[i])];

		if (!landed[order[i]] || *p != NONE)
			continue;
		*p = (uint32_t)id->keys.n;
		if (vec_push(&id->keys, id->texts.at.at[order[i]]))
			goto done;
	}
	for (size_t i = 0; i < id->uses.n; i++) {
		struct use *u = &id->uses.at[i];

		u->out.person = person[unions_root(&id->nodes, u->land)];
	}
	rc = 0;
done:
	free(landed);
	free(person);
	return rc;
}

int quarry_identity_resolve(struct quarry_identity *id, struct quarry_error *err)
{
	uint32_t *order = NULL;
	size_t n_order;
	int rc;

	assert(!id->resolved);
	rc = map_uses(id) || rank_nodes(&order, &n_order, id) || promote(id) ||
	     number_persons(id, order, n_order) || lenient_number(id) || evidence_collect(id);
	id->resolved = !rc;
	free(order);
	return rc ? quarry_error_nomem(err) : 0;
}
