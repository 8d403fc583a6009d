/*
 * The window: of which commits the touches are read.
 *
 * In which quarter a commit counts is decided later, when broken times are repaired
 * (metrics.md time_fixed).  So the question here is in which it may count: it lies in the
 * window when one of its times does, or cannot be believed, as its parents' may replace
 * that one.
 */
#ifndef QUARRY_MINE_WINDOW_H
#define QUARRY_MINE_WINDOW_H

#include <stdbool.h>

#include "mine/commit.h"
#include "quarry/mine.h"

/* 0 or INT32_MIN is no quarter to begin with: all commits lie in the window. */
bool window_is_open(int32_t since);

bool window_has_raw(const struct quarry_mine_options *o, const struct raw_commit *raw);
bool window_has_known(const struct quarry_mine_options *o, const struct quarry_known_commit *known);

#endif
