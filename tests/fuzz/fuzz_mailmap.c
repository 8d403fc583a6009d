/*
 * A .mailmap, and behind the first NUL the contact to map: name, LF, e-mail.  What it
 * gives lies in what it was given, and a second look gives the same.
 */
#include "fuzz.h"
#include "identity/mailmap.h"
#include "quarry/error.h"

static void map(struct mailmap *mm, const char *name, size_t name_len, const char *email,
		size_t email_len)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct mailmap_match a, b;

	MUST(mailmap_map(&a, mm, name, name_len, email, email_len, &err) == 0);
	MUST(mailmap_map(&b, mm, name, name_len, email, email_len, &err) == 0);
	MUST(a.name == b.name && a.name_len == b.name_len);
	MUST(a.email == b.email && a.email_len == b.email_len);
	MUST(a.has_entry || (a.name == name && a.email == email));
	/* Both are whole: the sanitizer sees to it when they are read. */
	MUST(!memchr(a.email, '\n', a.email_len) || a.email == email);
	MUST(!memchr(a.name, '\n', a.name_len) || a.name == name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	const char *text = (const char *)data, *end = text + size;
	const char *name = text + strnlen(text, size), *email;
	struct mailmap *mm = NULL;

	if (mailmap_new(&mm, text, size, &err) < 0)
		return 0;
	name += name < end;
	email = memchr(name, '\n', (size_t)(end - name));
	if (!email)
		email = end;
	map(mm, name, (size_t)(email - name), email < end ? email + 1 : end,
	    (size_t)(email < end ? end - email - 1 : 0));
	/* Each pair of brackets of the file, so that its own lines are met, too. */
	for (const char *open = text; (open = memchr(open, '<', (size_t)(end - open))); open++) {
		const char *close = memchr(open, '>', (size_t)(end - open));

		if (!close || open - text > 4096)
			break;
		map(mm, "Name", 4, open + 1, (size_t)(close - open - 1));
	}
	mailmap_free(mm);
	return 0;
}
