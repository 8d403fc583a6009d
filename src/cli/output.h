/*
 * Results: to stdout or into a file, every write checked.
 */
#ifndef QUARRY_CLI_OUTPUT_H
#define QUARRY_CLI_OUTPUT_H

#include <stddef.h>

#include "quarry/error.h"
#include "util/str.h"

/* Write and flush. A reader that has gone away (EPIPE) is a failure without text. */
int output_stdout(const char *text, size_t len, struct quarry_error *err);

/* The same for a finished builder, which is released. */
int output_str(struct str *s, struct quarry_error *err);

/*
 * Write the file `path` whole or not at all; NULL and "-" are stdout. A symbolic
 * link is followed, and what is no regular file (a device, a pipe) is written
 * into, not replaced.
 */
int output_file(const char *path, const char *text, size_t len, struct quarry_error *err);

#endif
