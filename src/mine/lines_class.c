#include "mine/lines_class.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/vec.h"
#include "util/banned.h"

#define WORD sizeof(uint64_t)
#define ONES 0x0101010101010101u /* a 1 in each byte of a word */
#define LOW7 (ONES * 0x7f)
#define TOPS (ONES * 0x80)

/* At first; more slots come with the classes. */
#define MAX_FIRST_SLOTS ((size_t)1 << 16)
#define MIN_SLOTS ((size_t)16)

static uint64_t load(const char *p)
{
	uint64_t w;

	memcpy(&w, p, WORD);
	return le64toh(w);
}

/* The last bytes of a text, fewer than a word. */
static uint64_t load_rest(const char *p, size_t n)
{
	uint64_t w = 0;

	memcpy(&w, p, n);
	return le64toh(w);
}

/* The top bit of each byte that is an end of line. */
static uint64_t ends_of_line(uint64_t w)
{
	w ^= ONES * '\n';
	return ~(((w & LOW7) + LOW7) | w | LOW7);
}

/* The same for less work; only the first of them is sure to be one. */
static uint64_t end_of_line(uint64_t w)
{
	w ^= ONES * '\n';
	return (w - ONES) & ~w & TOPS;
}

/* Ends of line in the words from p on; at most 255 words, so that no byte overflows. */
static int32_t count_in_words(const char *p, size_t n_words)
{
	uint64_t each = 0, pairs;

	for (size_t i = 0; i < n_words; i++)
		each += ends_of_line(load(p + i * WORD)) >> 7;
	pairs = (each & 0x00ff00ff00ff00ffu) + (each >> 8 & 0x00ff00ff00ff00ffu);
	return (int32_t)((pairs * 0x0001000100010001u) >> 48);
}

int32_t line_count(const char *text, const char *end)
{
	int32_t n = 0;
	size_t n_words;
	const char *p = text;

	for (; (n_words = (size_t)(end - p) / WORD); p += n_words * WORD) {
		if (n_words > 255)
			n_words = 255;
		n += count_in_words(p, n_words);
	}
	for (; p < end; p++)
		n += *p == '\n';
	return n + (text < end && end[-1] != '\n');
}

/* The product makes what one bit of the text changes depend on the seed. */
static uint64_t mix(uint64_t h, uint64_t w)
{
	w ^= h;
	return (uint64_t)(uint32_t)w * (w >> 32) + (w << 25 | w >> 39);
}

/* The end of the line at p, and its hash: one pass over its bytes. */
static const char *hash_line(uint32_t *hash, uint64_t seed, const char *p, const char *end)
{
	uint64_t h = seed, w, eol = 0;

	while (!eol && (size_t)(end - p) >= WORD) {
		w = load(p);
		eol = end_of_line(w);
		if (eol) {
			unsigned bits = (unsigned)__builtin_ctzll(eol) + 1;

			w <<= 64 - bits; /* what lies behind the line falls out */
			p += bits / 8;
		} else {
			p += WORD;
		}
		h = mix(h, w);
	}
	if (!eol && p < end) {
		size_t n = (size_t)(end - p);

		w = load_rest(p, n);
		eol = end_of_line(w);
		if (eol) {
			n = ((size_t)__builtin_ctzll(eol) + 1) / 8;
			w <<= 64 - n * 8;
		}
		p += n;
		h = mix(h, w);
	}
	*hash = (uint32_t)((h * 0x9e3779b97f4a7c15u) >> 32);
	return p;
}

/* The slot of a line, free or not. */
static struct line_slot *find(const struct line_classes *c, uint32_t hash, const char *text,
			      size_t len)
{
	size_t mask = c->n_slots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct line_slot *s = &c->slots[i];
		const struct line_class *class;

		if (!s->class_plus_1)
			return s;
		if (s->hash != hash)
			continue;
		class = &c->at[s->class_plus_1 - 1];
		if (class->len == len && !memcmp(class->text, text, len))
			return s;
	}
}

/* Four times the slots, and each class in its new one. */
static int spread(struct line_classes *c)
{
	struct line_slot *more;
	size_t n = c->n_slots * 4;

	more = n < (size_t)-1 / sizeof(*more) ? calloc(n, sizeof(*more)) : NULL;
	if (!more)
		return -1;
	for (size_t i = 0; i < c->n_slots; i++) {
		size_t j = c->slots[i].hash & (n - 1);

		if (!c->slots[i].class_plus_1)
			continue;
		while (more[j].class_plus_1)
			j = (j + 1) & (n - 1);
		more[j] = c->slots[i];
	}
	free(c->slots);
	c->slots = more;
	c->n_slots = c->slots_cap = n;
	return 0;
}

int line_classes_clear(struct line_classes *c, size_t n_lines)
{
	size_t n = MIN_SLOTS;

	while (n < n_lines * 2 && n < MAX_FIRST_SLOTS)
		n *= 2;
	if (n > c->slots_cap) {
		struct line_slot *slots = malloc(n * sizeof(*slots));

		if (!slots)
			return -1;
		free(c->slots);
		c->slots = slots;
		c->slots_cap = n;
	}
	c->n_slots = n;
	memset(c->slots, 0, n * sizeof(*c->slots));
	c->n = 0;
	return 0;
}

void line_classes_release(struct line_classes *c)
{
	free(c->at);
	free(c->slots);
	*c = (struct line_classes){ .seed = c->seed };
}

/* The number of a line's class, which may be a new one; 0, or -1 without memory. */
static int classify(uint32_t *out, struct line_classes *c, uint32_t hash, const char *text,
		    size_t len)
{
	struct line_slot *s = find(c, hash, text, len);

	if (!s->class_plus_1) {
		if (vec_push(c, ((struct line_class){ .text = text, .len = (uint32_t)len })))
			return -1;
		*s = (struct line_slot){ hash, (uint32_t)c->n };
		*out = (uint32_t)c->n - 1;
		return c->n > c->n_slots / 2 ? spread(c) : 0;
	}
	*out = s->class_plus_1 - 1;
	return 0;
}

int line_classes_add_old(struct line_classes *c, uint32_t *ids, const char *text,
			 const char *end)
{
	uint32_t hash;

	for (const char *next; text < end; text = next) {
		struct line_class *class;

		next = hash_line(&hash, c->seed, text, end);
		if (classify(ids, c, hash, text, (size_t)(next - text)))
			return -1;
		class = &c->at[*ids++];
		if (!class->n[LINE_OLD]++)
			class->next = ids;
	}
	return 0;
}

/* Whether the line of a class, which ends where its text does, is the next one at p. */
static bool is_next(const struct line_class *class, const char *p, const char *end)
{
	size_t len = class->len;

	return len <= (size_t)(end - p) && !memcmp(p, class->text, len) &&
	       (p[len - 1] == '\n' || p + len == end);
}

int line_classes_add_new(struct line_classes *c, uint32_t *ids, const char *text,
			 const char *end, const uint32_t *old_ids,
			 const uint32_t *old_ids_end)
{
	const uint32_t *guess = old_ids;
	uint32_t hash;

	for (const char *next; text < end; text = next, ids++) {
		struct line_class *class;

		if (guess < old_ids_end && is_next(&c->at[*guess], text, end)) {
			*ids = *guess++;
			class = &c->at[*ids];
			next = text + class->len;
		} else {
			next = hash_line(&hash, c->seed, text, end);
			if (classify(ids, c, hash, text, (size_t)(next - text)))
				return -1;
			class = &c->at[*ids];
			if (class->n[LINE_OLD] == 1)
				guess = class->next;
		}
		class->n[LINE_NEW]++;
	}
	return 0;
}

int32_t line_classes_recount(struct line_classes *c, const char *text, const char *end)
{
	int32_t n = 0;
	uint32_t hash;

	for (const char *next; text < end; text = next, n++) {
		const struct line_slot *s;

		next = hash_line(&hash, c->seed, text, end);
		s = find(c, hash, text, (size_t)(next - text));
		if (s->class_plus_1)
			c->at[s->class_plus_1 - 1].n_around++;
	}
	return n;
}
