/*
 * The cost of turning one sequence of numbers into another: elements deleted and added,
 * as git finds them.
 *
 * Myers' algorithm: two fronts, one from the start and one from the end, keep for every
 * diagonal (x - y) how far a given number of changes gets; where they meet, the smallest
 * cost is known.  git gives up on the smallest at times, and so must we:
 *   - after 256 steps, when a front has come along far more equal elements than changes
 *     and has just passed a run of more than 20 equal ones, the point it has reached
 *     is taken for part of the way;
 *   - after max(256, about the root of the lengths) steps the farthest point is.
 * What lies behind such a point is solved exactly, the rest in the same manner.  git
 * divides what it has solved again to learn which lines they are; the cost is enough here.
 */
#ifndef QUARRY_MINE_LINES_COST_H
#define QUARRY_MINE_LINES_COST_H

#include <stdint.h>

struct cost_problem {
	const uint32_t *a, *b;
	int32_t n_a, n_b;
	int32_t *diagonals; /* room for cost_room(n_a, n_b) numbers; need not be cleared */
};

static inline int64_t cost_room(int32_t n_a, int32_t n_b)
{
	return 2 * ((int64_t)n_a + n_b + 3);
}

/* git's root of a number: a power of 2, more than the root and at most twice as much. */
int32_t cost_root(int64_t n);

/* Costs up to this are the smallest there are: no shortcut is tried below. */
#define COST_EXACT 512

/* The smallest cost; -1 where it is more than COST_EXACT. */
int32_t cost_smallest(const struct cost_problem *p);

/* The cost that git finds. */
int32_t cost_as_git(const struct cost_problem *p);

#endif
