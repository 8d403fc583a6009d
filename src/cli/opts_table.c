#include "cli/opts_table.h"

#include <stdlib.h>
#include <string.h>

#include "cli/formats.h"
#include "cli/number.h"
#include "quarry/people.h"
#include "quarry/report.h"
#include "util/banned.h"
#include "util/str.h"

#define MAX_JOBS 256 /* quarry/engine.h */
#define MAX_PER_HOST 64
#define MAX_RETRIES 10
#define MAX_SECONDS 604800 /* a week */

/* --- setters --------------------------------------------------------------- */

#define bad opts_bad

/* An empty name is a script's unset variable: never what was meant. */
static int set_name(const char **field, struct opts *o, const char *what, const char *arg)
{
	if (!*arg)
		return bad(o, "%s: the name is empty", what);
	*field = arg;
	return 0;
}

static int set_store(struct opts *o, const char *arg)
{
	return set_name(&o->store, o, "--store", arg);
}

static int set_cache(struct opts *o, const char *arg)
{
	return set_name(&o->cache, o, "--cache", arg);
}

static int set_mirror(struct opts *o, const char *arg)
{
	return set_name(&o->mirror, o, "--mirror", arg);
}

static int set_output(struct opts *o, const char *arg)
{
	return set_name(&o->output, o, "--output", arg);
}

static int set_offline(struct opts *o, const char *arg)
{
	o->offline = true;
	return 0;
}

static int set_allow_local(struct opts *o, const char *arg)
{
	o->allow_local = true;
	return 0;
}

static int set_strict(struct opts *o, const char *arg)
{
	o->strict = true;
	return 0;
}

static int set_quiet(struct opts *o, const char *arg)
{
	o->quiet = true;
	return 0;
}

static int set_verbose(struct opts *o, const char *arg)
{
	o->verbose++;
	return 0;
}

static int set_number(unsigned *field, struct opts *o, const char *what, const char *arg,
		      unsigned least, unsigned most)
{
	if (!number_parse(field, arg, least, most))
		return bad(o, "%s: '%s' is not a number from %u to %u", what, arg, least, most);
	return 0;
}

static int set_jobs(struct opts *o, const char *arg)
{
	return set_number(&o->jobs, o, "--jobs", arg, 1, MAX_JOBS);
}

static int set_per_host(struct opts *o, const char *arg)
{
	return set_number(&o->per_host, o, "--per-host", arg, 1, MAX_PER_HOST);
}

static int set_retries(struct opts *o, const char *arg)
{
	return set_number(&o->retries, o, "--retries", arg, 0, MAX_RETRIES);
}

static int set_seconds(unsigned *field, struct opts *o, const char *what, const char *arg)
{
	if (!number_parse(field, arg, 0, MAX_SECONDS))
		return bad(o, "%s: '%s' is not a number of seconds from 0 to %d", what, arg,
			   MAX_SECONDS);
	return 0;
}

static int set_connect_timeout(struct opts *o, const char *arg)
{
	return set_seconds(&o->connect_s, o, "--connect-timeout", arg);
}

static int set_stall_timeout(struct opts *o, const char *arg)
{
	return set_seconds(&o->stall_s, o, "--stall-timeout", arg);
}

static int set_fetch_timeout(struct opts *o, const char *arg)
{
	return set_seconds(&o->total_s, o, "--fetch-timeout", arg);
}

static int set_max_bytes(struct opts *o, const char *arg)
{
	if (!number_parse_size(&o->max_bytes, arg))
		return bad(o, "--max-bytes: '%s' is not a size like 500M or 4GiB", arg);
	return 0;
}

static int set_releases(struct opts *o, const char *arg)
{
	o->releases = true;
	return 0;
}

static int set_tip_files(struct opts *o, const char *arg)
{
	o->tip_files = true;
	return 0;
}

static int set_quarter(struct opts *o, const char *arg)
{
	if (quarry_quarter_parse(&o->quarter, arg) < 0)
		return bad(o, "--quarter: '%s' is not a quarter like 2025Q2", arg);
	return 0;
}

/* 1970Q1 is where time begins for most: all of it is meant, clocks gone wrong included. */
static int set_since(struct opts *o, const char *arg)
{
	if (quarry_quarter_parse(&o->since, arg) < 0)
		return bad(o, "--since: '%s' is not a quarter like 2025Q2", arg);
	if (o->since <= quarry_quarter_of(0))
		o->since = QUARRY_QUARTER_NONE;
	return 0;
}

static int set_lines(struct opts *o, const char *arg)
{
	o->lines = true;
	return 0;
}

static int set_alternates(struct opts *o, const char *arg)
{
	o->alternates = true;
	return 0;
}

static int set_basis(struct opts *o, const char *arg)
{
	if (!strcmp(arg, "author"))
		o->basis = QUARRY_BASIS_AUTHOR;
	else if (!strcmp(arg, "committer"))
		o->basis = QUARRY_BASIS_COMMITTER;
	else
		return bad(o, "--date-basis: '%s' is neither author nor committer", arg);
	return 0;
}

/* Several add up. */
static int set_without(struct opts *o, const char *arg)
{
	struct str list = STR_INIT;

	if (!*arg)
		return bad(o, "--without: the name is empty");
	str_addf(&list, "%s%s%s", o->without ? o->without : "", o->without ? "," : "", arg);
	free(o->without);
	o->without = str_detach(&list);
	return o->without ? 0 : quarry_error_nomem(&o->err);
}

static int set_taxonomy(struct opts *o, const char *arg)
{
	if (!strcmp(arg, "today"))
		o->taxonomy = QUARRY_TAXONOMY_TODAY;
	else if (!strcmp(arg, "as-of"))
		o->taxonomy = QUARRY_TAXONOMY_AS_OF;
	else
		return bad(o, "--taxonomy: '%s' is neither today nor as-of", arg);
	return 0;
}

static int set_people(struct opts *o, const char *arg)
{
	static const char *const names[] = {
		[QUARRY_PEOPLE_MAILMAP] = "mailmap", [QUARRY_PEOPLE_GITDM] = "gitdm",
		[QUARRY_PEOPLE_SORTINGHAT] = "sortinghat",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(arg, names[i])) {
			o->people = (int)i;
			return 0;
		}
	}
	return bad(o, "--people: '%s' is none of mailmap, gitdm, sortinghat", arg);
}

static int set_format(struct opts *o, const char *arg)
{
	if (!formats_have(o->command, arg))
		return bad(o, "--format: '%s' is none of %s", arg, formats_of(o->command));
	o->format = arg;
	return 0;
}

static int set_names(struct opts *o, const char *arg)
{
	o->names = true;
	return 0;
}

static int set_suspicious(struct opts *o, const char *arg)
{
	o->suspicious = true;
	return 0;
}

static int set_suggest(struct opts *o, const char *arg)
{
	o->suggest = true;
	return 0;
}

static int set_table(struct opts *o, const char *arg)
{
	struct str known = STR_INIT;

	for (const char *const *t = quarry_report_tables(); *t; t++) {
		if (!strcmp(*t, arg)) {
			o->table = arg;
			str_release(&known);
			return 0;
		}
		str_addf(&known, "%s%s", known.len ? ", " : "", *t);
	}
	bad(o, "--table: '%s' is none of %s", arg, known.buf ? known.buf : "");
	str_release(&known);
	return QUARRY_EUSAGE;
}

/* At once, so that several add up and later names are relative to it. */
static int set_dir(struct opts *o, const char *arg)
{
	return opts_change_dir(arg, &o->err);
}

/* --- the table ------------------------------------------------------------- */

const struct opts_definition opts_definitions[] = {
	{ OPTS_QUARTER, SECTION_WHAT, 0, "quarter", "QUARTER",
	  "The quarter, like 2025Q2 (the last one that was over)", set_quarter },
	{ OPTS_MINE, SECTION_WHAT, 0, "since", "QUARTER",
	  "Read what commits touched from QUARTER on (four quarters back); 1970Q1: all",
	  set_since },
	{ OPTS_MINE, SECTION_WHAT, 0, "lines", NULL,
	  "Count added and deleted lines; it needs file contents", set_lines },
	{ OPTS_MINE, SECTION_WHAT, 0, "alternates", NULL,
	  "Read borrowed objects (objects/info/alternates), too", set_alternates },
	{ OPTS_FETCH | OPTS_MINE, SECTION_WHAT, 0, "releases", NULL, "Bring and read tags, too",
	  set_releases },
	{ OPTS_BASIS, SECTION_WHAT, 0, "date-basis", "BASIS",
	  "Place commits by their author or committer time (author)", set_basis },
	{ OPTS_RULES, SECTION_WHAT, 0, "without", "RULE[,RULE...]",
	  "Leave out rules about people (L2, plus-google, bot, ...), to see what they do",
	  set_without },
	{ OPTS_PEOPLE, SECTION_WHAT, 0, "people", "FORMAT",
	  "What FILE is: mailmap, gitdm or sortinghat (must be given)", set_people },
	{ OPTS_TAXONOMY, SECTION_WHAT, 0, "taxonomy", "WHICH",
	  "Compare quarters by the categories of today, or as-of each quarter (today)",
	  set_taxonomy },

	{ OPTS_ALARMS, SECTION_WHAT, 0, "suspicious", NULL,
	  "List what looks wrong about persons", set_suspicious },
	{ OPTS_ALARMS, SECTION_WHAT, 0, "suggest", NULL,
	  "Write a people.yaml that joins whom lenient identity alone joins; it holds e-mails",
	  set_suggest },

	{ OPTS_DIR, SECTION_OUTPUT, 'o', "output", "DIR",
	  "Write the edition into DIR (editions)", set_output },
	{ OPTS_FILE, SECTION_OUTPUT, 'o', "output", "FILE",
	  "Write to FILE; - is standard output (-)", set_output },
	{ OPTS_REPORT, SECTION_OUTPUT, 0, "format", "FORMAT",
	  "md, json or csv (by the extension of FILE, else md)", set_format },
	{ OPTS_REPORT, SECTION_OUTPUT, 0, "table", "TABLE",
	  "csv: which table (snapshot)", set_table },
	{ OPTS_OVERLAP, SECTION_OUTPUT, 0, "format", "FORMAT",
	  "table, md, json or csv (by the extension of FILE, else table)", set_format },
	{ OPTS_DOSSIER, SECTION_OUTPUT, 0, "format", "FORMAT",
	  "table or json (by the extension of FILE, else table)", set_format },
	{ OPTS_ALARMS, SECTION_OUTPUT, 0, "format", "FORMAT",
	  "table, json or csv (by the extension of FILE, else table)", set_format },
	{ OPTS_DOSSIER | OPTS_ALARMS, SECTION_OUTPUT, 0, "names", NULL,
	  "Print names and e-mails, not pseudonyms", set_names },

	{ OPTS_STORE, SECTION_PLACES, 0, "store", "FILE",
	  "The store, an SQLite file (quarry.db)", set_store },
	{ OPTS_PLACES, SECTION_PLACES, 0, "cache", "DIR",
	  "Where fetched repositories are kept ($XDG_CACHE_HOME/quarry or ~/.cache/quarry)",
	  set_cache },
	{ OPTS_PLACES, SECTION_PLACES, 0, "mirror", "DIR",
	  "Take a repository from DIR/OWNER+NAME.git when it is there, read only", set_mirror },
	{ OPTS_COMMON, SECTION_PLACES, 'C', NULL, "DIR",
	  "Change to the folder DIR first", set_dir },

	{ OPTS_WORK, SECTION_WORK, 0, "jobs", "N",
	  "Threads, 1 to 256 (8 for fetching, else one a processor)", set_jobs },
	{ OPTS_WORK, SECTION_WORK, 0, "offline", NULL, "Touch no network", set_offline },
	{ OPTS_WORK, SECTION_WORK, 0, "strict", NULL,
	  "Exit with 1, not 3, when some repositories failed", set_strict },
	{ OPTS_LOCAL, SECTION_WORK, 0, "allow-local", NULL,
	  "Accept local paths, and file, git and http URLs", set_allow_local },

	{ OPTS_FETCH, SECTION_FETCH, 0, "per-host", "N",
	  "Fetches from one host at once, 1 to 64 (4)", set_per_host },
	{ OPTS_FETCH, SECTION_FETCH, 0, "retries", "N",
	  "Try again so often after a failure that may pass, 0 to 10 (3)", set_retries },
	{ OPTS_FETCH, SECTION_FETCH, 0, "connect-timeout", "S",
	  "Give up connecting after S seconds; 0: never (20)", set_connect_timeout },
	{ OPTS_FETCH, SECTION_FETCH, 0, "stall-timeout", "S",
	  "Give up a server that is silent for S seconds; 0: never (60)", set_stall_timeout },
	{ OPTS_FETCH, SECTION_FETCH, 0, "fetch-timeout", "S",
	  "Give up a repository after S seconds; 0: never (3600)", set_fetch_timeout },
	{ OPTS_FETCH, SECTION_FETCH, 0, "max-bytes", "SIZE",
	  "Give up a repository beyond SIZE, like 500M; 0: never (4GiB)", set_max_bytes },
	{ OPTS_FETCH, SECTION_FETCH, 0, "tip-files", NULL,
	  "Bring README and manifests of the newest commit, too", set_tip_files },

	{ OPTS_COMMON, SECTION_OTHER, 'h', "help", NULL, "Print this help", NULL },
	{ OPTS_COMMON, SECTION_OTHER, 'q', "quiet", NULL,
	  "No progress and no summary; warnings and errors alone", set_quiet },
	{ OPTS_COMMON, SECTION_OTHER, 'v', "verbose", NULL,
	  "Say what is done; twice: for each repository", set_verbose },
	{ 0 },
};

_Static_assert(sizeof(opts_definitions) / sizeof(opts_definitions[0]) <= OPTS_DEFINITIONS_MAX,
	       "opts.c has room for them");
