#include "util/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/banned.h"

#define ALIGN _Alignof(max_align_t)
#ifdef QUARRY_DEBUG_ARENA
#define BLOCK_SIZE 0 /* every piece gets a block of its own */
#else
#define BLOCK_SIZE (64 * 1024)
#endif

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	max_align_t data[];
};

void arena_release(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	a->total = 0;
}

void arena_move(struct arena *a, struct arena *from)
{
	struct arena_block **end = &a->blocks;

	/* Behind its own, so that the newest of these goes on being filled. */
	while (*end)
		end = &(*end)->next;
	*end = from->blocks;
	a->total += from->total;
	*from = (struct arena)ARENA_INIT;
}

static struct arena_block *new_block(struct arena *a, size_t size)
{
	struct arena_block *b = malloc(sizeof(*b) + size);

	if (!b)
		return NULL;
	b->used = 0;
	b->size = size;
	a->total += sizeof(*b) + size;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = size ? (size + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
	if (!b || b->size - b->used < size) {
		b = new_block(a, size > BLOCK_SIZE ? size : BLOCK_SIZE);
		if (!b)
			return NULL;
		if (size > BLOCK_SIZE / 4 && a->blocks) {
			/* A large piece must not waste what the newest block has left. */
			b->next = a->blocks->next;
			a->blocks->next = b;
		} else {
			b->next = a->blocks;
			a->blocks = b;
		}
	}
	p = (char *)b->data + b->used;
	b->used += size;
	return p;
}

void *arena_zeros(struct arena *a, size_t n, size_t size)
{
	size_t total;
	void *p;

	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	p = arena_alloc(a, total);
	if (p)
		memset(p, 0, total);
	return p;
}

char *arena_copy(struct arena *a, const char *s, size_t len)
{
	char *p = len < SIZE_MAX / 2 ? arena_alloc(a, len + 1) : NULL;

	if (!p)
		return NULL;
	if (len)
		memcpy(p, s, len);
	p[len] = '\0';
	return p;
}
