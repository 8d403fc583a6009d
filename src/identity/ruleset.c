#include "identity/ruleset.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

static const struct {
	const char *id;
	const char *level;
} built_in[N_BUILT_IN] = {
	[RULE_MERGE] = { QUARRY_RULE_MERGE, "L0" },
	[RULE_SPLIT] = { QUARRY_RULE_SPLIT, "L0" },
	[RULE_SAME_EMAIL] = { QUARRY_RULE_SAME_EMAIL, "L1" },
	[RULE_MAILMAP] = { QUARRY_RULE_MAILMAP, "L2" },
	[RULE_MAILMAP_PROMOTED] = { QUARRY_RULE_MAILMAP_PROMOTED, "L2" },
	[RULE_NOREPLY_ID] = { QUARRY_RULE_NOREPLY_ID, "L3" },
	[RULE_NOREPLY_LOGIN] = { QUARRY_RULE_NOREPLY_LOGIN, "L3" },
	[RULE_FULL_NAME] = { QUARRY_RULE_FULL_NAME, "L4" },
};

const char *built_in_id(enum built_in rule)
{
	return built_in[rule].id;
}

/* The level of which a rule of the file is an edge; "" for those that make none. */
static const char *level_of(enum quarry_identity_rule_kind kind)
{
	switch (kind) {
	case QUARRY_IDENTITY_REPAIR:
	case QUARRY_IDENTITY_HOST_ALIAS:
	case QUARRY_IDENTITY_PLUS:
		return "L1";
	case QUARRY_IDENTITY_NOREPLY: /* it also says what is not generic, whatever L3 does */
	case QUARRY_IDENTITY_GENERIC_EMAIL:
	case QUARRY_IDENTITY_GENERIC_NAME:
	case QUARRY_IDENTITY_COMMON_NAME:
		break;
	}
	return "";
}

static bool leave_out(struct ruleset *s, const char *name)
{
	bool found = false;

	for (size_t i = 0; i < N_BUILT_IN; i++)
		if (!strcmp(name, built_in[i].id) || !strcmp(name, built_in[i].level))
			found = s->built_in_off[i] = true;
	for (size_t i = 0; i < s->rules->n_rules; i++) {
		const struct quarry_identity_rule *r = &s->rules->rules[i];

		if (!strcmp(name, r->id) || !strcmp(name, level_of(r->kind)))
			found = s->off[i] = true;
	}
	return found;
}

int ruleset_init(struct ruleset *s, const struct quarry_identity_rules *rules,
		 const struct quarry_identity_options *options, struct quarry_error *err)
{
	*s = (struct ruleset){ .rules = rules };
	s->off = calloc(rules->n_rules + 1, sizeof(*s->off));
	if (!s->off)
		return quarry_error_nomem(err);
	for (size_t i = 0; options && i < options->n_without; i++)
		if (!*options->without[i] || !leave_out(s, options->without[i])) {
			ruleset_release(s);
			return quarry_error_set(err, QUARRY_EUSAGE,
						"'%s' is no level and no rule of identity",
						options->without[i]);
		}
	return 0;
}

void ruleset_release(struct ruleset *s)
{
	free(s->off);
	s->off = NULL;
}

const struct quarry_identity_rule *ruleset_get(const struct ruleset *s, size_t i,
					       enum quarry_identity_rule_kind kind)
{
	const struct quarry_identity_rule *r = &s->rules->rules[i];

	return r->kind == kind && !(s->off && s->off[i]) ? r : NULL;
}
