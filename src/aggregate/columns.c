#include "aggregate/columns.h"

#include <string.h>

#include "util/banned.h"

#define INT(field) { #field, offsetof(struct quarry_measures, field), COLUMN_INT }
#define KNOWN(field) { #field, offsetof(struct quarry_measures, field), COLUMN_KNOWN }
#define REAL(field) { #field, offsetof(struct quarry_measures, field), COLUMN_REAL }
#define BIN(n) { "bins_" #n, offsetof(struct quarry_measures, bins) + (n - 1) * sizeof(int64_t), COLUMN_INT }

const struct column measure_columns[] = {
	INT(tracked), INT(active),
	INT(commits), INT(merge_commits), INT(bot_commits), INT(agent_commits),
	INT(duplicate_commits), INT(landed), INT(assisted_commits),
	INT(authors), INT(contributors), INT(contributors_lo), INT(contributors_hi),
	INT(retained), INT(reactivated), INT(new_contributors), INT(new_to_universe),
	BIN(1), BIN(2), BIN(3), BIN(4), BIN(5), BIN(6), BIN(7), BIN(8), BIN(9), BIN(10), BIN(11),
	BIN(12), BIN(13),
	INT(weeks_sum), REAL(weeks_mean), REAL(weeks_median), REAL(weeks_weighted), INT(full_time),
	KNOWN(file_touches_raw), KNOWN(file_touches), KNOWN(distinct_files_raw), KNOWN(distinct_files),
	KNOWN(top5_touches), KNOWN(lines_churn_raw), KNOWN(lines_churn), INT(files_at_tip),
};

const size_t n_measure_columns = sizeof(measure_columns) / sizeof(measure_columns[0]);

void columns_list(struct str *out)
{
	for (size_t i = 0; i < n_measure_columns; i++)
		str_addf(out, "%s%s", i ? ", " : "", measure_columns[i].name);
}

void columns_bind(struct db_stmt *st, int at, const struct quarry_measures *m)
{
	for (size_t i = 0; i < n_measure_columns; i++) {
		const struct column *c = &measure_columns[i];
		const void *field = (const char *)m + c->offset;

		if (c->kind == COLUMN_REAL)
			db_bind_real(st, at + (int)i, *(const double *)field);
		else if (c->kind == COLUMN_KNOWN && *(const int64_t *)field == QUARRY_UNKNOWN)
			db_bind_null(st, at + (int)i);
		else
			db_bind_int(st, at + (int)i, *(const int64_t *)field);
	}
}

void columns_read(struct quarry_measures *m, struct db_stmt *st, int col)
{
	*m = (struct quarry_measures){ 0 };
	for (size_t i = 0; i < n_measure_columns; i++) {
		const struct column *c = &measure_columns[i];
		void *field = (char *)m + c->offset;

		if (c->kind == COLUMN_REAL)
			*(double *)field = db_real(st, col + (int)i);
		else if (c->kind == COLUMN_KNOWN && db_is_null(st, col + (int)i))
			*(int64_t *)field = QUARRY_UNKNOWN;
		else
			*(int64_t *)field = db_int(st, col + (int)i);
	}
	for (int i = 0; i < QUARRY_QUARTER_BINS; i++)
		*(i < 1 ? &m->one_time : i < 3 ? &m->casual : i < 9 ? &m->regular : &m->deep) +=
			m->bins[i];
}
