#include "cli/number.h"

#include <stddef.h>
#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits up to the first other character; their end, NULL for none or too many. */
static const char *read_digits(uint64_t *out, const char *text)
{
	uint64_t value = 0;
	const char *at;

	for (at = text; is_digit(*at); at++) {
		unsigned digit = (unsigned)(*at - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return NULL;
		value = value * 10 + digit;
	}
	if (at == text)
		return NULL;
	*out = value;
	return at;
}

bool number_parse(unsigned *out, const char *text, unsigned least, unsigned most)
{
	uint64_t value;
	const char *end = read_digits(&value, text);

	if (!end || *end || value < least || value > most)
		return false;
	*out = (unsigned)value;
	return true;
}

/* Bytes of a unit; 0: there is no such. */
static uint64_t unit_bytes(const char *unit)
{
	static const char *const names[] = { "", "K", "M", "G", "T" };
	size_t len = strlen(unit);

	if (len == 3 && ascii_casecmp(unit + 1, "iB") == 0)
		len = 1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && ascii_ncasecmp(unit, names[i], len) == 0)
			return (uint64_t)1 << (10 * i);
	return 0;
}

bool number_parse_size(uint64_t *out, const char *text)
{
	uint64_t value, unit;
	const char *end = read_digits(&value, text);

	if (!end)
		return false;
	unit = unit_bytes(end);
	if (!unit || value > UINT64_MAX / unit)
		return false;
	*out = value * unit;
	return true;
}
