#include "util/hmac.h"

#include <string.h>

#include "util/banned.h"

/* The key made as long as a block, each of its bytes mixed with `pad`. */
static void add_key(struct sha256 *h, const unsigned char key[SHA256_BLOCK], unsigned char pad)
{
	unsigned char block[SHA256_BLOCK];

	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = key[i] ^ pad;
	sha256_init(h);
	sha256_add(h, block, sizeof(block));
}

void hmac_sha256(unsigned char digest[SHA256_SIZE], const void *key, size_t key_len,
		 const void *data, size_t len)
{
	unsigned char block[SHA256_BLOCK] = { 0 }, inner[SHA256_SIZE];
	struct sha256 h;

	if (key_len > sizeof(block)) {
		sha256_init(&h);
		sha256_add(&h, key, key_len);
		sha256_end(&h, block);
	} else if (key_len) {
		memcpy(block, key, key_len);
	}
	add_key(&h, block, 0x36);
	sha256_add(&h, data, len);
	sha256_end(&h, inner);
	add_key(&h, block, 0x5c);
	sha256_add(&h, inner, sizeof(inner));
	sha256_end(&h, digest);
}
