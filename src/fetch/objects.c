/*
 *	request  = "command=fetch" capabilities delim arguments flush
 *	answer   = *( section delim ) "packfile" *( band data ) flush
 *	         / "ERR " text
 *	band     = 1 (pack) / 2 (progress, not looked at) / 3 (the last words of the server)
 */
#include "fetch/objects.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"
#include "util/str.h"

struct download {
	struct pkt_reader reader;
	struct guard *guard;
	git_indexer *indexer;
	git_indexer_progress stats;
};

static int no_memory(struct guard *g)
{
	return guard_fail(g, GUARD_NOMEM, "out of memory");
}

/* After a call of libgit2. What is wrong with the disk will not go away; a damaged pack
 * may be whole the next time. */
static int pack_failed(struct guard *g)
{
	const git_error *e = git_error_last();
	const char *why = e && e->message ? e->message : "unknown cause";

	if (e && e->klass == GIT_ERROR_NOMEMORY)
		return no_memory(g);
	if (e && (e->klass == GIT_ERROR_OS || e->klass == GIT_ERROR_FILESYSTEM))
		return guard_fail(g, GUARD_FINAL, "cannot write what the server sent: %s", why);
	return guard_fail(g, GUARD_LATER, "the pack that the server sent is damaged: %s", why);
}

static int ask(struct link *l, const struct advert *a, const git_oid *ids, size_t n)
{
	struct str s = STR_INIT;
	char hex[GIT_OID_HEXSZ + 1];
	int rc;

	pkt_addf(&s, "command=fetch\n");
	if (advert_has(a, "agent", /* value= */ NULL))
		pkt_addf(&s, "agent=quarry/%s\n", QUARRY_VERSION);
	if (advert_has(a, "object-format", /* value= */ NULL))
		pkt_addf(&s, "object-format=sha1\n");
	pkt_delim(&s);
	pkt_addf(&s, "ofs-delta\n");
	pkt_addf(&s, "no-progress\n");
	/* What is wanted comes all the same; if it is more than a blob, no blobs below it. */
	if (advert_has(a, "fetch", "filter"))
		pkt_addf(&s, "filter blob:none\n");
	for (size_t i = 0; i < n; i++)
		pkt_addf(&s, "want %s\n", git_oid_tostr(hex, sizeof(hex), &ids[i]));
	pkt_addf(&s, "done\n");
	pkt_flush(&s);
	if (s.oom) {
		rc = no_memory(l->guard);
	} else {
		rc = l->request(l, 2);
		if (rc == 0)
			rc = l->write(l, s.buf, s.len);
	}
	str_release(&s);
	return rc;
}

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

/* 1: the pack comes next; 0: there is no such object; -1 after guard_fail(). */
static int find_pack(struct download *d)
{
	bool at_head = true;
	struct pkt p;

	while (pkt_need(&p, &d->reader) == 0) {
		if (says_not_ours(&p))
			return 0;
		if (pkt_check_error(&p, d->guard) < 0)
			return -1;
		if (p.kind == PKT_FLUSH || p.kind == PKT_END)
			return guard_fail(d->guard, GUARD_FINAL, "the server sent no pack");
		if (at_head && line_is(&p, "packfile"))
			return 1;
		at_head = p.kind == PKT_DELIM;
	}
	return -1;
}

static int take_band(struct download *d, const struct pkt *p)
{
	switch (p->len ? p->data[0] : 0) {
	case 1:
		if (git_indexer_append(d->indexer, p->data + 1, p->len - 1, &d->stats) < 0)
			return pack_failed(d->guard);
		return 0;
	case 2:
		return 0;
	case 3:
		return pkt_said(d->guard, p->data + 1, p->len - 1, GUARD_LATER);
	default:
		if (pkt_check_error(p, d->guard) < 0)
			return -1;
		return pkt_garbage(d->guard);
	}
}

static int receive_pack(struct download *d)
{
	struct pkt p;

	while (pkt_need(&p, &d->reader) == 0) {
		if (p.kind == PKT_FLUSH || p.kind == PKT_END)
			return git_indexer_commit(d->indexer, &d->stats) < 0 ? pack_failed(d->guard)
									     : 0;
		if (p.kind != PKT_DATA)
			return pkt_garbage(d->guard);
		if (take_band(d, &p) < 0)
			return -1;
	}
	return -1;
}

/* Indexing goes on after the last byte came. */
static int on_indexed(const git_indexer_progress *stats, void *payload)
{
	return guard_check(payload);
}

static int store_pack(struct download *d, git_repository *repo)
{
	git_indexer_options options = GIT_INDEXER_OPTIONS_INIT;
	char *dir = str_dupf("%sobjects/pack", git_repository_path(repo));
	int rc = 0;

	if (!dir)
		return no_memory(d->guard);
	options.progress_cb = on_indexed;
	options.progress_cb_payload = d->guard;
	git_error_clear();
	/* A pack that builds on objects it does not hold was not asked for: no odb. */
	if (git_indexer_new(&d->indexer, dir, /* mode= */ 0, /* odb= */ NULL, &options) < 0)
		rc = pack_failed(d->guard);
	if (rc == 0)
		rc = receive_pack(d);
	git_indexer_free(d->indexer); /* removes a pack that is not whole */
	free(dir);
	return rc;
}

static int check_all_came(struct guard *g, git_repository *repo, const git_oid *ids, size_t n)
{
	git_odb *odb = NULL;
	int rc = 0;

	if (git_repository_odb(&odb, repo) < 0 || git_odb_refresh(odb) < 0)
		rc = pack_failed(g);
	for (size_t i = 0; i < n && rc == 0; i++)
		if (!git_odb_exists(odb, &ids[i]))
			rc = guard_fail(g, GUARD_FINAL,
					"the server sent other objects than were asked for");
	git_odb_free(odb);
	return rc;
}

/* One more flush, where the server waits for the next request, lets it end in good order.
 * All we wanted is there: if it has hung up, so be it. */
static void say_goodbye(struct link *l)
{
	if (!l->stateless && l->write(l, "0000", 4) < 0 && l->guard->cause == GUARD_LATER)
		guard_forgive(l->guard);
}

int objects_fetch(struct link *l, const struct advert *a, git_repository *repo,
		  const git_oid *ids, size_t n)
{
	struct download d = { .reader = PKT_READER_INIT(l), .guard = l->guard };
	int rc;

	if (a->version != 2 || !advert_has(a, "fetch", /* value= */ NULL))
		return 0;
	if (n == 0)
		return 1;
	rc = ask(l, a, ids, n);
	if (rc == 0)
		rc = find_pack(&d);
	if (rc > 0 && store_pack(&d, repo) < 0)
		rc = -1;
	if (rc > 0 && check_all_came(l->guard, repo, ids, n) < 0)
		rc = -1;
	if (rc > 0)
		say_goodbye(l);
	pkt_reader_release(&d.reader);
	return rc;
}
