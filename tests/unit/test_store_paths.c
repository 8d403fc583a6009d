/* Which paths a repository has, and which of them its tip: whatever order they came in,
 * and whoever had their numbers before. */
#include "made.h"

#define REPOS 3
#define FILES 12
#define STEPS 400

/* What a repository must have, by the place of a path in `files`. */
struct model {
	int64_t id;
	bool mined, at_tip[FILES];
};

/* In SQLite's order. */
static struct quarry_path files[FILES] = {
	{ "a", 1 }, { "b", 1 }, { "c", 1 }, { "d", 1 }, { "e", 1 }, { "f", 1 },
	{ "g", 1 }, { "h", 1 }, { "i", 1 }, { "k", 1 }, { "l/m", 3 }, { "\xff", 1 },
};

static uint32_t random_below(uint32_t n)
{
	static uint64_t state = 20261121;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % n;
}

/* A tip of some of the files, in any order, one of them perhaps twice. */
static size_t draw_tip(struct quarry_path *out, struct model *m)
{
	uint32_t from = random_below(FILES), share = 1 + random_below(4);
	size_t n = 0;

	for (uint32_t i = 0; i < FILES; i++) {
		uint32_t at = (from + 5 * i) % FILES;

		m->at_tip[at] = random_below(4) < share;
		if (m->at_tip[at])
			out[n++] = files[at];
	}
	if (n && random_below(2))
		out[n++] = out[0];
	return n;
}

static void step(struct fixture *f, struct model *m)
{
	struct quarry_path tip[FILES + 1];
	bool add = m->mined && random_below(4);
	struct quarry_history h = { .last = 1, .branch = "refs/heads/main", .since = INT32_MIN,
				    .tip = OID((unsigned char)(1 + random_below(200))) };

	h.tip_paths = tip;
	h.n_tip_paths = draw_tip(tip, m);
	if (quarry_store_put_begin(f->store, m->id, add ? QUARRY_PUT_ADD : QUARRY_PUT_REPLACE,
				   QUARRY_UNDO_OWN, MINED_S, &f->err) ||
	    quarry_store_put_end(f->store, &h, &f->err))
		fail_msg("%s", f->err.text);
	m->mined = true;
}

static void add_model(struct str *s, const struct model *m)
{
	for (size_t i = 0; i < FILES; i++)
		if (m->at_tip[i])
			str_addf(s, "%02X%s|\n", (unsigned char)files[i].name[0],
				 files[i].len > 1 ? "2F6D" : "");
}

/* No commit is there: what the tip does not name nothing does, and it goes. */
static void check_model(struct fixture *f, const struct model *m)
{
	struct str want = STR_INIT, tip = STR_INIT, all = STR_INIT;

	add_model(&want, m);
	str_addf(&tip, "SELECT hex(name) FROM tip_path t JOIN path USING (path) WHERE t.repo = %lld"
		 " AND path.repo = t.repo ORDER BY name", (long long)m->id);
	str_addf(&all, "SELECT hex(name) FROM path WHERE repo = %lld ORDER BY name", (long long)m->id);
	check_rows(f, tip.buf, want.buf ? want.buf : "");
	check_rows(f, all.buf, want.buf ? want.buf : "");
	str_release(&all);
	str_release(&tip);
	str_release(&want);
}

static void check_numbers(struct fixture *f)
{
	/* Each path lies in a range of its repository. */
	assert_int_equal(ask(f, "SELECT count(*) FROM path p WHERE NOT EXISTS (SELECT 1"
			       " FROM path_range r WHERE r.repo = p.repo"
			       " AND p.path BETWEEN r.first AND r.last)"), 0);
	/* Runs have no gap in them, and one between them. */
	assert_int_equal(ask(f, "SELECT count(*) FROM tip_run t WHERE last - first + 1 <>"
			       " (SELECT count(*) FROM path p WHERE p.repo = t.repo"
			       " AND p.path BETWEEN t.first AND t.last)"), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM tip_run a JOIN tip_run b ON a.repo = b.repo"
			       " AND a.first < b.first AND b.first <= a.last + 1"), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

static void paths_are_those_of_a_model(void **state)
{
	struct fixture *f = *state;
	struct model models[REPOS] = { { 0 } };
	int64_t reused = 0;

	open_store(f);
	for (int i = 0; i < REPOS; i++) {
		char *slug = str_dupf("o/%d", i);

		models[i].id = repo(f, slug);
		free(slug);
	}
	for (int i = 0; i < STEPS; i++) {
		step(f, &models[random_below(REPOS)]);
		for (int k = 0; k < REPOS; k++)
			check_model(f, &models[k]);
		check_numbers(f);
		/* A range of one that holds a path of another. */
		reused += ask(f, "SELECT count(*) FROM path p JOIN path_range r ON r.repo <> p.repo"
			      " AND p.path BETWEEN r.first AND r.last") > 0;
		if (i % 50 == 0)
			reopen(f);
	}
	assert_true(reused > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(paths_are_those_of_a_model, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
