/*
 * `git check-mailmap --stdin` by our mailmap.c, for mailmap.sh to compare.
 *
 *	mailmap-tool MAILMAP <contacts
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "identity/mailmap.h"
#include "util/file.h"

/* A contact as git's split_ident_line takes it: the name loses spaces at its end only. */
static int print_mapped(struct mailmap *mm, const char *line, struct quarry_error *err)
{
	const char *left = strchr(line, '<'), *right = left ? strchr(left, '>') : NULL, *end;
	struct mailmap_match m;
	int rc;

	if (!right)
		return quarry_error_set(err, QUARRY_EUSAGE, "not a contact: '%s'", line);
	for (end = left; end > line && strchr(" \t\r\n", end[-1]); end--)
		;
	rc = mailmap_map(&m, mm, line, (size_t)(end - line), left + 1,
			 (size_t)(right - left - 1), err);
	if (rc)
		return rc;
	printf("%.*s%s<%.*s>\n", (int)m.name_len, m.name, m.name_len ? " " : "",
	       (int)m.email_len, m.email);
	return 0;
}

int main(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct mailmap *mm = NULL;
	char *text = NULL, *line = NULL;
	size_t len, room = 0;
	ssize_t got;
	int rc;

	if (argc != 2) {
		fprintf(stderr, "usage: mailmap-tool MAILMAP <contacts\n");
		return QUARRY_EXIT_USAGE;
	}
	rc = file_read(&text, &len, argv[1], MAILMAP_MAX_BYTES, &err);
	if (!rc)
		rc = mailmap_new(&mm, text, len, &err);
	while (!rc && (got = getline(&line, &room, stdin)) > 0) {
		if (line[got - 1] == '\n')
			line[got - 1] = '\0';
		rc = print_mapped(mm, line, &err);
	}
	if (rc)
		fprintf(stderr, "mailmap-tool: %s\n", err.text);
	free(line);
	free(text);
	mailmap_free(mm);
	return quarry_error_exit(rc);
}
