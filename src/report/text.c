#include "report/text.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "util/banned.h"

#define REPLACEMENT 0xFFFD

/* The character at *at, of which there is at least one byte. */
static int32_t decode(const char **at, const char *end)
{
	utf8proc_ssize_t n, left = end - *at;
	utf8proc_int32_t c;

	n = utf8proc_iterate((const utf8proc_uint8_t *)*at, left > 4 ? 4 : left, &c);
	if (n < 1) {
		(*at)++;
		return REPLACEMENT;
	}
	*at += n;
	return c;
}

static int32_t shown_control(int32_t c)
{
	return (c >= '\t' && c <= '\r') || c == 0x85 ? ' ' : REPLACEMENT;
}

int32_t text_next(const char **at, const char *end)
{
	while (*at < end) {
		int32_t c = decode(at, end);

		switch (utf8proc_category(c)) {
		case UTF8PROC_CATEGORY_CC:
			return shown_control(c);
		case UTF8PROC_CATEGORY_ZS:
		case UTF8PROC_CATEGORY_ZL:
		case UTF8PROC_CATEGORY_ZP:
			return ' ';
		case UTF8PROC_CATEGORY_CF:
			break;
		default:
			if (!utf8proc_get_property(c)->ignorable)
				return c;
		}
	}
	return -1;
}

void text_put(struct str *out, int32_t c)
{
	utf8proc_uint8_t bytes[4];

	str_add(out, (const char *)bytes, (size_t)utf8proc_encode_char(c, bytes));
}

void text_valid(struct str *out, const char *s)
{
	const char *at = s, *end = s ? s + strlen(s) : s;

	while (at < end)
		text_put(out, decode(&at, end));
}

void text_int(struct str *out, int64_t n)
{
	str_addf(out, "%" PRId64, n);
}

void text_grouped(struct str *out, int64_t n)
{
	char digits[24];
	size_t len;

	if (n < 0)
		str_addc(out, '-');
	(void)snprintf(digits, sizeof(digits), "%" PRIu64, /* always fits */
		       n < 0 ? -(uint64_t)n : (uint64_t)n);
	len = strlen(digits);
	for (size_t i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			str_addc(out, ',');
		str_addc(out, digits[i]);
	}
}

/* What printf wrote, with a point for whatever the locale has in its place. */
static void add_printed(struct str *out, const char *s)
{
	while (*s) {
		size_t n = strspn(s, "+-0123456789e");

		str_add(out, s, n);
		s += n;
		n = strcspn(s, "+-0123456789e");
		if (n)
			str_addc(out, '.');
		s += n;
	}
}

void text_real(struct str *out, double x)
{
	char buf[64];

	if (!isfinite(x))
		return;
	(void)snprintf(buf, sizeof(buf), "%.10g", x == 0 ? 0 : x); /* always fits; no -0 */
	add_printed(out, buf);
}

void text_fixed(struct str *out, double x, int decimals)
{
	struct str s = STR_INIT;

	if (!isfinite(x))
		return;
	str_addf(&s, "%.*f", decimals, x == 0 ? 0 : x);
	if (s.oom)
		out->oom = true;
	else
		add_printed(out, s.buf);
	str_release(&s);
}
