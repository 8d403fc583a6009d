#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/term.h"
#include "quarry/report.h"
#include "util/banned.h"
#include "util/str.h"

static const struct opts_command usage = {
	.name = "people",
	.text = "What somebody should look at before persons are counted on: with --suspicious a "
		"list of what looks wrong, by pseudonyms unless --names is given; with --suggest "
		"the people.yaml that would join the humans whom lenient identity alone joins. "
		"Mind that it necessarily holds their e-mails. Read each before you keep it: "
		"these may be two people of one name.",
	.groups = OPTS_STORE | OPTS_FILE | OPTS_ALARMS,
};

/* Bytes that hold any number of a cell. */
#define CELL 32

static int write_table(char **out, size_t *len, const struct quarry_suspicions *x,
		       struct quarry_error *err)
{
	static const char *const titles[] = { "ALARM", "PERSON", "SIGNATURE", ">N", "OF", "WHAT",
					      "REMEDY", NULL };
	struct str s = STR_INIT;
	struct table *t = NULL;
	int rc = table_new(&t, titles, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < x->n; i++) {
		const struct quarry_suspicion *a = &x->at[i];
		char n[CELL];

		(void)snprintf(n, sizeof(n), "%" PRId64, a->n); /* always fits */
		table_row(t, (const char *const[]){ *a->text ? a->text : a->kind, a->person,
						    a->signature, *a->unit ? n : "", a->unit, a->what,
						    a->remedy });
	}
	table_add_without(&s, x->without);
	rc = x->n ? table_add_to(t, &s, err) : 0;
	table_free(t);
	if (!x->n)
		str_adds(&s, "nothing looks wrong\n");
	if (!rc) {
		*len = s.len;
		*out = str_detach(&s);
		rc = *out ? 0 : quarry_error_nomem(err);
	}
	str_release(&s);
	return rc;
}

static int suspicious(char **out, size_t *len, struct session *s, struct quarry_error *err)
{
	struct quarry_suspicions *x = NULL;
	int rc = quarry_engine_suspicions(&x, s->engine, s->opts->names, err);

	if (!rc && !strcmp(s->opts->format, "table"))
		rc = write_table(out, len, x, err);
	else if (!rc)
		rc = quarry_report_suspicions(out, len, quarry_format_find(s->opts->format), x, err);
	quarry_suspicions_free(x);
	return rc;
}

static int suggest(char **out, size_t *len, struct session *s, struct quarry_error *err)
{
	size_t n = 0, n_left_out = 0;
	int rc = quarry_engine_suggest(out, &n, &n_left_out, s->engine, err);

	if (rc)
		return rc;
	*len = strlen(*out);
	if (!s->opts->quiet)
		term_say("suggested persons: %zu; read each before you keep it", n);
	if (!s->opts->quiet && n_left_out)
		term_say("%zu %s left out, because their names cannot be written in people.yaml", n_left_out,
			 n_left_out == 1 ? "suggestion is" : "suggestions are");
	return 0;
}

int cmd_people(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
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
		rc = o.suggest ? suggest(&text, &len, &s, &err) : suspicious(&text, &len, &s, &err);
	rc = session_write(&s, rc, text, len, &err);
	return session_end(&s, rc, &err);
}
