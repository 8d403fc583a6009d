/*
 * Inside of aggregate: reading dossiers back out of the derived tables.
 */
#ifndef QUARRY_AGGREGATE_DOSSIER_H
#define QUARRY_AGGREGATE_DOSSIER_H

#include <stdbool.h>
#include <stdint.h>

#include "aggregate/names.h"
#include "quarry/aggregate.h"

/* A person that was found. */
struct dossier_person {
	int64_t person, lenient;
	const char *key;
	const char *called; /* "" for none */
};

/* A signature of such a person in one repository. */
struct dossier_use {
	size_t of; /* index of the person and of its dossier */
	int64_t repo, signature;
	const char *text, *email; /* "Name <e-mail>"; the folded e-mail */
	const char *class, *rule, *slug;
	int64_t commits;
};

struct dossier_reader {
	struct quarry_db *db;
	struct arena *arena; /* holds all texts, too */
	struct quarry_dossiers *out;
	struct names names;
	VEC(struct dossier_person) persons; /* by number, which is by key */
	VEC(struct dossier_use) uses;       /* by person, text, slug */
};

/* The index of a person among those that were found, or -1. */
ptrdiff_t dossier_find(const struct dossier_reader *r, int64_t person);

/* A text in the dossiers' memory; NULL without memory. */
const char *dossier_copy(struct dossier_reader *r, const char *text);

/* Refuse as an edition does: no figures, figures of another version or of other facts.
 * @param without  the rules that were left out; "" for none */
int dossier_head(const char **universe, const char **without, struct quarry_db *db,
		 struct arena *arena, struct quarry_error *err);

/* Uses of persons who have not opted out. */
extern const char dossier_uses_rows[];
enum dossier_column {
	COL_PERSON, COL_NAME, COL_EMAIL, COL_EMAIL_KEY, COL_NUMBER, COL_KEY, COL_LENIENT, COL_REPO,
	COL_SIGNATURE, COL_CALLED,
};
/* The signature of such a row; "" where somebody who has opted out has it, too. */
int dossier_signature(struct str *out, const struct dossier_reader *r, struct db_stmt *st,
		      struct quarry_error *err);

/* Find r->persons; QUARRY_ENOTFOUND for nobody. */
int dossier_persons(struct dossier_reader *r, const char *who, struct quarry_error *err);
/* Read r->uses of them, then their commits, then their credits. */
int dossier_uses(struct dossier_reader *r, struct quarry_error *err);
int dossier_commits(struct dossier_reader *r, struct quarry_error *err);
int dossier_credits(struct dossier_reader *r, struct quarry_error *err);
/* Fill the evidence of every dossier. */
int dossier_evidence(struct dossier_reader *r, struct quarry_error *err);

/* A row of alarm that nobody's opting out withholds. */
struct dossier_alarm {
	struct quarry_suspicion s;
	int64_t person; /* -1: none */
};

/* Call `fn` for each, in the order of struct quarry_suspicions. */
int dossier_each_alarm(struct names *n, struct quarry_db *db,
		       int (*fn)(void *payload, const struct dossier_alarm *a,
				 struct quarry_error *err),
		       void *payload, struct quarry_error *err);

#endif
