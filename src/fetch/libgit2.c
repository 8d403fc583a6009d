#include "fetch/libgit2.h"

#include <git2.h>

#include "util/banned.h"

int libgit2_fail(const char *what, const char *path, struct quarry_error *err)
{
	const git_error *e = git_error_last();

	return quarry_error_set(err, QUARRY_EFAIL, "cannot %s '%s': %s", what, path,
				e && e->message ? e->message : "unknown cause");
}
