/* Step 1 of internal.h, and the order of all. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "identity/email.h"
#include "identity/internal.h"
#include "identity/normal.h"
#include "util/banned.h"
#include "util/str.h"

/* The node of a text, made when it is new: *fresh says so. */
static int node_of(uint32_t *out, bool *fresh, struct quarry_identity *id, char kind,
		   const char *s, size_t len)
{
	struct node n = { .kind = kind };

	if (texts_add(out, &id->texts, kind, s, len))
		return -1;
	*fresh = *out == id->nodes.n;
	if (!*fresh)
		return 0;
	n.text = id->texts.at.at[*out];
	n.to = n.signature = *out;
	return vec_push(&id->nodes, n);
}

/* Another writing of a shared mailbox is shared too. */
bool node_is_shared(const struct quarry_identity *id, uint32_t email)
{
	while (!id->nodes.at[email].generic && id->nodes.at[email].to != email)
		email = id->nodes.at[email].to;
	return id->nodes.at[email].generic;
}

/* Normalise a new e-mail by one step after the other; each step is a node. */
static int normalise(struct quarry_identity *id, uint32_t node)
{
	struct str *next = &id->scratch;
	uint32_t at = node;
	bool fresh = true;

	while (fresh) {
		const char *text = id->nodes.at[at].text, *rule = NULL;
		int step = email_step(next, &rule, &id->rules, text, strlen(text));
		uint32_t to;

		id->nodes.at[at].generic = email_generic_rule(&id->rules, text, strlen(text));
		if (step < 0)
			return -1;
		if (!step)
			break;
		if (node_of(&to, &fresh, id, NODE_EMAIL, next->buf, next->len))
			return -1;
		id->nodes.at[at].to = to;
		id->nodes.at[at].rule = rule;
		at = to;
	}
	for (uint32_t i = node; i != at; i = id->nodes.at[i].to)
		id->nodes.at[i].generic = node_is_shared(id, i);
	return 0;
}

int node_email(uint32_t *out, struct quarry_identity *id, const char *email, size_t len)
{
	struct str *key = &id->scratch;
	bool fresh = false;

	str_clear(key);
	email_fold(key, email, len);
	str_add(key, "", 0); /* an empty key needs a buffer too */
	if (key->oom || node_of(out, &fresh, id, NODE_EMAIL, key->buf, key->len))
		return -1;
	return fresh ? normalise(id, *out) : 0;
}

/* The node of "name <email>", or "<email>" without a name; `to` is its e-mail's. */
static int node_signature(uint32_t *out, struct quarry_identity *id, struct str *scratch,
			  const char *name, const char *email, uint32_t to)
{
	bool fresh;

	str_clear(scratch);
	str_adds(scratch, name);
	str_adds(scratch, *name ? " <" : "<");
	str_adds(scratch, email);
	str_addc(scratch, '>');
	if (scratch->oom ||
	    node_of(out, &fresh, id, NODE_SIGNATURE, scratch->buf, scratch->len))
		return -1;
	id->nodes.at[*out].to = to;
	id->nodes.at[*out].name = name;
	return 0;
}

uint32_t node_mailbox(const struct quarry_identity *id, uint32_t node)
{
	while (id->nodes.at[node].to != node)
		node = id->nodes.at[node].to;
	return node;
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
	uint32_t key, mapped;

	if (node_email(&key, id, u->email, strlen(u->email)) ||
	    node_signature(&u->signature, id, scratch, u->name, u->email, key))
		return -1;
	mapped = key;
	if (email != u->email && node_email(&mapped, id, email, strlen(email)))
		return -1;
	u->at = u->signature;
	u->own = id->nodes.at[key].generic ? u->signature : key;
	u->out.mapped_key = id->nodes.at[mapped].text;
	u->land = mapped;
	if (!id->nodes.at[mapped].generic)
		return 0;
	/* A shared e-mail stands for nobody but with the name that goes with it. */
	return node_signature(&u->land, id, scratch, u->out.mapped_name, email, mapped);
}

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

int quarry_identity_resolve(struct quarry_identity *id, struct quarry_error *err)
{
	static int (*const steps[])(struct quarry_identity *) = {
		map_uses, mailmaps_ask, people_apply, mailmaps_apply, edges_of_emails, noreply_add, edges_rank,
	};
	static int (*const later[])(struct quarry_identity *) = {
		persons_number, bridges_find, alarms_find, mailmaps_alarm, evidence_choose,
		lenient_number, evidence_collect, alarms_end,
	};
	int rc = 0;

	assert(!id->resolved);
	for (size_t i = 0; !rc && i < sizeof(steps) / sizeof(steps[0]); i++)
		rc = steps[i](id);
	if (!rc)
		rc = edges_draw(id, 0);
	for (size_t i = 0; !rc && i < sizeof(later) / sizeof(later[0]); i++)
		rc = later[i](id);
	id->resolved = !rc;
	return rc ? quarry_error_nomem(err) : 0;
}
