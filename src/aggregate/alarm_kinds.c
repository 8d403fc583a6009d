#include "aggregate/alarm_kinds.h"

#include <string.h>

#include "util/banned.h"

#define LOOK "'quarry explain person' shows why they are one; where they are several, say so by 'split' in people.yaml"
#define NO_HUMAN "if it is no human, say so by 'class' in people.yaml"

static const struct alarm_kind kinds[] = {
	{ "many_emails", "a person with many e-mails", "e-mails",
	  "person has many e-mails", "persons have many e-mails", LOOK, false },
	{ "many_names", "a person with many names", "names",
	  "person has many names", "persons have many names", LOOK, false },
	{ "bridge", "a person who falls apart without one signature", "signatures",
	  "person falls apart without one signature",
	  "times a person falls apart without one signature", LOOK, false },
	{ "login_ids", "a code host's login that several accounts have had", "accounts",
	  "login has been that of several accounts", "logins have been those of several accounts",
	  "where they are one person, say so by 'merge' in people.yaml", false },
	{ "mailmaps", "an e-mail that two .mailmap lead to different persons", "",
	  "e-mail is led to different persons by two .mailmap",
	  "e-mails are led to different persons by two .mailmap",
	  "say who is right by 'merge' or 'split' in people.yaml", false },
	{ "split", "evidence that a 'split' in line N of people.yaml forbids", "line of people.yaml",
	  "piece of evidence is forbidden by a split in people.yaml",
	  "pieces of evidence are forbidden by a split in people.yaml",
	  "if they are one person after all, take that line away", false },
	{ "entries", "evidence against two entries of people.yaml, the one in line N first", "line of people.yaml",
	  "piece of evidence would join two entries of people.yaml",
	  "pieces of evidence would join two entries of people.yaml",
	  "if they are one person after all, make them one entry", false },
	{ "near_bot", "a human who nearly meets a rule of bots", "commits",
	  "human nearly meets a rule of bots", "humans nearly meet a rule of bots", NO_HUMAN, true },
	{ "regular", "a human whose subjects are nearly all one", "commits",
	  "human has nearly one subject for all commits",
	  "humans have nearly one subject for all commits", NO_HUMAN, false },
};

static const struct alarm_kind unknown = {
	"", "", "", "alarm of another kind", "alarms of another kind", "", false,
};

const struct alarm_kind *alarm_kind_get(const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].kind, kind))
			return &kinds[i];
	return &unknown;
}
