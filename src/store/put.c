/*
 * Writing one repository, in one transaction: it begins, pieces come, and the last of
 * them ends it.  In a group it is a part of the group's transaction, with a savepoint
 * where it must be taken back alone: SQLite copies each page then before it changes.
 */
#include "store/store.h"
#include "util/banned.h"

int store_next_number(int64_t *out, struct quarry_store *s, enum store_stmt which,
		      struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, which, err);

	if (rc)
		return rc;
	rc = db_step(st, err);
	if (rc > 0)
		*out = db_int(st, 0);
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* Count that facts changed: what was derived from them is out of date. */
static int note_change(struct quarry_store *s, struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_CHANGED, err);

	if (!rc)
		rc = db_run(st, err);
	s->n_changes += !rc;
	return rc;
}

int quarry_store_is_new(bool *out, struct quarry_store *s, struct quarry_error *err)
{
	int64_t any = 0;
	int rc = db_scalar(&any, s->db, "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'facts') OR"
			   " EXISTS (SELECT 1 FROM commits)", 0, err);

	if (!rc)
		*out = !any;
	return rc;
}

int64_t quarry_store_changes(const struct quarry_store *s)
{
	return s->n_changes;
}

int64_t quarry_store_next_commit(const struct quarry_store *s)
{
	return s->put.next_commit;
}

static void put_release(struct quarry_store *s)
{
	struct map paths = s->put.paths;

	map_clear(&paths); /* its room is for the next repository */
	s->put = (struct store_put){ .paths = paths };
}

static int begin(struct quarry_store *s, bool is_part, struct quarry_error *err)
{
	return !s->grouped ? db_begin(s->db, err) : is_part ? db_part_begin(s->db, err) : 0;
}

static int commit(struct quarry_store *s, struct quarry_error *err)
{
	return !s->grouped ? db_commit(s->db, err) : s->put.is_part ? db_part_end(s->db, err) : 0;
}

int quarry_store_group_begin(struct quarry_store *s, struct quarry_error *err)
{
	int rc = s->grouped ? 0 : db_begin(s->db, err);

	s->grouped |= !rc;
	return rc;
}

int quarry_store_group_end(struct quarry_store *s, struct quarry_error *err)
{
	int rc;

	if (!s->grouped)
		return 0;
	quarry_store_put_cancel(s);
	s->grouped = false;
	rc = db_in_transaction(s->db) ? db_commit(s->db, err)
	   : quarry_error_set(err, QUARRY_EFAIL, "cannot write facts: what was read last is lost; "
			      "run the same command again");
	if (rc) {
		db_rollback(s->db);
		map_release(&s->signatures);
	}
	return rc;
}

void quarry_store_put_cancel(struct quarry_store *s)
{
	if (!s->put.active)
		return;
	if (s->put.is_part) {
		db_part_rollback(s->db);
	} else {
		db_rollback(s->db);
		s->grouped = false;
	}
	put_release(s);
	map_release(&s->signatures); /* some of them are not stored now */
}

/* A failed step ends the writing. */
static int check(struct quarry_store *s, int rc)
{
	if (rc)
		quarry_store_put_cancel(s);
	return rc;
}

/* What SQLite has given up by itself must not go on without a transaction. */
static int check_active(struct quarry_store *s, struct quarry_error *err)
{
	if (s->put.active && db_in_transaction(s->db))
		return 0;
	return quarry_error_set(err, QUARRY_EFAIL, "cannot write facts: the writing has not begun, "
				"or it failed");
}

int quarry_store_put_begin(struct quarry_store *s, int64_t repo, enum quarry_put_mode mode,
			   enum quarry_put_undo undo, int64_t mined_s, struct quarry_error *err)
{
	bool is_part = s->grouped && undo == QUARRY_UNDO_OWN;
	int rc;

	if (s->put.active)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot write facts: those of another repository are being written");
	rc = begin(s, is_part, err);
	if (rc)
		return rc;
	s->put = (struct store_put){ .active = true, .is_part = is_part, .mode = mode, .repo = repo,
				     .mined_s = mined_s, .paths = s->put.paths };
	if (mode == QUARRY_PUT_REPLACE)
		rc = store_remove_all(s, err);
	if (!rc)
		rc = store_next_number(&s->put.next_path, s, ST_NEXT_PATH, err);
	if (!rc)
		rc = store_next_number(&s->put.next_commit, s, ST_NEXT_COMMIT, err);
	return check(s, rc);
}

int quarry_store_put_piece(struct quarry_store *s, const struct quarry_history *piece,
			   struct quarry_error *err)
{
	int rc = check_active(s, err);

	if (!rc)
		rc = store_put_piece(s, piece, err);
	return check(s, rc);
}

/* What the last piece says of the tip, and of what that makes of the commits. */
static int put_last(struct quarry_store *s, const struct quarry_history *last,
		    struct quarry_error *err)
{
	int64_t n_gone = 0;
	int rc = store_remove_gone(s, last->gone, last->n_gone, err);

	if (!rc)
		rc = store_put_tip(s, last, err);
	if (!rc)
		rc = store_settle_gone(&n_gone, s, err);
	if (!rc)
		rc = store_put_ledger(s, last, n_gone, err);
	return rc ? rc : store_put_repo(s, last, err);
}

int quarry_store_put_end(struct quarry_store *s, const struct quarry_history *last,
			 struct quarry_error *err)
{
	int rc = check_active(s, err);

	if (!rc)
		rc = s->put.mode == QUARRY_PUT_TOUCHES ? store_add_losses(s, last, err)
						       : put_last(s, last, err);
	if (!rc)
		rc = note_change(s, err);
	if (!rc)
		rc = commit(s, err);
	if (!rc)
		put_release(s);
	return check(s, rc);
}

int quarry_store_put(struct quarry_store *s, int64_t repo, const struct quarry_history *history,
		     int64_t mined_s, struct quarry_error *err)
{
	int rc = quarry_store_put_begin(s, repo, QUARRY_PUT_REPLACE, QUARRY_UNDO_OWN, mined_s, err);

	if (!rc)
		rc = quarry_store_put_piece(s, history, err);
	return rc ? rc : quarry_store_put_end(s, history, err);
}

static int store_is_empty(bool *out, struct quarry_store *s, int64_t repo,
			  struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_REPO_STATE, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	rc = db_step(st, err);
	*out = rc > 0 && db_int(st, 0) == 2;
	db_reset(st);
	return rc < 0 ? rc : 0;
}

int quarry_store_unchanged(struct quarry_store *s, int64_t repo, int64_t mined_s,
			   struct quarry_error *err)
{
	struct db_stmt *st;
	int rc = store_stmt(&st, s, ST_REPO_AGAIN, err);

	if (rc)
		return rc;
	db_bind_int(st, 1, repo);
	db_bind_int(st, 2, mined_s);
	rc = db_run(st, err);
	return rc || !db_changes(s->db) ? rc : note_change(s, err);
}

int quarry_store_put_empty(struct quarry_store *s, int64_t repo, int64_t mined_s,
			   struct quarry_error *err)
{
	int64_t n_gone = 0;
	bool is_empty = false;
	struct db_stmt *st;
	int rc = store_is_empty(&is_empty, s, repo, err);

	if (rc || is_empty)
		return rc;
	rc = quarry_store_put_begin(s, repo, QUARRY_PUT_REPLACE, QUARRY_UNDO_OWN, mined_s, err);
	if (rc)
		return rc;
	rc = store_settle_gone(&n_gone, s, err);
	if (!rc)
		rc = store_put_ledger(s, /* h= */ NULL, n_gone, err);
	if (!rc)
		rc = store_stmt(&st, s, ST_REPO_EMPTY, err);
	if (!rc) {
		db_bind_int(st, 1, repo);
		db_bind_int(st, 2, mined_s);
		rc = db_run(st, err);
	}
	if (!rc)
		rc = note_change(s, err);
	if (!rc)
		rc = commit(s, err);
	if (!rc)
		put_release(s);
	return check(s, rc);
}
