/*
 * Sixteen bytes a step: two words, each mixed with the state, are multiplied to 128 bits
 * and the halves folded.  Every bit of the input reaches every bit of the result, and the
 * length is part of it, so that zeros at the end count.
 */
#include "util/hash.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "util/banned.h"

/* Odd numbers with half of their bits set: digits of pi. */
#define K0 UINT64_C(0x243F6A8885A308D3)
#define K1 UINT64_C(0x13198A2E03707345)
#define K2 UINT64_C(0xA4093822299F31D1)

static uint64_t fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes, the lowest first on every machine. */
static uint64_t word(const unsigned char *p)
{
	uint64_t x;

	memcpy(&x, p, sizeof(x));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap64(x);
#endif
	return x;
}

static uint64_t part(const unsigned char *p, size_t len)
{
	unsigned char full[8] = { 0 };

	memcpy(full, p, len);
	return word(full);
}

uint64_t hash_bytes(uint64_t seed, const void *s, size_t len)
{
	const unsigned char *p = s;
	uint64_t h = seed ^ K0;
	size_t left = len;

	for (; left > 16; left -= 16, p += 16)
		h = fold(word(p) ^ K1, word(p + 8) ^ h);
	if (left >= 8)
		h = fold(word(p) ^ K1, part(p + 8, left - 8) ^ h);
	else
		h = fold(part(p, left) ^ K1, h);
	return fold(h ^ K2, (uint64_t)len ^ K1);
}

uint64_t hash_seed(void)
{
	uint64_t seed;

	/* Where the system has no random numbers yet, the clock must do. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed)) {
		struct timespec now = { 0 };

		(void)clock_gettime(CLOCK_MONOTONIC, &now);
		seed = fold((uint64_t)now.tv_nsec ^ K1, (uint64_t)now.tv_sec ^ K2);
	}
	return seed;
}
