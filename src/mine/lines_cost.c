#include "mine/lines_cost.h"

#include <stdbool.h>
#include <stddef.h>

#include "util/banned.h"

#define STEPS_MIN 256    /* so many steps are always exact; COST_EXACT is two changes a step */
#define RUN 20           /* equal elements that make a run worth following */
#define RUN_GAIN 4       /* what a point must have gained, in changes made */
#define NO_LIMIT INT32_MAX

_Static_assert(COST_EXACT == 2 * STEPS_MIN, "one step is a change from either end");

/* a[a0 .. a1) against b[b0 .. b1). */
struct box {
	int32_t a0, a1, b0, b1;
};

/* x[d]: how far along a the diagonal d = x - y is reached, for every second d of
 * [lo, hi]. */
struct front {
	int32_t *x;
	int32_t lo, hi;
};

struct search {
	const uint32_t *a, *b;
	struct box box;
	int32_t d_min, d_max;         /* diagonals of the box */
	struct front forward, backward;
	int32_t step;
	bool ran;                     /* a front has passed a run in this step */
};

struct point {
	int32_t x, y;
	bool from_start;              /* a front has come to it from the start, or the end */
};

static bool is_empty(const struct box *box)
{
	return box->a0 == box->a1 || box->b0 == box->b1;
}

static void trim(struct box *box, const uint32_t *a, const uint32_t *b)
{
	while (!is_empty(box) && a[box->a0] == b[box->b0])
		box->a0++, box->b0++;
	while (!is_empty(box) && a[box->a1 - 1] == b[box->b1 - 1])
		box->a1--, box->b1--;
}

static int32_t size(const struct box *box)
{
	return box->a1 - box->a0 + box->b1 - box->b0;
}

static void start(struct search *s, const struct cost_problem *p, const struct box *box)
{
	int32_t first = box->a0 - box->b0, last = box->a1 - box->b1;
	/* Diagonals go from -n_b - 1 to n_a + 1. */
	int32_t *forward = p->diagonals + p->n_b + 1;
	int32_t *backward = forward + p->n_a + p->n_b + 3;

	*s = (struct search){ .a = p->a, .b = p->b, .box = *box,
			      .d_min = box->a0 - box->b1, .d_max = box->a1 - box->b0,
			      .forward = { forward, first, first },
			      .backward = { backward, last, last } };
	forward[first] = box->a0;
	backward[last] = box->a1;
}

/* One more diagonal on either side, or, at the border of the box, one less: the parity
 * of the diagonals changes with each step. `beyond` makes the neighbours of the outermost
 * ones lose every comparison. */
static void widen(struct front *f, const struct search *s, int32_t beyond)
{
	if (f->lo > s->d_min)
		f->x[--f->lo - 1] = beyond;
	else
		f->lo++;
	if (f->hi < s->d_max)
		f->x[++f->hi + 1] = beyond;
	else
		f->hi--;
}

static bool within(const struct front *f, int32_t d)
{
	return f->lo <= d && d <= f->hi;
}

/* Whether the fronts can meet on a diagonal that the forward one has just reached; if
 * not, they can after the backward one's step. */
static bool odd(const struct search *s)
{
	const struct box *box = &s->box;

	return (box->a0 - box->b0 - box->a1 + box->b1) & 1;
}

/* True: the fronts have met. */
static bool step_forward(struct search *s)
{
	struct front *f = &s->forward;
	const uint32_t *a = s->a, *b = s->b;
	const int32_t a1 = s->box.a1, b1 = s->box.b1;
	const bool can_meet = odd(s);

	widen(f, s, -1);
	for (int32_t d = f->hi; d >= f->lo; d -= 2) {
		int32_t x = f->x[d - 1] >= f->x[d + 1] ? f->x[d - 1] + 1 : f->x[d + 1];
		const int32_t from = x;

		while (x < a1 && x - d < b1 && a[x] == b[x - d])
			x++;
		s->ran |= x - from > RUN;
		f->x[d] = x;
		if (can_meet && within(&s->backward, d) && s->backward.x[d] <= x)
			return true;
	}
	return false;
}

static bool step_backward(struct search *s)
{
	struct front *f = &s->backward;
	const uint32_t *a = s->a, *b = s->b;
	const int32_t a0 = s->box.a0, b0 = s->box.b0;
	const bool can_meet = !odd(s);

	widen(f, s, INT32_MAX);
	for (int32_t d = f->hi; d >= f->lo; d -= 2) {
		int32_t x = f->x[d - 1] < f->x[d + 1] ? f->x[d - 1] : f->x[d + 1] - 1;
		const int32_t from = x;

		while (x > a0 && x - d > b0 && a[x - 1] == b[x - d - 1])
			x--;
		s->ran |= from - x > RUN;
		f->x[d] = x;
		if (can_meet && within(&s->forward, d) && x <= s->forward.x[d])
			return true;
	}
	return false;
}

static bool equal_run(const uint32_t *a, const uint32_t *b)
{
	for (int i = 0; i < RUN; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

/* The point of a front that has gained most and lies at the end of a run. */
static bool promising(struct point *out, const struct search *s, bool from_start)
{
	const struct box *box = &s->box;
	const struct front *f = from_start ? &s->forward : &s->backward;
	const int32_t middle = from_start ? box->a0 - box->b0 : box->a1 - box->b1;
	int32_t best = 0;

	for (int32_t d = f->hi; d >= f->lo; d -= 2) {
		int32_t x = f->x[d], y = x - d, off = d > middle ? d - middle : middle - d;
		int32_t gain = (from_start ? x - box->a0 + y - box->b0
					   : box->a1 - x + box->b1 - y) - off;
		bool run;

		if (gain <= RUN_GAIN * (int64_t)s->step || gain <= best)
			continue;
		if (from_start)
			run = box->a0 + RUN <= x && x < box->a1 && box->b0 + RUN <= y &&
			      y < box->b1 && equal_run(s->a + x - RUN, s->b + y - RUN);
		else
			run = box->a0 < x && x <= box->a1 - RUN && box->b0 < y &&
			      y <= box->b1 - RUN && equal_run(s->a + x, s->b + y);
		if (!run)
			continue;
		best = gain;
		*out = (struct point){ x, y, from_start };
	}
	return best > 0;
}

/* The point that has come farthest from the start or from the end. */
static void farthest(struct point *out, const struct search *s)
{
	const struct box *box = &s->box;
	int32_t most = -1, least = INT32_MAX, x_most = 0, x_least = 0;

	for (int32_t d = s->forward.hi; d >= s->forward.lo; d -= 2) {
		int32_t x = s->forward.x[d];

		x = x < box->a1 ? x : box->a1;
		x = x - d <= box->b1 ? x : box->b1 + d;
		if (x + (x - d) > most) {
			most = x + (x - d);
			x_most = x;
		}
	}
	for (int32_t d = s->backward.hi; d >= s->backward.lo; d -= 2) {
		int32_t x = s->backward.x[d];

		x = x > box->a0 ? x : box->a0;
		x = x - d >= box->b0 ? x : box->b0 + d;
		if (x + (x - d) < least) {
			least = x + (x - d);
			x_least = x;
		}
	}
	if (box->a1 + box->b1 - least < most - (box->a0 + box->b0))
		*out = (struct point){ x_most, most - x_most, true };
	else
		*out = (struct point){ x_least, least - x_least, false };
}

/*
 * The cost of a box that is trimmed and not empty; or, where `limit` steps did not do or
 * a shortcut was taken, -1 and a point on the way.
 */
static int32_t solve(struct point *out, struct search *s, int32_t limit)
{
	for (s->step = 1;; s->step++) {
		s->ran = false;
		if (step_forward(s))
			return 2 * s->step - 1;
		if (step_backward(s))
			return 2 * s->step;
		if (limit == NO_LIMIT)
			continue;
		if (s->ran && s->step > STEPS_MIN &&
		    (promising(out, s, true) || promising(out, s, false)))
			return -1;
		if (s->step >= limit) {
			farthest(out, s);
			return -1;
		}
	}
}

static int32_t exact(const struct cost_problem *p, struct box box)
{
	struct search s;
	struct point unused;

	trim(&box, p->a, p->b);
	if (is_empty(&box))
		return size(&box);
	start(&s, p, &box);
	return solve(&unused, &s, NO_LIMIT);
}

int32_t cost_root(int64_t n)
{
	int32_t root = 1;

	for (; n > 0; n >>= 2)
		root *= 2;
	return root;
}

int32_t cost_smallest(const struct cost_problem *p)
{
	struct box box = { 0, p->n_a, 0, p->n_b };
	struct search s;
	struct point unused;

	trim(&box, p->a, p->b);
	if (is_empty(&box))
		return size(&box) <= COST_EXACT ? size(&box) : -1;
	start(&s, p, &box);
	return solve(&unused, &s, STEPS_MIN);
}

int32_t cost_as_git(const struct cost_problem *p)
{
	const int32_t root = cost_root(cost_room(p->n_a, p->n_b) / 2);
	const int32_t limit = root > STEPS_MIN ? root : STEPS_MIN;
	struct box rest = { 0, p->n_a, 0, p->n_b };
	int32_t total = 0;

	for (;;) {
		struct search s;
		struct point way;
		struct box solved;
		int32_t cost;

		trim(&rest, p->a, p->b);
		if (is_empty(&rest))
			return total + size(&rest);
		start(&s, p, &rest);
		cost = solve(&way, &s, limit);
		if (cost >= 0)
			return total + cost;
		solved = rest;
		if (way.from_start) {
			solved.a1 = rest.a0 = way.x;
			solved.b1 = rest.b0 = way.y;
		} else {
			solved.a0 = rest.a1 = way.x;
			solved.b0 = rest.b1 = way.y;
		}
		total += exact(p, solved);
	}
}
