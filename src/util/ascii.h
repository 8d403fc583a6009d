/*
 * Kinds of characters, and letters without regard to case, by ASCII alone.  What libc
 * offers for that asks the user's locale: in a Turkish one ASSISTED-BY is not Assisted-by,
 * and the same history would give other facts.
 */
#ifndef QUARRY_UTIL_ASCII_H
#define QUARRY_UTIL_ASCII_H

#include <stdbool.h>
#include <stddef.h>

/* A-Z made a-z. */
static inline char ascii_low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As strcasecmp(), strncasecmp() and strcasestr() in the C locale. */
int ascii_casecmp(const char *a, const char *b);
int ascii_ncasecmp(const char *a, const char *b, size_t n);
const char *ascii_casestr(const char *text, const char *part);

#endif
