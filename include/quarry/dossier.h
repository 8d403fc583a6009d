/**
 * Dossiers: why signatures are taken for one person, and what looks wrong about it.
 *
 * Plain data: filled by aggregation, owned by one struct, read-only afterwards.
 *
 * A person, a signature and an e-mail have a *label* each: a keyed pseudonym, which is
 * the same as long as the key is (HMAC-SHA256, 12 hexadecimal digits), or, where names
 * are asked for, the text itself.  The prefix tells what is meant: p- a person, s- a
 * signature, e- an e-mail, l- anything else.  Whoever has opted out is in none of these.
 */
#ifndef QUARRY_DOSSIER_H
#define QUARRY_DOSSIER_H

#include <stddef.h>
#include <stdint.h>

/** How to call whom. */
struct quarry_naming {
	const unsigned char *key; /**< of the pseudonyms, which are told with `names`, too */
	size_t key_len;
	int names; /**< 1: labels are the texts themselves */
};

/** A signature of a person: "Name <e-mail>". */
struct quarry_dossier_signature {
	const char *label;
	const char *class; /**< human, bot, agent, group or placeholder */
	const char *rule;  /**< that says so; "" for none */
	int64_t commits;   /**< with it as author, whatever they count as */
	const char **repos; /**< slugs of the repositories where it is this person, sorted */
	size_t n_repos;
};

/** A row of evidence. */
struct quarry_dossier_evidence {
	int level;        /**< metrics.md 3: 0 to 3 join; 4: lenient identity alone would */
	const char *rule; /**< id of the rule; "" where it is not known */
	const char *repo; /**< slug of the repository that says so; "" for none */
	int promoted;     /**< level 2: 1 where it holds in all repositories */
	const char *a, *b; /**< labels of what it joins */
	const char *text; /**< why, in words */
};

/** What somebody should look at. */
struct quarry_suspicion {
	const char *kind;      /**< as derived.sql lists them */
	const char *text;      /**< the kind in words */
	const char *person;    /**< its label; "" for nobody in particular */
	const char *signature; /**< its label; "" for no single one */
	int64_t n;             /**< how much of it */
	const char *unit;      /**< what `n` counts: "commits", "line of people.yaml"; "" for nothing */
	const char *what;      /**< a label, or the id of a rule; "" for none */
	const char *remedy;
};

struct quarry_dossier {
	const char *pseudonym;
	const char *name;  /**< smallest e-mail of the person; NULL unless names are asked for */
	const char *called; /**< as people.yaml names the person; NULL: not at all, or unless names are asked for */
	const char *class; /**< of its signatures; of several: "human, bot" */
	size_t n_repos;
	int32_t first_quarter, last_quarter; /**< of its commits; 0: it has none */
	int64_t authored, co_authored;       /**< credits: metrics.md counted */
	struct quarry_dossier_signature *signatures; /**< by commits falling, then text */
	size_t n_signatures;
	struct quarry_dossier_evidence *evidence; /**< by level, ends, repository */
	size_t n_evidence;
	struct quarry_suspicion *suspicions;
	size_t n_suspicions;
	const char *lenient; /**< label of the person that it is under lenient identity */
	const char **with;   /**< labels of the other persons which are that one, too */
	size_t n_with;
};

struct quarry_dossiers {
	const char *universe;
	const char *without; /**< rules that were left out, see struct quarry_edition; "" for none */
	struct quarry_dossier *at; /**< by person key */
	size_t n;
	void *memory; /**< owns all of the above */
};

struct quarry_suspicions {
	const char *universe;
	const char *without; /**< likewise */
	struct quarry_suspicion *at; /**< by kind, n falling, person key, texts */
	size_t n;
	void *memory;
};

/** Persons that lenient identity takes for one and strict identity does not. */
struct quarry_suggestion {
	const char **keys; /**< of the persons: an e-mail, or "Name <e-mail>"; two or more */
	size_t n;
};

struct quarry_suggestions {
	struct quarry_suggestion *at; /**< by their smallest key */
	size_t n;
	void *memory;
};

/* NULL is fine for each. */
void quarry_dossiers_free(struct quarry_dossiers *d);
void quarry_suspicions_free(struct quarry_suspicions *s);
void quarry_suggestions_free(struct quarry_suggestions *s);

#endif
