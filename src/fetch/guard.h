/*
 * What bounds one fetch, and how it ended.
 *
 * Every part of the network side looks at one guard: whether to stop, how long to
 * wait, how much may still come.  The part that knows why the fetch cannot go on says
 * so here, once; what libgit2 makes of it later is not looked at.
 *
 *	guard_start(&g, options);
 *	while (...) {
 *		if (guard_wait(&g, since_ms) < 0)   stopped, stalled, or out of time
 *			return -1;
 *		... poll for guard_slice_ms(&g, since_ms) ...
 *		guard_count(&g, n)                  n bytes came
 *	}
 *
 * Times are milliseconds of the monotonic clock.
 */
#ifndef QUARRY_FETCH_GUARD_H
#define QUARRY_FETCH_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/fetch.h"

/* What a caller would do about it. */
enum guard_cause {
	GUARD_NONE,
	GUARD_LATER,   /* it may go well another time: a broken line, a busy server */
	GUARD_FINAL,   /* it will not: a limit, an answer that is no git */
	GUARD_GONE,    /* there is no such repository */
	GUARD_NO_BRANCH, /* there is, but it has no such branch */
	GUARD_HIDDEN,  /* there is none, or it is private: its host does not tell which */
	GUARD_AUTH,    /* our credentials are missing or refused */
	GUARD_FILTER,  /* the server takes no filter, whatever it had advertised */
	GUARD_STOPPED, /* on request */
	GUARD_NOMEM,
};

#define GUARD_TEXT_MAX 512

struct guard {
	const struct quarry_fetch_options *options;
	int64_t end_ms;        /* of all of it; 0: no end */
	uint64_t bytes;        /* received */

	enum guard_cause cause; /* of the first failure */
	int64_t retry_after_s;  /* -1: the server named no time */
	char text[GUARD_TEXT_MAX]; /* "the server sent nothing for 60 seconds" */
};

/* `options` must outlive the guard. */
void guard_start(struct guard *g, const struct quarry_fetch_options *options);

/* Note why the fetch ends, unless that is known already. Always -1; libgit2's last
 * error is set, too, since its callbacks must leave one. */
int guard_fail(struct guard *g, enum guard_cause cause, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The server has refused what was asked for with a filter: if its words are about that,
 * so is the failure. */
void guard_blame_filter(struct guard *g);

/* Go on after all, another way: what has come and how long it took still count. */
void guard_forgive(struct guard *g);

/* 0; or -1, noted: to stop, or the time for all of it is over. */
int guard_check(struct guard *g);

/* The same while waiting for the other side, which was last heard of at `since_ms`:
 * -1, too, when it has been silent for too long. */
int guard_wait(struct guard *g, int64_t since_ms);

/* How long to sleep at most before the next guard_wait(): 1 to 200 ms. */
int guard_slice_ms(const struct guard *g, int64_t since_ms);

/* Count what came, and tell progress. -1, noted, beyond the limit. */
int guard_count(struct guard *g, size_t n);

#endif
