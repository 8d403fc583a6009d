/*
 * Text from histories: bytes in, UTF-8 out.
 */
#ifndef QUARRY_UTIL_UTF8_H
#define QUARRY_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "util/str.h"

bool utf8_valid(const char *s, size_t len);

/*
 * Append `s` as UTF-8: as it is when it is valid UTF-8 already; else converted
 * from `encoding` (the commit's header, may be NULL) where iconv knows it and
 * the bytes fit; else read as Latin-1, which any bytes are.
 */
void utf8_decode(struct str *out, const char *s, size_t len, const char *encoding);

/* Is it the name of an encoding that iconv can read? */
bool utf8_knows(const char *encoding);

/*
 * Append the form under which two spellings of one name are equal: NFKC, case
 * folded, white space runs made one space, trimmed.  Invalid UTF-8 is kept.
 */
void utf8_fold(struct str *out, const char *s, size_t len);

#endif
