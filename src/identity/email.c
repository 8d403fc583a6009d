#include "identity/email.h"

#include <string.h>

#include "util/ascii.h"
#include "util/banned.h"

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
	while (len && ascii_is_space(s[0])) {
		s++;
		len--;
	}
	while (len && ascii_is_space(s[len - 1]))
		len--;
	ascii_lower(out, s, len);
}

struct email_parts email_split(const char *s, size_t len)
{
	const char *at = len ? memrchr(s, '@', len) : NULL;
	struct email_parts p = { s, NULL, len, 0 };

	if (!at)
		return p;
	p.local_len = (size_t)(at - s);
	p.host = at + 1;
	p.host_len = len - p.local_len - 1;
	return p;
}
