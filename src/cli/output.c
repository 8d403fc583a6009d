#include "cli/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/banned.h"
#include "util/file.h"

/* @param path  NULL: `f` is stdout, which stays open */
static int write_stream(FILE *f, const char *path, const char *text, size_t len,
			struct quarry_error *err)
{
	int failed = 0, cause = 0;

	if (fwrite(text, 1, len, f) != len || fflush(f) || ferror(f)) {
		failed = 1;
		cause = errno;
	}
	if (path && fclose(f) && !failed) {
		failed = 1;
		cause = errno;
	}
	if (!failed)
		return 0;
	if (cause == EPIPE)
		return quarry_error_set(err, QUARRY_EFAIL, "%s", "");
	if (!path)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot write to standard output: %s",
					strerror(cause));
	return quarry_error_set(err, QUARRY_EFAIL, "cannot write '%s': %s", path, strerror(cause));
}

int output_stdout(const char *text, size_t len, struct quarry_error *err)
{
	return write_stream(stdout, /* path= */ NULL, text, len, err);
}

int output_str(struct str *s, struct quarry_error *err)
{
	int rc = s->oom ? quarry_error_nomem(err)
			: output_stdout(s->buf ? s->buf : "", s->len, err);

	str_release(s);
	return rc;
}

static int write_into(const char *path, const char *text, size_t len, struct quarry_error *err)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return quarry_error_set(err, QUARRY_EFAIL, "cannot write '%s': %s", path,
					strerror(errno));
	return write_stream(f, path, text, len, err);
}

int output_file(const char *path, const char *text, size_t len, struct quarry_error *err)
{
	struct stat st;
	char *real;
	int rc;

	if (!path || !strcmp(path, "-"))
		return output_stdout(text, len, err);
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return write_into(path, text, len, err);
	real = realpath(path, NULL); /* NULL: it is not there yet */
	rc = file_write(real ? real : path, text, len, err);
	free(real);
	return rc;
}
