/*
 * A child process to talk with: one socket is its standard input and output, and the end of
 * what it complains of is kept.
 *
 *	struct child c = CHILD_INIT;
 *	child_start(&c, argv, envp)        an errno: it did not start
 *	... c.fd ...
 *	child_drain(&c);                   whenever c.err_fd can be read
 *	child_end(&c);                     hang up, wait, and end it if it does not end
 *
 * It is in a process group of its own, so that Ctrl-C at the terminal reaches us alone, and
 * we end it with all that it started.
 */
#ifndef QUARRY_FETCH_CHILD_H
#define QUARRY_FETCH_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/str.h"

/* More than the longest warning of ssh has, which ends in what is of interest. */
#define CHILD_TAIL_MAX 2048

struct child {
	pid_t pid;       /* 0: none, or it has been waited for */
	int fd;          /* non-blocking stream socket; -1: none */
	int err_fd;      /* -1: none, or its end has come */
	int status;      /* of waitpid(2), when pid is 0; -1: unknown */
	struct str tail; /* the last CHILD_TAIL_MAX bytes of its standard error at most */
};

#define CHILD_INIT { 0, -1, -1, -1, STR_INIT }

/* Look for argv[0] in PATH and start it; `envp` as in execve(2). 0, or an errno. */
int child_start(struct child *c, char *const argv[], char *const envp[]);

/* Take what is to be had of its standard error; at most some kilobytes a call. */
void child_drain(struct child *c);

/* Whether it has ended by now; then it is no zombie, and c->status is set. */
bool child_has_ended(struct child *c);

/* Safe for one that never started. */
void child_end(struct child *c);

#endif
