#include "quarry/fetch.h"

#include <git2.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "fetch/guard.h"
#include "fetch/http.h"
#include "fetch/libgit2.h"
#include "fetch/update.h"
#include "util/url.h"
#include "util/banned.h"

/* libgit2 makes room for as many objects as the head of a pack promises, before one has
 * come. The largest public histories have some ten millions. */
#define PACK_OBJECTS_MAX ((size_t)64 * 1000 * 1000)

/* What holds for the process.  Owner and configuration are set as mine sets them; what
 * has come is on the disk before a reference leads to it. */
static int set_up_libgit2(void)
{
	if (git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0 ||
	    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1) < 0 ||
	    git_libgit2_opts(GIT_OPT_SET_PACK_MAX_OBJECTS, PACK_OBJECTS_MAX) < 0)
		return -1;
	for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		if (git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "") < 0)
			return -1;
	return 0;
}

int quarry_fetch_init(struct quarry_error *err)
{
	int rc;

	if (git_libgit2_init() < 0)
		return libgit2_fail("start", "libgit2", err);
	rc = set_up_libgit2() < 0 ? libgit2_fail("set up", "libgit2", err) : http_start(err);
	if (rc)
		(void)git_libgit2_shutdown();
	return rc;
}

void quarry_fetch_shutdown(void)
{
	http_stop();
	(void)git_libgit2_shutdown();
}

/* A server that hangs up, or an ssh that ends, would end the program. */
static int run_without_sigpipe(struct job *job, struct quarry_error *err)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t pipe, old, pending;
	bool was_pending;
	int rc;

	(void)sigemptyset(&pipe); /* cannot fail, nor can the others with these arguments */
	(void)sigaddset(&pipe, SIGPIPE);
	(void)sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE);
	(void)pthread_sigmask(SIG_BLOCK, &pipe, &old);
	rc = update_run(job, err);
	if (!was_pending)
		(void)sigtimedwait(&pipe, NULL, &at_once); /* EAGAIN: there was none */
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return rc;
}

static int check_branch(const char *branch, struct quarry_error *err)
{
	int valid = 0;

	if (branch && (git_branch_name_is_valid(&valid, branch) < 0 || !valid))
		return quarry_error_set(err, QUARRY_EUSAGE, "'%s' is not the name of a branch",
					branch);
	return 0;
}

void quarry_fetch_result_release(struct quarry_fetch_result *r)
{
	free(r->branch);
	free(r->branch_before);
	free(r->moved_to);
	*r = (struct quarry_fetch_result){ 0 };
}

static int run(struct job *job, const char *url, struct quarry_error *err)
{
	int rc = url_parse(&job->url, url, err);

	if (rc)
		return rc;
	if (!job->options->allow_local && !url_is_public(&job->url))
		return quarry_error_set(err, QUARRY_EUSAGE,
					"cannot use the URL '%s': its scheme is not https or ssh; "
					"--allow-local allows it", url);
	rc = check_branch(job->branch, err);
	if (!rc && job->options->stop && atomic_load(job->options->stop))
		rc = quarry_error_set(err, QUARRY_EINTR, "stopped before fetching '%s'", url);
	if (!rc)
		rc = run_without_sigpipe(job, err);
	return rc;
}

int quarry_fetch(struct quarry_fetch_result *out, const char *gitdir, const char *url,
		 const char *branch, const struct quarry_fetch_options *options,
		 struct quarry_error *err)
{
	static const struct quarry_fetch_options none;
	struct job job = { .gitdir = gitdir, .url = URL_INIT, .branch = branch,
			   .options = options ? options : &none, .remote = REMOTE_INIT };
	int rc;

	guard_start(&job.guard, job.options);
	rc = run(&job, url, err);
	job.result.bytes = job.guard.bytes;
	job.result.may_retry = rc && job.guard.cause == GUARD_LATER;
	job.result.retry_after_s = job.guard.retry_after_s;
	if (rc && job.guard.cause == GUARD_GONE)
		job.result.notes |= QUARRY_FETCH_GONE;
	if (rc && job.guard.cause == GUARD_HIDDEN)
		job.result.notes |= QUARRY_FETCH_HIDDEN;
	*out = job.result;
	remote_release(&job.remote);
	url_release(&job.url);
	return rc;
}
