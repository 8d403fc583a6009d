/*
 * What fetching saw of a repository besides its history: from the result of a fetch
 * into the store and the summary, and in words.
 */
#ifndef QUARRY_ENGINE_EVENTS_H
#define QUARRY_ENGINE_EVENTS_H

#include "engine/steps.h"
#include "quarry/fetch.h"
#include "util/str.h"

/* Append what a user is told: "its branch 'master' is now 'main'". */
void event_words(struct str *out, enum quarry_event event, const char *detail);

/*
 * Note what a fetch has seen. Under the step's lock.
 * @param rc  how the fetch ended; a failure that is the network's tells nothing of the
 *            repository
 */
int event_note(struct step_work *w, int rc, const struct quarry_fetch_result *result,
	       struct quarry_error *err);

#endif
