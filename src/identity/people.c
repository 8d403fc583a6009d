/*
 * Step 2: people.yaml.
 *
 *	1. people_read, before any use: each signature that the file names becomes a row
 *	   of `said`: an e-mail's node, a folded name or none, and the split and member that
 *	   it is.  The entries are split 0, the splits of the file those from 1 on.
 *	2. people_apply, with all uses there: rows become labels of the nodes they mean;
 *	   those of the entries become edges too.
 *
 * Of two rows of one split for one signature, that with the name holds.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "identity/normal.h"
#include "util/banned.h"
#include "util/str.h"

static int read_who(struct quarry_identity *id, const struct quarry_who *who, uint32_t split,
		    uint32_t member, struct str *scratch)
{
	struct said s = { .split = split, .member = member, .line = who->line };

	if (node_email(&s.email, id, who->email, strlen(who->email)))
		return -1;
	s.email = node_mailbox(id, s.email);
	if (who->name) {
		str_clear(scratch);
		name_fold(scratch, who->name);
		s.name = scratch->oom ? NULL : arena_copy(&id->arena, scratch->buf, scratch->len);
		if (!s.name)
			return -1;
	}
	return vec_push(&id->said, s);
}

/* A split of one e-mail: several people use it. */
static int share(struct quarry_identity *id, const struct quarry_who *who)
{
	uint32_t node;

	if (node_email(&node, id, who->email, strlen(who->email)))
		return -1;
	id->nodes.at[node_mailbox(id, node)].generic = true;
	return 0;
}

static int read_split(struct quarry_identity *id, size_t i, struct str *scratch)
{
	const struct quarry_split *s = &id->people->splits[i];

	if (s->n_who == 1)
		return share(id, &s->who[0]);
	for (size_t k = 0; k < s->n_who; k++)
		if (read_who(id, &s->who[k], (uint32_t)i + 1, (uint32_t)k, scratch))
			return -1;
	return 0;
}

static int read_entry(struct quarry_identity *id, size_t i, struct str *scratch)
{
	const struct quarry_person *p = &id->people->persons[i];

	for (size_t k = 0; k < p->n_who; k++)
		if (read_who(id, &p->who[k], APART_ENTRIES, (uint32_t)i, scratch))
			return -1;
	return 0;
}

static int by_email(const void *pa, const void *pb)
{
	const struct said *a = pa, *b = pb;

	if (a->email != b->email)
		return COMPARE(a->email, b->email);
	if (a->split != b->split)
		return COMPARE(a->split, b->split);
	if (!a->name != !b->name)
		return a->name ? -1 : 1; /* the more exact one is found first */
	if (a->name && strcmp(a->name, b->name) != 0)
		return strcmp(a->name, b->name);
	if (a->member != b->member)
		return COMPARE(a->member, b->member);
	return COMPARE(a->line, b->line);
}

static bool same_who(const struct said *a, const struct said *b)
{
	return a->email == b->email && a->split == b->split && !a->name == !b->name &&
	       (!a->name || !strcmp(a->name, b->name));
}

/* The parser compares what is written; here two writings may be one mailbox. */
static int check_once(const struct quarry_identity *id, struct quarry_error *err)
{
	for (size_t i = 1; i < id->said.n; i++) {
		const struct said *a = &id->said.at[i - 1], *b = &id->said.at[i];

		if (!same_who(a, b) || a->member == b->member)
			continue;
		return quarry_error_set(err, QUARRY_EUSAGE, "people.yaml: lines %u and %u name one mailbox, "
					"'%s', for two persons: name it once",
					a->line < b->line ? a->line : b->line,
					a->line < b->line ? b->line : a->line,
					id->nodes.at[a->email].text);
	}
	return 0;
}

/* The first row of an e-mail, or NULL. */
static struct said *find(const struct quarry_identity *id, uint32_t email)
{
	size_t from = 0, to = id->said.n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (id->said.at[middle].email < email)
			from = middle + 1;
		else
			to = middle;
	}
	return from < id->said.n && id->said.at[from].email == email ? &id->said.at[from] : NULL;
}

/* The entry of the same signature, or of its e-mail under any name; NULL: none. */
static const struct said *entry_row(const struct quarry_identity *id, const struct said *of)
{
	const struct said *any = NULL;

	for (const struct said *s = find(id, of->email);
	     s && s < id->said.at + id->said.n && s->email == of->email && s->split == APART_ENTRIES; s++) {
		if (s->name && of->name && !strcmp(s->name, of->name))
			return s;
		if (!s->name)
			any = s;
	}
	return any;
}

static int refuse_split(unsigned line, unsigned entry_line, struct quarry_error *err)
{
	return quarry_error_set(err, QUARRY_EUSAGE, "people.yaml: line %u parts what line %u joins: take "
				"one of them away", line, entry_line);
}

/* The parser has compared splits and entries as they are written. */
static int check_splits(const struct quarry_identity *id, struct quarry_error *err)
{
	for (size_t i = 0; i < id->said.n; i++) {
		const struct said *a = &id->said.at[i];
		const struct said *entry = a->split == APART_ENTRIES ? NULL : entry_row(id, a);

		for (size_t k = 0; entry && k < i; k++) {
			const struct said *b = &id->said.at[k];
			const struct said *other = b->split == a->split ? entry_row(id, b) : NULL;

			if (other && other->member == entry->member)
				return refuse_split(a->line, entry->line, err);
		}
	}
	return 0;
}

/* An e-mail that several people use cannot be one person's. */
static int check_shared(struct quarry_identity *id, struct quarry_error *err)
{
	for (size_t i = 0; i < id->people->n_splits; i++) {
		const struct quarry_split *s = &id->people->splits[i];
		struct said of = { .name = NULL };
		const struct said *row;

		if (s->n_who != 1)
			continue;
		if (node_email(&of.email, id, s->who[0].email, strlen(s->who[0].email)))
			return quarry_error_nomem(err);
		of.email = node_mailbox(id, of.email);
		row = entry_row(id, &of);
		if (row)
			return refuse_split(s->who[0].line, row->line, err);
	}
	return 0;
}

int people_read(struct quarry_identity *id, struct quarry_error *err)
{
	struct str scratch = STR_INIT;
	int rc = 0;

	for (size_t i = 0; !rc && i < id->people->n_persons; i++)
		rc = read_entry(id, i, &scratch);
	for (size_t i = 0; !rc && !id->rules.built_in_off[RULE_SPLIT] && i < id->people->n_splits;
	     i++)
		rc = read_split(id, i, &scratch);
	/* The other writings of a shared e-mail, of which some were there before. */
	for (uint32_t i = 0; !rc && i < id->nodes.n; i++)
		id->nodes.at[i].generic = node_is_shared(id, i);
	str_release(&scratch);
	if (rc)
		return quarry_error_nomem(err);
	if (id->said.n)
		qsort(id->said.at, id->said.n, sizeof(*id->said.at), by_email);
	rc = check_once(id, err);
	if (!rc)
		rc = check_splits(id, err);
	return rc ? rc : check_shared(id, err);
}

static int by_line(const void *pa, const void *pb)
{
	return COMPARE(*(const unsigned *)pa, *(const unsigned *)pb);
}

struct meant {
	uint32_t entry, node;
};

struct entry_nodes {
	VEC(struct meant) at;
};

static int label(struct quarry_identity *id, struct entry_nodes *entries, uint32_t node,
		 const struct said *s)
{
	const struct meant m = { s->member, node };

	if (apart_member(&id->apart, node, s->split) >= 0)
		return 0;
	if (apart_add(&id->apart, node, s->split, s->member))
		return -1;
	return s->split == APART_ENTRIES ? vec_push(&entries->at, m) : 0;
}

/* A row without a name labels the e-mail, and the signatures that it would join. */
static int apply_to(struct quarry_identity *id, struct entry_nodes *entries, uint32_t node,
		    struct str *scratch)
{
	const struct node *n = &id->nodes.at[node];
	uint32_t email = node_mailbox(id, node);
	struct said *s = find(id, email);
	const struct said *end = id->said.at + id->said.n;

	if (!s || (n->kind == NODE_EMAIL && node != email))
		return 0;
	str_clear(scratch);
	if (n->kind == NODE_SIGNATURE)
		name_fold(scratch, n->name);
	if (scratch->oom)
		return -1;
	for (; s < end && s->email == email; s++) {
		if (s->name && (n->kind == NODE_EMAIL || strcmp(s->name, scratch->buf) != 0))
			continue;
		s->used |= n->kind == NODE_SIGNATURE;
		if (label(id, entries, node, s))
			return -1;
	}
	return 0;
}

static int by_entry_and_text(const void *pa, const void *pb, void *payload)
{
	const struct meant *a = pa, *b = pb;
	const struct node *nodes = payload;
	int order;

	if (a->entry != b->entry)
		return COMPARE(a->entry, b->entry);
	order = strcmp(nodes[a->node].text, nodes[b->node].text);
	return order ? order : COMPARE(nodes[a->node].kind, nodes[b->node].kind);
}

/* All nodes of an entry to its first; those that are an e-mail's anyway need no more. */
static int join_entries(struct quarry_identity *id, struct entry_nodes *entries)
{
	struct meant *m = entries->at.at;
	size_t first = 0;

	if (id->rules.built_in_off[RULE_MERGE] || !entries->at.n)
		return 0;
	qsort_r(m, entries->at.n, sizeof(*m), by_entry_and_text, id->nodes.at);
	for (size_t i = 1; i < entries->at.n; i++) {
		if (m[i].entry != m[first].entry)
			first = i;
		else if (edge_add(id, QUARRY_LINK_L0, QUARRY_RULE_MERGE, m[first].node, m[i].node))
			return -1;
	}
	return 0;
}

/* Which entry names each use's signature, and which rows mean nobody. */
static int note_named(struct quarry_identity *id)
{
	for (size_t i = 0; i < id->uses.n; i++) {
		struct use *u = &id->uses.at[i];
		struct said *s = find(id, node_mailbox(id, u->land));
		int64_t entry = apart_member(&id->apart, u->signature, APART_ENTRIES);

		u->named = entry < 0 ? NONE : (uint32_t)entry;
		/* A proper e-mail under which nobody commits. */
		for (; s && s < id->said.at + id->said.n && s->email == node_mailbox(id, u->land); s++)
			s->used |= !s->name;
	}
	for (size_t i = 0; i < id->said.n; i++)
		if (!id->said.at[i].used && vec_push(&id->unused, id->said.at[i].line))
			return -1;
	if (id->unused.n)
		qsort(id->unused.at, id->unused.n, sizeof(*id->unused.at), by_line);
	return 0;
}

int people_apply(struct quarry_identity *id)
{
	struct entry_nodes entries = { { 0 } };
	struct str scratch = STR_INIT;
	int rc;

	if (!id->said.n)
		return 0;
	/* The nodes of moved uses are not made yet: one a use at most. */
	rc = apart_init(&id->apart, id->nodes.n + id->uses.n);
	for (uint32_t i = 0; !rc && i < id->nodes.n; i++)
		rc = apply_to(id, &entries, i, &scratch);
	if (!rc)
		rc = join_entries(id, &entries);
	if (!rc)
		rc = note_named(id);
	vec_release(&entries.at);
	str_release(&scratch);
	return rc;
}

bool people_name(const struct quarry_identity *id, uint32_t signature)
{
	return apart_member(&id->apart, signature, APART_ENTRIES) >= 0;
}
