#include "identity/texts.h"

#include "util/banned.h"

void texts_release(struct texts *t)
{
	vec_release(&t->at);
	str_release(&t->key);
	map_release(&t->ids);
}

int texts_add(uint32_t *id, struct texts *t, char kind, const char *s, size_t len)
{
	int64_t *at;

	str_clear(&t->key);
	str_addc(&t->key, kind);
	str_add(&t->key, s, len);
	at = t->key.oom ? NULL : map_at(&t->ids, t->key.buf, t->key.len, -1);
	if (!at)
		return -1;
	if (*at < 0) {
		if (t->at.n >= UINT32_MAX - 2 || vec_push(&t->at, map_key(at) + 1))
			return -1;
		*at = (int64_t)t->at.n - 1;
	}
	*id = (uint32_t)*at;
	return 0;
}
