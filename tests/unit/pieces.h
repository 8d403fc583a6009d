/* Writing a made repository piece by piece; for the tests of the store. */
#ifndef TEST_PIECES_H
#define TEST_PIECES_H

#include "stored.h"

static inline void begin(struct fixture *f, int64_t id, enum quarry_put_mode mode, int64_t mined_s)
{
	if (quarry_store_put_begin(f->store, id, mode, QUARRY_UNDO_OWN, mined_s, &f->err))
		fail_msg("%s", f->err.text);
}

static inline void piece(struct fixture *f, const struct quarry_history *h, size_t from, size_t to)
{
	struct quarry_history part = *h;

	part.commits += from;
	part.n_commits = to - from;
	if (quarry_store_put_piece(f->store, &part, &f->err))
		fail_msg("%s", f->err.text);
}

static inline void end(struct fixture *f, const struct quarry_history *last)
{
	if (quarry_store_put_end(f->store, last, &f->err))
		fail_msg("%s", f->err.text);
}

/* Two repositories hold the same. */
static inline void check_same(struct fixture *f, const char *a, const char *b)
{
	char *x = dump(f, a), *y = dump(f, b);

	assert_string_equal(strchr(x, '|'), strchr(y, '|')); /* but for the URL */
	free(x);
	free(y);
}

static const int whole[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
			     20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 0 };

#endif
