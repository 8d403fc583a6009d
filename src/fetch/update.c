/*
 * A first fetch and the later ones are one thing, bring(), done to a fresh
 * repository under a temporary name or to the cached one.  References are written
 * last, when all that they lead to is there.
 */
#include "quarry/fetch.h"

#include <errno.h>
#include <git2.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fetch/lock.h"
#include "fetch/remote.h"
#include "fetch/tidy.h"
#include "util/url.h"
#include "util/banned.h"
#include "util/file.h"
#include "util/str.h"

/* HEAD of a repository that has no branch yet; the same whatever git's default is. */
#define UNBORN_BRANCH "main"

struct job {
	const char *gitdir; /* the final name */
	struct url url;
	const char *branch;
	const struct quarry_fetch_options *options;
};

static int fail(const char *what, const char *path, struct quarry_error *err)
{
	const git_error *e = git_error_last();

	return quarry_error_set(err, QUARRY_EFAIL, "cannot %s '%s': %s", what, path,
				e && e->message ? e->message : "unknown cause");
}

/*
 * What holds for the process and is set once.  libgit2 1.5 frees the user agent
 * when its last user shuts it down, and uses it again after the next start; so
 * the one who sets it stays a user, for ever.
 */
static int set_user_agent(void)
{
	static bool is_set;
	int rc = 0;

	if (!is_set) {
		rc = git_libgit2_init();
		if (rc >= 0)
			rc = git_libgit2_opts(GIT_OPT_SET_USER_AGENT, "quarry/" QUARRY_VERSION);
		is_set = rc >= 0;
	}
	return rc;
}

int quarry_fetch_init(struct quarry_error *err)
{
	if (git_libgit2_init() < 0)
		return fail("start", "libgit2", err);
	/* Owner and configuration as mine sets them: they hold for the process, too. */
	if (set_user_agent() < 0 || git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) < 0) {
		(void)fail("set up", "libgit2", err);
		(void)git_libgit2_shutdown();
		return QUARRY_EFAIL;
	}
	for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
		(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
	return 0;
}

void quarry_fetch_shutdown(void)
{
	(void)git_libgit2_shutdown();
}

/* Whether HEAD is the branch `ref`. */
static bool is_on(git_repository *repo, const char *ref)
{
	git_reference *head = NULL;
	const char *target;
	bool on;

	if (git_reference_lookup(&head, repo, "HEAD") < 0)
		return false;
	target = git_reference_symbolic_target(head);
	on = target && !strcmp(target, ref);
	git_reference_free(head);
	return on;
}

/* The commit at HEAD, if there is one. */
static int read_tip(bool *has_tip, git_oid *tip, git_repository *repo)
{
	git_odb *odb = NULL;
	int rc = git_reference_name_to_id(tip, repo, "HEAD");

	*has_tip = false;
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc == 0)
		rc = git_repository_odb(&odb, repo);
	if (rc == 0)
		*has_tip = git_odb_exists(odb, tip);
	git_odb_free(odb);
	return rc;
}

static int set_string(git_config *config, const char *key, const char *value)
{
	git_buf old = GIT_BUF_INIT;
	int rc = git_config_get_string_buf(&old, config, key);

	/* Unchanged is the rule, and costs no writing. */
	if (rc == GIT_ENOTFOUND || (rc == 0 && strcmp(old.ptr, value)))
		rc = git_config_set_string(config, key, value);
	git_buf_dispose(&old);
	return rc;
}

/* So that git, too, can fetch in the cached repository. */
static int remember(git_repository *repo, const struct job *job, const char *ref,
		    struct quarry_error *err)
{
	git_config *config = NULL;
	char *spec = str_dupf("+%s:%s", ref, ref);
	int rc;

	if (!spec)
		return quarry_error_nomem(err);
	rc = git_repository_config(&config, repo);
	if (rc == 0)
		rc = set_string(config, "remote.origin.url", job->url.text);
	if (rc == 0)
		rc = set_string(config, "remote.origin.fetch", spec);
	if (rc == 0)
		rc = set_string(config, "remote.origin.tagOpt", "--no-tags");
	git_config_free(config);
	free(spec);
	return rc < 0 ? fail("write the configuration of", job->gitdir, err) : 0;
}

static int remove_all_refs(git_repository *repo)
{
	git_strarray names = { NULL, 0 };
	int rc = git_reference_list(&names, repo);

	for (size_t i = 0; rc == 0 && i < names.count; i++)
		rc = git_reference_remove(repo, names.strings[i]);
	git_strarray_dispose(&names);
	return rc;
}

/*
 * Make `ref` the only branch, at `tip`.  Most often HEAD is there already and one
 * file is renamed.  Else:
 *   1. HEAD is put on the commit itself, so that a run killed from here on leaves
 *      a repository that reads as the new state;
 *   2. all references go, since the old name may be a folder of the new one;
 *   3. the branch is made, and HEAD put on it.
 */
static int settle(git_repository *repo, const char *ref, const git_oid *tip)
{
	bool moves = !is_on(repo, ref);
	git_reference *made = NULL;
	int rc = 0;

	if (moves)
		rc = git_repository_set_head_detached(repo, tip);
	if (rc == 0 && moves)
		rc = remove_all_refs(repo);
	if (rc == 0)
		rc = git_reference_create(&made, repo, ref, tip, /* force= */ 1, "fetch");
	git_reference_free(made);
	made = NULL;
	if (rc == 0 && moves)
		rc = git_reference_symbolic_create(&made, repo, "HEAD", ref, /* force= */ 1,
						   "fetch");
	git_reference_free(made);
	return rc;
}

/* Bring what is new into a repository whose lock is held; out->bytes are those
 * received before. */
static int bring(struct quarry_fetch_result *out, git_repository *repo, const struct job *job,
		 struct quarry_error *err)
{
	struct remote r = REMOTE_INIT;
	git_oid tip, old;
	bool has_tip = false, same;
	char *ref = NULL;
	int rc;

	r.before = r.bytes = out->bytes;
	rc = remote_connect(&r, repo, &job->url, job->options, err);
	if (!rc)
		rc = remote_choose(&ref, &tip, &r, job->branch, err);
	if (rc)
		goto done;
	if (!ref) {
		out->outcome = QUARRY_FETCH_EMPTY;
		goto done;
	}
	if (read_tip(&has_tip, &old, repo) < 0) {
		rc = fail("read the branch of", job->gitdir, err);
		goto done;
	}
	same = has_tip && git_oid_equal(&tip, &old);
	if (!same)
		rc = remote_download(&r, ref, err);
	if (!rc)
		rc = remember(repo, job, ref, err);
	if (!rc && !(same && is_on(repo, ref)) && settle(repo, ref, &tip) < 0)
		rc = fail("move the branch of", job->gitdir, err);
	if (rc)
		goto done;
	out->outcome = same ? QUARRY_FETCH_UNCHANGED : QUARRY_FETCH_UPDATED;
	out->bytes = r.bytes;
done:
	free(ref);
	remote_release(&r);
	return rc;
}

static int update(struct quarry_fetch_result *out, const struct job *job, struct quarry_error *err)
{
	git_repository *repo = NULL;
	int lock = -1, rc;

	rc = lock_wait(&lock, job->gitdir, job->options->stop, err);
	if (!rc)
		rc = tidy_repository(job->gitdir, err);
	if (!rc && git_repository_open_bare(&repo, job->gitdir) < 0)
		rc = fail("open the cached repository", job->gitdir, err);
	if (!rc)
		rc = bring(out, repo, job, err);
	git_repository_free(repo);
	lock_drop(lock);
	return rc;
}

static int clone_into(struct quarry_fetch_result *out, const char *path, const struct job *job,
		      struct quarry_error *err)
{
	git_repository_init_options init = GIT_REPOSITORY_INIT_OPTIONS_INIT;
	git_repository *repo = NULL;
	int rc;

	init.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_DOTGIT_DIR;
	init.initial_head = UNBORN_BRANCH;
	if (git_repository_init_ext(&repo, path, &init) < 0)
		rc = fail("make the repository", path, err);
	else
		rc = bring(out, repo, job, err);
	if (!rc && out->outcome != QUARRY_FETCH_EMPTY)
		out->outcome = QUARRY_FETCH_CLONED;
	git_repository_free(repo);
	return rc;
}

static int clone(struct quarry_fetch_result *out, const struct job *job, struct quarry_error *err)
{
	struct temp temp = TEMP_INIT;
	int rc = temp_new(&temp, job->gitdir, err), cause = 0;

	if (!rc)
		rc = clone_into(out, temp.path, job, err);
	if (!rc && rename(temp.path, job->gitdir) < 0)
		cause = errno;
	temp_release(&temp);
	/* Another run was faster; what it made is whole, and what came here was in vain. */
	if (cause == ENOTEMPTY || cause == EEXIST)
		rc = update(out, job, err);
	else if (cause)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot make '%s': %s", job->gitdir,
				      strerror(cause));
	return rc;
}

/* libgit2 writes to sockets without MSG_NOSIGNAL: a server that hangs up would
 * end the program. */
static int fetch_without_sigpipe(struct quarry_fetch_result *out, const struct job *job,
				 struct quarry_error *err)
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
	rc = file_is_dir(job->gitdir) ? update(out, job, err) : clone(out, job, err);
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

int quarry_fetch(struct quarry_fetch_result *out, const char *gitdir, const char *url,
		 const char *branch, const struct quarry_fetch_options *options,
		 struct quarry_error *err)
{
	static const struct quarry_fetch_options none;
	struct job job = { gitdir, URL_INIT, branch, options ? options : &none };
	struct quarry_fetch_result result = { QUARRY_FETCH_EMPTY, 0 };
	int rc;

	rc = url_parse(&job.url, url, err);
	if (rc)
		return rc;
	if (!job.options->allow_local && !url_is_public(&job.url))
		rc = quarry_error_set(err, QUARRY_EUSAGE,
				      "cannot use the URL '%s': its scheme is not https or ssh; "
				      "--allow-local allows it", url);
	if (!rc)
		rc = check_branch(branch, err);
	if (!rc && job.options->stop && atomic_load(job.options->stop))
		rc = quarry_error_set(err, QUARRY_EINTR, "stopped before fetching '%s'", url);
	if (!rc)
		rc = fetch_without_sigpipe(&result, &job, err);
	if (!rc)
		*out = result;
	url_release(&job.url);
	return rc;
}
