#include "cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/amount.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/term.h"
#include "util/banned.h"
#include "util/str.h"

int session_open(struct session *s, struct opts *o, struct quarry_error *err)
{
	struct quarry_engine_options options = {
		.store = o->store,
		.cache = o->cache,
		.mirror = o->mirror,
		.offline = o->offline,
		.allow_local = o->allow_local,
		.jobs = o->jobs,
		.fetch = {
			.per_host = o->per_host, .retries = o->retries,
			.connect_s = o->connect_s, .stall_s = o->stall_s, .total_s = o->total_s,
			.bytes_max = o->max_bytes,
			.releases = o->releases, .tip_files = o->tip_files,
		},
		.mine = {
			.since = o->since, .quarter = o->quarter, .lines = o->lines,
			.alternates = o->alternates, .releases = o->releases,
		},
		.basis = o->basis,
		.without = o->without,
		.log = {
			.level = o->verbose > 1 ? QUARRY_LOG_DEBUG
			       : o->verbose ? QUARRY_LOG_INFO : QUARRY_LOG_WARNING,
			.fn = term_log,
		},
		.progress = progress_update,
		.stop = &cli_stop,
	};

	s->opts = o;
	progress_start(o->quiet ? PROGRESS_QUIET : PROGRESS_SHOWN);
	return quarry_engine_open(&s->engine, &options, err);
}

int session_open_to_bring(struct session *s, struct opts *o, struct quarry_error *err)
{
	int rc = session_open(s, o, err);

	if (!rc)
		quarry_engine_prepare(s->engine);
	return rc;
}

int session_open_store(struct session *s, struct opts *o, struct quarry_error *err)
{
	s->opts = o;
	if (access(o->store, F_OK) < 0)
		return quarry_error_set(err, errno == ENOENT ? QUARRY_ENOTFOUND : QUARRY_EFAIL,
					"cannot open the store '%s': %s; name one with --store, or "
					"make it with 'quarry run UNIVERSE'", o->store,
					strerror(errno));
	return session_open(s, o, err);
}

int session_load(struct session *s, const char *dir, struct quarry_error *err)
{
	return quarry_engine_load(s->engine, dir, err);
}

int session_open_universe(struct session *s, struct opts *o, struct quarry_error *err)
{
	int rc = session_open_to_bring(s, o, err);

	return rc ? rc : session_load(s, o->args[0], err);
}

static const struct quarry_failure *find_failure(const struct session *s, int64_t repo)
{
	for (size_t i = 0; i < s->failures.n; i++)
		if (s->failures.at[i].repo == repo)
			return &s->failures.at[i];
	return NULL;
}

/*
 * Take the failures out of a step's summary.  What could not be fetched cannot be
 * read either, often; the first sentence tells the cause.
 */
static int keep_failures(struct session *s, struct quarry_summary *sum, struct quarry_error *err)
{
	s->n_total = sum->n_total;
	s->n_failed = sum->n_failed;
	for (size_t i = 0; i < sum->n_failed; i++) {
		struct quarry_failure *f = &sum->failures[i];

		if (find_failure(s, f->repo))
			continue;
		if (vec_push(&s->failures, *f))
			return quarry_error_nomem(err);
		f->slug = NULL;
		f->text = NULL;
	}
	return 0;
}

static const char *repositories(size_t n)
{
	return n == 1 ? "repository" : "repositories";
}

static void tell(const struct session *s, const char *done, const struct quarry_summary *sum,
		 uint64_t amount, const char *unit)
{
	struct str text = STR_INIT;

	if (s->opts->quiet)
		return;
	str_addf(&text, "%s %zu of %zu %s", done, sum->n_done, sum->n_total,
		 repositories(sum->n_total));
	if (sum->n_unchanged)
		str_addf(&text, ", %zu unchanged", sum->n_unchanged);
	if (sum->n_failed)
		str_addf(&text, ", %zu failed", sum->n_failed);
	if (amount) {
		str_adds(&text, ", ");
		amount_add(&text, amount, unit);
	}
	if (sum->elapsed_ms >= 1000) {
		str_adds(&text, amount ? " in " : ", in ");
		amount_add_duration(&text, sum->elapsed_ms / 1000);
	}
	if (sum->n_retries)
		str_addf(&text, ", %zu %s", sum->n_retries, sum->n_retries == 1 ? "retry" : "retries");
	if (!text.oom)
		term_say("%s", text.buf);
	str_release(&text);
}

/* So many notices are named; the doctor knows all of them. */
#define NOTICES_NAMED 10

/* What began in this run, with -v also what goes on. */
static void name_notices(const struct session *s, const struct quarry_summary *sum)
{
	size_t n = 0;

	if (s->opts->quiet)
		return;
	for (size_t i = 0; i < sum->n_notices; i++) {
		const struct quarry_notice *x = &sum->notices[i];

		if (!x->began && !s->opts->verbose)
			continue;
		if (++n <= NOTICES_NAMED || s->opts->verbose)
			term_say("%s: %s", x->slug, x->text);
	}
	if (n > NOTICES_NAMED && !s->opts->verbose)
		term_say("and %zu more like these: 'quarry doctor' names them", n - NOTICES_NAMED);
}

int session_fetch(struct session *s, struct quarry_error *err)
{
	struct quarry_summary sum = { 0 };
	int rc = quarry_engine_fetch(s->engine, &sum, err);

	progress_end();
	if (!rc) {
		tell(s, "fetched", &sum, sum.bytes, "bytes");
		name_notices(s, &sum);
		rc = keep_failures(s, &sum, err);
	}
	quarry_summary_release(&sum);
	return rc;
}

int session_mine(struct session *s, struct quarry_error *err)
{
	struct quarry_summary sum = { 0 };
	int rc = quarry_engine_mine(s->engine, &sum, err);

	progress_end();
	if (!rc) {
		tell(s, "mined", &sum, sum.commits > 0 ? (uint64_t)sum.commits : 0, "commits");
		rc = keep_failures(s, &sum, err);
	}
	quarry_summary_release(&sum);
	return rc;
}

int session_derive(struct session *s, struct quarry_error *err)
{
	int rc = quarry_engine_derive(s->engine, err);

	progress_end();
	return rc;
}

int session_check_stop(struct quarry_error *err)
{
	if (atomic_load(&cli_stop))
		return quarry_error_set(err, QUARRY_EINTR, "interrupted");
	return 0;
}

int session_write(const struct session *s, int rc, char *text, size_t len, struct quarry_error *err)
{
	if (!rc)
		rc = session_check_stop(err);
	if (!rc)
		rc = output_file(s->opts->output, text, len, err);
	free(text);
	return rc;
}

int session_all_failed(const struct session *s)
{
	if (!s->n_total || s->n_failed < s->n_total)
		return 0;
	for (size_t i = 0; i < s->failures.n; i++)
		if (s->failures.at[i].code != QUARRY_EAUTH)
			return QUARRY_EFAIL;
	return QUARRY_EAUTH;
}

static int exit_status(const struct session *s)
{
	if (!s->failures.n)
		return QUARRY_EXIT_DONE;
	if (session_all_failed(s))
		return quarry_error_exit(session_all_failed(s));
	return s->opts->strict ? QUARRY_EXIT_FAILED : QUARRY_EXIT_PARTIAL;
}

/* So many missing histories are one fact, and so many other failures have one cause: the
 * rest is named with -v and by the doctor. */
#define MISSING_NAMED 10
#define FAILURES_NAMED 20

static bool is_missing(const struct quarry_failure *f)
{
	return f->code == QUARRY_ENOTFOUND;
}

static const char *first_missing(const struct session *s)
{
	for (size_t i = 0; i < s->failures.n; i++)
		if (is_missing(&s->failures.at[i]))
			return s->failures.at[i].slug;
	return "";
}

static void name_failures(struct session *s)
{
	size_t n_missing = 0, n_other = 0, n_named = 0;
	bool all = s->opts->verbose, all_missing;

	for (size_t i = 0; i < s->failures.n; i++)
		n_missing += is_missing(&s->failures.at[i]);
	n_other = s->failures.n - n_missing;
	all_missing = all || n_missing <= MISSING_NAMED;
	for (size_t i = 0; i < s->failures.n; i++) {
		struct quarry_failure *f = &s->failures.at[i];
		bool named = is_missing(f) ? all_missing : all || n_named < FAILURES_NAMED;

		n_named += named && !is_missing(f);
		if (named)
			term_say("%s: %s", f->slug, f->text);
	}
	if (n_named < n_other)
		term_say("%zu more failed, too (-v names all of them)", n_other - n_named);
	if (!all_missing)
		term_say("%zu repositories were not found, the first is %s (-v names all of them)",
			 n_missing, first_missing(s));
	if (s->failures.n)
		term_say("repositories that failed: %zu", s->failures.n);
}

static void drop_failures(struct session *s)
{
	for (size_t i = 0; i < s->failures.n; i++) {
		free(s->failures.at[i].slug);
		free(s->failures.at[i].text);
	}
	vec_release(&s->failures);
}

int session_end(struct session *s, int rc, const struct quarry_error *err)
{
	int status = rc ? quarry_error_exit(rc) : exit_status(s);

	progress_end();
	name_failures(s);
	if (rc)
		(void)term_fail(err); /* the status is known */
	drop_failures(s);
	quarry_engine_free(s->engine);
	opts_release(s->opts);
	return status;
}
