#include "util/sha256.h"

#include <string.h>

#include "util/banned.h"

/* Section numbers are those of FIPS 180-4. */

/* 4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

/* 6.2.2, step 1: the message schedule. */
static void schedule(uint32_t w[64], const unsigned char block[SHA256_BLOCK])
{
	for (int t = 0; t < 16; t++)
		w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
		       (uint32_t)block[4 * t + 2] << 8 | (uint32_t)block[4 * t + 3];
	for (int t = 16; t < 64; t++) {
		uint32_t a = w[t - 15], b = w[t - 2];

		w[t] = (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10) + w[t - 7] +
		       (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[t - 16];
	}
}

/* 6.2.2, steps 2 to 4; v[0..7] are the standard's a to h. */
static void mix(uint32_t state[8], const unsigned char block[SHA256_BLOCK])
{
	uint32_t w[64], v[8];

	schedule(w, block);
	memcpy(v, state, sizeof(v));
	for (int t = 0; t < 64; t++) {
		uint32_t ch = (v[4] & v[5]) ^ (~v[4] & v[6]);
		uint32_t maj = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
		uint32_t t1 = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
			      ch + K[t] + w[t];
		uint32_t t2 = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) + maj;

		memmove(v + 1, v, 7 * sizeof(v[0]));
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
}

void sha256_init(struct sha256 *h)
{
	/* 5.3.3 */
	static const uint32_t start[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memset(h, 0, sizeof(*h));
	memcpy(h->state, start, sizeof(start));
}

void sha256_add(struct sha256 *h, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len) {
		size_t at = h->len % SHA256_BLOCK, n = SHA256_BLOCK - at;

		if (n > len)
			n = len;
		memcpy(h->block + at, p, n);
		h->len += n;
		p += n;
		len -= n;
		if (at + n == SHA256_BLOCK)
			mix(h->state, h->block);
	}
}

void sha256_end(struct sha256 *h, unsigned char digest[SHA256_SIZE])
{
	static const unsigned char pad[SHA256_BLOCK] = { 0x80 };
	uint64_t bits = h->len * 8;
	unsigned char size[8];

	/* 5.1.1: a one bit, zeroes up to eight bytes short of a block, the length in bits. */
	sha256_add(h, pad, 1 + (SHA256_BLOCK + 55 - h->len % SHA256_BLOCK) % SHA256_BLOCK);
	for (int i = 0; i < 8; i++)
		size[i] = (unsigned char)(bits >> (56 - 8 * i));
	sha256_add(h, size, sizeof(size));
	for (int i = 0; i < SHA256_SIZE; i++)
		digest[i] = (unsigned char)(h->state[i / 4] >> (24 - 8 * (i % 4)));
}

void sha256_hex(char hex[SHA256_HEX], const void *data, size_t len)
{
	unsigned char digest[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, data, len);
	sha256_end(&h, digest);
	for (int i = 0; i < SHA256_SIZE; i++) {
		hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
	}
	hex[2 * SHA256_SIZE] = '\0';
}
