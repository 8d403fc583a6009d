/*
 * Which signatures are one person.  A world is a table of uses and mailmaps
 * with the person expected for each use; every world is also resolved in other
 * orders, which must change nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "identity/mailmap.h"
#include "identity/normal.h"
#include "quarry/identity.h"
#include "util/map.h"
#include "util/str.h"
#include "who.h"

#define N_ROWS 12
#define DAY_S 86400

struct row {
	int64_t repo;
	const char *name, *email;
	const char *person;        /* key expected */
	const char *lenient;       /* smallest key of the lenient person; NULL: the same */
	int64_t from_day, to_day;
};

struct repo_map {
	int64_t repo;
	const char *text;
};

struct world {
	struct row rows[N_ROWS];
	struct repo_map maps[4];
};

/* A small generator of our own, so that a failure is the same everywhere. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static void shuffle(size_t *order, size_t n, uint32_t *seed)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = next_random(seed) % i, tmp = order[i - 1];

		order[i - 1] = order[k];
		order[k] = tmp;
	}
}

static void add_use(struct quarry_identity *id, const struct row *r, int64_t signature)
{
	const struct quarry_use use = {
		r->repo, signature, r->name, strlen(r->name), r->email, strlen(r->email),
		r->from_day * DAY_S, r->to_day * DAY_S,
	};

	assert_int_equal(quarry_identity_use(id, &use, NULL), 0);
}

/* Resolve rows and maps, each in the order given; a row's index is its signature. */
static struct quarry_identity *resolve(const struct row *rows, const size_t *order, size_t n,
				       const struct repo_map *maps, const size_t *map_order,
				       size_t n_maps)
{
	struct quarry_identity *id = NULL;

	assert_int_equal(quarry_identity_new(&id, shipped_rules(), NULL, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		add_use(id, &rows[order[i]], (int64_t)order[i]);
		if (i < n_maps) {
			const struct repo_map *m = &maps[map_order[i]];

			assert_int_equal(quarry_identity_mailmap(id, m->repo, m->text,
								 strlen(m->text), NULL), 0);
		}
	}
	assert_int_equal(quarry_identity_resolve(id, NULL), 0);
	return id;
}

/* All that an object says, with its uses in order of signature; to be freed. */
static char *describe(const struct quarry_identity *id)
{
	size_t n = quarry_identity_n_uses(id);
	const struct quarry_identity_use **by_signature = calloc(n + 1, sizeof(*by_signature));
	struct str s = STR_INIT;

	assert_non_null(by_signature);
	for (size_t i = 0; i < n; i++) {
		const struct quarry_identity_use *u = quarry_identity_get(id, i);

		by_signature[u->signature] = u;
	}
	for (size_t i = 0; i < n; i++) {
		const struct quarry_identity_use *u = by_signature[i];

		str_addf(&s, "%lld %s <%s> %s email %u person %u lenient %u\n",
			 (long long)u->repo, u->mapped_name, u->mapped_email, u->mapped_key,
			 u->email, u->person, u->lenient);
	}
	for (uint32_t p = 0; p < quarry_identity_n_persons(id); p++)
		str_addf(&s, "%u is %s\n", p, quarry_identity_person_key(id, p));
	for (size_t i = 0; i < quarry_identity_n_links(id); i++) {
		const struct quarry_link *l = quarry_identity_link(id, i);

		str_addf(&s, "L%d %lld %s = %s %d %s\n", (int)l->level, (long long)l->repo, l->a,
			 l->b, l->promoted, l->rule);
	}
	free(by_signature);
	assert_false(s.oom);
	return str_detach(&s);
}

/* Persons are numbered in order of key, lenient ones densely, e-mails densely. */
static void check_numbers(const struct quarry_identity *id)
{
	size_t n = quarry_identity_n_uses(id), n_persons = quarry_identity_n_persons(id);
	uint32_t *lenient_of = malloc((n_persons + 1) * sizeof(*lenient_of));
	struct map pairs = MAP_INIT, emails = MAP_INIT;
	uint32_t max_email = 0;

	assert_non_null(lenient_of);
	memset(lenient_of, 0xFF, n_persons * sizeof(*lenient_of));
	for (size_t i = 0; i < n; i++) {
		const struct quarry_identity_use *u = quarry_identity_get(id, i);
		uint32_t pair[2] = { u->email, u->person };

		assert_true(u->person < n_persons && u->lenient <= u->person);
		if (lenient_of[u->person] == UINT32_MAX)
			lenient_of[u->person] = u->lenient;
		assert_int_equal(lenient_of[u->person], u->lenient);
		max_email = u->email > max_email ? u->email : max_email;
		assert_non_null(map_at(&pairs, pair, sizeof(pair), 0));
		assert_non_null(map_at(&emails, &u->email, sizeof(u->email), 0));
	}
	for (uint32_t p = 1, next = 1; p < n_persons; p++) {
		assert_true(strcmp(quarry_identity_person_key(id, p - 1),
				   quarry_identity_person_key(id, p)) < 0);
		assert_true(lenient_of[p] <= next);
		next += lenient_of[p] == next;
	}
	for (size_t p = 0; p < n_persons; p++)
		assert_int_not_equal(lenient_of[p], UINT32_MAX);
	assert_true(n_persons <= pairs.n);
	assert_int_equal(emails.n, n ? max_email + 1 : 0);
	map_release(&pairs);
	map_release(&emails);
	free(lenient_of);
}

/* The same in `n_orders` other orders. */
static void check_orders(const struct row *rows, size_t n, const struct repo_map *maps,
			 size_t n_maps, int n_orders)
{
	size_t order[512], map_order[8];
	uint32_t seed = 7;
	char *first = NULL;

	assert_true(n <= 512 && n_maps <= 8 && n_maps <= n);
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	for (size_t i = 0; i < n_maps; i++)
		map_order[i] = i;
	for (int k = 0; k <= n_orders; k++) {
		struct quarry_identity *id = resolve(rows, order, n, maps, map_order, n_maps);
		char *text = describe(id);

		check_numbers(id);
		if (first)
			assert_string_equal(first, text);
		else
			first = str_dupf("%s", text);
		free(text);
		quarry_identity_free(id);
		shuffle(order, n, &seed);
		shuffle(map_order, n_maps, &seed);
	}
	free(first);
}

static const char *lenient_key(const struct quarry_identity *id, uint32_t lenient)
{
	uint32_t smallest = UINT32_MAX;

	for (size_t i = 0; i < quarry_identity_n_uses(id); i++) {
		const struct quarry_identity_use *u = quarry_identity_get(id, i);

		if (u->lenient == lenient && u->person < smallest)
			smallest = u->person;
	}
	return quarry_identity_person_key(id, smallest);
}

static void check_world(const struct world *w)
{
	size_t n = 0, n_maps = 0, order[N_ROWS] = { 0 };
	struct quarry_identity *id;

	while (n < N_ROWS && w->rows[n].name) {
		order[n] = n;
		n++;
	}
	while (n_maps < 4 && w->maps[n_maps].text)
		n_maps++;
	id = resolve(w->rows, order, n, w->maps, order, n_maps);
	for (size_t i = 0; i < n; i++) {
		const struct quarry_identity_use *u = quarry_identity_get(id, i);
		const struct row *r = &w->rows[i];

		assert_string_equal(quarry_identity_person_key(id, u->person), r->person);
		assert_string_equal(lenient_key(id, u->lenient), r->lenient ? r->lenient : r->person);
	}
	quarry_identity_free(id);
	check_orders(w->rows, n, w->maps, n_maps, 20);
}

static void an_email_is_one_person(void **state)
{
	static const struct world w = { {
		{ 1, "Ann", "ann@x.org", "ann@x.org" },
		{ 1, "Ann Lee", " ANN@X.org\t", "ann@x.org" },
		{ 2, "A. Lee", "Ann@x.ORG", "ann@x.org" },
		{ 2, "Ann", "ann@y.org", "ann@y.org" },
	} };

	check_world(&w);
}

static void a_generic_email_links_nobody(void **state)
{
	static const struct world w = { {
		{ 1, "Ann", "", "Ann <>" },
		{ 1, "Bob", "", "Bob <>" },
		{ 2, "Ann", "", "Ann <>" }, /* the same signature is the same person */
		{ 1, "Ann", "root@localhost", "Ann <root@localhost>" },
		{ 1, "Ann", "Root@localhost", "Ann <Root@localhost>" },
		{ 1, "Ann", "none", "Ann <none>" },
		{ 1, "", "noreply@github.com", "<noreply@github.com>" },
		{ 1, "Ann", "1+ann@users.noreply.github.com", "1+ann@users.noreply.github.com" },
		{ 1, "A", "1+ANN@users.noreply.github.com", "1+ann@users.noreply.github.com" },
	} };

	check_world(&w);
}

static void a_mailmap_without_conflict_holds_everywhere(void **state)
{
	static const struct world w = { {
		{ 1, "Ann", "old@x.org", "ann@x.org" },
		{ 2, "Ann", "OLD@x.org", "ann@x.org" }, /* repository 2 has no mailmap */
		{ 3, "Ann", "old@x.org", "ann@x.org" }, /* that of 3 speaks of others */
		{ 2, "Ann", "ann@x.org", "ann@x.org" },
		{ 3, "Bob", "bob@x.org", "bob@x.org" },
	}, {
		{ 1, "Ann <Ann@x.org> <old@x.org>" },
		{ 3, "Bob B <bob@x.org>" },
	} };

	check_world(&w);
}

static void a_person_is_named_by_a_key_in_use(void **state)
{
	static const struct world w = { {
		{ 1, "Ann", "a@x.org", "z@x.org" }, /* a@x.org itself lands nowhere */
		{ 2, "Bob", "b@x.org", "b@x.org" },
		{ 1, "Bob", "b@x.org", "b@x.org" },
	}, {
		{ 1, "<z@x.org> <a@x.org>\n<y@x.org> <b@x.org>" },
	} };

	check_world(&w);
}

static void promoted_mailmaps_chain(void **state)
{
	static const struct world w = { {
		{ 1, "Ann", "a@x.org", "a@x.org" },
		{ 2, "Ann", "b@x.org", "a@x.org" },
		{ 3, "Ann", "c@x.org", "a@x.org" },
		{ 3, "Ann", "a@x.org", "a@x.org" },
		/* two mailmaps that point at each other agree that it is one person */
		{ 1, "Bob", "p@x.org", "p@x.org" },
		{ 2, "Bob", "q@x.org", "p@x.org" },
		{ 3, "Bob", "p@x.org", "p@x.org" },
	}, {
		{ 1, "<b@x.org> <a@x.org>\n<q@x.org> <p@x.org>" },
		{ 2, "<c@x.org> <b@x.org>\n<p@x.org> <q@x.org>" },
	} };

	check_world(&w);
}

static void a_shared_email_is_split_where_the_mailmap_says(void **state)
{
	static const struct world w = { {
		{ 1, "Ann", "team@x.org", "ann@x.org" },
		{ 1, "Bob", "team@x.org", "bob@x.org" },
		{ 1, "Cid", "team@x.org", "team@x.org" },
		{ 2, "Ann", "team@x.org", "team@x.org" },
		{ 2, "Ann", "ann@x.org", "ann@x.org" },
		/* one name mapped, another not: the e-mail itself is a target */
		{ 1, "Dan", "duo@x.org", "dan@x.org" },
		{ 1, "Eve", "duo@x.org", "duo@x.org" },
		{ 2, "Dan", "duo@x.org", "duo@x.org" },
		/* one name mapped, and nobody else used it where the mailmap speaks */
		{ 1, "Fay", "fay@old.org", "fay@old.org" },
		{ 2, "Fay", "fay@old.org", "fay@old.org" },
	}, {
		{ 1, "<ann@x.org> Ann <team@x.org>\n<bob@x.org> Bob <team@x.org>\n"
		     "<dan@x.org> Dan <duo@x.org>\n<fay@x.org> Fay <fay@old.org>" },
	} };

	check_world(&w);
}

static void a_conflict_keeps_each_mailmap_at_home(void **state)
{
	static const struct world w = { {
		{ 1, "Ann", "old@x.org", "ann@x.org" },
		{ 2, "Ann", "old@x.org", "ann@y.org" },
		{ 3, "Ann", "old@x.org", "old@x.org" },
		{ 1, "Bob", "bob@old.org", "bob@x.org" },
		{ 2, "Bob", "bob@old.org", "bob@old.org" }, /* here it is only named */
		{ 3, "Bob", "bob@old.org", "bob@old.org" },
		{ 1, "c", "cid@x.org", "cid@x.org" },       /* a name alone is no conflict */
	}, {
		{ 1, "<ann@x.org> <old@x.org>\n<bob@x.org> <bob@old.org>\nCid <cid@x.org>" },
		{ 2, "<ann@y.org> <old@x.org>\nBob B <bob@old.org>" },
	} };

	check_world(&w);
}

static void a_mailmap_with_a_generic_end_stays_at_home(void **state)
{
	static const struct world w = { {
		{ 1, "Ann", "root@localhost", "ann@x.org" },
		{ 2, "Ann", "root@localhost", "Ann <root@localhost>" },
		{ 1, "Bob", "bob@x.org", "Bob B <noreply@x.org>" },
		{ 2, "Bob", "bob@x.org", "bob@x.org" },
		{ 1, "Cid", "cid@x.org", "Bob B <noreply@x.org>" },
		{ 1, "dan", "none", "Dan D <none>" }, /* a shared e-mail given a name */
		{ 1, "d", "none", "Dan D <none>" },
		{ 2, "d", "none", "d <none>" },
	}, {
		{ 1, "<ann@x.org> <root@localhost>\nBob B <noreply@x.org> <bob@x.org>\n"
		     "Bob B <noreply@x.org> <cid@x.org>\nDan D <none>" },
	} };

	check_world(&w);
}

static void a_full_name_links_within_a_year_in_one_repository(void **state)
{
	static const struct world w = { {
		{ 1, "Ann Able", "a1@x.org", "a1@x.org", NULL, 0, 100 },
		{ 1, "ann  ABLE", "a2@x.org", "a2@x.org", "a1@x.org", 464, 470 }, /* 364 days */
		{ 1, "Ann Able", "a3@x.org", "a3@x.org", "a1@x.org", 835, 835 },  /* 365 days */
		{ 1, "Ann Able", "a4@x.org", "a4@x.org", NULL, 1201, 1201 },      /* 366 days */
		{ 2, "Ann Able", "a5@x.org", "a5@x.org", NULL, 0, 2000 }, /* another repository */
		{ 1, "Bob", "b1@x.org", "b1@x.org", NULL, 0, 100 },       /* one word */
		{ 1, "Bob", "b2@x.org", "b2@x.org", NULL, 0, 100 },
		{ 1, "Wei Wang", "w1@x.org", "w1@x.org", NULL, 0, 100 },  /* common */
		{ 1, "Wei Wang", "w2@x.org", "w2@x.org", NULL, 0, 100 },
		{ 1, "Wang Wei", "w3@x.org", "w3@x.org", NULL, 0, 100 },
		{ 1, "Wang Wei", "w4@x.org", "w4@x.org", NULL, 0, 100 },
	} };

	check_world(&w);
}

static void a_long_use_bridges_short_ones(void **state)
{
	static const struct world w = { {
		{ 1, "Ann Able", "a1@x.org", "a1@x.org", NULL, 0, 3000 },
		{ 1, "Ann Able", "a2@x.org", "a2@x.org", "a1@x.org", 10, 10 },
		{ 1, "Ann Able", "a3@x.org", "a3@x.org", "a1@x.org", 2000, 2000 },
		/* linked through a person's use in another repository */
		{ 2, "Ann Able", "a3@x.org", "a3@x.org", "a1@x.org", 9000, 9000 },
		{ 2, "Ann Able", "a9@x.org", "a9@x.org", "a1@x.org", 9001, 9001 },
		/* the name after the mailmap counts, and a generic e-mail has one too */
		{ 3, "bb", "b1@x.org", "b1@x.org", "B\xc3\xb6 Berg <>", 0, 0 },
		{ 3, "B\xc3\xb6 Berg", "", "B\xc3\xb6 Berg <>" },
		{ 3, "B\xc3\x96 BERG", "b2@x.org", "b2@x.org", "B\xc3\xb6 Berg <>", 0, 0 },
	}, {
		{ 3, "B\xc3\xb6 Berg <b1@x.org>" },
	} };

	check_world(&w);
}

static void times_at_the_ends_of_int64_do_not_overflow(void **state)
{
	const struct quarry_use uses[] = {
		{ 1, 0, "Ann Able", 8, "a1@x.org", 8, INT64_MIN, INT64_MIN },
		{ 1, 1, "Ann Able", 8, "a2@x.org", 8, INT64_MAX, INT64_MIN }, /* ends before it began */
	};
	struct quarry_identity *id = NULL;

	assert_int_equal(quarry_identity_new(&id, shipped_rules(), NULL, NULL), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(quarry_identity_use(id, &uses[i], NULL), 0);
	assert_int_equal(quarry_identity_resolve(id, NULL), 0);
	assert_int_equal(quarry_identity_get(id, 1)->lenient, 1);
	quarry_identity_free(id);
}

static void each_link_has_its_evidence(void **state)
{
	static const struct row rows[] = {
		{ 1, "Ann", "old@x.org" }, { 2, "Ann A", "old@x.org" }, { 2, "An", "Old@x.org" },
		{ 2, "Ann A", "old@x.org" }, { 1, "Ann", "ann@x.org" },
		{ 1, "Bob", "team@x.org" }, { 1, "Cid", "team@x.org" }, { 2, "Bo", "team@x.org" },
		{ 1, "root", "root@localhost" },
		{ 3, "Eve Ebb", "e1@x.org" }, { 3, "Eve Ebb", "e2@x.org" }, { 3, "Eve Ebb", "e1@x.org" },
	};
	static const struct repo_map maps[] = {
		{ 1, "Ann <ann@x.org> <old@x.org>\n<bob@x.org> Bob <team@x.org>\n"
		     "Dan <dan@x.org> <root@localhost>" },
	};
	static const char want[] =
		"L1 -1 An <Old@x.org> = old@x.org 0 same-email\n"
		"L1 -1 Ann <ann@x.org> = ann@x.org 0 same-email\n"
		"L1 -1 Ann <old@x.org> = old@x.org 0 same-email\n"
		"L1 -1 Ann A <old@x.org> = old@x.org 0 same-email\n"
		"L1 -1 Bo <team@x.org> = team@x.org 0 same-email\n"
		"L1 -1 Cid <team@x.org> = team@x.org 0 same-email\n" /* not Bob, who was sent away */
		"L2 1 Bob <team@x.org> = bob@x.org 0 mailmap\n"
		"L2 1 ann@x.org = old@x.org 1 mailmap-promoted\n"
		"L2 1 dan@x.org = root <root@localhost> 0 mailmap\n"
		"L4 3 Eve Ebb <e1@x.org> = Eve Ebb <e2@x.org> 0 full-name\n";
	size_t order[12], n = sizeof(rows) / sizeof(rows[0]);
	struct quarry_identity *id;
	char *text;

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	id = resolve(rows, order, n, maps, order, 1);
	text = describe(id);
	assert_non_null(strstr(text, "L1"));
	assert_string_equal(strstr(text, "L1"), want);
	free(text);
	quarry_identity_free(id);
	check_orders(rows, n, maps, 1, 20);
}

static void a_mapped_use_shows_what_git_shows(void **state)
{
	static const struct row rows[] = {
		{ 1, "ann", "OLD@x.org" }, { 2, "ann", "OLD@x.org" }, { 1, "ann", " ann@x.org" },
		{ 3, "J\xc3\xb6", "j@x.org" },
	};
	static const struct repo_map maps[] = {
		{ 1, "Ann A <Ann@X.org> <old@x.org>\nNot Found <ann@x.org>" },
		{ 3, "J\xf6rg \xc3\xa4 <j@x.org>\nJ\xc3\xb6rg <J@x.org> J\xc3\xb6 <j@x.org>" },
	};
	static const struct { const char *name, *email, *key; } want[] = {
		{ "Ann A", "Ann@X.org", "ann@x.org" },
		{ "ann", "OLD@x.org", "old@x.org" },
		{ "ann", " ann@x.org", "ann@x.org" }, /* git trims no e-mail, the key is trimmed */
		{ "J\xc3\xb6rg", "J@x.org", "j@x.org" }, /* a Latin-1 line spoils no other */
	};
	static const size_t order[] = { 0, 1, 2, 3 };
	struct quarry_identity *id = resolve(rows, order, 4, maps, order, 2);

	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(quarry_identity_get(id, i)->mapped_name, want[i].name);
		assert_string_equal(quarry_identity_get(id, i)->mapped_email, want[i].email);
		assert_string_equal(quarry_identity_get(id, i)->mapped_key, want[i].key);
	}
	quarry_identity_free(id);
}

static void a_repository_has_one_mailmap(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_identity *id = NULL;

	assert_int_equal(quarry_identity_new(&id, shipped_rules(), NULL, &err), 0);
	assert_int_equal(quarry_identity_mailmap(id, 7, "A <a@x>", 7, &err), 0);
	assert_int_equal(quarry_identity_mailmap(id, 7, "", 0, &err), QUARRY_EFAIL);
	assert_string_equal(err.text, "repository 7 has two mailmaps");
	assert_int_equal(quarry_identity_resolve(id, &err), 0); /* nobody is fine */
	assert_int_equal(quarry_identity_n_persons(id), 0);
	quarry_identity_free(id);
	quarry_identity_free(NULL);
}

static void what_strangers_share_is_generic(void **state)
{
	static const struct { const char *email; int generic; } cases[] = {
		{ "", 1 }, { " \t\r\n", 1 }, { "root", 1 }, { " None ", 1 }, { "(no author)", 1 },
		{ "unknown", 1 }, { "@", 1 }, { "ann@", 1 }, { "@x.org", 1 },
		{ "root@localhost", 1 }, { "ANN@LocalHost", 1 }, { "a@localhost.localdomain", 1 },
		{ "ann@box.localdomain", 1 }, { "ann@MacBook-Pro.local", 1 }, { "ann@box.(none)", 1 },
		{ "ann@(none)", 1 }, { "ubuntu@ip-10-0-0-1.ec2.internal", 1 }, { "none@none", 1 },
		{ "you@example.com", 1 }, { "Your.Email@example.org", 1 }, { "test@test", 1 },
		{ "root@box", 1 }, { "noreply@github.com", 1 }, { "noreply@anthropic.com", 1 },
		{ "No-Reply@google.com", 1 },
		{ "ann", 0 }, { "danthe3rd", 0 }, { "ann@x.org", 0 }, { "ann@example.com", 0 },
		{ "ann@example.org", 0 }, { "you@x.org", 0 }, { "root@x.org", 0 }, { "ann@box", 0 },
		{ "test@notexample.com", 0 }, { "ann@local", 0 }, { "ann@x.local.org", 0 },
		{ "ann@notlocalhost", 0 }, { "noreply+7@fb.com", 0 },
		{ "7+ann@users.noreply.github.com", 0 }, { "ann@users.noreply.github.com", 0 },
		{ "noreply@users.noreply.github.com", 0 }, { "a@localhost@x.org", 0 },
		{ "a@x.org@localhost", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if ((quarry_email_generic_rule(shipped_rules(), cases[i].email,
					       strlen(cases[i].email)) != NULL) != cases[i].generic)
			fail_msg("'%s'", cases[i].email);
	assert_non_null(quarry_email_generic_rule(shipped_rules(), NULL, 0));
	/* By length, not NUL. */
	assert_non_null(quarry_email_generic_rule(shipped_rules(), "root@localhost.org", 14));
}

static void a_common_name_is_common_in_either_order(void **state)
{
	const struct ruleset set = { .rules = shipped_rules() };
	static const char *const common[] = { "wei wang", "wang wei", "john smith", "smith john",
					      "jos\303\251 garc\303\255a", "your name" };
	static const char *const rare[] = { "", " ", "wei", "wang", "wei wang wei", "wang wei ",
					    "ei wangw", "not committed", "yet not committed" };

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		assert_true(name_is_common(&set, common[i]));
	for (size_t i = 0; i < sizeof(rare) / sizeof(rare[0]); i++)
		assert_false(name_is_common(&set, rare[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_email_is_one_person),
		cmocka_unit_test(a_generic_email_links_nobody),
		cmocka_unit_test(a_mailmap_without_conflict_holds_everywhere),
		cmocka_unit_test(a_person_is_named_by_a_key_in_use),
		cmocka_unit_test(promoted_mailmaps_chain),
		cmocka_unit_test(a_shared_email_is_split_where_the_mailmap_says),
		cmocka_unit_test(a_conflict_keeps_each_mailmap_at_home),
		cmocka_unit_test(a_mailmap_with_a_generic_end_stays_at_home),
		cmocka_unit_test(a_full_name_links_within_a_year_in_one_repository),
		cmocka_unit_test(a_long_use_bridges_short_ones),
		cmocka_unit_test(times_at_the_ends_of_int64_do_not_overflow),
		cmocka_unit_test(each_link_has_its_evidence),
		cmocka_unit_test(a_mapped_use_shows_what_git_shows),
		cmocka_unit_test(a_repository_has_one_mailmap),
		cmocka_unit_test(what_strangers_share_is_generic),
		cmocka_unit_test(a_common_name_is_common_in_either_order),
	};

	return cmocka_run_group_tests(tests, NULL, free_shipped_rules);
}
