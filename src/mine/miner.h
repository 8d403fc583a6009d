/*
 * Inside of the miner: for mine.c, which reads a history as one piece.
 */
#ifndef QUARRY_MINE_MINER_H
#define QUARRY_MINE_MINER_H

#include "quarry/mine.h"

/* As quarry_miner_next(), with at most `limit` commits. */
int miner_next(struct quarry_history **out, struct quarry_miner *m, size_t limit,
	       struct quarry_error *err);

/* Fill in what the last piece says. */
int miner_tell(struct quarry_history *h, struct quarry_miner *m, struct quarry_error *err);

#endif
