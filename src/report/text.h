/*
 * What the escapers share: hostile text read character by character, and
 * numbers written the same in every locale.
 *
 *	const char *at = s, *end = s + strlen(s);
 *	while ((c = text_next(&at, end)) >= 0)
 *		text_put(out, c);
 */
#ifndef QUARRY_REPORT_TEXT_H
#define QUARRY_REPORT_TEXT_H

#include <stdint.h>

#include "util/str.h"

/*
 * The next character to show, -1 at the end.  What could deceive a reader or
 * drive a terminal never comes out: every kind of white space is a space, other
 * controls and bytes that are no UTF-8 are U+FFFD, and what has no shape of its
 * own (bidi and zero-width controls, fillers, tags) is left out.
 */
int32_t text_next(const char **at, const char *end);
void text_put(struct str *out, int32_t c);

/* Append `s` (NULL: nothing) unchanged, but with U+FFFD for bytes that are no UTF-8. */
void text_valid(struct str *out, const char *s);

void text_int(struct str *out, int64_t n);
void text_grouped(struct str *out, int64_t n); /* 1,234,567 */
/* Ten significant digits, or a number of decimals; nothing for what is not finite. */
void text_real(struct str *out, double x);
void text_fixed(struct str *out, double x, int decimals);

#endif
