#include "quarry/edition.h"

#include <stdlib.h>

#include "util/arena.h"
#include "util/banned.h"

/* `memory` of both is an arena from malloc that holds all they point to. */
static void free_memory(void *memory)
{
	struct arena *a = memory;

	if (a)
		arena_release(a);
	free(a);
}

void quarry_edition_free(struct quarry_edition *e)
{
	if (!e)
		return;
	free_memory(e->memory);
	free(e);
}

void quarry_overlap_free(struct quarry_overlap *o)
{
	if (!o)
		return;
	free_memory(o->memory);
	free(o);
}
