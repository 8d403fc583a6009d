/*
 * A store in a folder of its own, and all facts of a repository in it as text; for the
 * tests of the store.
 */
#ifndef TEST_STORED_H
#define TEST_STORED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "quarry/store.h"
#include "util/db.h"
#include "util/file.h"
#include "util/str.h"

#define OID(byte) { { byte, byte, byte, byte, byte, byte, byte, byte, byte, byte, \
		      byte, byte, byte, byte, byte, byte, byte, byte, byte, byte } }

/* When put() reads. */
#define MINED_S 1750000000

struct fixture {
	char *folder, *path;
	struct quarry_store *store;
	struct quarry_error err;
};

static inline int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->folder = str_dupf("%s/quarry-test-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->folder));
	f->path = str_dupf("%s/store.db", f->folder);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	quarry_store_free(f->store);
	assert_int_equal(file_remove_tree(f->folder, &f->err), 0);
	free(f->path);
	free(f->folder);
	free(f);
	return 0;
}

static inline void open_store(struct fixture *f)
{
	if (quarry_store_open(&f->store, f->path, NULL, &f->err))
		fail_msg("%s", f->err.text);
}

static inline void reopen(struct fixture *f)
{
	quarry_store_free(f->store);
	f->store = NULL;
	open_store(f);
}

static inline int64_t repo(struct fixture *f, const char *slug)
{
	char *url = str_dupf("https://example.org/%s", slug);
	int64_t id = 0;

	assert_int_equal(quarry_store_repo(&id, f->store, url, slug, &f->err), 0);
	free(url);
	return id;
}

static inline void put_at(struct fixture *f, int64_t id, const struct quarry_history *h,
			  int64_t mined_s)
{
	if (quarry_store_put(f->store, id, h, mined_s, &f->err))
		fail_msg("%s", f->err.text);
}

static inline void put(struct fixture *f, int64_t id, const struct quarry_history *h)
{
	put_at(f, id, h, MINED_S);
}

static inline int64_t ask(struct fixture *f, const char *sql)
{
	int64_t n = -1;

	assert_int_equal(db_scalar(&n, quarry_store_db(f->store), sql, -1, &f->err), 0);
	return n;
}

static inline void add_rows(struct str *out, struct fixture *f, const char *sql)
{
	struct db_stmt *st = NULL;
	int rc;

	if (db_prepare(&st, quarry_store_db(f->store), sql, &f->err))
		fail_msg("%s", f->err.text);
	while ((rc = db_step(st, &f->err)) > 0) {
		for (int i = 0; i < db_columns(st); i++)
			str_addf(out, "%s|", db_text(st, i));
		str_addc(out, '\n');
	}
	assert_int_equal(rc, 0);
	db_finish(st);
}

static inline void check_rows(struct fixture *f, const char *sql, const char *want)
{
	struct str s = STR_INIT;

	add_rows(&s, f, sql);
	assert_string_equal(s.buf ? s.buf : "", want);
	str_release(&s);
}

/* All facts of a repository, without the numbers that depend on the order of mining. */
static inline char *dump(struct fixture *f, const char *slug)
{
	static const char *const queries[] = {
		"SELECT quote(url), state, quote(tip), branch, mined_s, quote(mailmap), mailmap_missing,"
		" shallow, missing_objects, files_at_tip, since, lines, objects, complete FROM repo"
		" WHERE slug = '%s'",
		"SELECT quote(oid), a.name, a.email, quote(a.raw_name), c.name, c.email, author_s,"
		" author_offset_min, committer_s, committer_offset_min, author_quarter, author_bin,"
		" n_parents, quote(parents), subject, flags, quote(n_touches), quote(changes),"
		" first_seen_s FROM commits"
		" JOIN repo USING(repo) JOIN signature a ON a.signature = author"
		" JOIN signature c ON c.signature = committer WHERE slug = '%s' ORDER BY oid",
		"SELECT quote(oid), quote(p.name), typeof(p.name), quote(o.name), status, quote(added),"
		" quote(deleted) FROM touch"
		" JOIN commits USING(commit_id) JOIN repo ON repo.repo = commits.repo"
		" JOIN path p ON p.path = touch.path LEFT JOIN path o ON o.path = touch.old_path"
		" WHERE slug = '%s' ORDER BY 1, 2",
		"SELECT quote(oid), n, key, value, s.name, s.email FROM trailer"
		" JOIN commits USING(commit_id) JOIN repo USING(repo)"
		" LEFT JOIN signature s ON s.signature = trailer.signature"
		" WHERE slug = '%s' ORDER BY 1, 2",
		"SELECT quote(name) FROM path JOIN repo USING(repo) WHERE slug = '%s' ORDER BY 1",
		"SELECT 'tip', quote(name) FROM tip_path t JOIN path USING(path)"
		" JOIN repo ON repo.repo = t.repo WHERE slug = '%s' ORDER BY 2",
		"SELECT 'text', quote(path), quote(text) FROM tip_text JOIN repo USING(repo)"
		" WHERE slug = '%s' ORDER BY 2",
		"SELECT 'release', name, quote(oid), tagged_s FROM release JOIN repo USING(repo)"
		" WHERE slug = '%s' ORDER BY 2",
		"SELECT 'flag', flag, n FROM repo_flag JOIN repo USING(repo) WHERE slug = '%s' ORDER BY 2",
	};
	struct str s = STR_INIT;

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct str sql = STR_INIT;
		const char *at = strstr(queries[i], "%s");

		str_add(&sql, queries[i], (size_t)(at - queries[i]));
		str_adds(&sql, slug);
		str_adds(&sql, at + 2);
		add_rows(&s, f, sql.buf);
		str_release(&sql);
	}
	assert_int_equal(ask(f, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
	/* Each row of a touch belongs to one commit. */
	assert_int_equal(ask(f, "SELECT count(*) FROM touch"), ask(f, "SELECT count(*) FROM touch_row"));
	assert_int_equal(ask(f, "SELECT count(DISTINCT t.touch) FROM commits c JOIN touch_row t ON t.touch"
			     " BETWEEN c.first_touch AND c.first_touch + c.n_touches - 1"),
			 ask(f, "SELECT count(*) FROM touch_row"));
	return str_detach(&s);
}

#endif
