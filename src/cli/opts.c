#include "cli/opts.h"

#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/formats.h"
#include "cli/opts_table.h"
#include "cli/output.h"
#include "cli/term.h"
#include "util/banned.h"
#include "util/str.h"

/* argp puts what is called "help" into its group -1, which comes last. */
#define LAST_GROUP (-1)

static const char *const section_titles[] = {
	NULL, "What is read and counted:", "Output:", "Places:", "Course of the work:", "Fetching:",
	"Other:",
};

#define N_SECTIONS (sizeof(section_titles) / sizeof(section_titles[0]))
#define FIRST_KEY 0x100 /* of an option without a letter: beyond every letter */

static int key_of(size_t i)
{
	return opts_definitions[i].key ? opts_definitions[i].key : FIRST_KEY + (int)i;
}

/* The command's own table for argp: its options, and a title before each section. */
static void build(struct argp_option options[OPTS_DEFINITIONS_MAX + N_SECTIONS + 1], unsigned groups)
{
	size_t n = 0;

	for (size_t section = 1; section < N_SECTIONS; section++) {
		int group = section == SECTION_OTHER ? LAST_GROUP : (int)section;
		size_t first = n++;

		for (size_t i = 0; opts_definitions[i].help; i++) {
			const struct opts_definition *d = &opts_definitions[i];

			if (d->section == section && d->group & groups)
				options[n++] = (struct argp_option){
					.name = d->name, .key = key_of(i), .arg = d->arg,
					.doc = d->help, .group = group };
		}
		if (n == first + 1)
			n = first; /* nothing in it */
		else
			options[first] = (struct argp_option){ .doc = section_titles[section],
							       .group = group };
	}
	options[n] = (struct argp_option){ 0 };
}

/* --- parsing --------------------------------------------------------------- */

static int print_help(struct opts *o, const struct argp_state *state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int rc;

	if (!f)
		return quarry_error_nomem(&o->err);
	argp_state_help(state, f, ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG);
	if (fclose(f))
		rc = quarry_error_nomem(&o->err);
	else
		rc = output_stdout(text, len, &o->err);
	free(text);
	return rc;
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	if (key == ARGP_KEY_INIT) {
		/* getopt says what is wrong; where help is we say ourselves. */
		state->err_stream = NULL;
		return 0;
	}
	if (key == ARGP_KEY_ARGS) {
		o->args = state->argv + state->next;
		o->n_args = (size_t)(state->argc - state->next);
		return 0;
	}
	for (size_t i = 0; opts_definitions[i].help; i++) {
		const struct opts_definition *d = &opts_definitions[i];

		if (key != key_of(i) || !(d->group & (o->command->groups | OPTS_COMMON)))
			continue;
		if (d->set)
			return d->set(o, arg) ? EINVAL : 0;
		o->help = true;
		state->name = o->title;
		(void)print_help(o, state); /* o->err says how it went */
		return ECANCELED; /* what follows --help is not looked at */
	}
	return ARGP_ERR_UNKNOWN;
}

static char *filter_help(int key, const char *text, void *input)
{
	/* That an argument of --x is one of -x, too, goes without saying. */
	return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)text;
}

static int check_args(struct opts *o)
{
	const struct opts_command *c = o->command;

	if (c->groups & OPTS_DIR && o->output && !strcmp(o->output, "-"))
		return opts_bad(o, "--output: an edition is several files, '-' cannot hold it");
	if (c->groups & OPTS_PEOPLE && o->people < 0)
		return opts_bad(o, "--people: not given; say what the file is: mailmap, gitdm or sortinghat");
	if (c->groups & OPTS_ALARMS && o->suspicious == o->suggest)
		return opts_bad(o, "%s", o->suggest ? "--suspicious and --suggest exclude each other"
					       : "missing option: --suspicious or --suggest");
	if (o->n_args < c->min_args)
		return opts_bad(o, "missing argument: %s %s", o->title, c->args);
	if (o->n_args > c->max_args)
		return opts_bad(o, "unexpected argument '%s'", o->args[c->max_args]);
	for (size_t i = 0; i < o->n_args; i++)
		if (!*o->args[i])
			return opts_bad(o, "argument %zu is empty", i + 1);
	return 0;
}

static int choose_cache(struct opts *o)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (o->cache)
		return 0;
	o->cache = "."; /* the engine wants one, even of a command that does not use it */
	if (!(o->command->groups & OPTS_PLACES))
		return 0;
	if (xdg && xdg[0] == '/') /* its standard says: ignore a relative one */
		o->own_cache = str_dupf("%s/quarry", xdg);
	else if (home && *home)
		o->own_cache = str_dupf("%s/.cache/quarry", home);
	else
		return opts_bad(o, "--cache: not given, and HOME is not set");
	if (!o->own_cache)
		return quarry_error_nomem(&o->err);
	o->cache = o->own_cache;
	return 0;
}

int opts_change_dir(const char *dir, struct quarry_error *err)
{
	if (chdir(dir) < 0)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot change to the folder '%s': %s", dir,
					strerror(errno));
	return 0;
}

void opts_hint(const char *title)
{
	term_say("try '%s --help'", title ? title : "quarry");
}

int opts_refuse(const char *title, const char *fmt, ...)
{
	struct str text = STR_INIT;
	va_list ap;

	va_start(ap, fmt);
	str_vaddf(&text, fmt, ap);
	va_end(ap);
	term_say("%s", text.oom ? "out of memory" : text.buf);
	opts_hint(title);
	str_release(&text);
	return QUARRY_EXIT_USAGE;
}

int opts_parse(struct opts *o, const struct opts_command *command, int argc, char **argv)
{
	struct argp_option options[OPTS_DEFINITIONS_MAX + N_SECTIONS + 1];
	struct argp argp = { options, parse_one, command->args, command->text, NULL, filter_help,
			     NULL };
	char name[] = "quarry", *word = argv[0];
	error_t failed;

	*o = (struct opts){ .command = command, .store = "quarry.db",
			    .quarter = QUARRY_QUARTER_NONE, .per_host = 4, .retries = 3,
			    .connect_s = 20, .stall_s = 60, .total_s = 3600,
			    .max_bytes = (uint64_t)4 << 30, .people = -1 };
	(void)snprintf(o->title, sizeof(o->title), "quarry %s", command->name);
	build(options, command->groups | OPTS_COMMON);
	argv[0] = name; /* getopt's messages begin with it */
	failed = argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_EXIT, NULL, o);
	argv[0] = word;
	if (!failed && !check_args(o) && !formats_choose(o) && !choose_cache(o))
		return OPTS_GO;
	opts_release(o);
	if (o->help)
		return o->err.code ? term_fail(&o->err) : QUARRY_EXIT_DONE;
	if (failed && !o->err.code) { /* getopt has said it */
		opts_hint(o->title);
		return QUARRY_EXIT_USAGE;
	}
	if (o->err.code == QUARRY_EUSAGE)
		return opts_refuse(o->title, "%s", o->err.text);
	return term_fail(&o->err);
}

void opts_release(struct opts *o)
{
	free(o->own_cache);
	free(o->without);
	o->own_cache = o->without = NULL;
	o->cache = "";
}
