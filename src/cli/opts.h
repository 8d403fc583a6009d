/*
 * Options: one table that gives parsing, --help and its order to every command.
 *
 *	static const struct opts_command usage = {
 *		"mine", "UNIVERSE", "Read what is new.", OPTS_STORE | OPTS_PLACES, 1, 1 };
 *	struct opts o;
 *	int status = opts_parse(&o, &usage, argc, argv);
 *	if (status != OPTS_GO)
 *		return status;
 *	...
 *	opts_release(&o);
 */
#ifndef QUARRY_CLI_OPTS_H
#define QUARRY_CLI_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quarry/engine.h"

/* Options that go together; every command has -q, -v, -C and --help. */
enum opts_group {
	OPTS_COMMON = 1 << 0,
	OPTS_STORE = 1 << 1,    /* --store */
	OPTS_PLACES = 1 << 2,   /* --cache, --mirror */
	OPTS_LOCAL = 1 << 3,    /* --allow-local */
	OPTS_WORK = 1 << 4,     /* --offline, --jobs, --strict */
	OPTS_BASIS = 1 << 5,    /* --date-basis */
	OPTS_TAXONOMY = 1 << 6, /* --taxonomy */
	OPTS_QUARTER = 1 << 7,  /* --quarter */
	OPTS_DIR = 1 << 8,      /* -o DIR */
	OPTS_FILE = 1 << 9,     /* -o FILE */
	OPTS_REPORT = 1 << 10,  /* --format=md|json|csv, --table */
	OPTS_OVERLAP = 1 << 11, /* --format=table|md|json|csv */
	OPTS_FETCH = 1 << 12,   /* --per-host, --retries, --max-bytes and so on */
	OPTS_MINE = 1 << 13,    /* --since, --lines, --alternates */
	OPTS_RULES = 1 << 14,   /* --without */
	OPTS_PEOPLE = 1 << 15,  /* --people=mailmap|gitdm|sortinghat */
	OPTS_DOSSIER = 1 << 16, /* --format=table|json, --names */
	OPTS_ALARMS = 1 << 17,  /* --suspicious, --suggest, --format=table|json|csv, --names */
};

/* What a command takes. */
struct opts_command {
	const char *name;
	const char *args; /* as in the usage line; NULL: none */
	const char *text; /* what it does: some sentences for --help */
	unsigned groups;
	size_t min_args, max_args;
};

struct opts {
	const struct opts_command *command;
	const char *store;    /* never NULL, nor is `cache` */
	const char *cache;
	const char *mirror;   /* NULL: none */
	bool offline, allow_local, strict, quiet;
	unsigned verbose;     /* how often -v was given */
	unsigned jobs;        /* 0: as the engine sees fit */
	unsigned per_host, retries, connect_s, stall_s, total_s;
	uint64_t max_bytes;   /* 0: no limit */
	bool releases, tip_files, lines, alternates;
	bool names, suspicious, suggest;
	int32_t since;        /* 0: not given; QUARRY_QUARTER_NONE: all */
	int32_t quarter;
	enum quarry_date_basis basis;
	char *without;        /* rules, separated by commas; NULL: none */
	enum quarry_taxonomy taxonomy;
	const char *format;   /* a known one; NULL where the command takes none */
	const char *table;    /* NULL: the default one */
	const char *output;   /* NULL: not given */
	int people;           /* of enum quarry_people_format; -1: not given */
	char **args;          /* what is no option */
	size_t n_args;

	char *own_cache;      /* holds the default of `cache` */
	bool help;            /* --help was given */
	struct quarry_error err;
	char title[32];       /* `quarry run`, for usage lines */
};

/* From opts_parse(): go on. */
#define OPTS_GO (-1)

/*
 * Parse. OPTS_GO, or an exit status when there is nothing more to do: help was
 * printed, or what is wrong with the usage.
 */
int opts_parse(struct opts *o, const struct opts_command *command, int argc, char **argv);
void opts_release(struct opts *o);

/* chdir, with our errors. */
int opts_change_dir(const char *dir, struct quarry_error *err);

/* Say where help is. @param title  `quarry run`; NULL: quarry itself */
void opts_hint(const char *title);

/* Print a sentence about wrong usage and where help is; returns the exit status. */
int opts_refuse(const char *title, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
