#include "mine/ident.h"

#include <string.h>

#include "util/banned.h"

/* White space as git has it: no vertical tab, no form feed. */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && is_space(*p))
		p++;
	return p;
}

static const char *read_number(const char *p, const char *end, int64_t *out)
{
	int64_t v = 0;

	for (; p < end && is_digit(*p); p++) {
		int digit = *p - '0';

		v = v > (INT64_MAX - digit) / 10 ? INT64_MAX : v * 10 + digit;
	}
	*out = v;
	return p;
}

/* A date counts only where seconds and offset are both there, as in git. */
static void read_date(struct ident *out, const char *p, const char *end)
{
	const char *digits;
	int64_t time_s, zone;
	int sign;

	p = skip_space(p, end);
	digits = p;
	p = read_number(p, end, &time_s);
	if (p == digits)
		return;
	p = skip_space(p, end);
	if (p >= end || (*p != '+' && *p != '-'))
		return;
	sign = *p++ == '-' ? -1 : 1;
	digits = p;
	p = read_number(p, end, &zone);
	if (p == digits)
		return;
	if (zone > 99999999)
		zone = 99999999;
	out->has_time = true;
	out->time_s = time_s;
	out->offset_min = sign * (int32_t)(zone / 100 * 60 + zone % 100);
}

bool ident_split(struct ident *out, const char *line, size_t len)
{
	const char *end = line + len;
	const char *open = memchr(line, '<', strnlen(line, len)), *close, *last;

	*out = (struct ident){ 0 };
	if (!open)
		return false;
	out->name = line;
	for (const char *p = open; p > line; p--)
		if (!is_space(p[-1])) {
			out->name_len = (size_t)(p - line);
			break;
		}
	out->email = open + 1;
	close = memchr(open + 1, '>', (size_t)(end - open - 1));
	if (!close)
		return false;
	out->email_len = (size_t)(close - open - 1);
	/* The date stands behind the last '>': broken lines have several. */
	last = memrchr(close, '>', (size_t)(end - close));
	read_date(out, last + 1, end);
	return true;
}
