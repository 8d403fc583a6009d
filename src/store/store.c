#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

/*
 * SQLite looks at the stop flag between its steps, and sorts in one step what it holds of
 * the rows: all of them with temp_store = MEMORY, else what fits into the cache.  This one
 * is sorted in a fraction of a second.
 */
static const char common_pragmas[] =
	"PRAGMA temp_store = FILE;"
	"PRAGMA cache_size = -16384;"
	"PRAGMA trusted_schema = OFF;";

/*
 * WAL keeps readers and the writer apart; NORMAL may lose the last transaction in
 * a power cut but never corrupts; foreign keys are checked by the tests, not on
 * every insert.  The WAL is copied into the file at each 250 pages, 4 MiB of a new store,
 * while others read histories: what is left at the end is copied when nobody does anything else.
 */
static const char writer_pragmas[] =
	"PRAGMA synchronous = NORMAL;"
	"PRAGMA wal_autocheckpoint = 250;";

/* Of a new store alone; larger pages are fewer, and cost less to fill. */
static const char new_pragmas[] = "PRAGMA page_size = 16384";

/* Of nothing, or of an older version. */
static int make(struct quarry_store *s, struct quarry_error *err)
{
	int64_t version = 0;
	int rc = db_begin(s->db, err);

	/* Another process may have made it while this one waited. */
	if (!rc)
		rc = db_scalar(&version, s->db, "PRAGMA user_version", 0, err);
	if (!rc && version < STORE_VERSION)
		rc = store_upgrade(s, version, err);
	if (!rc && version < STORE_VERSION)
		rc = db_exec(s->db, "PRAGMA application_id = 1903325817; PRAGMA user_version = 6", err);
	if (!rc)
		rc = db_commit(s->db, err);
	if (rc)
		db_rollback(s->db);
	else
		s->version = STORE_VERSION;
	return rc;
}

/* WAL first: tables made in it take no journal of their own, which is waited for. */
static int open_to_write(struct quarry_store *s, struct quarry_error *err)
{
	int rc = s->version ? 0 : db_exec(s->db, new_pragmas, err);

	if (!rc)
		rc = db_use_wal(s->db, err);
	if (!rc)
		rc = db_exec(s->db, writer_pragmas, err);
	return rc || s->version == STORE_VERSION ? rc : make(s, err);
}

/* Is it a store that this program can read? */
static int check(struct quarry_store *s, const char *path, struct quarry_error *err)
{
	int64_t application = 0, version = 0, tables = 0;
	int rc;

	_Static_assert(STORE_APPLICATION_ID == 1903325817 && STORE_VERSION == 6,
		       "make() writes these two");
	/* All three of one moment: another process may be making it. */
	rc = db_begin_read(s->db, err);
	if (!rc)
		rc = db_scalar(&application, s->db, "PRAGMA application_id", 0, err);
	if (!rc)
		rc = db_scalar(&version, s->db, "PRAGMA user_version", 0, err);
	if (!rc)
		rc = db_scalar(&tables, s->db, "SELECT count(*) FROM sqlite_schema", 0, err);
	db_rollback(s->db);
	if (rc)
		return rc;
	s->version = version;
	if (application == 0 && version == 0 && tables == 0)
		return 0; /* nothing yet */
	if (application != STORE_APPLICATION_ID)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot open the store '%s': it is a database of another program",
					path);
	if (version > STORE_VERSION)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot open the store '%s': it has version %lld, this program "
					"knows versions up to %d; use a newer quarry or another --store",
					path, (long long)version, STORE_VERSION);
	return 0;
}

int quarry_store_open(struct quarry_store **out, const char *path,
		      const struct quarry_store_options *options, struct quarry_error *err)
{
	struct quarry_store *s = calloc(1, sizeof(*s));
	bool read_only = options && options->read_only;
	int rc;

	if (!s)
		return quarry_error_nomem(err);
	rc = db_open(&s->db, path, read_only ? DB_READ_ONLY : DB_READ_WRITE, err);
	if (!rc && options)
		db_watch(s->db, options->stop, &options->log);
	if (!rc)
		rc = check(s, path, err);
	if (!rc && !read_only)
		rc = open_to_write(s, err);
	if (!rc)
		rc = db_exec(s->db, common_pragmas, err);
	if (!rc && read_only)
		rc = store_read_older(s, err);
	if (!rc) {
		*out = s;
		s = NULL;
	}
	quarry_store_free(s);
	return rc;
}

void quarry_store_free(struct quarry_store *s)
{
	if (!s)
		return;
	quarry_store_put_cancel(s);
	for (int i = 0; i < ST_N; i++)
		db_finish(s->stmts[i]);
	db_close(s->db);
	map_release(&s->put.paths);
	map_release(&s->signatures);
	str_release(&s->key);
	free(s);
}

struct quarry_db *quarry_store_db(struct quarry_store *s)
{
	return s->db;
}
