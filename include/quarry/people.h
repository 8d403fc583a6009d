/**
 * What people say of people: who is one person, who is not, what they are, and where
 * they work.
 *
 * A universe says so in its `people.yaml` (categories/README.md is the manual); the same
 * is read from a .mailmap, gitdm's files and SortingHat's JSON, and written as YAML.
 *
 *	people:
 *	  - name: Ada Lovelace
 *	    merge: [ada@example.org, 'Ada <shared@build.example>']
 *	    class: human
 *	    affiliation: [{ group: analytical, from: 2023-01-01, until: 2024-07-01 }]
 *	  - merge: [bob@example.org]
 *	    opt-out: true
 *	split:
 *	  - [ann@example.org, ann@example.com]
 *	  - [shared@build.example]
 *	affiliations:
 *	  - { group: analytical, title: Analytical Engines, domains: [example.com] }
 *
 * Plain data: owned by the struct, read-only after reading.
 */
#ifndef QUARRY_PEOPLE_H
#define QUARRY_PEOPLE_H

#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"

/** Limits: a file that exceeds them is refused. */
#define QUARRY_PEOPLE_FILE_MAX ((size_t)64 << 20)

/** A time without a beginning or an end. */
#define QUARRY_SINCE_EVER INT64_MIN
#define QUARRY_FOR_EVER INT64_MAX

/** A signature that is meant: an e-mail, under any name, or a name under an e-mail. Where
 * both are given, in two entries, the one with the name decides for that name. */
struct quarry_who {
	const char *name;  /**< NULL: any; without white space around it, nor < or > */
	const char *email; /**< as written, likewise; "" where it is empty, never without a name */
	unsigned line;     /**< in the file, from 1; 0: not known */
};

struct quarry_affiliation {
	const char *group; /**< [a-z0-9-]+ */
	int64_t from_s;    /**< seconds since 1970 UTC, [from_s, until_s); SINCE_EVER */
	int64_t until_s;   /**< FOR_EVER */
	unsigned line;
};

/** One person, by what somebody knows. */
struct quarry_person {
	const char *name;  /**< how the person wants to be called; NULL: not said */
	struct quarry_who *who; /**< they are one person: at least one */
	size_t n_who;
	const char *class; /**< of the signatures in `who`: human, bot, agent, group or placeholder;
			    * NULL: not said */
	struct quarry_affiliation *affiliations; /**< by from_s; they do not overlap */
	size_t n_affiliations;
	int opt_out;       /**< 1: named nowhere, counted as nobody */
	unsigned line;
};

/** These are never one person, whatever a rule says. Of a single e-mail: several people
 * use it, and it joins none of its names. */
struct quarry_split {
	struct quarry_who *who;
	size_t n_who;
	unsigned line;
};

/** Who works where, by the domain of an e-mail (and the domains below it). */
struct quarry_affiliation_rule {
	const char *group;
	const char *title;    /**< NULL: not said */
	const char **domains; /**< lower case, sorted; may be none, where a title is given */
	size_t n_domains;
	int64_t from_s, until_s;
	unsigned line;
};

/** What an import could not say in a people.yaml, and why: nothing is lost in silence. */
struct quarry_people_loss {
	const char *why; /**< a phrase for many: "identities without an e-mail" */
	size_t n;        /**< how often */
	unsigned line;   /**< of the first; 0: not known */
};

struct quarry_people {
	struct quarry_person *persons;
	size_t n_persons;
	struct quarry_split *splits;
	size_t n_splits;
	struct quarry_affiliation_rule *affiliations;
	size_t n_affiliations;
	struct quarry_people_loss *losses; /**< of an import; a people.yaml has none */
	size_t n_losses;
	char hash[65]; /**< SHA-256 of the text, hexadecimal */
};

/**
 * Parse the text of a people.yaml. Refused, naming `file` and the line: unknown keys, a
 * date that is none, a class that nobody knows, a signature that two entries name, a
 * split of one that is merged in the same breath, affiliations that overlap. Signatures
 * are compared without regard to case: e-mails by
 * their ASCII letters, names by compatibility form, case and single spaces.
 * @param file  for messages only
 */
int quarry_people_parse(struct quarry_people **out, const char *text, size_t len,
			const char *file, struct quarry_error *err);
void quarry_people_free(struct quarry_people *people);

enum quarry_people_format {
	QUARRY_PEOPLE_MAILMAP,     /**< git's .mailmap */
	/** gitdm's EmailAliases and EmailMap (employer by domain or e-mail, `< date`), one
	 * after the other if need be; CNCF's `user!host` too */
	QUARRY_PEOPLE_GITDM,
	QUARRY_PEOPLE_SORTINGHAT,  /**< GrimoireLab SortingHat's JSON export */
};

/** Read another format. Refused with file and line: what is none of it. What a people.yaml
 * cannot say is left out and counted in `losses`. */
int quarry_people_import(struct quarry_people **out, enum quarry_people_format format,
			 const char *text, size_t len, const char *file, struct quarry_error *err);

/** Write it as a people.yaml, which quarry_people_parse() reads as the same; *out is to
 * be freed. Sorted: the same people give the same bytes. */
int quarry_people_write(char **out, const struct quarry_people *people, struct quarry_error *err);

#endif
