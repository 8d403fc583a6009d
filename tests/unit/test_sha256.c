/* SHA-256 against the test vectors of FIPS 180-4 and NIST's byte-oriented ones, HMAC against RFC 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/hmac.h"
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

/* RFC 4231, 4.2 to 4.8; a byte that is repeated stands for keys and data of one byte. */
static void authentication_codes_equal_the_standard_vectors(void **state)
{
	static const struct {
		const char *key;
		int key_byte;
		size_t key_len;
		const char *data;
		int data_byte;
		size_t data_len; /* of data_byte */
		const char *hex; /* 4.6 gives half of it alone */
	} cases[] = {
		{ NULL, 0x0b, 20, "Hi There", 0, 0,
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "Jefe", 0, 4, "what do ya want for nothing?", 0, 0,
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ NULL, 0xaa, 20, NULL, 0xdd, 50,
		  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
		{ "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14"
		  "\x15\x16\x17\x18\x19", 0, 25, NULL, 0xcd, 50,
		  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
		{ NULL, 0x0c, 20, "Test With Truncation", 0, 0, "a3b6167473100ee06e0c796c2955552b" },
		{ NULL, 0xaa, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 0, 0,
		  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
		{ NULL, 0xaa, 131, "This is a test using a larger than block-size key and a larger than "
		  "block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
		  0, 0, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned char key[200], data[200], digest[SHA256_SIZE];
		char hex[SHA256_HEX];
		const char *text = cases[i].data;

		memset(key, cases[i].key_byte, sizeof(key));
		memset(data, cases[i].data_byte, sizeof(data));
		hmac_sha256(digest, cases[i].key ? (const void *)cases[i].key : key, cases[i].key_len,
			    text ? (const void *)text : data, text ? strlen(text) : cases[i].data_len);
		for (size_t k = 0; k < sizeof(digest); k++)
			(void)snprintf(hex + 2 * k, 3, "%02x", digest[k]); /* always fits */
		assert_memory_equal(hex, cases[i].hex, strlen(cases[i].hex));
	}
}

static void a_code_without_key_and_data_is_one(void **state)
{
	unsigned char digest[SHA256_SIZE];

	hmac_sha256(digest, NULL, 0, "", 0);
	assert_memory_equal(digest, "\xb6\x13\x67\x9a\x08\x14\xd9\xec", 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_equal_the_standard_vectors),
		cmocka_unit_test(a_million_bytes_equal_the_vector),
		cmocka_unit_test(pieces_give_the_digest_of_the_whole),
		cmocka_unit_test(authentication_codes_equal_the_standard_vectors),
		cmocka_unit_test(a_code_without_key_and_data_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
