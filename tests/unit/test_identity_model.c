/*
 * The resolver against the definition, written down as slowly as it reads: two
 * nested loops over all uses, repeated until nothing changes.  Small random
 * worlds, with few names and e-mails so that they collide; then a large one.
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
#include "who.h"

#define N_USES 60
#define N_REPOS 4
#define N_WORLDS 300
#define YEAR_S (365 * 86400)

static const char *const names[] = { "Ann Able", "ann able", "Bob Best", "Cid", "Wei Wang",
				     "Dan Dove" };
static const char *const emails[] = { "a@x", "b@x", "B@X", "c@x", "d@x", "e@x", " f@x", "none",
				      "root@localhost", "you@example.com" };

#define PICK(list) ((list)[next_random() % (sizeof(list) / sizeof((list)[0]))])

struct model_use {
	int64_t repo, first_s, last_s;
	const char *name, *email;
	struct mailmap_match mapped;
	char *own, *land, *full_name; /* nodes as texts; NULL: no full name */
	bool own_generic;
	int person, lenient;
};

struct model {
	struct model_use uses[N_USES];
	char *maps[N_REPOS]; /* NULL: none */
	struct mailmap *parsed[N_REPOS];
};

static uint32_t seed;

static uint32_t next_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static char *make_map(void)
{
	struct str s = STR_INIT;

	for (uint32_t n = next_random() % 5 + 1; n; n--) {
		switch (next_random() % 4) {
		case 0:
			str_addf(&s, "%s <%s>\n", PICK(names), PICK(emails));
			break;
		case 1:
			str_addf(&s, "%s <%s> %s <%s>\n", PICK(names), PICK(emails), PICK(names),
				 PICK(emails));
			break;
		default:
			str_addf(&s, "%s <%s> <%s>\n", PICK(names), PICK(emails), PICK(emails));
		}
	}
	return str_detach(&s);
}

static char *lower_copy(const char *s, size_t len)
{
	char *copy = str_dupf("%.*s", (int)len, s);

	for (char *p = copy; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return copy;
}

static char *node_text(const char *name, size_t name_len, const char *email, size_t email_len)
{
	if (quarry_email_generic_rule(shipped_rules(), email, email_len))
		return str_dupf("%.*s <%.*s>", (int)name_len, name, (int)email_len, email);
	if (email_len && *email == ' ') {
		email++;
		email_len--;
	}
	return lower_copy(email, email_len);
}

static void make_use(struct model *m, struct model_use *u)
{
	u->repo = next_random() % N_REPOS;
	u->name = PICK(names);
	u->email = PICK(emails);
	u->first_s = (int64_t)(next_random() % 3000) * 86400;
	u->last_s = u->first_s + (int64_t)(next_random() % 300) * 86400;
	u->mapped = (struct mailmap_match){ u->name, strlen(u->name), u->email, strlen(u->email),
					    false };
	if (m->parsed[u->repo])
		assert_int_equal(mailmap_map(&u->mapped, m->parsed[u->repo], u->name,
					     strlen(u->name), u->email, strlen(u->email), NULL), 0);
	u->own_generic = quarry_email_generic_rule(shipped_rules(), u->email,
						    strlen(u->email)) != NULL;
	u->own = node_text(u->name, strlen(u->name), u->email, strlen(u->email));
	u->land = node_text(u->mapped.name, u->mapped.name_len, u->mapped.email,
			    u->mapped.email_len);
	u->full_name = lower_copy(u->mapped.name, u->mapped.name_len);
	if (!strchr(u->full_name, ' ') || !strcmp(u->full_name, "wei wang")) {
		free(u->full_name);
		u->full_name = NULL;
	}
}

static void make_model(struct model *m)
{
	memset(m, 0, sizeof(*m));
	for (int r = 0; r < N_REPOS; r++) {
		m->maps[r] = next_random() % 4 ? make_map() : NULL;
		if (m->maps[r])
			assert_int_equal(mailmap_new(&m->parsed[r], m->maps[r],
						     strlen(m->maps[r]), NULL), 0);
	}
	for (int i = 0; i < N_USES; i++)
		make_use(m, &m->uses[i]);
}

static void release_model(struct model *m)
{
	for (int i = 0; i < N_USES; i++) {
		free(m->uses[i].own);
		free(m->uses[i].land);
		free(m->uses[i].full_name);
	}
	for (int r = 0; r < N_REPOS; r++) {
		mailmap_free(m->parsed[r]);
		free(m->maps[r]);
	}
}

/* Does any .mailmap, be it of a repository without such a use, lead the use elsewhere? */
static bool is_disputed(const struct model *m, const struct model_use *u)
{
	bool disputed = false;

	for (int r = 0; r < N_REPOS; r++) {
		struct mailmap_match x;
		char *key, *land;

		if (!m->parsed[r])
			continue;
		assert_int_equal(mailmap_map(&x, m->parsed[r], u->name, strlen(u->name), u->email,
					     strlen(u->email), NULL), 0);
		key = node_text("", 0, x.email, x.email_len);
		land = node_text("", 0, u->mapped.email, u->mapped.email_len);
		disputed |= x.has_entry && strcmp(key, land) != 0;
		free(key);
		free(land);
	}
	return disputed;
}

/* Does the mapping of `u` hold in all repositories? */
static bool is_promoted(const struct model *m, const struct model_use *u)
{
	if (u->own_generic || !u->mapped.has_entry || !strcmp(u->own, u->land) ||
	    quarry_email_generic_rule(shipped_rules(), u->mapped.email, u->mapped.email_len))
		return false;
	for (int i = 0; i < N_USES; i++) {
		const struct model_use *v = &m->uses[i];

		if (!v->own_generic && v->mapped.has_entry && !strcmp(v->own, u->own) &&
		    (strcmp(v->land, u->land) || is_disputed(m, v)))
			return false;
	}
	return true;
}

static bool near(const struct model_use *a, const struct model_use *b)
{
	return a->first_s - b->last_s <= YEAR_S && b->first_s - a->last_s <= YEAR_S;
}

/* Give b's class a's number. */
static bool merge(struct model *m, int a, int b)
{
	int to = m->uses[a].lenient, from = m->uses[b].lenient;

	if (to == from)
		return false;
	for (int i = 0; i < N_USES; i++)
		if (m->uses[i].lenient == from)
			m->uses[i].lenient = to;
	return true;
}

/* Are nodes p and q the same or joined by one promoted mapping? */
static bool is_joined(const struct model *m, const char *p, const char *q)
{
	if (!strcmp(p, q))
		return true;
	for (int i = 0; i < N_USES; i++) {
		const struct model_use *u = &m->uses[i];

		if (((!strcmp(u->own, p) && !strcmp(u->land, q)) ||
		     (!strcmp(u->own, q) && !strcmp(u->land, p))) && is_promoted(m, u))
			return true;
	}
	return false;
}

/*
 * A person is made of nodes landed on; two of these may be joined through a
 * third that nobody landed on only if that one was mapped to both, and then it
 * is not promoted.  So joins between landed nodes are all there are.
 */
static void solve(struct model *m)
{
	for (int i = 0; i < N_USES; i++)
		m->uses[i].lenient = i;
	for (int i = 0; i < N_USES; i++)
		for (int k = 0; k < i; k++)
			if (is_joined(m, m->uses[i].land, m->uses[k].land))
				merge(m, k, i);
	for (int i = 0; i < N_USES; i++)
		m->uses[i].person = m->uses[i].lenient;
	for (int i = 0; i < N_USES; i++)
		for (int k = 0; k < i; k++) {
			const struct model_use *a = &m->uses[i], *b = &m->uses[k];

			if (a->repo == b->repo && a->full_name && b->full_name &&
			    !strcmp(a->full_name, b->full_name) && near(a, b))
				merge(m, k, i);
		}
}

static void add_use(struct quarry_identity *id, const struct model_use *u, int64_t signature)
{
	const struct quarry_use use = { u->repo, signature, u->name, strlen(u->name), u->email,
					strlen(u->email), u->first_s, u->last_s };

	assert_int_equal(quarry_identity_use(id, &use, NULL), 0);
}

static void compare(const struct model *m, const struct quarry_identity *id)
{
	for (int i = 0; i < N_USES; i++)
		for (int k = 0; k < i; k++) {
			const struct quarry_identity_use *a = quarry_identity_get(id, (size_t)i);
			const struct quarry_identity_use *b = quarry_identity_get(id, (size_t)k);
			const struct model_use *u = &m->uses[i], *v = &m->uses[k];

			assert_int_equal(a->person == b->person, u->person == v->person);
			assert_int_equal(a->lenient == b->lenient, u->lenient == v->lenient);
			assert_int_equal(a->email == b->email, !strcmp(u->own, v->own));
		}
}

/* In a quarter or a category only some uses count: persons <= (e-mail, person) there too. */
static void compare_subset(const struct quarry_identity *id)
{
	bool in[N_USES];
	size_t n_persons = 0, n_pairs = 0, n_lenient = 0;

	for (size_t i = 0; i < N_USES; i++)
		in[i] = next_random() % 3 == 0;
	for (size_t i = 0; i < N_USES; i++) {
		const struct quarry_identity_use *a = quarry_identity_get(id, i);
		bool person = in[i], pair = in[i], lenient = in[i];

		for (size_t k = 0; k < i; k++) {
			const struct quarry_identity_use *b = quarry_identity_get(id, k);

			if (!in[k])
				continue;
			person = person && a->person != b->person;
			pair = pair && (a->person != b->person || a->email != b->email);
			lenient = lenient && a->lenient != b->lenient;
		}
		n_persons += person;
		n_pairs += pair;
		n_lenient += lenient;
	}
	assert_true(n_lenient <= n_persons && n_persons <= n_pairs);
}

static void random_worlds_follow_the_definition(void **state)
{
	static struct model m;

	seed = 1;
	for (int w = 0; w < N_WORLDS; w++) {
		struct quarry_identity *id = NULL;

		make_model(&m);
		solve(&m);
		assert_int_equal(quarry_identity_new(&id, shipped_rules(), NULL, NULL), 0);
		for (int r = 0; r < N_REPOS; r++)
			if (m.maps[r])
				assert_int_equal(quarry_identity_mailmap(id, r, m.maps[r],
								strlen(m.maps[r]), NULL), 0);
		for (int i = 0; i < N_USES; i++)
			add_use(id, &m.uses[i], i);
		assert_int_equal(quarry_identity_resolve(id, NULL), 0);
		compare(&m, id);
		for (int k = 0; k < 5; k++)
			compare_subset(id);
		quarry_identity_free(id);
		release_model(&m);
	}
}

/* Half of it one name, one e-mail and one repository, which a pairwise step would feel. */
static void a_hundred_thousand_uses_are_no_trouble(void **state)
{
	const uint32_t n = 100000;
	struct quarry_identity *id = NULL;
	struct str text = STR_INIT, email = STR_INIT;

	assert_int_equal(quarry_identity_new(&id, shipped_rules(), NULL, NULL), 0);
	for (uint32_t i = 0; i < 10000; i++)
		str_addf(&text, "<new%u@x> <old%u@x>\n", i, i + 1); /* no chain: each one step */
	assert_int_equal(quarry_identity_mailmap(id, 1, text.buf, text.len, NULL), 0);
	for (uint32_t i = 0; i < n; i++) {
		struct quarry_use use = { i % 2, i, "Ann Able", 8, "shared@x", 8, i, i };

		str_clear(&email);
		str_addf(&email, "old%u@x", i);
		if (i % 2) {
			use.email = email.buf;
			use.email_len = email.len;
		}
		assert_int_equal(quarry_identity_use(id, &use, NULL), 0);
	}
	assert_int_equal(quarry_identity_resolve(id, NULL), 0);
	assert_int_equal(quarry_identity_n_persons(id), n / 2 + 1);
	assert_string_equal(quarry_identity_person_key(id, 0), "new0@x");
	/* One row for each of the 5,000 old e-mails used, and the chain of one name. */
	assert_int_equal(quarry_identity_n_links(id), 5000 + n / 2 - 1);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(quarry_identity_get(id, i)->lenient, i % 2 ? 0 :
				 quarry_identity_get(id, 0)->lenient);
	quarry_identity_free(id);
	str_release(&text);
	str_release(&email);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_worlds_follow_the_definition),
		cmocka_unit_test(a_hundred_thousand_uses_are_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, free_shipped_rules);
}
