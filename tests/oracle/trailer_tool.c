/*
 * `git interpret-trailers --parse --no-divider` by our trailer.c, for trailers.sh
 * to compare: messages that end in NUL come in; for each goes out a line "--",
 * then its trailers of the keys that quarry keeps, then what marks.c finds.
 *
 *	trailer-tool <messages
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mine/marks.h"
#include "quarry/error.h"

static int print(void *payload, const struct trailer_line *line)
{
	struct str *s = payload;

	str_clear(s);
	str_addf(s, "%s: ", line->key);
	trailer_unfold(s, line->value, line->value_len);
	str_addc(s, '\n');
	return s->oom || fwrite(s->buf, 1, s->len, stdout) != s->len ? QUARRY_EFAIL : 0;
}

/* Blank lines before the title do not count; a commit's reader skips them. */
static const char *skip_blank_lines(const char *p)
{
	for (;;) {
		const char *text = p + strspn(p, " \t\r");

		if (*text != '\n')
			return *text ? p : text;
		p = text + 1;
	}
}

int main(void)
{
	struct str s = STR_INIT;
	char *message = NULL;
	size_t room = 0;
	int rc = 0;

	while (!rc && getdelim(&message, &room, '\0', stdin) > 0) {
		const char *text = skip_blank_lines(message);
		struct trailer_block block;

		puts("--");
		trailer_block_find(&block, text, strlen(text));
		rc = trailers_read(&block, print, &s);
		if (!rc)
			rc = marks_read(text, strlen(text), &block, print, &s);
	}
	if (fflush(stdout) || ferror(stdin))
		rc = QUARRY_EFAIL;
	free(message);
	str_release(&s);
	return quarry_error_exit(rc);
}
