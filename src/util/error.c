#include "quarry/error.h"

#include <stdio.h>
#include <string.h>

#include "util/banned.h"

/* A text cut in the middle of a UTF-8 character loses that character. */
static void drop_broken_tail(char *s)
{
	size_t n = strlen(s), back = 0;

	while (back < n && back < 3 && ((unsigned char)s[n - 1 - back] & 0xC0) == 0x80)
		back++;
	if (back < n) {
		unsigned char lead = (unsigned char)s[n - 1 - back];
		size_t want = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;

		if (want > back)
			s[n - 1 - back] = '\0';
	}
}

static void finish(char *s)
{
	if (strlen(s) == QUARRY_ERROR_MAX - 1)
		drop_broken_tail(s);
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7F)
			*s = '?';
}

int quarry_error_set(struct quarry_error *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	err->code = code;
	va_start(ap, fmt);
	if (vsnprintf(err->text, sizeof(err->text), fmt, ap) < 0)
		err->text[0] = '\0';
	va_end(ap);
	finish(err->text);
	return code;
}

int quarry_error_nomem(struct quarry_error *err)
{
	return quarry_error_set(err, QUARRY_ENOMEM, "out of memory");
}

int quarry_error_prefix(struct quarry_error *err, const char *fmt, ...)
{
	char old[QUARRY_ERROR_MAX], head[QUARRY_ERROR_MAX];
	va_list ap;

	if (!err)
		return QUARRY_EFAIL;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	if (vsnprintf(head, sizeof(head), fmt, ap) < 0)
		head[0] = '\0';
	va_end(ap);
	return quarry_error_set(err, err->code, "%s: %s", head, old);
}

int quarry_error_exit(int code)
{
	switch (code) {
	case 0: return QUARRY_EXIT_DONE;
	case QUARRY_EUSAGE: return QUARRY_EXIT_USAGE;
	case QUARRY_EINTR: return QUARRY_EXIT_INTERRUPTED;
	case QUARRY_EAUTH: return QUARRY_EXIT_CREDENTIALS;
	default: return QUARRY_EXIT_FAILED;
	}
}
