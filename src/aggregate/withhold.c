/*
 * Which cells of the cohorts are not printed (metrics.md withheld).
 *
 * The commits of a table have known sums: a row, a scope's groups, sums to the scope's
 * commits; a column, a group's scopes, to the universe's, which is the first row.  So a
 * cell that is left out alone can be computed.  One that others are left out with cannot
 * be, if their numbers can be changed so that all sums stay: one more here and one less
 * there, in turns, along rows and columns and back.
 *
 *  1. Every cell of a few persons is withheld.
 *  2. For each that can be computed still, three others that complete a rectangle are
 *     withheld: the ones by which the fewest persons are lost.
 *  3. Where no rectangle helps, the whole table is withheld.
 */
#include <stdbool.h>
#include <stdlib.h>

#include "aggregate/edition.h"
#include "util/banned.h"

enum way { LESS, MORE };

struct table {
	struct quarry_cohort *cells; /* [row * n_columns + column] */
	size_t n_rows, n_columns;
	bool *seen;                  /* rows, then columns */
	size_t *todo;                /* likewise numbered */
};

static struct quarry_cohort *cell(const struct table *t, size_t row, size_t column)
{
	return &t->cells[row * t->n_columns + column];
}

static bool is_small(const struct quarry_cohort *c)
{
	return c->contributors < QUARRY_MIN_CELL && (c->contributors || c->commits);
}

/* No number is below 0.  The first row is the sum of the others: what is more in a column
 * is less in it. */
static bool can_move(const struct table *t, size_t row, size_t column, enum way way)
{
	return (way == MORE) == (row > 0) || cell(t, row, column)->commits > 0;
}

static void reach(const struct table *t, size_t *n_todo, size_t node)
{
	if (!t->seen[node]) {
		t->seen[node] = true;
		t->todo[(*n_todo)++] = node;
	}
}

/* Can the cell's number go `way`, by others going the other way along its row, back along
 * their columns, and so on until its own column? */
static bool can_turn(const struct table *t, size_t row, size_t column, enum way way)
{
	enum way back = way == MORE ? LESS : MORE;
	size_t n_todo = 0;

	for (size_t i = 0; i < t->n_rows + t->n_columns; i++)
		t->seen[i] = false;
	reach(t, &n_todo, row);
	while (n_todo && !t->seen[t->n_rows + column]) {
		size_t at = t->todo[--n_todo];
		bool is_row = at < t->n_rows;

		for (size_t i = 0; i < (is_row ? t->n_columns : t->n_rows); i++) {
			size_t r = is_row ? at : i, c = is_row ? i : at - t->n_rows;

			if (cell(t, r, c)->withheld && (r != row || c != column) &&
			    can_move(t, r, c, is_row ? back : way))
				reach(t, &n_todo, is_row ? t->n_rows + c : r);
		}
	}
	return t->seen[t->n_rows + column];
}

static bool is_hidden(const struct table *t, size_t row, size_t column)
{
	return (can_move(t, row, column, MORE) && can_turn(t, row, column, MORE)) ||
	       (can_move(t, row, column, LESS) && can_turn(t, row, column, LESS));
}

/* Does the rectangle of these two corners hide the first one? */
static bool helps(const struct table *t, size_t r, size_t c, size_t r2, size_t c2, enum way way)
{
	enum way back = way == MORE ? LESS : MORE;

	return can_move(t, r, c, way) && can_move(t, r2, c2, way) && can_move(t, r, c2, back) &&
	       can_move(t, r2, c, back);
}

static int64_t loss(const struct table *t, size_t row, size_t column)
{
	const struct quarry_cohort *c = cell(t, row, column);

	return c->withheld ? 0 : c->contributors;
}

static bool hide(struct table *t, size_t row, size_t column)
{
	int64_t least = INT64_MAX;
	size_t r2 = 0, c2 = 0;

	for (size_t r = 0; r < t->n_rows; r++)
		for (size_t c = 0; c < t->n_columns; c++) {
			int64_t lost = loss(t, row, c) + loss(t, r, column) + loss(t, r, c);

			if (r == row || c == column || lost >= least ||
			    (!helps(t, row, column, r, c, MORE) && !helps(t, row, column, r, c, LESS)))
				continue;
			least = lost;
			r2 = r;
			c2 = c;
		}
	if (least == INT64_MAX)
		return false;
	cell(t, row, c2)->withheld = cell(t, r2, column)->withheld = cell(t, r2, c2)->withheld = 1;
	return true;
}

static void withhold(struct table *t)
{
	size_t n = t->n_rows * t->n_columns;
	bool whole = false;

	for (size_t i = 0; i < n; i++)
		t->cells[i].withheld = is_small(&t->cells[i]);
	/* What is withheld later only adds to what hides the earlier ones. */
	for (size_t i = 0; i < n && !whole; i++)
		if (is_small(&t->cells[i]) && !is_hidden(t, i / t->n_columns, i % t->n_columns))
			whole = !hide(t, i / t->n_columns, i % t->n_columns);
	for (size_t i = 0; i < n; i++)
		if (whole || t->cells[i].withheld)
			t->cells[i] = (struct quarry_cohort){ .withheld = 1 };
}

int edition_withhold(struct quarry_cohort *cells, size_t n_scopes, size_t n_groups,
		     struct quarry_error *err)
{
	struct table t = { .cells = cells, .n_rows = n_scopes, .n_columns = n_groups };
	int rc = 0;

	t.seen = calloc(n_scopes + n_groups + 1, sizeof(*t.seen));
	t.todo = calloc(n_scopes + n_groups + 1, sizeof(*t.todo));
	if (t.seen && t.todo)
		withhold(&t);
	else
		rc = quarry_error_nomem(err);
	free(t.seen);
	free(t.todo);
	return rc;
}
