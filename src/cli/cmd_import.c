#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/opts.h"
#include "cli/output.h"
#include "cli/term.h"
#include "quarry/people.h"
#include "util/banned.h"
#include "util/file.h"

static const struct opts_command usage = {
	.name = "import",
	.args = "FILE",
	.text = "Read what FILE says of people (who is one person, and where they work) and write "
		"it as the people.yaml of a universe. What such a file cannot say is counted, and "
		"told on standard error.",
	.groups = OPTS_PEOPLE | OPTS_FILE,
	.min_args = 1,
	.max_args = 1,
};

static void tell_losses(const struct quarry_people *people, const char *file)
{
	for (size_t i = 0; i < people->n_losses; i++) {
		const struct quarry_people_loss *l = &people->losses[i];

		if (l->line)
			term_say("'%s': left out %s: %zu (line %u%s)", file, l->why, l->n, l->line,
				 l->n > 1 ? " is the first" : "");
		else
			term_say("'%s': left out %s: %zu", file, l->why, l->n);
	}
}

static int import(struct quarry_people **out, const struct opts *o, struct quarry_error *err)
{
	const char *file = o->args[0];
	char *text = NULL;
	size_t len = 0;
	int rc = file_read(&text, &len, file, QUARRY_PEOPLE_FILE_MAX, err);

	if (!rc)
		rc = quarry_people_import(out, (enum quarry_people_format)o->people, text, len, file,
					  err);
	free(text);
	return rc;
}

int cmd_import(int argc, char **argv)
{
	struct quarry_error err = QUARRY_ERROR_INIT;
	struct quarry_people *people = NULL;
	struct opts o;
	char *text = NULL;
	int rc, status;

	status = opts_parse(&o, &usage, argc, argv);
	if (status != OPTS_GO)
		return status;
	rc = import(&people, &o, &err);
	if (!rc)
		rc = quarry_people_write(&text, people, &err);
	if (!rc)
		tell_losses(people, o.args[0]);
	if (!rc)
		rc = output_file(o.output, text, strlen(text), &err);
	status = rc ? term_fail(&err) : QUARRY_EXIT_DONE;
	free(text);
	quarry_people_free(people);
	opts_release(&o);
	return status;
}
