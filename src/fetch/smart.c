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
	return guard_fail(s->link->guard, GUARD_NOMEM, "out of memory");
}

static bool can(const struct smart *s, const char *capability)
{
	return advert_has(s->advert, capability, /* value= */ NULL);
}

/* --- the list of references ------------------------------------------------ */

/* Without include-tag: tags that nobody asked for would come. */
static int make_list(struct stream *st)
{
	struct smart *s = st->smart;
	const char *drop[] = { "include-tag", s->thin ? NULL : "thin-pack", NULL };
	struct str caps = STR_INIT;

	str_clear(&st->list);
	st->at = 0;
	if (s->link->stateless) {
		pkt_add(&st->list, SERVICE, strlen(SERVICE));
		pkt_flush(&st->list);
	}
	advert_edit_caps(&caps, s->advert->caps, drop);
	if (caps.oom)
		st->list.oom = true;
	else
		advert_write_v0(&st->list, s->advert, caps.buf);
	str_release(&caps);
	return st->list.oom ? nomem(s) : 0;
}

static size_t take_list(struct stream *st, char *buf, size_t len)
{
	size_t left = st->list.len - st->at;

	if (len > left)
		len = left;
	memcpy(buf, st->list.buf + st->at, len);
	st->at += len;
	return len;
}

/* --- the stream ------------------------------------------------------------ */

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
	if (watch_feed(&st->watch, s->link->guard, buf, (size_t)n) < 0) {
		if (s->filtered)
			guard_blame_filter(s->link->guard);
		return -1;
	}
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
		rc = guard_fail(s->link->guard, GUARD_FINAL, "libgit2 wrote what is no request");
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

/* What is said of an answer before it comes. Without bands a pack is no packets. */
static void expect(struct stream *st)
{
	const struct smart *s = st->smart;

	request_begin(&st->request, s->filtered, can(s, "no-progress") ? "no-progress" : NULL);
	watch_begin(&st->watch, can(s, "side-band-64k") || can(s, "side-band"));
}

static int action(git_smart_subtransport_stream **out, git_smart_subtransport *parent,
		  const char *url, git_smart_service_t service)
{
	struct stream *st = &((struct subtransport *)parent)->stream;
	struct smart *s = st->smart;
	int rc = 0;

	if (service == GIT_SERVICE_UPLOADPACK_LS) {
		rc = make_list(st);
		expect(st);
	} else if (service != GIT_SERVICE_UPLOADPACK) {
		rc = guard_fail(s->link->guard, GUARD_FINAL, "nothing is ever pushed");
	} else if (s->link->stateless) {
		expect(st);
		rc = s->link->request(s->link, 0);
	}
	if (!rc)
		*out = &st->parent;
	return rc;
}

/* The link is the caller's. */
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

void smart_start(struct smart *s, struct link *link, const struct advert *advert)
{
	*s = (struct smart){ .link = link, .advert = advert };
}

int smart_transport(git_transport **out, git_remote *owner, struct smart *smart)
{
	smart->definition = (git_smart_subtransport_definition){
		.callback = subtransport_new, .rpc = smart->link->stateless, .param = smart,
	};
	return git_transport_smart(out, owner, &smart->definition);
}
