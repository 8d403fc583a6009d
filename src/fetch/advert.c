/*
 * What is read here:
 *
 *	advert   = [ "# service=" *CHAR flush ] ( refs-0 / caps-2 )
 *	refs-0   = [ id " " name NUL caps *( id " " name ) ] *( "shallow " id ) flush
 *	caps-2   = "version 2" *( capability [ "=" *CHAR ] ) flush
 *	ls-refs  = *( ( id / "unborn" ) " " name *( " " attribute ) ) flush
 *	attribute = "symref-target:" name / "peeled:" id / others, which are skipped
 *
 * Each line is a packet, with or without a newline at its end.  In refs-0 the name of an
 * annotated tag comes again with "^{}" behind it and the id of what it points to; a server
 * without any reference has "capabilities^{}" for a name.
 */
#include "fetch/advert.h"

#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

#define HEADS "refs/heads/"
#define TAGS "refs/tags/"
#define PEELED "^{}"
/* With a name and its capabilities a line of version 0 still fits into a packet. */
#define NAME_LEN_MAX 4096
#define CAPS_LEN_MAX 32768
/* More branches at one commit are not chosen among. */
#define GUESSES_MAX 1000

/* A part of a line, shared with it. */
struct part {
	const char *at;
	size_t len;
};

static bool starts_with(struct part s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && memcmp(s.at, prefix, len) == 0;
}

static bool ends_with(struct part s, const char *end)
{
	size_t len = strlen(end);

	return s.len >= len && memcmp(s.at + s.len - len, end, len) == 0;
}

static bool equals(struct part s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

static struct part behind(struct part s, size_t n)
{
	return (struct part){ s.at + n, s.len - n };
}

/* Cut the part before `sep`, and the separator, off what is left. */
static struct part cut(struct part *rest, char sep)
{
	const char *end = rest->len ? memchr(rest->at, sep, rest->len) : NULL;
	struct part first = { rest->at, end ? (size_t)(end - rest->at) : rest->len };

	*rest = behind(*rest, first.len + (end ? 1 : 0));
	return first;
}

static bool is_text(struct part s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return false;
	return true;
}

static bool is_name(struct part s)
{
	return s.len > 0 && s.len <= NAME_LEN_MAX && is_text(s) && !memchr(s.at, ' ', s.len);
}

static bool is_hex(struct part s, size_t len)
{
	if (s.len != len)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!(s.at[i] >= '0' && s.at[i] <= '9') && !(s.at[i] >= 'a' && s.at[i] <= 'f'))
			return false;
	return true;
}

/* --- capabilities ---------------------------------------------------------- */

/* The next capability, taken apart; false: there is none. Without "=" value.at is NULL. */
static bool next_capability(struct part *key, struct part *value, struct part *rest, char sep)
{
	struct part item = { NULL, 0 };

	while (rest->len && !item.len)
		item = cut(rest, sep);
	if (!item.len)
		return false;
	*key = cut(&item, '=');
	*value = key->at + key->len == item.at ? (struct part){ NULL, 0 } : item;
	return true;
}

static struct part caps_of(const struct advert *a)
{
	return (struct part){ a->caps ? a->caps : "", a->caps ? strlen(a->caps) : 0 };
}

static char separator(const struct advert *a)
{
	return a->version == 2 ? '\n' : ' ';
}

static bool has_word(struct part words, const char *word)
{
	while (words.len)
		if (equals(cut(&words, ' '), word))
			return true;
	return false;
}

bool advert_has(const struct advert *a, const char *capability, const char *value)
{
	struct part rest = caps_of(a), key, words;

	while (next_capability(&key, &words, &rest, separator(a)))
		if (equals(key, capability) && (!value || has_word(words, value)))
			return true;
	return false;
}

const char *advert_value(const struct advert *a, const char *capability, size_t *len)
{
	struct part rest = caps_of(a), key, value;

	while (next_capability(&key, &value, &rest, separator(a)))
		if (equals(key, capability) && value.at) {
			*len = value.len;
			return value.at;
		}
	return NULL;
}

void advert_edit_caps(struct str *out, const char *caps, const char *const *drop)
{
	struct part rest = { caps ? caps : "", caps ? strlen(caps) : 0 }, key, value;
	const char *gap = "";

	while (next_capability(&key, &value, &rest, ' ')) {
		const char *const *d = drop;

		while (*d && !equals(key, *d))
			d++;
		if (*d)
			continue;
		str_adds(out, gap);
		str_add(out, key.at, key.len + (value.at ? 1 + value.len : 0));
		gap = " ";
	}
}

/* --- references ------------------------------------------------------------ */

static int nomem(const struct pkt_reader *r)
{
	return guard_fail(r->link->guard, GUARD_NOMEM, "out of memory");
}

static void ref_release(struct advert_ref *ref)
{
	free(ref->name);
	free(ref->symref);
	free(ref->peeled);
}

void advert_release(struct advert *a)
{
	for (size_t i = 0; i < a->refs.n; i++)
		ref_release(&a->refs.at[i]);
	vec_release(&a->refs);
	free(a->caps);
	*a = (struct advert)ADVERT_INIT;
}

const struct advert_ref *advert_find(const struct advert *a, const char *name)
{
	for (size_t i = 0; i < a->refs.n; i++)
		if (!strcmp(a->refs.at[i].name, name))
			return &a->refs.at[i];
	return NULL;
}

size_t advert_hex_len(const struct advert *a)
{
	return advert_has(a, "object-format", "sha256") ? 64 : 40;
}

static int set_text(char **out, struct part text, const struct pkt_reader *r)
{
	if (*out)
		return pkt_garbage(r->link->guard); /* said twice */
	*out = strndup(text.at, text.len);
	return *out ? 0 : nomem(r);
}

/* --- what is wanted -------------------------------------------------------- */

/*
 * References while they are read.  A server may have 300,000 of 4,000 bytes: what is not
 * wanted is not held.
 *
 * Where the server does not say what HEAD stands for (it is older than git 1.8.5, or HEAD
 * is detached), it may be any branch with the same commit.
 */
struct listing {
	struct advert *a;
	const struct pkt_reader *r;
	size_t id_len, n_read, n_guesses;
	const char *branch; /* short name; NULL: only what HEAD stands for */
	bool releases;
	const char *target; /* what HEAD stands for; NULL: not known, or not yet */
	char head_hex[ADVERT_HEX_MAX + 1]; /* "": HEAD has not come, or no commit is there yet */
};

static void note_head(struct listing *l, const struct advert_ref *head)
{
	l->target = head->symref;
	memcpy(l->head_hex, head->hex, sizeof(l->head_hex));
}

static struct listing start_listing(struct advert *a, const struct pkt_reader *r,
				    const char *branch, bool releases)
{
	struct listing l = { .a = a, .r = r, .id_len = advert_hex_len(a), .branch = branch,
			     .releases = releases };
	const struct advert_ref *head = advert_find(a, "HEAD");

	if (head)
		note_head(&l, head);
	return l;
}

/* A branch that HEAD may stand for. All servers that are known list HEAD first; for others
 * the names that most have are kept until it comes. */
static bool may_be_heads(struct listing *l, const struct advert_ref *ref)
{
	bool usual = !strcmp(ref->name, HEADS "master") || !strcmp(ref->name, HEADS "main");

	if (l->target)
		return false;
	if (!l->head_hex[0])
		return usual;
	return !strcmp(ref->hex, l->head_hex) && (usual || l->n_guesses++ < GUESSES_MAX);
}

static bool is_wanted(struct listing *l, const struct advert_ref *ref)
{
	struct part name = { ref->name, strlen(ref->name) };

	if (!strcmp(ref->name, "HEAD") || (l->target && !strcmp(ref->name, l->target)))
		return true;
	if (starts_with(name, TAGS))
		return l->releases;
	if (!starts_with(name, HEADS))
		return false;
	return (l->branch && !strcmp(ref->name + strlen(HEADS), l->branch)) ||
	       may_be_heads(l, ref);
}

/* Takes the reference over, whatever is returned. */
static int push_ref(struct listing *l, struct advert_ref *ref)
{
	struct guard *g = l->r->link->guard;
	bool wanted = is_wanted(l, ref);
	int rc = 0;

	if (l->n_read++ >= ADVERT_REFS_MAX)
		rc = guard_fail(g, GUARD_FINAL, "it has more than %d references", ADVERT_REFS_MAX);
	else if (wanted && vec_push(&l->a->refs, *ref))
		rc = nomem(l->r);
	if (rc || !wanted)
		ref_release(ref);
	else if (!strcmp(ref->name, "HEAD"))
		note_head(l, ref);
	return rc;
}

/* `hex` is empty or has been checked. */
static int make_ref(struct advert_ref *out, struct part hex, struct part name,
		    const struct pkt_reader *r)
{
	*out = (struct advert_ref){ .name = NULL };
	memcpy(out->hex, hex.at, hex.len);
	return set_text(&out->name, name, r);
}

/* --- packets --------------------------------------------------------------- */

/* What an "ERR" says ends the fetch; else it must be data or a flush. */
static int next_packet(struct pkt *out, struct pkt_reader *r)
{
	if (pkt_need(out, r) < 0 || pkt_check_error(out, r->link->guard) < 0)
		return -1;
	if (out->kind != PKT_DATA && out->kind != PKT_FLUSH)
		return pkt_garbage(r->link->guard);
	return 0;
}

static struct part line_of(const struct pkt *p)
{
	return (struct part){ p->data, pkt_line_len(p) };
}

/* --- version 0 ------------------------------------------------------------- */

/* "v1.0^{}" behind "v1.0"; one that stands alone says nothing that is needed. */
static int add_peeled(struct listing *l, struct part hex, struct part name)
{
	struct advert *a = l->a;
	struct advert_ref *last = a->refs.n ? &a->refs.at[a->refs.n - 1] : NULL;

	name.len -= strlen(PEELED);
	return last && equals(name, last->name) ? set_text(&last->peeled, hex, l->r) : 0;
}

/* Only HEAD's is looked for: others are of no use. */
static int set_symref_0(struct advert_ref *head, const struct listing *l)
{
	struct part rest = caps_of(l->a), key, value;

	while (!head->symref && next_capability(&key, &value, &rest, ' ')) {
		if (!equals(key, "symref") || !starts_with(value, "HEAD:"))
			continue;
		value = behind(value, strlen("HEAD:"));
		if (!is_name(value))
			return pkt_garbage(l->r->link->guard);
		if (set_text(&head->symref, value, l->r) < 0)
			return -1;
	}
	return 0;
}

static int add_line_0(struct listing *l, struct part line)
{
	struct part hex = cut(&line, ' ');
	struct advert_ref ref;

	if (equals(hex, "shallow") && is_hex(line, l->id_len)) {
		l->a->shallow = true;
		return 0;
	}
	if (!is_hex(hex, l->id_len) || !is_name(line))
		return pkt_garbage(l->r->link->guard);
	if (equals(line, "capabilities" PEELED))
		return 0;
	if (ends_with(line, PEELED))
		return add_peeled(l, hex, line);
	if (make_ref(&ref, hex, line, l->r) < 0)
		return -1;
	if (equals(line, "HEAD") && set_symref_0(&ref, l) < 0) {
		ref_release(&ref);
		return -1;
	}
	return push_ref(l, &ref);
}

/* The capabilities stand in the first line alone, which `p` is. */
static int read_version_0(struct advert *a, struct pkt *p, struct pkt_reader *r,
			  const char *branch, bool releases)
{
	struct part caps = line_of(p), line;
	struct listing l;
	int rc = 0;

	if (p->kind == PKT_FLUSH)
		return 0;
	line = cut(&caps, '\0');
	if (!is_text(caps) || caps.len > CAPS_LEN_MAX)
		return pkt_garbage(r->link->guard);
	if (set_text(&a->caps, caps, r) < 0)
		return -1;
	l = start_listing(a, r, branch, releases);
	while (!rc && p->kind == PKT_DATA) {
		rc = add_line_0(&l, line);
		if (!rc)
			rc = next_packet(p, r);
		if (!rc)
			line = line_of(p);
	}
	return rc;
}

/* --- version 2 ------------------------------------------------------------- */

static int read_caps_2(struct advert *a, struct pkt_reader *r)
{
	struct str lines = STR_INIT;
	struct pkt p;
	int rc;

	while (!(rc = next_packet(&p, r)) && p.kind == PKT_DATA) {
		struct part line = line_of(&p);

		str_add(&lines, line.at, line.len);
		str_addc(&lines, '\n');
		if (lines.oom)
			rc = nomem(r);
		else if (!is_text(line) || lines.len > CAPS_LEN_MAX)
			rc = pkt_garbage(r->link->guard);
		if (rc)
			break;
	}
	if (!rc && lines.len) {
		a->caps = lines.buf;
		lines.buf = NULL;
	}
	str_release(&lines);
	return rc;
}

static int add_attribute(struct advert_ref *ref, struct part word, size_t id_len,
			 const struct pkt_reader *r)
{
	struct part value = word;
	struct part key = cut(&value, ':');

	if (equals(key, "symref-target"))
		return is_name(value) ? set_text(&ref->symref, value, r)
				      : pkt_garbage(r->link->guard);
	if (equals(key, "peeled"))
		return is_hex(value, id_len) ? set_text(&ref->peeled, value, r)
					     : pkt_garbage(r->link->guard);
	return 0;
}

static int add_line_2(struct listing *l, struct part line)
{
	struct part hex = cut(&line, ' '), name = cut(&line, ' ');
	struct advert_ref ref;
	int rc;

	if (equals(hex, "unborn"))
		hex.len = 0;
	else if (!is_hex(hex, l->id_len))
		return pkt_garbage(l->r->link->guard);
	if (!is_name(name) || ends_with(name, PEELED))
		return pkt_garbage(l->r->link->guard);
	rc = make_ref(&ref, hex, name, l->r);
	while (!rc && line.len)
		rc = add_attribute(&ref, cut(&line, ' '), l->id_len, l->r);
	if (!rc)
		return push_ref(l, &ref);
	ref_release(&ref);
	return rc;
}

int lsrefs_answer(struct advert *a, struct pkt_reader *r, const char *branch, bool releases)
{
	struct listing l = start_listing(a, r, branch, releases);
	struct pkt p;
	int rc;

	while (!(rc = next_packet(&p, r)) && p.kind == PKT_DATA)
		if ((rc = add_line_2(&l, line_of(&p))) < 0)
			break;
	return rc;
}

void lsrefs_request(struct str *out, const struct advert *a, const char *branch, bool releases)
{
	const char *format;
	size_t len;

	pkt_addf(out, "command=ls-refs\n");
	if (advert_has(a, "agent", NULL))
		pkt_addf(out, "agent=quarry/%s\n", QUARRY_VERSION);
	format = advert_value(a, "object-format", &len);
	if (format)
		pkt_addf(out, "object-format=%.*s\n", (int)len, format);
	pkt_delim(out);
	if (releases)
		pkt_addf(out, "peel\n");
	pkt_addf(out, "symrefs\n");
	if (advert_has(a, "ls-refs", "unborn"))
		pkt_addf(out, "unborn\n");
	pkt_addf(out, "ref-prefix HEAD\n");
	if (branch)
		pkt_addf(out, "ref-prefix " HEADS "%s\n", branch);
	if (releases)
		pkt_addf(out, "ref-prefix " TAGS "\n");
	pkt_flush(out);
}

/* --- both ------------------------------------------------------------------ */

int advert_read(struct advert *a, struct pkt_reader *r, const char *branch, bool releases)
{
	struct pkt p;

	if (next_packet(&p, r) < 0)
		return -1;
	if (p.kind == PKT_DATA && starts_with(line_of(&p), "# service=")) {
		if (next_packet(&p, r) < 0)
			return -1;
		if (p.kind != PKT_FLUSH)
			return pkt_garbage(r->link->guard);
		if (next_packet(&p, r) < 0)
			return -1;
	}
	if (p.kind == PKT_DATA && equals(line_of(&p), "version 2")) {
		a->version = 2;
		return read_caps_2(a, r);
	}
	a->version = 0;
	return read_version_0(a, &p, r, branch, releases);
}
