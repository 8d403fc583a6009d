#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/session.h"
#include "cli/table.h"
#include "quarry/report.h"
#include "util/banned.h"
#include "util/str.h"

static const struct opts_command usage = {
	.name = "overlap",
	.args = "A B [C...]",
	.text = "How many persons work in the categories A and B (and C...) at once: with counts, "
		"the combined pool, what independence would give, and the range.",
	.groups = OPTS_STORE | OPTS_QUARTER | OPTS_FILE | OPTS_OVERLAP,
	.min_args = 2,
	.max_args = SIZE_MAX,
};

/* Bytes that hold any number of a cell. */
#define CELL 64

static const char *count(char buf[CELL], int64_t n)
{
	(void)snprintf(buf, CELL, "%" PRId64, n);
	return buf;
}

static const char *range(char buf[CELL], int64_t lo, int64_t hi)
{
	(void)snprintf(buf, CELL, "%" PRId64 " to %" PRId64, lo, hi);
	return buf;
}

static const char *percent(char buf[CELL], int64_t part, int64_t whole)
{
	if (whole <= 0)
		return "-";
	(void)snprintf(buf, CELL, "%.1f %%", 100.0 * (double)part / (double)whole);
	return buf;
}

static const char *real(char buf[CELL], double x)
{
	(void)snprintf(buf, CELL, "%.3f", x);
	return buf;
}

static int add_sizes(struct str *out, const struct quarry_overlap *o, struct quarry_error *err)
{
	static const char *const titles[] = { "CATEGORY", ">CONTRIBUTORS", ">SHARE IN ALL", NULL };
	struct table *t = NULL;
	int rc = table_new(&t, titles, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < o->n; i++) {
		char size[CELL], share[CELL];

		table_row(t, (const char *const[]){ o->titles[i], count(size, o->sizes[i]),
						    percent(share, o->both, o->sizes[i]) });
	}
	rc = table_add_to(t, out, err);
	table_free(t);
	return rc;
}

static int add_measures(struct str *out, const struct quarry_overlap *o, struct quarry_error *err)
{
	static const char *const titles[] = { "MEASURE", ">VALUE", NULL };
	char b[8][CELL];
	const char *const rows[][2] = {
		{ "in all of them", count(b[0], o->both) },
		{ "range of that", range(b[7], o->both_lo, o->both_hi) },
		{ "in any of them (combined pool)", count(b[1], o->any) },
		{ "in the universe", count(b[2], o->everyone) },
		{ "Jaccard index", real(b[3], o->jaccard) },
		{ "overlap coefficient", real(b[4], o->coefficient) },
		{ "expected under independence", real(b[5], o->expected) },
		{ "lift", o->expected > 0 ? real(b[6], o->lift) : "-" },
	};
	struct table *t = NULL;
	int rc = table_new(&t, titles, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		table_row(t, rows[i]);
	rc = table_add_to(t, out, err);
	table_free(t);
	return rc;
}

static int write_table(char **out, size_t *len, const struct quarry_overlap *o,
		       struct quarry_error *err)
{
	char quarter[QUARRY_QUARTER_TEXT];
	struct str s = STR_INIT;
	size_t n;
	int rc;

	str_addf(&s, "%s, contributors of %s\n\n", quarry_quarter_format(quarter, o->quarter),
		 o->universe);
	table_add_without(&s, o->without);
	rc = add_sizes(&s, o, err);
	if (rc)
		goto done;
	str_addc(&s, '\n');
	rc = add_measures(&s, o, err);
	if (rc)
		goto done;
	n = s.len;
	*out = str_detach(&s);
	if (!*out)
		return quarry_error_nomem(err);
	*len = n;
done:
	str_release(&s);
	return rc;
}

int cmd_overlap(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_overlap *overlap = NULL;
	struct session s = { 0 };
	struct opts o;
	char *text = NULL;
	size_t len = 0;
	int rc, status;

	status = opts_parse(&o, &usage, argc, argv);
	if (status != OPTS_GO)
		return status;
	rc = session_open_store(&s, &o, &err);
	if (!rc)
		rc = quarry_engine_overlap(&overlap, s.engine, (const char *const *)o.args,
					   o.n_args, o.quarter, &err);
	if (!rc && !strcmp(o.format, "table"))
		rc = write_table(&text, &len, overlap, &err);
	else if (!rc)
		rc = quarry_report_overlap(&text, &len, quarry_format_find(o.format), overlap,
					   &err);
	rc = session_write(&s, rc, text, len, &err);
	quarry_overlap_free(overlap);
	return session_end(&s, rc, &err);
}
