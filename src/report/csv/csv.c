#include "report/csv/csv.h"

#include "report/format.h"
#include "report/model.h"
#include "util/banned.h"

static int unknown_table(const char *name, struct quarry_error *err)
{
	struct str known = STR_INIT;
	int rc;

	for (const char *const *t = report_csv_tables; *t; t++)
		str_addf(&known, "%s%s", known.len ? ", " : "", *t);
	rc = known.oom ? quarry_error_nomem(err)
		       : quarry_error_set(err, QUARRY_EUSAGE, "unknown table '%s': there are %s",
					  name, known.buf);
	str_release(&known);
	return rc;
}

static int write_edition(struct str *out, const struct quarry_edition *e, const char *table,
			 struct quarry_error *err)
{
	struct csv c = { .out = out, .first = true, .without = e->without };

	if (!table)
		table = report_csv_tables[0];
	return csv_table(&c, e, table) ? unknown_table(table, err) : 0;
}

/* One record a category; what holds for all of them is repeated in each. */
static int write_overlap(struct str *out, const struct quarry_overlap *o,
			 struct quarry_error *err)
{
	static const char *const head[] = { "id", "title", "quarter", "contributors", "everyone",
					    "both", "both_lo", "both_hi", "any", "share",
					    "jaccard", "coefficient", "expected", "lift" };
	char quarter[QUARRY_QUARTER_TEXT];
	struct csv c = { .out = out, .first = true, .without = o->without };

	quarry_quarter_format(quarter, o->quarter);
	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		csv_name(&c, "", head[i]);
	csv_end(&c);
	for (size_t i = 0; i < o->n; i++) {
		csv_text(&c, o->ids[i]);
		csv_text(&c, o->titles[i]);
		csv_text(&c, quarter);
		csv_int(&c, o->sizes[i]);
		csv_int(&c, o->everyone);
		csv_int(&c, o->both);
		csv_int(&c, o->both_lo);
		csv_int(&c, o->both_hi);
		csv_int(&c, o->any);
		csv_real(&c, report_ratio((double)o->both, (double)o->sizes[i]));
		csv_real(&c, o->jaccard);
		csv_real(&c, o->coefficient);
		csv_real(&c, o->expected);
		csv_real(&c, o->lift);
		csv_end(&c);
	}
	return 0;
}

static int write_suspicions(struct str *out, const struct quarry_suspicions *s,
			    struct quarry_error *err)
{
	static const char *const head[] = { "kind", "text", "person", "signature", "n", "unit",
					    "what", "remedy" };
	struct csv c = { .out = out, .first = true, .without = s->without };

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		csv_name(&c, "", head[i]);
	csv_end(&c);
	for (size_t i = 0; i < s->n; i++) {
		csv_text(&c, s->at[i].kind);
		csv_text(&c, s->at[i].text);
		csv_text(&c, s->at[i].person);
		csv_text(&c, s->at[i].signature);
		csv_int(&c, s->at[i].n);
		csv_text(&c, s->at[i].unit);
		csv_text(&c, s->at[i].what);
		csv_text(&c, s->at[i].remedy);
		csv_end(&c);
	}
	return 0;
}

const struct quarry_format report_csv = {
	.name = "csv",
	.extension = "csv",
	.edition = write_edition,
	.overlap = write_overlap,
	.suspicions = write_suspicions,
	.has_tables = true,
};
