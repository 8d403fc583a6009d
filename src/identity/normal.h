/*
 * What the rules say of one e-mail and of one name: is it generic, is it another writing of
 * a mailbox, do many bear it.
 */
#ifndef QUARRY_IDENTITY_NORMAL_H
#define QUARRY_IDENTITY_NORMAL_H

#include "identity/ruleset.h"
#include "util/str.h"

/* The id of the rule by which an e-mail is generic; NULL where none says so. */
const char *email_generic_rule(const struct ruleset *set, const char *email, size_t len);

/*
 * One step towards the address of the mailbox: 1 when a rule changes the key (as email_fold
 * gives it), the new one then in `out` (emptied before); 0 when none does, which no step
 * follows; -1 without memory.
 */
int email_step(struct str *out, const char **rule, const struct ruleset *set, const char *key,
	       size_t len);

/* As utf8_fold, but quick for names in ASCII; `out` has a buffer afterwards. */
void name_fold(struct str *out, const char *name);

/* Is a folded name one that many or none bear? */
bool name_is_common(const struct ruleset *set, const char *folded);

#endif
