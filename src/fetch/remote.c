#include "fetch/remote.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/str.h"

#define HEADS "refs/heads/"

/* What libgit2 and the servers say has no code of its own. */
static const struct {
	const char *text;
	int code;
} known_causes[] = {
	{ "http status code: 404", QUARRY_ENOTFOUND },
	{ "http status code: 410", QUARRY_ENOTFOUND },
	{ "repository not exported", QUARRY_ENOTFOUND }, /* git daemon */
	{ "no such repository", QUARRY_ENOTFOUND },      /* git daemon --informative-errors */
	{ "repository not found", QUARRY_ENOTFOUND },    /* GitHub, ssh */
	{ "could not be found", QUARRY_ENOTFOUND },      /* GitLab, ssh */
	{ "not appear to be a git", QUARRY_ENOTFOUND },  /* git, ssh */
	{ "could not find repo", QUARRY_ENOTFOUND },     /* libgit2, a local path */
	{ "failed to resolve path", QUARRY_ENOTFOUND },  /* libgit2, a local path */
	{ "http status code: 401", QUARRY_EAUTH },
	{ "http status code: 403", QUARRY_EAUTH },
	{ "http status code: 407", QUARRY_EAUTH },
	{ "error authenticating", QUARRY_EAUTH },        /* libgit2, ssh-agent */
	{ "failed to authenticate", QUARRY_EAUTH },      /* libgit2, ssh */
	{ "failed connecting agent", QUARRY_EAUTH },     /* libssh2 */
};

static bool is_stopped(const struct remote *r)
{
	return r->options->stop && atomic_load(r->options->stop);
}

/* A host that hides what is private answers alike for what does not exist. */
static int refuse_credentials(const struct remote *r, struct quarry_error *err)
{
	const char *remedy = r->url->scheme == URL_SSH
		? "the host took no key of ssh-agent; load one that may read it with ssh-add"
		: "check its name; a private one needs its ssh:// URL and a key in ssh-agent";

	return quarry_error_set(err, QUARRY_EAUTH, "cannot fetch '%s': not found or private: %s",
				r->url->text, remedy);
}

/* After a call of libgit2 that returned `rc`. */
static int fail(const struct remote *r, int rc, struct quarry_error *err)
{
	const git_error *e = git_error_last();
	const char *cause = e && e->message ? e->message : "unknown cause";
	const char *url = r->url->text;
	int code = rc == GIT_EAUTH ? QUARRY_EAUTH : QUARRY_EFAIL;

	if (is_stopped(r))
		return quarry_error_set(err, QUARRY_EINTR, "stopped while fetching '%s'", url);
	if (e && e->klass == GIT_ERROR_NOMEMORY)
		return quarry_error_nomem(err);
	for (size_t i = 0; i < sizeof(known_causes) / sizeof(known_causes[0]); i++)
		if (code == QUARRY_EFAIL && strcasestr(cause, known_causes[i].text))
			code = known_causes[i].code;
	if (code == QUARRY_EAUTH)
		return refuse_credentials(r, err);
	if (code == QUARRY_ENOTFOUND)
		return quarry_error_set(err, code, "cannot fetch '%s': not found: %s", url, cause);
	if (rc == GIT_ECERTIFICATE && r->url->scheme == URL_SSH)
		return quarry_error_set(err, code,
					"cannot fetch '%s': the key of its host is not in "
					"~/.ssh/known_hosts: connect once with ssh", url);
	if (rc == GIT_ECERTIFICATE)
		return quarry_error_set(err, code,
					"cannot fetch '%s': the certificate of its host is not valid: "
					"%s", url, cause);
	return quarry_error_set(err, code, "cannot fetch '%s': %s", url, cause);
}

/* libgit2 asks again when one was refused, without end: each is given once. */
static int give_credential(git_credential **out, const char *url, const char *user,
			   unsigned allowed, void *payload)
{
	struct remote *r = payload;

	allowed &= ~r->offered;
	if (allowed & GIT_CREDENTIAL_USERNAME) {
		r->offered |= GIT_CREDENTIAL_USERNAME;
		return git_credential_username_new(out, "git");
	}
	if (allowed & GIT_CREDENTIAL_SSH_KEY) {
		r->offered |= GIT_CREDENTIAL_SSH_KEY;
		return git_credential_ssh_key_from_agent(out, user ? user : "git");
	}
	return GIT_EAUTH;
}

static int on_transfer(const git_indexer_progress *stats, void *payload)
{
	struct remote *r = payload;

	r->bytes = r->before + stats->received_bytes;
	if (r->options->progress)
		r->options->progress(r->options->payload, r->bytes);
	return is_stopped(r) ? GIT_EUSER : 0;
}

/* While the server counts and packs, this is all that comes. */
static int on_message(const char *text, int len, void *payload)
{
	return is_stopped(payload) ? GIT_EUSER : 0;
}

static void set_callbacks(git_remote_callbacks *callbacks, struct remote *r)
{
	callbacks->credentials = give_credential;
	callbacks->transfer_progress = on_transfer;
	callbacks->sideband_progress = on_message;
	callbacks->payload = r;
}

int remote_connect(struct remote *r, git_repository *repo, const struct url *url,
		   const struct quarry_fetch_options *options, struct quarry_error *err)
{
	git_remote_create_options create = GIT_REMOTE_CREATE_OPTIONS_INIT;
	git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
	git_proxy_options proxy = GIT_PROXY_OPTIONS_INIT;
	char *address = url_for_libgit2(url);
	int rc;

	if (!address)
		return quarry_error_nomem(err);
	r->url = url;
	r->options = options;
	set_callbacks(&callbacks, r);
	create.repository = repo;
	/* url.*.insteadOf could lead to a scheme that is not allowed. */
	create.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
	proxy.type = GIT_PROXY_AUTO;
	git_error_clear();
	rc = git_remote_create_with_opts(&r->handle, address, &create);
	if (rc == 0)
		rc = git_remote_connect(r->handle, GIT_DIRECTION_FETCH, &callbacks, &proxy,
					/* custom_headers= */ NULL);
	free(address);
	if (rc < 0 || is_stopped(r))
		return fail(r, rc, err);
	return 0;
}

void remote_release(struct remote *r)
{
	git_remote_free(r->handle);
	*r = (struct remote)REMOTE_INIT;
}

/* The full name of the remote's default branch; *out stays NULL without one. */
static int default_branch(char **out, struct remote *r, struct quarry_error *err)
{
	git_buf name = GIT_BUF_INIT;
	int rc = git_remote_default_branch(&name, r->handle), valid = 0;

	if (rc == GIT_ENOTFOUND) {
		rc = 0;
	} else if (rc < 0) {
		rc = fail(r, rc, err);
	} else if (git_reference_name_is_valid(&valid, name.ptr) == 0 && valid &&
		   !strncmp(name.ptr, HEADS, strlen(HEADS)) && !(*out = strdup(name.ptr))) {
		rc = quarry_error_nomem(err);
	}
	git_buf_dispose(&name);
	return rc;
}

static const git_remote_head *find_head(const git_remote_head **heads, size_t n, const char *ref)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(heads[i]->name, ref))
			return heads[i];
	return NULL;
}

int remote_choose(char **ref, git_oid *tip, struct remote *r, const char *branch,
		  struct quarry_error *err)
{
	const git_remote_head **heads = NULL, *head = NULL;
	char *name = NULL;
	size_t n = 0;
	int rc;

	git_error_clear();
	rc = git_remote_ls(&heads, &n, r->handle);
	if (rc < 0)
		return fail(r, rc, err);
	if (!branch)
		rc = default_branch(&name, r, err);
	else if (!(name = str_dupf(HEADS "%s", branch)))
		rc = quarry_error_nomem(err);
	if (rc)
		goto done;
	head = name ? find_head(heads, n, name) : NULL;
	if (!head && branch && n > 0) {
		rc = quarry_error_set(err, QUARRY_ENOTFOUND,
				      "cannot fetch '%s': not found: it has no branch '%s'",
				      r->url->text, branch);
		goto done;
	}
	*ref = NULL;
	if (head) {
		git_oid_cpy(tip, &head->oid);
		*ref = name;
		name = NULL;
	}
done:
	free(name);
	return rc;
}

int remote_download(struct remote *r, const char *ref, struct quarry_error *err)
{
	git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
	char *spec = str_dupf("+%s:%s", ref, ref);
	git_strarray specs = { &spec, 1 };
	int rc;

	if (!spec)
		return quarry_error_nomem(err);
	set_callbacks(&options.callbacks, r);
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	options.proxy_opts.type = GIT_PROXY_AUTO;
	git_error_clear();
	rc = git_remote_download(r->handle, &specs, &options);
	free(spec);
	return rc < 0 || is_stopped(r) ? fail(r, rc, err) : 0;
}
