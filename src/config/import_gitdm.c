/*
 * gitdm's files, which tell themselves apart line by line, so that EmailAliases and EmailMap
 * may stand one after the other in one text:
 *
 *	line   = "" | address address                     the first is the second's alias
 *	       | address employer [ "<" YYYY-MM-DD ]       until that day
 *	       | domain employer [ "<" YYYY-MM-DD ]
 *	       | '"' words '"' address                     an e-mail that is none
 *
 * A '#' begins a comment.  CNCF's copy writes `user!host` for `user@host`.  Of the lines of
 * one address each holds from the end of the one before; without a day, for ever.
 * Addresses that aliases lead to each other are one person.  Employers of an alias are not
 * looked at where the address that it leads to has some: gitdm goes by that.
 */
#include <stdlib.h>
#include <string.h>

#include "config/import.h"
#include "config/schema.h"
#include "util/banned.h"

#define GROUP_UNKNOWN UINT32_MAX

struct span {
	const char *s;
	size_t len;
};

struct address {
	const char *email; /* as it was first written */
	uint32_t up;       /* union-find; its own index at the top */
	int64_t person;    /* of the top; -1: none yet */
	bool is_alias;
	bool is_employed;  /* of the top: an address that is no alias has an employer */
	unsigned line;
};

struct employment {
	const char *domain; /* NULL: of an address */
	uint32_t owner;     /* index of `addresses`, or of `domains` */
	uint32_t group;     /* or GROUP_UNKNOWN: only its end is of use */
	int64_t until_s;
	unsigned line;
};

struct gitdm {
	struct import *im;
	struct map ids;     /* key of an e-mail: index of `addresses` */
	struct map domains; /* numbers domains, to sort by */
	VEC(struct address) addresses;
	VEC(struct employment) employments;
	struct str key;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static struct span trim(struct span t)
{
	while (t.len && is_space(t.s[0])) {
		t.s++;
		t.len--;
	}
	while (t.len && is_space(t.s[t.len - 1]))
		t.len--;
	return t;
}

/* The first word, or what stands in quotes, off the front of `rest`. */
static struct span take_word(struct span *rest, bool *quoted)
{
	const char *end = rest->s + rest->len, *p = rest->s, *close;
	struct span word;

	close = *p == '"' ? memchr(p + 1, '"', (size_t)(end - p - 1)) : NULL;
	*quoted = close && close > p + 1;
	if (*quoted) {
		word = (struct span){ p + 1, (size_t)(close - p - 1) };
		p = close + 1;
	} else {
		while (p < end && !is_space(*p))
			p++;
		word = (struct span){ rest->s, (size_t)(p - rest->s) };
	}
	*rest = trim((struct span){ p, (size_t)(end - p) });
	return word;
}

/* The '@', or the '!' that stands for it; NULL: it is no address. */
static const char *at_sign(struct span t)
{
	const char *at = memchr(t.s, '@', t.len);

	if (!at)
		at = memchr(t.s, '!', t.len);
	return at && at > t.s && at + 1 < t.s + t.len ? at : NULL;
}

static bool is_address(struct span t)
{
	for (size_t i = 0; i < t.len; i++)
		if (is_space(t.s[i]))
			return false;
	return at_sign(t) != NULL;
}

static int fail_line(struct gitdm *g, unsigned line, const char *why)
{
	return schema_fail(g->im->err, g->im->file, line, "%s (lines of gitdm's EmailAliases and EmailMap "
			   "are read: 'alias address', 'address employer < 2020-01-31')", why);
}

/* The number of an address; -1 where it cannot be written, which is counted. */
static int find_address(int64_t *out, struct gitdm *g, struct span t, unsigned line)
{
	struct address a = { NULL, (uint32_t)g->addresses.n, -1, false, false, line };
	const char *sign = at_sign(t), *text = NULL;
	int64_t *at;
	int rc = import_text(&text, g->im, t.s, t.len);

	*out = -1;
	if (rc)
		return rc;
	if (!text || strpbrk(text, "<>"))
		return import_lose(g->im, "lines with texts that cannot be written", line);
	a.email = text;
	if (sign && *sign == '!') {
		char *copy = arena_copy(g->im->arena, text, strlen(text));

		if (!copy)
			return quarry_error_nomem(g->im->err);
		*strchr(copy, '!') = '@'; /* no byte before it was converted: it is the first */
		a.email = copy;
	}
	str_clear(&g->key);
	people_who_key(&g->key, /* name= */ NULL, a.email);
	at = g->key.oom ? NULL : map_at(&g->ids, g->key.buf, g->key.len, -1);
	if (!at || (*at < 0 && vec_push(&g->addresses, a)))
		return quarry_error_nomem(g->im->err);
	if (*at < 0)
		*at = (int64_t)g->addresses.n - 1;
	*out = *at;
	return 0;
}

static uint32_t top_of(struct gitdm *g, uint32_t i)
{
	struct address *a = g->addresses.at;

	while (a[i].up != i)
		i = a[i].up = a[a[i].up].up;
	return i;
}

static int add_alias(struct gitdm *g, struct span alias, struct span of, unsigned line)
{
	int64_t a, b;
	uint32_t x, y;
	int rc = find_address(&a, g, alias, line);

	if (!rc)
		rc = find_address(&b, g, of, line);
	if (rc || a < 0 || b < 0)
		return rc;
	x = top_of(g, (uint32_t)a);
	y = top_of(g, (uint32_t)b);
	/* A second address for one alias is a contradiction, not a bridge between two. */
	if (g->addresses.at[a].is_alias && x != y)
		return import_lose(g->im, "second addresses of one alias", line);
	g->addresses.at[a].is_alias = true;
	if (x < y)
		g->addresses.at[y].up = x;
	else
		g->addresses.at[x].up = y;
	return 0;
}

/* Split `employer < date`; *until_s is FOR_EVER without a date. */
static int take_date(struct span *employer, int64_t *until_s, struct gitdm *g, unsigned line)
{
	const char *less = memchr(employer->s, '<', employer->len);
	struct span date;

	*until_s = QUARRY_FOR_EVER;
	if (!less)
		return 0;
	date = trim((struct span){ less + 1, (size_t)(employer->s + employer->len - less - 1) });
	*employer = trim((struct span){ employer->s, (size_t)(less - employer->s) });
	if (import_date(until_s, date.s, date.len))
		return fail_line(g, line, "what follows '<' is no date");
	return 0;
}

static int own_by_domain(struct employment *e, struct gitdm *g, struct span what)
{
	int64_t *at;
	int rc = import_text(&e->domain, g->im, what.s, what.len);

	if (rc || !e->domain)
		return rc ? rc : import_lose(g->im, "domains that are none", e->line);
	str_clear(&g->key);
	people_who_key(&g->key, /* name= */ NULL, e->domain);
	at = g->key.oom ? NULL : map_at(&g->domains, g->key.buf, g->key.len, (int64_t)g->domains.n);
	if (!at)
		return quarry_error_nomem(g->im->err);
	e->owner = (uint32_t)*at;
	return 0;
}

static int add_employer(struct gitdm *g, struct span what, struct span employer, unsigned line)
{
	struct employment e = { .line = line };
	const char *title = NULL;
	int64_t address = -1;
	int rc = take_date(&employer, &e.until_s, g, line);

	if (!rc && !employer.len)
		rc = fail_line(g, line, "there is no employer");
	if (!rc)
		rc = import_text(&title, g->im, employer.s, employer.len);
	if (rc)
		return rc;
	if (!title)
		return import_lose(g->im, "lines with texts that cannot be written", line);
	rc = is_address(what) ? find_address(&address, g, what, line) : own_by_domain(&e, g, what);
	if (rc || (address < 0 && !e.domain))
		return rc;
	if (address >= 0)
		e.owner = (uint32_t)address;
	e.group = GROUP_UNKNOWN;
	rc = import_is_unknown(title) ? import_lose(g->im, "employers that are not known", line) :
					import_group(&e.group, g->im, title);
	if (!rc && vec_push(&g->employments, e))
		rc = quarry_error_nomem(g->im->err);
	return rc;
}

static bool is_directive(struct span word)
{
	static const char *const words[] = { "EmailAliases", "RXEmailAliases", "EmailMap", "GroupMap",
					     "VirtualEmployer", "FileTypeMap" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == word.len && memcmp(words[i], word.s, word.len) == 0)
			return true;
	return false;
}

static int read_line(struct gitdm *g, struct span line_text, unsigned line)
{
	const char *hash = memchr(line_text.s, '#', line_text.len);
	struct span rest = line_text, word;
	bool quoted;

	if (hash)
		rest.len = (size_t)(hash - rest.s);
	rest = trim(rest);
	if (!rest.len)
		return 0;
	word = take_word(&rest, &quoted);
	if (is_directive(word))
		return fail_line(g, line, "this is gitdm's own configuration: import the files that it names");
	if (!rest.len)
		return fail_line(g, line, "there is one word alone");
	/* `a@b c!d` is an employer's name, unless the file writes all addresses so. */
	if (is_address(rest) && (memchr(rest.s, '@', rest.len) || memchr(word.s, '!', word.len)))
		return add_alias(g, word, rest, line);
	if (quoted)
		return fail_line(g, line, "an alias leads to no address");
	return add_employer(g, word, rest, line);
}

static int read_lines(struct gitdm *g)
{
	const char *text = g->im->text, *end = text + g->im->len;
	int rc = 0;

	for (unsigned line = 1; !rc && text < end; line++) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));

		if (!eol)
			eol = end;
		rc = read_line(g, (struct span){ text, (size_t)(eol - text) }, line);
		text = eol + 1;
	}
	return rc;
}

/* By owner, then end: each begins where the one before ends. */
static int by_end(const void *a, const void *b)
{
	const struct employment *x = a, *y = b;

	if (!x->domain != !y->domain)
		return x->domain ? 1 : -1;
	if (x->owner != y->owner)
		return x->owner < y->owner ? -1 : 1;
	if (x->until_s != y->until_s)
		return x->until_s < y->until_s ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static bool is_one_owner(const struct employment *a, const struct employment *b)
{
	return !a->domain == !b->domain && a->owner == b->owner;
}

static int person_of(uint32_t *out, struct gitdm *g, uint32_t address)
{
	struct address *top = &g->addresses.at[top_of(g, address)];
	uint32_t person = 0;
	int rc = 0;

	if (top->person < 0) {
		rc = import_person(&person, g->im, top->line);
		top->person = person;
	}
	*out = (uint32_t)top->person;
	return rc;
}

/* One term, unless it is an alias's and there are better ones. */
static int make_term(struct gitdm *g, const struct employment *e, struct import_term *t)
{
	const struct address *a;
	int rc;

	if (e->domain)
		return import_domain(g->im, e->domain, t);
	a = &g->addresses.at[e->owner];
	if (a->is_alias && g->addresses.at[top_of(g, e->owner)].is_employed)
		return import_lose(g->im, "employers of aliases", e->line);
	rc = person_of(&t->owner, g, e->owner);
	return rc ? rc : import_term(g->im, t);
}

static void note_employed(struct gitdm *g)
{
	for (size_t i = 0; i < g->employments.n; i++) {
		const struct employment *e = &g->employments.at[i];

		if (!e->domain && e->group != GROUP_UNKNOWN && !g->addresses.at[e->owner].is_alias)
			g->addresses.at[top_of(g, e->owner)].is_employed = true;
	}
}

static int make_terms(struct gitdm *g)
{
	struct employment *e = g->employments.at;
	int64_t from_s = QUARRY_SINCE_EVER;
	int rc = 0;

	note_employed(g);
	if (g->employments.n)
		qsort(e, g->employments.n, sizeof(*e), by_end);
	for (size_t i = 0; !rc && i < g->employments.n; i++) {
		struct import_term t = { 0, e[i].group, 0, e[i].until_s, e[i].line };

		if (!i || !is_one_owner(&e[i], &e[i - 1]))
			from_s = QUARRY_SINCE_EVER;
		else if (e[i].until_s != e[i - 1].until_s)
			from_s = e[i - 1].until_s;
		t.from_s = from_s;
		if (e[i].group != GROUP_UNKNOWN)
			rc = make_term(g, &e[i], &t);
	}
	return rc;
}

static int make_claims(struct gitdm *g)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < g->addresses.n; i++) {
		uint32_t person;

		rc = person_of(&person, g, (uint32_t)i);
		if (!rc)
			rc = import_claim(g->im, person, /* name= */ NULL, g->addresses.at[i].email,
					  g->addresses.at[i].line);
	}
	return rc;
}

int import_gitdm(struct import *im)
{
	struct gitdm g = { .im = im };
	int rc = read_lines(&g);

	if (!rc)
		rc = make_terms(&g);
	if (!rc)
		rc = make_claims(&g);
	vec_release(&g.addresses);
	vec_release(&g.employments);
	map_release(&g.ids);
	map_release(&g.domains);
	str_release(&g.key);
	return rc;
}
