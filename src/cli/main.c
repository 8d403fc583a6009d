/*
 * quarry: the program.  It finds the command, and arranges that a signal stops
 * the work in good order.
 */
#include <argp.h>
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/term.h"
#include "quarry/quarry.h"
#include "util/banned.h"
#include "util/str.h"

atomic_bool cli_stop;

/* Names of commands are short; a longer word is near to none. */
#define MAX_WORD 16

static const struct cli_command *find_command(const char *name)
{
	for (const struct cli_command *c = cli_commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

/*
 * Edit distance, a swap of neighbours counting as one (optimal string alignment),
 * row by row; both words of at most MAX_WORD bytes.
 */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][MAX_WORD + 1], na = strlen(a), nb = strlen(b);
	size_t *before = rows[0], *above = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= nb; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= na; i++) {
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[nb];
}

/* The command that was probably meant, NULL when none is close. */
static const char *nearest(const char *word)
{
	const char *best = NULL;
	size_t least = 3; /* three mistakes make another word */

	if (strlen(word) > MAX_WORD)
		return NULL;
	for (const struct cli_command *c = cli_commands; c->name; c++) {
		size_t d = distance(word, c->name);

		if (d < least && d < strlen(c->name) - 1) {
			least = d;
			best = c->name;
		}
	}
	return best;
}

static int refuse_command(const char *word)
{
	const char *meant = nearest(word);

	if (!meant)
		return opts_refuse(/* title= */ NULL, "unknown command '%s'", word);
	return opts_refuse(/* title= */ NULL, "unknown command '%s': is '%s' meant?", word, meant);
}

static int finish(struct str *text)
{
	struct quarry_error err = QUARRY_ERROR_INIT;

	return output_str(text, &err) ? term_fail(&err) : QUARRY_EXIT_DONE;
}

static int print_help(void)
{
	struct str s = STR_INIT;

	str_adds(&s, "Usage: quarry COMMAND [OPTION...] [ARGUMENT...]\n"
		     "Mine git histories, quarter by quarter, and tell who builds what.\n\n"
		     " Commands:\n");
	for (const struct cli_command *c = cli_commands; c->name; c++)
		str_addf(&s, "  %-11s %s\n", c->name, c->summary);
	str_adds(&s, "\n Options:\n"
		     "  -C DIR      Change to the folder DIR first\n"
		     "  -h, --help  Print this help; after a command, that command's\n"
		     "  --version   Print the version, and those of the libraries\n\n"
		     "Exit status: 0 done, 1 failed, 2 wrong usage, 3 done but some repositories\n"
		     "failed, 4 credentials missing or refused, 130 interrupted.\n");
	return finish(&s);
}

static int print_version(void)
{
	struct str s = STR_INIT;

	/* src/cli/meson.build; what is loaded at run time `quarry doctor` tells. */
	str_adds(&s, "quarry " QUARRY_VERSION "\nbuilt with " QUARRY_LIBRARIES "\n");
	return finish(&s);
}

static int cmd_help(int argc, char **argv)
{
	const struct cli_command *c;
	char help[] = "--help";
	char *args[] = { argv[0], help, NULL };

	if (argc > 2)
		return opts_refuse(/* title= */ NULL, "unexpected argument '%s'", argv[2]);
	if (argc < 2 || !strcmp(argv[1], "help") || !strcmp(argv[1], "--help") ||
	    !strcmp(argv[1], "-h"))
		return print_help();
	c = find_command(argv[1]);
	return c ? c->fn(2, args) : refuse_command(argv[1]);
}

/* What stands before the command. */
struct global {
	int command; /* index into argv; 0: none */
	enum { ACT_NONE, ACT_HELP, ACT_VERSION } act;
	struct quarry_error err;
};

enum { KEY_VERSION = 0x100 };

static error_t parse_global(int key, char *arg, struct argp_state *state)
{
	struct global *g = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->err_stream = NULL; /* getopt says what is wrong, opts_refuse() the rest */
		return 0;
	case 'h':
		g->act = ACT_HELP;
		return ECANCELED; /* nothing after it matters */
	case KEY_VERSION:
		g->act = ACT_VERSION;
		return ECANCELED;
	case 'C':
		return opts_change_dir(arg, &g->err) ? EINVAL : 0;
	case ARGP_KEY_ARG:
		g->command = state->next - 1;
		state->next = state->argc; /* the rest is the command's */
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int dispatch(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "help", 'h', NULL, 0, NULL, 0 },
		{ "version", KEY_VERSION, NULL, 0, NULL, 0 },
		{ NULL, 'C', "DIR", 0, NULL, 0 },
		{ 0 },
	};
	static const struct argp argp = { options, parse_global, NULL, NULL, NULL, NULL, NULL };
	const struct cli_command *c;
	struct global g = { 0 };
	error_t failed;

	failed = argp_parse(&argp, argc, argv, ARGP_IN_ORDER | ARGP_NO_HELP | ARGP_NO_EXIT, NULL,
			    &g);
	if (g.act == ACT_HELP)
		return print_help();
	if (g.act == ACT_VERSION)
		return print_version();
	if (g.err.code)
		return term_fail(&g.err);
	if (failed) {
		opts_hint(/* title= */ NULL);
		return QUARRY_EXIT_USAGE;
	}
	if (!g.command)
		return opts_refuse(/* title= */ NULL, "no command given");
	c = find_command(argv[g.command]);
	return c ? c->fn(argc - g.command, argv + g.command) : refuse_command(argv[g.command]);
}

static void on_signal(int signal)
{
	atomic_store(&cli_stop, true);
}

/* The first signal asks the workers to stop, the second one kills. */
static void catch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal, .sa_flags = SA_RESTART | SA_RESETHAND };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)sigemptyset(&stop.sa_mask);
	(void)sigemptyset(&ignore.sa_mask);
	/* These cannot fail: the numbers are valid. */
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGTERM, &stop, NULL);
	/* A reader that goes away is a failed write (output.h). */
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

int main(int argc, char **argv)
{
	char name[] = "quarry";

	/* Numbers stay in C; a locale that is not there leaves C as it was. */
	(void)setlocale(LC_CTYPE, "");
	if (argc < 1)
		return QUARRY_EXIT_USAGE;
	argv[0] = name; /* messages of getopt begin with it */
	argp_err_exit_status = QUARRY_EXIT_USAGE;
	catch_signals();
	return dispatch(argc, argv);
}

const struct cli_command cli_commands[] = {
	{ "run", cmd_run, "Fetch, mine, derive, and write the edition" },
	{ "fetch", cmd_fetch, "Bring the repositories of a universe into the cache" },
	{ "mine", cmd_mine, "Read what is new into the store" },
	{ "derive", cmd_derive, "Compute every figure anew from the store's facts" },
	{ "report", cmd_report, "Write the edition of a quarter in one format" },
	{ "overlap", cmd_overlap, "Persons whom two or more categories share" },
	{ "import", cmd_import, "Write a people.yaml from a .mailmap, gitdm's or SortingHat's files" },
	{ "explain", cmd_explain, "Why somebody is taken for one person" },
	{ "people", cmd_people, "What looks wrong about persons, and whom to join" },
	{ "doctor", cmd_doctor, "Look over libraries, store, cache and mirror" },
	{ "help", cmd_help, "Print help, on a command where one is named" },
	{ NULL, NULL, NULL },
};
