/*
 * YAML read by a table: the only door to libyaml.
 *
 * A table says which keys a mapping has, of which kind, and where in a struct
 * each value goes.  The walk refuses an unknown key, a key given twice, a value
 * of another kind and a missing required key, with one sentence that names
 * file, line and key.  Every value keeps its line, so that later checks can
 * name it too.
 *
 *	struct point { unsigned line; struct schema_text x, y; };
 *	static const struct schema_key keys[] = {
 *		{ SCHEMA_KEY(point, "x", SCHEMA_TEXT, x), .required = true },
 *		...
 *	};
 *	static const struct schema point = SCHEMA(struct point, keys);
 *	rc = schema_read(&p, &point, &arena, text, len, "point.yaml", &err);
 *
 * All values are texts here; what a number or a date is, the caller says.
 * Anchors, aliases and explicit tags are refused: a file means what it shows.
 */
#ifndef QUARRY_CONFIG_SCHEMA_H
#define QUARRY_CONFIG_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "quarry/error.h"
#include "util/arena.h"

#define SCHEMA_FILE_MAX (4 << 20) /* bytes of a file */
#define SCHEMA_TEXT_MAX 1024      /* bytes of a text, where the key does not say another */
#define SCHEMA_NODES_MAX 200000   /* texts, mappings and sequences of a file */
#define SCHEMA_DEPTH_MAX 16

/* Of a file that may be larger than others. */
struct schema_limits {
	size_t bytes;
	size_t nodes;
};

/* UTF-8, one line, never empty; s is NULL when the key is not there. */
struct schema_text {
	const char *s;
	unsigned line; /* from 1 */
};

struct schema_texts {
	struct schema_text *at;
	size_t n;
};

struct schema_items {
	void *at; /* array of the struct that the table describes */
	size_t n;
	unsigned line; /* of the sequence; 0 when the key is not there */
};

enum schema_kind {
	SCHEMA_TEXT,          /* struct schema_text */
	SCHEMA_TEXTS,         /* struct schema_texts */
	SCHEMA_TEXT_OR_TEXTS, /* struct schema_texts; one text is a list of one */
	SCHEMA_TEXTS_LIST,    /* struct schema_items of struct schema_texts */
	SCHEMA_MAPPING,       /* pointer to a struct, NULL when the key is not there */
	SCHEMA_MAPPINGS,      /* struct schema_items */
};

struct schema_key {
	const char *name;
	enum schema_kind kind;
	bool required;
	size_t offset;           /* of the value in the struct */
	const struct schema *of; /* what a MAPPING or the elements of MAPPINGS are */
	size_t max;              /* longest text in bytes; 0: SCHEMA_TEXT_MAX */
};

struct schema {
	const struct schema_key *keys;
	size_t n_keys;
	size_t size; /* of the struct */
	size_t line; /* offset of the `unsigned line` where the mapping begins */
};

#define SCHEMA_KEYS_MAX 16
#define SCHEMA_KEY(type, key, of_kind, field) \
	.name = (key), .kind = (of_kind), .offset = offsetof(struct type, field)
#define SCHEMA(type, keys) \
	{ keys, sizeof(keys) / sizeof((keys)[0]), sizeof(type), offsetof(type, line) }

/* Fill the struct `out` (zeroed by the caller); texts are copied into `arena`. */
int schema_read(void *out, const struct schema *schema, struct arena *arena, const char *text,
		size_t len, const char *file, struct quarry_error *err);

/* The same within other limits than SCHEMA_FILE_MAX and SCHEMA_NODES_MAX. */
int schema_read_within(void *out, const struct schema *schema, struct arena *arena,
		       const char *text, size_t len, const char *file,
		       const struct schema_limits *limits, struct quarry_error *err);

/* `cannot read 'FILE': line N: ...` with QUARRY_EUSAGE, for the checks of others. */
int schema_fail(struct quarry_error *err, const char *file, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* May this text go to a terminal and into a report? False with control characters,
 * line separators and marks that turn the direction of writing. */
bool schema_text_is_clean(const char *s, size_t len);

#endif
