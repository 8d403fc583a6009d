/*
 * The table of all options: what each is called, what it says in --help, and what it
 * sets.  opts.c makes a command's options of it.
 */
#ifndef QUARRY_CLI_OPTS_TABLE_H
#define QUARRY_CLI_OPTS_TABLE_H

#include "cli/opts.h"

/* The parts of --help, in their order there. */
enum section {
	SECTION_WHAT = 1, SECTION_OUTPUT, SECTION_PLACES, SECTION_WORK, SECTION_FETCH,
	SECTION_OTHER,
};

struct opts_definition {
	unsigned group;       /* of enum opts_group */
	enum section section;
	int key;              /* a letter, or 0: none */
	const char *name;     /* long; NULL: none */
	const char *arg;      /* NULL: takes none */
	const char *help;
	/* 0, or an error code with o->err filled; NULL: --help. */
	int (*set)(struct opts *o, const char *arg);
};

#define OPTS_DEFINITIONS_MAX 64

/* In the order of --help; the last one has no help text. */
extern const struct opts_definition opts_definitions[];

/* A macro, so that the compiler checks each format. */
#define opts_bad(o, ...) quarry_error_set(&(o)->err, QUARRY_EUSAGE, __VA_ARGS__)

#endif
