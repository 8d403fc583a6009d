/*
 * The cohorts of an edition: groups, and their people in each scope.
 */
#include <string.h>

#include "aggregate/edition.h"
#include "util/banned.h"

static int read_groups(struct edition_reader *r, size_t n, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	int rc = db_prepare(&st, r->db, "SELECT id, title FROM (SELECT id, title FROM affiliation_group"
			    " UNION ALL SELECT '', '') ORDER BY id = '', id", err);

	for (size_t i = 0; !rc && i < n; i++) {
		struct quarry_group *g = &r->e->groups[i];

		rc = db_step(st, err);
		if (rc <= 0)
			break;
		g->id = edition_text(r, db_text(st, 0));
		g->title = edition_text(r, db_text(st, 1));
		rc = g->id && g->title ? 0 : quarry_error_nomem(err);
	}
	db_finish(st);
	return rc;
}

/* Both run in the order of (scope, group). */
static int read_cells(struct edition_reader *r, struct quarry_error *err)
{
	struct db_stmt *st = NULL;
	size_t n = r->e->n_groups, n_cells = r->e->n_scopes * n, at = 0;
	int rc = db_prepare(&st, r->db, "SELECT scope, affiliation, contributors, commits FROM cohort"
			    " WHERE quarter = ?1 ORDER BY scope, affiliation = '', affiliation", err);

	if (rc)
		return rc;
	db_bind_int(st, 1, r->e->quarter);
	while ((rc = db_step(st, err)) > 0) {
		if (at < (size_t)db_int(st, 0) * n)
			at = (size_t)db_int(st, 0) * n;
		while (at < n_cells && strcmp(r->e->groups[at % n].id, db_text(st, 1)) != 0)
			at++;
		if (at < n_cells) {
			r->e->cohorts[at].contributors = db_int(st, 2);
			r->e->cohorts[at].commits = db_int(st, 3);
		}
	}
	db_finish(st);
	return rc;
}

int edition_cohorts(struct edition_reader *r, struct quarry_error *err)
{
	int64_t n = 0;
	int rc = db_scalar(&n, r->db, "SELECT count(*) FROM affiliation_group", 0, err);

	if (rc || !n)
		return rc;
	r->e->n_groups = (size_t)n + 1;
	r->e->groups = arena_zeros(r->arena, r->e->n_groups, sizeof(*r->e->groups));
	r->e->cohorts = arena_zeros(r->arena, r->e->n_scopes * r->e->n_groups, sizeof(*r->e->cohorts));
	if (!r->e->groups || !r->e->cohorts)
		return quarry_error_nomem(err);
	rc = read_groups(r, r->e->n_groups, err);
	if (!rc)
		rc = read_cells(r, err);
	return rc ? rc : edition_withhold(r->e->cohorts, r->e->n_scopes, r->e->n_groups, err);
}
