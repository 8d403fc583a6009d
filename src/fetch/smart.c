#include "fetch/smart.h"

#include <stdlib.h>
#include <string.h>

#include "fetch/pktline.h"
#include "fetch/request.h"
#include "fetch/watch.h"
#include "util/banned.h"
#include "util/str.h"

/* The comment with which an answer over HTTP begins, and libgit2 looks for. */
#define SERVICE "# service=git-upload-pack\n"

/* What version 0 can do in every server that speaks version 2. */
#define CAPABILITIES "multi_ack_detailed side-band-64k ofs-delta"

/* One stream serves for the list and for all requests: libgit2 wants that of a
 * connection, and over HTTP it never has two at once. */
struct stream {
	git_smart_subtransport_stream parent;
	struct smart *smart;
	struct request request;
	struct watch watch; /* what the server answers */
	struct str list;    /* of references, for libgit2; read up to `at` */
	size_t at;
};

struct subtransport {
	git_smart_subtransport parent;
	struct stream stream;
};

static int nomem(struct smart *s)
{
	return guard_fail(s->guard, GUARD_NOMEM, "out of memory");
}

/* --- the list of references ------------------------------------------------ */

/* SHA-256 would be read as garbage. */
static int check_format(struct smart *s)
{
	if (advert_has(&s->advert, "object-format", "sha256"))
		return guard_fail(s->guard, GUARD_FINAL,
				  "its object ids are SHA-256, which cannot be read yet");
	return 0;
}

static int list_by_version_2(struct smart *s)
{
	struct pkt_reader answer = PKT_READER_INIT(s->link);
	struct str text = STR_INIT;
	int rc;

	lsrefs_request(&text, &s->advert, s->branch, s->releases);
	rc = text.oom ? nomem(s) : s->link->request(s->link, 2);
	if (!rc)
		rc = s->link->write(s->link, text.buf, text.len);
	if (!rc)
		rc = lsrefs_answer(&s->advert, &answer, s->branch, s->releases);
	pkt_reader_release(&answer);
	str_release(&text);
	return rc;
}

static bool takes_filter(const struct smart *s)
{
	return s->advert.version == 2 ? advert_has(&s->advert, "fetch", "filter")
				      : advert_has(&s->advert, "filter", NULL);
}

/* What libgit2 is told that the server can do. Without include-tag: tags that nobody
 * asked for would come. */
static void add_capabilities(struct str *out, const struct smart *s)
{
	/* A server that is asked for all takes what we have for whole, too. */
	bool thin = s->filtered || !s->partial;
	const char *drop[] = { "include-tag", thin ? NULL : "thin-pack", NULL };

	if (s->advert.version == 2)
		str_addf(out, "%s%s", CAPABILITIES, thin ? " thin-pack" : "");
	else
		advert_edit_caps(out, s->advert.caps ? s->advert.caps : "", drop);
}

static int make_list(struct stream *st)
{
	struct smart *s = st->smart;
	struct str caps = STR_INIT;

	if (s->link->stateless) {
		pkt_add(&st->list, SERVICE, strlen(SERVICE));
		pkt_flush(&st->list);
	}
	add_capabilities(&caps, s);
	if (!caps.oom)
		advert_write_v0(&st->list, &s->advert, caps.buf ? caps.buf : "");
	if (caps.oom)
		st->list.oom = true;
	str_release(&caps);
	return st->list.oom ? nomem(s) : 0;
}

static int list(struct stream *st)
{
	struct smart *s = st->smart;
	/* Elsewhere than over HTTP version 2 could not go on in version 0. */
	bool http = s->url->scheme == URL_HTTPS || s->url->scheme == URL_HTTP;
	struct pkt_reader r = PKT_READER_INIT(NULL);
	int rc;

	if (link_open(&s->link, s->guard, s->url, http ? 2 : 0) < 0)
		return -1;
	r.link = s->link;
	rc = advert_read(&s->advert, &r);
	if (!rc)
		rc = check_format(s);
	pkt_reader_release(&r);
	if (!rc && s->advert.version == 2)
		rc = list_by_version_2(s);
	else if (!rc)
		advert_keep(&s->advert, s->branch, s->releases);
	s->filtered = s->blobless && takes_filter(s);
	return rc ? rc : make_list(st);
}

/* --- the stream ------------------------------------------------------------ */

static size_t take_list(struct stream *st, char *buf, size_t len)
{
	size_t left = st->list.len - st->at;

	if (len > left)
		len = left;
	memcpy(buf, st->list.buf + st->at, len);
	st->at += len;
	return len;
}

/* It may be the filter alone that the server does not like. */
static int refused(struct guard *g, const struct smart *s)
{
	if (s->filtered && g->cause == GUARD_FINAL && strstr(g->text, "filter"))
		g->cause = GUARD_FILTER;
	return -1;
}

static int stream_read(git_smart_subtransport_stream *parent, char *buf, size_t len, size_t *out)
{
	struct stream *st = (struct stream *)parent;
	struct smart *s = st->smart;
	ssize_t n;

	if (st->at < st->list.len) {
		*out = take_list(st, buf, len);
		return 0;
	}
	n = s->link->read(s->link, buf, len);
	if (n < 0)
		return -1;
	if (watch_feed(&st->watch, s->guard, buf, (size_t)n) < 0)
		return refused(s->guard, s);
	*out = (size_t)n; /* 0: libgit2 takes this for the end of the server */
	return 0;
}

static int stream_write(git_smart_subtransport_stream *parent, const char *buf, size_t len)
{
	struct stream *st = (struct stream *)parent;
	struct smart *s = st->smart;
	struct str text = STR_INIT;
	int rc = request_feed(&st->request, &text, buf, len);

	if (text.oom)
		rc = nomem(s);
	else if (rc < 0)
		rc = guard_fail(s->guard, GUARD_FINAL, "libgit2 wrote what is no request");
	else if (text.len)
		rc = s->link->write(s->link, text.buf, text.len);
	str_release(&text);
	return rc;
}

/* It lives as long as the subtransport. */
static void stream_free(git_smart_subtransport_stream *parent)
{
}

/* --- what libgit2 calls ---------------------------------------------------- */

/* Nobody sees how the server counts objects, and of a small repository that is a tenth of
 * what comes. That it is still at work, it says all the same. */
static const char *quiet(const struct smart *s)
{
	return s->advert.version == 2 || advert_has(&s->advert, "no-progress", /* value= */ NULL)
		? "no-progress" : NULL;
}

/* Whether answers are packets to their end: without bands a pack comes bare. */
static bool has_bands(const struct smart *s)
{
	return s->advert.version == 2 || advert_has(&s->advert, "side-band-64k", /* value= */ NULL) ||
	       advert_has(&s->advert, "side-band", /* value= */ NULL);
}

static int begin_request(struct stream *st)
{
	struct smart *s = st->smart;

	if (!s->link)
		return guard_fail(s->guard, GUARD_FINAL, "libgit2 wrote before it was connected");
	if (!s->link->stateless)
		return 0;
	request_begin(&st->request, s->filtered, quiet(s));
	watch_begin(&st->watch, has_bands(s));
	return s->link->request(s->link, 0);
}

static int action(git_smart_subtransport_stream **out, git_smart_subtransport *parent,
		  const char *url, git_smart_service_t service)
{
	struct stream *st = &((struct subtransport *)parent)->stream;
	int rc;

	if (service == GIT_SERVICE_UPLOADPACK_LS) {
		rc = list(st);
		request_begin(&st->request, st->smart->filtered, quiet(st->smart));
		watch_begin(&st->watch, has_bands(st->smart));
	} else if (service == GIT_SERVICE_UPLOADPACK) {
		rc = begin_request(st);
	} else {
		rc = guard_fail(st->smart->guard, GUARD_FINAL, "nothing is ever pushed");
	}
	if (!rc)
		*out = &st->parent;
	return rc;
}

/* The link goes on: objects may be fetched by their ids. */
static int close_nothing(git_smart_subtransport *parent)
{
	return 0;
}

static void subtransport_free(git_smart_subtransport *parent)
{
	struct subtransport *t = (struct subtransport *)parent;

	request_release(&t->stream.request);
	watch_release(&t->stream.watch);
	str_release(&t->stream.list);
	free(t);
}

static int subtransport_new(git_smart_subtransport **out, git_transport *owner, void *smart)
{
	struct subtransport *t = calloc(1, sizeof(*t));

	if (!t)
		return nomem(smart);
	t->parent = (git_smart_subtransport){ action, close_nothing, subtransport_free };
	t->stream.parent = (git_smart_subtransport_stream){ &t->parent, stream_read, stream_write,
							    stream_free };
	t->stream.smart = smart;
	*out = &t->parent;
	return 0;
}

int smart_transport(git_transport **out, git_remote *owner, void *smart)
{
	struct smart *s = smart;

	s->definition = (git_smart_subtransport_definition){
		.callback = subtransport_new,
		.rpc = s->url->scheme == URL_HTTPS || s->url->scheme == URL_HTTP,
		.param = s,
	};
	return git_transport_smart(out, owner, &s->definition);
}

void smart_start(struct smart *s, struct guard *g, const struct url *url)
{
	*s = (struct smart){ .guard = g, .url = url, .blobless = true };
}

void smart_release(struct smart *s)
{
	link_free(s->link);
	advert_release(&s->advert);
	*s = (struct smart){ 0 };
}
