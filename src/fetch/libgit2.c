#include "fetch/libgit2.h"

#include <git2.h>

#include "util/banned.h"

int libgit2_fail(const char *what, const char *path, struct quarry_error *err)
{
	const git_error *e = git_error_last();

	return quarry_error_set(err, QUARRY_EFAIL, "cannot %s '%s': %s", what, path,
				e && e->message ? e->message : "unknown cause");
}

int libgit2_blame(struct guard *g, int rc)
{
	const git_error *e = git_error_last();
	const char *text = e && e->message ? e->message : "unknown cause";

	switch (e ? e->klass : GIT_ERROR_NONE) {
	case GIT_ERROR_NOMEMORY:
		return guard_fail(g, GUARD_NOMEM, "out of memory");
	case GIT_ERROR_INDEXER:
	case GIT_ERROR_ZLIB:
	case GIT_ERROR_ODB:
	case GIT_ERROR_OBJECT:
		return guard_fail(g, GUARD_LATER, "what the server sent is damaged: %s", text);
	case GIT_ERROR_NET:
		return guard_fail(g, GUARD_LATER, "the answer of the server is cut off: %s", text);
	default:
		if (rc == GIT_EEOF)
			return guard_fail(g, GUARD_LATER, "the answer of the server is cut off");
		return guard_fail(g, GUARD_FINAL, "%s", text);
	}
}
