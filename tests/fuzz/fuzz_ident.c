/* An author or committer line: its parts lie inside it, and hold no bracket of their own. */
#include "fuzz.h"
#include "mine/ident.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data;
	struct ident i;

	if (!ident_split(&i, line, size))
		return 0;
	MUST(lies_in(i.name, i.name_len, line, size));
	MUST(lies_in(i.email, i.email_len, line, size));
	MUST(!memchr(i.name, '<', i.name_len));
	MUST(!memchr(i.email, '>', i.email_len));
	MUST(i.name + i.name_len < i.email);
	MUST(i.has_time || (i.time_s == 0 && i.offset_min == 0));
	MUST(i.time_s >= 0);
	MUST(i.offset_min < 60 * 1000000 + 100 && i.offset_min > -60 * 1000000 - 100);
	return 0;
}
