/*
 * Fingerprints of what figures were made from.
 */
#ifndef QUARRY_AGGREGATE_HASHES_H
#define QUARRY_AGGREGATE_HASHES_H

#include "util/db.h"
#include "util/sha256.h"

/* Of the tips of all tracked repositories. */
int hash_tips(char out[SHA256_HEX], struct quarry_db *db, struct quarry_error *err);
/* Of the rules for signatures and paths. */
int hash_rules(char out[SHA256_HEX], struct quarry_db *db, struct quarry_error *err);

#endif
