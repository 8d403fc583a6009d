/*
 * Texts numbered from 0: the same bytes of the same kind have the same number.
 *
 *	struct texts t = TEXTS_INIT;
 *	if (texts_add(&id, &t, 's', s, len)) no memory;
 *	t.at.at[id]                       NUL-terminated
 *	texts_release(&t);
 */
#ifndef QUARRY_IDENTITY_TEXTS_H
#define QUARRY_IDENTITY_TEXTS_H

#include <stddef.h>
#include <stdint.h>

#include "util/map.h"
#include "util/str.h"
#include "util/vec.h"

struct texts {
	struct map ids;
	struct str key; /* scratch */
	VEC(const char *) at;
};

#define TEXTS_INIT { MAP_INIT, STR_INIT, { 0 } }

void texts_release(struct texts *t);
/* 0, or -1 without memory (or beyond 2^32 - 2 texts). */
int texts_add(uint32_t *id, struct texts *t, char kind, const char *s, size_t len);

#endif
