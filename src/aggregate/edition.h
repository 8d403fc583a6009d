/*
 * Inside of aggregate: reading figures back into an edition.
 */
#ifndef QUARRY_AGGREGATE_EDITION_H
#define QUARRY_AGGREGATE_EDITION_H

#include <stdbool.h>

#include "quarry/aggregate.h"
#include "util/arena.h"
#include "util/db.h"

/* A repository's or row's category when membership is taken at quarter ?1. */
#define CATEGORY_AT_1 \
	"CASE WHEN t.from_q IS NOT NULL AND ?1 < t.from_q THEN t.moved_from" \
	" WHEN t.until_q IS NOT NULL AND ?1 > t.until_q THEN NULL ELSE t.category END"

/* The same in the quarter before. */
#define CATEGORY_BEFORE_1 \
	"CASE WHEN t.from_q IS NOT NULL AND ?1 - 1 < t.from_q THEN t.moved_from" \
	" WHEN t.until_q IS NOT NULL AND ?1 - 1 > t.until_q THEN NULL ELSE t.category END"

/* Of a row of repo: does its history end before its beginning? What lies behind a commit
 * that is missing or damaged is as unknown as what a shallow clone leaves out. */
#define BROKEN \
	"EXISTS(SELECT 1 FROM repo_flag WHERE repo_flag.repo = repo.repo AND n > 0" \
	" AND flag IN ('missing_commits', 'damaged_commits'))"
#define CUT_OFF "(repo.shallow OR " BROKEN ")"

/* Of a row of repo: does a counted commit lie before the window of its touches? A window
 * that holds all of them leaves nothing out, whatever quarter it begins with. */
#define WINDOWED \
	"EXISTS(SELECT 1 FROM commit_kind k WHERE k.repo = repo.repo AND k.quarter < repo.since" \
	" AND k.kind = 0)"

struct edition_reader {
	struct quarry_edition *e;
	struct arena *arena;
	struct quarry_db *db;
	bool as_of;
	int32_t lo, hi;  /* quarters that are analysed: lo is a base only */
	int64_t grace_s; /* how long after the snapshot histories are taken for whole */
	int64_t stale_before_s; /* repositories known up to a time before it are stale */
};

/* A copy in the edition's memory; NULL without memory. */
const char *edition_text(struct edition_reader *r, const char *text);
/* One number of a query whose parameter ?1 is `quarter` (and ?2 `extra`); without a row 0,
 * QUARRY_UNKNOWN for NULL. */
int edition_number(int64_t *out, struct edition_reader *r, const char *sql, int32_t quarter,
		   int64_t extra, struct quarry_error *err);

int edition_meta(struct edition_reader *r, int32_t quarter, struct quarry_error *err);
int edition_scopes(struct edition_reader *r, struct quarry_error *err);
int edition_changes(struct edition_reader *r, struct quarry_error *err);
int edition_movement(struct edition_reader *r, struct quarry_error *err);
int edition_repos(struct edition_reader *r, struct quarry_error *err);
int edition_series(struct edition_reader *r, struct quarry_error *err);
int edition_cohorts(struct edition_reader *r, struct quarry_error *err);
int edition_quality(struct edition_reader *r, struct quarry_error *err);

/* Forget the numbers of cells that are too small to be printed, and of those that would give
 * them away; cells[scope * n_groups + group], the universe first. */
int edition_withhold(struct quarry_cohort *cells, size_t n_scopes, size_t n_groups,
		     struct quarry_error *err);

#endif
