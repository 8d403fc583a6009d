/*
 * The rules that are in force: those of the rule file and our own, less what the caller
 * leaves out.
 */
#ifndef QUARRY_IDENTITY_RULESET_H
#define QUARRY_IDENTITY_RULESET_H

#include <stdbool.h>

#include "quarry/identity.h"

enum built_in {
	RULE_MERGE,
	RULE_SPLIT,
	RULE_SAME_EMAIL,
	RULE_MAILMAP,
	RULE_MAILMAP_PROMOTED,
	RULE_NOREPLY_ID,
	RULE_NOREPLY_LOGIN,
	RULE_FULL_NAME,
	N_BUILT_IN
};

struct ruleset {
	const struct quarry_identity_rules *rules;
	bool *off; /* of each in `rules`; NULL: none is */
	bool built_in_off[N_BUILT_IN];
};

/* `options` may be NULL. QUARRY_EUSAGE for something that is nothing. */
int ruleset_init(struct ruleset *s, const struct quarry_identity_rules *rules,
		 const struct quarry_identity_options *options, struct quarry_error *err);
void ruleset_release(struct ruleset *s);

const char *built_in_id(enum built_in rule);
/* The rule number `i` if it is of this kind and in force; else NULL. */
const struct quarry_identity_rule *ruleset_get(const struct ruleset *s, size_t i,
					       enum quarry_identity_rule_kind kind);

#endif
