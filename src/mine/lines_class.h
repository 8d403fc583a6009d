/*
 * The lines of two texts as numbers: equal lines have equal numbers.
 *
 *	struct line_classes c = { .seed = any secret number };
 *	line_classes_clear(&c, n_old + n_new);
 *	line_classes_add_old(&c, old_ids, old, old_end);
 *	line_classes_add_new(&c, new_ids, new_, new_end, old_ids, old_ids + n_old);
 *	n = line_classes_recount(&c, prefix, prefix_end);
 *	line_classes_release(&c);
 *
 * A class is a line's text, its end of line included, whatever side it is on, with how
 * often it is there.  The hash is seeded, so that nobody can write a file whose lines
 * all collide.
 */
#ifndef QUARRY_MINE_LINES_CLASS_H
#define QUARRY_MINE_LINES_CLASS_H

#include <stddef.h>
#include <stdint.h>

enum line_side { LINE_OLD, LINE_NEW };

struct line_class {
	const char *text;
	uint32_t len;
	int32_t n[2];     /* by side */
	int32_t n_around; /* in what both sides have in common before and behind */
	/* Of a line on the old side, behind its first number: those of the lines that follow. */
	const uint32_t *next;
};

struct line_slot {
	uint32_t hash;
	uint32_t class_plus_1; /* 0: free */
};

struct line_classes {
	uint64_t seed;
	struct line_class *at;
	size_t n, cap;
	struct line_slot *slots;
	size_t n_slots, slots_cap; /* powers of 2 */
};

/* Forget all lines; about `n_lines` will come. 0, or -1 without memory. */
int line_classes_clear(struct line_classes *c, size_t n_lines);
void line_classes_release(struct line_classes *c);

/* Number the lines of the old side, one of `ids` each. 0, or -1 without memory. */
int line_classes_add_old(struct line_classes *c, uint32_t *ids, const char *text,
			 const char *end);

/* Then those of the new side. Mostly the lines follow each other as on the old side, whose
 * numbers are `old_ids`: they are compared with the line expected next, and hashed only
 * when they are another one. */
int line_classes_add_new(struct line_classes *c, uint32_t *ids, const char *text,
			 const char *end, const uint32_t *old_ids, const uint32_t *old_ids_end);

/* Count in n_around the lines of a text whose class is known; returns how many lines it
 * has, known or not. */
int32_t line_classes_recount(struct line_classes *c, const char *text, const char *end);

/* Lines of a text, one without its end of line at the end included. */
int32_t line_count(const char *text, const char *end);

#endif
