/**
 * How a call of quarry fails.
 *
 * Every function that can fail returns 0 or one of the negative codes below
 * and fills the struct quarry_error it was given, once, where the failure is
 * known.  The text is one sentence without capital or full stop that says what
 * failed first, names its subject in single quotes, and gives the cause after a
 * colon:
 *
 *	cannot read 'categories/sample/databases.yaml': line 7: unknown key 'ur'
 *
 * Nothing in the library prints or exits.
 */
#ifndef QUARRY_ERROR_H
#define QUARRY_ERROR_H

#include <stdarg.h>
#include <stddef.h>

enum {
	QUARRY_EFAIL = -1,     /**< the work could not be done; the text says why */
	QUARRY_ENOMEM = -2,    /**< out of memory */
	QUARRY_EUSAGE = -3,    /**< the user's input is wrong: exit status 2 */
	QUARRY_ENOTFOUND = -4, /**< the thing asked for does not exist */
	QUARRY_EINTR = -5,     /**< stopped on request: exit status 130 */
	QUARRY_EAUTH = -6,     /**< credentials missing or refused: exit status 4 */
};

/** Exit statuses of the program. */
enum quarry_exit {
	QUARRY_EXIT_DONE = 0,
	QUARRY_EXIT_FAILED = 1,
	QUARRY_EXIT_USAGE = 2,
	QUARRY_EXIT_PARTIAL = 3,      /**< done, but some repositories failed */
	QUARRY_EXIT_CREDENTIALS = 4,
	QUARRY_EXIT_INTERRUPTED = 130,
};

/** Longest text kept, in bytes, the NUL included; a longer one is cut. */
#define QUARRY_ERROR_MAX 1024

struct quarry_error {
	int code;                    /**< 0 or one of the codes above */
	char text[QUARRY_ERROR_MAX]; /**< UTF-8, control characters replaced */
};

#define QUARRY_ERROR_INIT { 0, { 0 } }

/**
 * Fill `err` (may be NULL) and return `code`, so that a caller can write
 * `return quarry_error_set(err, QUARRY_EFAIL, "cannot open '%s'", path);`.
 * Control characters of the arguments are shown as '?': they may come from a
 * hostile history and the text goes to a terminal.
 */
int quarry_error_set(struct quarry_error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** The same for a failed allocation; always returns QUARRY_ENOMEM. */
int quarry_error_nomem(struct quarry_error *err);

/** Put `prefix: ` before the text already there. Returns err->code. */
int quarry_error_prefix(struct quarry_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** The exit status that belongs to an error code (0 for 0). */
int quarry_error_exit(int code);

#endif
