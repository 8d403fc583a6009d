/* The tables of a store in memory, filled by hand; for the tests of what is derived. */
#ifndef QUARRY_TESTS_TABLES_H
#define QUARRY_TESTS_TABLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aggregate/derive.h"

extern const char quarry_schema_sql[];

static inline void must(struct quarry_db *db, const char *sql)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	if (db_exec(db, sql, &err))
		fail_msg("%s: %s", sql, err.text);
}

/* Those of facts and of what is derived, all of them empty. */
static inline struct quarry_db *open_tables(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_db *db = NULL;

	assert_int_equal(db_open(&db, ":memory:", DB_READ_WRITE, &err), 0);
	must(db, quarry_schema_sql);
	must(db, quarry_derived_sql);
	return db;
}

#endif
