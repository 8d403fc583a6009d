/*
 * Lines that a touch added and deleted, from the blobs of its two sides.
 */
#ifndef QUARRY_MINE_CHURN_H
#define QUARRY_MINE_CHURN_H

#include "mine/diff.h"
#include "mine/lines.h"

/* 0, or -1 without memory. out->added may be one of enum quarry_lines. */
int churn_of(struct lines_count *out, struct lines *l, struct odb_reader *r,
	     const struct delta *x);

#endif
