/*
 * The grammar of a line; what does not match is passed over without a word:
 *
 *	line    = "#" anything
 *	        | contact [ contact ] anything
 *	contact = [ name ] "<" email ">"
 *
 * With one contact its e-mail is the one commits have.  With two, the first
 * is the proper one, the second the one commits have, and a name in the second
 * limits the line to commits under that name:
 *
 *	Proper Name <commit@email>
 *	<proper@email> <commit@email>
 *	Proper Name <proper@email> <commit@email>
 *	Proper Name <proper@email> Commit Name <commit@email>
 *
 * A '#' is a comment in column 0 alone.  Names lose the white space around
 * them, e-mails do not.  The e-mail of the first contact may not be empty, that
 * of the second may.
 */
#include "identity/mailmap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "identity/email.h"
#include "util/arena.h"
#include "util/banned.h"
#include "util/map.h"
#include "util/str.h"
#include "util/vec.h"

struct span {
	const char *s; /* NULL: not there */
	size_t len;
};

/* What a contact becomes; a part that is not there stays as it was. */
struct proper {
	struct span name, email;
};

struct entry {
	struct proper simple; /* for every name that has no line of its own */
	bool by_name;         /* some names have */
};

struct mailmap {
	struct arena text;  /* the file; all spans point into it */
	struct map by_email; /* folded e-mail: index of `entries` */
	struct map by_name;  /* index of `entries`, folded name: index of `named` */
	VEC(struct entry) entries;
	VEC(struct proper) named;
	struct str key;     /* scratch of a look-up */
};

/* git's own isspace, which knows neither \v nor \f. */
static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct span trim(struct span t)
{
	while (t.len && is_space(t.s[0])) {
		t.s++;
		t.len--;
	}
	while (t.len && is_space(t.s[t.len - 1]))
		t.len--;
	if (!t.len)
		t.s = NULL;
	return t;
}

enum empty_email { EMPTY_REFUSED, EMPTY_ALLOWED };

/* Take one contact off the front of `line`; false when there is none. */
static bool take_contact(struct span *name, struct span *email, struct span *line,
			 enum empty_email empty)
{
	const char *end = line->s + line->len, *left, *right;

	left = memchr(line->s, '<', line->len);
	if (!left)
		return false;
	right = memchr(left + 1, '>', (size_t)(end - left - 1));
	if (!right || (right == left + 1 && empty == EMPTY_REFUSED))
		return false;
	*name = trim((struct span){ line->s, (size_t)(left - line->s) });
	*email = (struct span){ left + 1, (size_t)(right - left - 1) };
	*line = (struct span){ right + 1, (size_t)(end - right - 1) };
	return true;
}

static bool email_key(struct str *key, const char *s, size_t len)
{
	str_clear(key);
	ascii_lower(key, s, len);
	str_add(key, "", 0); /* an empty key needs a buffer too */
	return !key->oom;
}

static bool name_key(struct str *key, uint32_t entry, const char *s, size_t len)
{
	str_clear(key);
	str_add(key, (const char *)&entry, sizeof(entry));
	ascii_lower(key, s, len);
	return !key->oom;
}

/* The entry of an e-mail, made when it is new; -1 without memory. */
static int64_t entry_of(struct mailmap *mm, struct span email)
{
	static const struct entry none = { 0 };
	int64_t *at;

	if (!email_key(&mm->key, email.s, email.len))
		return -1;
	at = map_at(&mm->by_email, mm->key.buf, mm->key.len, -1);
	if (!at)
		return -1;
	if (*at < 0) {
		if (vec_push(&mm->entries, none))
			return -1;
		*at = (int64_t)mm->entries.n - 1;
	}
	return *at;
}

/* A later line for the same name replaces the whole of an earlier one. */
static int set_named(struct mailmap *mm, uint32_t entry, struct span name, struct proper to)
{
	int64_t *at;

	if (!name_key(&mm->key, entry, name.s, name.len))
		return -1;
	at = map_at(&mm->by_name, mm->key.buf, mm->key.len, -1);
	if (!at)
		return -1;
	mm->entries.at[entry].by_name = true;
	if (*at >= 0) {
		mm->named.at[*at] = to;
		return 0;
	}
	if (vec_push(&mm->named, to))
		return -1;
	*at = (int64_t)mm->named.n - 1;
	return 0;
}

/* A later simple line replaces only the parts that it gives. */
static void set_simple(struct proper *simple, struct proper to)
{
	if (to.name.s)
		simple->name = to.name;
	if (to.email.s)
		simple->email = to.email;
}

static int add_line(struct mailmap *mm, struct span line)
{
	struct span name = { 0 }, email;
	struct proper to = { 0 };
	int64_t entry;

	if (!line.len || line.s[0] == '#' ||
	    !take_contact(&to.name, &to.email, &line, EMPTY_REFUSED))
		return 0;
	if (!take_contact(&name, &email, &line, EMPTY_ALLOWED)) {
		email = to.email;
		to.email = (struct span){ 0 };
	}
	entry = entry_of(mm, email);
	if (entry < 0)
		return -1;
	if (name.s)
		return set_named(mm, (uint32_t)entry, name, to);
	set_simple(&mm->entries.at[entry].simple, to);
	return 0;
}

static int add_lines(struct mailmap *mm, const char *text, size_t len, struct quarry_error *err)
{
	const char *end = text + len;
	size_t n_lines = 0;

	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		if (!eol)
			eol = end;
		if (++n_lines > MAILMAP_MAX_LINES)
			return quarry_error_set(err, QUARRY_EFAIL,
						"cannot read '.mailmap': more than %d lines",
						MAILMAP_MAX_LINES);
		if (add_line(mm, (struct span){ text, (size_t)(eol - text) }))
			return quarry_error_nomem(err);
		text = eol + 1;
	}
	return 0;
}

int mailmap_new(struct mailmap **out, const char *text, size_t len, struct quarry_error *err)
{
	struct mailmap *mm = NULL;
	const char *copy;
	int rc;

	len = len ? strnlen(text, len) : 0; /* git reads the blob as a C string */
	if (len > MAILMAP_MAX_BYTES)
		return quarry_error_set(err, QUARRY_EFAIL,
					"cannot read '.mailmap': longer than %d bytes",
					MAILMAP_MAX_BYTES);
	mm = calloc(1, sizeof(*mm));
	copy = mm ? arena_copy(&mm->text, text, len) : NULL;
	if (!copy) {
		rc = quarry_error_nomem(err);
		goto done;
	}
	rc = add_lines(mm, copy, len, err);
	if (rc)
		goto done;
	*out = mm;
	mm = NULL;
done:
	mailmap_free(mm);
	return rc;
}

void mailmap_free(struct mailmap *mm)
{
	if (!mm)
		return;
	str_release(&mm->key);
	vec_release(&mm->named);
	vec_release(&mm->entries);
	map_release(&mm->by_name);
	map_release(&mm->by_email);
	arena_release(&mm->text);
	free(mm);
}

int mailmap_map(struct mailmap_match *out, struct mailmap *mm, const char *name,
		size_t name_len, const char *email, size_t email_len, struct quarry_error *err)
{
	struct mailmap_match m = { name, name_len, email, email_len, false };
	const struct proper *to;
	const int64_t *at;

	if (!email_key(&mm->key, email, email_len))
		return quarry_error_nomem(err);
	at = map_find(&mm->by_email, mm->key.buf, mm->key.len);
	if (!at) {
		*out = m;
		return 0;
	}
	m.has_entry = true;
	to = &mm->entries.at[*at].simple;
	if (mm->entries.at[*at].by_name) {
		if (!name_key(&mm->key, (uint32_t)*at, name, name_len))
			return quarry_error_nomem(err);
		at = map_find(&mm->by_name, mm->key.buf, mm->key.len);
		if (at)
			to = &mm->named.at[*at];
	}
	if (to->name.s) {
		m.name = to->name.s;
		m.name_len = to->name.len;
	}
	if (to->email.s) {
		m.email = to->email.s;
		m.email_len = to->email.len;
	}
	*out = m;
	return 0;
}
