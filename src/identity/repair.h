/*
 * Repairs of e-mails that are no addresses as they stand: signs around them, a sign spelt
 * out, what a conversion of the history appended.
 */
#ifndef QUARRY_IDENTITY_REPAIR_H
#define QUARRY_IDENTITY_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "quarry/identity_rules.h"
#include "util/str.h"

/*
 * Append to `out`, which is empty, the address that one repair makes of a key; it is always
 * shorter than what was broken.  False where the key needs none, where this one makes no
 * address of it, and without memory (out->oom); whatever `out` has then is of no use.
 */
bool email_repair(struct str *out, enum quarry_repair_step step, const char *key, size_t len);

#endif
