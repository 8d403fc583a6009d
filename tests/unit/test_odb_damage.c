/* Packs that are not as they were: what is read is right, or is not read. */
#include "opened.h"

#include <sys/stat.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flipped_bit_never_gives_other_bytes),
		cmocka_unit_test(what_is_cut_off_is_lost_and_nothing_else),
		cmocka_unit_test(a_damaged_pack_is_made_up_for_by_loose_objects),
	};
	struct quarry_error err;
	int rc;

	if (odb_init(&err))
		return 1;
	rc = cmocka_run_group_tests_name("odb_damage", tests, NULL, NULL);
	odb_shutdown();
	return rc;
}
