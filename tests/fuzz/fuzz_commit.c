/*
 * A commit object: parsed, and made into facts.  Texts are UTF-8 without NUL and within
 * their limits, indices lead somewhere, and the same bytes give the same facts.
 */
#include "fuzz.h"
#include "mine/commit.h"
#include "mine/facts.h"
#include "util/utf8.h"

#define TEXT_MAX 1024

static void check_text(const char *s, size_t len)
{
	MUST(len <= TEXT_MAX);
	MUST(utf8_valid(s, len));
	MUST(!memchr(s, '\0', len));
}

static void check_signatures(const struct quarry_history *h)
{
	for (size_t i = 0; i < h->n_signatures; i++) {
		check_text(h->signatures[i].name, h->signatures[i].name_len);
		check_text(h->signatures[i].email, h->signatures[i].email_len);
	}
}

static void check_commit(const struct quarry_history *h, const struct quarry_commit *c,
			 const struct raw_commit *raw)
{
	MUST(c->author < h->n_signatures && c->committer < h->n_signatures);
	MUST(c->n_parents == raw->n_parents);
	MUST(c->first_parent_oid + c->n_parents <= h->n_parents);
	MUST(c->first_trailer + c->n_trailers <= h->n_trailers);
	MUST(!(c->flags & QUARRY_COMMIT_ROOT) == (c->n_parents > 0));
	MUST(!(c->flags & QUARRY_COMMIT_NO_AUTHOR_TIME) || c->author_s == 0);
	MUST(!(c->flags & QUARRY_COMMIT_NO_COMMITTER_TIME) || c->committer_s == 0);
	check_text(c->subject, c->subject_len);
	MUST(!memchr(c->subject, '\n', c->subject_len));
	for (size_t i = 0; i < c->n_trailers; i++) {
		const struct quarry_trailer *t = &h->trailers[c->first_trailer + i];

		check_text(t->value, t->value_len);
		MUST(t->signature == UINT32_MAX || t->signature < h->n_signatures);
	}
}

/* Twice, so that what is interned is found again. */
static void read_facts(const struct raw_commit *raw)
{
	struct quarry_oid oid = { { 1 } };
	struct quarry_history *h;
	struct job job = { .flags = 0 };
	struct facts f;
	size_t n_signatures;

	MUST(facts_init(&f) == 0);
	MUST(facts_add_commit(&f, &oid, raw, &job) == 0);
	n_signatures = f.signatures.n;
	oid.id[0] = 0;
	MUST(facts_add_commit(&f, &oid, raw, &job) == 0);
	MUST(f.signatures.n == n_signatures);
	h = facts_finish(&f);
	MUST(h && h->n_commits == 2);
	check_signatures(h);
	check_commit(h, &h->commits[0], raw);
	check_commit(h, &h->commits[1], raw);
	MUST(h->commits[0].flags == h->commits[1].flags);
	quarry_history_free(h);
	facts_release(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct raw_commit raw;

	if (!commit_parse(&raw, text, size))
		return 0;
	MUST(raw.message_len == 0 || lies_in(raw.message, raw.message_len, text, size));
	MUST(!raw.encoding || lies_in(raw.encoding, raw.encoding_len, text, size));
	for (size_t i = 0; i < raw.n_parents; i++)
		(void)commit_parent(&raw, i);
	read_facts(&raw);
	return 0;
}
