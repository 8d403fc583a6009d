/*
 * Numbers as a user writes them behind an option.
 */
#ifndef QUARRY_CLI_NUMBER_H
#define QUARRY_CLI_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Digits alone, from `least` to `most`. On false *out is untouched. */
bool number_parse(unsigned *out, const char *text, unsigned least, unsigned most);

/* Bytes: `500000`, `64K`, `4GiB`. A unit is a power of 1024 (K, M, G, T, with or without
 * iB, in any case). On false *out is untouched. */
bool number_parse_size(uint64_t *out, const char *text);

#endif
