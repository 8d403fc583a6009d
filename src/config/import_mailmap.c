/*
 * A .mailmap, by the grammar of git (the one that src/identity/mailmap.c reads, too; a
 * layer does not include its sibling):
 *
 *	Proper Name <commit@email>
 *	<proper@email> <commit@email>
 *	Proper Name <proper@email> <commit@email>
 *	Proper Name <proper@email> Commit Name <commit@email>
 *
 * A later line for one e-mail replaces what it gives of an earlier one; a later line for
 * one name under it, all of the earlier one.
 *
 * One proper e-mail is one person.  It belongs to that person itself, unless a line sends
 * it on: git maps once, so a chain joins its links pairwise and not its ends.
 */
#include <string.h>

#include "config/import.h"
#include "util/banned.h"

struct span {
	const char *s; /* NULL: not there */
	size_t len;
};

/* What the commits under an e-mail, or under a name and that e-mail, become. */
struct entry {
	const char *name, *email; /* of the commits; name NULL: any */
	const char *to_name, *to_email;
	unsigned line;
};

struct mailmap {
	struct import *im;
	struct map by_key; /* of a signature: index of `entries` */
	struct map persons; /* key of the proper e-mail: person */
	VEC(struct entry) entries;
	struct str key;
};

/* Take one contact off the front of `line`; false when there is none. */
static bool take_contact(struct span *name, struct span *email, struct span *line, bool may_be_empty)
{
	const char *end = line->s + line->len, *left, *right;

	left = memchr(line->s, '<', line->len);
	if (!left)
		return false;
	right = memchr(left + 1, '>', (size_t)(end - left - 1));
	if (!right || (right == left + 1 && !may_be_empty))
		return false;
	*name = (struct span){ line->s, (size_t)(left - line->s) };
	*email = (struct span){ left + 1, (size_t)(right - left - 1) };
	*line = (struct span){ right + 1, (size_t)(end - right - 1) };
	return true;
}

/* Nothing but white space, as git sees it? */
static bool is_blank(struct span t)
{
	while (t.len && memchr(" \t\r\n", t.s[t.len - 1], 4))
		t.len--;
	return !t.len;
}

/*
 * The texts of a contact.  *usable is false, and a loss counted, where they cannot be
 * written: git does not trim an e-mail, so one with white space around it is nobody's.
 */
static int read_contact(const char **name, const char **email, bool *usable, struct mailmap *mm,
			struct span raw_name, struct span raw_email, unsigned line)
{
	int rc = 0;

	*name = *email = NULL;
	*usable = true;
	if (!is_blank(raw_name)) {
		rc = import_text(name, mm->im, raw_name.s, raw_name.len);
		*usable = *name != NULL;
	}
	if (!rc && raw_email.len)
		rc = import_text(email, mm->im, raw_email.s, raw_email.len);
	else if (!rc)
		*email = "";
	if (rc)
		return rc;
	if (!*email || (raw_email.len && (memchr(" \t\r", raw_email.s[0], 3) ||
					  memchr(" \t\r", raw_email.s[raw_email.len - 1], 3))))
		*usable = false;
	return *usable ? 0 : import_lose(mm->im, "lines with texts that cannot be written", line);
}

static int64_t *at_key(struct mailmap *mm, struct map *map, const char *name, const char *email)
{
	str_clear(&mm->key);
	people_who_key(&mm->key, name, email);
	str_add(&mm->key, "", 0); /* an empty key needs a buffer too */
	return mm->key.oom ? NULL : map_at(map, mm->key.buf, mm->key.len, -1);
}

static int add_entry(struct mailmap *mm, const struct entry *e)
{
	int64_t *at = at_key(mm, &mm->by_key, e->name, e->email);
	struct entry *old;

	if (!at || (*at < 0 && vec_push(&mm->entries, *e)))
		return quarry_error_nomem(mm->im->err);
	if (*at < 0) {
		*at = (int64_t)mm->entries.n - 1;
		return 0;
	}
	old = &mm->entries.at[*at];
	if (e->name) {
		*old = *e;
		return 0;
	}
	if (e->to_name)
		old->to_name = e->to_name;
	if (e->to_email)
		old->to_email = e->to_email;
	old->line = e->line;
	return 0;
}

static int read_line(struct mailmap *mm, struct span text, unsigned line)
{
	struct span name = { 0 }, email, to_name, to_email;
	struct entry e = { .line = line };
	bool usable;
	int rc;

	if (is_blank(text) || text.s[0] == '#')
		return 0;
	if (!take_contact(&to_name, &to_email, &text, /* may_be_empty= */ false))
		return import_lose(mm->im, "lines that git passes over, too", line);
	rc = read_contact(&e.to_name, &e.to_email, &usable, mm, to_name, to_email, line);
	if (rc || !usable)
		return rc;
	if (take_contact(&name, &email, &text, /* may_be_empty= */ true)) {
		rc = read_contact(&e.name, &e.email, &usable, mm, name, email, line);
		if (rc || !usable)
			return rc;
	} else {
		e.email = e.to_email;
		e.to_email = NULL;
	}
	return add_entry(mm, &e);
}

static int read_lines(struct mailmap *mm)
{
	const char *text = mm->im->text;
	/* git reads it as a C string. */
	const char *end = text + (mm->im->len ? strnlen(text, mm->im->len) : 0);
	int rc = 0;

	for (unsigned line = 1; !rc && text < end; line++) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		if (!eol)
			eol = end;
		rc = read_line(mm, (struct span){ text, (size_t)(eol - text) }, line);
		text = eol + 1;
	}
	if (!rc && end < mm->im->text + mm->im->len)
		rc = import_lose(mm->im, "texts behind a NUL, where git stops", 0);
	return rc;
}

static const char *target_of(const struct entry *e)
{
	return e->to_email ? e->to_email : e->email;
}

static bool is_own_target(const struct entry *e)
{
	return !e->name && (!e->to_email || people_same_text(e->to_email, e->email));
}

/* Does a line send this e-mail, under any name, to another one? */
static int sends_on(bool *out, struct mailmap *mm, const char *email)
{
	int64_t *at = at_key(mm, &mm->by_key, /* name= */ NULL, email);

	if (!at)
		return quarry_error_nomem(mm->im->err);
	*out = *at >= 0 && !is_own_target(&mm->entries.at[*at]);
	return 0;
}

static int make_claims(struct mailmap *mm, const struct entry *e)
{
	const char *target = target_of(e);
	int64_t *at = at_key(mm, &mm->persons, /* name= */ NULL, target);
	uint32_t person;
	bool on = false;
	int rc = at ? 0 : quarry_error_nomem(mm->im->err);

	if (!rc && *at < 0) {
		rc = import_person(&person, mm->im, e->line);
		if (!rc)
			*at = person;
	}
	if (!rc)
		rc = import_claim(mm->im, (uint32_t)*at, e->name, e->email, e->line);
	if (!rc)
		rc = sends_on(&on, mm, target);
	if (!rc && !on && *target)
		rc = import_claim(mm->im, (uint32_t)*at, /* name= */ NULL, target, e->line);
	return rc;
}

/* The line of the proper e-mail itself names the person, else the first one does. */
static int give_name(struct mailmap *mm, const struct entry *e)
{
	int64_t *at = at_key(mm, &mm->persons, /* name= */ NULL, target_of(e));
	struct import_person *p;

	if (!at)
		return quarry_error_nomem(mm->im->err);
	p = &mm->im->persons.at[*at];
	if (!p->name)
		p->name = e->to_name;
	else if (strcmp(p->name, e->to_name) != 0)
		return import_lose(mm->im, "second names of one person", e->line);
	return 0;
}

int import_mailmap(struct import *im)
{
	struct mailmap mm = { .im = im };
	int rc = read_lines(&mm);

	for (size_t i = 0; !rc && i < mm.entries.n; i++)
		rc = make_claims(&mm, &mm.entries.at[i]);
	for (int own = 1; own >= 0; own--)
		for (size_t i = 0; !rc && i < mm.entries.n; i++)
			if (mm.entries.at[i].to_name && is_own_target(&mm.entries.at[i]) == own)
				rc = give_name(&mm, &mm.entries.at[i]);
	vec_release(&mm.entries);
	map_release(&mm.by_key);
	map_release(&mm.persons);
	str_release(&mm.key);
	return rc;
}
