#include "identity/words.h"

#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"

/* Order `s`, in any case, before or after the lower-case text `want`, as strcmp does. */
static int compare(const char *s, size_t len, const char *want)
{
	for (size_t i = 0; i < len; i++) {
		int order = (unsigned char)ascii_low(s[i]) - (unsigned char)want[i];

		if (order)
			return order; /* at the NUL of `want` at the latest */
	}
	return want[len] ? -1 : 0;
}

bool words_have(const char *s, size_t len, const struct quarry_words *w)
{
	size_t from = 0, to = w->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = compare(s, len, w->at[middle]);

		if (!order)
			return true;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return false;
}

bool hosts_have(const char *s, size_t len, const struct quarry_words *w)
{
	if (words_have(s, len, w))
		return true;
	for (size_t i = 0; i < w->n; i++) {
		const char *host = w->at[i];
		size_t n = strlen(host);

		if (len <= n)
			continue;
		if (host[0] == '.' && !compare(s + len - n, n, host))
			return true;
		if (host[n - 1] == '.' && !compare(s, n, host))
			return true;
	}
	return false;
}
