/* Histories with objects that are missing, broken or hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/touches.h"
#include "quarry/mine.h"

#define LINEAR \
	COMMIT(1, "1") PUT("a", "1") PUT("d/b", "1") COMMIT(2, "2") PUT("d/b", "2") \
	COMMIT(3, "3") PUT("d/b", "3") COMMIT(4, "4") PUT("a", "4")

/* Without the object `spec` names: how many trees are missing, what each commit touched. */
struct loss {
	const char *spec;
	int64_t missing;
	const char *touches[4];
};

static void check_loss(const struct loss *c)
{
	static const char *const subjects[] = { "1", "2", "3", "4" };
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *facts = NULL;
	struct history h;
	char *hex;

	history_init(&h);
	history_import(&h, LINEAR);
	hex = HISTORY_ASK(&h, "rev-parse", c->spec);
	history_lose(&h, hex);
	if (quarry_mine(&facts, h.gitdir, NULL, NULL, &err))
		fail_msg("%s: %s", c->spec, err.text);
	assert_int_equal(err.code, 0);
	if (facts->missing_objects != c->missing)
		fail_msg("%s: %d missing", c->spec, (int)facts->missing_objects);
	for (size_t i = 0; i < 4; i++) {
		char *got = touches_called(facts, subjects[i]);

		if (strcmp(got, c->touches[i]))
			fail_msg("%s: %s has '%s'", c->spec, subjects[i], got);
		free(got);
	}
	quarry_history_free(facts);
	free(hex);
	history_release(&h);
}

static void a_missing_tree_costs_the_touches_that_need_it(void **state)
{
	static const struct loss cases[] = {
		{ "HEAD~2:d", 2, { "A a, A d/b", "", "", "M a" } },
		{ "HEAD~3:d", 2, { "", "", "M d/b", "M a" } },
		{ "HEAD~2^{tree}", 2, { "A a, A d/b", "", "", "M a" } },
		{ "HEAD~3^{tree}", 2, { "", "", "M d/b", "M a" } },
		{ "HEAD^{tree}", 1, { "A a, A d/b", "M d/b", "M d/b", "" } },
		/* Blobs are not asked for. */
		{ "HEAD:a", 0, { "A a, A d/b", "M d/b", "M d/b", "M a" } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_loss(&cases[i]);
}

static void a_missing_tip_fails_and_is_not_an_empty_repository(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *facts = NULL;
	struct quarry_oid tip;
	struct history h;
	char *hex;

	history_init(&h);
	history_import(&h, LINEAR);
	hex = HISTORY_ASK(&h, "rev-parse", "HEAD");
	history_lose(&h, hex);
	assert_int_equal(quarry_mine_tip(&tip, h.gitdir, NULL, &err), QUARRY_EFAIL);
	assert_int_equal(quarry_mine(&facts, h.gitdir, NULL, NULL, &err), QUARRY_EFAIL);
	assert_null(facts);
	free(hex);
	history_release(&h);
}

/* What lies before it is lost, and so are the touches of the commit behind it. */
static void a_missing_commit_cuts_the_history_off_and_is_counted(void **state)
{
	static const struct { const char *spec; size_t commits; const char *last; } cases[] = {
		{ "HEAD~1", 1, "4" }, { "HEAD~2", 2, "3" }, { "HEAD~3", 3, "2" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_history *facts = NULL;
		const struct quarry_commit *c;
		struct history h;
		char *hex;

		history_init(&h);
		history_import(&h, LINEAR);
		hex = HISTORY_ASK(&h, "rev-parse", cases[i].spec);
		history_lose(&h, hex);
		assert_int_equal(quarry_mine(&facts, h.gitdir, NULL, NULL, &err), 0);
		assert_int_equal(facts->n_commits, cases[i].commits);
		assert_int_equal(facts->flags[QUARRY_FLAG_MISSING_COMMITS], 1);
		c = commit_called(facts, cases[i].last);
		assert_int_equal(c->flags & QUARRY_COMMIT_NO_PARENT, QUARRY_COMMIT_NO_PARENT);
		assert_int_equal(c->n_touches, 0);
		assert_int_equal(c->touched, 0);
		assert_int_equal(facts->flags[QUARRY_FLAG_MISSING_TREES], 0);
		assert_int_equal(facts->missing_objects, 1);
		quarry_history_free(facts);
		free(hex);
		history_release(&h);
	}
}

#define ID "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14"
#define ID2 "\x21\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14"

struct tree {
	const char *data;
	size_t len;
	const char *want; /* touches of a second commit with this tree */
	int64_t missing, doubled;
};

#define TREE(s) (s), sizeof(s) - 1

static char *add_commit(const struct history *h, const char *tree, size_t len, const char *parent,
			const char *subject)
{
	char *id = history_object(h, "tree", tree, len), *commit;
	struct str s = STR_INIT;

	str_addf(&s, "tree %s\n", id);
	if (parent)
		str_addf(&s, "parent %s\n", parent);
	str_addf(&s, "author " WHO "\ncommitter " WHO "\n\n%s\n", subject);
	commit = history_object(h, "commit", s.buf, s.len);
	HISTORY_GIT(NULL, h, "update-ref", "refs/heads/main", commit);
	str_release(&s);
	free(id);
	return commit;
}

static void a_broken_tree_has_no_touches(void **state)
{
	static const char first[] = "100644 a\0" ID "100644 c\0" ID2;
	static const struct tree cases[] = {
		/* Old programs' modes are no change, */
		{ TREE("100664 a\0" ID "100600 c\0" ID2), "", 0 },
		{ TREE("100775 a\0" ID "0100644 c\0" ID2), "M a", 0 },
		/* one path is touched once, however often a tree names it, */
		{ TREE("100644 a\0" ID "100644 b\0" ID "100644 b\0" ID2 "100644 c\0" ID2), "A b", 0, 1 },
		{ TREE("100644 c\0" ID2 "100644 a\0" ID2), "D a", 0, 1 },
		/* and what cannot be read counts. */
		{ TREE("100644 a\0" ID2 "100644 c\0" "short"), "", 1 },
		{ TREE("junk"), "", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct quarry_history *facts = NULL;
		char *root, *tip, *got;
		struct history h;

		history_init(&h);
		root = add_commit(&h, TREE(first), NULL, "first");
		tip = add_commit(&h, cases[i].data, cases[i].len, root, "last");
		assert_int_equal(quarry_mine(&facts, h.gitdir, NULL, NULL, &err), 0);
		got = touches_called(facts, "last");
		if (strcmp(got, cases[i].want) || facts->missing_objects != cases[i].missing)
			fail_msg("case %zu: '%s', %d missing", i, got, (int)facts->missing_objects);
		assert_int_equal(facts->flags[QUARRY_FLAG_DOUBLE_ENTRIES], cases[i].doubled);
		free(got);
		quarry_history_free(facts);
		free(tip);
		free(root);
		history_release(&h);
	}
}

/* A file below `depth` folders. */
static struct quarry_history *mine_deep(size_t depth)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *facts = NULL;
	struct str s = STR_INIT;
	struct history h;

	str_adds(&s, COMMIT(1, "first") PUT("a", "1") "M 100644 inline ");
	for (size_t i = 0; i < depth; i++)
		str_adds(&s, "d/");
	str_adds(&s, "b\n" TEXT("2"));
	history_init(&h);
	history_import(&h, s.buf);
	assert_int_equal(quarry_mine(&facts, h.gitdir, NULL, NULL, &err), 0);
	history_release(&h);
	str_release(&s);
	return facts;
}

static void folders_beyond_256_levels_are_not_read(void **state)
{
	static const struct { size_t depth, touches; int64_t missing; } cases[] = {
		{ 1, 2, 0 }, { 256, 2, 0 }, { 257, 1, 1 }, { 300, 1, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_history *facts = mine_deep(cases[i].depth);

		assert_int_equal(facts->n_touches, cases[i].touches);
		assert_int_equal(facts->flags[QUARRY_FLAG_DEEP_TREES], cases[i].missing);
		quarry_history_free(facts);
	}
}

/* A tree of two entries that both lead to `below`; its id, to be freed. */
static char *fork_tree(const struct history *h, const char *below)
{
	static const char *const names[] = { "40000 a", "40000 b" };
	struct str tree = STR_INIT;
	char *hex;

	for (int i = 0; i < 2; i++) {
		str_add(&tree, names[i], strlen(names[i]) + 1);
		for (int byte = 0; byte < QUARRY_OID_SIZE; byte++) {
			char two[3] = { below[2 * byte], below[2 * byte + 1], '\0' };

			str_addc(&tree, (char)strtoul(two, NULL, 16));
		}
	}
	assert_false(tree.oom);
	hex = history_object(h, "tree", tree.buf, tree.len);
	str_release(&tree);
	return hex;
}

/* Forty nested trees stand for 2^40: reading must end all the same. */
static void a_bomb_of_trees_is_read_so_far_and_counted(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_history *facts = NULL;
	struct str commit = STR_INIT;
	struct history h;
	char *tree, *tip;

	history_init(&h);
	tree = history_object(&h, "tree", "", 0);
	for (int i = 0; i < 40; i++) {
		char *above = fork_tree(&h, tree);

		free(tree);
		tree = above;
	}
	str_addf(&commit, "tree %s\nauthor " WHO "\ncommitter " WHO "\n\nbomb\n", tree);
	tip = history_object(&h, "commit", commit.buf, commit.len);
	HISTORY_GIT(NULL, &h, "update-ref", "refs/heads/main", tip);
	assert_int_equal(quarry_mine(&facts, h.gitdir, NULL, NULL, &err), 0);
	assert_int_equal(facts->n_touches, 0);
	assert_true(facts->flags[QUARRY_FLAG_MANY_ENTRIES] > 0);
	quarry_history_free(facts);
	str_release(&commit);
	free(tip);
	free(tree);
	history_release(&h);
}

int main(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_missing_tree_costs_the_touches_that_need_it),
		cmocka_unit_test(a_missing_tip_fails_and_is_not_an_empty_repository),
		cmocka_unit_test(a_missing_commit_cuts_the_history_off_and_is_counted),
		cmocka_unit_test(a_broken_tree_has_no_touches),
		cmocka_unit_test(folders_beyond_256_levels_are_not_read),
		cmocka_unit_test(a_bomb_of_trees_is_read_so_far_and_counted),
	};
	int failed;

	if (quarry_mine_init(&err))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	quarry_mine_shutdown();
	return failed;
}
