/*
 * Repositories opened by our own reader, for test_odb.c and test_odb_damage.c, and compared
 * with what git says of them.
 */
#ifndef QUARRY_TESTS_OPENED_H
#define QUARRY_TESTS_OPENED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/objects.h"
#include "odb/odb.h"
#include "util/file.h"

/* Commits `from` ... `to` - 1 on main; loose. */
static inline void import(const struct history *h, unsigned from, unsigned to)
{
	struct str s = STR_INIT;

	for (unsigned i = from; i < to; i++) {
		str_addf(&s, "commit refs/heads/main\nmark :%u\ncommitter " WHO "\n"
			 "data <<END\ncommit %u\nEND\n", i, i);
		if (i == from && from > 1)
			str_adds(&s, "from refs/heads/main^0\n");
		for (unsigned k = 0; i == 1 && k < 40; k++)
			str_addf(&s, "M 100644 inline d/file-%u\ndata <<END\n%u\nEND\n", k, k);
		str_addf(&s, "M 100644 inline d/file-%u\ndata <<END\n%u\nEND\n", i % 40, i);
	}
	assert_false(s.oom);
	history_import(h, s.buf);
	str_release(&s);
}

static inline enum odb_type type_of(char type)
{
	return type == 'c' ? ODB_COMMIT : type == 't' ? ODB_TREE : ODB_BLOB;
}

/* A repository, opened. */
struct opened {
	struct odb *odb;
	struct odb_reader *reader;
};

static inline void opened_init(struct opened *o, const char *gitdir, unsigned flags)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	if (odb_open(&o->odb, gitdir, flags, &err) || odb_reader_open(&o->reader, o->odb, &err))
		fail_msg("%s: %s", gitdir, err.text);
}

static inline void opened_release(struct opened *o)
{
	odb_reader_close(o->reader);
	odb_close(o->odb);
}

/* How many objects are read as they are; the others must fail. */
static inline size_t count_right(const struct opened *o, const struct objects *all)
{
	size_t right = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct objects_one *one = &all->at[i];
		struct odb_object found = { 0 };
		int rc = odb_read(&found, o->reader, &one->oid, type_of(one->type), NULL);

		if (rc) {
			assert_true(rc == QUARRY_EFAIL || rc == QUARRY_ENOTFOUND);
			assert_null(found.data);
			continue;
		}
		if (found.len != one->len || found.total != one->len ||
		    memcmp(found.data, one->data, one->len))
			fail_msg("object %zu, a %c of %zu bytes, has others", i, one->type, one->len);
		odb_object_release(&found);
		assert_null(found.handle);
		right++;
	}
	return right;
}

static inline void check_all(const struct history *h, const struct objects *all, unsigned flags)
{
	struct opened o;
	size_t right;

	opened_init(&o, h->gitdir, flags);
	right = count_right(&o, all);
	if (right != all->n)
		fail_msg("%zu of %zu objects with flags %u", right, all->n, flags);
	opened_release(&o);
}

/* The first file of a pack. */
static inline char *only_file(const struct history *h, const char *suffix)
{
	char *command = str_dupf("cd '%s' && ls objects/pack/*%s | head -1", h->gitdir, suffix);
	FILE *f = popen(command, "r");
	char name[200], *path;

	assert_non_null(f);
	assert_non_null(fgets(name, sizeof(name), f));
	assert_int_equal(pclose(f), 0);
	name[strcspn(name, "\n")] = '\0';
	path = str_dupf("%s/%s", h->gitdir, name);
	free(command);
	return path;
}

#endif
