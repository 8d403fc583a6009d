/*
 * People as a people.yaml, in one canonical form:
 *
 *	people:        by their first signature, which are sorted by e-mail, then name
 *	split:         likewise
 *	affiliations:  by group, from, until, first domain
 *
 * A text stands plain where every reader of YAML takes it for a text, else in single
 * quotes, else, with what YAML wants escaped, in double ones.
 */
#include <stdlib.h>
#include <string.h>

#include "config/people.h"
#include "quarry/quarter.h"
#include "util/banned.h"

/* One entry to be sorted: a person or a split by its signatures, or a rule. */
struct entry {
	const struct quarry_who *who; /* sorted copy */
	size_t n_who;
	const void *of;
};

static bool is_word_of_yaml(const char *s)
{
	static const char *const words[] = { "null", "true", "false", "yes", "no", "on", "off", "y", "n" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (people_same_text(s, words[i]))
			return true;
	return false;
}

static bool is_plain(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char others[] = "0123456789@._+- ";
	size_t len = strlen(s);

	if (!len || !strchr(letters, s[0]) || s[len - 1] == ' ' || is_word_of_yaml(s))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr(letters, s[i]) && !strchr(others, s[i]))
			return false;
	return true;
}

/* The length of what must be escaped at `s`: U+FEFF, U+FFFE or U+FFFF; 0: nothing. */
static size_t odd_at(const char *s)
{
	static const char *const odd[] = { "\xEF\xBB\xBF", "\xEF\xBF\xBE", "\xEF\xBF\xBF" };

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (strncmp(s, odd[i], 3) == 0)
			return 3;
	return 0;
}

static bool is_odd(const char *s)
{
	for (; *s; s++)
		if (odd_at(s))
			return true;
	return false;
}

static void add_double_quoted(struct str *out, const char *s)
{
	str_addc(out, '"');
	for (; *s; s++) {
		if (odd_at(s)) {
			const unsigned char *p = (const unsigned char *)s;

			str_addf(out, "\\u%04X", (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu));
			s += 2;
		} else {
			if (*s == '"' || *s == '\\')
				str_addc(out, '\\');
			str_addc(out, *s);
		}
	}
	str_addc(out, '"');
}

static void add_text(struct str *out, const char *s)
{
	if (is_plain(s)) {
		str_adds(out, s);
	} else if (is_odd(s)) {
		add_double_quoted(out, s);
	} else {
		str_addc(out, '\'');
		for (; *s; s++)
			str_adds(out, *s == '\'' ? "''" : (char[]){ *s, '\0' });
		str_addc(out, '\'');
	}
}

static void add_who(struct str *out, const struct quarry_who *who, struct str *scratch)
{
	str_clear(scratch);
	people_who_write(scratch, who->name, who->email);
	out->oom |= scratch->oom;
	add_text(out, scratch->buf ? scratch->buf : "");
}

static void add_date(struct str *out, const char *key, int64_t time_s, int64_t none)
{
	char date[32];

	if (time_s != none)
		str_addf(out, "%s: %s", key, quarry_date_format(date, sizeof(date), time_s));
}

static void add_person(struct str *out, const struct entry *e, struct str *scratch)
{
	const struct quarry_person *p = e->of;

	str_adds(out, "  - merge:\n");
	for (size_t i = 0; i < e->n_who; i++) {
		str_adds(out, "      - ");
		add_who(out, &e->who[i], scratch);
		str_addc(out, '\n');
	}
	if (p->name) {
		str_adds(out, "    name: ");
		add_text(out, p->name);
		str_addc(out, '\n');
	}
	if (p->class)
		str_addf(out, "    class: %s\n", p->class);
	if (p->n_affiliations)
		str_adds(out, "    affiliation:\n");
	for (size_t i = 0; i < p->n_affiliations; i++) {
		const struct quarry_affiliation *a = &p->affiliations[i];

		str_adds(out, "      - { group: ");
		add_text(out, a->group);
		add_date(out, ", from", a->from_s, QUARRY_SINCE_EVER);
		add_date(out, ", until", a->until_s, QUARRY_FOR_EVER);
		str_adds(out, " }\n");
	}
	if (p->opt_out)
		str_adds(out, "    opt-out: true\n");
}

static void add_split(struct str *out, const struct entry *e, struct str *scratch)
{
	str_adds(out, "  - [");
	for (size_t i = 0; i < e->n_who; i++) {
		str_adds(out, i ? ", " : "");
		add_who(out, &e->who[i], scratch);
	}
	str_adds(out, "]\n");
}

static void add_rule(struct str *out, const struct entry *e, struct str *scratch)
{
	const struct quarry_affiliation_rule *r = e->of;

	str_adds(out, "  - group: ");
	add_text(out, r->group);
	str_addc(out, '\n');
	if (r->title) {
		str_adds(out, "    title: ");
		add_text(out, r->title);
		str_addc(out, '\n');
	}
	if (r->n_domains)
		str_adds(out, "    domains:\n");
	for (size_t i = 0; i < r->n_domains; i++) {
		str_adds(out, "      - ");
		add_text(out, r->domains[i]);
		str_addc(out, '\n');
	}
	add_date(out, "    from", r->from_s, QUARRY_SINCE_EVER);
	str_adds(out, r->from_s != QUARRY_SINCE_EVER ? "\n" : "");
	add_date(out, "    until", r->until_s, QUARRY_FOR_EVER);
	str_adds(out, r->until_s != QUARRY_FOR_EVER ? "\n" : "");
}

static int by_who(const void *a, const void *b)
{
	return people_who_compare(a, b);
}

static int by_whos(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	for (size_t i = 0; i < x->n_who && i < y->n_who; i++) {
		int order = people_who_compare(&x->who[i], &y->who[i]);

		if (order)
			return order;
	}
	return x->n_who < y->n_who ? -1 : x->n_who > y->n_who;
}

static int compare_times(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_group(const void *a, const void *b)
{
	const struct quarry_affiliation_rule *x = ((const struct entry *)a)->of;
	const struct quarry_affiliation_rule *y = ((const struct entry *)b)->of;
	int order = strcmp(x->group, y->group);

	if (!order)
		order = compare_times(x->from_s, y->from_s);
	if (!order)
		order = compare_times(x->until_s, y->until_s);
	if (!order)
		order = strcmp(x->n_domains ? x->domains[0] : "", y->n_domains ? y->domains[0] : "");
	return order;
}

/* A sorted copy of the signatures; false without memory. */
static bool make_entry(struct entry *e, struct arena *arena, const struct quarry_who *who, size_t n,
		       const void *of)
{
	struct quarry_who *copy = arena_alloc(arena, n * sizeof(*copy) + !n);

	if (!copy)
		return false;
	if (n) {
		memcpy(copy, who, n * sizeof(*copy));
		qsort(copy, n, sizeof(*copy), by_who);
	}
	*e = (struct entry){ copy, n, of };
	return true;
}

struct part {
	const char *key;
	int (*order)(const void *a, const void *b);
	void (*add)(struct str *out, const struct entry *e, struct str *scratch);
};

/* Sort the entries and write them under their key; nothing where there is none. */
static void add_part(struct str *out, struct entry *entries, size_t n, const struct part *part)
{
	struct str scratch = STR_INIT;

	if (!n)
		return;
	qsort(entries, n, sizeof(*entries), part->order);
	str_addf(out, "%s:\n", part->key);
	for (size_t i = 0; i < n; i++)
		part->add(out, &entries[i], &scratch);
	str_release(&scratch);
}

/* The parts one after the other; `entries` has room for the largest of them. */
static void add_all(struct str *out, const struct quarry_people *p, struct entry *entries,
		    struct arena *arena)
{
	static const struct part people = { "people", by_whos, add_person };
	static const struct part split = { "split", by_whos, add_split };
	static const struct part affiliations = { "affiliations", by_group, add_rule };

	for (size_t i = 0; i < p->n_persons; i++)
		out->oom |= !make_entry(&entries[i], arena, p->persons[i].who, p->persons[i].n_who,
					&p->persons[i]);
	if (!out->oom)
		add_part(out, entries, p->n_persons, &people);
	for (size_t i = 0; i < p->n_splits; i++)
		out->oom |= !make_entry(&entries[i], arena, p->splits[i].who, p->splits[i].n_who,
					&p->splits[i]);
	if (!out->oom)
		add_part(out, entries, p->n_splits, &split);
	for (size_t i = 0; i < p->n_affiliations; i++)
		entries[i] = (struct entry){ NULL, 0, &p->affiliations[i] };
	if (!out->oom)
		add_part(out, entries, p->n_affiliations, &affiliations);
	if (!out->len)
		str_adds(out, "people: []\n");
}

int quarry_people_write(char **out, const struct quarry_people *people, struct quarry_error *err)
{
	size_t n = people->n_persons + people->n_splits + people->n_affiliations;
	struct entry *entries = calloc(n + 1, sizeof(*entries));
	struct arena arena = ARENA_INIT;
	struct str s = STR_INIT;
	int rc = 0;

	if (!entries)
		return quarry_error_nomem(err);
	add_all(&s, people, entries, &arena);
	if (s.oom) {
		rc = quarry_error_nomem(err);
	} else if (s.len > QUARRY_PEOPLE_FILE_MAX) {
		rc = quarry_error_set(err, QUARRY_EFAIL, "cannot write people: they take %zu bytes, more "
				      "than the limit of %zu", s.len, QUARRY_PEOPLE_FILE_MAX);
	} else {
		*out = str_detach(&s);
	}
	str_release(&s);
	arena_release(&arena);
	free(entries);
	return rc;
}
