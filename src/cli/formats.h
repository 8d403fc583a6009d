/*
 * Which formats a command can write, and which one it writes.
 */
#ifndef QUARRY_CLI_FORMATS_H
#define QUARRY_CLI_FORMATS_H

#include <stdbool.h>

#include "cli/opts.h"

/* Their names, as a sentence lists them; NULL where the command takes none. */
const char *formats_of(const struct opts_command *c);
bool formats_have(const struct opts_command *c, const char *name);

/* Set o->format: --format, else csv for --table, else by the extension of the file, else
 * the command's own. 0, or an error code with o->err filled. */
int formats_choose(struct opts *o);

#endif
