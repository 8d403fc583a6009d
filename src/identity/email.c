#include "identity/email.h"

#include <stdbool.h>

#include "util/banned.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void ascii_lower(struct str *out, const char *s, size_t len)
{
	size_t start = out->len;

	str_add(out, s, len);
	if (out->oom)
		return;
	for (size_t i = start; i < out->len; i++)
		if (out->buf[i] >= 'A' && out->buf[i] <= 'Z')
			out->buf[i] = (char)(out->buf[i] - 'A' + 'a');
}

void email_fold(struct str *out, const char *s, size_t len)
{
	while (len && is_space(s[0])) {
		s++;
		len--;
	}
	while (len && is_space(s[len - 1]))
		len--;
	ascii_lower(out, s, len);
}
