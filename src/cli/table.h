/*
 * A table for people on stdout, over libsmartcols: columns aligned, wide
 * characters measured, and every cell cleaned (cli/term.h).
 *
 *	struct table *t = NULL;
 *	rc = table_new(&t, (const char *const[]){ "CATEGORY", ">CONTRIBUTORS", NULL }, &err);
 *	table_row(t, (const char *const[]){ "Databases", "11" });
 *	rc = table_add_to(t, &str, &err);
 *	table_free(t);
 */
#ifndef QUARRY_CLI_TABLE_H
#define QUARRY_CLI_TABLE_H

#include "quarry/error.h"
#include "util/str.h"

struct table;

/* A title that begins with '>' makes a column flush right. */
int table_new(struct table **out, const char *const *titles, struct quarry_error *err);
void table_free(struct table *t);

/* One text a column. A failure is kept and returned by table_add_to(). */
void table_row(struct table *t, const char *const *cells);

int table_add_to(struct table *t, struct str *out, struct quarry_error *err);

/* The line above tables of persons that were made without some rules; NULL or "": none. */
void table_add_without(struct str *out, const char *without);

#endif
