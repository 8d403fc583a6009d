/*
 * Touches as text: what we read, and what git says, so that the two compare as
 * strings.  To be freed.
 */
#ifndef QUARRY_TESTS_TOUCHES_H
#define QUARRY_TESTS_TOUCHES_H

#include "lib/history.h"

/* The commit with this subject; none or several fail the test. */
const struct quarry_commit *commit_called(const struct quarry_history *facts, const char *subject);

/* Its touches in their order: "M a, D b, R old > new". */
char *touches_called(const struct quarry_history *facts, const char *subject);

/* All touches of all commits with at most one parent, one a line, sorted. */
char *touches_of_facts(const struct quarry_history *facts);

/* The same out of `git log --no-merges --root --raw -M100%`. */
char *touches_of_git(const struct history *h);

#endif
