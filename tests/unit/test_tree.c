/* A tree object entry by entry, and the order of its entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mine/tree.h"
#include "exact.h"

#define ID "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14"
#define TREE(s) (s), sizeof(s) - 1

static void an_entry_has_mode_name_and_id(void **state)
{
	static const char tree[] = "100644 a\0" ID "40000 b c\0" ID "160000 \xff\0" ID;
	static const struct { unsigned mode; const char *name; } want[] = {
		{ 0100644, "a" }, { 0040000, "b c" }, { 0160000, "\xff" },
	};
	char *data = exact(TREE(tree));
	struct tree_cursor c = { data, data + sizeof(tree) - 1, false };
	struct tree_entry e;

	for (size_t i = 0; i < 3; i++) {
		assert_true(tree_next(&e, &c));
		assert_int_equal(e.mode, want[i].mode);
		assert_int_equal(e.name_len, strlen(want[i].name));
		assert_memory_equal(e.name, want[i].name, e.name_len);
		assert_memory_equal(e.oid, ID, QUARRY_OID_SIZE);
	}
	assert_false(tree_next(&e, &c));
	assert_false(c.broken);
	free(data);
}

static void modes_are_made_canonical_as_in_git(void **state)
{
	static const struct { const char *entry; size_t len; unsigned mode; } cases[] = {
		{ TREE("100644 a\0" ID), 0100644 }, { TREE("100755 a\0" ID), 0100755 },
		{ TREE("100664 a\0" ID), 0100644 }, { TREE("100600 a\0" ID), 0100644 },
		{ TREE("100700 a\0" ID), 0100755 }, { TREE("100775 a\0" ID), 0100755 },
		{ TREE("100000 a\0" ID), 0100644 }, { TREE("100655 a\0" ID), 0100644 },
		{ TREE("0100644 a\0" ID), 0100644 }, { TREE("40000 a\0" ID), 0040000 },
		{ TREE("040000 a\0" ID), 0040000 }, { TREE("40755 a\0" ID), 0040000 },
		{ TREE("120000 a\0" ID), 0120000 }, { TREE("120777 a\0" ID), 0120000 },
		{ TREE("160000 a\0" ID), 0160000 }, { TREE("160755 a\0" ID), 0160000 },
		{ TREE("0 a\0" ID), 0160000 }, { TREE("140000 a\0" ID), 0160000 },
		{ TREE("60000 a\0" ID), 0160000 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *data = exact(cases[i].entry, cases[i].len);
		struct tree_cursor c = { data, data + cases[i].len, false };
		struct tree_entry e;

		assert_true(tree_next(&e, &c));
		if (e.mode != cases[i].mode)
			fail_msg("'%s' became %o", cases[i].entry, e.mode);
		free(data);
	}
}

static void what_is_no_entry_breaks_the_tree(void **state)
{
	static const struct { const char *tree; size_t len; } cases[] = {
		{ TREE("\0") }, { TREE(" ") }, { TREE(" a\0" ID) }, { TREE("100644") },
		{ TREE("100644a\0" ID) }, { TREE("10o644 a\0" ID) }, { TREE("100684 a\0" ID) },
		{ TREE("-100644 a\0" ID) }, { TREE("100644\ta\0" ID) }, { TREE("100644 \0" ID) },
		{ TREE("100644 a") }, { TREE("100644 a" ID) }, { TREE("7777777777777777 a\0" ID) },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *data = exact(cases[i].tree, cases[i].len);
		struct tree_cursor c = { data, data + cases[i].len, false };
		struct tree_entry e;

		if (tree_next(&e, &c))
			fail_msg("case %zu was read", i);
		assert_true(c.broken);
		assert_false(tree_next(&e, &c));
		free(data);
	}
}

static void a_tree_may_break_at_every_byte(void **state)
{
	static const char tree[] = "100644 abc\0" ID "40000 d\0" ID;
	const size_t first = 11 + QUARRY_OID_SIZE, whole = sizeof(tree) - 1;

	for (size_t len = 0; len <= whole; len++) {
		char *data = exact(tree, len);
		struct tree_cursor c = { data, data + len, false };
		struct tree_entry e;
		size_t n = 0;

		while (tree_next(&e, &c))
			n++;
		assert_int_equal(n, len < first ? 0 : len < whole ? 1 : 2);
		assert_int_equal(c.broken, len != 0 && len != first && len != whole);
		free(data);
	}
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void entries_sort_as_git_s_base_name_compare_sorts_them(void **state)
{
	static const struct { const char *a; unsigned a_mode; const char *b; unsigned b_mode; int want; }
	cases[] = {
		{ "a", 0100644, "a", 0100755, 0 }, { "a", MODE_TREE, "a", MODE_TREE, 0 },
		{ "a", 0100644, "a", MODE_TREE, -1 }, { "a", MODE_LINK, "a", MODE_TREE, -1 },
		{ "a", MODE_GITLINK, "a", MODE_TREE, -1 }, { "a", MODE_GITLINK, "a", 0100644, 0 },
		{ "a", 0100644, "b", 0100644, -1 }, { "a", 0100644, "aa", 0100644, -1 },
		{ "a", 0100644, "a-", 0100644, -1 }, { "a", MODE_TREE, "a-", 0100644, 1 },
		{ "a", MODE_TREE, "a.", 0100644, 1 }, { "a", MODE_TREE, "a0", 0100644, -1 },
		{ "a", MODE_TREE, "a.", MODE_TREE, 1 }, { "a", MODE_TREE, "a/", 0100644, -1 },
		{ "a", 0100644, "a.", MODE_TREE, -1 }, { "a", 0100644, "\x80", 0100644, -1 },
		{ "a\x7f", 0100644, "a\x80", 0100644, -1 }, { "a", MODE_TREE, "a\xff", 0100644, -1 },
		{ "foo", MODE_TREE, "foo-bar", MODE_TREE, 1 }, { "A", 0100644, "a", 0100644, -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *a_name = exact(cases[i].a, strlen(cases[i].a));
		char *b_name = exact(cases[i].b, strlen(cases[i].b));
		struct tree_entry a = { cases[i].a_mode, a_name, strlen(cases[i].a), NULL };
		struct tree_entry b = { cases[i].b_mode, b_name, strlen(cases[i].b), NULL };

		if (sign(tree_entry_order(&a, &b)) != cases[i].want ||
		    sign(tree_entry_order(&b, &a)) != -cases[i].want)
			fail_msg("%o '%s' and %o '%s' are in another order", a.mode, cases[i].a,
				 b.mode, cases[i].b);
		free(b_name);
		free(a_name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_has_mode_name_and_id),
		cmocka_unit_test(modes_are_made_canonical_as_in_git),
		cmocka_unit_test(what_is_no_entry_breaks_the_tree),
		cmocka_unit_test(a_tree_may_break_at_every_byte),
		cmocka_unit_test(entries_sort_as_git_s_base_name_compare_sorts_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
