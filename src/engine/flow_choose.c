/*
 * Which task is the next one: the order of flow.h, and its bounds.
 */
#include "engine/flow_state.h"

#include "util/banned.h"
#include "util/clock.h"

static bool is_full(const struct flow *f)
{
	return f->bytes >= f->options->budget;
}

/* So many bytes in memory are enough for the writer to begin with what is still read. */
static bool is_early(const struct flow *f)
{
	return f->bytes < f->options->budget / FLOW_EARLY;
}

/* @param idle  there is nothing else to do */
static struct job *next_to_write(struct flow *f, bool idle)
{
	struct job *j = f->ready;

	if (j) {
		f->ready = j->next;
		if (!f->ready)
			f->last_ready = NULL;
		return j;
	}
	for (size_t i = 0; i < f->n_open && (idle || !is_early(f)); i++)
		if (f->open[i]->touched.first)
			return f->open[i];
	return NULL;
}

/* @param idle  there is nothing else to do */
static bool choose_keep(struct task *t, struct flow *f, bool idle)
{
	if (!f->unkept || f->writing || f->current)
		return false;
	if (!idle && clock_ms() - f->unkept_since < f->options->keep_ms)
		return false;
	f->writing = true;
	*t = (struct task){ KEEP, NULL, NULL };
	return true;
}

/* @param idle  there is nothing else to do */
static bool choose_write(struct task *t, struct flow *f, bool idle)
{
	struct job *j = f->current;

	if (f->writing)
		return false;
	if (!j) {
		j = f->current = next_to_write(f, idle);
		if (j && !j->over)
			flow_wake(f); /* the budget does not hold for it any more */
	}
	/* What has failed is cancelled when nobody reads it any more. */
	if (!j || (!j->over && (j->why || !j->touched.first)))
		return false;
	f->writing = j->writing = true;
	*t = (struct task){ WRITE, j, pieces_shift(&j->touched) };
	return true;
}

static bool choose_touch(struct task *t, struct flow *f)
{
	struct job *j = f->current && f->current->waiting.first ? f->current : NULL;

	for (size_t i = 0; !j && i < f->n_open; i++)
		if (f->open[i]->waiting.first)
			j = f->open[i];
	if (!j)
		return false;
	j->n_touching++;
	*t = (struct task){ TOUCH, j, pieces_shift(&j->waiting) };
	return true;
}

static bool choose_finish(struct task *t, struct flow *f)
{
	for (size_t i = 0; i < f->n_open; i++) {
		struct job *j = f->open[i];

		if (!j->walked || j->finished || j->reading || j->why || j->n_touching ||
		    j->waiting.first)
			continue;
		j->reading = true;
		*t = (struct task){ FINISH, j, NULL };
		return true;
	}
	return false;
}

static bool may_walk(const struct flow *f, const struct job *j)
{
	if (!j || j->over || j->walked || j->reading || j->why ||
	    j->n_pieces >= f->options->pieces_max)
		return false;
	return !is_full(f) || (j == f->current && j->n_pieces < f->options->threads);
}

/* @param last  what this thread walked last; NULL: nothing */
static bool choose_walk(struct task *t, struct flow *f, struct job *last)
{
	struct job *j = NULL;

	/* Until it is written all others wait in memory. */
	if (may_walk(f, f->current))
		j = f->current;
	else if (may_walk(f, last))
		j = last;
	for (size_t i = 0; !j && i < f->n_open; i++)
		if (may_walk(f, f->open[i]))
			j = f->open[i];
	if (!j)
		return false;
	j->reading = true;
	j->n_pieces++;
	*t = (struct task){ WALK, j, NULL };
	return true;
}

static bool choose_open(struct task *t, struct flow *f)
{
	struct job *j = &f->jobs[f->next];

	if (f->next == f->n || f->n_open > f->options->threads || is_full(f))
		return false;
	j->i = f->next++;
	j->opened = j->reading = true;
	f->open[f->n_open++] = j;
	*t = (struct task){ OPEN, j, NULL };
	return true;
}

bool flow_choose(struct task *t, struct flow *f, struct job *last)
{
	return choose_keep(t, f, /* idle= */ false) || choose_write(t, f, /* idle= */ false) ||
	       choose_touch(t, f) || choose_finish(t, f) || choose_walk(t, f, last) ||
	       choose_open(t, f) || choose_write(t, f, /* idle= */ true) ||
	       choose_keep(t, f, /* idle= */ true);
}
