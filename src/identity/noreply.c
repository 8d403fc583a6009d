/*
 * Step 5, L3: addresses that code hosts give out.
 *
 * The same host and number is one account, under whatever logins.  A login without a number
 * is the account of the one number that stands beside it anywhere in the input; if two do,
 * the login has changed hands, and nobody knows whose it was when.
 */
#include <stdlib.h>
#include <string.h>

#include "identity/internal.h"
#include "identity/noreply_form.h"
#include "util/banned.h"
#include "util/str.h"

struct account {
	uint32_t node;
	uint32_t id;    /* text "host id", NONE: without */
	uint32_t login; /* text "host login" */
};

struct accounts {
	VEC(struct account) v;
	struct texts texts;
	struct str key;
};

/* Nodes are not ranked yet; these few are ordered by their texts. */
static int by_login(const void *pa, const void *pb, void *payload)
{
	const struct account *a = pa, *b = pb;
	const struct node *nodes = payload;

	if (a->login != b->login)
		return COMPARE(a->login, b->login);
	return strcmp(nodes[a->node].text, nodes[b->node].text);
}

static int by_id(const void *pa, const void *pb, void *payload)
{
	const struct account *a = pa, *b = pb;
	const struct node *nodes = payload;

	if (a->id != b->id)
		return COMPARE(a->id, b->id);
	return strcmp(nodes[a->node].text, nodes[b->node].text);
}

static int number(uint32_t *out, struct accounts *a, char kind, const char *host, const char *s,
		  size_t len)
{
	str_clear(&a->key);
	str_adds(&a->key, host);
	str_addc(&a->key, ' ');
	str_add(&a->key, s, len);
	return a->key.oom ? -1 : texts_add(out, &a->texts, kind, a->key.buf, a->key.len);
}

static int collect(struct accounts *a, const struct quarry_identity *id)
{
	for (uint32_t i = 0; i < id->nodes.n; i++) {
		const struct node *n = &id->nodes.at[i];
		struct account account = { i, NONE, 0 };
		struct noreply parts;

		if (n->kind != NODE_EMAIL || n->generic ||
		    !email_noreply(&parts, &id->rules, n->text, strlen(n->text)))
			continue;
		if (number(&account.login, a, 'l', parts.host, parts.login, parts.login_len) ||
		    (parts.id && number(&account.id, a, 'i', parts.host, parts.id, parts.id_len)) ||
		    vec_push(&a->v, account))
			return -1;
	}
	return 0;
}

static int join_ids(struct quarry_identity *id, const struct accounts *a)
{
	const struct account *v = a->v.at;
	size_t first = 0;

	if (!a->v.n || id->rules.built_in_off[RULE_NOREPLY_ID])
		return 0;
	qsort_r(a->v.at, a->v.n, sizeof(*v), by_id, id->nodes.at);
	for (size_t i = 1; i < a->v.n && v[i].id != NONE; i++) {
		if (v[i].id != v[first].id)
			first = i;
		else if (edge_add(id, QUARRY_LINK_L3, QUARRY_RULE_NOREPLY_ID, v[first].node,
				  v[i].node))
			return -1;
	}
	return 0;
}

static int alarm_ids(struct quarry_identity *id, const struct account *a,
		     const struct account *b, size_t n)
{
	struct quarry_alarm alarm = {
		.kind = QUARRY_ALARM_LOGIN_IDS, .person = QUARRY_NO_PERSON, .n = n,
		.a = id->nodes.at[a->node].text, .b = id->nodes.at[b->node].text,
		.repo = -1, .other_repo = -1, .level = QUARRY_LINK_L3,
		.rule = QUARRY_RULE_NOREPLY_LOGIN,
	};

	return vec_push(&id->alarms, alarm);
}

/* The addresses of one login, by text: one without a number at most. A number has one
 * writing for a login, so that each address with one has another number. */
static int join_login(struct quarry_identity *id, const struct account *v, size_t n)
{
	const struct account *bare = NULL, *first = NULL, *second = NULL;
	size_t n_ids = 0;

	for (size_t i = 0; i < n; i++) {
		if (v[i].id == NONE) {
			bare = &v[i];
			continue;
		}
		if (!first)
			first = &v[i];
		else if (!second && v[i].id != first->id)
			second = &v[i];
		n_ids++;
	}
	if (second)
		return alarm_ids(id, first, second, n_ids);
	return bare && first ? edge_add(id, QUARRY_LINK_L3, QUARRY_RULE_NOREPLY_LOGIN, first->node,
					bare->node) : 0;
}

static int join_logins(struct quarry_identity *id, const struct accounts *a)
{
	const struct account *v = a->v.at;

	if (!a->v.n || id->rules.built_in_off[RULE_NOREPLY_LOGIN])
		return 0;
	qsort_r(a->v.at, a->v.n, sizeof(*v), by_login, id->nodes.at);
	for (size_t i = 0, end; i < a->v.n; i = end) {
		for (end = i + 1; end < a->v.n && v[end].login == v[i].login;)
			end++;
		if (join_login(id, &v[i], end - i))
			return -1;
	}
	return 0;
}

int noreply_add(struct quarry_identity *id)
{
	struct accounts a = { { 0 }, TEXTS_INIT, STR_INIT };
	int rc = collect(&a, id) || join_ids(id, &a) || join_logins(id, &a) ? -1 : 0;

	vec_release(&a.v);
	texts_release(&a.texts);
	str_release(&a.key);
	return rc;
}
