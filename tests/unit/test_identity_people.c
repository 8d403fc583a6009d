/*
 * What people.yaml, the addresses of code hosts and the rules that are left out do to
 * persons; and what is told as an alarm.  Random worlds: test_identity_edges.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "quarry/identity.h"
#include "util/str.h"
#include "who.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))
#define ROWS 24

struct row {
	int64_t repo;
	const char *name, *email;
	const char *person; /* key expected; NULL: not asked */
	const char *class;
};

struct world {
	struct row rows[ROWS];
	const char *maps[4]; /* of repositories 0 to 3 */
	const struct quarry_people *people;
	const char *without[2];
	const char *alarms;  /* all of them, as describe_alarms() writes them; NULL: none */
};

static uint32_t seed;

static uint32_t next_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

static struct quarry_identity *resolve(const struct world *w, const size_t *order, size_t n)
{
	const struct quarry_identity_options options = {
		w->without, (size_t)(w->without[0] != NULL) + (w->without[1] != NULL)
	};
	struct quarry_identity *id = NULL;

	assert_int_equal(quarry_identity_new(&id, shipped_rules(), &options, NULL), 0);
	if (w->people)
		assert_int_equal(quarry_identity_people(id, w->people, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &w->rows[order[i]];
		const struct quarry_use use = {
			.repo = r->repo, .signature = (int64_t)order[i], .name = r->name,
			.name_len = strlen(r->name), .email = r->email,
			.email_len = strlen(r->email), .class = r->class,
		};

		assert_int_equal(quarry_identity_use(id, &use, NULL), 0);
	}
	for (size_t i = 0; i < 4; i++) /* after the uses: that order is free too */
		if (w->maps[i])
			assert_int_equal(quarry_identity_mailmap(id, (int64_t)i, w->maps[i],
								 strlen(w->maps[i]), NULL), 0);
	assert_int_equal(quarry_identity_resolve(id, NULL), 0);
	return id;
}

static const char *key(const struct quarry_identity *id, uint32_t person)
{
	return person == QUARRY_NO_PERSON ? "-" : quarry_identity_person_key(id, person);
}

static void describe_alarms(struct str *s, const struct quarry_identity *id)
{
	static const char *const kinds[] = { "emails", "names", "bridge", "ids", "mailmaps",
					     "split", "entries" };

	for (size_t i = 0; i < quarry_identity_n_alarms(id); i++) {
		const struct quarry_alarm *a = quarry_identity_alarm(id, i);

		str_addf(s, "%s %s %s %s %s %zu %zu %d %d %s\n", kinds[a->kind],
			 key(id, a->person), a->a ? a->a : "-", a->b ? a->b : "-",
			 a->c ? a->c : "-", a->n, a->m, (int)a->repo, (int)a->other_repo,
			 a->rule ? a->rule : "-");
	}
}

static char *describe(const struct quarry_identity *id)
{
	size_t n = quarry_identity_n_uses(id);
	struct str s = STR_INIT;

	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < n; i++) {
			const struct quarry_identity_use *u = quarry_identity_get(id, i);

			if (u->signature == (int64_t)k)
				str_addf(&s, "%zu %u %u %u\n", k, u->email, u->person, u->lenient);
		}
	for (uint32_t p = 0; p < quarry_identity_n_persons(id); p++)
		str_addf(&s, "%s %zd\n", key(id, p), (ssize_t)quarry_identity_entry(id, p));
	for (size_t i = 0; i < quarry_identity_n_links(id); i++) {
		const struct quarry_link *l = quarry_identity_link(id, i);

		str_addf(&s, "L%d %d %s = %s %d %s\n", (int)l->level, (int)l->repo, l->a, l->b,
			 l->promoted, l->rule);
	}
	describe_alarms(&s, id);
	assert_false(s.oom);
	return str_detach(&s);
}

static void check_persons(const struct world *w, const struct quarry_identity *id)
{
	struct str alarms = STR_INIT;

	for (size_t i = 0; i < quarry_identity_n_uses(id); i++) {
		const struct quarry_identity_use *u = quarry_identity_get(id, i);
		const char *want = w->rows[u->signature].person;

		if (want)
			assert_string_equal(key(id, u->person), want);
	}
	describe_alarms(&alarms, id);
	str_add(&alarms, "", 0);
	assert_string_equal(alarms.buf, w->alarms ? w->alarms : "");
	str_release(&alarms);
}

/* As it is expected, and the same in other orders. */
static void check(const struct world *w)
{
	size_t order[ROWS], n = 0;
	char *first = NULL;

	while (n < ROWS && w->rows[n].name) {
		order[n] = n;
		n++;
	}
	seed = 5;
	for (int k = 0; k < 12; k++) {
		struct quarry_identity *id = resolve(w, order, n);
		char *text = describe(id);

		check_persons(w, id);
		if (first)
			assert_string_equal(first, text);
		else
			first = str_dupf("%s", text);
		free(text);
		quarry_identity_free(id);
		for (size_t i = n; i > 1; i--) {
			size_t other = next_random() % i, tmp = order[i - 1];

			order[i - 1] = order[other];
			order[other] = tmp;
		}
	}
	free(first);
}

static void writings_of_one_mailbox_are_one_person(void **state)
{
	static const struct world w = { {
		{ 1, "J", "jane.doe@gmail.com", "janedoe@gmail.com" },
		{ 1, "J", "JaneDoe+git@googlemail.com", "janedoe@gmail.com" },
		{ 2, "J", "mailto:janedoe@gmail.com", "janedoe@gmail.com" },
		{ 2, "J", "janedoe at gmail dot com", "janedoe@gmail.com" },
		{ 2, "J", "\"janedoe@gmail.com\"", "janedoe@gmail.com" },
		{ 2, "J", "janedoe@gmail.com.", "janedoe@gmail.com" },
		{ 2, "J", "janedoe@gmail.com@gmail.com", "janedoe@gmail.com" },
		{ 2, "J", "janedoe@gmail.com@01234567-89ab-cdef-0123-456789abcdef",
		  "janedoe@gmail.com" },
		{ 1, "J", "jane.doe@x.org", "jane.doe@x.org" }, /* elsewhere dots and tags count */
		{ 1, "J", "janedoe@x.org", "janedoe@x.org" },
		{ 1, "J", "jane+a@x.org", "jane+a@x.org" },
		{ 1, "J", "jane@fb.com", "jane@fb.com" },
		{ 1, "J", "jane@meta.com", "jane@meta.com" },
		{ 1, "J", "jane@a@b.org", "jane@a@b.org" },     /* odd, and one */
		{ 2, "K", "jane@a@b.org", "jane@a@b.org" },
		{ 1, "J", "+tag@gmail.com", "+tag@gmail.com" },
		{ 1, "J", "janedoe", "janedoe" },
		{ 1, "J", "root@localhost>", "J <root@localhost>>" },
		{ 1, "J", "no.reply+7@gmail.com", "J <no.reply+7@gmail.com>" },
	} };

	check(&w);
}

static void a_number_of_a_code_host_is_one_account(void **state)
{
	static const struct world w = { {
		{ 1, "A", "7+old@users.noreply.github.com", "7+new@users.noreply.github.com" },
		{ 1, "A", "7+New@users.noreply.github.com", "7+new@users.noreply.github.com" },
		{ 2, "A", "new@users.noreply.github.com", "7+new@users.noreply.github.com" },
		{ 2, "B", "7+old@users.noreply.code.example", "7+old@users.noreply.code.example" },
		{ 2, "C", "7-old@users.noreply.gitlab.com", "7-new@users.noreply.gitlab.com" },
		{ 2, "C", "7-new@users.noreply.gitlab.com", "7-new@users.noreply.gitlab.com" },
		{ 2, "D", "old@users.noreply.gitlab.com", "old@users.noreply.gitlab.com" },
		{ 1, "E", "8+taken@users.noreply.github.com", "8+taken@users.noreply.github.com" },
		{ 1, "F", "9+taken@users.noreply.github.com", "9+taken@users.noreply.github.com" },
		{ 1, "G", "taken@users.noreply.github.com", "taken@users.noreply.github.com" },
		{ 1, "H", "dee+12@noreply.gitea.com", "dee+12@noreply.gitea.com" },
		{ 1, "H", "dee@noreply.gitea.com", "dee+12@noreply.gitea.com" },
		{ 1, "I", "dee@noreply.codeberg.org", "dee@noreply.codeberg.org" },
	}, .alarms = "ids - 8+taken@users.noreply.github.com 9+taken@users.noreply.github.com"
		     " - 2 0 -1 -1 noreply-login\n" };
	struct world without = { {
		{ 1, "A", "7+old@users.noreply.github.com", "7+old@users.noreply.github.com" },
		{ 1, "A", "7+new@users.noreply.github.com", "7+new@users.noreply.github.com" },
		{ 2, "A", "new@users.noreply.github.com", "new@users.noreply.github.com" },
	}, .without = { "L3" } };

	check(&w);
	check(&without);
	without.without[0] = "noreply-id";
	without.rows[2].person = "7+new@users.noreply.github.com";
	check(&without);
}

static void what_is_left_out_joins_nothing(void **state)
{
	struct world w = { {
		{ 0, "Ann", "a@x.org", "a@x.org" }, { 1, "An", "a@x.org", "a@x.org" },
		{ 0, "Ann", "b@x.org", "a@x.org" }, { 1, "Ann", "b@x.org", "a@x.org" },
	}, { "<a@x.org> <b@x.org>" } };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_identity *id = NULL;
	static const char *const wrong[] = { "L5", "", "L1 " };

	check(&w);
	w.without[0] = "mailmap-promoted"; /* then it holds at home */
	w.rows[3].person = "b@x.org";
	check(&w);
	w.without[1] = "mailmap";
	w.rows[2].person = "b@x.org";
	check(&w);
	w.without[0] = "L2";
	w.without[1] = "same-email";
	w.rows[0].person = "Ann <a@x.org>";
	w.rows[1].person = "An <a@x.org>";
	w.rows[2].person = w.rows[3].person = "Ann <b@x.org>";
	check(&w);
	for (size_t i = 0; i < N(wrong); i++) {
		const struct quarry_identity_options o = { &wrong[i], 1 };

		assert_int_equal(quarry_identity_new(&id, shipped_rules(), &o, &err), QUARRY_EUSAGE);
		assert_null(id);
	}
	assert_string_equal(err.text, "'L1 ' is no level and no rule of identity");
}

#define WHO(...) (struct quarry_who[]){ __VA_ARGS__ }

static void an_entry_joins_what_it_names(void **state)
{
	struct quarry_person persons[] = {
		{ .who = WHO({ NULL, "ADA@x.org" }, { "ada  L", "root@localhost" }, { NULL, "none" }),
		  .n_who = 3, .line = 2 },
		{ .who = WHO({ NULL, "bob+tag@gmail.com" }, { NULL, "nowhere@x.org" }), .n_who = 2,
		  .line = 5 },
	};
	const struct quarry_people people = { .persons = persons, .n_persons = 2 };
	const struct world w = { {
		{ 1, "Ada", "ada@x.org", "Ada L <root@localhost>" },
		{ 1, "Ada L", "root@localhost", "Ada L <root@localhost>" },
		{ 1, "Eve", "root@localhost", "Eve <root@localhost>" },
		{ 1, "x", "none", "Ada L <root@localhost>" },
		{ 2, "y", "none", "Ada L <root@localhost>" },
		{ 1, "Bob", "b.ob@gmail.com", "bob@gmail.com" },
		{ 1, "Ada", "bob@gmail.com", "bob@gmail.com" }, /* and no .mailmap changes that */
		{ 0, "Ada", "bob@gmail.com", "bob@gmail.com" },
		{ 0, "old", "bob@old.org", "bob@old.org" },     /* of two entries: held back */
		{ 0, "old", "ada@old.org", "Ada L <root@localhost>" },
	}, { "<ada@x.org> Ada <bob@gmail.com>\n<ada@x.org> <ada@old.org>\n<ada@x.org> <dan@x.org>",
	     NULL, "<bob@gmail.com> <dan@x.org>\n<ada@x.org> <ada@x.org>" }, .people = &people,
	.alarms = "entries - ada@x.org bob@gmail.com - 2 5 0 -1 mailmap-promoted\n" };

	check(&w);
}

static void two_entries_are_two_persons(void **state)
{
	struct quarry_person persons[] = {
		{ .who = WHO({ NULL, "a@x.org" }), .n_who = 1, .line = 2 },
		{ .who = WHO({ NULL, "b@x.org" }), .n_who = 1, .line = 7 },
	};
	const struct quarry_people people = { .persons = persons, .n_persons = 2 };
	const struct world w = { {
		{ 0, "A", "a@x.org", "a@x.org" }, { 0, "A", "b@x.org", "b@x.org" },
	}, { "<a@x.org> <b@x.org>" }, .people = &people,
	.alarms = "entries - a@x.org b@x.org - 2 7 0 -1 mailmap-promoted\n" };
	size_t order[] = { 0, 1 };
	struct quarry_identity *id = resolve(&w, order, 2);

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(quarry_identity_entry(id, quarry_identity_get(id, i)->person), i);
	quarry_identity_free(id);
	check(&w);
}

static void a_split_keeps_apart(void **state)
{
	struct quarry_split splits[] = {
		{ .who = WHO({ NULL, "a@x.org" }, { NULL, "b@x.org" }), .n_who = 2, .line = 3 },
		{ .who = WHO({ NULL, "build@x.org" }), .n_who = 1, .line = 4 },
		{ .who = WHO({ "Ann", "two@x.org" }, { "Bob", "two@x.org" }), .n_who = 2, .line = 5 },
	};
	const struct quarry_people people = { .splits = splits, .n_splits = 3 };
	const struct world w = { {
		{ 0, "A", "a@x.org", "c@x.org" }, { 0, "A", "b@x.org", "b@x.org" },
		{ 0, "A", "c@x.org", "c@x.org" }, /* the first by text holds: a = c, not b = c */
		{ 1, "A", "c@x.org", "c@x.org" },
		{ 1, "Ann", "build@x.org", "Ann <build@x.org>" },
		{ 1, "Bob", "Build@x.org", "Bob <Build@x.org>" },
		{ 1, "Ann", "two@x.org", "two@x.org" },
		{ 2, "Bob", "two@x.org", "Bob <two@x.org>" },
	}, { "<c@x.org> <a@x.org>\n<c@x.org> <b@x.org>" }, .people = &people,
	.alarms = "split - Bob <two@x.org> two@x.org - 5 0 -1 -1 same-email\n"
		  "split - b@x.org c@x.org - 3 0 0 -1 mailmap-promoted\n" };

	check(&w);
}

static void a_bot_is_not_joined_on_its_name(void **state)
{
	static const struct world w = { {
		{ 1, "Build Bot", "b1@x.org", "b1@x.org", "bot" },
		{ 1, "Build Bot", "b2@x.org", "b2@x.org", "bot" },
		{ 1, "Ann Able", "b2@x.org", "b2@x.org", "human" }, /* but by its e-mail */
		{ 1, "Jax Authors", "j1@x.org", "j1@x.org", "group" },
		{ 1, "Jax Authors", "j2@x.org", "j2@x.org", "group" },
		{ 1, "Eve Ebb", "e1@x.org", "e1@x.org", NULL },
		{ 1, "Eve Ebb", "e2@x.org", "e2@x.org", "human" },
	} };
	size_t order[] = { 0, 1, 2, 3, 4, 5, 6 };
	struct quarry_identity *id = resolve(&w, order, 7);

	for (size_t i = 1; i < 5; i++)
		assert_int_equal(quarry_identity_get(id, i)->lenient ==
				 quarry_identity_get(id, i - 1)->lenient, i == 2);
	assert_int_equal(quarry_identity_get(id, 5)->lenient, quarry_identity_get(id, 6)->lenient);
	quarry_identity_free(id);
	check(&w);
}

static void what_is_odd_is_told(void **state)
{
	static const struct world bridge = { {
		{ 1, "a", "p@x.org", "p@x.org" }, { 1, "b", "p@x.org", "p@x.org" },
		{ 1, "c", "p@x.org", "p@x.org" }, { 1, "d", "q@x.org", "p@x.org" },
		{ 1, "e", "q@x.org", "p@x.org" }, { 1, "f", "q@x.org", "p@x.org" },
		{ 0, "g", "r@x.org", "p@x.org" },
	}, { "<p@x.org> <r@x.org>", "<p@x.org> <q@x.org>" },
	/* p and q hold three signatures each and touch: neither alone parts the others. */
	.alarms = "names p@x.org - - - 7 0 -1 -1 -\n" };
	static const struct world between = { {
		{ 1, "a", "p@gmail.com", "p@gmail.com" }, { 1, "b", "p@gmail.com", "p@gmail.com" },
		{ 0, "w", "w@x.org", "p@gmail.com" }, { 1, "c", "p@gmail.com", "p@gmail.com" },
		{ 1, "d", "q@x.org", "p@gmail.com" }, { 1, "e", "q@x.org", "p@gmail.com" },
		{ 1, "f", "q@x.org", "p@gmail.com" },
		{ 0, "a", "p@gmail.com", "p@gmail.com" }, { 0, "d", "q@x.org", "p@gmail.com" },
	}, { "<w@x.org> <p@gmail.com>\n<w@x.org> <q@x.org>" },
	.alarms = "names p@gmail.com - - - 7 0 -1 -1 -\nbridge p@gmail.com w@x.org - - 3 3 -1 -1 -\n" };
	static const struct world mailmaps = { {
		{ 0, "A", "old@x.org", "a@x.org" }, { 1, "A", "old@x.org", "b@x.org" },
		{ 2, "Ann", "team@x.org", "ann@x.org" }, { 2, "Bob", "team@x.org", "bob@x.org" },
	}, { "<a@x.org> <old@x.org>", "<b@x.org> <old@x.org>",
	     "<ann@x.org> Ann <team@x.org>\n<bob@x.org> Bob <team@x.org>" },
	.alarms = "mailmaps - old@x.org a@x.org b@x.org 0 0 0 1 mailmap\n" };

	check(&bridge);
	check(&between);
	check(&mailmaps);
}

static void a_line_that_parts_nothing_changes_nothing(void **state)
{
	static const struct world w = { {
		{ 0, "A", "a@x.org", "a@x.org" }, { 0, "A", "b@x.org", "b@x.org" },
		{ 1, "A", "a@x.org", "a@x.org" },
	}, { "Proper <a@x.org>\n<a@x.org> <A@X.org>\n<c@x.org> <d@x.org>" } };

	check(&w);
}

static void hostile_texts_are_texts(void **state)
{
	size_t n = 1 << 20;
	char *name = malloc(n);
	struct quarry_use use = { .repo = 1, .name_len = n, .email = "a\0b", .email_len = 3 };
	static const char *const emails[] = { "\xff\xfe@\x80", "mailto:", "@@@", "<>", "at", "a@b@",
					      "..@gmail.com", "+@gmail.com", "(at)", ";" };
	struct quarry_identity *id = NULL;

	assert_non_null(name);
	memset(name, 'x', n);
	name[1] = ' ';
	use.name = name;
	assert_int_equal(quarry_identity_new(&id, shipped_rules(), NULL, NULL), 0);
	assert_int_equal(quarry_identity_use(id, &use, NULL), 0);
	use.name = "\xc3(\xff \xf0\x9f";
	use.name_len = strlen(use.name);
	for (size_t i = 0; i < N(emails); i++) {
		use.signature = (int64_t)i;
		use.email = emails[i];
		use.email_len = strlen(emails[i]);
		assert_int_equal(quarry_identity_use(id, &use, NULL), 0);
	}
	assert_int_equal(quarry_identity_resolve(id, NULL), 0);
	assert_int_equal(quarry_identity_n_persons(id), N(emails) + 1);
	assert_string_equal(quarry_identity_get(id, 0)->mapped_key, "a"); /* it ends at the NUL */
	quarry_identity_free(id);
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writings_of_one_mailbox_are_one_person),
		cmocka_unit_test(a_number_of_a_code_host_is_one_account),
		cmocka_unit_test(what_is_left_out_joins_nothing),
		cmocka_unit_test(an_entry_joins_what_it_names),
		cmocka_unit_test(two_entries_are_two_persons),
		cmocka_unit_test(a_split_keeps_apart),
		cmocka_unit_test(a_bot_is_not_joined_on_its_name),
		cmocka_unit_test(what_is_odd_is_told),
		cmocka_unit_test(a_line_that_parts_nothing_changes_nothing),
		cmocka_unit_test(hostile_texts_are_texts),
	};

	return cmocka_run_group_tests(tests, NULL, free_shipped_rules);
}
