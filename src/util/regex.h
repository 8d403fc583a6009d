/*
 * Regular expressions: the only door to PCRE2.
 *
 * Subjects come from histories and patterns from rule files, so matching is
 * bounded (metrics.md: 100,000 steps); running into the bound is an answer of
 * its own, never a hang.  A compiled regex may be used by several threads.
 */
#ifndef QUARRY_UTIL_REGEX_H
#define QUARRY_UTIL_REGEX_H

#include <stddef.h>

#include "quarry/error.h"

struct regex;

/* Compile; the error names the offset. UTF-8, case-insensitive unless (?-i). */
int regex_new(struct regex **out, const char *pattern, struct quarry_error *err);
void regex_free(struct regex *re);

/* 1 found, 0 not found, negative code when a limit was hit or memory ended. */
int regex_match(const struct regex *re, const char *s, size_t len, struct quarry_error *err);

#endif
