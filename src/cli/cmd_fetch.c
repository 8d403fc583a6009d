#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/session.h"
#include "util/banned.h"

static const struct opts_command usage = {
	.name = "fetch",
	.args = "UNIVERSE",
	.text = "Bring the repositories of the universe in the folder UNIVERSE into the cache, "
		"but for those that the mirror holds.",
	.groups = OPTS_STORE | OPTS_PLACES | OPTS_LOCAL | OPTS_WORK,
	.min_args = 1,
	.max_args = 1,
};

int cmd_fetch(int argc, char **argv)
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
		rc = session_fetch(&s, &err);
	return session_end(&s, rc, &err);
}
