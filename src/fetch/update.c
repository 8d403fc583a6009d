/*
 * A first fetch and the later ones are one thing, bring(), done to a fresh
 * repository under a temporary name or to the cached one.  References are written
 * last, when all that they lead to is there.
 */
#include "fetch/update.h"

#include <errno.h>
#include <git2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fetch/cached.h"
#include "fetch/libgit2.h"
#include "fetch/lock.h"
#include "fetch/tags.h"
#include "fetch/tidy.h"
#include "fetch/tip.h"
#include "util/banned.h"
#include "util/file.h"

/* HEAD of a repository that has no branch yet; the same whatever git's default is. */
#define UNBORN_BRANCH "main"

/* --- what was seen --------------------------------------------------------- */

static int set_text(char **field, const char *text, struct quarry_error *err)
{
	free(*field);
	*field = strdup(text);
	return *field ? 0 : quarry_error_nomem(err);
}

static const char *short_name(const char *ref)
{
	return ref + strlen("refs/heads/");
}

/* Else it is the universe that has changed, and not the remote. */
static bool asks_the_same(const struct job *job, const struct cached *old)
{
	return !old->asked || !strcmp(old->asked, job->branch ? job->branch : "");
}

static int note_branch(struct job *job, const struct cached *old, const char *ref,
		       struct quarry_error *err)
{
	struct quarry_fetch_result *r = &job->result;
	int rc = set_text(&r->branch, short_name(ref), err);

	if (rc || !old->branch || !strcmp(old->branch, r->branch) || !asks_the_same(job, old))
		return rc;
	r->notes |= QUARRY_FETCH_RENAMED;
	return set_text(&r->branch_before, old->branch, err);
}

static int note_server(struct job *job, struct quarry_error *err)
{
	const struct remote *r = &job->remote;

	if (r->link && !r->filtered)
		job->result.notes |= QUARRY_FETCH_FULL;
	if (!r->link || !r->link->moved_to)
		return 0;
	job->result.notes |= QUARRY_FETCH_MOVED;
	return set_text(&job->result.moved_to, r->link->moved_to, err);
}

/* The old tip is no ancestor: commits are gone. */
static int note_force(struct job *job, git_repository *repo, const struct cached *old,
		      const git_oid *tip)
{
	int rc = old->has_tip && asks_the_same(job, old)
		? git_graph_descendant_of(repo, tip, &old->tip) : 1;

	if (rc == 0)
		job->result.notes |= QUARRY_FETCH_FORCED;
	return rc < 0 ? rc : 0;
}

/* --- one branch, into a repository whose lock is held ---------------------- */

static int check_arrived(struct job *job, git_repository *repo, const git_oid *tip,
			 struct quarry_error *err)
{
	git_commit *commit = NULL;
	int rc = git_commit_lookup(&commit, repo, tip);

	git_commit_free(commit);
	if (rc == 0)
		return 0;
	if (rc != GIT_ENOTFOUND)
		return remote_fail(&job->remote, rc, err);
	(void)guard_fail(&job->guard, GUARD_LATER,
			 "the server sent a pack without the commit that was asked for");
	return remote_fail(&job->remote, rc, err);
}

static bool has_parents(git_repository *repo, const git_oid *id)
{
	git_commit *commit = NULL, *parent = NULL;
	bool all = git_commit_lookup(&commit, repo, id) == 0;

	for (unsigned i = 0; all && i < git_commit_parentcount(commit); i++) {
		all = git_commit_parent(&parent, commit, i) == 0;
		git_commit_free(parent);
		parent = NULL;
	}
	git_commit_free(commit);
	return all;
}

/* Where the server's history ends ours need not: what was brought while it was whole
 * there stays whole here. */
static void drop_known_ends(struct pack_ids *shallow, git_repository *repo)
{
	size_t n = 0;

	for (size_t i = 0; i < shallow->ids.n; i++)
		if (!has_parents(repo, &shallow->ids.at[i]))
			shallow->ids.at[n++] = shallow->ids.at[i];
	shallow->ids.n = n;
}

static int download(struct job *job, git_repository *repo, const char *path, const char *ref,
		    const git_oid *tip, struct quarry_error *err)
{
	struct pack_ids *shallow = &job->remote.shallow;
	int rc = remote_download(&job->remote, ref, tip, err);

	if (!rc && !job->remote.anew)
		drop_known_ends(shallow, repo);
	/* Before a reference leads to it. */
	if (!rc && (shallow->ids.n || job->remote.anew))
		rc = cached_settle_shallow(path, shallow->ids.at, shallow->ids.n, err);
	if (!rc && job->remote.filtered)
		rc = cached_mark_packs(path, err);
	return rc ? rc : check_arrived(job, repo, tip, err);
}

static int settle_tags(struct job *job, git_repository *repo, const char *path,
		       struct quarry_error *err)
{
	int rc = tags_settle(repo, path, &job->remote.advert, &job->guard, err);

	return rc && job->guard.cause ? remote_fail(&job->remote, rc, err) : rc;
}

/* Write down what has come. */
static int settle(struct job *job, git_repository *repo, const char *path,
		  const struct cached *old, const char *ref, const git_oid *tip,
		  struct quarry_error *err)
{
	const struct remote *r = &job->remote;
	bool same = old->has_tip && git_oid_equal(tip, &old->tip);
	struct cached_origin origin = {
		.url = job->url.text, .ref = ref, .asked = job->branch ? job->branch : "",
		.partial = r->filtered || old->partial,
		.tags = r->releases,
	};
	int rc = note_branch(job, old, ref, err);

	if (!rc && !same && note_force(job, repo, old, tip) < 0)
		rc = libgit2_fail("compare the old and the new branch of", job->gitdir, err);
	if (!rc)
		rc = cached_remember(repo, path, &origin, err);
	if (!rc && r->releases && r->link)
		rc = settle_tags(job, repo, path, err);
	if (!rc && !(same && old->branch && !strcmp(old->branch, short_name(ref))))
		rc = cached_settle(repo, path, ref, tip, err);
	if (!rc)
		job->result.outcome = same ? QUARRY_FETCH_UNCHANGED : QUARRY_FETCH_UPDATED;
	return rc;
}

/* @param tip  set when there is one */
static int bring_branch(struct job *job, git_repository *repo, const char *path,
			const struct cached *old, git_oid *tip, struct quarry_error *err)
{
	struct remote *r = &job->remote;
	char *ref = NULL;
	bool wanted;
	int rc;

	r->partial = old->partial;
	/* One that was cut off is fetched whole each time: it may have grown at its end, too. */
	r->anew = old->shallow;
	rc = remote_connect(r, repo, err);
	if (!rc)
		rc = note_server(job, err);
	if (!rc)
		rc = remote_choose(&ref, tip, r, err);
	if (rc || !ref) {
		job->result.outcome = QUARRY_FETCH_EMPTY;
		return rc;
	}
	wanted = r->releases || r->anew || !old->has_tip || !git_oid_equal(tip, &old->tip);
	if (wanted)
		rc = download(job, repo, path, ref, tip, err);
	if (!rc)
		rc = settle(job, repo, path, old, ref, tip, err);
	free(ref);
	return rc;
}

static void start(struct job *job, bool blobless)
{
	remote_release(&job->remote);
	remote_start(&job->remote, &job->guard, &job->url);
	job->remote.branch = job->branch;
	job->remote.releases = job->options->releases;
	job->remote.blobless = blobless;
}

static int bring(struct job *job, git_repository *repo, const char *path, git_oid *tip,
		 struct quarry_error *err)
{
	struct cached old = CACHED_INIT;
	int rc = cached_read(&old, repo, path, err);

	if (rc)
		return rc;
	start(job, /* blobless= */ true);
	rc = bring_branch(job, repo, path, &old, tip, err);
	if (rc && job->guard.cause == GUARD_FILTER) {
		/* It had advertised a filter; all of it, then. */
		guard_forgive(&job->guard);
		start(job, /* blobless= */ false);
		rc = bring_branch(job, repo, path, &old, tip, err);
	}
	remote_leave(&job->remote);
	cached_release(&old);
	return rc;
}

/* --- files of the tip ------------------------------------------------------ */

/* Ask twice where a new request is a new connection, if need be. */
static int ask_for(bool *came, struct job *job, git_repository *repo, const struct tip_blobs *blobs,
		   struct quarry_error *err)
{
	struct remote *r = &job->remote;
	int rc = remote_objects(came, r, repo, blobs->ids.at, blobs->ids.n, err);

	if (!rc || job->guard.cause != GUARD_LATER || !r->link->stateless)
		return rc;
	guard_forgive(&job->guard);
	return remote_objects(came, r, repo, blobs->ids.at, blobs->ids.n, err);
}

/*
 * Bring what is missing of the files of the tip.  The branch is there already: that these
 * could not be had is noted, and the next run asks again.
 */
static int bring_tip_files(struct job *job, const git_oid *tip, struct quarry_error *err)
{
	struct tip_blobs blobs = { { NULL, 0, 0 } };
	git_repository *repo = NULL;
	bool came = false;
	int rc = 0;

	if (!job->remote.link || job->result.outcome == QUARRY_FETCH_EMPTY)
		return 0;
	if (git_repository_open_bare(&repo, job->gitdir) < 0 ||
	    tip_missing(&blobs, repo, tip, job->options->tip_files) < 0)
		rc = libgit2_fail("read the tip of", job->gitdir, err);
	if (rc || !blobs.ids.n)
		goto done;
	rc = ask_for(&came, job, repo, &blobs, err);
	if (!rc && came)
		rc = cached_mark_packs(job->gitdir, err);
	else if (rc != QUARRY_EINTR && rc != QUARRY_ENOMEM)
		rc = 0;
	if (!came)
		job->result.notes |= QUARRY_FETCH_NO_TIP_FILES;
done:
	tip_release(&blobs);
	git_repository_free(repo);
	return rc;
}

/* --- a first fetch, and a later one ---------------------------------------- */

static int not_a_repository(const struct job *job, struct quarry_error *err)
{
	const git_error *e = git_error_last();

	return quarry_error_set(err, QUARRY_EFAIL, "cannot open the cached repository '%s': %s; remove "
				"it, and it is fetched anew", job->gitdir,
				e && e->message ? e->message : "unknown cause");
}

static int update(struct job *job, struct quarry_error *err)
{
	git_repository *repo = NULL;
	git_oid tip;
	int lock = -1, rc;

	rc = lock_wait(&lock, job->gitdir, &job->guard, err);
	if (!rc)
		rc = tidy_repository(job->gitdir, err);
	if (!rc && git_repository_open_bare(&repo, job->gitdir) < 0)
		rc = not_a_repository(job, err);
	if (!rc)
		rc = bring(job, repo, job->gitdir, &tip, err);
	git_repository_free(repo);
	if (!rc)
		rc = bring_tip_files(job, &tip, err);
	lock_drop(lock);
	return rc;
}

static int clone_into(struct job *job, const char *path, git_oid *tip, struct quarry_error *err)
{
	git_repository_init_options init = GIT_REPOSITORY_INIT_OPTIONS_INIT;
	git_repository *repo = NULL;
	int rc;

	init.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_DOTGIT_DIR;
	init.initial_head = UNBORN_BRANCH;
	if (git_repository_init_ext(&repo, path, &init) < 0)
		rc = libgit2_fail("make the repository", path, err);
	else
		rc = bring(job, repo, path, tip, err);
	if (!rc && job->result.outcome != QUARRY_FETCH_EMPTY)
		job->result.outcome = QUARRY_FETCH_CLONED;
	git_repository_free(repo);
	return rc;
}

static int clone(struct job *job, struct quarry_error *err)
{
	struct temp temp = TEMP_INIT;
	git_oid tip;
	int rc = temp_new(&temp, job->gitdir, err), cause = 0;

	if (!rc)
		rc = clone_into(job, temp.path, &tip, err);
	if (!rc && rename(temp.path, job->gitdir) < 0)
		cause = errno;
	else if (!rc)
		rc = bring_tip_files(job, &tip, err);
	temp_release(&temp);
	/* Another run was faster; what it made is whole, and what came here was in vain. */
	if (cause == ENOTEMPTY || cause == EEXIST)
		rc = update(job, err);
	else if (cause)
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot make '%s': %s", job->gitdir,
				      strerror(cause));
	return rc;
}

int update_run(struct job *job, struct quarry_error *err)
{
	return file_is_dir(job->gitdir) ? update(job, err) : clone(job, err);
}
