/* SHA-256 against the test vectors of FIPS 180-4 and NIST's byte-oriented ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/sha256.h"

static void digests_equal_the_standard_vectors(void **state)
{
	static const struct { const char *text, *hex; } cases[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
		{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
	};
	char hex[SHA256_HEX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sha256_hex(hex, cases[i].text, strlen(cases[i].text));
		assert_string_equal(hex, cases[i].hex);
	}
}

static void a_million_bytes_equal_the_vector(void **state)
{
	char hex[SHA256_HEX], *text = malloc(1000000);

	assert_non_null(text);
	memset(text, 'a', 1000000);
	sha256_hex(hex, text, 1000000);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(text);
}

static void pieces_give_the_digest_of_the_whole(void **state)
{
	unsigned char text[200], whole[SHA256_SIZE], pieces[SHA256_SIZE];
	struct sha256 h;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)(i * 7);
	/* Every length across three blocks, so that each place of the padding is met. */
	for (size_t len = 0; len <= sizeof(text); len++) {
		sha256_init(&h);
		sha256_add(&h, text, len);
		sha256_end(&h, whole);
		sha256_init(&h);
		for (size_t at = 0; at < len; at += 13)
			sha256_add(&h, text + at, len - at < 13 ? len - at : 13);
		sha256_end(&h, pieces);
		assert_memory_equal(whole, pieces, sizeof(whole));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_equal_the_standard_vectors),
		cmocka_unit_test(a_million_bytes_equal_the_vector),
		cmocka_unit_test(pieces_give_the_digest_of_the_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
