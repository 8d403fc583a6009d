/*
 * HMAC-SHA256 (RFC 2104): a digest that only who has the key can make.
 */
#ifndef QUARRY_UTIL_HMAC_H
#define QUARRY_UTIL_HMAC_H

#include <stddef.h>

#include "util/sha256.h"

void hmac_sha256(unsigned char digest[SHA256_SIZE], const void *key, size_t key_len,
		 const void *data, size_t len);

#endif
