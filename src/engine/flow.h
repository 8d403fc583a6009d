/*
 * Who does what next while histories are read: a few threads, each of which does any
 * task, and one store, to which one of them writes at a time.
 *
 *	open i -> walk -> piece -> touch -> touched -> write
 *	          walk -> piece -> touch -> touched -> write    begin before the first,
 *	          walk -> the end          finish -> last ----> end after the last
 *
 * It knows neither git nor SQL: a repository is a number, 0 .. n - 1, and what is done
 * to it are the calls below.  Of one repository, walk() runs beside itself never, touch()
 * for other pieces only; begin() and write() may run beside walk(), touch() and finish();
 * finish(), else, and all other calls run alone.  What one call wrote all later ones see.
 *
 * A thread that is free takes the first of these that there is:
 *
 *  1. to write, when nobody does: there is no writer's thread, so none can idle.  Before
 *     a 32nd of the budget is in memory, only what is read to its end, unless there is
 *     nothing else to do: that can be written without a way back, which is cheaper;
 *  2. to touch a piece;
 *  3. to finish a repository that is walked, and whose pieces are all touched;
 *  4. to walk one that is open: the one that is being written, else the one that this
 *     thread walked last, else any;
 *  5. to open the next one;
 *  6. to wait until another thread has done something.
 *
 * While a thread is in keep(), which waits for the disk, another one stands in for it, if
 * there are several.
 *
 * A repository is written without another one in between, from begin() to end(): what
 * is read of others waits in memory.  The writer takes what is read to its end first,
 * else the one that was opened first, which by 2 and 4 is then read before all others:
 * so the store is soon busy, and little waits.  (Played with costs like those of real
 * histories, always waiting for whole repositories took up to 40 % longer, and ten times
 * the memory.)
 *
 * Bounds.  No more than `threads` + 1 repositories are open and not finished.  While the
 * pieces in memory have `budget` bytes or more nothing is opened, and nothing is walked
 * but the repository that is being written, and that only while fewer than `threads` of
 * its pieces are in memory.  With pieces of at most S bytes there are thus never more
 * than budget + (4 * threads + 3) * S: when the budget is reached each thread, and the one
 * that stands in, may be touching one and have walked another, which is touched later;
 * `threads` are walked beyond it; and each open repository has a last one.
 *
 * Nobody waits for ever.  Let no thread be in a call, and something be left to do.  A
 * piece that is not touched can be, and a repository can be finished, whatever the
 * budget.  Else there are only touched pieces.  Is a repository being written, it has
 * one, which can be written; or it has none, and can be walked, the budget not holding
 * for it, or ended, or noted as failed.  Is none being written, one that has a touched
 * piece, or is over, can be.  And is there neither, nothing counts against the budget or
 * the bound of pieces, so that one that is open can be walked, or, when none is, the
 * next one opened.
 *
 * A call that fails ends its own repository: its pieces are dropped, what was written of
 * it is cancelled, and note() is told.  QUARRY_ENOMEM, QUARRY_EINTR, the stop flag and
 * what fails in writing end everything.
 */
#ifndef QUARRY_ENGINE_FLOW_H
#define QUARRY_ENGINE_FLOW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "quarry/error.h"

/* From open(): there is nothing to read, note() is all that is left. */
#define FLOW_NOTHING 1
/* From begin(): this one cannot be written; its code and text are in `err`. Nothing needs to
 * have begun: cancel() follows. */
#define FLOW_REFUSED 1

struct flow_calls {
	/* Begin with repository i. 0, FLOW_NOTHING or a failure; after each of them
	 * close() is called once. */
	int (*open)(void *payload, size_t i, struct quarry_error *err);
	/* The next piece, and its bytes; none (*piece stays NULL): there are no more. */
	int (*walk)(void **piece, size_t *size, void *payload, size_t i,
		    struct quarry_error *err);
	/* Complete a piece. *size: its bytes, which may change. */
	int (*touch)(size_t *size, void *payload, size_t i, void *piece,
		     struct quarry_error *err);
	/* The last piece, which end() takes. */
	int (*finish)(void **last, size_t *size, void *payload, size_t i,
		      struct quarry_error *err);

	/* The writer's, of which one runs at a time. Each failure is the store's.
	 * `whole`: it is read to its end, so that nothing but such a failure, an end of
	 * everything, or FLOW_REFUSED, leads to cancel(). */
	int (*begin)(void *payload, size_t i, bool whole, struct quarry_error *err);
	int (*write)(void *payload, size_t i, const void *piece, struct quarry_error *err);
	int (*end)(void *payload, size_t i, const void *last, struct quarry_error *err);
	/* After begin() and instead of end(), be it that one of these has failed. */
	void (*cancel)(void *payload, size_t i);
	/* There was nothing to read, or (`why` not NULL) it failed; between begin() and
	 * end() of no other. */
	int (*note)(void *payload, size_t i, const struct quarry_error *why,
		    struct quarry_error *err);
	/* Let all that was written or noted last. Between end() or note() and the next
	 * begin(), `keep_ms` after the first of them that was not kept, or when a thread would
	 * wait; and at the end, be it an early one. */
	int (*keep)(void *payload, struct quarry_error *err);

	/* Free a piece, be it the last one; in any thread. */
	void (*drop)(void *payload, void *piece);
	/* Free what open() made; nothing is called for it any more. */
	void (*close)(void *payload, size_t i);
};

struct flow_options {
	unsigned threads;         /* > 0; where the system grants fewer, these do the work */
	size_t budget;            /* bytes of pieces in memory, > 0 */
	size_t pieces_max;        /* of one repository in memory, > 0 */
	unsigned keep_ms;
	const atomic_bool *stop;  /* set from outside, be it a signal handler; NULL: never */
};

/*
 * Do all of it; the calling thread takes part.  0: each repository was written or noted.
 * Else the first failure that ended everything; what was open is cancelled and closed.
 */
int flow_run(const struct flow_options *options, size_t n, const struct flow_calls *calls,
	     void *payload, struct quarry_error *err);

#endif
