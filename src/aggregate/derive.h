/*
 * Inside of aggregate: a rebuild in progress, and the tables it holds in memory
 * while it computes.
 */
#ifndef QUARRY_AGGREGATE_DERIVE_H
#define QUARRY_AGGREGATE_DERIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "quarry/aggregate.h"
#include "util/db.h"
#include "util/vec.h"

#define NO_CATEGORY (-1)

enum commit_kind { KIND_COUNTED, KIND_MERGE, KIND_BOT, KIND_AGENT, KIND_DUPLICATE, KIND_N };

enum derive_stmt {
	DS_PERSON,
	DS_IDENTITY,
	DS_LINK,
	DS_ALARM,
	DS_SIGNATURE_CLASS,
	DS_ASSIST,
	DS_EXPORT,
	DS_PATH_CLASS,
	DS_AFFILIATION_GROUP,
	DS_PERSON_AFFILIATION,
	DS_SIGNATURE_AFFILIATION,
	DS_N,
};

/* A tracked repository and its membership. */
struct derive_repo {
	int64_t id;           /* repo.repo */
	const char *url;      /* owned by the universe, or by `excluded_url` */
	int32_t category;     /* today; NO_CATEGORY: excluded */
	int32_t from, until;  /* QUARRY_QUARTER_NONE: open */
	int32_t moved_from;   /* category before `from`, or NO_CATEGORY */
	int64_t upstream;     /* repo.repo of the upstream, -1: none */
	int64_t files_at_tip;
	int32_t since;         /* its touches are read of this quarter and later ones; NONE: of all */
	int64_t known_s;       /* its history is known up to then; 0: nobody knows */
	int32_t first_quarter; /* of its first counted commit ever; NONE: it has none */
};

struct quarry_derive {
	struct quarry_db *db;
	struct derive_tip *tip; /* files of the tips so far, see tip.c; NULL: none */
	const struct quarry_universe *universe;
	bool by_committer;
	bool in_transaction;
	struct db_stmt *stmts[DS_N];
	VEC(struct derive_repo) repos; /* by URL; the excluded ones last */
	size_t n_members;              /* repos that are not excluded */
	int32_t lo, hi;                /* first and last quarter of scope_quarter */
	int64_t snapshot_s;            /* day up to which the histories are known; 0: nothing is mined */
	int64_t grace_s;               /* how much longer they may be taken for whole: see snapshot.c */
};

/* The category of a repository when membership is taken at `quarter`;
 * NO_CATEGORY where it is not a member then. */
int32_t derive_category_of(const struct derive_repo *r, int32_t quarter);

/* What is known of a history up to a time before this one only is out of date for the
 * quarter, see snapshot.c. */
int64_t derive_stale_before(int32_t quarter, int64_t snapshot_s, int64_t grace_s);
bool derive_is_stale(const struct quarry_derive *d, const struct derive_repo *r, int32_t quarter);

/* The steps of a rebuild, in order. */
int derive_taxonomy(struct quarry_derive *d, struct quarry_error *err);
int derive_times(struct quarry_derive *d, struct quarry_error *err);
int derive_snapshot(struct quarry_derive *d, struct quarry_error *err);
int derive_tip(struct quarry_derive *d, struct quarry_error *err);
int derive_kinds(struct quarry_derive *d, struct quarry_error *err);
int derive_regular(struct quarry_derive *d, struct quarry_error *err);
int derive_activity(struct quarry_derive *d, struct quarry_error *err);
int derive_raw_authors(struct quarry_derive *d, struct quarry_error *err);
int derive_figures(struct quarry_derive *d, struct quarry_error *err);
int derive_cohorts(struct quarry_derive *d, struct quarry_error *err);
int derive_invariants(struct quarry_derive *d, struct quarry_error *err);

void derive_tip_free(struct derive_tip *t); /* NULL is fine */

extern const char quarry_derived_sql[];

/* Has the store any tables? An empty file, or one that is not made yet, is read, too. */
int derive_has_store(int64_t *out, struct quarry_db *db, struct quarry_error *err);

/* A number of the derived tables as this program makes them. */
int64_t derive_shape(void);

#endif
