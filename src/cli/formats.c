#include "cli/formats.h"

#include <string.h>

#include "quarry/report.h"
#include "util/banned.h"

const char *formats_of(const struct opts_command *c)
{
	return c->groups & OPTS_REPORT ? "md, json, csv"
	     : c->groups & OPTS_OVERLAP ? "table, md, json, csv"
	     : c->groups & OPTS_DOSSIER ? "table, json"
	     : c->groups & OPTS_ALARMS ? "table, json, csv" : NULL;
}

bool formats_have(const struct opts_command *c, const char *name)
{
	const char *at = formats_of(c);
	size_t len = strlen(name);

	while (at && *at) {
		size_t n = strcspn(at, ",");

		if (n == len && !memcmp(at, name, len))
			return true;
		at += n;
		at += strspn(at, ", ");
	}
	return false;
}

static bool has_extension(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strchr(slash ? slash : path, '.') != NULL;
}

/* NULL where the extension of the file says nothing. */
static int by_extension(const char **out, struct opts *o)
{
	const struct quarry_format *f = quarry_format_of_file(o->output);

	if (f && formats_have(o->command, quarry_format_name(f)))
		*out = quarry_format_name(f);
	else if (has_extension(o->output))
		return quarry_error_set(&o->err, QUARRY_EUSAGE, "--output: the extension of '%s' tells no "
					"format: add --format", o->output);
	return 0;
}

int formats_choose(struct opts *o)
{
	int rc = 0;

	if (!formats_of(o->command))
		return 0;
	if (o->suggest)
		return !o->format ? 0 : quarry_error_set(&o->err, QUARRY_EUSAGE, "--format: --suggest writes "
							 "YAML and nothing else");
	if (!o->format && o->table)
		o->format = "csv";
	if (o->table && strcmp(o->format, "csv"))
		return quarry_error_set(&o->err, QUARRY_EUSAGE, "--table: the format '%s' has no tables, csv "
					"has", o->format);
	if (!o->format && o->output)
		rc = by_extension(&o->format, o);
	if (!o->format)
		o->format = o->command->groups & OPTS_REPORT ? "md" : "table";
	return rc;
}
