/* Packs and loose objects that are not as they were: what is read is right, or is not read. */
#include "opened.h"

#include <sys/stat.h>
#include <unistd.h>

/* A number as chance has it, the same in every run. */
static uint64_t chance(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void write_over(const char *path, const char *data, size_t len)
{
	FILE *f;

	assert_int_equal(chmod(path, 0600), 0);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

/* Every object of `all` read while one bit of a file is another: what is lost of how many
 * readings. */
static size_t flip(const struct history *h, const struct objects *all, const char *path,
		   size_t from, size_t n_flips, uint64_t *seed)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	size_t len, lost = 0;
	char *text = NULL;

	if (file_read(&text, &len, path, 1 << 20, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < n_flips; i++) {
		size_t at = from + chance(seed) % (len - from);
		char bit = (char)(1 << chance(seed) % 8);
		struct opened o;

		text[at] ^= bit;
		write_over(path, text, len);
		opened_init(&o, h->gitdir, 0);
		lost += all->n - count_right(&o, all);
		opened_release(&o);
		text[at] ^= bit;
	}
	write_over(path, text, len);
	free(text);
	return lost;
}

static void a_flipped_bit_never_gives_other_bytes(void **state)
{
	uint64_t seed = 4;
	struct objects all;
	struct history h;
	char *pack, *index;

	history_init(&h);
	import(&h, 1, 30);
	HISTORY_GIT(NULL, &h, "repack", "-adfq");
	objects_read(&all, &h);
	pack = only_file(&h, ".pack");
	index = only_file(&h, ".idx");
	/* What is lost is one object and those made from it, not all. */
	assert_in_range(flip(&h, &all, pack, 12, 600, &seed), 300, 600 * all.n / 4);
	/* The header of a pack is all or nothing. */
	(void)flip(&h, &all, pack, 0, 100, &seed);
	/* Names, offsets and CRCs. */
	assert_in_range(flip(&h, &all, index, 8 + 1024, 300, &seed), 100, 300 * 4);
	(void)flip(&h, &all, index, 0, 100, &seed);
	check_all(&h, &all, 0);
	free(index);
	free(pack);
	objects_release(&all);
	history_release(&h);
}

static void what_is_cut_off_is_lost_and_nothing_else(void **state)
{
	static const char *const suffixes[] = { ".pack", ".idx" };
	struct objects all;
	struct history h;

	history_init(&h);
	import(&h, 1, 30);
	HISTORY_GIT(NULL, &h, "repack", "-adfq");
	objects_read(&all, &h);
	for (size_t k = 0; k < 2; k++) {
		char *path = only_file(&h, suffixes[k]), *text = NULL;
		size_t len;

		assert_int_equal(file_read(&text, &len, path, 1 << 20, NULL), 0);
		for (size_t cut = 0; cut < len; cut = cut < 64 ? cut + 1 : cut + len / 50) {
			struct opened o;

			write_over(path, text, cut);
			opened_init(&o, h.gitdir, 0);
			assert_true(count_right(&o, &all) < all.n);
			opened_release(&o);
		}
		write_over(path, text, len);
		free(text);
		free(path);
	}
	check_all(&h, &all, 0);
	objects_release(&all);
	history_release(&h);
}

/* Half of them loose as well: what the pack has lost is found there. */
static void a_damaged_pack_is_made_up_for_by_loose_objects(void **state)
{
	struct objects all;
	struct history h;
	char *pack, *text;
	size_t len;

	history_init(&h);
	import(&h, 1, 30);
	objects_read(&all, &h);
	HISTORY_GIT(NULL, &h, "repack", "-afq"); /* keeps the loose ones */
	pack = only_file(&h, ".pack");
	assert_int_equal(file_read(&text, &len, pack, 1 << 20, NULL), 0);
	memset(text + 12, 0x55, len - 12);
	write_over(pack, text, len);
	check_all(&h, &all, 0);
	free(text);
	free(pack);
	objects_release(&all);
	history_release(&h);
}

static char *loose_path(const struct history *h, const struct quarry_oid *oid)
{
	struct str s = STR_INIT;

	str_addf(&s, "%s/objects/%02x/", h->gitdir, oid->id[0]);
	for (size_t i = 1; i < QUARRY_OID_SIZE; i++)
		str_addf(&s, "%02x", oid->id[i]);
	return str_detach(&s);
}

static int try_to_read(const struct opened *o, const struct quarry_oid *oid, enum odb_type type,
		       struct quarry_error *err)
{
	struct odb_object found = { 0 };
	int rc = odb_read(&found, o->reader, oid, type, err);

	odb_object_release(&found);
	return rc;
}

/* The first of each type. */
static const struct objects_one *first_of(const struct objects *all, char type)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->at[i].type == type)
			return &all->at[i];
	}
	fail_msg("no %c", type);
	return NULL;
}

static void a_loose_object_that_is_cut_off_anywhere_is_damaged(void **state)
{
	struct objects all;
	struct history h;
	struct opened o;

	history_init(&h);
	import(&h, 1, 3);
	objects_read(&all, &h);
	opened_init(&o, h.gitdir, 0);
	for (const char *type = "ctb"; *type; type++) {
		const struct objects_one *one = first_of(&all, *type);
		char *path = loose_path(&h, &one->oid), *text;
		size_t len;

		assert_int_equal(file_read(&text, &len, path, 1 << 20, NULL), 0);
		assert_true(len > 10);
		for (size_t cut = 0; cut < len; cut++) {
			write_over(path, text, cut);
			if (try_to_read(&o, &one->oid, type_of(*type), NULL) != QUARRY_EFAIL)
				fail_msg("a %c of %zu bytes, cut to %zu", *type, len, cut);
		}
		write_over(path, text, len);
		assert_int_equal(try_to_read(&o, &one->oid, type_of(*type), NULL), 0);
		free(text);
		free(path);
	}
	assert_int_equal(count_right(&o, &all), all.n);
	opened_release(&o);
	objects_release(&all);
	history_release(&h);
}

static void a_flipped_bit_of_a_loose_object_never_gives_other_bytes(void **state)
{
	struct objects all;
	struct history h;

	history_init(&h);
	import(&h, 1, 3);
	objects_read(&all, &h);
	for (const char *type = "ctb"; *type; type++) {
		const struct objects_one *one = first_of(&all, *type);
		struct objects only = { .at = (struct objects_one *)one, .n = 1 };
		char *path = loose_path(&h, &one->oid), *text;
		size_t len, right = 0;
		struct opened o;

		assert_int_equal(file_read(&text, &len, path, 1 << 20, NULL), 0);
		for (size_t i = 0; i < 8 * len; i++) {
			text[i / 8] ^= (char)(1 << i % 8);
			write_over(path, text, len);
			/* A reader keeps what it has read. */
			opened_init(&o, h.gitdir, 0);
			right += count_right(&o, &only);
			opened_release(&o);
			text[i / 8] ^= (char)(1 << i % 8);
		}
		/* Bits between the last block and the checksum are of no account. */
		assert_in_range(right, 0, 7);
		write_over(path, text, len);
		free(text);
		free(path);
	}
	check_all(&h, &all, 0);
	objects_release(&all);
	history_release(&h);
}

/* A zlib stream of one stored block, by RFC 1950 and 1951. */
static void add_stored(struct str *out, const char *data, size_t len)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < len; i++) {
		a = (a + (unsigned char)data[i]) % 65521;
		b = (b + a) % 65521;
	}
	str_add(out, "\x78\x01\x01", 3);
	str_addc(out, (char)(len & 0xff));
	str_addc(out, (char)(len >> 8));
	str_addc(out, (char)(~len & 0xff));
	str_addc(out, (char)(~len >> 8 & 0xff));
	str_add(out, data, len);
	str_addc(out, (char)(b >> 8));
	str_addc(out, (char)(b & 0xff));
	str_addc(out, (char)(a >> 8));
	str_addc(out, (char)(a & 0xff));
}

struct made {
	const char *data, *behind; /* the object; bytes behind its stream */
	size_t len;
	const char *want;          /* in the sentence; NULL: it is read */
};

#define MADE(data, behind, want) { (data), (behind), sizeof(data) - 1, (want) }

static void a_loose_object_is_what_its_head_says(void **state)
{
	static const struct made cases[] = {
		MADE("blob 5\0hello", "", NULL),
		MADE("blob 5\0hello", "x", "damaged"),
		MADE("blob 5\0hellp", "", "damaged"),
		MADE("blob 4\0hello", "", "damaged"),
		MADE("blob 6\0hello", "", "damaged"),
		MADE("blob 0\0hello", "", "damaged"),
		MADE("blob 0\0", "", "damaged"), /* of another id */
		MADE("blob 05\0hello", "", "damaged"),
		MADE("blob  5\0hello", "", "damaged"),
		MADE("blob +5\0hello", "", "damaged"),
		MADE("blob 5 \0hello", "", "damaged"),
		MADE("blob \0hello", "", "damaged"),
		MADE("blob\0hello", "", "damaged"),
		MADE("blob5\0hello", "", "damaged"),
		MADE(" 5\0hello", "", "damaged"),
		MADE("Blob 5\0hello", "", "damaged"),
		MADE("blobs 5\0hello", "", "damaged"),
		MADE("blo 5\0hello", "", "damaged"),
		MADE("blob 5", "", "damaged"),
		MADE("blob 000000000000000000000000000000000000005\0hello", "", "damaged"),
		MADE("blob 18446744073709551621\0hello", "", "damaged"), /* 5, and 2 to the 64 */
		MADE("", "", "damaged"),
		MADE("tree 5\0hello", "", "another type"),
		MADE("commit 5\0hello", "", "another type"),
		MADE("blob 67108864\0hello", "", "damaged"),
		MADE("blob 67108865\0hello", "", NULL), /* nothing of it */
		MADE("blob 18446744073709551\0hello", "", NULL),
	};
	struct history h;
	struct opened o;
	char *hex, *path;
	struct quarry_oid oid;

	history_init(&h);
	hex = history_object(&h, "blob", "hello", 5);
	oid = objects_oid(hex);
	path = loose_path(&h, &oid);
	opened_init(&o, h.gitdir, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct quarry_error err = QUARRY_ERROR_INIT;
		struct str file = STR_INIT;
		int rc;

		add_stored(&file, cases[i].data, cases[i].len);
		str_adds(&file, cases[i].behind);
		write_over(path, file.buf, file.len);
		rc = try_to_read(&o, &oid, ODB_BLOB, &err);
		if (rc != (cases[i].want ? QUARRY_EFAIL : 0) ||
		    (cases[i].want && !strstr(err.text, cases[i].want)))
			fail_msg("case %zu, %s: %d, %s", i, cases[i].data, rc, err.text);
		str_release(&file);
	}
	opened_release(&o);
	free(path);
	free(hex);
	history_release(&h);
}

static void a_loose_object_is_a_file(void **state)
{
	struct history h;
	struct opened o;
	char *hex, *path;
	struct quarry_oid oid;

	history_init(&h);
	hex = history_object(&h, "blob", "hello", 5);
	oid = objects_oid(hex);
	path = loose_path(&h, &oid);
	opened_init(&o, h.gitdir, 0);
	assert_int_equal(try_to_read(&o, &oid, ODB_BLOB, NULL), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(try_to_read(&o, &oid, ODB_BLOB, NULL), QUARRY_ENOTFOUND);
	assert_int_equal(mkfifo(path, 0600), 0); /* nobody writes into it */
	assert_int_equal(try_to_read(&o, &oid, ODB_BLOB, NULL), QUARRY_EFAIL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(try_to_read(&o, &oid, ODB_BLOB, NULL), QUARRY_EFAIL);
	opened_release(&o);
	free(path);
	free(hex);
	history_release(&h);
}

static void a_large_loose_commit_is_inflated_to_its_end(void **state)
{
	enum { LEN = ODB_COMMIT_MAX + 1 };
	char *data = malloc(LEN), *hex, *path, *text;
	struct quarry_oid oid;
	struct history h;
	struct opened o;
	size_t len;

	assert_non_null(data);
	memset(data, 'x', LEN);
	history_init(&h);
	hex = history_object(&h, "commit", data, LEN);
	oid = objects_oid(hex);
	path = loose_path(&h, &oid);
	assert_int_equal(file_read(&text, &len, path, 1 << 20, NULL), 0);
	opened_init(&o, h.gitdir, 0);
	assert_int_equal(try_to_read(&o, &oid, ODB_COMMIT, NULL), 0);
	write_over(path, text, len - 1);
	assert_int_equal(try_to_read(&o, &oid, ODB_COMMIT, NULL), QUARRY_EFAIL);
	text[len - 1] ^= 1; /* of the checksum */
	write_over(path, text, len);
	assert_int_equal(try_to_read(&o, &oid, ODB_COMMIT, NULL), QUARRY_EFAIL);
	opened_release(&o);
	history_release(&h);
	free(text);
	free(path);
	free(hex);
	free(data);
}

static void what_one_folder_has_lost_another_may_have(void **state)
{
	struct objects all;
	struct history h, other;
	char *alternates, *text;

	history_init(&h);
	history_init(&other);
	import(&h, 1, 3);
	import(&other, 1, 3);
	objects_read(&all, &h);
	alternates = str_dupf("%s/objects/info/alternates", h.gitdir);
	text = str_dupf("%s/objects\n", other.gitdir);
	assert_int_equal(file_write(alternates, text, strlen(text), NULL), 0);
	for (size_t i = 0; i < all.n; i += 2) {
		char *path = loose_path(&h, &all.at[i].oid);

		write_over(path, "", 0);
		free(path);
	}
	check_all(&h, &all, ODB_ALTERNATES);
	free(text);
	free(alternates);
	objects_release(&all);
	history_release(&other);
	history_release(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flipped_bit_never_gives_other_bytes),
		cmocka_unit_test(what_is_cut_off_is_lost_and_nothing_else),
		cmocka_unit_test(a_damaged_pack_is_made_up_for_by_loose_objects),
		cmocka_unit_test(a_loose_object_that_is_cut_off_anywhere_is_damaged),
		cmocka_unit_test(a_flipped_bit_of_a_loose_object_never_gives_other_bytes),
		cmocka_unit_test(a_loose_object_is_what_its_head_says),
		cmocka_unit_test(a_loose_object_is_a_file),
		cmocka_unit_test(a_large_loose_commit_is_inflated_to_its_end),
		cmocka_unit_test(what_one_folder_has_lost_another_may_have),
	};
	struct quarry_error err;
	int rc;

	if (odb_init(&err))
		return 1;
	rc = cmocka_run_group_tests_name("odb_damage", tests, NULL, NULL);
	odb_shutdown();
	return rc;
}
