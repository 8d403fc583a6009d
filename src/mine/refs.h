/*
 * References of a repository beside the one that is mined.
 */
#ifndef QUARRY_MINE_REFS_H
#define QUARRY_MINE_REFS_H

#include "odb/odb.h"

/* How many references replace objects: they are not followed. */
int odb_count_replacements(int64_t *out, struct odb *odb, struct quarry_error *err);

/* A tag that leads to a commit; the texts live during the call. */
struct odb_tag {
	const char *name;          /* without refs/tags/ */
	struct quarry_oid commit;
	int64_t tagged_s;          /* by its tagger; else the committer time of its commit */
};

/*
 * Call `fn` for each tag that leads to a commit that is there, by name. Non-zero from it
 * stops and is returned.
 */
int odb_each_tag(struct odb *odb, struct odb_reader *reader,
		 int (*fn)(void *payload, const struct odb_tag *tag), void *payload,
		 struct quarry_error *err);

#endif
