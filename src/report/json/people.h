/*
 * Persons as JSON.
 */
#ifndef QUARRY_REPORT_JSON_PEOPLE_H
#define QUARRY_REPORT_JSON_PEOPLE_H

#include "quarry/dossier.h"
#include "quarry/error.h"
#include "util/str.h"

int json_dossiers(struct str *out, const struct quarry_dossiers *d, struct quarry_error *err);
int json_suspicions(struct str *out, const struct quarry_suspicions *s, struct quarry_error *err);

#endif
