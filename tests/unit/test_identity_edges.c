/*
 * The resolver against its definition, L0 to L3: nodes are texts, edges are a list, and
 * joining is a loop over all nodes.  Small random worlds with a people.yaml; and what the
 * rows of evidence say must be the persons.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "identity/mailmap.h"
#include "quarry/identity.h"
#include "util/str.h"
#include "util/vec.h"
#include "rows.h"
#include "who.h"
#include "worlds.h"

static uint32_t node(struct model *m, char kind, const char *text, const char *tie)
{
	struct model_node n = { .kind = kind };

	for (uint32_t i = 0; i < m->nodes.n; i++)
		if (m->nodes.at[i].kind == kind && !strcmp(m->nodes.at[i].text, text) &&
		    !strcmp(m->nodes.at[i].tie, tie))
			return i;
	n.text = str_dupf("%s", text);
	n.tie = str_dupf("%s", tie);
	n.set = (uint32_t)m->nodes.n;
	assert_int_equal(vec_push(&m->nodes, n), 0);
	return n.set;
}

static void edge(struct model *m, int level, uint32_t a, uint32_t b)
{
	const struct model_edge e = { level, a, b };

	assert_int_equal(vec_push(&m->edges, e), 0);
}

static void make_use(struct model *m, struct model_use *u)
{
	struct mailmap_match mapped;
	char *key;

	u->repo = next_random() % N_REPOS;
	u->name = PICK(names);
	u->email = PICK(emails);
	mapped = (struct mailmap_match){ u->name, strlen(u->name), u->email, strlen(u->email), 0 };
	if (m->parsed[u->repo])
		assert_int_equal(mailmap_map(&mapped, m->parsed[u->repo], u->name, strlen(u->name),
					     u->email, strlen(u->email), NULL), 0);
	u->has_entry = mapped.has_entry;
	u->key = lower_copy(u->email, strlen(u->email));
	u->box = box_of(u->key);
	u->generic = is_generic(m, u->key);
	u->sig = str_dupf("%s <%s>", u->name, u->email);
	key = lower_copy(mapped.email, mapped.email_len);
	u->land_generic = is_generic(m, key);
	u->land = u->land_generic ? str_dupf("%.*s <%.*s>", (int)mapped.name_len, mapped.name,
					     (int)mapped.email_len, mapped.email) :
		  str_dupf("%s", key);
	free(key);
}

static void make_model(struct model *m)
{
	memset(m, 0, sizeof(*m));
	make_people(m);
	for (int r = 0; r < N_REPOS; r++) {
		m->maps[r] = make_map();
		assert_int_equal(mailmap_new(&m->parsed[r], m->maps[r], strlen(m->maps[r]), NULL), 0);
	}
	for (int i = 0; i < N_USES; i++)
		make_use(m, &m->uses[i]);
}

static void release_model(struct model *m)
{
	for (int i = 0; i < N_USES; i++) {
		free(m->uses[i].sig);
		free(m->uses[i].key);
		free(m->uses[i].land);
	}
	for (int r = 0; r < N_REPOS; r++) {
		mailmap_free(m->parsed[r]);
		free(m->maps[r]);
	}
	for (size_t i = 0; i < m->nodes.n; i++) {
		free(m->nodes.at[i].text);
		free(m->nodes.at[i].tie);
	}
	vec_release(&m->nodes);
	vec_release(&m->edges);
}

static const char *email_in(const char *text)
{
	const char *left = strchr(text, '<');

	return left ? left + 1 : text;
}

/* Does `who` mean this node?  A signature's e-mail ends with its '>'. */
static bool means(const struct quarry_who *who, const struct model_node *n)
{
	const char *email = email_in(n->text);
	char *a = lower_copy(who->email, strlen(who->email));
	char *b = lower_copy(email, strlen(email) - (n->kind != 'e'));
	bool same = !strcmp(box_of(a), box_of(b));

	if (n->kind == 'e')
		same = same && !who->name && !strcmp(b, box_of(b));
	else if (who->name)
		same = same && (who->name[0] | 32) == (n->text[0] | 32); /* names differ there */
	free(a);
	free(b);
	return same;
}

static bool same_mailbox(const struct quarry_who *a, const struct quarry_who *b)
{
	char *x = lower_copy(a->email, strlen(a->email)), *y = lower_copy(b->email, strlen(b->email));
	bool same = !strcmp(box_of(x), box_of(y)) && !a->name == !b->name &&
		    (!a->name || (a->name[0] | 32) == (b->name[0] | 32));

	free(x);
	free(y);
	return same;
}

/* The entry that means the same, by the name or under any; -1: none. */
static int entry_of(const struct model *m, const struct quarry_who *who)
{
	int any = -1;

	for (size_t p = 0; p < m->people.n_persons; p++)
		for (size_t k = 0; k < m->persons[p].n_who; k++) {
			struct quarry_who bare = { NULL, who->email, 0 };

			if (who->name && same_mailbox(&m->who[p][k], who))
				return (int)p;
			if (same_mailbox(&m->who[p][k], &bare))
				any = (int)p;
		}
	return any;
}

static bool parts_an_entry(const struct model *m)
{
	for (size_t i = 0; i < m->people.n_splits; i++)
		for (size_t k = 0; k < m->splits[i].n_who; k++) {
			struct quarry_who bare = { NULL, m->who[2 + i][k].email, 0 };
			int entry = entry_of(m, &m->who[2 + i][k]);

			if (m->splits[i].n_who == 1 && entry_of(m, &bare) >= 0)
				return true;
			for (size_t l = 0; l < k; l++)
				if (entry >= 0 && entry_of(m, &m->who[2 + i][l]) == entry)
					return true;
		}
	return false;
}

/* Is a mailbox two entries', or two members' of one split? */
static bool is_named_twice(const struct model *m)
{
	bool twice = false;

	for (size_t k = 0; m->people.n_persons == 2 && k < m->persons[0].n_who; k++)
		for (size_t l = 0; l < m->persons[1].n_who; l++)
			twice |= same_mailbox(&m->who[0][k], &m->who[1][l]);
	for (size_t i = 0; i < m->people.n_splits; i++)
		for (size_t k = 1; k < m->splits[i].n_who; k++)
			for (size_t l = 0; l < k; l++)
				twice |= same_mailbox(&m->who[2 + i][k], &m->who[2 + i][l]);
	return twice;
}

static int label_of(const struct model_node *n, int split)
{
	for (int i = 0; i < n->n_labels; i++)
		if (n->labels[i].split == split)
			return n->labels[i].member;
	return -1;
}

/* The one with a name holds before the one without, the first before the next. */
static void label(struct model *m, uint32_t at, int split, int member, const struct quarry_who *who,
		  bool with_name)
{
	struct model_node *n = &m->nodes.at[at];

	if (!who->name == with_name || !means(who, n) || label_of(n, split) >= 0)
		return;
	n->labels[n->n_labels].split = split;
	n->labels[n->n_labels++].member = member;
}

static void label_all(struct model *m)
{
	for (uint32_t i = 0; i < m->nodes.n; i++)
		for (int pass = 0; pass < 2; pass++) {
			for (size_t p = 0; p < m->people.n_persons; p++)
				for (size_t k = 0; k < m->persons[p].n_who; k++)
					label(m, i, 0, (int)p, &m->persons[p].who[k], !pass);
			for (size_t s = 0; s < m->people.n_splits; s++)
				for (size_t k = 0; m->splits[s].n_who > 1 && k < m->splits[s].n_who; k++)
					label(m, i, (int)s + 1, (int)k, &m->splits[s].who[k], !pass);
		}
}

static int compare_nodes(const struct model_node *a, const struct model_node *b)
{
	int order = strcmp(a->text, b->text);

	if (!order)
		order = a->kind - b->kind;
	return order ? order : strcmp(a->tie, b->tie);
}

static void join_entries(struct model *m)
{
	for (int p = 0; p < (int)m->people.n_persons; p++) {
		uint32_t first = UINT32_MAX;

		for (uint32_t i = 0; i < m->nodes.n; i++)
			if (label_of(&m->nodes.at[i], 0) == p &&
			    (first == UINT32_MAX ||
			     compare_nodes(&m->nodes.at[i], &m->nodes.at[first]) < 0))
				first = i;
		for (uint32_t i = 0; i < m->nodes.n; i++)
			if (i != first && label_of(&m->nodes.at[i], 0) == p)
				edge(m, 0, first, i);
	}
}

/* Does any .mailmap, be it of a repository without such a use, lead the use elsewhere? */
static bool is_disputed(const struct model *m, const struct model_use *u)
{
	bool disputed = false;

	for (int r = 0; r < N_REPOS; r++) {
		struct mailmap_match x = { 0 };
		char *key;

		if (!m->parsed[r])
			continue;
		assert_int_equal(mailmap_map(&x, m->parsed[r], u->name, strlen(u->name), u->email,
					     strlen(u->email), NULL), 0);
		key = lower_copy(x.email, x.email_len);
		disputed |= x.has_entry && strcmp(box_of(key), box_of(u->land)) != 0;
		free(key);
	}
	return disputed;
}

static bool is_promoted(const struct model *m, const struct model_use *u)
{
	if (u->generic || u->land_generic || !u->has_entry)
		return false;
	for (int i = 0; i < N_USES; i++) {
		const struct model_use *v = &m->uses[i];

		if (!v->generic && v->has_entry && !strcmp(v->key, u->key) &&
		    (v->land_generic || strcmp(box_of(v->land), box_of(u->land)) != 0 || is_disputed(m, v)))
			return false;
	}
	return true;
}

static void add_nodes(struct model *m)
{
	for (size_t i = 0; i < 4; i++) {
		bool split = i > 1;
		size_t n = split ? m->splits[i - 2].n_who : m->persons[i].n_who;

		if (split ? i - 2 < m->people.n_splits : i < m->people.n_persons)
			for (size_t k = 0; k < n; k++) {
				char *key = lower_copy(m->who[i][k].email, strlen(m->who[i][k].email));

				(void)node(m, 'e', key, "");
				(void)node(m, 'e', box_of(key), "");
				free(key);
			}
	}
	for (int i = 0; i < N_USES; i++) {
		struct model_use *u = &m->uses[i];

		u->at = node(m, 's', u->sig, "");
		u->land_node = node(m, u->land_generic ? 's' : 'e', u->land, "");
		(void)node(m, 'e', u->key, "");
		(void)node(m, 'e', u->box, "");
		if (!u->land_generic)
			(void)node(m, 'e', box_of(u->land), "");
	}
}

static void add_edges(struct model *m)
{
	size_t n = m->nodes.n;

	for (uint32_t i = 0; i < n; i++) {
		struct model_node s = m->nodes.at[i];
		const char *email = email_in(s.text);
		char *key = lower_copy(email, strlen(email) - (s.kind == 's'));
		uint32_t to = node(m, 'e', s.kind == 's' ? key : box_of(key), "");
		uint32_t box = node(m, 'e', box_of(key), "");
		int a = label_of(&s, 0), b = label_of(&m->nodes.at[box], 0);

		if (s.kind == 'e' && to != i)
			edge(m, 1, i, to);
		if (s.kind == 's' && !is_generic(m, key) && (a < 0 || b < 0 || a == b))
			edge(m, 1, i, to);
		free(key);
	}
	for (int i = 0; i < N_USES; i++) {
		struct model_use *u = &m->uses[i];
		struct model_node s = m->nodes.at[u->at];

		if (!strcmp(u->land, u->generic ? u->sig : u->key))
			continue;
		if (is_promoted(m, u)) {
			edge(m, 2, node(m, 'e', u->key, ""), u->land_node);
		} else if (label_of(&s, 0) < 0) {
			u->at = node(m, 'm', u->sig, u->land);
			memcpy(m->nodes.at[u->at].labels, s.labels, sizeof(s.labels));
			m->nodes.at[u->at].n_labels = s.n_labels;
			edge(m, 2, u->at, u->land_node);
		}
	}
}

static bool has_node(const struct model *m, const char *text, uint32_t *out)
{
	for (uint32_t i = 0; i < m->nodes.n; i++)
		if (!strcmp(m->nodes.at[i].text, text)) {
			*out = i;
			return true;
		}
	return false;
}

static void add_noreply(struct model *m)
{
	const char *const host = "@users.noreply.github.com";
	char *text[4] = { str_dupf("7+li%s", host), str_dupf("7+lo%s", host),
			  str_dupf("8+lo%s", host), str_dupf("lo%s", host) };
	uint32_t at[4];
	bool has[4];

	for (int i = 0; i < 4; i++) {
		has[i] = has_node(m, text[i], &at[i]) && !is_generic(m, text[i]);
		free(text[i]);
	}
	if (has[0] && has[1])
		edge(m, 3, at[0], at[1]);
	if (has[3] && has[1] != has[2])
		edge(m, 3, at[has[1] ? 1 : 2], at[3]);
}

static bool may_join(const struct model *m, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < m->nodes.n; i++)
		for (uint32_t k = 0; m->nodes.at[i].set == a && k < m->nodes.n; k++)
			for (int l = 0; m->nodes.at[k].set == b && l < m->nodes.at[k].n_labels; l++) {
				int other = label_of(&m->nodes.at[i], m->nodes.at[k].labels[l].split);

				if (other >= 0 && other != m->nodes.at[k].labels[l].member)
					return false;
			}
	return true;
}

static int compare_edges(const void *pa, const void *pb, void *payload)
{
	const struct model_edge *x = pa, *y = pb;
	const struct model_node *n = payload;
	int order = x->level - y->level;

	if (!order)
		order = compare_nodes(&n[x->a], &n[y->a]);
	return order ? order : compare_nodes(&n[x->b], &n[y->b]);
}

static void draw(struct model *m)
{
	for (size_t i = 0; i < m->edges.n; i++) {
		struct model_edge *e = &m->edges.at[i];

		if (compare_nodes(&m->nodes.at[e->a], &m->nodes.at[e->b]) > 0)
			*e = (struct model_edge){ e->level, e->b, e->a };
	}
	if (m->edges.n)
		qsort_r(m->edges.at, m->edges.n, sizeof(*m->edges.at), compare_edges, m->nodes.at);
	for (size_t i = 0; i < m->edges.n; i++) {
		uint32_t a = m->nodes.at[m->edges.at[i].a].set, b = m->nodes.at[m->edges.at[i].b].set;

		if (a == b || !may_join(m, a, b))
			continue;
		for (size_t k = 0; k < m->nodes.n; k++)
			if (m->nodes.at[k].set == b)
				m->nodes.at[k].set = a;
	}
	for (int i = 0; i < N_USES; i++) {
		struct model_use *u = &m->uses[i];

		if (m->nodes.at[u->at].kind == 'm' &&
		    m->nodes.at[u->at].set != m->nodes.at[u->land_node].set)
			u->at = node(m, 's', u->sig, ""); /* the move was held back */
	}
}

static void solve(struct model *m)
{
	add_nodes(m);
	label_all(m);
	join_entries(m);
	add_edges(m);
	add_noreply(m);
	draw(m);
}

static struct quarry_identity *resolve(const struct model *m)
{
	struct quarry_identity *id = NULL;

	assert_int_equal(quarry_identity_new(&id, shipped_rules(), NULL, NULL), 0);
	if (quarry_identity_people(id, &m->people, NULL)) {
		quarry_identity_free(id);
		return NULL;
	}
	for (int r = 0; r < N_REPOS; r++)
		assert_int_equal(quarry_identity_mailmap(id, r, m->maps[r], strlen(m->maps[r]),
							 NULL), 0);
	for (int i = 0; i < N_USES; i++) {
		const struct model_use *u = &m->uses[i];
		const struct quarry_use use = { u->repo, i, u->name, strlen(u->name), u->email,
						strlen(u->email), i * 1000000, i * 1000000 };

		assert_int_equal(quarry_identity_use(id, &use, NULL), 0);
	}
	assert_int_equal(quarry_identity_resolve(id, NULL), 0);
	return id;
}

static const char *standing(const struct quarry_identity *id, const struct model_use *u)
{
	for (size_t i = 0; i < quarry_identity_n_links(id); i++) {
		const struct quarry_link *l = quarry_identity_link(id, i);

		if (l->level != QUARRY_LINK_L2 || l->promoted || l->repo != u->repo)
			continue;
		if (!strcmp(l->a, u->sig) && !strcmp(l->b, u->land))
			return l->b;
		if (!strcmp(l->b, u->sig) && !strcmp(l->a, u->land))
			return l->a;
	}
	return u->sig;
}

static void rows_say_the_persons(const struct model *m, const struct quarry_identity *id,
				 bool lenient)
{
	struct reader r = { { 0 }, { 0 } };
	uint32_t set[N_USES];

	read_rows(&r, id, lenient);
	for (int i = 0; i < N_USES; i++)
		set[i] = set_of(&r, standing(id, &m->uses[i]));
	for (size_t i = 0; i < N_USES; i++)
		for (size_t k = 0; k < i; k++) {
			const struct quarry_identity_use *a = quarry_identity_get(id, i);
			const struct quarry_identity_use *b = quarry_identity_get(id, k);
			bool one = lenient ? a->lenient == b->lenient : a->person == b->person;

			assert_int_equal(set[i] == set[k], one);
		}
	vec_release(&r.texts);
	vec_release(&r.sets);
}

static void compare(const struct model *m, const struct quarry_identity *id, int world)
{
	for (size_t i = 0; i < N_USES; i++)
		for (size_t k = 0; k < i; k++) {
			const struct quarry_identity_use *a = quarry_identity_get(id, i);
			const struct quarry_identity_use *b = quarry_identity_get(id, k);
			const struct model_use *u = &m->uses[i], *v = &m->uses[k];

			if ((a->person == b->person) !=
			    (m->nodes.at[u->at].set == m->nodes.at[v->at].set))
				fail_msg("world %d: %s in %d, %s in %d", world, u->sig, (int)u->repo,
					 v->sig, (int)v->repo);
			if (a->person == b->person)
				assert_int_equal(a->lenient, b->lenient);
		}
}

/* Each person has one entry at most, and an entry's signatures have that one. */
static void compare_entries(const struct model *m, const struct quarry_identity *id)
{
	for (size_t i = 0; i < N_USES; i++) {
		uint32_t person = quarry_identity_get(id, i)->person;
		int entry = label_of(&m->nodes.at[m->uses[i].at], 0);

		if (entry >= 0)
			assert_int_equal(quarry_identity_entry(id, person), (size_t)entry);
	}
}

static void compare_all(const struct model *m, const struct quarry_identity *id, int w)
{
	compare(m, id, w);
	compare_entries(m, id);
	rows_say_the_persons(m, id, /* lenient= */ false);
	rows_say_the_persons(m, id, /* lenient= */ true);
}

static void random_worlds_follow_the_definition(void **state)
{
	static struct model m;

	seed = 3;
	for (int w = 0; w < N_WORLDS; w++) {
		struct quarry_identity *id;

		make_model(&m);
		solve(&m);
		id = resolve(&m);
		assert_int_equal(!id, is_named_twice(&m) || parts_an_entry(&m));
		if (id)
			compare_all(&m, id, w);
		quarry_identity_free(id);
		release_model(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_worlds_follow_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, free_shipped_rules);
}
