#include "util/ascii.h"

#include <stdint.h>
#include <string.h>

#include "util/banned.h"

int ascii_ncasecmp(const char *a, const char *b, size_t n)
{
	for (; n; a++, b++, n--) {
		unsigned char x = (unsigned char)ascii_low(*a), y = (unsigned char)ascii_low(*b);

		if (x != y || !x)
			return x - y;
	}
	return 0;
}

int ascii_casecmp(const char *a, const char *b)
{
	return ascii_ncasecmp(a, b, SIZE_MAX);
}

const char *ascii_casestr(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; ascii_ncasecmp(text, part, len) != 0; text++)
		if (!*text)
			return NULL;
	return text;
}
