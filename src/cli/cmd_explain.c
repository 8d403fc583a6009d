#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/session.h"
#include "cli/table.h"
#include "cli/term.h"
#include "quarry/quarter.h"
#include "quarry/report.h"
#include "util/banned.h"
#include "util/str.h"

static const struct opts_command usage = {
	.name = "explain",
	.args = "person X",
	.text = "Why somebody is taken for one person: signatures, the evidence that joins them, "
		"alarms, and whom lenient identity would join. X is an e-mail, a whole name, both "
		"as 'Name <e-mail>', or a pseudonym. Persons, names and e-mails are printed as "
		"pseudonyms, unless --names is given; their key is kept beside the store.",
	.groups = OPTS_STORE | OPTS_FILE | OPTS_DOSSIER,
	.min_args = 2,
	.max_args = 2,
};

#define REPOS_SHOWN 3

/* Bytes that hold any number of a cell. */
#define CELL 32

/* "p-..., human: 3 signatures in 2 repositories, 2024Q1 to 2025Q2". */
static void add_head(struct str *out, const struct quarry_dossier *d)
{
	char first[QUARRY_QUARTER_TEXT], last[QUARRY_QUARTER_TEXT];

	str_adds(out, d->pseudonym);
	if (d->name) {
		str_adds(out, " (");
		if (d->called) {
			term_clean(out, d->called, TERM_ANY_WIDTH);
			str_adds(out, ", ");
		}
		term_clean(out, d->name, TERM_ANY_WIDTH);
		str_addc(out, ')');
	}
	str_addf(out, ", %s: %zu signature%s in %zu %s", *d->class ? d->class : "of no class",
		 d->n_signatures, d->n_signatures == 1 ? "" : "s", d->n_repos,
		 d->n_repos == 1 ? "repository" : "repositories");
	if (d->first_quarter)
		str_addf(out, ", %s to %s", quarry_quarter_format(first, d->first_quarter),
			 quarry_quarter_format(last, d->last_quarter));
	str_addf(out, "\ncounted commits: %" PRId64 " as author, %" PRId64 " as co-author\n",
		 d->authored, d->co_authored);
}

static void add_lenient(struct str *out, const struct quarry_dossier *d)
{
	str_adds(out, "under lenient identity: ");
	if (!d->n_with) {
		str_adds(out, "the same\n");
		return;
	}
	term_clean(out, d->lenient, TERM_ANY_WIDTH);
	for (size_t i = 0; i < d->n_with; i++) {
		str_adds(out, i ? ", " : ", together with ");
		term_clean(out, d->with[i], TERM_ANY_WIDTH);
	}
	str_addc(out, '\n');
}

/* Some of its repositories by name, the others by number. */
static void add_repos(struct str *out, const struct quarry_dossier_signature *s)
{
	size_t n = s->n_repos > REPOS_SHOWN + 1 ? REPOS_SHOWN : s->n_repos;

	str_clear(out);
	str_add(out, "", 0);
	for (size_t i = 0; i < n; i++)
		str_addf(out, "%s%s", i ? ", " : "", s->repos[i]);
	if (n < s->n_repos)
		str_addf(out, " and %zu more", s->n_repos - n);
}

static int add_signatures(struct str *out, const struct quarry_dossier *d, struct quarry_error *err)
{
	static const char *const titles[] = { "SIGNATURE", "CLASS", "RULE", ">COMMITS",
					      "REPOSITORIES", NULL };
	struct str repos = STR_INIT;
	struct table *t = NULL;
	int rc = table_new(&t, titles, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < d->n_signatures; i++) {
		const struct quarry_dossier_signature *s = &d->signatures[i];
		char commits[CELL];

		(void)snprintf(commits, sizeof(commits), "%" PRId64, s->commits); /* always fits */
		add_repos(&repos, s);
		out->oom |= repos.oom;
		table_row(t, (const char *const[]){ s->label, s->class, s->rule, commits,
						    repos.oom ? "" : repos.buf });
	}
	rc = table_add_to(t, out, err);
	table_free(t);
	str_release(&repos);
	return rc;
}

static int add_evidence(struct str *out, const struct quarry_dossier *d, struct quarry_error *err)
{
	static const char *const titles[] = { "LEVEL", "RULE", "REPOSITORY", "JOINS", "AND", "WHY", NULL };
	struct table *t = NULL;
	int rc;

	if (!d->n_evidence) {
		str_adds(out, "no evidence joins it with anything\n");
		return 0;
	}
	rc = table_new(&t, titles, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < d->n_evidence; i++) {
		const struct quarry_dossier_evidence *e = &d->evidence[i];
		char level[CELL];

		(void)snprintf(level, sizeof(level), "L%d", e->level); /* always fits */
		table_row(t, (const char *const[]){ level, e->rule, e->repo, e->a, e->b, e->text });
	}
	rc = table_add_to(t, out, err);
	table_free(t);
	return rc;
}

static void add_alarms(struct str *out, const struct quarry_dossier *d)
{
	for (size_t i = 0; i < d->n_suspicions; i++) {
		const struct quarry_suspicion *s = &d->suspicions[i];

		str_addf(out, "%salarm: ", i ? "" : "\n");
		term_clean(out, *s->text ? s->text : s->kind, TERM_ANY_WIDTH);
		str_addf(out, " (%" PRId64 "%s%s", s->n, *s->unit ? " " : "", s->unit);
		if (*s->signature || *s->what) {
			str_adds(out, ", ");
			term_clean(out, *s->what ? s->what : s->signature, TERM_ANY_WIDTH);
		}
		str_addf(out, "): %s\n", s->remedy);
	}
}

static int add_dossier(struct str *out, const struct quarry_dossier *d, struct quarry_error *err)
{
	int rc;

	add_head(out, d);
	add_lenient(out, d);
	str_addc(out, '\n');
	rc = add_signatures(out, d, err);
	if (rc)
		return rc;
	str_addc(out, '\n');
	rc = add_evidence(out, d, err);
	add_alarms(out, d);
	return rc;
}

static int write_table(char **out, size_t *len, const struct quarry_dossiers *d,
		       struct quarry_error *err)
{
	struct str s = STR_INIT;
	int rc = 0;

	table_add_without(&s, d->without);
	for (size_t i = 0; !rc && i < d->n; i++) {
		if (i)
			str_adds(&s, "\n\n");
		rc = add_dossier(&s, &d->at[i], err);
	}
	if (!rc) {
		*len = s.len;
		*out = str_detach(&s);
		rc = *out ? 0 : quarry_error_nomem(err);
	}
	str_release(&s);
	return rc;
}

int cmd_explain(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_dossiers *d = NULL;
	struct session s = { 0 };
	struct opts o;
	char *text = NULL;
	size_t len = 0;
	int rc, status;

	status = opts_parse(&o, &usage, argc, argv);
	if (status != OPTS_GO)
		return status;
	if (strcmp(o.args[0], "person") != 0) {
		status = opts_refuse(o.title, "cannot explain '%s': what can be explained is a person",
				     o.args[0]);
		opts_release(&o);
		return status;
	}
	rc = session_open_store(&s, &o, &err);
	if (!rc)
		rc = quarry_engine_explain_person(&d, s.engine, o.args[1], o.names, &err);
	if (!rc && !strcmp(o.format, "table"))
		rc = write_table(&text, &len, d, &err);
	else if (!rc)
		rc = quarry_report_dossiers(&text, &len, quarry_format_find(o.format), d, &err);
	rc = session_write(&s, rc, text, len, &err);
	quarry_dossiers_free(d);
	return session_end(&s, rc, &err);
}
