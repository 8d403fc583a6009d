/*
 * A tree of JSON under construction: each call after a failed allocation still works, and
 * tree_dump() tells of it.
 *
 *	struct tree t = { false };
 *	json_t *root = json_object();
 *	tree_put_int(&t, root, "n", 42);
 *	return tree_dump(out, &t, root, err);
 */
#ifndef QUARRY_REPORT_JSON_TREE_H
#define QUARRY_REPORT_JSON_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "quarry/error.h"
#include "util/str.h"

struct tree {
	bool oom;
};

void tree_put(struct tree *t, json_t *object, const char *key, json_t *value);
void tree_append(struct tree *t, json_t *array, json_t *value);
json_t *tree_text(const char *s); /* NULL: ""; without memory NULL, which tree_put() takes */
void tree_put_text(struct tree *t, json_t *object, const char *key, const char *s);
void tree_put_int(struct tree *t, json_t *object, const char *key, int64_t n);
void tree_put_real(struct tree *t, json_t *object, const char *key, double x);

/* The rules that were left out; nothing where none were, so that all else stays as it is. */
void tree_put_without(struct tree *t, json_t *root, const char *without);
void tree_put_quarter(struct tree *t, json_t *object, const char *key, int32_t quarter); /* 0: null */

/* Append the tree's text and free the tree. */
int tree_dump(struct str *out, struct tree *t, json_t *root, struct quarry_error *err);

#endif
