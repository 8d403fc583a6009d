/**
 * The rules of identity: which e-mails are shared by strangers, which addresses are one
 * mailbox, which names are common.  categories/rules/identity.yaml is the shipped file and
 * its manual.
 *
 * Plain data: owned by the struct, read-only after reading.
 */
#ifndef QUARRY_IDENTITY_RULES_H
#define QUARRY_IDENTITY_RULES_H

#include <stddef.h>

#include "quarry/error.h"

/** Limits: a rule file that exceeds them is refused. */
#define QUARRY_IDENTITY_RULES_MAX 1000

/** Lower-case texts, sorted. */
struct quarry_words {
	const char **at;
	size_t n;
};

enum quarry_identity_rule_kind {
	QUARRY_IDENTITY_GENERIC_EMAIL, /**< shared by strangers: never a link */
	QUARRY_IDENTITY_REPAIR,        /**< how a broken address is made whole */
	QUARRY_IDENTITY_HOST_ALIAS,    /**< one mailbox at several hosts */
	QUARRY_IDENTITY_PLUS,          /**< local+tag@host is local@host */
	QUARRY_IDENTITY_NOREPLY,       /**< addresses that a code host gives out */
	QUARRY_IDENTITY_GENERIC_NAME,  /**< names that nobody bears: no link by L4 */
	QUARRY_IDENTITY_COMMON_NAME,   /**< names that many bear, in either order of words */
};

enum quarry_noreply_form {
	QUARRY_NOREPLY_LOGIN = 1 << 0,         /**< login@host */
	QUARRY_NOREPLY_ID_PLUS_LOGIN = 1 << 1, /**< 12+login@host */
	QUARRY_NOREPLY_ID_DASH_LOGIN = 1 << 2, /**< 12-login@host */
	QUARRY_NOREPLY_LOGIN_PLUS_ID = 1 << 3, /**< login+12@host */
};

/** A step is taken where an address with one '@' and a dot in its host comes out. */
enum quarry_repair_step {
	QUARRY_REPAIR_NONE,
	QUARRY_REPAIR_WRAP,   /**< "jane@example.com">, <jane@example.com., with any of <>"'(),.; */
	QUARRY_REPAIR_MAILTO, /**< mailto:jane@example.com */
	QUARRY_REPAIR_AT,     /**< jane at example.com, jane(at)example dot com */
	QUARRY_REPAIR_UUID,   /**< jane@example.com@ and the UUID of a Subversion repository */
	QUARRY_REPAIR_TWICE,  /**< jane@example.com@example.com */
};

struct quarry_identity_rule {
	const char *id;     /**< [a-z0-9-]+, unique in the file */
	enum quarry_identity_rule_kind kind;
	/** Generic e-mails: the whole text, when it has no '@'. Names: folded, in any order. */
	struct quarry_words words;
	/** Generic e-mails: what stands before the last '@'. */
	struct quarry_words locals;
	/** One that begins with a dot stands for all that end so; one that ends with a dot
	 * for all that begin so. Host alias: the other names of `host`. */
	struct quarry_words hosts;
	const char *host;   /**< host alias: the one that counts; else NULL */
	int empty;          /**< generic e-mails: 1: nothing at all, or nothing on one side of '@' */
	int dotless;        /**< generic e-mails: 1: a host without any dot matches too */
	int dots;           /**< plus: 1: dots before the '@' mean nothing */
	unsigned forms;     /**< noreply: enum quarry_noreply_form */
	enum quarry_repair_step step;
	const char *reason; /**< why, one sentence */
	unsigned line;      /**< in the file, from 1 */
};

struct quarry_identity_rules {
	struct quarry_identity_rule *rules; /**< by kind, then as in the file */
	size_t n_rules;
	char hash[65]; /**< SHA-256 of the text, hexadecimal */
};

/**
 * Parse the YAML text of the rule file. Refused, naming `file` and the line: unknown keys,
 * a rule without id or reason or anything to match, an id that was used before, an
 * upper-case letter, a form or a step that nobody knows.
 * @param file  for messages only
 */
int quarry_identity_rules_parse(struct quarry_identity_rules **out, const char *text, size_t len,
				const char *file, struct quarry_error *err);
void quarry_identity_rules_free(struct quarry_identity_rules *rules);

#endif
