/*
 * A small store with persons of every kind, for the tests of dossiers: Ada has two
 * e-mails and three signatures, and one that a .mailmap lends her in one repository; Al may
 * be she, too; Eve has opted out; Bot is a bot; Shared stands alone elsewhere.
 */
#ifndef TEST_DOSSIERS_H
#define TEST_DOSSIERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/derive.h"
#include "util/str.h"

extern const char quarry_schema_sql[];

static const char dossiers_world[] =
	"INSERT INTO repo(repo, url, slug) VALUES(1, 'h/b', 'a/a'), (2, 'h/a', 'b/b');"
	"INSERT INTO signature(signature, name, email) VALUES(1, 'Ada', 'ada@x.org'),"
	" (2, 'A. L.', 'ADA@x.org'), (3, 'Ada', 'ada@y.org'), (4, 'Ada Love', 'al@z.org'),"
	" (5, 'Eve', 'eve@x.org'), (6, 'Bot', 'bot@x.org'), (7, 'Shared', 'shared@x.org'),"
	" (8, '', '7+eve-login@users.noreply.example.org');"
	"INSERT INTO signature_class VALUES(1, 'human', ''), (2, 'human', ''), (3, 'human', ''),"
	" (4, 'human', ''), (5, 'human', ''), (6, 'bot', 'bot-name'), (7, 'human', ''), (8, 'human', '');"
	"INSERT INTO person(person, lenient, opted_out, key) VALUES(0, 0, 0, 'ada@x.org'),"
	" (1, 0, 0, 'al@z.org'), (2, 1, 0, 'bot@x.org'), (3, 2, 1, 'eve@x.org'),"
	" (4, 3, 0, 'shared@x.org');"
	"INSERT INTO identity(repo, signature, email_key, email, person) VALUES"
	" (1, 1, 'ada@x.org', 0, 0), (2, 1, 'ada@x.org', 0, 0), (1, 2, 'ada@x.org', 0, 0),"
	" (1, 3, 'ada@y.org', 1, 0), (1, 4, 'al@z.org', 2, 1), (1, 5, 'eve@x.org', 3, 3),"
	" (2, 6, 'bot@x.org', 4, 2), (1, 7, 'ada@x.org', 5, 0), (2, 7, 'shared@x.org', 5, 4),"
	" (2, 8, '7+eve-login@users.noreply.example.org', 6, 3);"
	"INSERT INTO link(level, repo, a, b, promoted, rule) VALUES"
	" (1, NULL, 'A. L. <ADA@x.org>', 'ada@x.org', 0, 'same-email'),"
	" (1, NULL, 'Ada <ada@x.org>', 'ada@x.org', 0, 'same-email'),"
	" (1, NULL, 'Ada <ada@y.org>', 'ada@y.org', 0, 'same-email'),"
	" (1, NULL, 'Bot <bot@x.org>', 'bot@x.org', 0, 'same-email'),"
	" (1, NULL, 'Shared <shared@x.org>', 'shared@x.org', 0, 'same-email'),"
	" (2, 1, 'ada@y.org', 'old@x.org', 1, 'mailmap-promoted'),"
	" (2, 2, 'ada@x.org', 'old@x.org', 1, 'mailmap-promoted'),"
	" (2, 1, 'Shared <shared@x.org>', 'ada@x.org', 0, 'mailmap'),"
	" (3, NULL, 'eve@x.org', 'gone@x.org', 0, 'noreply-id'),"
	" (4, 1, 'Ada Love <al@z.org>', 'ada@x.org', 0, 'full-name'),"
	" (4, 1, 'Eve <eve@x.org>', 'ada@x.org', 0, 'full-name');"
	"INSERT INTO activity VALUES(1, 8097, 0, 0, 3, 1, 0, 0, 0), (2, 8099, 0, 0, 2, 0, 0, 0, 0),"
	" (1, 8097, 3, 3, 9, 9, 0, 0, 0);"
	"INSERT INTO alarm VALUES('many_emails', 0, NULL, 13, ''), ('many_emails', 4, NULL, 20, ''),"
	" ('many_emails', 3, NULL, 99, ''), ('bridge', 0, 1, 3, 'ada@x.org'),"
	" ('mailmaps', NULL, NULL, 2, 'al@z.org'), ('mailmaps', NULL, NULL, 5, 'eve-login'),"
	" ('mailmaps', NULL, NULL, 5, 'Eve <eve@x.org> and Ada <ada@x.org>'),"
	" ('near_bot', 4, 7, 8, 'bot-name'), ('near_bot', NULL, 5, 8, 'bot-name'),"
	" ('someday', NULL, NULL, 1, 'x');"
	"INSERT INTO meta(key, value) VALUES('universe', 'u'), ('title', 'U'), ('date_basis', 'author'),"
	" ('small_base', '5'), ('snapshot_s', '1750000000'), ('grace_s', '0'), ('first_quarter', '8090'),"
	" ('last_quarter', '8101'), ('facts', '1'), ('derived_facts', '1'), ('taxonomy_hash', 't');";

/* Commits by (id, repository, author, quarter). */
static const int dossiers_commits[][4] = {
	{ 1, 1, 1, 8096 }, { 2, 1, 1, 8097 }, { 3, 2, 1, 8100 }, { 4, 1, 3, 8097 }, { 5, 2, 6, 8098 },
	{ 6, 1, 7, 8098 }, { 7, 1, 2, 8098 }, { 8, 1, 5, 8097 },
};

static inline void dossiers_run(struct quarry_db *db, const char *sql)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	if (db_exec(db, sql, &err))
		fail_msg("%s: %s", sql, err.text);
}

static inline struct quarry_db *dossiers_open(void)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_db *db = NULL;
	struct str sql = STR_INIT;

	assert_int_equal(db_open(&db, ":memory:", DB_READ_WRITE, &err), 0);
	dossiers_run(db, quarry_schema_sql);
	dossiers_run(db, quarry_derived_sql);
	dossiers_run(db, dossiers_world);
	str_addf(&sql, "INSERT INTO meta(key, value) VALUES('derived_shape', '%lld');",
		 (long long)derive_shape());
	for (size_t i = 0; i < sizeof(dossiers_commits) / sizeof(dossiers_commits[0]); i++) {
		const int *c = dossiers_commits[i];

		str_addf(&sql, "INSERT INTO commits(commit_id, repo, oid, author, committer, author_s,"
			 " author_offset_min, committer_s, committer_offset_min, author_quarter,"
			 " author_bin, n_parents, parents, subject, flags, first_seen_s)"
			 " VALUES(%d, %d, x'%040x', %d, 1, 0, 0, 0, 0, 0, 0, 0, x'', '', 0, 0);"
			 "INSERT INTO commit_kind VALUES(%d, %d, %d, 0, 0);", c[0], c[1],
			 (unsigned)c[0], c[2], c[0], c[1], c[3]);
	}
	dossiers_run(db, sql.buf);
	str_release(&sql);
	return db;
}

/* The bytes 0 to 31. */
static inline struct quarry_naming dossiers_naming(unsigned char key[32], int names)
{
	for (int i = 0; i < 32; i++)
		key[i] = (unsigned char)i;
	return (struct quarry_naming){ key, 32, names };
}

#endif
