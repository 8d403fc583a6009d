#include "report/csv/csv.h"

#include <math.h>
#include <string.h>

#include "report/text.h"
#include "util/banned.h"

/* Also the full-width forms, which spreadsheets read as the plain ones. */
static bool starts_formula(int32_t c)
{
	switch (c) {
	case '=': case '+': case '-': case '@':
	case 0xFF1D: case 0xFF0B: case 0xFF0D: case 0xFF20:
		return true;
	default:
		return false;
	}
}

/*
 * Whether a spreadsheet could run `s`: its first character that is not blank
 * starts a formula, or it starts with a TAB or CR, which some programs strip
 * together with what follows.
 */
static bool is_formula(const char *s, const char *end)
{
	int32_t c = ' ';

	if (*s == '\t' || *s == '\r')
		return true;
	while (c == ' ')
		c = text_next(&s, end);
	return starts_formula(c);
}

static void begin(struct csv *c)
{
	if (!c->first)
		str_addc(c->out, ',');
	c->first = false;
}

void csv_text(struct csv *c, const char *s)
{
	const char *at = s ? s : "", *end = at + strlen(at);
	struct str *out = c->out;
	bool quoted;
	int32_t ch;

	begin(c);
	quoted = strpbrk(at, ",\"") || *at == ' ' || (at < end && end[-1] == ' ');
	if (quoted)
		str_addc(out, '"');
	if (is_formula(at, end))
		str_addc(out, '\'');
	while ((ch = text_next(&at, end)) >= 0) {
		if (ch == '"')
			str_addc(out, '"');
		text_put(out, ch);
	}
	if (quoted)
		str_addc(out, '"');
}

void csv_int(struct csv *c, int64_t n)
{
	begin(c);
	text_int(c->out, n);
}

void csv_real(struct csv *c, double x)
{
	begin(c);
	text_real(c->out, x);
}

void csv_missing(struct csv *c)
{
	begin(c);
}

void csv_name(struct csv *c, const char *prefix, const char *name)
{
	begin(c);
	str_adds(c->out, prefix);
	str_adds(c->out, name);
}

void csv_end(struct csv *c)
{
	if (c->without && *c->without) {
		if (c->headed)
			csv_text(c, c->without);
		else
			csv_name(c, "", "without");
	}
	c->headed = true;
	str_addc(c->out, '\n');
	c->first = true;
}
