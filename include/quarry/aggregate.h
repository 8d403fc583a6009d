/**
 * Aggregation: from facts to every figure of docs/metrics.md.
 *
 * A rebuild drops all derived tables and makes them anew in one transaction;
 * src/aggregate/derived.sql documents them.  Identity and classification are
 * not its business: it hands out what they need and takes their verdicts.
 *
 *	struct quarry_derive *d = NULL;
 *	rc = quarry_derive_begin(&d, db, universe, &options, &err);
 *	rc = quarry_derive_each_mailmap(d, fn, payload, &err);      to identity
 *	rc = quarry_derive_each_use(d, fn, payload, &err);          to identity
 *	rc = quarry_derive_person(d, ...);  ..._identity(); ..._link();
 *	rc = quarry_derive_each_signature(d, fn, payload, &err);    to classify
 *	rc = quarry_derive_signature_class(d, ...);
 *	rc = quarry_derive_each_mark(d, fn, payload, &err);         to classify
 *	rc = quarry_derive_assist(d, ...);
 *	rc = quarry_derive_each_named(d, fn, payload, &err);        to classify
 *	rc = quarry_derive_export(d, ...);
 *	rc = quarry_derive_each_path(d, fn, payload, &err);         to classify
 *	rc = quarry_derive_path_class(d, ...);
 *	rc = quarry_derive_each_tip_file(d, fn, payload, &err);     to classify
 *	rc = quarry_derive_tip_language(d, ...);
 *	rc = quarry_derive_finish(d, &err);
 *	quarry_derive_free(d);                 rolls back what was not finished
 *
 * One thread at a time, as the connection.
 */
#ifndef QUARRY_AGGREGATE_H
#define QUARRY_AGGREGATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/dossier.h"
#include "quarry/edition.h"
#include "quarry/error.h"
#include "quarry/history.h"
#include "quarry/people.h"
#include "quarry/universe.h"

struct quarry_db;
struct quarry_derive;

struct quarry_derive_options {
	int by_committer;                 /**< 1: quarters by committer time */
	const char *signature_rules_hash; /**< hexadecimal, kept with the figures */
	const char *path_rules_hash;
	const char *identity_rules_hash;
	const char *people_hash; /**< of people.yaml; "" without one */
	const char *without; /**< the rules about people that are left out; "" for none */
};

/** Start a rebuild for the repositories of `universe` that the store knows. */
int quarry_derive_begin(struct quarry_derive **out, struct quarry_db *db,
			const struct quarry_universe *universe,
			const struct quarry_derive_options *options, struct quarry_error *err);
void quarry_derive_free(struct quarry_derive *d);

/* Reading.  `fn` returns 0 or an error, which stops the reading and is returned.
 * Texts live during the call. */

/** The .mailmap of each tracked repository that has one, by repository. */
int quarry_derive_each_mailmap(struct quarry_derive *d,
			       int (*fn)(void *payload, int64_t repo, const char *text, size_t len,
					 struct quarry_error *err),
			       void *payload, struct quarry_error *err);

/** A signature as one repository uses it, as author or co-author. */
struct quarry_derive_use {
	int64_t repo, signature;
	const char *name, *email;
	size_t name_len, email_len;
	int64_t first_s, last_s; /**< earliest and latest activity under it there */
};

int quarry_derive_each_use(struct quarry_derive *d,
			   int (*fn)(void *payload, const struct quarry_derive_use *use,
				     struct quarry_error *err),
			   void *payload, struct quarry_error *err);

/** Each signature that some tracked repository uses, once. */
int quarry_derive_each_signature(struct quarry_derive *d,
				 int (*fn)(void *payload, const struct quarry_derive_use *use,
					   struct quarry_error *err),
				 void *payload, struct quarry_error *err);

/** A trailer of a commit, or another line of its message that was kept. */
struct quarry_derive_mark {
	int64_t commit_id;
	const char *key, *value; /**< as the table trailer has them */
	size_t value_len;
};

/** Each of them, equal ones (key, value) one after another. */
int quarry_derive_each_mark(struct quarry_derive *d,
			    int (*fn)(void *payload, const struct quarry_derive_mark *mark,
				      struct quarry_error *err),
			    void *payload, struct quarry_error *err);

/** A commit whose author is a bot, a group or a placeholder, and a human whom it names. */
struct quarry_derive_named {
	int64_t commit_id;
	const char *name, *email, *class; /**< of the author */
	size_t name_len, email_len;
	const char *key;                  /**< of the trailer or line that names the human */
	int64_t signature;                /**< of that human */
};

/** Each of them, by commit and place; to be asked for when signatures have their classes. */
int quarry_derive_each_named(struct quarry_derive *d,
			     int (*fn)(void *payload, const struct quarry_derive_named *named,
				       struct quarry_error *err),
			     void *payload, struct quarry_error *err);

/** Each path whose class under the current path rules is not known yet. */
int quarry_derive_each_path(struct quarry_derive *d,
			    int (*fn)(void *payload, int64_t path, const char *name, size_t len,
				      struct quarry_error *err),
			    void *payload, struct quarry_error *err);

/** A file of the tip of a tracked repository. */
struct quarry_tip_file {
	int64_t repo;
	const char *name;  /**< the path */
	size_t len;
	const char *class; /**< "other" where no rule gave it one */
};

/** Each file of each tip, by repository; to be asked for when paths have their classes. */
int quarry_derive_each_tip_file(struct quarry_derive *d,
				int (*fn)(void *payload, const struct quarry_tip_file *file,
					  struct quarry_error *err),
				void *payload, struct quarry_error *err);

/* Verdicts. */

/** @param opted_out  1: credited with nothing  @param called  by people.yaml; "" for none */
int quarry_derive_person(struct quarry_derive *d, int64_t person, int64_t lenient,
			 int opted_out, const char *called, const char *key,
			 struct quarry_error *err);
/** @param email_key  the e-mail after .mailmap, folded  @param email  its number before */
int quarry_derive_identity(struct quarry_derive *d, int64_t repo, int64_t signature,
			   const char *email_key, int64_t email, int64_t person,
			   struct quarry_error *err);
/** @param repo  -1 where the evidence is of no repository  @param rule  its id */
int quarry_derive_link(struct quarry_derive *d, int level, int64_t repo, const char *a,
		       const char *b, int promoted, const char *rule, struct quarry_error *err);
/** What somebody should look at; derived.sql lists the kinds. @param person, signature  -1: none */
int quarry_derive_alarm(struct quarry_derive *d, const char *kind, int64_t person,
			int64_t signature, int64_t n, const char *what, struct quarry_error *err);
/** @param class  human, bot, agent, group or placeholder  @param rule  the rule's id, "" for none */
int quarry_derive_signature_class(struct quarry_derive *d, int64_t signature, const char *class,
				  const char *rule, struct quarry_error *err);
/** An agent helped with the commit; of several rules the one with the smallest id stays. */
int quarry_derive_assist(struct quarry_derive *d, int64_t commit_id, const char *rule,
			 struct quarry_error *err);
/** The human who did what an export signed; of several the first that is told stays. */
int quarry_derive_export(struct quarry_derive *d, int64_t commit_id, int64_t signature,
			 const char *rule, struct quarry_error *err);
/** A group of affiliations; without any there are no cohorts. */
int quarry_derive_affiliation_group(struct quarry_derive *d, const char *id, const char *title,
				    struct quarry_error *err);
/** An override; spans of one person must not overlap. */
int quarry_derive_person_affiliation(struct quarry_derive *d, int64_t person,
				     const struct quarry_affiliation *span,
				     struct quarry_error *err);
/** What the signature's e-mail tells; spans of one signature must not overlap. */
int quarry_derive_signature_affiliation(struct quarry_derive *d, int64_t signature,
					const struct quarry_affiliation *span,
					struct quarry_error *err);
int quarry_derive_path_class(struct quarry_derive *d, int64_t path, const char *class,
			     struct quarry_error *err);

/** What the file was written in. @param language  "" where nobody knows */
int quarry_derive_tip_language(struct quarry_derive *d, const struct quarry_tip_file *file,
			       const char *language, struct quarry_error *err);

/**
 * Compute all figures, check the invariants of metrics.md 12, commit. A broken
 * invariant is QUARRY_EFAIL with a sentence that names it and the place; nothing
 * of the rebuild is kept then.
 */
int quarry_derive_finish(struct quarry_derive *d, struct quarry_error *err);

/** The figures of one quarter; QUARRY_QUARTER_NONE: the last that is over.
 * @param as_of  1: each quarter with its own taxonomy */
int quarry_aggregate_edition(struct quarry_edition **out, struct quarry_db *db, int32_t quarter,
			     int as_of, struct quarry_error *err);

/** A tracked repository that is a fork of another one, by their commits alone. */
struct quarry_fork {
	const char *slug;
	const char *of_slug; /**< of several the one that the universe names, else that with the most commits of it */
	int named;           /**< 1: the universe says so, by `upstream` */
	int root;            /**< 1: they share a commit without a parent */
	int64_t shared;      /**< commits that both have */
	double share;        /**< of the commits of `slug`, 0..1 */
};

/** Call `fn` for each fork, once, by slug; for none where nothing was derived yet.
 * Non-zero from it stops and is returned. */
int quarry_aggregate_each_fork(struct quarry_db *db,
			       int (*fn)(void *payload, const struct quarry_fork *fork,
					 struct quarry_error *err),
			       void *payload, struct quarry_error *err);

/** A commit that may be the work of another one: a twin of those with the same key. Merges
 * are none, nor are those without an author time, and those of which a part is missing. */
struct quarry_twin {
	uint64_t key;           /**< hash of author, author second and subject, of one seed */
	int64_t repo, commit_id;
	struct quarry_oid oid;
	bool unread;            /**< it has no `changes`: that it is the same work cannot be told */
};

/**
 * All that are not read and have a twin of another id, by repository: read these alone to
 * know.  The caller frees *out.
 * None, and *facts is -1, while the facts are those of quarry_aggregate_twins_are_read();
 * else *facts is how often they had been written when they were looked at (meta 'facts').
 */
int quarry_aggregate_unread_twins(struct quarry_twin **out, size_t *n, int64_t *facts,
				  struct quarry_db *db, struct quarry_error *err);

/** The same of *facts, and nothing of commits. */
int quarry_aggregate_twins_are_due(int64_t *facts, struct quarry_db *db, struct quarry_error *err);

/** Of *n commits keep those, in that order, where they are all that there are. */
int quarry_aggregate_keep_unread_twins(struct quarry_twin *at, size_t *n, struct quarry_error *err);

/** Note that those which could be read have been, after which the facts had been written
 * `facts` times; nothing where they were written by somebody else, too. */
int quarry_aggregate_twins_are_read(struct quarry_db *db, int64_t facts, struct quarry_error *err);

/** QUARRY_EUSAGE for an unknown category (the sentence lists the known ones). */
int quarry_aggregate_overlap(struct quarry_overlap **out, struct quarry_db *db,
			     const char *const *ids, size_t n, int32_t quarter,
			     struct quarry_error *err);

/**
 * The dossiers of all persons whom `who` fits: an e-mail, a whole name, both as
 * "Name <e-mail>", a person's key, or a pseudonym. QUARRY_ENOTFOUND where there is none,
 * or only one who has opted out.
 */
int quarry_aggregate_explain(struct quarry_dossiers **out, struct quarry_db *db, const char *who,
			     const struct quarry_naming *naming, struct quarry_error *err);

/** All alarms, but for those that would tell of somebody who has opted out. */
int quarry_aggregate_suspicions(struct quarry_suspicions **out, struct quarry_db *db,
				const struct quarry_naming *naming, struct quarry_error *err);

/** How many alarms of a kind there are. */
struct quarry_alarm_count {
	const char *kind;
	int64_t n;
	const char *one, *many; /**< "1 person has ...", "2 persons have ..." without the number */
};

/** Call `fn` for each kind of these, by kind; for none where figures are missing or out
 * of date. */
int quarry_aggregate_each_alarm_kind(struct quarry_db *db,
				     int (*fn)(void *payload, const struct quarry_alarm_count *count,
					       struct quarry_error *err),
				     void *payload, struct quarry_error *err);

/** Were the figures of this universe derived with another people.yaml?
 * @param out  1: they were; 0 also where there are none of it  @param hash  "" for no file */
int quarry_aggregate_has_other_people(int *out, struct quarry_db *db, const char *universe,
				      const char *hash, struct quarry_error *err);

/** Humans whom L4 alone would join, and of whom nobody has opted out. */
int quarry_aggregate_suggestions(struct quarry_suggestions **out, struct quarry_db *db,
				 struct quarry_error *err);

#endif
