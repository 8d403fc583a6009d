/*
 * The libraries that fetching and mining rest on, started at their first use.
 *
 *	libraries_prepare(&l);                  may be left out
 *	rc = libraries_start_mine(&l, &err);    any number of times
 *	libraries_release(&l);
 *
 * libgit2 reads all certificates of the machine when it starts, which takes 7 ms: as long
 * as all else that comes before mining. So it can be started beside that, and what neither
 * fetches nor mines does without.
 */
#ifndef QUARRY_ENGINE_LIBRARIES_H
#define QUARRY_ENGINE_LIBRARIES_H

#include <pthread.h>
#include <stdbool.h>

#include "quarry/error.h"

/* A zeroed one has started nothing. One thread at a time. */
struct libraries {
	bool mine, fetch;  /* they are started */
	bool preparing;    /* a thread is starting `mine` */
	pthread_t thread;
	int rc;            /* that thread's, with `err`, once it is joined */
	struct quarry_error err;
};

/* Start those of mining in a thread; where none can be had, at their first use. */
void libraries_prepare(struct libraries *l);

int libraries_start_mine(struct libraries *l, struct quarry_error *err);
/* And those of mining: what is read of what was fetched is judged alike. */
int libraries_start_fetch(struct libraries *l, struct quarry_error *err);

void libraries_release(struct libraries *l);

#endif
