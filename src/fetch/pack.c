/*
 *	request  = "command=fetch" capabilities delim arguments flush
 *	answer   = [ acks ( flush / delim ) ] *( section delim ) "packfile" *( band data ) flush
 *	         / "ERR " text
 *	acks     = "acknowledgments" *( "NAK" / "ACK " id / "ready" )
 *	band     = 1 (pack) / 2 (progress, not looked at) / 3 (the last words of the server)
 *
 * How it is found out what both sides have:
 *   1. The newest commit alone is told: nearly always the branch has only grown.
 *   2. Until the server knows one, more of them, in batches twice as large.
 *   3. When it is "ready", the pack comes with that answer.  When it knows one and is not
 *      ready, or there is nothing more to tell, "done" asks for the pack.
 * A server keeps nothing between requests: each repeats what is wanted and is common.
 */
#include "fetch/pack.h"

#include <stdlib.h>
#include <string.h>

#include "fetch/libgit2.h"
#include "util/banned.h"
#include "util/str.h"
#include "util/vec.h"

#define BATCH_FIRST 1
#define BATCH_SECOND 16
#define HAVES_MAX 512 /* in vain: the histories have nothing in common */

struct fetching {
	struct link *link;
	struct guard *guard;
	const struct advert *advert;
	git_repository *repo;
	const struct pack_request *request;
	git_revwalk *walk;     /* of what we have; NULL: nothing, or nothing is left */
	size_t batch, n_told;
	VEC(git_oid) common;   /* what the server has, too */
	struct pkt_reader reader;
	git_odb_writepack *writer;
	git_indexer_progress stats;
};

static int no_memory(struct guard *g)
{
	return guard_fail(g, GUARD_NOMEM, "out of memory");
}

/* --- the request ----------------------------------------------------------- */

static void add_id(struct str *s, const char *word, const git_oid *id)
{
	char hex[GIT_OID_HEXSZ + 1];

	pkt_addf(s, "%s %s\n", word, git_oid_tostr(hex, sizeof(hex), id));
}

static void add_head(struct str *s, const struct fetching *f)
{
	const struct pack_request *q = f->request;

	pkt_addf(s, "command=fetch\n");
	if (advert_has(f->advert, "agent", /* value= */ NULL))
		pkt_addf(s, "agent=quarry/%s\n", QUARRY_VERSION);
	if (advert_has(f->advert, "object-format", /* value= */ NULL))
		pkt_addf(s, "object-format=sha1\n");
	pkt_delim(s);
	if (q->thin)
		pkt_addf(s, "thin-pack\n");
	pkt_addf(s, "ofs-delta\n");
	/* Nobody sees how the server counts; that it is at work, it says all the same. */
	pkt_addf(s, "no-progress\n");
	if (q->blobless && advert_has(f->advert, "fetch", "filter"))
		pkt_addf(s, "filter blob:none\n");
	for (size_t i = 0; i < q->n_wants; i++)
		add_id(s, "want", &q->wants[i]);
	for (size_t i = 0; i < f->common.n; i++)
		add_id(s, "have", &f->common.at[i]);
}

/* The next batch of what we have. A history that cannot be read further tells less. */
static size_t add_haves(struct str *s, struct fetching *f)
{
	size_t n = 0;
	git_oid id;

	while (f->walk && n < f->batch && f->n_told < HAVES_MAX &&
	       git_revwalk_next(&id, f->walk) == 0) {
		add_id(s, "have", &id);
		f->n_told++;
		n++;
	}
	f->batch = f->batch < BATCH_SECOND ? BATCH_SECOND : f->batch * 2;
	return n;
}

/* *done: this was the last one, the pack must come. */
static int ask(struct fetching *f, bool *done)
{
	struct str s = STR_INIT;
	int rc;

	add_head(&s, f);
	*done = f->common.n > 0 || add_haves(&s, f) == 0;
	if (*done)
		pkt_addf(&s, "done\n");
	pkt_flush(&s);
	rc = s.oom ? no_memory(f->guard) : f->link->request(f->link, 2);
	if (rc == 0)
		rc = f->link->write(f->link, s.buf, s.len);
	str_release(&s);
	/* What a server without state sends next belongs to this request. */
	pkt_reader_release(&f->reader);
	f->reader = (struct pkt_reader)PKT_READER_INIT(f->link);
	return rc;
}

/* --- its answer ------------------------------------------------------------ */

static bool line_is(const struct pkt *p, const char *text)
{
	size_t len = pkt_line_len(p);

	return p->kind == PKT_DATA && len == strlen(text) && !memcmp(p->data, text, len);
}

static bool says_not_ours(const struct pkt *p)
{
	static const char words[] = "not our ref";
	const char *text;
	size_t len;

	return pkt_is_error(p, &text, &len) && memmem(text, len, words, sizeof(words) - 1);
}

/* 1: in *p; 0: a wanted id is none of the server's; -1 after guard_fail(). */
static int next_packet(struct pkt *p, struct fetching *f)
{
	if (pkt_need(p, &f->reader) < 0)
		return -1;
	if (says_not_ours(p))
		return 0;
	if (pkt_check_error(p, f->guard) == 0)
		return 1;
	if (f->request->blobless)
		guard_blame_filter(f->guard);
	return -1;
}

static int read_ack(struct fetching *f, const struct pkt *p, bool *ready)
{
	static const char ack[] = "ACK ";
	size_t len = pkt_line_len(p);
	git_oid id;

	if (line_is(p, "ready"))
		*ready = true;
	if (len != strlen(ack) + GIT_OID_HEXSZ || memcmp(p->data, ack, strlen(ack)) != 0)
		return 0;
	if (git_oid_fromstrn(&id, p->data + strlen(ack), GIT_OID_HEXSZ) < 0)
		return pkt_garbage(f->guard);
	return f->common.n < HAVES_MAX && vec_push(&f->common, id) < 0 ? no_memory(f->guard) : 0;
}

/* 1: *ready tells whether a pack follows. 0, -1: as next_packet(). */
static int read_acks(struct fetching *f, bool *ready)
{
	struct pkt p;
	int rc = next_packet(&p, f);

	*ready = false;
	if (rc > 0 && !line_is(&p, "acknowledgments"))
		return pkt_garbage(f->guard);
	while (rc > 0) {
		rc = next_packet(&p, f);
		if (rc > 0 && p.kind != PKT_DATA)
			return *ready == (p.kind == PKT_DELIM) ? 1 : pkt_garbage(f->guard);
		if (rc > 0 && read_ack(f, &p, ready) < 0)
			rc = -1;
	}
	return rc;
}

/* A line of another section: of "shallow-info" it tells where a cut-off history ends. */
static int read_info(struct fetching *f, const struct pkt *p)
{
	static const char word[] = "shallow ";
	struct pack_ids *shallow = f->request->shallow;
	size_t len = pkt_line_len(p);
	git_oid id;

	if (!shallow || len != strlen(word) + GIT_OID_HEXSZ ||
	    memcmp(p->data, word, strlen(word)) != 0)
		return 0;
	if (git_oid_fromstrn(&id, p->data + strlen(word), GIT_OID_HEXSZ) < 0)
		return pkt_garbage(f->guard);
	return vec_push(&shallow->ids, id) < 0 ? no_memory(f->guard) : 0;
}

/* 1: the pack comes next. 0, -1: as next_packet(). */
static int find_pack(struct fetching *f)
{
	bool at_head = true;
	struct pkt p;
	int rc;

	while ((rc = next_packet(&p, f)) > 0) {
		if (p.kind == PKT_FLUSH || p.kind == PKT_END)
			return guard_fail(f->guard, GUARD_FINAL, "the server sent no pack");
		if (at_head && line_is(&p, "packfile"))
			return 1;
		if (p.kind == PKT_DATA && read_info(f, &p) < 0)
			return -1;
		at_head = p.kind == PKT_DELIM;
	}
	return rc;
}

static int take_band(struct fetching *f, const struct pkt *p)
{
	git_odb_writepack *w = f->writer;

	switch (p->len ? p->data[0] : 0) {
	case 1:
		return w->append(w, p->data + 1, p->len - 1, &f->stats) < 0 ? libgit2_blame(f->guard, GIT_ERROR)
									    : 0;
	case 2:
		return 0;
	case 3:
		return pkt_said(f->guard, p->data + 1, p->len - 1, GUARD_LATER);
	default:
		return pkt_check_error(p, f->guard) < 0 ? -1 : pkt_garbage(f->guard);
	}
}

static int receive_pack(struct fetching *f)
{
	struct pkt p;

	while (pkt_need(&p, &f->reader) == 0) {
		if (p.kind == PKT_FLUSH || p.kind == PKT_END)
			return f->writer->commit(f->writer, &f->stats) < 0 ? libgit2_blame(f->guard, GIT_ERROR)
									   : 0;
		if (p.kind != PKT_DATA)
			return pkt_garbage(f->guard);
		if (take_band(f, &p) < 0)
			return -1;
	}
	return -1;
}

/* Indexing goes on after the last byte came. */
static int on_indexed(const git_indexer_progress *stats, void *payload)
{
	return guard_check(payload);
}

static int store_pack(struct fetching *f)
{
	git_odb *odb = NULL;
	int rc = 0;

	git_error_clear();
	if (git_repository_odb(&odb, f->repo) < 0 ||
	    git_odb_write_pack(&f->writer, odb, on_indexed, f->guard) < 0)
		rc = libgit2_blame(f->guard, GIT_ERROR);
	if (rc == 0)
		rc = receive_pack(f);
	if (f->writer)
		f->writer->free(f->writer); /* removes a pack that is not whole */
	git_odb_free(odb);
	return rc;
}

/* --- all of it ------------------------------------------------------------- */

/* Newest first. No references, nothing to tell. */
static void begin_walk(struct fetching *f)
{
	if (git_revwalk_new(&f->walk, f->repo) < 0)
		f->walk = NULL;
	if (f->walk && git_revwalk_push_glob(f->walk, "refs/heads/*") < 0) {
		git_revwalk_free(f->walk);
		f->walk = NULL;
	}
}

/* Until a pack comes. As pack_fetch(). */
static int negotiate(struct fetching *f)
{
	bool done = false, ready = false;
	int rc = 1;

	while (rc > 0 && !done && !ready) {
		if (ask(f, &done) < 0)
			return -1;
		if (!done)
			rc = read_acks(f, &ready);
	}
	return rc > 0 ? find_pack(f) : rc;
}

int pack_fetch(struct link *l, const struct advert *a, git_repository *repo,
	       const struct pack_request *request)
{
	struct fetching f = { .link = l, .guard = l->guard, .advert = a, .repo = repo,
			      .request = request, .batch = BATCH_FIRST,
			      .reader = PKT_READER_INIT(l) };
	int rc;

	if (request->haves)
		begin_walk(&f);
	rc = negotiate(&f);
	if (rc > 0 && store_pack(&f) < 0)
		rc = -1;
	git_revwalk_free(f.walk);
	vec_release(&f.common);
	pkt_reader_release(&f.reader);
	return rc;
}
