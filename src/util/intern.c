#include "util/intern.h"

#include "util/banned.h"

void intern_release(struct intern *t)
{
	map_release(&t->numbers);
	vec_release(&t->keys);
}

void intern_clear(struct intern *t)
{
	map_clear(&t->numbers);
	t->keys.n = 0;
}

void intern_hand_over(struct intern *t, struct arena *texts)
{
	map_hand_over(&t->numbers, texts);
	t->keys.n = 0;
}

int64_t intern_at(struct intern *t, const char *s, size_t len)
{
	int64_t *number = map_at(&t->numbers, s, len, -1);

	if (!number)
		return -1;
	if (*number < 0) {
		struct intern_key key = { map_key(number), len };

		if (vec_push(&t->keys, key) < 0)
			return -1;
		*number = (int64_t)t->keys.n - 1;
	}
	return *number;
}
