/*
 * The lists of a rule: words, and hosts.  Letters count as lower-case ones, by ASCII alone.
 */
#ifndef QUARRY_IDENTITY_WORDS_H
#define QUARRY_IDENTITY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "quarry/identity_rules.h"

/* Is `s` one of the list, which is sorted? */
bool words_have(const char *s, size_t len, const struct quarry_words *w);

/* The same; but one with a dot at an end stands for all hosts that begin or end with it. */
bool hosts_have(const char *s, size_t len, const struct quarry_words *w);

#endif
