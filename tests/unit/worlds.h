/*
 * Small random worlds for the resolver: uses, .mailmap files and a people.yaml, of few
 * names and e-mails, so that all that can meet does.
 */
#ifndef QUARRY_TESTS_WORLDS_H
#define QUARRY_TESTS_WORLDS_H

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

#define N_USES 40
#define N_REPOS 3
#define N_WORLDS 800
#define N(a) (sizeof(a) / sizeof((a)[0]))

static const char *const names[] = { "Ann Able", "ANN  able", "Bob Best", "Cid" };
static const char *const emails[] = {
	"a@x", "A@x", "b@x", "c@x", "ab@gmail.com", "a.b@gmail.com", "ab+t@gmail.com",
	"ab@googlemail.com", "7+lo@users.noreply.github.com", "7+li@users.noreply.github.com",
	"8+lo@users.noreply.github.com", "lo@users.noreply.github.com", "none", "root@localhost",
};

struct model_use {
	int64_t repo;
	const char *name, *email;
	char *sig, *key, *land; /* texts; key is folded, land as the mailmap says */
	const char *box;        /* the mailbox of key */
	bool generic, land_generic, has_entry;
	uint32_t at;            /* node where it stands */
	uint32_t land_node;
};

struct model_node {
	char *text, *tie; /* moved ones: where they land */
	char kind;
	uint32_t set;
	struct { int split, member; } labels[8];
	int n_labels;
};

struct model_edge {
	int level;
	uint32_t a, b;
};

struct model {
	struct model_use uses[N_USES];
	char *maps[N_REPOS];
	struct mailmap *parsed[N_REPOS];
	struct quarry_people people;
	struct quarry_person persons[2];
	struct quarry_split splits[2];
	struct quarry_who who[4][3];
	VEC(struct model_node) nodes;
	VEC(struct model_edge) edges;
};

static uint32_t seed;

static inline uint32_t next_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

#define PICK(list) ((list)[next_random() % N(list)])

static inline char *lower_copy(const char *s, size_t len)
{
	char *copy = str_dupf("%.*s", (int)len, s);

	for (char *p = copy; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	return copy;
}

/* The few mailboxes of several writings that there are here. */
static const char *box_of(const char *key)
{
	return strstr(key, "@gmail.com") || strstr(key, "@googlemail.com") ? "ab@gmail.com" : key;
}

static inline bool is_shared_by_split(const struct model *m, const char *key)
{
	for (size_t i = 0; i < m->people.n_splits; i++) {
		const struct quarry_split *s = &m->people.splits[i];
		char *other = lower_copy(s->who[0].email, strlen(s->who[0].email));
		bool same = s->n_who == 1 && !strcmp(box_of(other), box_of(key));

		free(other);
		if (same)
			return true;
	}
	return false;
}

static inline bool is_generic(const struct model *m, const char *key)
{
	return !strcmp(key, "none") || !strcmp(key, "root@localhost") || is_shared_by_split(m, key);
}

static inline char *make_map(void)
{
	struct str s = STR_INIT;

	for (uint32_t n = next_random() % 4 + 1; n; n--) {
		if (next_random() % 4)
			str_addf(&s, "%s <%s> <%s>\n", PICK(names), PICK(emails), PICK(emails));
		else
			str_addf(&s, "%s <%s> %s <%s>\n", PICK(names), PICK(emails), PICK(names),
				 PICK(emails));
	}
	return str_detach(&s);
}

/* Entries and splits as they come: not all worlds are sound. */
static inline void make_people(struct model *m)
{
	m->people.persons = m->persons;
	m->people.splits = m->splits;
	m->people.n_persons = next_random() % 3;
	m->people.n_splits = next_random() % 3;
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 3; k++) {
			m->who[i][k].name = next_random() % 3 ? NULL : PICK(names);
			m->who[i][k].email = emails[(next_random() % 7) * 2 + (i & 1)];
		}
	for (size_t i = 0; i < 2; i++) {
		m->persons[i].who = m->who[i];
		m->persons[i].n_who = next_random() % 3 + 1;
		m->persons[i].line = (unsigned)i + 1;
		m->splits[i].who = m->who[2 + i];
		m->splits[i].n_who = next_random() % 3 + 1;
		m->splits[i].line = (unsigned)i + 11;
	}
}

#endif
