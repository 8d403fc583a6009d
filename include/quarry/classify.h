/**
 * Classification: rules applied to signatures and to paths, and names of files to tell
 * their language.
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

/** The first rule whose path pattern matches; NULL: none. */
const struct quarry_rule *quarry_classify_path(struct quarry_classifier *c,
					       const char *path, size_t len);

/** How many matches were given up at a limit so far. */
size_t quarry_classifier_n_limits(const struct quarry_classifier *c);

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
