/*
 * A session: one command's engine, and which repositories failed on the way.
 *
 *	struct session s = { 0 };
 *	rc = session_open_universe(&s, &o, &err);
 *	if (!rc)
 *		rc = session_fetch(&s, &err);
 *	return session_end(&s, rc, &err);
 *
 * The options must outlive it; session_end() prints, releases all, the
 * options too, and gives the exit status.
 */
#ifndef QUARRY_CLI_SESSION_H
#define QUARRY_CLI_SESSION_H

#include "cli/opts.h"
#include "quarry/engine.h"
#include "util/vec.h"

struct session {
	struct opts *opts;
	struct quarry_engine *engine;
	VEC(struct quarry_failure) failures; /* of all steps, a slug once; owned */
	size_t n_total;    /* repositories of the last step */
	size_t n_failed;   /* of these */
};

/* Open the store, and make it when it is not there. */
int session_open(struct session *s, struct opts *o, struct quarry_error *err);
/* The same for a command that fetches or mines: it starts what these need. */
int session_open_to_bring(struct session *s, struct opts *o, struct quarry_error *err);
/* The same for a command that only reads it: a missing store is QUARRY_ENOTFOUND. */
int session_open_store(struct session *s, struct opts *o, struct quarry_error *err);

int session_load(struct session *s, const char *dir, struct quarry_error *err);
/* Open to fetch or mine, and load the universe that the first argument names. */
int session_open_universe(struct session *s, struct opts *o, struct quarry_error *err);

/* The steps; each one says in one line on stderr how it went. */
int session_fetch(struct session *s, struct quarry_error *err);
int session_mine(struct session *s, struct quarry_error *err);
int session_derive(struct session *s, struct quarry_error *err);

/* QUARRY_EINTR when the user has asked to stop: before results are written. */
int session_check_stop(struct quarry_error *err);

/*
 * Write what a command made (text, freed) where -o says, unless it failed (rc, returned) or
 * the user has asked to stop.
 */
int session_write(const struct session *s, int rc, char *text, size_t len, struct quarry_error *err);

/* Did the last step fail for every repository? The code says why, 0: it did not. */
int session_all_failed(const struct session *s);

/*
 * Name the failures on stderr, print the error when rc is not 0, release all.
 * @param rc  0 or the code of the step that failed, with `err` filled
 * @return the exit status
 */
int session_end(struct session *s, int rc, const struct quarry_error *err);

#endif
