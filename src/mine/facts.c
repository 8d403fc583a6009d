#include "mine/facts.h"

#include <stdlib.h>
#include <string.h>

#include "mine/trailer.h"
#include "util/banned.h"
#include "util/utf8.h"

#define SUBJECT_MAX 1024
#define VALUE_MAX 1024
#define NAME_MAX_LEN 1024

int facts_init(struct facts *f)
{
	*f = (struct facts){ .scratch = STR_INIT, .line = STR_INIT };
	f->arena = calloc(1, sizeof(*f->arena));
	return f->arena ? 0 : -1;
}

void facts_release(struct facts *f)
{
	if (f->arena)
		arena_release(f->arena);
	free(f->arena);
	map_release(&f->signature_ids);
	map_release(&f->path_ids);
	vec_release(&f->commits);
	vec_release(&f->parents);
	vec_release(&f->signatures);
	vec_release(&f->paths);
	vec_release(&f->touches);
	vec_release(&f->trailers);
	vec_release(&f->touched_by);
	str_release(&f->scratch);
	str_release(&f->line);
	f->arena = NULL;
}

/* Cut at `max` bytes, but never inside a UTF-8 character; of what is not UTF-8 this
 * costs three bytes more at most. */
static size_t cut(const char *s, size_t len, size_t max)
{
	if (len <= max)
		return len;
	for (int i = 0; i < 3 && max && ((unsigned char)s[max] & 0xC0) == 0x80; i++)
		max--;
	return max;
}

/*
 * Decode into the arena. *raw gets the bytes as they were where decoding changed
 * them, so that the fact is not lost.  A NUL would end the text for every C
 * reader after us; the text ends there, as it does in git.
 */
static int decode(const char **out, size_t *out_len, const char **raw, size_t *raw_len,
		  struct facts *f, const char *s, size_t len, const char *encoding, size_t max)
{
	const char *nul = memchr(s, '\0', len);

	if (nul)
		len = (size_t)(nul - s);
	len = cut(s, len, 8 * max);
	f->decoded |= !utf8_valid(s, len);
	str_clear(&f->scratch);
	utf8_decode(&f->scratch, s, len, encoding);
	if (f->scratch.oom)
		return -1;
	*out_len = cut(f->scratch.buf ? f->scratch.buf : "", f->scratch.len, max);
	*out = arena_copy(f->arena, f->scratch.buf, *out_len);
	if (!*out)
		return -1;
	if (raw && !utf8_valid(s, len)) {
		*raw_len = len > max ? max : len;
		*raw = arena_copy(f->arena, s, *raw_len);
		if (!*raw)
			return -1;
	}
	return 0;
}

/* The key under which equal signatures are one: the decoded and the raw texts. */
static int signature_key(struct str *key, const struct quarry_signature *s)
{
	str_clear(key);
	str_add(key, s->name, s->name_len + 1);
	str_add(key, s->email, s->email_len + 1);
	str_add(key, s->raw_name ? s->raw_name : "", s->raw_name_len);
	str_addc(key, '\0');
	str_add(key, s->raw_email ? s->raw_email : "", s->raw_email_len);
	return key->oom ? -1 : 0;
}

static int intern_signature(uint32_t *out, struct facts *f, const struct ident *ident,
			    const char *encoding)
{
	struct quarry_signature s = { 0 };
	int64_t *id;

	if (decode(&s.name, &s.name_len, &s.raw_name, &s.raw_name_len, f,
		   ident->name, ident->name_len, encoding, NAME_MAX_LEN) < 0 ||
	    decode(&s.email, &s.email_len, &s.raw_email, &s.raw_email_len, f,
		   ident->email, ident->email_len, encoding, NAME_MAX_LEN) < 0 ||
	    signature_key(&f->scratch, &s) < 0)
		return -1;
	id = map_at(&f->signature_ids, f->scratch.buf, f->scratch.len, -1);
	if (!id)
		return -1;
	if (*id < 0) {
		*id = (int64_t)f->signatures.n;
		if (vec_push(&f->signatures, s) < 0)
			return -1;
	}
	*out = (uint32_t)*id;
	return 0;
}

int facts_path(uint32_t *out, struct facts *f, const char *name, size_t len)
{
	int64_t *id = map_at(&f->path_ids, name, len, -1);

	if (!id)
		return -1;
	if (*id < 0) {
		struct quarry_path p = { arena_copy(f->arena, name, len), len };

		if (!p.name || vec_push(&f->paths, p) < 0)
			return -1;
		*id = (int64_t)f->paths.n - 1;
	}
	*out = (uint32_t)*id;
	return 0;
}

struct trailer_sink {
	struct facts *facts;
	const char *encoding;
};

static int keep_trailer(void *payload, const struct trailer_line *line)
{
	struct trailer_sink *sink = payload;
	struct quarry_trailer t = { .key = line->key, .signature = UINT32_MAX };
	struct str *value = &sink->facts->line;
	struct ident ident;
	size_t start;

	str_clear(value);
	str_add(value, "", 0);
	trailer_unfold(value, line->value, line->value_len);
	if (value->oom || decode(&t.value, &t.value_len, NULL, NULL, sink->facts, value->buf,
				 value->len, sink->encoding, VALUE_MAX) < 0)
		return -1;
	/* "Name <email>", where white space around either means nothing. */
	if (ident_split(&ident, value->buf, value->len)) {
		for (start = 0; start < ident.email_len && ident.email[start] == ' '; start++)
			;
		ident.email += start;
		ident.email_len -= start;
		while (ident.email_len && ident.email[ident.email_len - 1] == ' ')
			ident.email_len--;
		if (intern_signature(&t.signature, sink->facts, &ident, sink->encoding) < 0)
			return -1;
	}
	return vec_push(&sink->facts->trailers, t);
}

static int add_message(struct quarry_commit *c, struct facts *f, const struct raw_commit *raw,
		       const char *encoding)
{
	const char *s = raw->message, *end = s + raw->message_len, *lf;
	struct trailer_sink sink = { f, encoding };

	lf = memchr(s, '\0', raw->message_len);
	if (lf)
		end = lf;
	/* Blank lines before the subject do not count, as in git. */
	while (s < end && (*s == '\n' || *s == ' ' || *s == '\t' || *s == '\r'))
		s++;
	lf = memchr(s, '\n', (size_t)(end - s));
	if (decode(&c->subject, &c->subject_len, NULL, NULL, f, s,
		   (size_t)((lf ? lf : end) - s), encoding, SUBJECT_MAX) < 0)
		return -1;
	c->first_trailer = f->trailers.n;
	if (trailers_read(s, (size_t)(end - s), keep_trailer, &sink) < 0)
		return -1;
	c->n_trailers = (uint32_t)(f->trailers.n - c->first_trailer);
	return 0;
}

static int add_idents(struct quarry_commit *c, struct facts *f, const struct raw_commit *raw,
		      const char *encoding)
{
	static const struct ident none = { .name = "", .email = "" };

	if (!raw->has_author)
		c->flags |= QUARRY_COMMIT_BAD_AUTHOR;
	if (!raw->has_committer)
		c->flags |= QUARRY_COMMIT_BAD_COMMITTER;
	if (!raw->has_author || !raw->author.has_time)
		c->flags |= QUARRY_COMMIT_NO_AUTHOR_TIME;
	if (!raw->has_committer || !raw->committer.has_time)
		c->flags |= QUARRY_COMMIT_NO_COMMITTER_TIME;
	if (intern_signature(&c->author, f, raw->has_author ? &raw->author : &none, encoding) < 0 ||
	    intern_signature(&c->committer, f, raw->has_committer ? &raw->committer : &none,
			     encoding) < 0)
		return -1;
	c->author_s = raw->has_author ? raw->author.time_s : 0;
	c->author_offset_min = raw->has_author ? raw->author.offset_min : 0;
	c->committer_s = raw->has_committer ? raw->committer.time_s : 0;
	c->committer_offset_min = raw->has_committer ? raw->committer.offset_min : 0;
	return 0;
}

int facts_add_commit(struct facts *f, const struct quarry_oid *oid, const struct raw_commit *raw)
{
	struct quarry_commit c = { .oid = *oid, .n_parents = (uint32_t)raw->n_parents,
				   .first_parent_oid = f->parents.n };
	char encoding[64];
	const char *declared = NULL;

	/* An empty name would mean the user's own locale to iconv, and "//" options. */
	if (raw->encoding && raw->encoding_len && raw->encoding_len < sizeof(encoding) &&
	    !memchr(raw->encoding, '/', raw->encoding_len)) {
		memcpy(encoding, raw->encoding, raw->encoding_len);
		encoding[raw->encoding_len] = '\0';
		declared = encoding;
	}
	if (raw->n_parents == 0)
		c.flags |= QUARRY_COMMIT_ROOT;
	for (size_t i = 0; i < raw->n_parents; i++)
		if (vec_push(&f->parents, commit_parent(raw, i)) < 0)
			return -1;
	f->decoded = false;
	if (add_idents(&c, f, raw, declared) < 0 || add_message(&c, f, raw, declared) < 0)
		return -1;
	if (f->decoded)
		c.flags |= QUARRY_COMMIT_NOT_UTF8;
	return vec_push(&f->commits, c);
}

static int by_oid(const void *a, const void *b)
{
	const struct quarry_commit *x = a, *y = b;

	return memcmp(x->oid.id, y->oid.id, QUARRY_OID_SIZE);
}

void facts_finish(struct quarry_history *h, struct facts *f)
{
	if (f->commits.n)
		qsort(f->commits.at, f->commits.n, sizeof(*f->commits.at), by_oid);
#define MOVE(field) \
	do { h->field = f->field.at; h->n_##field = f->field.n; f->field.at = NULL; } while (0)
	MOVE(commits);
	MOVE(parents);
	MOVE(signatures);
	MOVE(paths);
	MOVE(touches);
	MOVE(trailers);
#undef MOVE
	h->memory = f->arena;
	f->arena = NULL;
	facts_release(f);
}

void quarry_history_free(struct quarry_history *h)
{
	if (!h)
		return;
	if (h->memory)
		arena_release(h->memory);
	free(h->memory);
	free(h->commits);
	free(h->parents);
	free(h->signatures);
	free(h->paths);
	free(h->touches);
	free(h->trailers);
	free(h);
}
