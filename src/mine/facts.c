#include "mine/facts.h"

#include <stdlib.h>
#include <string.h>

#include "mine/marks.h"
#include "util/banned.h"
#include "util/utf8.h"

#define SUBJECT_MAX 1024
#define VALUE_MAX 1024
#define NAME_MAX_LEN 1024

static void piece_free(struct piece *p)
{
	if (!p)
		return;
	arena_release(&p->arena);
	free(p->jobs);
	free(p);
}

int facts_init(struct facts *f)
{
	*f = (struct facts){ .scratch = STR_INIT, .line = STR_INIT, .signature_ids = INTERN_INIT };
	f->piece = calloc(1, sizeof(*f->piece));
	return f->piece ? 0 : -1;
}

void facts_release(struct facts *f)
{
	piece_free(f->piece);
	intern_release(&f->signature_ids);
	vec_release(&f->jobs);
	vec_release(&f->commits);
	vec_release(&f->parents);
	vec_release(&f->signatures);
	vec_release(&f->trailers);
	str_release(&f->scratch);
	str_release(&f->line);
	f->piece = NULL;
}

size_t facts_size(const struct facts *f)
{
	return f->piece->arena.total + f->commits.n * (sizeof(*f->commits.at) + sizeof(*f->jobs.at)) +
	       f->parents.n * sizeof(*f->parents.at) + f->trailers.n * sizeof(*f->trailers.at);
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

/* Bytes that are not UTF-8, into f->scratch and from there into the arena. */
static int decode_foreign(const char **out, size_t *out_len, struct facts *f, const char *s,
			  size_t len, const char *encoding, size_t max)
{
	f->decoded = true;
	str_clear(&f->scratch);
	utf8_decode(&f->scratch, s, len, encoding);
	if (f->scratch.oom)
		return -1;
	*out_len = cut(f->scratch.buf ? f->scratch.buf : "", f->scratch.len, max);
	*out = arena_copy(&f->piece->arena, f->scratch.buf, *out_len);
	return *out ? 0 : -1;
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
	if (utf8_valid(s, len)) {
		*out_len = cut(s, len, max);
		*out = arena_copy(&f->piece->arena, s, *out_len);
		return *out ? 0 : -1;
	}
	if (decode_foreign(out, out_len, f, s, len, encoding, max) < 0)
		return -1;
	if (raw) {
		*raw_len = len > max ? max : len;
		*raw = arena_copy(&f->piece->arena, s, *raw_len);
		if (!*raw)
			return -1;
	}
	return 0;
}

/* The key under which equal signatures are one: what the commit has of them. */
static int64_t signature_number(struct facts *f, const struct ident *ident, const char *encoding)
{
	str_clear(&f->scratch);
	str_add(&f->scratch, ident->name, ident->name_len);
	str_addc(&f->scratch, '\0');
	str_add(&f->scratch, ident->email, ident->email_len);
	str_addc(&f->scratch, '\0');
	str_adds(&f->scratch, encoding);
	return f->scratch.oom ? -1 : intern_at(&f->signature_ids, f->scratch.buf, f->scratch.len);
}

static int intern_signature(uint32_t *out, struct facts *f, const struct ident *ident,
			    const char *encoding)
{
	struct quarry_signature s = { 0 };
	int64_t number = signature_number(f, ident, encoding);

	if (number < 0)
		return -1;
	*out = (uint32_t)number;
	if ((size_t)number < f->signatures.n) {
		f->decoded |= f->signatures.at[number].raw_name || f->signatures.at[number].raw_email;
		return 0;
	}
	if (decode(&s.name, &s.name_len, &s.raw_name, &s.raw_name_len, f,
		   ident->name, ident->name_len, encoding, NAME_MAX_LEN) < 0 ||
	    decode(&s.email, &s.email_len, &s.raw_email, &s.raw_email_len, f,
		   ident->email, ident->email_len, encoding, NAME_MAX_LEN) < 0)
		return -1;
	return vec_push(&f->signatures, s);
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
	if (line->key != mark_line && ident_split(&ident, value->buf, value->len)) {
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
	struct trailer_block block;

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
	trailer_block_find(&block, s, (size_t)(end - s));
	c->first_trailer = f->trailers.n;
	if (trailers_read(&block, keep_trailer, &sink) < 0 ||
	    marks_read(s, (size_t)(end - s), &block, keep_trailer, &sink) < 0)
		return -1;
	c->n_trailers = (uint32_t)(f->trailers.n - c->first_trailer);
	return 0;
}

static int add_idents(struct quarry_commit *c, struct facts *f, const struct raw_commit *raw,
		      const char *encoding)
{
	static const struct ident none = { .name = "", .email = "" };

	if ((raw->has_author && !raw->author.email_len) ||
	    (raw->has_committer && !raw->committer.email_len))
		c->flags |= QUARRY_COMMIT_NO_EMAIL;
	if (raw->doubled)
		c->flags |= QUARRY_COMMIT_TWO_AUTHORS;
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

/* The encoding a commit declares, as a string for iconv; NULL: none, or none that means
 * one thing everywhere.  An empty name would mean the user's own locale to iconv, and
 * "//" options. */
static const char *declared(char *buf, size_t size, const struct raw_commit *raw)
{
	if (!raw->encoding || !raw->encoding_len || raw->encoding_len >= size ||
	    memchr(raw->encoding, '/', raw->encoding_len) ||
	    memchr(raw->encoding, '\0', raw->encoding_len))
		return NULL;
	memcpy(buf, raw->encoding, raw->encoding_len);
	buf[raw->encoding_len] = '\0';
	return buf;
}

int facts_add_commit(struct facts *f, const struct quarry_oid *oid, const struct raw_commit *raw,
		     const struct job *job)
{
	struct quarry_commit c = { .oid = *oid, .n_parents = (uint32_t)raw->n_parents,
				   .first_parent_oid = f->parents.n };
	char buf[64]; /* longer than any name of an encoding that iconv knows */
	const char *encoding = declared(buf, sizeof(buf), raw);

	if (raw->n_parents == 0)
		c.flags |= QUARRY_COMMIT_ROOT;
	if (raw->has_nul)
		c.flags |= QUARRY_COMMIT_NUL;
	if (raw->encoding && (!encoding || !utf8_knows(encoding)))
		c.flags |= QUARRY_COMMIT_ENCODING;
	for (size_t i = 0; i < raw->n_parents; i++)
		if (vec_push(&f->parents, commit_parent(raw, i)) < 0)
			return -1;
	f->decoded = false;
	if (add_idents(&c, f, raw, encoding) < 0 || add_message(&c, f, raw, encoding) < 0)
		return -1;
	if (f->decoded)
		c.flags |= QUARRY_COMMIT_NOT_UTF8;
	if (vec_push(&f->commits, c) < 0)
		return -1;
	return vec_push(&f->jobs, *job);
}

int facts_add_known(struct facts *f, const struct quarry_oid *oid, int64_t number)
{
	struct quarry_commit c = { .oid = *oid, .known = number };
	struct job job = { .flags = JOB_WANTED };

	return vec_push(&f->commits, c) < 0 ? -1 : vec_push(&f->jobs, job);
}

struct quarry_history *facts_finish(struct facts *f)
{
	struct quarry_history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
#define MOVE(field) \
	do { h->field = f->field.at; h->n_##field = f->field.n; f->field.at = NULL; } while (0)
	MOVE(commits);
	MOVE(parents);
	MOVE(signatures);
	MOVE(trailers);
#undef MOVE
	f->piece->jobs = f->jobs.at;
	f->jobs.at = NULL;
	h->memory = f->piece;
	f->piece = NULL;
	facts_release(f);
	return h;
}

struct piece *facts_piece(const struct quarry_history *h)
{
	return h->memory;
}

size_t quarry_history_size(const struct quarry_history *h)
{
	const struct piece *p = h->memory;
	size_t size = sizeof(*h) + h->n_commits * (sizeof(*h->commits) + sizeof(struct job)) +
		      h->n_parents * sizeof(*h->parents) +
		      h->n_signatures * sizeof(*h->signatures) +
		      h->n_trailers * sizeof(*h->trailers) + h->n_paths * sizeof(*h->paths) +
		      h->n_touches * sizeof(*h->touches) +
		      h->n_tip_paths * sizeof(*h->tip_paths);

	return p ? size + p->arena.total : size;
}

void quarry_history_free(struct quarry_history *h)
{
	if (!h)
		return;
	piece_free(h->memory);
	free(h->commits);
	free(h->parents);
	free(h->signatures);
	free(h->paths);
	free(h->touches);
	free(h->trailers);
	free(h->gone);
	free(h->landed);
	free(h->landed_no_more);
	free(h->tip_texts);
	free(h->tip_paths);
	free(h->releases);
	free(h);
}
