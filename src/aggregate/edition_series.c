/*
 * Who wrote, quarter by quarter: humans alone, humans with an agent, agents, automation.
 */
#include "aggregate/edition.h"
#include "util/banned.h"

#define SERIES \
	" FROM scope_quarter JOIN scope USING (scope) WHERE kind <> 'repository'" \
	" AND members_of = quarter AND quarter > ?2 AND quarter <= ?1" \
	" AND commits + agent_commits + bot_commits > 0"

int edition_series(struct edition_reader *r, struct quarry_error *err)
{
	int32_t before = r->e->quarter - QUARRY_SERIES_QUARTERS;
	struct db_stmt *st = NULL;
	int64_t n = 0;
	int rc;

	if (before < r->lo)
		before = r->lo;
	rc = edition_number(&n, r, "SELECT count(*)" SERIES, r->e->quarter, before, err);
	if (!rc)
		rc = db_prepare(&st, r->db, "SELECT scope, quarter, commits - assisted_commits,"
				" assisted_commits, agent_commits, bot_commits" SERIES
				" ORDER BY scope, quarter", err);
	if (rc)
		return rc;
	r->e->series = arena_alloc(r->arena, (size_t)n * sizeof(*r->e->series) + 1);
	if (!r->e->series) {
		db_finish(st);
		return quarry_error_nomem(err);
	}
	db_bind_int(st, 1, r->e->quarter);
	db_bind_int(st, 2, before);
	while (r->e->n_series < (size_t)n && (rc = db_step(st, err)) > 0)
		r->e->series[r->e->n_series++] = (struct quarry_series){
			.scope = (size_t)db_int(st, 0), .quarter = (int32_t)db_int(st, 1),
			.human = db_int(st, 2), .assisted = db_int(st, 3),
			.agent = db_int(st, 4), .automation = db_int(st, 5),
		};
	db_finish(st);
	return rc < 0 ? rc : 0;
}
