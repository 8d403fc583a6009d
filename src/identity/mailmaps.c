/*
 * Step 3, L2.
 *
 * A .mailmap line x -> p holds everywhere when all repositories whose .mailmap speaks of x
 * send every use of it to the same mailbox, and neither is generic.  A line for some names
 * of x only, or a proper name without a proper e-mail, leaves other uses at x: x is then a
 * target itself, and a conflict.  A line that does not hold everywhere moves its uses at
 * home, but for those whose person an entry of people.yaml names.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "util/banned.h"

#define SEVERAL (UINT32_MAX - 1)

static bool is_generic(const struct quarry_identity *id, uint32_t node)
{
	return id->nodes.at[node].kind == NODE_SIGNATURE;
}

/* The target of each own e-mail, as a mailbox: NONE, a node or SEVERAL; to be freed. */
static uint32_t *find_targets(const struct quarry_identity *id)
{
	uint32_t *target = malloc((id->nodes.n + 1) * sizeof(*target));

	if (!target)
		return NULL;
	memset(target, 0xFF, id->nodes.n * sizeof(*target)); /* NONE */
	for (size_t i = 0; i < id->uses.n; i++) {
		const struct use *u = &id->uses.at[i];
		uint32_t to;

		if (is_generic(id, u->own) || !u->has_entry)
			continue;
		to = is_generic(id, u->land) ? u->land : node_mailbox(id, u->land);
		if (target[u->own] == NONE)
			target[u->own] = to;
		else if (target[u->own] != to)
			target[u->own] = SEVERAL;
		if (u->disputed)
			target[u->own] = SEVERAL;
	}
	return target;
}

/* Does this .mailmap lead the use's signature to somebody else? */
static int disputes(bool *out, struct quarry_identity *id, struct mailmap *mm, const struct use *u)
{
	struct mailmap_match m;
	uint32_t to;

	if (mailmap_map(&m, mm, u->name, strlen(u->name), u->email, strlen(u->email), /* err= */ NULL))
		return -1;
	if (!m.has_entry)
		return 0;
	if (node_email(&to, id, m.email, m.email_len))
		return -1;
	*out |= node_mailbox(id, to) != node_mailbox(id, u->land);
	return 0;
}

/* A .mailmap speaks of an e-mail, be it that nobody uses it in that repository. */
int mailmaps_ask(struct quarry_identity *id)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < id->uses.n; i++) {
		bool disputed = false;

		if (!id->uses.at[i].has_entry || is_generic(id, id->uses.at[i].own) ||
		    is_generic(id, id->uses.at[i].land))
			continue;
		for (size_t k = 0; !rc && !disputed && k < id->mailmaps.n; k++)
			rc = disputes(&disputed, id, id->mailmaps.at[k], &id->uses.at[i]);
		id->uses.at[i].disputed = disputed;
	}
	return rc;
}

static int add_edge(struct quarry_identity *id, const struct use *u, uint32_t from, bool promoted)
{
	struct edge e = {
		.repo = u->out.repo, .a = from, .b = u->land, .level = QUARRY_LINK_L2,
		.promoted = promoted,
		.rule = promoted ? QUARRY_RULE_MAILMAP_PROMOTED : QUARRY_RULE_MAILMAP,
	};

	return vec_push(&id->edges, e);
}

/* The use stands at a node of its own from now on, which may do what its signature may. */
static int move(struct quarry_identity *id, struct use *u)
{
	const uint32_t key[2] = { u->signature, u->land };
	int64_t *at = map_at(&id->moved, key, sizeof(key), -1);
	struct node n = id->nodes.at[u->signature];

	if (!at)
		return -1;
	if (*at < 0) {
		n.kind = NODE_MOVED;
		n.to = u->land;
		if (id->nodes.n >= NONE || vec_push(&id->nodes, n) ||
		    apart_copy(&id->apart, (uint32_t)id->nodes.n - 1, u->signature))
			return -1;
		*at = (int64_t)id->nodes.n - 1;
	}
	u->at = (uint32_t)*at;
	return add_edge(id, u, u->at, /* promoted= */ false);
}

int mailmaps_apply(struct quarry_identity *id)
{
	bool home = !id->rules.built_in_off[RULE_MAILMAP];
	bool all = !id->rules.built_in_off[RULE_MAILMAP_PROMOTED];
	uint32_t *target = find_targets(id);
	int rc = target ? 0 : -1;

	for (size_t i = 0; !rc && i < id->uses.n; i++) {
		struct use *u = &id->uses.at[i];

		if (u->own == u->land)
			continue;
		if (all && !is_generic(id, u->own) && !is_generic(id, u->land) &&
		    target[u->own] != SEVERAL)
			rc = add_edge(id, u, u->own, /* promoted= */ true);
		else if (home && !people_name(id, u->signature))
			rc = move(id, u);
	}
	free(target);
	return rc;
}

/* One repository's word on an e-mail. */
struct word {
	uint32_t email, land;
	int64_t repo;
	bool several; /* it says different things of different names */
};

static int by_email_and_repo(const void *pa, const void *pb, void *payload)
{
	const struct word *a = pa, *b = pb;
	const uint32_t *rank = payload;

	if (a->email != b->email)
		return COMPARE(rank[a->email], rank[b->email]);
	if (a->repo != b->repo)
		return COMPARE(a->repo, b->repo);
	return COMPARE(rank[a->land], rank[b->land]);
}

static int by_email_and_land(const void *pa, const void *pb, void *payload)
{
	const struct word *a = pa, *b = pb;
	const uint32_t *rank = payload;

	if (a->email != b->email)
		return COMPARE(rank[a->email], rank[b->email]);
	if (a->land != b->land)
		return COMPARE(rank[a->land], rank[b->land]);
	return COMPARE(a->repo, b->repo);
}

struct words {
	VEC(struct word) v;
};

/* What each repository says; those that tell names apart contradict nobody. */
static int collect(struct words *w, const struct quarry_identity *id)
{
	size_t n = 0;

	for (size_t i = 0; i < id->uses.n; i++) {
		const struct use *u = &id->uses.at[i];
		const struct word word = { u->own, u->land, u->out.repo, false };

		if (!is_generic(id, u->own) && u->has_entry && vec_push(&w->v, word))
			return -1;
	}
	if (w->v.n)
		qsort_r(w->v.at, w->v.n, sizeof(*w->v.at), by_email_and_repo, id->rank);
	for (size_t i = 0, end; i < w->v.n; i = end) {
		struct word word = w->v.at[i];

		for (end = i; end < w->v.n && w->v.at[end].email == word.email &&
			      w->v.at[end].repo == word.repo; end++)
			word.several |= w->v.at[end].land != word.land;
		if (!word.several)
			w->v.at[n++] = word;
	}
	w->v.n = n;
	if (n)
		qsort_r(w->v.at, n, sizeof(*w->v.at), by_email_and_land, id->rank);
	return 0;
}

/* One alarm an e-mail: the first word and the first that is of another person. */
int mailmaps_alarm(struct quarry_identity *id)
{
	struct words w = { { 0 } };
	const struct word *first = NULL;
	bool told = false;
	int rc = collect(&w, id);

	for (size_t i = 0; !rc && i < w.v.n; i++) {
		const struct word *at = &w.v.at[i];
		struct quarry_alarm alarm = {
			.kind = QUARRY_ALARM_MAILMAPS, .person = QUARRY_NO_PERSON,
			.level = QUARRY_LINK_L2, .rule = QUARRY_RULE_MAILMAP,
			.a = id->nodes.at[at->email].text, .c = id->nodes.at[at->land].text,
			.other_repo = at->repo,
		};

		if (!first || first->email != at->email) {
			first = at;
			told = false;
			continue;
		}
		if (told || unions_root(&id->unions, first->land) ==
			    unions_root(&id->unions, at->land))
			continue;
		alarm.b = id->nodes.at[first->land].text;
		alarm.repo = first->repo;
		rc = vec_push(&id->alarms, alarm);
		told = true;
	}
	vec_release(&w.v);
	return rc;
}
