#include "quarry/mine.h"

#include <stdlib.h>

#include "mine/miner.h"
#include "odb/odb.h"
#include "util/banned.h"

int quarry_mine_init(struct quarry_error *err)
{
	return odb_init(err);
}

void quarry_mine_shutdown(void)
{
	odb_shutdown();
}

int quarry_mine_tip(struct quarry_oid *out, const char *gitdir, const char *branch,
		    struct quarry_error *err)
{
	struct quarry_miner *m = NULL;
	int rc = quarry_miner_open(&m, gitdir, branch, err);

	if (!rc)
		rc = quarry_miner_tip(out, m, err);
	quarry_miner_free(m);
	return rc;
}

int quarry_mine_objects(uint64_t *out, const char *gitdir, struct quarry_error *err)
{
	return odb_state(out, gitdir, err);
}

int quarry_mine_tags(uint64_t *out, const char *gitdir, struct quarry_error *err)
{
	int rc = odb_tags_state(out, gitdir, err);

	if (!rc && !*out)
		*out = 1;
	return rc;
}

int quarry_mine(struct quarry_history **out, const char *gitdir, const char *branch,
		const struct quarry_mine_options *options, struct quarry_error *err)
{
	struct quarry_history *h = NULL;
	struct quarry_miner *m = NULL;
	int rc = quarry_miner_open(&m, gitdir, branch, err);

	if (!rc)
		rc = quarry_miner_start(m, options, err);
	if (!rc)
		rc = miner_next(&h, m, SIZE_MAX, err);
	if (!rc && !h)
		rc = quarry_miner_finish(&h, m, err); /* nothing but the tip changed */
	else if (!rc && !(rc = quarry_miner_touch(m, h, err)))
		rc = miner_tell(h, m, err);
	quarry_miner_free(m);
	if (rc) {
		quarry_history_free(h);
		return rc;
	}
	*out = h;
	return 0;
}
