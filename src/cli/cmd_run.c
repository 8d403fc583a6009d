/*
 * The whole flow, and the files of an edition:
 *
 *	DIR/sample-2025Q2.md
 *	DIR/sample-2025Q2.json
 *	DIR/sample-2025Q2-csv/snapshot.csv ...      one a table
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/session.h"
#include "quarry/report.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"

static const struct opts_command usage = {
	.name = "run",
	.args = "UNIVERSE",
	.text = "Fetch, mine and derive the universe in the folder UNIVERSE, and write its edition "
		"of a quarter: Markdown, JSON and a folder of CSV files. Their paths are printed.",
	.groups = OPTS_STORE | OPTS_PLACES | OPTS_LOCAL | OPTS_WORK | OPTS_FETCH | OPTS_MINE |
		  OPTS_BASIS | OPTS_RULES | OPTS_TAXONOMY | OPTS_QUARTER | OPTS_DIR,
	.min_args = 1,
	.max_args = 1,
};

static int write_one(const char *path, const char *format, const struct quarry_edition *e,
		     const char *table, struct quarry_error *err)
{
	char *text = NULL;
	size_t len = 0;
	int rc;

	rc = quarry_report_write(&text, &len, quarry_format_find(format), e, table, err);
	if (!rc)
		rc = file_write(path, text, len, err);
	free(text);
	return rc;
}

static int write_tables(const char *dir, const struct quarry_edition *e,
			struct quarry_error *err)
{
	int rc = file_mkdirs(dir, err);

	for (const char *const *table = quarry_report_tables(); !rc && *table; table++) {
		char *path = str_dupf("%s/%s.csv", dir, *table);

		rc = path ? write_one(path, "csv", e, *table, err) : quarry_error_nomem(err);
		free(path);
	}
	return rc;
}

/* The id names files: a store from somewhere else must not lead out of the folder. */
static int check_id(const char *id, struct quarry_error *err)
{
	if (!*id || id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot write the edition: '%s' is no id of a universe", id);
	return 0;
}

/* Write the files and print their paths. */
static int write_edition(const char *dir, const struct quarry_edition *e,
			 struct quarry_error *err)
{
	char quarter[QUARRY_QUARTER_TEXT];
	struct str base = STR_INIT, md = STR_INIT, json = STR_INIT, csv = STR_INIT;
	struct str paths = STR_INIT;
	size_t len = strlen(dir);
	int rc;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	str_add(&base, dir, len);
	str_addf(&base, "/%s-%s", e->universe, quarry_quarter_format(quarter, e->quarter));
	str_addf(&md, "%s.md", base.oom ? "" : base.buf);
	str_addf(&json, "%s.json", base.oom ? "" : base.buf);
	str_addf(&csv, "%s-csv", base.oom ? "" : base.buf);
	if (base.oom || md.oom || json.oom || csv.oom)
		rc = quarry_error_nomem(err);
	else
		rc = check_id(e->universe, err);
	if (!rc)
		rc = file_mkdirs(dir, err);
	if (!rc)
		rc = write_tables(csv.buf, e, err);
	if (!rc)
		rc = write_one(json.buf, "json", e, /* table= */ NULL, err);
	if (!rc)
		rc = write_one(md.buf, "md", e, /* table= */ NULL, err);
	if (!rc) {
		str_addf(&paths, "%s\n%s\n%s\n", md.buf, json.buf, csv.buf);
		rc = output_str(&paths, err);
	}
	str_release(&csv);
	str_release(&json);
	str_release(&md);
	str_release(&base);
	return rc;
}

static int bring_and_read(struct session *s, struct quarry_error *err)
{
	int rc = 0;

	if (!s->opts->offline)
		rc = session_fetch(s, err);
	if (!rc)
		rc = session_mine(s, err);
	if (!rc && session_all_failed(s))
		rc = quarry_error_set(err, session_all_failed(s),
				      "no edition is written: none of the %zu repositories could "
				      "be read", s->n_total);
	return rc;
}

int cmd_run(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_edition *edition = NULL;
	struct session s = { 0 };
	struct opts o;
	int rc, status;

	status = opts_parse(&o, &usage, argc, argv);
	if (status != OPTS_GO)
		return status;
	rc = session_open_universe(&s, &o, &err);
	if (!rc)
		rc = bring_and_read(&s, &err);
	if (!rc)
		rc = session_derive(&s, &err);
	if (!rc)
		rc = quarry_engine_edition(&edition, s.engine, o.quarter, o.taxonomy, &err);
	if (!rc)
		rc = session_check_stop(&err);
	if (!rc)
		rc = write_edition(o.output ? o.output : "editions", edition, &err);
	quarry_edition_free(edition);
	return session_end(&s, rc, &err);
}
