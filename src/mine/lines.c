/*
 * Most pairs differ in a few places, so the work is done from the cheap to the dear:
 *   1. what both have in common at the start and at the end is skipped as bytes;
 *   2. where nothing is left of one side, the other's lines are counted;
 *   3. lines of the rest that the other rest lacks are changed whatever happens; when
 *      the remaining ones cost little, none of git's shortcuts plays a part, and the
 *      smallest number of changes is git's;
 *   4. else the lines in common are counted, too, because git's shortcuts depend on how
 *      often a line is in the whole file.
 */
#include "mine/lines.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "mine/lines_class.h"
#include "mine/lines_cost.h"
#include "util/hash.h"
#include "util/banned.h"

#define SNIFFED 8000                     /* git looks for a NUL so far */
#define TEXT_MAX ((size_t)512 << 20)     /* and takes what is larger for binary */
#define KEPT_MAX ((size_t)4 << 20)       /* bytes of each array that a next call may find */
#define WORD sizeof(uint64_t)
#define BLOCK ((size_t)256)

/* git leaves out lines with many partners where they stand among lines without any. */
#define PARTNERS_MAX 1024
#define WINDOW 100         /* lines looked at on either side */
#define LONE_PER_MANY 3    /* it takes more than so many without a partner to one with many */
#define LONE_MIN 7         /* so fewer never suffice: the line counts twice itself */

struct buffer {
	void *at;
	size_t size;
};

struct lines {
	struct line_classes classes;
	struct buffer ids, kept, marks, diagonals;
};

/* What is left of a side between start and end in common. */
struct rest {
	const char *text, *end;
	int32_t n;           /* its lines */
	uint32_t *ids;       /* n: their classes */
	uint32_t *kept;      /* n_kept: of those that may be equal to one of the other side */
	int32_t n_kept;
};

struct pair {
	struct rest side[2];
	/* In common before and behind, as it stands on the old side. */
	const char *before, *before_end, *behind, *behind_end;
};

int lines_new(struct lines **out)
{
	struct lines *l = calloc(1, sizeof(*l));

	if (!l)
		return -1;
	l->classes.seed = hash_seed();
	*out = l;
	return 0;
}

/* Room for n things, whose values are lost; NULL without memory. */
static void *room(struct buffer *b, size_t n, size_t size)
{
	if (n > (size_t)-1 / size)
		return NULL;
	if (n * size > b->size) {
		void *p = malloc(n * size);

		if (!p)
			return NULL;
		free(b->at);
		b->at = p;
		b->size = n * size;
	}
	return b->at;
}

static void buffer_release(struct buffer *b)
{
	free(b->at);
	*b = (struct buffer){ 0 };
}

/* What a giant has left behind must not stay with every thread. */
static void shrink(struct lines *l)
{
	struct buffer *buffers[] = { &l->ids, &l->kept, &l->marks, &l->diagonals };

	for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++)
		if (buffers[i]->size > KEPT_MAX)
			buffer_release(buffers[i]);
	if (l->classes.cap * sizeof(*l->classes.at) > KEPT_MAX ||
	    l->classes.slots_cap * sizeof(*l->classes.slots) > KEPT_MAX)
		line_classes_release(&l->classes);
}

void lines_free(struct lines *l)
{
	if (!l)
		return;
	line_classes_release(&l->classes);
	buffer_release(&l->ids);
	buffer_release(&l->kept);
	buffer_release(&l->marks);
	buffer_release(&l->diagonals);
	free(l);
}

bool lines_binary(const char *text, size_t len)
{
	return len > TEXT_MAX || (len && memchr(text, 0, len < SNIFFED ? len : SNIFFED));
}

void lines_gitlink(char out[LINES_GITLINK_LEN], const struct quarry_oid *commit)
{
	static const char digits[] = "0123456789abcdef", text[] = "Subproject commit ";
	char *p = out + sizeof(text) - 1;

	memcpy(out, text, sizeof(text) - 1);
	for (size_t i = 0; i < QUARRY_OID_SIZE; i++) {
		*p++ = digits[commit->id[i] >> 4];
		*p++ = digits[commit->id[i] & 15];
	}
	*p = '\n';
}

static uint64_t differing(const char *a, const char *b)
{
	uint64_t x, y;

	memcpy(&x, a, WORD);
	memcpy(&y, b, WORD);
	return le64toh(x ^ y);
}

/* Equal bytes at the start, of n. */
static size_t equal_start(const char *a, const char *b, size_t n)
{
	size_t i = 0;

	while (n - i >= BLOCK && !memcmp(a + i, b + i, BLOCK))
		i += BLOCK;
	for (; n - i >= WORD; i += WORD) {
		uint64_t bits = differing(a + i, b + i);

		if (bits)
			return i + (size_t)__builtin_ctzll(bits) / 8;
	}
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

/* Equal bytes before the ends, of n. */
static size_t equal_end(const char *a_end, const char *b_end, size_t n)
{
	size_t i = 0;

	while (n - i >= BLOCK && !memcmp(a_end - i - BLOCK, b_end - i - BLOCK, BLOCK))
		i += BLOCK;
	for (; n - i >= WORD; i += WORD) {
		uint64_t bits = differing(a_end - i - WORD, b_end - i - WORD);

		if (bits)
			return i + (size_t)__builtin_clzll(bits) / 8;
	}
	while (i < n && a_end[-1 - (ptrdiff_t)i] == b_end[-1 - (ptrdiff_t)i])
		i++;
	return i;
}

static bool starts_line(const struct rest *r, const char *p)
{
	return p == r->text || p[-1] == '\n';
}

/* Take away whole lines that both have at the start, then at the end. */
static void trim(struct pair *p)
{
	struct rest *a = &p->side[LINE_OLD], *b = &p->side[LINE_NEW];
	size_t len_a = (size_t)(a->end - a->text), len_b = (size_t)(b->end - b->text);
	size_t shorter = len_a < len_b ? len_a : len_b, n;
	const char *last;

	n = equal_start(a->text, b->text, shorter);
	if (n < len_a || n < len_b) {
		last = n ? memrchr(a->text, '\n', n) : NULL;
		n = last ? (size_t)(last + 1 - a->text) : 0;
	}
	p->before = a->text;
	p->before_end = a->text += n;
	b->text += n;
	n = equal_end(a->end, b->end, shorter - n);
	if (!starts_line(a, a->end - n) || !starts_line(b, b->end - n)) {
		const char *eol = memchr(a->end - n, '\n', n);

		n = eol ? (size_t)(a->end - (eol + 1)) : 0;
	}
	p->behind_end = a->end;
	p->behind = a->end -= n;
	b->end -= n;
}

/* Number the lines of what is left. */
static int classify(struct lines *l, struct pair *p)
{
	struct rest *a = &p->side[LINE_OLD], *b = &p->side[LINE_NEW];
	size_t n;

	a->n = line_count(a->text, a->end);
	b->n = line_count(b->text, b->end);
	n = (size_t)a->n + (size_t)b->n;
	a->ids = room(&l->ids, n, sizeof(*a->ids));
	a->kept = room(&l->kept, n, sizeof(*a->kept));
	if (!a->ids || !a->kept || line_classes_clear(&l->classes, n))
		return -1;
	b->ids = a->ids + a->n;
	b->kept = a->kept + a->n;
	if (line_classes_add_old(&l->classes, a->ids, a->text, a->end))
		return -1;
	return line_classes_add_new(&l->classes, b->ids, b->text, b->end, a->ids,
				    a->ids + a->n);
}

/* Keep the lines that the other side has, too. */
static void keep_shared(struct rest *r, const struct line_class *classes, enum line_side other)
{
	r->n_kept = 0;
	for (int32_t i = 0; i < r->n; i++) {
		r->kept[r->n_kept] = r->ids[i];
		r->n_kept += classes[r->ids[i]].n[other] > 0;
	}
}

static int problem(struct cost_problem *out, struct lines *l, const struct pair *p)
{
	const struct rest *a = &p->side[LINE_OLD], *b = &p->side[LINE_NEW];

	*out = (struct cost_problem){ a->kept, b->kept, a->n_kept, b->n_kept, NULL };
	out->diagonals = room(&l->diagonals, (size_t)cost_room(out->n_a, out->n_b),
			      sizeof(*out->diagonals));
	return out->diagonals ? 0 : -1;
}

static int32_t n_dropped(const struct pair *p)
{
	return p->side[0].n - p->side[0].n_kept + p->side[1].n - p->side[1].n_kept;
}

/* Where no shortcut of git's can play a part: 1 and the changed lines; else 0, or -1
 * without memory. */
static int count_plainly(int32_t *out, struct lines *l, struct pair *p)
{
	struct rest *a = &p->side[LINE_OLD], *b = &p->side[LINE_NEW];
	struct cost_problem q;
	int32_t cost;

	keep_shared(a, l->classes.at, LINE_NEW);
	keep_shared(b, l->classes.at, LINE_OLD);
	if (!a->n_kept) {
		*out = a->n + b->n;
		return 1;
	}
	if (a->n - a->n_kept >= LONE_MIN || b->n - b->n_kept >= LONE_MIN)
		return 0;
	if (problem(&q, l, p))
		return -1;
	cost = cost_smallest(&q);
	if (cost < 0 || cost + n_dropped(p) > COST_EXACT)
		return 0;
	*out = cost + n_dropped(p);
	return 1;
}

/* A line's partners: equal lines anywhere on the other side. */
enum mark { LONE, SOME, MANY };

static void mark(unsigned char *marks, const struct rest *r, const struct line_class *classes,
		 enum line_side other, int32_t n_around)
{
	int32_t many = cost_root((int64_t)r->n + n_around);

	if (many > PARTNERS_MAX)
		many = PARTNERS_MAX;
	for (int32_t i = 0; i < r->n; i++) {
		const struct line_class *c = &classes[r->ids[i]];
		int32_t n = c->n[other] + c->n_around;

		marks[i] = !n ? LONE : n < many ? SOME : MANY;
	}
}

/* Count the marks from i on in one direction, up to a line with some partners. */
static void look(int32_t n_marks[2], const unsigned char *marks, int32_t n, int32_t i, int step)
{
	n_marks[0] = n_marks[1] = 0;
	for (int32_t k = 0, j = i + step; k < WINDOW && j >= 0 && j < n; k++, j += step) {
		if (marks[j] == SOME)
			return;
		n_marks[marks[j] == MANY]++;
	}
}

/* Whether git leaves out a line with many partners. */
static bool is_lost(const unsigned char *marks, int32_t n, int32_t i)
{
	int32_t up[2], down[2];

	look(up, marks, n, i, -1);
	if (!up[0])
		return false;
	look(down, marks, n, i, 1);
	if (!down[0])
		return false;
	/* git counts the line itself once for each direction. */
	return up[0] + down[0] > LONE_PER_MANY * (up[1] + down[1] + 2);
}

/* Keep the lines that git keeps. */
static void keep_as_git(struct rest *r, const unsigned char *marks)
{
	r->n_kept = 0;
	for (int32_t i = 0; i < r->n; i++)
		if (marks[i] == SOME || (marks[i] == MANY && !is_lost(marks, r->n, i)))
			r->kept[r->n_kept++] = r->ids[i];
}

static int count_as_git(int32_t *out, struct lines *l, struct pair *p)
{
	struct rest *a = &p->side[LINE_OLD], *b = &p->side[LINE_NEW];
	unsigned char *marks = room(&l->marks, (size_t)(a->n > b->n ? a->n : b->n), 1);
	struct cost_problem q;
	int32_t n_around;

	if (!marks)
		return -1;
	n_around = line_classes_recount(&l->classes, p->before, p->before_end) +
		   line_classes_recount(&l->classes, p->behind, p->behind_end);
	mark(marks, a, l->classes.at, LINE_NEW, n_around);
	keep_as_git(a, marks);
	mark(marks, b, l->classes.at, LINE_OLD, n_around);
	keep_as_git(b, marks);
	if (problem(&q, l, p))
		return -1;
	*out = cost_as_git(&q) + n_dropped(p);
	return 0;
}

static int count_rest(struct lines_count *out, struct lines *l, struct pair *p)
{
	const struct rest *a = &p->side[LINE_OLD], *b = &p->side[LINE_NEW];
	int32_t n_changed;
	int rc;

	if (a->text == a->end || b->text == b->end) {
		*out = (struct lines_count){ .added = line_count(b->text, b->end),
					     .deleted = line_count(a->text, a->end) };
		return 0;
	}
	if (classify(l, p))
		return -1;
	rc = count_plainly(&n_changed, l, p);
	if (!rc)
		rc = count_as_git(&n_changed, l, p);
	if (rc < 0)
		return -1;
	/* What is not changed is on both sides. */
	out->deleted = (n_changed + a->n - b->n) / 2;
	out->added = n_changed - out->deleted;
	return 0;
}

int lines_count(struct lines_count *out, struct lines *l, const char *old, size_t old_len,
		const char *new_, size_t new_len)
{
	struct pair p = { 0 };
	int rc;

	if (lines_binary(old, old_len) || lines_binary(new_, new_len)) {
		*out = (struct lines_count){ .added = QUARRY_LINES_BINARY };
		return 0;
	}
	/* An empty side may be NULL, which no function of memory takes. */
	p.side[LINE_OLD].text = old_len ? old : "";
	p.side[LINE_OLD].end = p.side[LINE_OLD].text + old_len;
	p.side[LINE_NEW].text = new_len ? new_ : "";
	p.side[LINE_NEW].end = p.side[LINE_NEW].text + new_len;
	trim(&p);
	rc = count_rest(out, l, &p);
	shrink(l);
	return rc;
}
