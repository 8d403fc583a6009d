#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "cli/term.h"
#include "util/banned.h"

struct table {
	struct libscols_table *scols;
	size_t n_columns;
	int failed;
};

int table_new(struct table **out, const char *const *titles, struct quarry_error *err)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t || !(t->scols = scols_new_table()))
		goto nomem;
	for (; *titles; titles++) {
		int right = **titles == '>';

		if (!scols_table_new_column(t->scols, *titles + right, 0,
					    right ? SCOLS_FL_RIGHT : 0))
			goto nomem;
		t->n_columns++;
	}
	*out = t;
	return 0;
nomem:
	table_free(t);
	return quarry_error_nomem(err);
}

void table_free(struct table *t)
{
	if (!t)
		return;
	scols_unref_table(t->scols);
	free(t);
}

void table_row(struct table *t, const char *const *cells)
{
	struct libscols_line *line = scols_table_new_line(t->scols, /* parent= */ NULL);
	struct str clean = STR_INIT;

	if (!line)
		t->failed = 1;
	for (size_t i = 0; line && i < t->n_columns; i++) {
		str_clear(&clean);
		term_clean(&clean, cells[i], TERM_ANY_WIDTH);
		if (clean.oom || scols_line_set_data(line, i, clean.buf ? clean.buf : ""))
			t->failed = 1;
	}
	str_release(&clean);
}

int table_add_to(struct table *t, struct str *out, struct quarry_error *err)
{
	char *text = NULL;

	if (t->failed || scols_print_table_to_string(t->scols, &text))
		return quarry_error_nomem(err);
	str_adds(out, text);
	if (out->len && out->buf[out->len - 1] != '\n')
		str_addc(out, '\n');
	free(text);
	return 0;
}

void table_add_without(struct str *out, const char *without)
{
	if (!without || !*without)
		return;
	str_adds(out, "not to be published: people were counted without the rules ");
	term_clean(out, without, TERM_ANY_WIDTH);
	str_adds(out, ", to see what these do; run 'quarry derive UNIVERSE' for all rules\n\n");
}
