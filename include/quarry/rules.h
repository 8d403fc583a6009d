/**
 * Rule files: who is a bot or an agent, what kind of file a path is.
 *
 * A rule file is YAML; the shipped ones (categories/rules) are built into the
 * program.  First match wins, top to bottom.  quarry_rules_parse() reads the
 * text; quarry/classify.h turns the rules into verdicts.
 *
 *	rules:
 *	  - id: github-app-bot
 *	    class: bot
 *	    name: '\[bot\]$'
 *	    reason: GitHub appends [bot] to the login of every app
 */
#ifndef QUARRY_RULES_H
#define QUARRY_RULES_H

#include <stddef.h>

#include "quarry/error.h"

/** Limits: a rule file that exceeds them is refused. */
#define QUARRY_RULES_MAX 1000
#define QUARRY_PATTERN_MAX 4096

struct quarry_rule {
	const char *id;     /**< [a-z0-9-]+, unique in the file */
	const char *class;  /**< [a-z-]+, what a match says */
	const char *name;   /**< PCRE2 on the name, NULL: any */
	const char *email;  /**< PCRE2 on the e-mail, NULL: any */
	const char *path;   /**< PCRE2 on the path, NULL: any */
	const char *reason; /**< why, one sentence */
	unsigned line;      /**< in the file, from 1 */
};

struct quarry_rules {
	struct quarry_rule *rules;
	size_t n_rules;
	char hash[65]; /**< SHA-256 of the text, hexadecimal */
};

/**
 * Parse the YAML text of a rule file. Refused, naming `file` and the line:
 * unknown keys, a rule without id, class or reason, without any pattern, with an
 * id that was used before.
 * @param file  for messages only
 */
int quarry_rules_parse(struct quarry_rules **out, const char *text, size_t len,
		       const char *file, struct quarry_error *err);
void quarry_rules_free(struct quarry_rules *rules);

#endif
