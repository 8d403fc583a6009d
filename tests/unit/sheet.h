/*
 * A reader of CSV for tests, RFC 4180 to the letter and independent of the writer:
 * a cell that breaks the rules fails the test.
 *
 *	struct sheet sheet = read_sheet(text);
 *	cell_of(&sheet, 1, "commits")
 *	sheet_release(&sheet);
 *
 * Include it after cmocka.h.
 */
#ifndef QUARRY_TESTS_SHEET_H
#define QUARRY_TESTS_SHEET_H

#include "util/str.h"
#include "util/vec.h"

struct sheet {
	VEC(char *) cells;
	VEC(size_t) ends; /* index after the last cell of a record */
};

static inline const char *read_cell(struct sheet *sheet, const char *p)
{
	struct str s = STR_INIT;

	str_add(&s, "", 0);
	if (*p == '"') {
		for (p++; *p != '"' || p[1] == '"'; p++) {
			assert_true(*p != '\0');
			p += *p == '"';
			str_addc(&s, *p);
		}
		p++;
	} else {
		for (; *p != ',' && *p != '\n'; p++) {
			assert_true(*p != '\0' && *p != '"');
			str_addc(&s, *p);
		}
	}
	assert_true(*p == ',' || *p == '\n');
	assert_int_equal(vec_push(&sheet->cells, str_detach(&s)), 0);
	return p;
}

static inline struct sheet read_sheet(const char *text)
{
	struct sheet sheet = { { 0 }, { 0 } };
	const char *p = text;

	while (*p) {
		p = read_cell(&sheet, p);
		if (*p++ == '\n')
			assert_int_equal(vec_push(&sheet.ends, sheet.cells.n), 0);
	}
	assert_true(text[0] == '\0' || p[-1] == '\n');
	return sheet;
}

static inline size_t columns_of(const struct sheet *sheet)
{
	return sheet->ends.at[0];
}

/* The cell of a record (1 is the first after the header) in a named column. */
static inline const char *cell_of(const struct sheet *sheet, size_t record, const char *column)
{
	for (size_t i = 0; i < columns_of(sheet); i++)
		if (!strcmp(sheet->cells.at[i], column))
			return sheet->cells.at[record * columns_of(sheet) + i];
	fail_msg("no column %s", column);
	return NULL;
}

static inline void sheet_release(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->cells.n; i++)
		free(sheet->cells.at[i]);
	vec_release(&sheet->cells);
	vec_release(&sheet->ends);
}

#endif
