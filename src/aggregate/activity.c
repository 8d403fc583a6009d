/*
 * Who was active when: the credits of a person in a repository and quarter as
 * masks of days and seven-day bins, and the same for e-mails as git sees them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aggregate/derive.h"
#include "quarry/quarter.h"
#include "util/banned.h"

#define DAY_S 86400
#define DAYS_LO 46 /* days in the first mask: two masks stay positive in SQLite */

struct active {
	int64_t repo, person, email;
	int32_t quarter;
	int64_t authored, co_authored, weeks, days_lo, days_hi;
};

static int write_active(struct db_stmt *st, const struct active *a, struct quarry_error *err)
{
	if (!a->authored && !a->co_authored)
		return 0;
	db_bind_int(st, 1, a->repo);
	db_bind_int(st, 2, a->quarter);
	db_bind_int(st, 3, a->person);
	db_bind_int(st, 4, a->email);
	db_bind_int(st, 5, a->authored);
	db_bind_int(st, 6, a->co_authored);
	db_bind_int(st, 7, a->weeks);
	db_bind_int(st, 8, a->days_lo);
	db_bind_int(st, 9, a->days_hi);
	return db_run(st, err);
}

static void add_credit(struct active *a, int role, int64_t activity_s)
{
	int64_t day = (activity_s - quarry_quarter_start(a->quarter)) / DAY_S;

	if (role == 0)
		a->authored++;
	else
		a->co_authored++;
	a->weeks |= (int64_t)1 << quarry_quarter_bin(a->quarter, activity_s);
	if (day < DAYS_LO)
		a->days_lo |= (int64_t)1 << day;
	else
		a->days_hi |= (int64_t)1 << (day - DAYS_LO);
}

int derive_activity(struct quarry_derive *d, struct quarry_error *err)
{
	struct db_stmt *read = NULL, *write = NULL;
	struct active a = { 0 };
	int rc;

	rc = db_prepare(&read, d->db,
			"SELECT k.repo, k.quarter, cr.person, cr.email, cr.role, ct.activity_s"
			" FROM credit cr JOIN commit_kind k USING (commit_id)"
			" JOIN commit_time ct USING (commit_id) ORDER BY 1, 2, 3, 4", err);
	if (!rc)
		rc = db_prepare(&write, d->db,
				"INSERT INTO activity(repo, quarter, person, email, authored,"
				" co_authored, weeks, days_lo, days_hi)"
				" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", err);
	while (!rc && (rc = db_step(read, err)) > 0) {
		struct active next = { .repo = db_int(read, 0), .quarter = (int32_t)db_int(read, 1),
				       .person = db_int(read, 2), .email = db_int(read, 3) };

		rc = 0;
		if (next.repo != a.repo || next.quarter != a.quarter || next.person != a.person ||
		    next.email != a.email) {
			rc = write_active(write, &a, err);
			a = next;
		}
		add_credit(&a, (int)db_int(read, 4), db_int(read, 5));
	}
	if (!rc)
		rc = write_active(write, &a, err);
	db_finish(read);
	db_finish(write);
	return rc;
}

/* One repository's quarters, as git's e-mails see them. */
struct raw_quarter {
	int32_t quarter;
	int64_t emails, new_emails, weeks, weeks_10;
};

struct raw_repo {
	int64_t repo;
	VEC(struct raw_quarter) quarters; /* by quarter */
};

static struct raw_quarter *raw_at(struct raw_repo *r, int32_t quarter)
{
	struct raw_quarter fresh = { .quarter = quarter };
	size_t lo = 0, hi = r->quarters.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->quarters.at[mid].quarter < quarter)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < r->quarters.n && r->quarters.at[lo].quarter == quarter)
		return &r->quarters.at[lo];
	if (vec_push(&r->quarters, fresh) < 0)
		return NULL;
	memmove(&r->quarters.at[lo + 1], &r->quarters.at[lo],
		(r->quarters.n - 1 - lo) * sizeof(fresh));
	r->quarters.at[lo] = fresh;
	return &r->quarters.at[lo];
}

/*
 * The mean to four digits, rounded as the oracle rounds: on the binary value, by
 * printf, which is exact in glibc; SQLite's round() is not.
 */
static double four_digits(int64_t sum, int64_t n)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%.4f", n ? (double)sum / (double)n : 0.0);
	return strtod(text, NULL);
}

static int write_raw(struct db_stmt *st, struct raw_repo *r, struct quarry_error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < r->quarters.n; i++) {
		const struct raw_quarter *q = &r->quarters.at[i];

		db_bind_int(st, 1, r->repo);
		db_bind_int(st, 2, q->quarter);
		db_bind_int(st, 3, q->emails);
		db_bind_int(st, 4, q->new_emails);
		db_bind_real(st, 5, four_digits(q->weeks, q->emails));
		db_bind_int(st, 6, q->weeks_10);
		rc = db_run(st, err);
	}
	r->quarters.n = 0;
	return rc;
}

/* One row: an e-mail in a quarter, with the mask of its bins, and whether it is its
 * first quarter in the repository. */
static int add_raw(struct raw_repo *r, int32_t quarter, int64_t mask, bool first,
		   struct quarry_error *err)
{
	int weeks = __builtin_popcountll((unsigned long long)mask);
	struct raw_quarter *q = raw_at(r, quarter);

	if (!q)
		return quarry_error_nomem(err);
	q->emails++;
	q->new_emails += first;
	q->weeks += weeks;
	q->weeks_10 += weeks >= 10;
	return 0;
}

static const char raw_rows[] =
	/* sum(DISTINCT) of powers of two is their OR. */
	"SELECT c.repo, i.email_key, c.author_quarter, sum(DISTINCT 1 << c.author_bin)"
	" FROM commits c JOIN identity i ON i.repo = c.repo AND i.signature = c.author"
	" WHERE c.n_parents < 2 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

int derive_raw_authors(struct quarry_derive *d, struct quarry_error *err)
{
	struct db_stmt *read = NULL, *write = NULL;
	struct raw_repo r = { .repo = -1 };
	char *email = NULL;
	int rc;

	rc = db_prepare(&read, d->db, raw_rows, err);
	if (!rc)
		rc = db_prepare(&write, d->db,
				"INSERT INTO raw_author_quarter(repo, quarter, emails, new_emails,"
				" weeks_mean, weeks_10) VALUES(?1, ?2, ?3, ?4, ?5, ?6)", err);
	while (!rc && (rc = db_step(read, err)) > 0) {
		bool first;

		rc = 0;
		if (db_int(read, 0) != r.repo) {
			rc = write_raw(write, &r, err);
			r.repo = db_int(read, 0);
			free(email);
			email = NULL;
		}
		first = !email || strcmp(email, db_text(read, 1)) != 0;
		if (first) {
			free(email);
			email = strdup(db_text(read, 1));
			if (!email)
				rc = quarry_error_nomem(err);
		}
		if (!rc)
			rc = add_raw(&r, (int32_t)db_int(read, 2), db_int(read, 3), first, err);
	}
	if (!rc)
		rc = write_raw(write, &r, err);
	free(email);
	vec_release(&r.quarters);
	db_finish(read);
	db_finish(write);
	return rc;
}
