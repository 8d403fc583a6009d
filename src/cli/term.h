/*
 * The terminal: every line on stderr goes through here, so that a message and
 * the progress line never mix, whichever thread they come from, and so that no
 * text from a history or a remote reaches the terminal as it is.
 */
#ifndef QUARRY_CLI_TERM_H
#define QUARRY_CLI_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "quarry/error.h"
#include "quarry/log.h"
#include "util/str.h"

/*
 * Append `text` with '?' for what a terminal would obey or be fooled by: control
 * characters, bidi overrides, invisible characters, bytes that are not UTF-8.
 * At most `columns` columns wide (a wide character has two).
 */
void term_clean(struct str *out, const char *text, size_t columns);
#define TERM_ANY_WIDTH ((size_t)-1)

/* One message on stderr: `quarry: ...`. */
void term_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Say why a call failed, once, and return the exit status that belongs to it. An
 * empty text is a failure that nobody is left to hear of. */
int term_fail(const struct quarry_error *err);

/* The callback of a struct quarry_log. */
void term_log(void *payload, enum quarry_log_level level, const char *text);

/* Show `text` as the progress line, in place of the one before; NULL: erase it. */
void term_line(const char *text);

/* Is stderr a terminal that can redraw a line? */
bool term_is_live(void);
/* Columns of stderr's terminal; 80 when it does not say. */
size_t term_width(void);
/* May colour go to `f`? Not with NO_COLOR set (https://no-color.org). */
bool term_has_color(FILE *f);

#endif
