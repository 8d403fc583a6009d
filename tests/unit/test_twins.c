/* Commits that may be the same work as another one, and were not read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/derive.h"
#include "quarry/history.h"
#include "tables.h"
#include "util/str.h"

static void add_commit(struct quarry_db *db, int commit, int repo, int oid, int author, int author_s,
		       const char *subject, int merge, int flags, const char *changes)
{
	struct str sql = STR_INIT;

	str_addf(&sql, "INSERT INTO commits(commit_id, repo, oid, author, committer, author_s,"
		 " author_offset_min, committer_s, committer_offset_min, author_quarter, author_bin,"
		 " n_parents, parents, subject, flags, changes, first_seen_s) VALUES(%d, %d, x'%040x', %d,"
		 " 1, %d, 0, 0, 0, 0, 0, %d, x'', '%s', %d, %s, 0)", commit, repo, (unsigned)oid, author,
		 author_s, merge + 1, subject, flags, changes);
	must(db, sql.buf);
	str_release(&sql);
}

/* "repository:commit:last byte of its id " of each. */
static void find(struct str *out, int64_t *facts, struct quarry_db *db)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_twin *found = NULL;
	size_t n = 0;

	str_clear(out);
	str_add(out, "", 0);
	assert_int_equal(quarry_aggregate_unread_twins(&found, &n, facts, db, &err), 0);
	for (size_t i = 0; i < n; i++)
		str_addf(out, "%d:%d:%d ", (int)found[i].repo, (int)found[i].commit_id,
			 found[i].oid.id[QUARRY_OID_SIZE - 1]);
	free(found);
}

static void twins_that_were_not_read_are_named(void **state)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_db *db = open_tables();
	struct str got = STR_INIT;
	int64_t facts = 0;

	must(db, "INSERT INTO meta(key, value) VALUES('facts', '3')");
	must(db, "INSERT INTO repo(repo, url, slug) VALUES(1, 'a', 'a'), (2, 'b', 'b');"
		 "INSERT INTO signature(signature, name, email) VALUES(1, 'A', ''), (2, 'B', '')");
	add_commit(db, 1, 2, 10, 1, 5, "s", 0, 0, "7");    /* read */
	add_commit(db, 2, 2, 11, 1, 5, "s", 0, 0, "NULL"); /* its twin */
	add_commit(db, 3, 1, 12, 1, 5, "s", 0, 0, "NULL"); /* and one elsewhere */
	add_commit(db, 4, 1, 13, 2, 5, "s", 0, 0, "NULL"); /* another author */
	add_commit(db, 5, 1, 14, 1, 6, "s", 0, 0, "NULL"); /* second */
	add_commit(db, 6, 1, 15, 1, 5, "t", 0, 0, "NULL"); /* subject */
	add_commit(db, 7, 1, 16, 1, 5, "s", 1, 0, "NULL"); /* a merge */
	add_commit(db, 8, 1, 17, 1, 5, "s", 0, 16, "NULL"); /* without a time */
	add_commit(db, 9, 1, 20, 1, 8, "u", 0, 0, "NULL"); /* one id in two repositories */
	add_commit(db, 10, 2, 20, 1, 8, "u", 0, 0, "NULL");
	add_commit(db, 11, 1, 21, 1, 9, "v", 0, 0, "7");   /* both read */
	add_commit(db, 12, 2, 22, 1, 9, "v", 0, 0, "8");
	find(&got, &facts, db);
	assert_string_equal(got.buf, "1:3:12 2:2:11 ");
	assert_int_equal(facts, 3);
	/* Once they are read, only after the facts have changed. */
	assert_int_equal(quarry_aggregate_twins_are_read(db, 3, &err), 0);
	find(&got, &facts, db);
	assert_int_equal(got.len, 0);
	assert_int_equal(facts, -1);
	must(db, "UPDATE meta SET value = '5' WHERE key = 'facts'");
	/* One writing was this run's, another one somebody else's, of whose facts it knows nothing. */
	assert_int_equal(quarry_aggregate_twins_are_read(db, 4, &err), 0);
	find(&got, &facts, db);
	assert_string_equal(got.buf, "1:3:12 2:2:11 ");
	assert_int_equal(facts, 5);
	str_release(&got);
	db_close(db);
}

struct made_commit {
	int repo, oid, author, author_s, subject, merge, flags, read;
};

static bool may_be_twin(const struct made_commit *c)
{
	return !c->merge && !(c->flags & (QUARRY_COMMIT_NO_AUTHOR_TIME | QUARRY_COMMIT_PARTIAL));
}

/* What the header promises, word by word. */
static bool is_unread_twin(const struct made_commit *all, int n, int which)
{
	const struct made_commit *c = &all[which];

	for (int i = 0; i < n && !c->read && may_be_twin(c); i++)
		if (may_be_twin(&all[i]) && all[i].author == c->author &&
		    all[i].author_s == c->author_s && all[i].subject == c->subject &&
		    all[i].oid != c->oid)
			return true;
	return false;
}

enum { MADE = 120, MADE_REPOS = 4 };

/* The fewer moments there are, the more commits have one in common. */
static void make_commits(struct made_commit *all, struct quarry_db *db, int n_moments, int n_read)
{
	must(db, "INSERT INTO meta(key, value) VALUES('facts', '1')");
	must(db, "INSERT INTO repo(repo, url, slug) VALUES(1, 'a', 'a'), (2, 'b', 'b'), (3, 'c', 'c'),"
		 " (4, 'd', 'd');"
		 "INSERT INTO signature(signature, name, email) VALUES(1, 'A', ''), (2, 'B', '')");
	for (int i = 0; i < MADE; i++) {
		char subject[] = { (char)('a' + rand() % 3), '\0' };

		/* One in each repository may have the same id. */
		all[i] = (struct made_commit){
			.repo = 1 + i % MADE_REPOS, .oid = rand() % 2 ? i / MADE_REPOS : MADE + i,
			.author = 1 + rand() % 2, .author_s = rand() % n_moments,
			.subject = subject[0], .merge = rand() % 8 == 0,
			.flags = rand() % 8 ? 0 : 16 << rand() % 9, .read = rand() % 4 < n_read,
		};
		add_commit(db, i + 1, all[i].repo, all[i].oid, all[i].author, all[i].author_s,
			   subject, all[i].merge, all[i].flags, all[i].read ? "7" : "NULL");
	}
}

static void unread_twins_are_those_of_the_definition(void **state)
{
	struct made_commit all[MADE];
	size_t n_twins = 0;

	srand(1);
	for (int round = 0; round < 32; round++) {
		struct quarry_db *db = open_tables();
		struct str got = STR_INIT, want = STR_INIT;
		int64_t facts;

		make_commits(all, db, 1 << round % 8, round / 8);
		str_add(&want, "", 0);
		for (int i = 0; i < MADE * MADE_REPOS; i++)
			if (all[i % MADE].repo == 1 + i / MADE && is_unread_twin(all, MADE, i % MADE)) {
				str_addf(&want, "%d:%d:%d ", 1 + i / MADE, i % MADE + 1,
					 all[i % MADE].oid);
				n_twins++;
			}
		find(&got, &facts, db);
		assert_string_equal(got.buf, want.buf);
		str_release(&got);
		str_release(&want);
		db_close(db);
	}
	assert_true(n_twins > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twins_that_were_not_read_are_named),
		cmocka_unit_test(unread_twins_are_those_of_the_definition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
