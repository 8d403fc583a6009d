/**
 * Rule files: who is a bot or an agent, what kind of file a path is, in what language.
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
 *	    matches: ['linter[bot] <7+linter[bot]@users.noreply.github.com>']
 *	    spares: ['Jan Bot <jan.bot@example.org>']
 *
 * A file may say two more things, each in a list of its own: `assists`, what marks a
 * commit as written with an agent's help, and `exports`, which trailer names the human
 * behind a commit that a bot or a group signed.
 */
#ifndef QUARRY_RULES_H
#define QUARRY_RULES_H

#include <stddef.h>

#include "quarry/error.h"

/** Limits: a rule file that exceeds them is refused. */
#define QUARRY_RULES_MAX 1000
#define QUARRY_PATTERN_MAX 4096
#define QUARRY_CASES_MAX 100
#define QUARRY_LANGUAGE_NAME_MAX 64

/**
 * The test cases of a rule, which its file brings along: a signature is written
 * `Name <e-mail>`, anything else as it stands. quarry_rules_check() runs them.
 */
struct quarry_cases {
	const char *const *matches; /**< what this very rule decides */
	const char *const *spares;  /**< near misses: what it must leave alone */
	size_t n_matches, n_spares;
};

struct quarry_rule {
	const char *id;     /**< [a-z0-9-]+, unique in the file */
	const char *class;  /**< [a-z-]+, what a match says */
	const char *name;   /**< PCRE2 on the name, NULL: any */
	const char *email;  /**< PCRE2 on the e-mail, NULL: any */
	const char *path;   /**< PCRE2 on the path, NULL: any */
	const char *reason; /**< why, one sentence */
	unsigned line;      /**< in the file, from 1 */
	struct quarry_cases cases;
};

/** The key of a line that is no trailer. */
#define QUARRY_KEY_LINE "line"
/** The key of copybara's `<commit id> by Name <e-mail>:`. */
#define QUARRY_KEY_BY "by"

/** A trailer or a line that says that an agent helped. */
struct quarry_assist {
	const char *id;          /**< as above; unique among all lists of the file */
	const char *const *keys; /**< of trailers, in any case, or QUARRY_KEY_LINE */
	size_t n_keys;
	const char *class;       /**< the value is a signature of this class; NULL: `pattern` says */
	const char *pattern;     /**< PCRE2 on the value; NULL: `class` says */
	const char *reason;
	unsigned line;
	struct quarry_cases cases; /**< values */
};

/** A trailer whose value is the author, where the commit's own author is none. */
struct quarry_export {
	const char *id;
	const char *const *keys;    /**< of trailers, in any case, or QUARRY_KEY_BY */
	const char *const *classes; /**< of the commit's author; empty: any but human */
	size_t n_keys, n_classes;
	const char *name, *email;   /**< PCRE2 on the commit's author; NULL: any */
	const char *reason;
	unsigned line;
	struct quarry_cases cases;  /**< authors of commits */
};

struct quarry_rules {
	struct quarry_rule *rules;
	struct quarry_assist *assists;
	struct quarry_export *exports;
	size_t n_rules, n_assists, n_exports;
	char hash[65]; /**< SHA-256 of the text, hexadecimal */
};

/**
 * Parse the YAML text of a rule file. Refused, naming `file` and the line:
 * unknown keys, a rule without id, class or reason, without any pattern, with an
 * id that was used before; an assist without keys, or with neither or both of class and
 * pattern; an export without keys, or that says nothing about the author.
 * @param file  for messages only
 */
int quarry_rules_parse(struct quarry_rules **out, const char *text, size_t len,
		       const char *file, struct quarry_error *err);
void quarry_rules_free(struct quarry_rules *rules);

/** A language or a format, and the names of its files. */
struct quarry_language {
	const char *name;             /**< as GitHub linguist writes it */
	const char *const *endings;   /**< such as `.c`; lower case, unique in the file */
	const char *const *files;     /**< whole names, such as `makefile`; likewise */
	size_t n_endings, n_files;
	unsigned line;                /**< in the file, from 1 */
};

struct quarry_languages {
	struct quarry_language *languages;
	size_t n_languages;
};

/**
 * Parse the YAML text of a file of languages:
 *
 *	languages:
 *	  - name: Makefile
 *	    endings: [.mk, .mak]
 *	    files: [makefile, gnumakefile]
 *
 * Refused, naming `file` and the line: unknown keys, a language without any ending or
 * file, one that has a name, an ending or a file of another one, an upper-case letter or
 * a '/' in an ending or file, an ending without its dot.
 * @param file  for messages only
 */
int quarry_languages_parse(struct quarry_languages **out, const char *text, size_t len,
			   const char *file, struct quarry_error *err);
void quarry_languages_free(struct quarry_languages *l);

#endif
