/* Packs, as git makes them and as nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/objects.h"
#include "odb/pack.h"
#include "odb/pack_delta.h"

#define BYTES(s) (s), sizeof(s) - 1

/* What a delta makes of "abcdefghij"; NULL: it is broken. */
struct delta_case {
	const char *delta;
	size_t len;
	const char *want;
};

static void a_delta_is_applied_or_refused(void **state)
{
	static const char base[] = "abcdefghij";
	static const struct delta_case cases[] = {
		{ BYTES("\x0a\x03\x90\x03"), "abc" },
		{ BYTES("\x0a\x03\x91\x02\x03"), "cde" },
		{ BYTES("\x0a\x03\x03xyz"), "xyz" },
		{ BYTES("\x0a\x05\x91\x08\x02\x03xyz"), "ijxyz" },
		{ BYTES("\x0a\x0a\x90\x0a"), "abcdefghij" },
		{ BYTES("\x0a\x00"), "" },
		{ BYTES("\x8a\x00\x01\x01x"), "x" },
		/* Another base. */
		{ BYTES("\x0b\x03\x90\x03"), NULL },
		{ BYTES("\x09\x03\x90\x03"), NULL },
		/* Behind the base. */
		{ BYTES("\x0a\x03\x91\x08\x03"), NULL },
		{ BYTES("\x0a\x03\x91\x0b\x03"), NULL },
		{ BYTES("\x0a\x03\x9f\xff\xff\xff\xff\x03"), NULL },
		/* A copy of length 0 is one of 64 KiB. */
		{ BYTES("\x0a\x03\x80"), NULL },
		/* More, and less, than the result has. */
		{ BYTES("\x0a\x03\x90\x04"), NULL },
		{ BYTES("\x0a\x03\x04wxyz"), NULL },
		{ BYTES("\x0a\x03\x90\x02"), NULL },
		{ BYTES("\x0a\x03"), NULL },
		{ BYTES("\x0a\x00\x01x"), NULL },
		/* The delta ends in the middle. */
		{ BYTES("\x0a\x03\x03xy"), NULL },
		{ BYTES("\x0a\x03\x91\x01"), NULL },
		{ BYTES("\x0a\x03\xff\x01\x01"), NULL },
		{ BYTES("\x0a"), NULL },
		{ BYTES("\x0a\x83"), NULL },
		{ BYTES(""), NULL },
		/* A step that is none, and a size that is no number. */
		{ BYTES("\x0a\x03\x00\x90\x03"), NULL },
		{ BYTES("\x8a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x00"), NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct delta_case *c = &cases[i];
		/* Memory of its own, so that a step too far is seen. */
		char *delta = malloc(c->len + 1), *result = malloc(16);
		struct delta d;
		bool fine;

		memcpy(delta, c->delta, c->len);
		delta = realloc(delta, c->len ? c->len : 1);
		assert_non_null(delta);
		assert_non_null(result);
		fine = delta_open(&d, delta, c->len) && d.result_len <= 16 &&
		       delta_apply(result, &d, base, sizeof(base) - 1);
		if (fine != !!c->want ||
		    (fine && (d.result_len != strlen(c->want) ||
			      memcmp(result, c->want, d.result_len))))
			fail_msg("delta %zu: %d", i, fine);
		free(result);
		free(delta);
	}
}

/* Folders that change a little with each commit, and some blobs. */
static void import(const struct history *h, unsigned n_commits, const char *depth)
{
	const char *const args[] = { "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet",
				     "--force", depth, NULL };
	struct str s = STR_INIT;

	for (unsigned i = 1; i <= n_commits; i++) {
		str_addf(&s, "commit refs/heads/main\nmark :%u\ncommitter " WHO "\n"
			 "data <<END\ncommit %u, and what it is for\nEND\n", i, i);
		for (unsigned k = 0; i == 1 && k < 200; k++)
			str_addf(&s, "M 100644 inline d%u/file-%u\ndata <<END\n%u\nEND\n", k % 3, k, k);
		str_addf(&s, "M 100644 inline d%u/file-%u\ndata <<END\n%u of %u\nEND\n", i % 3,
			 i * 7 % 200, i, n_commits);
	}
	assert_false(s.oom);
	history_git(NULL, h, s.buf, s.len, args);
	str_release(&s);
}

static enum odb_type type_of(char type)
{
	return type == 'c' ? ODB_COMMIT : type == 't' ? ODB_TREE : ODB_BLOB;
}

struct reading {
	struct packs *packs;
	struct pack_cache *cache;
	struct pack_reader *reader;
};

/* What is sound need not be verified. */
static bool never(const struct quarry_oid *oid, const struct object *o)
{
	fail_msg("a %d of %zu bytes is suspect", (int)o->type, o->len);
	return false;
}

static void reading_init(struct reading *r, const struct history *h, size_t cache)
{
	char *folder = str_dupf("%s/objects", h->gitdir);
	const char *const folders[] = { folder };

	assert_int_equal(packs_open(&r->packs, folders, 1), PACK_READ);
	assert_int_equal(packs_sort(r->packs), PACK_READ);
	r->cache = pack_cache_new(cache);
	assert_non_null(r->cache);
	r->reader = pack_reader_new(r->packs, r->cache, 0, never);
	assert_non_null(r->reader);
	free(folder);
}

static void reading_release(struct reading *r)
{
	pack_reader_free(r->reader);
	pack_cache_free(r->cache);
	packs_free(r->packs);
}

static void check_one(struct reading *r, const struct objects_one *one)
{
	struct object *o = NULL;
	enum pack_state state = pack_read(&o, r->reader, &one->oid, type_of(one->type));

	if (state != PACK_READ)
		fail_msg("a %c of %zu bytes: state %d", one->type, one->len, (int)state);
	assert_int_equal(o->suspect, 0);
	assert_int_equal(o->len, one->len);
	assert_int_equal(o->total, one->len);
	assert_memory_equal(o->data, one->data, one->len);
	object_release(o);
}

/* Whatever was read before: in the order of ids, against it, and by and by. */
static void check_all(const struct history *h, size_t cache)
{
	struct objects all;
	struct reading r;

	objects_read(&all, h);
	assert_true(all.n > 100);
	reading_init(&r, h, cache);
	for (size_t i = 0; i < all.n; i++)
		check_one(&r, &all.at[i]);
	for (size_t i = all.n; i-- > 0;)
		check_one(&r, &all.at[i]);
	for (size_t i = 0; i < all.n; i++)
		check_one(&r, &all.at[i * 7919 % all.n]);
	reading_release(&r);
	objects_release(&all);
}

static void packs_of_git_are_read_as_git_reads_them(void **state)
{
	static const char *const cases[][8] = {
		{ "repack", "-adfq" },
		{ "repack", "-adfq", "--depth=0" },
		{ "-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq" },
		{ "repack", "-adfq", "--depth=200", "--window=100" },
		{ "-c", "core.compression=0", "repack", "-adfq" },
		{ "-c", "pack.indexVersion=2", "repack", "-adfq", "--write-midx" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct history h;

		history_init(&h);
		import(&h, 150, "--depth=10");
		history_git(NULL, &h, "", 0, cases[i]);
		check_all(&h, 32 << 20);
		/* And where hardly anything stays. */
		check_all(&h, 20000);
		history_release(&h);
	}
}

static void a_chain_of_thousands_of_deltas_is_read(void **state)
{
	struct history h;

	history_init(&h);
	import(&h, 2000, "--depth=4000");
	check_all(&h, 4 << 20);
	history_release(&h);
}

static void what_is_in_no_pack_is_absent(void **state)
{
	static const struct quarry_oid nowhere = { { 1, 2, 3 } };
	struct object *o = NULL;
	struct reading r;
	struct history h;

	history_init(&h);
	reading_init(&r, &h, 1 << 20);
	assert_int_equal(pack_read(&o, r.reader, &nowhere, ODB_TREE), PACK_ABSENT);
	reading_release(&r);
	import(&h, 1, "--depth=1");
	reading_init(&r, &h, 1 << 20);
	assert_int_equal(pack_read(&o, r.reader, &nowhere, ODB_TREE), PACK_ABSENT);
	assert_null(o);
	reading_release(&r);
	history_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_delta_is_applied_or_refused),
		cmocka_unit_test(packs_of_git_are_read_as_git_reads_them),
		cmocka_unit_test(a_chain_of_thousands_of_deltas_is_read),
		cmocka_unit_test(what_is_in_no_pack_is_absent),
	};

	return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
