/*
 * All objects of a repository, as git has them: the oracle for who reads them otherwise.
 *
 *	struct objects all;
 *	objects_read(&all, &history);
 *	for (size_t i = 0; i < all.n; i++)
 *		compare(all.at[i].data, all.at[i].len);
 *	objects_release(&all);
 */
#ifndef QUARRY_TESTS_OBJECTS_H
#define QUARRY_TESTS_OBJECTS_H

#include <stddef.h>

#include "lib/history.h"

struct objects_one {
	struct quarry_oid oid;
	char type; /* 'c', 't', 'b' or 'a', a tag */
	const char *data;
	size_t len;
};

struct objects {
	struct objects_one *at;
	size_t n, cap;
	struct str text;
};

void objects_read(struct objects *out, const struct history *h);
void objects_release(struct objects *o);

struct quarry_oid objects_oid(const char *hex);

#endif
