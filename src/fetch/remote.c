#include "fetch/remote.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/str.h"

#define HEADS "refs/heads/"
#define TAGS "+refs/tags/*:refs/tags/*"

/* The error code and, where it helps, a word of what each cause comes to. */
static const struct {
	int code;
	const char *word;
} causes[] = {
	[GUARD_LATER] = { QUARRY_EFAIL, "" },
	[GUARD_FINAL] = { QUARRY_EFAIL, "" },
	[GUARD_GONE] = { QUARRY_ENOTFOUND, "not found: " },
	[GUARD_AUTH] = { QUARRY_EAUTH, "" },
	[GUARD_FILTER] = { QUARRY_EFAIL, "" },
};

/* libgit2's local transport has no code for it. */
static bool is_missing_folder(const struct remote *r, const char *text)
{
	return r->url->scheme == URL_LOCAL && (strstr(text, "could not find repo") ||
					       strstr(text, "failed to resolve path"));
}

/*
 * Note what libgit2 itself found.  What is wrong with a pack is the line's fault or the
 * server's, and may be right another time; what concerns the disk stays as it is.
 */
static void note_libgit2(const struct remote *r, int rc)
{
	const git_error *e = git_error_last();
	const char *text = e && e->message ? e->message : "unknown cause";
	struct guard *g = r->guard;

	if (e && e->klass == GIT_ERROR_NOMEMORY)
		(void)guard_fail(g, GUARD_NOMEM, "out of memory");
	else if (is_missing_folder(r, text))
		(void)guard_fail(g, GUARD_GONE, "%s", text);
	else if (rc == GIT_EEOF || (e && e->klass == GIT_ERROR_NET))
		(void)guard_fail(g, GUARD_LATER, "the answer of the server is cut off: %s", text);
	else if (e && (e->klass == GIT_ERROR_INDEXER || e->klass == GIT_ERROR_ZLIB ||
		       e->klass == GIT_ERROR_ODB || e->klass == GIT_ERROR_OBJECT))
		(void)guard_fail(g, GUARD_LATER, "what the server sent is damaged: %s", text);
	else
		(void)guard_fail(g, GUARD_FINAL, "%s", text);
}

int remote_fail(const struct remote *r, int rc, struct quarry_error *err)
{
	struct guard *g = r->guard;
	const char *url = r->url->text;

	if (g->cause == GUARD_NONE)
		note_libgit2(r, rc);
	if (g->cause == GUARD_STOPPED)
		return quarry_error_set(err, QUARRY_EINTR, "stopped while fetching '%s'", url);
	if (g->cause == GUARD_NOMEM)
		return quarry_error_nomem(err);
	return quarry_error_set(err, causes[g->cause].code, "cannot fetch '%s': %s%s", url,
				causes[g->cause].word, g->text);
}

/* Bytes of a link are counted as they come; here come those of what is local. */
static int on_transfer(const git_indexer_progress *stats, void *payload)
{
	struct remote *r = payload;
	uint64_t n = stats->received_bytes - r->counted;

	if (r->url->scheme == URL_LOCAL && stats->received_bytes > r->counted) {
		r->counted += n;
		if (guard_count(r->guard, (size_t)n) < 0)
			return GIT_EUSER;
	}
	return guard_check(r->guard) < 0 ? GIT_EUSER : 0;
}

static int on_message(const char *text, int len, void *payload)
{
	struct remote *r = payload;

	return guard_check(r->guard) < 0 ? GIT_EUSER : 0;
}

static int make_transport(git_transport **out, git_remote *owner, void *payload)
{
	struct remote *r = payload;

	return smart_transport(out, owner, &r->smart);
}

static void set_callbacks(git_remote_callbacks *callbacks, struct remote *r)
{
	if (r->url->scheme != URL_LOCAL)
		callbacks->transport = make_transport;
	callbacks->transfer_progress = on_transfer;
	callbacks->sideband_progress = on_message;
	callbacks->payload = r;
}

void remote_start(struct remote *r, struct guard *g, const struct url *url)
{
	*r = (struct remote){ .url = url, .guard = g };
	smart_start(&r->smart, g, url);
}

int remote_connect(struct remote *r, git_repository *repo, struct quarry_error *err)
{
	git_remote_create_options create = GIT_REMOTE_CREATE_OPTIONS_INIT;
	git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
	char *address = url_for_libgit2(r->url);
	int rc;

	if (!address)
		return quarry_error_nomem(err);
	set_callbacks(&callbacks, r);
	create.repository = repo;
	/* url.*.insteadOf could lead to a scheme that is not allowed. */
	create.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
	git_error_clear();
	rc = git_remote_create_with_opts(&r->handle, address, &create);
	if (rc == 0)
		rc = git_remote_connect(r->handle, GIT_DIRECTION_FETCH, &callbacks,
					/* proxy_opts= */ NULL, /* custom_headers= */ NULL);
	free(address);
	if (rc < 0 || guard_check(r->guard) < 0)
		return remote_fail(r, rc, err);
	return 0;
}

void remote_disconnect(struct remote *r)
{
	git_remote_free(r->handle);
	r->handle = NULL;
}

void remote_release(struct remote *r)
{
	remote_disconnect(r);
	smart_release(&r->smart);
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
		rc = remote_fail(r, rc, err);
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

int remote_choose(char **ref, git_oid *tip, struct remote *r, struct quarry_error *err)
{
	const git_remote_head **heads = NULL, *head = NULL;
	const char *branch = r->smart.branch;
	char *name = NULL;
	size_t n = 0;
	int rc;

	git_error_clear();
	rc = git_remote_ls(&heads, &n, r->handle);
	if (rc < 0)
		return remote_fail(r, rc, err);
	if (!branch)
		rc = default_branch(&name, r, err);
	else if (!(name = str_dupf(HEADS "%s", branch)))
		rc = quarry_error_nomem(err);
	if (rc)
		goto done;
	head = name ? find_head(heads, n, name) : NULL;
	if (!head && branch && n > 0) {
		(void)guard_fail(r->guard, GUARD_GONE, "it has no branch '%s'", branch);
		rc = remote_fail(r, -1, err);
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
	char *list[] = { spec, (char *)TAGS };
	git_strarray specs = { list, r->smart.releases ? 2 : 1 };
	int rc;

	if (!spec)
		return quarry_error_nomem(err);
	set_callbacks(&options.callbacks, r);
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	git_error_clear();
	rc = git_remote_download(r->handle, &specs, &options);
	free(spec);
	return rc < 0 || guard_check(r->guard) < 0 ? remote_fail(r, rc, err) : 0;
}
