/*
 * Quantities for people: bytes in binary units, durations, other counts as they
 * are. Not for results, whose numbers are exact.
 */
#ifndef QUARRY_CLI_AMOUNT_H
#define QUARRY_CLI_AMOUNT_H

#include <stdint.h>

#include "util/str.h"

/* `14.2 MiB` for the unit "bytes", else `81234 commits`; `1 commit` for the unit "commits". */
void amount_add(struct str *out, uint64_t amount, const char *unit);

/* `0:35`, `12:05`, `3:00:12`. @param seconds  >= 0 */
void amount_add_duration(struct str *out, int64_t seconds);

#endif
