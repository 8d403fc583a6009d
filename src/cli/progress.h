/*
 * Progress of a step on stderr: on a terminal one line, drawn after half a second
 * and at most ten times a second; elsewhere a line every 30 seconds.
 *
 *	progress_start(PROGRESS_SHOWN);
 *	options.progress = progress_update;
 *	...
 *	progress_end();
 */
#ifndef QUARRY_CLI_PROGRESS_H
#define QUARRY_CLI_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#include "quarry/engine.h"
#include "util/str.h"

enum progress_mode { PROGRESS_SHOWN, PROGRESS_QUIET };

void progress_start(enum progress_mode mode);

/* The callback of struct quarry_engine_options: from any thread, one at a time. */
void progress_update(void *payload, const struct quarry_progress *p);

/* Erase the line. */
void progress_end(void);

/*
 * Append what is shown of `p`, clean, at most `columns` wide.
 * @param elapsed_ms  since the step began
 * @param per_s       how much comes a second now, in p's unit; -1: not known
 */
void progress_format(struct str *out, const struct quarry_progress *p, int64_t elapsed_ms,
		     int64_t per_s, size_t columns);

#endif
