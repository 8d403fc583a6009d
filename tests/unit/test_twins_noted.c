/* Twins that were noted while a store was filled are those that it can be asked for. */
#include <stdbool.h>

#include "engine/twins.h"
#include "stored.h"

enum { MADE = 60, REPOS = 3 };

static struct quarry_signature people[] = {
	{ .name = "A", .email = "b@x", .name_len = 1, .email_len = 3 },
	{ .name = "Ab", .email = "@x", .name_len = 2, .email_len = 2 },
	{ .name = "A", .email = "b@x", .name_len = 1, .email_len = 3, .raw_name = "\xff",
	  .raw_name_len = 1 },
	{ .name = "A", .email = "b@x", .name_len = 1, .email_len = 3 }, /* the first one again */
};

struct made {
	struct quarry_commit commits[MADE];
	struct quarry_oid parents[MADE];
	struct quarry_history h;
};

/* The fewer moments there are, the more commits have one in common; some ids are in each
 * repository. */
static void draw(struct made *m, int repo, int n_moments, int n_read)
{
	*m = (struct made){ .h = { .last = 1, .branch = "refs/heads/main", .since = INT32_MIN,
				   .signatures = people, .n_signatures = 4 } };
	for (int i = 0; i < MADE; i++) {
		struct quarry_oid oid = OID((unsigned char)(rand() % 2 ? i : 0));

		oid.id[0] = (unsigned char)(oid.id[1] ? 0 : repo);
		oid.id[2] = (unsigned char)i;
		m->parents[i] = oid;
		m->commits[i] = (struct quarry_commit){
			.oid = oid, .author = (uint32_t)(rand() % 4), .author_s = rand() % n_moments,
			.subject = &"stst"[rand() % 2], .subject_len = 1 + (size_t)rand() % 2,
			.flags = rand() % 8 ? 0 : 16u << rand() % 9,
			.n_parents = rand() % 8 ? 1 : 2, .touched = rand() % 4 < n_read,
		};
	}
	m->h.commits = m->commits;
	m->h.parents = m->parents;
	m->h.n_parents = MADE;
}

static void put_piece(struct fixture *f, struct twins *t, int64_t id, struct made *m, size_t from,
		      size_t to)
{
	int64_t first = quarry_store_next_commit(f->store);
	struct quarry_history piece = m->h;

	piece.commits += from;
	piece.n_commits = to - from;
	if (quarry_store_put_piece(f->store, &piece, &f->err))
		fail_msg("%s", f->err.text);
	twins_note(t, id, &piece, first);
}

static void write_one(struct fixture *f, struct twins *t, struct made *m, int i, bool cancel)
{
	char *slug = str_dupf("o/%d", i);
	int64_t id = repo(f, slug);
	size_t cut = (size_t)rand() % MADE;

	free(slug);
	assert_int_equal(quarry_store_put_begin(f->store, id, QUARRY_PUT_REPLACE, QUARRY_UNDO_OWN,
						MINED_S, &f->err), 0);
	put_piece(f, t, id, m, 0, cut);
	if (cancel) {
		quarry_store_put_cancel(f->store);
		twins_forget(t, id);
		return;
	}
	put_piece(f, t, id, m, cut, MADE);
	assert_int_equal(quarry_store_put_end(f->store, &m->h, &f->err), 0);
}

/* Those that were found are the ones that the store names.
 * @param asked  it was asked for them before, too */
static size_t compare(struct fixture *f, struct twins *t, bool asked)
{
	bool noted = t->notes;
	struct quarry_twin *want = NULL;
	int64_t facts = 0;
	size_t n = 0;

	assert_int_equal(twins_find(t, f->store, &f->err), 0);
	assert_int_equal(quarry_aggregate_unread_twins(&want, &n, &facts, quarry_store_db(f->store),
						       &f->err), 0);
	assert_int_equal(t->facts, facts);
	assert_int_equal(asked, !noted || facts != quarry_store_changes(f->store) - t->changes);
	assert_int_equal(t->commits.n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(t->repos.at[i], want[i].repo);
		assert_int_equal(t->commits.at[i].number, want[i].commit_id);
		assert_memory_equal(&t->commits.at[i].oid, &want[i].oid, sizeof(want[i].oid));
	}
	free(want);
	return n;
}

static void forget_store(struct fixture *f)
{
	quarry_store_free(f->store);
	f->store = NULL;
	assert_int_equal(unlink(f->path), 0);
}

static void what_was_noted_is_what_is_stored(void **state)
{
	struct fixture *f = *state;
	size_t n_twins = 0;
	struct made m;

	srand(7);
	for (int round = 0; round < 40; round++) {
		struct twins t = { 0 };

		open_store(f);
		assert_int_equal(twins_begin(&t, f->store, &f->err), 0);
		assert_true(t.notes);
		for (int i = 1; i <= REPOS; i++) {
			draw(&m, i, 1 << round % 8, round / 8);
			if (rand() % 3 == 0)
				write_one(f, &t, &m, i, /* cancel= */ true);
			write_one(f, &t, &m, i, false);
		}
		assert_true(t.notes && t.written.n > 0);
		n_twins += compare(f, &t, false);
		twins_release(&t);
		forget_store(f);
	}
	assert_true(n_twins > 500);
}

/* What was there before, or what others write meanwhile, was not noted: the store is asked. */
static void a_store_that_others_fill_is_asked(void **state)
{
	struct fixture *f = *state, other;
	struct twins t = { 0 }, late = { 0 }, none = { 0 };
	struct made m;

	srand(8);
	open_store(f);
	other = (struct fixture){ .folder = f->folder, .path = f->path };
	assert_int_equal(twins_begin(&t, f->store, &f->err), 0);
	draw(&m, 1, 4, 2);
	write_one(f, &t, &m, 1, false);
	open_store(&other);
	draw(&m, 2, 4, 2);
	write_one(&other, &none, &m, 2, false);
	quarry_store_free(other.store);
	assert_int_equal(t.notes, true);
	assert_true(compare(f, &t, true) > 10);
	assert_int_equal(twins_begin(&late, f->store, &f->err), 0);
	assert_false(late.notes);
	draw(&m, 3, 4, 2);
	write_one(f, &late, &m, 3, false);
	assert_int_equal(late.written.n, 0);
	assert_true(compare(f, &late, true) > 10);
	twins_release(&t);
	twins_release(&late);
}

/* Commits that are known, in a store that was empty: somebody else has written them. */
static void what_cannot_be_is_asked_for(void **state)
{
	struct fixture *f = *state;
	struct twins t = { 0 };
	struct made m;

	open_store(f);
	assert_int_equal(twins_begin(&t, f->store, &f->err), 0);
	draw(&m, 1, 4, 2);
	write_one(f, &t, &m, 1, false);
	assert_true(t.notes);
	m.commits[3].known = 1;
	m.h.n_commits = MADE;
	twins_note(&t, 1, &m.h, 1000);
	assert_false(t.notes);
	assert_true(compare(f, &t, true) > 0);
	twins_release(&t);
}

/* What was taken back with its group has been counted: another run's facts must not make up
 * for it. */
static void a_group_that_was_lost_is_not_counted(void **state)
{
	struct fixture *f = *state, other;
	struct twins t = { 0 }, none = { 0 };
	struct made m;
	int64_t b;

	srand(9);
	open_store(f);
	other = (struct fixture){ .folder = f->folder, .path = f->path };
	assert_int_equal(quarry_store_group_begin(f->store, &f->err), 0);
	draw(&m, 1, 4, 2);
	write_one(f, &none, &m, 1, false);
	b = repo(f, "o/b");
	assert_int_equal(quarry_store_put_begin(f->store, b, QUARRY_PUT_REPLACE, QUARRY_UNDO_GROUP,
						MINED_S, &f->err), 0);
	quarry_store_put_cancel(f->store);
	assert_int_equal(twins_begin(&t, f->store, &f->err), 0);
	assert_true(t.notes);
	open_store(&other);
	write_one(&other, &none, &m, 1, false);
	quarry_store_free(other.store);
	draw(&m, 2, 4, 2);
	write_one(f, &t, &m, 2, false);
	assert_true(compare(f, &t, true) > 10);
	twins_release(&t);
}

/* There are more of them than are noted. */
static void notes_have_a_bound(void **state)
{
	struct fixture *f = *state;
	struct twins t = { .notes_max = 20 };
	struct made m;

	srand(10);
	open_store(f);
	assert_int_equal(twins_begin(&t, f->store, &f->err), 0);
	draw(&m, 1, 4, 2);
	write_one(f, &t, &m, 1, false);
	assert_false(t.notes);
	assert_int_equal(t.written.n, 0);
	assert_true(compare(f, &t, true) > 0);
	twins_release(&t);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_was_noted_is_what_is_stored),
		TEST(a_store_that_others_fill_is_asked),
		TEST(what_cannot_be_is_asked_for),
		TEST(a_group_that_was_lost_is_not_counted),
		TEST(notes_have_a_bound),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
