/*
 * Inside of the flow: what is known of the repositories and their pieces, all of it under
 * one lock, and which task is the next one.
 */
#ifndef QUARRY_ENGINE_FLOW_STATE_H
#define QUARRY_ENGINE_FLOW_STATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/flow.h"

/* The part of the budget that waits in memory before one is written that is still read. */
#define FLOW_EARLY 32

struct piece {
	struct piece *next;
	void *data;
	size_t size;
};

/* First in, first out. */
struct pieces {
	struct piece *first, *last;
};

/* A repository; all of it under the lock. */
struct job {
	size_t i;
	struct job *next;        /* in `ready` */
	struct pieces waiting;   /* to be touched */
	struct pieces touched;   /* to be written */
	struct piece *end;       /* the last piece */
	size_t n_pieces;         /* in memory or being walked, but for `end` */
	size_t n_touching;
	bool opened, closed;
	bool reading;            /* one thread is in open(), walk() or finish() */
	bool writing;            /* the writer is in a call for it */
	bool nothing;            /* there is nothing to read */
	bool walked, finished;
	bool begun;              /* begin() was called; then end() or cancel() must be */
	bool over;               /* read, or failed: the writer alone has to do with it */
	struct quarry_error *why; /* it failed; NULL: not */
};

struct flow {
	const struct flow_options *options;
	const struct flow_calls *calls;
	void *payload;
	size_t n;
	struct job *jobs;
	pthread_mutex_t lock;    /* all below */
	pthread_cond_t changed, keeps;
	struct job **open;       /* those that are not over, as they were opened */
	size_t n_open;
	struct job *ready, *last_ready; /* those that are, and wait for the writer */
	struct job *current;     /* being written; NULL: none */
	bool writing;            /* a thread is the writer */
	bool keeping;            /* a thread is in keep() */
	bool unkept;             /* repositories were written or noted since keep() */
	int64_t unkept_since;    /* the first of them, by clock_ms() */
	size_t next;             /* to be opened */
	size_t n_closed, n_idle; /* repositories, threads */
	size_t bytes;            /* of pieces in memory */
	bool ended;              /* all is done, or `rc` */
	int rc;
	struct quarry_error *err;
};

enum kind { WAIT, KEEP, WRITE, TOUCH, FINISH, WALK, OPEN };

struct task {
	enum kind kind;
	struct job *job;
	struct piece *piece;
};

static inline void pieces_push(struct pieces *list, struct piece *p)
{
	p->next = NULL;
	*(list->last ? &list->last->next : &list->first) = p;
	list->last = p;
}

static inline struct piece *pieces_shift(struct pieces *list)
{
	struct piece *p = list->first;

	if (p)
		list->first = p->next;
	if (!list->first)
		list->last = NULL;
	return p;
}

/* What changed may let several threads go on. */
static inline void flow_wake(struct flow *f)
{
	if (f->n_idle)
		(void)pthread_cond_broadcast(&f->changed);
}

/* The next task of a thread, which is its own then. False: there is none.
 * @param last  what this thread walked last; NULL: nothing */
bool flow_choose(struct task *t, struct flow *f, struct job *last);

#endif
