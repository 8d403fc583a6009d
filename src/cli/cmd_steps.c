/*
 * The commands that are one step of the flow over a universe: fetch, mine, derive.
 */
#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/session.h"
#include "util/banned.h"

struct step_command {
	struct opts_command usage;
	int (*open)(struct session *s, struct opts *o, struct quarry_error *err);
	int (*step)(struct session *s, struct quarry_error *err);
};

static int run(const struct step_command *c, int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct session s = { 0 };
	struct opts o;
	int rc, status;

	status = opts_parse(&o, &c->usage, argc, argv);
	if (status != OPTS_GO)
		return status;
	rc = c->open(&s, &o, &err);
	if (!rc)
		rc = session_load(&s, o.args[0], &err);
	if (!rc)
		rc = c->step(&s, &err);
	return session_end(&s, rc, &err);
}

int cmd_fetch(int argc, char **argv)
{
	static const struct step_command fetch = {
		.usage = {
			.name = "fetch",
			.args = "UNIVERSE",
			.text = "Bring the repositories of the universe in the folder UNIVERSE "
				"into the cache, but for those that the mirror holds.",
			.groups = OPTS_STORE | OPTS_PLACES | OPTS_LOCAL | OPTS_WORK | OPTS_FETCH,
			.min_args = 1,
			.max_args = 1,
		},
		.open = session_open_to_bring,
		.step = session_fetch,
	};

	return run(&fetch, argc, argv);
}

int cmd_mine(int argc, char **argv)
{
	static const struct step_command mine = {
		.usage = {
			.name = "mine",
			.args = "UNIVERSE",
			.text = "Read what is new in the repositories of the universe in the "
				"folder UNIVERSE, from the mirror or the cache, into the store.",
			.groups = OPTS_STORE | OPTS_PLACES | OPTS_LOCAL | OPTS_WORK | OPTS_MINE,
			.min_args = 1,
			.max_args = 1,
		},
		.open = session_open_to_bring,
		.step = session_mine,
	};

	return run(&mine, argc, argv);
}

int cmd_derive(int argc, char **argv)
{
	static const struct step_command derive = {
		.usage = {
			.name = "derive",
			.args = "UNIVERSE",
			.text = "Compute every figure anew from the facts in the store: who is "
				"one person, what counts, and where. A corrected rule, .mailmap or "
				"category needs no more.",
			.groups = OPTS_STORE | OPTS_LOCAL | OPTS_BASIS | OPTS_RULES,
			.min_args = 1,
			.max_args = 1,
		},
		.open = session_open_store,
		.step = session_derive,
	};

	return run(&derive, argc, argv);
}
