/*
 * The kinds of alarm, and the words for each.  derived.sql tells what a row of the table
 * `alarm` means.
 */
#ifndef QUARRY_AGGREGATE_ALARM_KINDS_H
#define QUARRY_AGGREGATE_ALARM_KINDS_H

#include <stdbool.h>

struct alarm_kind {
	const char *kind;
	const char *text;       /* what one is: "a person with ..." */
	const char *unit;       /* what its n counts; "": it has none */
	const char *one, *many; /* after how many there are: "person has ...", "persons have ..." */
	const char *remedy;
	bool names_rule;        /* `what` is the id of a rule, and no secret */
};

/* Never NULL: of one that this program does not know it has words that say so. */
const struct alarm_kind *alarm_kind_get(const char *kind);

#endif
