#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/session.h"
#include "util/banned.h"

static const struct opts_command usage = {
	.name = "derive",
	.args = "UNIVERSE",
	.text = "Compute every figure anew from the facts in the store: who is one person, what "
		"counts, and where. A corrected rule, .mailmap or category needs no more.",
	.groups = OPTS_STORE | OPTS_LOCAL | OPTS_BASIS,
	.min_args = 1,
	.max_args = 1,
};

int cmd_derive(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct session s = { 0 };
	struct opts o;
	int rc, status;

	status = opts_parse(&o, &usage, argc, argv);
	if (status != OPTS_GO)
		return status;
	rc = session_open_store(&s, &o, &err);
	if (!rc)
		rc = session_load(&s, o.args[0], &err);
	if (!rc)
		rc = session_derive(&s, &err);
	return session_end(&s, rc, &err);
}
