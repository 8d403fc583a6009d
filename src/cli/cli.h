/*
 * What the commands share: their table, and the request to stop.
 *
 * A command is one file cmd_<name>.c with one function that takes its own
 * arguments, argv[0] being its name, and returns an exit status
 * (quarry/error.h).
 */
#ifndef QUARRY_CLI_CLI_H
#define QUARRY_CLI_CLI_H

#include <stdatomic.h>

struct cli_command {
	const char *name;
	int (*fn)(int argc, char **argv);
	const char *summary; /* one phrase for `quarry help` */
};

/* In the order of the flow; the last one has no name. */
extern const struct cli_command cli_commands[];

/* Set by the first SIGINT or SIGTERM; the second one kills. */
extern atomic_bool cli_stop;

int cmd_run(int argc, char **argv);
int cmd_fetch(int argc, char **argv);
int cmd_mine(int argc, char **argv);
int cmd_derive(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_overlap(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_people(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif
