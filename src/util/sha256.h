/*
 * SHA-256 (FIPS 180-4), for fingerprints of inputs.
 *
 *	struct sha256 h;
 *	sha256_init(&h);
 *	sha256_add(&h, data, len);
 *	sha256_end(&h, digest);
 *
 * No memory is held; after sha256_end the object must be initialised again.
 */
#ifndef QUARRY_UTIL_SHA256_H
#define QUARRY_UTIL_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32
#define SHA256_BLOCK 64
#define SHA256_HEX 65 /* bytes of the hexadecimal form, the NUL included */

struct sha256 {
	uint32_t state[8];
	uint64_t len;                      /* bytes added so far */
	unsigned char block[SHA256_BLOCK]; /* its first len % 64 bytes wait to be mixed in */
};

void sha256_init(struct sha256 *h);
void sha256_add(struct sha256 *h, const void *data, size_t len);
void sha256_end(struct sha256 *h, unsigned char digest[SHA256_SIZE]);

/* The digest of one piece, in lower-case hexadecimal. */
void sha256_hex(char hex[SHA256_HEX], const void *data, size_t len);

#endif
