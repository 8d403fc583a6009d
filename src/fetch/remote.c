#include "fetch/remote.h"

#include <stdlib.h>
#include <string.h>

#include "fetch/libgit2.h"
#include "fetch/objects.h"
#include "fetch/pack.h"
#include "fetch/pktline.h"
#include "util/banned.h"
#include "util/str.h"
#include "util/vec.h"

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
	[GUARD_NO_BRANCH] = { QUARRY_ENOTFOUND, "not found: " },
	[GUARD_HIDDEN] = { QUARRY_EAUTH, "" },
	[GUARD_AUTH] = { QUARRY_EAUTH, "" },
	[GUARD_FILTER] = { QUARRY_EFAIL, "" },
};

/* libgit2's local transport has no code for a folder that is not there. */
static bool is_missing_folder(const struct remote *r)
{
	const git_error *e = git_error_last();

	return r->url->scheme == URL_LOCAL && e && e->message &&
	       (strstr(e->message, "could not find repo") ||
		strstr(e->message, "failed to resolve path"));
}

int remote_fail(const struct remote *r, int rc, struct quarry_error *err)
{
	struct guard *g = r->guard;
	const char *url = r->url->text;

	if (g->cause == GUARD_NONE && is_missing_folder(r))
		(void)guard_fail(g, GUARD_GONE, "%s", git_error_last()->message);
	else if (g->cause == GUARD_NONE)
		(void)libgit2_blame(g, rc);
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
	if (r->link)
		callbacks->transport = make_transport;
	callbacks->transfer_progress = on_transfer;
	callbacks->sideband_progress = on_message;
	callbacks->payload = r;
}

/* --- connecting ------------------------------------------------------------ */

void remote_start(struct remote *r, struct guard *g, const struct url *url)
{
	*r = (struct remote){ .url = url, .guard = g, .blobless = true };
}

/* @param branch  as lsrefs_request(); "": all of them */
static int ask_for_refs(struct remote *r, const char *branch)
{
	struct pkt_reader answer = PKT_READER_INIT(r->link);
	struct str text = STR_INIT;
	int rc;

	lsrefs_request(&text, &r->advert, branch, r->releases);
	rc = text.oom ? guard_fail(r->guard, GUARD_NOMEM, "out of memory")
		      : r->link->request(r->link, 2);
	if (!rc)
		rc = r->link->write(r->link, text.buf, text.len);
	if (!rc)
		rc = lsrefs_answer(&r->advert, &answer, branch, r->releases);
	pkt_reader_release(&answer);
	str_release(&text);
	return rc;
}

/* A HEAD that is on no branch: one at the same commit may stand for it. */
static bool is_detached(const struct remote *r)
{
	const struct advert_ref *head = advert_find(&r->advert, "HEAD");

	return !r->branch && head && head->hex[0] && !head->symref;
}

static int list_by_version_2(struct remote *r)
{
	int rc = ask_for_refs(r, r->branch);

	return !rc && is_detached(r) ? ask_for_refs(r, "") : rc;
}

static bool takes_filter(const struct advert *a)
{
	return a->version == 2 ? advert_has(a, "fetch", "filter")
			       : advert_has(a, "filter", /* value= */ NULL);
}

/* Version 2 lists the few references that are wanted; version 0 has listed all, 30,000
 * of some repositories. */
static int list(struct remote *r)
{
	struct pkt_reader reader = PKT_READER_INIT(NULL);
	int rc;

	if (link_open(&r->link, r->guard, r->url, 2) < 0)
		return -1;
	reader.link = r->link;
	rc = advert_read(&r->advert, &reader, r->branch, r->releases);
	pkt_reader_release(&reader);
	if (rc)
		return rc;
	if (advert_has(&r->advert, "object-format", "sha256"))
		return guard_fail(r->guard, GUARD_FINAL,
				  "its object ids are SHA-256, which cannot be read yet");
	r->filtered = r->blobless && takes_filter(&r->advert);
	if (r->advert.version == 2)
		return list_by_version_2(r);
	if (r->advert.shallow)
		return guard_fail(r->guard, GUARD_FINAL, "its history is cut off at the server (a "
				  "shallow copy), which speaks version 0 of the protocol alone");
	return 0;
}

/* A server takes what we have for whole: asked for all of it, or for a tag of a blob, it
 * may build deltas on blobs that never came. */
static bool may_be_thin(const struct remote *r)
{
	return !r->anew && (!r->partial || (r->filtered && !r->releases));
}

static int connect_libgit2(struct remote *r)
{
	git_remote_create_options create = GIT_REMOTE_CREATE_OPTIONS_INIT;
	git_remote_callbacks callbacks = GIT_REMOTE_CALLBACKS_INIT;
	char *address = url_for_libgit2(r->url);
	int rc;

	if (!address)
		return guard_fail(r->guard, GUARD_NOMEM, "out of memory");
	smart_start(&r->smart, r->link, &r->advert);
	r->smart.filtered = r->filtered;
	r->smart.thin = may_be_thin(r);
	set_callbacks(&callbacks, r);
	create.repository = r->repo;
	/* url.*.insteadOf could lead to a scheme that is not allowed. */
	create.flags = GIT_REMOTE_CREATE_SKIP_INSTEADOF | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC;
	git_error_clear();
	rc = git_remote_create_with_opts(&r->handle, address, &create);
	if (rc == 0)
		rc = git_remote_connect(r->handle, GIT_DIRECTION_FETCH, &callbacks,
					/* proxy_opts= */ NULL, /* custom_headers= */ NULL);
	free(address);
	return rc;
}

int remote_connect(struct remote *r, git_repository *repo, struct quarry_error *err)
{
	int rc = 0;

	r->repo = repo;
	if (r->url->scheme != URL_LOCAL)
		rc = list(r);
	if (rc == 0 && r->advert.version != 2)
		rc = connect_libgit2(r);
	return rc < 0 || guard_check(r->guard) < 0 ? remote_fail(r, rc, err) : 0;
}

void remote_leave(struct remote *r)
{
	git_remote_free(r->handle);
	r->handle = NULL;
	r->repo = NULL;
}

/* One more flush, where the server waits for the next request, lets it end in good order.
 * If it has hung up, so be it. */
static void say_goodbye(struct remote *r)
{
	if (r->link && !r->link->stateless && r->advert.version == 2 && !r->guard->cause &&
	    r->link->write(r->link, "0000", 4) < 0 && r->guard->cause == GUARD_LATER)
		guard_forgive(r->guard);
}

void remote_release(struct remote *r)
{
	remote_leave(r);
	say_goodbye(r);
	link_free(r->link);
	advert_release(&r->advert);
	vec_release(&r->shallow.ids);
	*r = (struct remote)REMOTE_INIT;
}

/* --- choosing -------------------------------------------------------------- */

/* The full name of the remote's default branch, as libgit2 finds or guesses it. */
static int guess_default(char **out, struct remote *r)
{
	git_buf name = GIT_BUF_INIT;
	int rc = git_remote_default_branch(&name, r->handle);

	if (rc == GIT_ENOTFOUND)
		rc = 0;
	else if (rc == 0 && !(*out = strdup(name.ptr)))
		rc = guard_fail(r->guard, GUARD_NOMEM, "out of memory");
	git_buf_dispose(&name);
	return rc;
}

/* As libgit2 and git guess: of the branches where HEAD is, main, master, or the first. */
static const char *branch_at_head(const struct advert *a, const struct advert_ref *head)
{
	static const char *const usual[] = { HEADS "main", HEADS "master" };

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		const struct advert_ref *ref = advert_find(a, usual[i]);

		if (ref && !strcmp(ref->hex, head->hex))
			return ref->name;
	}
	for (size_t i = 0; i < a->refs.n; i++)
		if (!strncmp(a->refs.at[i].name, HEADS, strlen(HEADS)) &&
		    !strcmp(a->refs.at[i].hex, head->hex))
			return a->refs.at[i].name;
	return NULL;
}

static int read_default(char **out, struct remote *r)
{
	const struct advert_ref *head = advert_find(&r->advert, "HEAD");
	const char *name = !head ? NULL : head->symref ? head->symref
						       : branch_at_head(&r->advert, head);

	*out = name ? strdup(name) : NULL;
	return name && !*out ? guard_fail(r->guard, GUARD_NOMEM, "out of memory") : 0;
}

static int default_branch(char **out, struct remote *r)
{
	int rc = r->handle ? guess_default(out, r) : read_default(out, r), valid = 0;

	if (*out && (git_reference_name_is_valid(&valid, *out) < 0 || !valid ||
		     strncmp(*out, HEADS, strlen(HEADS)))) {
		free(*out);
		*out = NULL;
	}
	return rc;
}

/* The references of a local remote, or of version 0. */
static int find_by_libgit2(bool *found, git_oid *id, size_t *n, struct remote *r, const char *name)
{
	const git_remote_head **heads = NULL;
	int rc = git_remote_ls(&heads, n, r->handle);

	for (size_t i = 0; rc == 0 && name && i < *n; i++) {
		if (strcmp(heads[i]->name, name))
			continue;
		git_oid_cpy(id, &heads[i]->oid);
		*found = true;
	}
	return rc;
}

/* What HEAD stands for is not listed for itself. */
static const struct advert_ref *find_listed(const struct advert *a, const char *name)
{
	const struct advert_ref *ref = advert_find(a, name), *head = advert_find(a, "HEAD");

	return ref || !head || !head->symref || strcmp(head->symref, name) ? ref : head;
}

/* @param n  how many references there are at all */
static int find_ref(bool *found, git_oid *id, size_t *n, struct remote *r, const char *name)
{
	const struct advert_ref *ref;

	*found = false;
	if (r->handle)
		return find_by_libgit2(found, id, n, r, name);
	*n = 0;
	for (size_t i = 0; i < r->advert.refs.n; i++)
		*n += r->advert.refs.at[i].hex[0] != '\0'; /* not unborn */
	ref = name ? find_listed(&r->advert, name) : NULL;
	*found = ref && git_oid_fromstr(id, ref->hex) == 0;
	return 0;
}

int remote_choose(char **ref, git_oid *tip, struct remote *r, struct quarry_error *err)
{
	char *name = NULL;
	size_t n = 0;
	bool found = false;
	int rc = 0;

	git_error_clear();
	if (!r->branch)
		rc = default_branch(&name, r);
	else if (!(name = str_dupf(HEADS "%s", r->branch)))
		rc = guard_fail(r->guard, GUARD_NOMEM, "out of memory");
	if (rc == 0)
		rc = find_ref(&found, tip, &n, r, name);
	if (rc == 0 && !found && r->branch && n > 0)
		rc = guard_fail(r->guard, GUARD_NO_BRANCH, "it has no branch '%s'", r->branch);
	if (rc < 0) {
		rc = remote_fail(r, rc, err);
	} else {
		*ref = found ? name : NULL;
		name = found ? NULL : name;
	}
	free(name);
	return rc;
}

/* --- downloading ----------------------------------------------------------- */

static int download_by_libgit2(struct remote *r, const char *ref)
{
	git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
	char *spec = str_dupf("+%s:%s", ref, ref);
	char *list[] = { spec, (char *)TAGS };
	git_strarray specs = { list, r->releases ? 2 : 1 };
	int rc;

	if (!spec)
		return guard_fail(r->guard, GUARD_NOMEM, "out of memory");
	set_callbacks(&options.callbacks, r);
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	git_error_clear();
	rc = git_remote_download(r->handle, &specs, &options);
	free(spec);
	return rc;
}

static int want(struct pack_ids *w, git_odb *odb, struct remote *r, const git_oid *id)
{
	if (!r->anew && git_odb_exists(odb, id))
		return 0;
	return vec_push(&w->ids, *id) < 0 ? guard_fail(r->guard, GUARD_NOMEM, "out of memory") : 0;
}

static int want_tags(struct pack_ids *w, git_odb *odb, struct remote *r)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < r->advert.refs.n; i++) {
		const struct advert_ref *ref = &r->advert.refs.at[i];
		git_oid id;

		if (!strncmp(ref->name, "refs/tags/", 10) && git_oid_fromstr(&id, ref->hex) == 0)
			rc = want(w, odb, r, &id);
	}
	return rc;
}

static int download_by_version_2(struct remote *r, const git_oid *tip)
{
	struct pack_ids w = { { NULL, 0, 0 } };
	struct pack_request q = { .blobless = r->filtered, .thin = may_be_thin(r),
				  .haves = !r->anew, .shallow = &r->shallow };
	git_odb *odb = NULL;
	int rc = git_repository_odb(&odb, r->repo);

	if (rc == 0)
		rc = want(&w, odb, r, tip);
	if (rc == 0 && r->releases)
		rc = want_tags(&w, odb, r);
	q.wants = w.ids.at;
	q.n_wants = w.ids.n;
	if (rc == 0 && q.n_wants) {
		rc = pack_fetch(r->link, &r->advert, r->repo, &q);
		if (rc == 0)
			rc = guard_fail(r->guard, GUARD_LATER, "the branch moved since it was listed");
	}
	git_odb_free(odb);
	vec_release(&w.ids);
	return rc < 0 ? rc : 0;
}

int remote_download(struct remote *r, const char *ref, const git_oid *tip,
		    struct quarry_error *err)
{
	int rc = r->handle ? download_by_libgit2(r, ref) : download_by_version_2(r, tip);

	return rc < 0 || guard_check(r->guard) < 0 ? remote_fail(r, rc, err) : 0;
}

int remote_objects(bool *came, struct remote *r, git_repository *repo, const git_oid *ids,
		   size_t n, struct quarry_error *err)
{
	int rc = objects_fetch(r->link, &r->advert, repo, ids, n);

	*came = rc > 0;
	return rc < 0 ? remote_fail(r, rc, err) : 0;
}
