
#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/session.h"
#include "quarry/report.h"
#include "util/banned.h"

static const struct opts_command usage = {
	.name = "report",
	.text = "Write the edition of a quarter from what is in the store; no universe, cache or "
		"network is needed.",
	.groups = OPTS_STORE | OPTS_QUARTER | OPTS_TAXONOMY | OPTS_FILE | OPTS_REPORT,
};

int cmd_report(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_edition *edition = NULL;
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
		rc = quarry_engine_edition(&edition, s.engine, o.quarter, o.taxonomy, &err);
	if (!rc)
		rc = quarry_report_write(&text, &len, quarry_format_find(o.format), edition,
					 o.table, &err);
	rc = session_write(&s, rc, text, len, &err);
	quarry_edition_free(edition);
	return session_end(&s, rc, &err);
}
