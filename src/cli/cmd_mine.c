#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/session.h"
#include "util/banned.h"

static const struct opts_command usage = {
	.name = "mine",
	.args = "UNIVERSE",
	.text = "Read what is new in the repositories of the universe in the folder UNIVERSE, "
		"from the mirror or the cache, into the store.",
	.groups = OPTS_STORE | OPTS_PLACES | OPTS_LOCAL | OPTS_WORK,
	.min_args = 1,
	.max_args = 1,
};

int cmd_mine(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct session s = { 0 };
	struct opts o;
	int rc, status;

	status = opts_parse(&o, &usage, argc, argv);
	if (status != OPTS_GO)
		return status;
	rc = session_open_universe(&s, &o, &err);
	if (!rc)
		rc = session_mine(&s, &err);
	return session_end(&s, rc, &err);
}
