#include "identity/texts.h"

#include "util/banned.h"

void texts_release(struct texts *t)
{
	vec_release(&t->at);
	arena_release(&t->arena);
	map_release(&t->ids);
}

int texts_add(uint32_t *id, struct texts *t, const char *s, size_t len)
{
	int64_t *at = map_at(&t->ids, s, len, -1);

	if (!at)
		return -1;
	if (*at < 0) {
		const char *copy = t->at.n < UINT32_MAX ? arena_copy(&t->arena, s, len) : NULL;

		if (!copy || vec_push(&t->at, copy))
			return -1;
		*at = (int64_t)t->at.n - 1;
	}
	*id = (uint32_t)*at;
	return 0;
}
