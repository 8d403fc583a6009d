/**
 * Classification: rules applied to signatures, to paths and to trailers, and names of
 * files to tell their language.
 *
 * A classifier compiles a struct quarry_rules once and then answers for one
 * subject after another.  First match wins.  A pattern that runs into the
 * match limit on a hostile subject does not match; that is counted.
 *
 *	struct quarry_classifier *c = NULL;
 *	rc = quarry_classifier_new(&c, rules, "signatures.yaml", &err);
 *	rule = quarry_classify_signature(c, name, name_len, email, email_len);
 *	class = rule ? rule->class : "human";
 *	quarry_classifier_free(c);
 *
 * The rules must outlive the classifier.  One thread at a time.
 */
#ifndef QUARRY_CLASSIFY_H
#define QUARRY_CLASSIFY_H

#include <stddef.h>

#include "quarry/error.h"
#include "quarry/rules.h"

struct quarry_classifier;

/** Compile; a bad pattern is refused with the file and the rule's id and line. */
int quarry_classifier_new(struct quarry_classifier **out, const struct quarry_rules *rules,
			  const char *file, struct quarry_error *err);
void quarry_classifier_free(struct quarry_classifier *c);

/** The first rule whose name and email patterns both match; NULL: none. */
const struct quarry_rule *quarry_classify_signature(struct quarry_classifier *c,
						    const char *name, size_t name_len,
						    const char *email, size_t email_len);

/** The first rule of a bot or an agent that asks for a name and an e-mail, and whose name
 * pattern matches; NULL: none. To be asked of humans: it is a near miss. */
const struct quarry_rule *quarry_classify_near(struct quarry_classifier *c, const char *name,
					       size_t name_len);

/** The first rule whose path pattern matches; NULL: none. */
const struct quarry_rule *quarry_classify_path(struct quarry_classifier *c,
					       const char *path, size_t len);

/** A signature as a trailer holds it, in two pieces of the text it was split from. */
struct quarry_signature_text {
	const char *name, *email; /**< without spaces around; not NUL-terminated */
	size_t name_len, email_len;
};

/** Split `Name <e-mail>`; a text without `<` is a name. `s` is NULL only if `len` is 0. */
void quarry_signature_split(struct quarry_signature_text *out, const char *s, size_t len);

/**
 * The first rule by which this trailer, or this line of a message, says that an agent
 * helped with the commit; NULL: none.
 * @param key  of the trailer, in any case, or QUARRY_KEY_LINE
 */
const struct quarry_assist *quarry_classify_assist(struct quarry_classifier *c, const char *key,
						   const char *value, size_t len);

/**
 * The first rule by which a trailer names the human behind a commit; NULL: none does,
 * and none where the commit's author is human.
 * @param class        of the commit's author
 * @param name, email  of the commit's author
 * @param key          of the trailer, in any case, or QUARRY_KEY_BY
 */
const struct quarry_export *quarry_classify_export(struct quarry_classifier *c, const char *class,
						   const char *name, size_t name_len,
						   const char *email, size_t email_len,
						   const char *key);

/** How many matches were given up at a limit so far. */
size_t quarry_classifier_n_limits(const struct quarry_classifier *c);

/** A test case of a rule that does not hold. */
struct quarry_rule_fault {
	const char *id;   /**< the rule's; as all texts here it belongs to the rules */
	unsigned line;    /**< the rule's */
	const char *key;  /**< under which it was tried; NULL: a signature or a path */
	const char *text; /**< the case; NULL: the rule has no `matches` */
	const char *by;   /**< id of the rule that decided it; NULL: none did */
	int spare;        /**< 1: the rule decided what it must leave alone */
};

struct quarry_rules_report {
	struct quarry_rule_fault *faults; /**< in the order of the file */
	size_t n_faults, n_cases;
};

/**
 * Run the test cases of a rule file: each of `matches` is decided by its own rule, and
 * no earlier one, none of `spares` by it; a rule without `matches` is a fault.
 * @param c  of the same rules
 */
int quarry_rules_check(struct quarry_rules_report *out, const struct quarry_rules *rules,
		       struct quarry_classifier *c, struct quarry_error *err);
void quarry_rules_report_release(struct quarry_rules_report *report);

/**
 * Tells the language of a file by its name alone, in this order: by the whole name, by
 * the longest ending that is listed, by what stands before the first dot
 * (`Dockerfile.rocm`).  Case does not matter.
 *
 * The languages must outlive it.  One thread at a time.
 */
struct quarry_linguist;

int quarry_linguist_new(struct quarry_linguist **out, const struct quarry_languages *languages,
			struct quarry_error *err);
void quarry_linguist_free(struct quarry_linguist *l);

/** NULL: no language has such files. */
const struct quarry_language *quarry_linguist_tell(const struct quarry_linguist *l,
						   const char *path, size_t len);

#endif
