#include "fetch/objects.h"

#include "fetch/pack.h"
#include "util/banned.h"

static int check_all_came(struct guard *g, git_repository *repo, const git_oid *ids, size_t n)
{
	git_odb *odb = NULL;
	int rc = 0;

	if (git_repository_odb(&odb, repo) < 0 || git_odb_refresh(odb) < 0)
		rc = guard_fail(g, GUARD_FINAL, "cannot read what the server sent");
	for (size_t i = 0; i < n && rc == 0; i++)
		if (!git_odb_exists(odb, &ids[i]))
			rc = guard_fail(g, GUARD_FINAL,
					"the server sent other objects than were asked for");
	git_odb_free(odb);
	return rc;
}

int objects_fetch(struct link *l, const struct advert *a, git_repository *repo,
		  const git_oid *ids, size_t n)
{
	/* Blobs lead to nothing, so that no filter is needed. */
	const struct pack_request request = { .wants = ids, .n_wants = n };
	int rc;

	if (a->version != 2 || !advert_has(a, "fetch", /* value= */ NULL))
		return 0;
	if (n == 0)
		return 1;
	rc = pack_fetch(l, a, repo, &request);
	return rc > 0 && check_all_came(l->guard, repo, ids, n) < 0 ? -1 : rc;
}
