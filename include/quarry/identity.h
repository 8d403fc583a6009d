/**
 * Identity: which signatures are one person.
 *
 * A *signature* is the (name, e-mail) pair as a commit records it.  A *person*
 * is a set of signatures, derived by rules of rising daring (metrics.md 3):
 *
 *	L1  the same e-mail, trimmed and lower-cased, unless it is generic
 *	L2  the repository's own .mailmap at its tip: applied within that
 *	    repository; promoted to all of them only where both e-mails are not
 *	    generic and no other evidence conflicts
 *	L4  (lenient only) the same full name of two or more words, not a common
 *	    one, in the same repository within one year
 *
 * Never a link on a name alone across repositories.
 *
 * Because a .mailmap that is not promoted holds in its repository only, the
 * person is a function of (repository, signature): that pair is called a *use*.
 *
 *	struct quarry_identity *id = NULL;
 *	rc = quarry_identity_new(&id, &err);
 *	for each repository: quarry_identity_mailmap(id, repo, text, len, &err);
 *	for each (repository, signature): quarry_identity_use(id, &use, &err);
 *	rc = quarry_identity_resolve(id, &err);
 *	for (i = 0; i < quarry_identity_n_uses(id); i++) quarry_identity_get(id, i)
 *	quarry_identity_free(id);
 *
 * Pure: it holds no file and no database.  The same input in any order gives
 * the same persons, keys and evidence.  Use an object from one thread.
 */
#ifndef QUARRY_IDENTITY_H
#define QUARRY_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "quarry/error.h"

struct quarry_identity;

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
	int automated;     /**< 1: a bot or an agent: never joined on a name */
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
	uint32_t person;  /**< strict (L1, L2), from 0, dense, ordered by key */
	uint32_t lenient; /**< with L4 too; a function of `person` */
};

enum quarry_link_level { QUARRY_LINK_L1 = 1, QUARRY_LINK_L2 = 2, QUARRY_LINK_L4 = 4 };

/** One piece of evidence: two e-mail keys (or signatures) joined, and why. */
struct quarry_link {
	enum quarry_link_level level;
	int64_t repo;      /**< whose .mailmap or history says so; -1 for L1 */
	const char *a, *b; /**< the two ends as "name <email>" or e-mail keys, a < b */
	int promoted;      /**< L2: 1 where it holds in all repositories; else 0 */
};

int quarry_identity_new(struct quarry_identity **out, struct quarry_error *err);
void quarry_identity_free(struct quarry_identity *id);

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
/** A person's stable key: the smallest e-mail key of its uses after .mailmap, or,
 * for a generic e-mail, its "name <email>" ("<email>" without a name); owned by `id`. */
const char *quarry_identity_person_key(const struct quarry_identity *id, uint32_t person);

size_t quarry_identity_n_links(const struct quarry_identity *id);
/** Evidence, by (level, a, b, repo). */
const struct quarry_link *quarry_identity_link(const struct quarry_identity *id, size_t i);

/** Is this e-mail (any case) one that many strangers share? (empty, root@localhost,
 * you@example.com, noreply@github.com, *.local, ...) */
int quarry_email_is_generic(const char *email, size_t len);

#endif
