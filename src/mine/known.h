/*
 * What a new tip makes of the commits that the store has: which it cannot reach any more,
 * which lie on its first-parent line, and whose touches are wanted now.
 */
#ifndef QUARRY_MINE_KNOWN_H
#define QUARRY_MINE_KNOWN_H

#include "mine/walk.h"

struct known {
	unsigned char *marks;  /* of each known commit, enum known_mark */
};

enum known_mark { KNOWN_REACHED = 1 << 0, KNOWN_LANDED = 1 << 1 };

/* After the walk has ended. 0, or -1 without memory; without known commits it is empty. */
int known_init(struct known *k, const struct walk *w);
void known_release(struct known *k);

/* Fill in what of the known ones is gone, landed and landed no more. */
int known_changes(struct quarry_history *h, const struct known *k, const struct walk *w);

/* Is it there still, without its touches, which are wanted? */
bool known_wants(const struct known *k, const struct walk *w, size_t i);

#endif
