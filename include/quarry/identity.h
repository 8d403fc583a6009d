/**
 * Identity: which signatures are one person.
 *
 * A *signature* is the (name, e-mail) pair as a commit records it.  A *person*
 * is a set of signatures, derived by rules of rising daring (metrics.md 3):
 *
 *	L0  people.yaml: what somebody knows (quarry/people.h)
 *	L1  the same e-mail after normalisation, unless it is generic
 *	L2  the repository's own .mailmap at its tip: applied within that
 *	    repository; promoted to all of them only where both e-mails are not
 *	    generic and no other evidence conflicts
 *	L3  addresses that a code host gives out: the same numeric id; the same login
 *	L4  (lenient only) the same full name of two or more words, not a common
 *	    one, in the same repository within one year
 *
 * Never a link on a name alone across repositories.  What is generic, common or an
 * address of a code host is said by rules (quarry/identity_rules.h).
 *
 * Because a .mailmap that is not promoted holds in its repository only, the
 * person is a function of (repository, signature): that pair is called a *use*.
 *
 *	struct quarry_identity *id = NULL;
 *	rc = quarry_identity_new(&id, rules, NULL, &err);
 *	rc = quarry_identity_people(id, people, &err);      where there is a people.yaml
 *	for each repository: quarry_identity_mailmap(id, repo, text, len, &err);
 *	for each (repository, signature): quarry_identity_use(id, &use, &err);
 *	rc = quarry_identity_resolve(id, &err);
 *	for (i = 0; i < quarry_identity_n_uses(id); i++) quarry_identity_get(id, i)
 *	quarry_identity_free(id);
 *
 * Pure: it holds no file and no database.  The same input in any order gives
 * the same persons, keys, evidence and alarms.  Use an object from one thread.
 */
#ifndef QUARRY_IDENTITY_H
#define QUARRY_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"
#include "quarry/identity_rules.h"
#include "quarry/people.h"

struct quarry_identity;

/** What to leave out, to see what it does: a level ("L0" to "L4"), one of the rules below
 * or an id of the rule file. Anything else is refused with QUARRY_EUSAGE. */
struct quarry_identity_options {
	const char *const *without;
	size_t n_without;
};

/** The rules that are no entry of the rule file; the others are named by their own ids. */
#define QUARRY_RULE_MERGE "merge"                       /**< L0: people.yaml joins them */
#define QUARRY_RULE_SPLIT "split"                       /**< L0: no evidence, what forbids it */
#define QUARRY_RULE_SAME_EMAIL "same-email"             /**< L1 */
#define QUARRY_RULE_MAILMAP "mailmap"                   /**< L2, in one repository */
#define QUARRY_RULE_MAILMAP_PROMOTED "mailmap-promoted" /**< L2, in all */
#define QUARRY_RULE_NOREPLY_ID "noreply-id"             /**< L3 */
#define QUARRY_RULE_NOREPLY_LOGIN "noreply-login"       /**< L3 */
#define QUARRY_RULE_FULL_NAME "full-name"               /**< L4 */

/** One signature as one repository uses it. Texts are UTF-8 and are copied. */
struct quarry_use {
	int64_t repo;      /**< the caller's number of the repository */
	int64_t signature; /**< the caller's number; never used to break a tie */
	const char *name;
	size_t name_len;
	const char *email;
	size_t email_len;
	int64_t first_s;   /**< first activity under it in that repository, for L4 */
	int64_t last_s;    /**< last activity, for L4 */
	const char *class; /**< human, bot, agent, group or placeholder; NULL: human. Only a
			    * human is joined on a name; L0 to L3 do not ask. Not copied. */
};

struct quarry_identity_use {
	int64_t repo, signature;
	/** The name and the e-mail after the repository's .mailmap, git's rules, as
	 * they are (git's %aN, %aE). */
	const char *mapped_name, *mapped_email;
	/** mapped_email trimmed of ASCII white space and ASCII-lower-cased: the e-mail
	 * key that raw_repo_quarter counts. */
	const char *mapped_key;
	/** Number of its e-mail: equal for two uses when their own e-mails (before
	 * .mailmap) are equal after folding and not generic; a generic e-mail gets a
	 * number for each signature. From 0, dense. */
	uint32_t email;
	uint32_t person;  /**< strict (L0 to L3), from 0, dense, ordered by key */
	uint32_t lenient; /**< with L4 too; a function of `person` */
};

enum quarry_link_level {
	QUARRY_LINK_L0,
	QUARRY_LINK_L1,
	QUARRY_LINK_L2,
	QUARRY_LINK_L3,
	QUARRY_LINK_L4,
};

/**
 * One piece of evidence: two ends joined, and why.  An end is a signature as
 * "name <email>" ("<email>" without a name) or an e-mail key.
 *
 * A row of L2 that is not promoted takes its signature in its repository to the other
 * end.  A use stands there, or else at its own signature.  Under strict identity two uses
 * are one person if and only if the other rows of L0 to L3 connect where they stand; with
 * those of L4, under lenient identity.
 */
struct quarry_link {
	enum quarry_link_level level;
	int64_t repo;      /**< whose .mailmap or history says so (L2, L4); else -1 */
	const char *a, *b; /**< the two ends, a <= b */
	int promoted;      /**< L2: 1 where it holds in all repositories; else 0 */
	const char *rule;  /**< id of the rule, as `without` names it */
};

#define QUARRY_NO_PERSON UINT32_MAX
#define QUARRY_NO_ENTRY ((size_t)-1)

/** A person with more of these is looked at. */
#define QUARRY_ALARM_EMAILS 12
#define QUARRY_ALARM_NAMES 6

enum quarry_alarm_kind {
	QUARRY_ALARM_MANY_EMAILS,   /**< `person` has `n` e-mails, before .mailmap */
	QUARRY_ALARM_MANY_NAMES,    /**< `person` has `n` names, folded, before .mailmap */
	/** Without `a` (a signature or an e-mail) `person`, of 6 signatures or more, is at
	 * least two parts of 3 or more: the larger of `n`, the next of `m` signatures. */
	QUARRY_ALARM_BRIDGE,
	QUARRY_ALARM_LOGIN_IDS,     /**< the login of `a` and `b` has several ids: `n` */
	/** The .mailmap of `repo` takes e-mail `a` to `b`, that of `other_repo` to `c`, and
	 * these are two persons. */
	QUARRY_ALARM_MAILMAPS,
	QUARRY_ALARM_SPLIT,         /**< `level`, `rule` would join `a` and `b`; the split in line
				     * `n` of people.yaml forbids it */
	QUARRY_ALARM_ENTRIES,       /**< the same; but they are two entries, of lines `n` and `m` */
};

/** Something to look at. Fields that the kind does not name are NULL, -1 and 0. */
struct quarry_alarm {
	enum quarry_alarm_kind kind;
	uint32_t person;            /**< or QUARRY_NO_PERSON */
	const char *a, *b, *c;
	size_t n, m;
	int64_t repo, other_repo;
	enum quarry_link_level level;
	const char *rule;
};

/** `rules` must outlive the object. `options` may be NULL: nothing is left out. */
int quarry_identity_new(struct quarry_identity **out, const struct quarry_identity_rules *rules,
			const struct quarry_identity_options *options, struct quarry_error *err);
void quarry_identity_free(struct quarry_identity *id);

/**
 * Take L0 from a people.yaml: at most once, before the first use; `people` must outlive
 * the object.
 *
 * E-mails compare after the normalisation of L1, names folded.  An entry joins all that
 * it names, generic or not, and keeps it from a .mailmap that is not promoted.  Two
 * entries are two persons; a split keeps its members apart; an edge of any level that
 * would join what they keep apart is left out, with an alarm.  Edges are tried in order
 * of level and text.  A split of one e-mail makes it generic.
 */
int quarry_identity_people(struct quarry_identity *id, const struct quarry_people *people,
			   struct quarry_error *err);

/** The text of a repository's .mailmap; at most one a repository. Lines that are
 * not UTF-8 are read as Latin-1. QUARRY_EFAIL for a second one, or one beyond 4 MiB
 * or 100,000 lines: `id` is as before then, and the caller may go on without it. */
int quarry_identity_mailmap(struct quarry_identity *id, int64_t repo, const char *text,
			    size_t len, struct quarry_error *err);

/** Add a use; the caller adds each (repo, signature) once. Texts end at a NUL. */
int quarry_identity_use(struct quarry_identity *id, const struct quarry_use *use,
			struct quarry_error *err);

/** Resolve all; afterwards only the getters may be called. */
int quarry_identity_resolve(struct quarry_identity *id, struct quarry_error *err);

size_t quarry_identity_n_uses(const struct quarry_identity *id);
/** The use added as number `i`; owned by `id`. */
const struct quarry_identity_use *quarry_identity_get(const struct quarry_identity *id, size_t i);

size_t quarry_identity_n_persons(const struct quarry_identity *id);
/** A person's stable key: the smallest normalised e-mail of its uses after .mailmap, or,
 * for a generic e-mail, its "name <email>" ("<email>" without a name); owned by `id`.
 * It changes when a smaller e-mail joins the person or the smallest one leaves it. */
const char *quarry_identity_person_key(const struct quarry_identity *id, uint32_t person);
/** Index into people->persons of the entry that names this person, or QUARRY_NO_ENTRY. */
size_t quarry_identity_entry(const struct quarry_identity *id, uint32_t person);

/** Index into people->persons of the entry that names the signature of use `i` itself, be
 * it by its e-mail under any name, or QUARRY_NO_ENTRY: the entry's class is that of the
 * signatures that it names, not of all that are found to be the same person. */
size_t quarry_identity_named(const struct quarry_identity *id, size_t i);
/** Lines of people.yaml whose signature or e-mail means nobody, ascending. */
size_t quarry_identity_n_unused(const struct quarry_identity *id);
unsigned quarry_identity_unused(const struct quarry_identity *id, size_t i);

size_t quarry_identity_n_links(const struct quarry_identity *id);
/** Evidence, by (level, a, b, repo, rule). */
const struct quarry_link *quarry_identity_link(const struct quarry_identity *id, size_t i);

size_t quarry_identity_n_alarms(const struct quarry_identity *id);
/** Alarms, by kind, then person, then texts; owned by `id`. */
const struct quarry_alarm *quarry_identity_alarm(const struct quarry_identity *id, size_t i);

/** Is this e-mail (any case) one that many strangers share? (empty, root@localhost,
 * you@example.com, noreply@github.com, *.local, ...) The id of the rule that says so, or
 * NULL. */
const char *quarry_email_generic_rule(const struct quarry_identity_rules *rules,
				      const char *email, size_t len);

#endif
