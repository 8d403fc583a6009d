/*
 * The rules that --without leaves out: those of classes (signatures.yaml) are taken out
 * of the rules that were read, all other names are identity's.
 */
#ifndef QUARRY_ENGINE_WITHOUT_H
#define QUARRY_ENGINE_WITHOUT_H

#include <stddef.h>

#include "quarry/error.h"
#include "quarry/rules.h"

struct without {
	char *text;         /* holds the names */
	const char **names; /* those for identity, which refuses what it does not know */
	size_t n_names;
};

#define WITHOUT_INIT { NULL, NULL, 0 }

/*
 * Split `list` (NULL: nothing), and take out of `rules` what it names: a rule by its id,
 * all rules of a class (`bot`), all `assists`, all `exports`.
 */
int without_split(struct without *out, const char *list, struct quarry_rules *rules,
		  struct quarry_error *err);
void without_release(struct without *w);

#endif
