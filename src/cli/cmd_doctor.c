#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/session.h"
#include "cli/term.h"
#include "quarry/quarry.h"
#include "util/banned.h"
#include "util/str.h"

static const struct opts_command usage = {
	.name = "doctor",
	.args = "[UNIVERSE]",
	.text = "Look over libraries, store, cache, mirror and, where UNIVERSE is given, its "
		"folder: one line a finding. Exits with 1 when one of them is a problem.",
	.groups = OPTS_STORE | OPTS_PLACES | OPTS_LOCAL,
	.max_args = 1,
};

static const struct {
	const char *word, *color; /* the word padded to one width; "" for no colour */
} levels[] = {
	[QUARRY_FINDING_OK] = { "ok     ", "\033[32m" },
	[QUARRY_FINDING_NOTE] = { "note   ", "\033[33m" },
	[QUARRY_FINDING_PROBLEM] = { "PROBLEM", "\033[31m" },
};

static void add_finding(struct str *out, int level, const char *subject, const char *text)
{
	bool color = term_has_color(stdout);

	str_addf(out, "%s%s%s  ", color ? levels[level].color : "", levels[level].word,
		 color ? "\033[0m" : "");
	term_clean(out, subject, TERM_ANY_WIDTH);
	str_adds(out, ": ");
	term_clean(out, text, TERM_ANY_WIDTH);
	str_addc(out, '\n');
}

/* What is looked at in place of a store that is not there: looking makes no file. */
static const char no_store[] = ":memory:";

/* Add the findings; *n_problems counts the bad ones. */
static int look(struct str *out, size_t *n_problems, struct session *s, struct quarry_error *err)
{
	struct quarry_finding *findings = NULL;
	size_t n = 0;
	int rc = quarry_engine_doctor(&findings, &n, s->engine, err);

	for (size_t i = 0; !rc && i < n; i++) {
		if (s->opts->store == no_store && !strcmp(findings[i].subject, "store"))
			continue;
		add_finding(out, findings[i].level, findings[i].subject, findings[i].text);
		*n_problems += findings[i].level == QUARRY_FINDING_PROBLEM;
	}
	quarry_findings_free(findings, n);
	return rc;
}

int cmd_doctor(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct session s = { 0 };
	struct str out = STR_INIT;
	size_t n_problems = 0;
	struct opts o;
	int rc, status;

	status = opts_parse(&o, &usage, argc, argv);
	if (status != OPTS_GO)
		return status;
	add_finding(&out, QUARRY_FINDING_OK, "quarry " QUARRY_VERSION,
		    "built with " QUARRY_LIBRARIES);
	if (access(o.store, F_OK) < 0) {
		add_finding(&out, QUARRY_FINDING_NOTE, "store",
			    "it is not there yet; 'quarry run UNIVERSE' makes it");
		o.store = no_store;
	}
	rc = session_open(&s, &o, &err);
	if (!rc && o.n_args)
		rc = quarry_engine_look(s.engine, o.args[0], &err);
	if (!rc)
		rc = look(&out, &n_problems, &s, &err);
	if (!rc)
		rc = output_str(&out, &err);
	str_release(&out);
	status = session_end(&s, rc, &err);
	return !status && n_problems ? QUARRY_EXIT_FAILED : status;
}
