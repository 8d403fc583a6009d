#include "quarry/report.h"

#include <stdlib.h>
#include <string.h>

#include "report/format.h"
#include "util/ascii.h"
#include "util/banned.h"

static const struct quarry_format *const formats[] = {
	&report_md,
	&report_json,
	&report_csv,
};

#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

const struct quarry_format *quarry_format_find(const char *name)
{
	for (size_t i = 0; name && i < N_FORMATS; i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

const struct quarry_format *quarry_format_of_file(const char *path)
{
	const char *dot = path ? strrchr(path, '.') : NULL;

	if (!dot || strchr(dot, '/'))
		return NULL;
	for (size_t i = 0; i < N_FORMATS; i++)
		if (!ascii_casecmp(formats[i]->extension, dot + 1))
			return formats[i];
	return NULL;
}

const char *quarry_format_name(const struct quarry_format *f)
{
	return f->name;
}

const char *const *quarry_report_tables(void)
{
	return report_csv_tables;
}

/* Move the text to the caller, or drop it when the writer failed. */
static int hand_over(char **out, size_t *len, struct str *s, int rc, struct quarry_error *err)
{
	size_t n = s->len;
	char *text;

	if (rc) {
		str_release(s);
		return rc;
	}
	text = str_detach(s);
	if (!text)
		return quarry_error_nomem(err);
	*out = text;
	*len = n;
	return 0;
}

int quarry_report_write(char **out, size_t *len, const struct quarry_format *f,
			const struct quarry_edition *e, const char *table,
			struct quarry_error *err)
{
	struct str s = STR_INIT;

	if (table && !f->has_tables)
		return quarry_error_set(err, QUARRY_EUSAGE,
					"cannot write table '%s': format '%s' has no tables",
					table, f->name);
	return hand_over(out, len, &s, f->edition(&s, e, table, err), err);
}

int quarry_report_dossiers(char **out, size_t *len, const struct quarry_format *f,
			   const struct quarry_dossiers *d, struct quarry_error *err)
{
	struct str s = STR_INIT;

	if (!f->dossiers)
		return quarry_error_set(err, QUARRY_EUSAGE, "format '%s' has no dossiers", f->name);
	return hand_over(out, len, &s, f->dossiers(&s, d, err), err);
}

int quarry_report_suspicions(char **out, size_t *len, const struct quarry_format *f,
			     const struct quarry_suspicions *x, struct quarry_error *err)
{
	struct str s = STR_INIT;

	if (!f->suspicions)
		return quarry_error_set(err, QUARRY_EUSAGE, "format '%s' has no alarms", f->name);
	return hand_over(out, len, &s, f->suspicions(&s, x, err), err);
}

int quarry_report_overlap(char **out, size_t *len, const struct quarry_format *f,
			  const struct quarry_overlap *o, struct quarry_error *err)
{
	struct str s = STR_INIT;

	return hand_over(out, len, &s, f->overlap(&s, o, err), err);
}
