/*
 * Commits that may be the same work as another one, and of which that cannot be told
 * because their touches were not read (quarry/aggregate.h).
 *
 * A store that is filled in one run needs not be asked for them: what is written is noted
 * on the way, 48 bytes a commit. Where there are more than two million it is asked.
 */
#ifndef QUARRY_ENGINE_TWINS_H
#define QUARRY_ENGINE_TWINS_H

#include "quarry/aggregate.h"
#include "quarry/history.h"
#include "quarry/store.h"
#include "util/vec.h"

struct twins {
	VEC(int64_t) repos; /* of each commit, ascending */
	VEC(struct quarry_stored_commit) commits;
	int64_t facts;      /* how often they were written when twins were looked for; -1: not
			     * since they were read last */
	bool notes;         /* the store was new, and what this run has written is in `written` */
	size_t notes_max;   /* beyond that it is not; 0: two million */
	int64_t changes;    /* quarry_store_changes() when it was new */
	uint64_t seed;
	VEC(struct quarry_twin) written; /* but for those that cannot be twins */
};

/* Call it before anything is written; what it cannot note is asked of the store later. */
int twins_begin(struct twins *t, struct quarry_store *s, struct quarry_error *err);
/* A piece was written, of which new commits have the numbers `first` and up. */
void twins_note(struct twins *t, int64_t repo, const struct quarry_history *piece, int64_t first);
/* What was written of a repository last is taken back. */
void twins_forget(struct twins *t, int64_t repo);

/* None where the facts are as they were when twins were last read. */
int twins_find(struct twins *t, struct quarry_store *s, struct quarry_error *err);
/* Note that as many were read, in `n_put` writings.  Where that is all of them nobody
 * looks again until facts change; and where another run has written meanwhile somebody
 * does.  Those of a repository that is not in this universe, or not there, are looked for
 * in each run. */
int twins_settle(const struct twins *t, size_t n_read, size_t n_put, struct quarry_db *db,
		 struct quarry_error *err);
void twins_release(struct twins *t);

/* The commits of one repository. */
const struct quarry_stored_commit *twins_of(size_t *n, const struct twins *t, int64_t repo);

#endif
